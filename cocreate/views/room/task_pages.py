"""What the page of one task shows, and to whom."""

from collections.abc import Sequence

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db
from cocreate.domain import assessing, audience, openness
from cocreate.domain.asking import fields_of
from cocreate.domain.beside import beside
from cocreate.domain.lacking import named_in_vain
from cocreate.domain.rights import Act, may
from cocreate.domain.saying import Shown, shown
from cocreate.domain.topics import Topic
from cocreate.errors import NotFound
from cocreate.forms.base import Form, whole
from cocreate.forms.contributions import ContributionForm
from cocreate.services import contributions
from cocreate.services.contributions import TaskPage
from cocreate.views.room import assessments, drafts, frame, limits, reviews, task_state, uploads
from cocreate.views.room.canvas_boxes import Canvas, canvas_of
from cocreate.views.room.other_values import can_be_another, disputed, settled, settled_on
from cocreate.views.room.talk import talk
from cocreate.views.room.task_forms import computed, kept_form
from cocreate.web import login, pages
from workflows.facts import OWED, Facts, TaskState
from workflows.guards import accepting, first_missing
from workflows.texts import say


def load(ref: str, key: str) -> TaskPage:
    """The task as the person who asks may see it."""
    page = contributions.page(db.session(), ref, key, request.values.get("party", type=whole), person=login.me().id,
                              now=now())
    frame.keep(page.facts)
    return page


def editable(page: TaskPage) -> bool:
    return (page.may_edit and page.facts.task_of(page.task).kind != "canvas"  # it has entries, and no form
            and page.task.state in OWED
            and first_missing(page.facts, page.task) is None)


def show(page: TaskPage, form: ContributionForm | None, *, fresh: bool = False,
         theirs: Sequence[drafts.Theirs] = (), faster: str = "", mine: Sequence[Shown] = (),
         typed: Sequence[tuple[str, str]] = (), drops: bool = False, canvas: Canvas | None = None) -> str:
    """The page of a task. theirs, faster, mine, typed: what a colleague's text is to this one, see ``drafts``.

    fresh: the form is what stands on the server.
    drops: answering without changing would drop what is typed; the next press does.
    """
    facts, task = page.facts, page.task
    definition = facts.task_of(task)
    acceptors = [party.name for party in accepting(facts, task)]
    earlier = first_missing(facts, task)
    newest = page.newest
    answers = {**newest.answers, **computed(page, newest.answers)} if newest else {}
    return frame.show(
        "room/tasks/show.html", facts, (_("Tasks"), url_for("room.tasks", ref=facts.project.ref)),
        (title_of(page), None), page=page, task=task, definition=definition, form=form, title=title_of(page),
        until=task_state.due(facts, task), nonce=Form(), giver=giver(page), acceptors=acceptors,
        submitted=_submitted(page, acceptors),
        sees=" ".join([_sees(page, acceptors), *_narrower(page), *_printed(page)]),
        saved=draft_words(page, words.clock_time(page.draft.at, pages.reader())) if page.draft.at else "",
        answers=shown(definition, answers, language=pages.language()) if newest else (),
        links=links(page, newest.number if newest else 0), others=can_be_another(facts, task),
        settled=settled(facts, task.key), settled_on=settled_on(facts, task.key),
        asked=frame.asked(facts, task),
        earlier=task_state.starts(facts, earlier) if earlier else "",
        submit_label=_submit_label(page, acceptors),
        shared=[(frame.person_name(facts, person), fields) for person, fields in _shared(page)],
        marks=sum(entry.marked for entry in form.entries) if form else 0, file_rule=uploads.rule(),
        limit_mb=uploads.limit_mb(), kept={entry.key: url_for(
            "room.task_draft_file", ref=facts.project.ref, key=task.key, field=entry.key, party=task.party)
            for entry in form.entries if entry.kind == "file"} if form else {},
        coming=None if form or newest or task.number else ContributionForm(definition, language=pages.language()),
        disputed=disputed(facts, task.key), drops=drops, faster=faster,
        began=drafts.began(page, form if fresh else kept_form(page)) if form else "",
        theirs={one.key: one for one in theirs},
        mine=mine, typed=typed, reviewed=reviews.reviewed(page), clauses=reviews.clauses(page),
        canvas=canvas or canvas_of(page), alone=assessments.alone(page), results=assessments.results(page),
        missed=limits.missed(facts, task.key), in_vain=_in_vain(page), own=page.may_edit,
        may=beside(facts, task), entered=_entered(page),
        waits=bool(task.outside_until and task.outside_until >= facts.today),
        talk=talk(facts, Topic("task", task.key, task.party)))


