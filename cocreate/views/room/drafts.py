"""Two people at one draft: what each typed, field by field, so that the slower one goes on without losing a character.

The page carries the other text in hidden inputs until the person is done with it: a save in between cannot lose it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from werkzeug.datastructures import MultiDict

from cocreate.domain.asking import fields_of
from cocreate.domain.saying import Shown, shown
from cocreate.forms.contributions import ContributionForm
from cocreate.forms.typed import Typed, typed_of
from cocreate.services.contributions import TaskPage
from cocreate.web import login, pages
from workflows.texts import say

MARK = "theirs:"
_LISTS = ("-currency", "-period")


@dataclass(frozen=True, slots=True)
class Theirs:
    """A colleague's text of one field, where it differs from what is typed here."""

    key: str
    by: str  # "": the reader themselves, on another device
    said: Shown
    inputs: tuple[tuple[str, str], ...]  # (name, text) of every input


def began(page: TaskPage, form: ContributionForm) -> str:
    """From what each field of a form begins, for ``merged`` to tell what was typed since: "crates:1f0c...,"."""
    return ",".join(f"{key}:{_mark(key, form.typed())}" for key in fields_of(page.facts.task_of(page.task)))


def merged(page: TaskPage, mine: ContributionForm, since: str) -> Typed:
    """What was typed here, and of the fields that nobody touched here what the other says. since: what began it."""
    marks, own, (texts, _) = dict(one.partition(":")[::2] for one in since.split(",")), mine.typed(), _other(page)
    for key in fields_of(page.facts.task_of(page.task)):
        if marks.get(key) == _mark(key, own):
            own = {name: found for name, found in own.items() if not _belongs(name, key)} | _of_field(key, texts)
    replies = dict.fromkeys(text for found in (texts, own) for text in found.get("reply", ()) if text.strip())
    return own | ({"reply": ["\n\n".join(replies)]} if replies else {})


def theirs(page: TaskPage, mine: ContributionForm, since: str = "") -> tuple[Theirs, ...]:
    """What the draft on the server, or else the newest version, says differently and did not say at first."""
    task = page.facts.task_of(page.task)
    if task.kind == "assessment":
        return ()  # everybody has a draft of their own
    marks, own, (texts, by) = dict(one.partition(":")[::2] for one in since.split(",")), mine.typed(), _other(page)
    return tuple(_theirs(page, key, by, texts) for key in fields_of(task)
                 if _said_in(key, own) != _said_in(key, texts) and marks.get(key) != _mark(key, texts))


def _other(page: TaskPage) -> tuple[Mapping[str, Sequence[str]], str]:
    """The text that stands on the server, and whose it is."""
    texts, by = page.draft.texts or {}, page.draft.by
    if page.draft.texts is None and page.newest is not None:
        texts, by = typed_of(page.facts.task_of(page.task), page.newest.answers, language=pages.language()), \
            page.newest.by
    return texts, "" if by == login.me().name else by


def _mark(key: str, texts: Mapping[str, Sequence[str]]) -> str:
    return sha256(json.dumps(_said_in(key, texts), sort_keys=True).encode()).hexdigest()[:12]


def _said_in(key: str, texts: Mapping[str, Sequence[str]]) -> Typed:
    """What a field says; a list that stands at one of its choices says nothing alone."""
    found = _plain(_of_field(key, texts))
    return {} if all(name.endswith(_LISTS) for name in found) else found


def posted(page: TaskPage, form: MultiDict[str, str]) -> tuple[Theirs, ...]:
    """What the page still carried of the other text."""
    carried = {name.removeprefix(MARK): form.getlist(name) for name in form if name.startswith(MARK)}
    by = form.get("theirs-by", "")
    return tuple(_theirs(page, key, by, carried) for key in fields_of(page.facts.task_of(page.task))
                 if _of_field(key, carried))


def taken(form: MultiDict[str, str]) -> tuple[MultiDict[str, str], str | None]:
    """The form with the field the person pressed for in the other's words, or in the own; and which field that was."""
    key = form.get("take")
    if key is None and (mine := form.get("keep")) is not None:
        return MultiDict((name, text) for name, text in form.items(multi=True)
                         if not _belongs(name.removeprefix(MARK), mine) or not name.startswith(MARK)), mine
    if key is None:
        return form, None
    typed = MultiDict((name, text) for name, text in form.items(multi=True)
                      if not _belongs(name, key) and not _belongs(name.removeprefix(MARK), key) and name != "take")
    for name, text in form.items(multi=True):
        if name.startswith(MARK) and _belongs(name.removeprefix(MARK), key):
            typed.add(name.removeprefix(MARK), text)
    return typed, key


def same(form: ContributionForm, other: ContributionForm) -> bool:
    """Whether both say the same: an empty input says nothing, nor does a list that stands at one of its choices."""
    return _typed(form) == _typed(other)


def differs(page: TaskPage, form: ContributionForm) -> bool:
    """Whether something is typed here that the newest version does not say."""
    task = page.facts.task_of(page.task)
    if page.newest is None:
        return True
    given = typed_of(task, page.newest.answers, language=pages.language())
    return any(_plain(_of_field(key, form.typed())) != _plain(_of_field(key, given)) for key in fields_of(task))


def kept(page: TaskPage, form: ContributionForm) -> tuple[Shown, ...]:
    """What was typed where it can no longer be saved, readable or not."""
    task, typed = page.facts.task_of(page.task), form.typed()
    reply = (Shown("reply", form.reply.label.text, form.words),) if form.reply and form.words else ()
    return (*reply, *(_said(page, key, typed) for key in fields_of(task) if _plain(_of_field(key, typed))))


def _theirs(page: TaskPage, key: str, by: str, texts: Mapping[str, Sequence[str]]) -> Theirs:
    inputs = tuple((name, text) for name, found in _of_field(key, texts).items() for text in found)
    return Theirs(key, by, _said(page, key, texts), inputs or ((f"f-{key}", ""),))


def _said(page: TaskPage, key: str, texts: Mapping[str, Sequence[str]]) -> Shown:
    """The field as it reads; where it cannot be read, the characters themselves."""
    task, language = page.facts.task_of(page.task), pages.language()
    form = ContributionForm(task, language=language, typed={name: list(found) for name, found in texts.items()})
    said = next((one for one in shown(task, form.answers(), language=language) if one.key == key), None)
    if said is not None and not said.empty:
        return said
    raw = " · ".join(text for found in _of_field(key, texts).values() for text in found if text.strip())
    return Shown(key, say(fields_of(task)[key].label, language), raw)


def _of_field(key: str, texts: Mapping[str, Sequence[str]]) -> Typed:
    return {name: list(found) for name, found in texts.items() if _belongs(name, key)}


def _belongs(name: str, key: str) -> bool:
    return name == f"f-{key}" or name.startswith(f"f-{key}-")


def _typed(form: ContributionForm) -> Typed:
    return {name: texts for name, texts in _plain(form.typed()).items() if not name.endswith(_LISTS)}


def _plain(texts: Typed) -> Typed:
    """Without what is empty: an input that is not there says the same as one without text."""
    return {name: found for name, found in texts.items() if any(found)}
