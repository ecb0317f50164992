"""An assessment: answered by each person alone, counted for a party, and compared between parties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import assessing
from cocreate.domain.answers import Answers
from cocreate.domain.asking import FEW, fields_of
from cocreate.domain.saying import spread
from cocreate.domain.unbroken import unbroken
from cocreate.forms.base import Form, whole
from cocreate.services import contributions
from cocreate.services.contributions import TaskPage
from cocreate.views.room.blueprint import bp
from cocreate.web import login, pages
from workflows.facts import Facts
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Alone:
    """What a person of the asked party is told before answering. known: what the others may find out of it."""

    known: str
    done: bool
    there: int  # how many have answered
    awaited: str  # names


@dataclass(frozen=True, slots=True)
class Line:
    """One statement as the parties see it: how each answered, in words, and what its people wrote, without names."""

    text: str
    answers: tuple[tuple[int, str, bool, str], ...]  # (party, words, whether its own people differ, comments)
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    lines: tuple[Line, ...]
    folded: bool


@bp.post("/tasks/<key>/count")
def task_count(ref: str, key: str) -> ResponseReturnValue:
    """Let the answers count without those that are missing."""
    party = request.form.get("party", 0, type=whole)
    with transaction() as session:
        contributions.count(session, ref, task=key, party=party, actor=login.me().id, key=Form.from_request().key(),
                            now=now())
    flash(_("The answers that are there count from now on."), "done")
    return redirect(url_for("room.task", ref=ref, key=key, party=party), 303)


def alone(page: TaskPage) -> Alone | None:
    """None where this is no assessment of the own party that is still open."""
    facts, task = page.facts, page.task
    if not assessing.is_assessment(facts, task) or not page.may_edit or task.state != "open":
        return None
    people, party = len(assessing.expected(facts, task)), facts.party(task.party).name
    if people == 1:
        known = _("Only one person answers for %(party)s, so the others will know it is you.", party=party)
    elif people < FEW:
        known = _("Two people answer for %(party)s. All parties read only the mean; each of you can work out what the "
                  "other said.", party=party)
    else:
        known = _("%(number)s people answer for %(party)s. All parties read how your answers spread and what is "
                  "written beside them, never who said what.", number=people, party=party)
    there = assessing.answered(task)
    return Alone(known, login.me().id in there, len(there),
                 words.listed((one.name for one in assessing.awaited(facts, task)), pages.reader()))


def results(page: TaskPage) -> Sequence[Part]:
    """What the parties answered, beside each other; nothing for who has still to answer."""
    if not assessing.is_assessment(page.facts, page.task) or page.alone:
        return ()
    return _parts(page.facts, page.task.key, contributions.results(db.session(), page.facts, page.task.key))


def to_talk_about(facts: Facts, given: Mapping[tuple[str, int], Answers]) -> Sequence[Part]:
    """What a question has to be talked about for: where the answers to an assessment differ, and what all doubt.

    given: (task, party) -> what was given, of all that the question is about.
    """
    keys = dict.fromkeys(key for key, _party in given if facts.definition.tasks[key][1].kind == "assessment")
    return [part for key in keys for part in _parts(
        facts, key, {party: answers for (task, party), answers in given.items() if task == key}) if not part.folded]


def _parts(facts: Facts, key: str, given: Mapping[int, Answers]) -> Sequence[Part]:
    definition, language = facts.definition.tasks[key][1], pages.language()
    fields = fields_of(definition)

    def line(one: assessing.Compared) -> Line:
        comments = {party: answer.value for party, answers in given.items()
                    if (answer := answers.get(f"{one.key}_comment")) is not None}
        return Line(say(definition.statements[one.key].text, language),
                    tuple((party, unbroken(spread(fields[one.key], tally, language=language)), party in one.split,
                           str(comments.get(party, ""))) for party, tally in one.answers.items()), _note(one))

    compared = assessing.compare(definition, given) if given else ()
    return [Part(title, tuple(map(line, lines)), folded) for title, lines, folded in (
        (_("Where you differ"), [one for one in compared if one.differs], False),
        (_("Doubted together"), [one for one in compared if one.low and not one.differs], False),
        (_("Where you agree"), [one for one in compared if not (one.low or one.differs)], True)) if lines]


def kept(page: TaskPage) -> str:
    """What is said after somebody answered while others have not."""
    names = [one.name for one in assessing.awaited(page.facts, page.task) if one.person != login.me().id]
    return ngettext("Your answers are kept, and you can change them. %(names)s has not answered yet.",
                    "Your answers are kept, and you can change them. %(names)s have not answered yet.", len(names),
                    names=words.listed(names, pages.reader()))


def _note(one: assessing.Compared) -> str:
    if one.apart and one.gap is not None:
        return _("%(gap)s apart: talk about it", gap=words.number(one.gap, pages.reader()))
    if one.split:
        return _("people of one party differ: talk about it")
    return _("below 3: say what you do about it") if one.low else ""