def _in_vain(page: TaskPage) -> str:
    """Why the reader comes to open their own answer again: it names somebody to sign who cannot sign here."""
    facts, newest = page.facts, page.newest
    vain = named_in_vain(facts, page.task, newest.answers) if newest and facts.own == page.task.party \
        and page.may_reopen else None
    return sentences.error(vain, pages.reader(), facts) if vain else ""


def ahead(facts: Facts, key: str) -> str:
    """A task of a later stage, with its form as it will be: nobody is surprised.

    Raises: NotFound where this is no such task.
    """
    if not contributions.is_ahead(facts, key):
        raise NotFound
    stage, task = facts.definition.tasks[key]
    title = say(task.title, pages.language())
    accepts = () if task.accepted_by == "nobody" else facts.holders([task.accepted_by])
    return frame.show(
        "room/tasks/ahead.html", facts, (_("Tasks"), url_for("room.tasks", ref=facts.project.ref)), (title, None),
        title=title, definition=task, form=ContributionForm(task, language=pages.language()), file_rule=uploads.rule(),
        stage=pages.stage(facts.definition, stage), holders=facts.asked(key),
        acceptors=[party.name for party in accepts],
        reviews=say(facts.definition.tasks[task.reviews][1].title, pages.language()) if task.reviews else "")


def _submitted(page: TaskPage, acceptors: list[str]) -> str:
    """To whom it is up now, and until when; whoever can accept it is told so as you."""
    facts, own, by = page.facts, page.facts.actor, task_state.checked_by(page.facts, page.task)
    values = {"names": words.listed(acceptors, pages.reader()), "day": words.day(by, pages.reader()) if by else ""}
    if own and any(party.number == own.party and may(Act.ACCEPT, own, party=party.number)
                   for party in accepting(facts, page.task)):
        return _("It is your turn: accept it or return it with a reason, by %(day)s.", **values) if by else \
            _("It is your turn: accept it or return it with a reason.")
    return _("Submitted. %(names)s accepts it or returns it with a reason by %(day)s.", **values) if by else \
        _("Submitted. %(names)s accepts it or returns it with a reason.", **values)


def _submit_label(page: TaskPage, acceptors: list[str]) -> str:
    if assessing.is_assessment(page.facts, page.task):
        return _("Submit my answers")
    if not acceptors:
        return _("Submit for %(party)s", party=giver(page))
    party = words.listed(acceptors, pages.reader())
    return _("Submit again to %(party)s", party=party) if page.task.state is TaskState.RETURNED else \
        _("Submit to %(party)s", party=party)


def _shared(page: TaskPage) -> list[tuple[int, list[str]]]:
    """For the own party: which colleague was asked for which fields."""
    asked = fields_of(page.facts.task_of(page.task))
    return [(person, [say(asked[key].label, pages.language()) for key in fields if key in asked])
            for person, fields in page.task.shared_with.items()
            if page.facts.actor and page.facts.actor.party == page.task.party and page.facts.member(person)]


def _entered(page: TaskPage) -> str:
    """Who typed in the newest version for the party, where it is not the party's own."""
    newest = page.newest
    if newest is None or newest.for_party is None:
        return ""
    party = giver(page)
    if newest.for_party:
        return _("entered by %(other)s for %(party)s, not confirmed", party=party,
                 other=page.facts.party(newest.for_party).name)
    return _("entered for %(party)s, not confirmed", party=party)


def _sees(page: TaskPage, acceptors: list[str]) -> str:
    """Who sees it, said before one types."""
    facts, own = page.facts, giver(page)
    if assessing.is_assessment(facts, page.task):
        return _("Only you see what you answer. What counts for %(party)s is how the answers of its people spread.",
                 party=own)
    others = [party.name for party in facts.present if party.number != page.task.party]
    seen_by = facts.task_of(page.task).visible_to
    if seen_by == "own":
        return _("Only %(party)s sees this, also after it is submitted.", party=own)
    if isinstance(seen_by, list):
        others = [party.name for party in facts.holders(seen_by) if party.number != page.task.party] or acceptors
    return _("Only %(party)s sees your draft. When you submit, %(others)s see it too.", party=own,
             others=words.listed(others, pages.reader())) if len(others) != 1 else \
        _("Only %(party)s sees your draft. When you submit, %(other)s sees it too.", party=own, other=others[0])


def _narrower(page: TaskPage) -> list[str]:
    """The fields that fewer see than the task: by the template, or as the charter says."""
    facts, task, definition = page.facts, page.task, page.facts.task_of(page.task)
    whole = audience.audience(definition.visible_to, facts, giver=task.party)
    fewer: dict[int, list[str]] = {}
    for key, field in definition.fields.items():
        sees = openness.of_field(facts, task.key, key, giver=task.party)
        if sees != whole:
            fewer.setdefault(sees, []).append(f"'{say(field.label, pages.language())}'")
    found, reader = [], pages.reader()
    for sees, labels in fewer.items():
        names = [facts.party(number).name
                 for number in audience.parties_in(sees, [party.number for party in facts.present])]
        found.append(ngettext("Only %(parties)s sees %(fields)s.", "Only %(parties)s see %(fields)s.", len(names),
                              parties=words.listed(names, reader), fields=words.listed(labels, reader)))
    return found


def _printed(page: TaskPage) -> list[str]:
    """That the contract prints what not everybody sees, or hangs on it, and what others read there."""
    facts, task = page.facts, page.task
    stage, definition = facts.definition.tasks[task.key]
    sees = openness.of_fields(facts, task.key, definition.fields, giver=task.party)
    narrow = {f"{stage}.{task.key}.{key}": f"'{say(field.label, pages.language())}'"
              for key, field in definition.fields.items() if sees[key] != audience.everybody(facts)}
    there = openness.printed(facts.definition)
    printed = [label for path, label in narrow.items() if path in there]
    decides = [label for path, label in narrow.items() if path in facts.definition.contract_hangs_on - there]
    said = [ngettext(
        "The contract prints %(fields)s. Until a version is made ready, who may not see it reads there only that it was"
        " given.",
        "The contract prints %(fields)s. Until a version is made ready, who may not see them reads there only that they"
        " were given.", len(printed), fields=words.listed(printed, pages.reader()))] if printed else []
    return said + ([ngettext(
        "A part of the contract stands or not by %(fields)s. Until a version is made ready, who may not see it reads "
        "there only that.",
        "Parts of the contract stand or not by %(fields)s. Until a version is made ready, who may not see them reads "
        "there only that.", len(decides), fields=words.listed(decides, pages.reader()))] if decides else [])


def links(page: TaskPage, version: int) -> dict[str, str]:
    """Field -> where its file in this version can be had."""
    found = next((one for one in page.versions if one.number == version), None)
    return reviews.file_links(page.facts, page.task, found)


def url_of(page: TaskPage) -> str:
    return url_for("room.task", ref=page.facts.project.ref, key=page.task.key, party=page.task.party)


def trail_to(page: TaskPage) -> tuple[tuple[str, str], tuple[str, str]]:
    """What stands above a page that belongs to a task."""
    return (_("Tasks"), url_for("room.tasks", ref=page.facts.project.ref)), (title_of(page), url_of(page))


def title_of(page: TaskPage) -> str:
    return say(page.facts.task_of(page.task).title, pages.language())


def giver(page: TaskPage) -> str:
    return page.facts.party(page.task.party).name


def draft_words(page: TaskPage, at: str) -> str:
    if assessing.is_assessment(page.facts, page.task):
        return _("Draft saved %(at)s, only you see it", at=at)
    return _("Draft saved %(at)s, only %(party)s sees it", at=at, party=giver(page))
