"""Another value of a figure that a party gave: both stand side by side until all settle which one counts."""

import json
from datetime import datetime
from functools import partial
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import transaction
from cocreate.domain import audience
from cocreate.domain.answers import Answers
from cocreate.domain.asking import fields_of
from cocreate.domain.figures import figures
from cocreate.domain.rights import Act, may
from cocreate.errors import CocreateError, NotFound
from cocreate.forms.base import Form
from cocreate.forms.contributions import ContributionForm
from cocreate.services import proposals
from cocreate.views.proposals_words import field_words, given_words
from cocreate.views.room import asked_words, frame
from cocreate.views.room.blueprint import bp
from cocreate.web import login, pages
from workflows import fields as f
from workflows.definition import Task
from workflows.facts import Facts, FigureFact, TaskFact, versions_of
from workflows.facts.disputes import OTHER_VALUE, differ, said_by, settlement

WHY = "why"


def can_be_another(facts: Facts, task: TaskFact) -> dict[str, str]:
    """Field -> where the reader says that a value of this task is another one."""
    stage, definition = facts.definition.tasks[task.key]
    return {key: url_for("room.another_value", ref=facts.project.ref, path=path)
            for key, field in fields_of(definition).items()
            if isinstance(field, f.Figure) and _given(facts, path := f"{stage}.{task.key}.{key}") is not None
            and len(facts.said(path)) == 1}


def disputed(facts: Facts, key: str) -> list[dict[str, Any]]:
    """Figures of a task that must be one and that parties gave differently, as far as the reader may see them."""
    begins, mask = f"{facts.definition.tasks[key][0]}.{key}.", frame.mask(facts)
    found = []
    for path in dict.fromkeys(one.path for one in facts.figures if one.path.startswith(begins)):
        values = [one for one in facts.values(path) if one.sees & mask]
        one_of_all = path in facts.definition.shared_figures or len(facts.given(path)) == 1
        if not one_of_all or not differ(values):
            continue
        found.append({
            "label": field_words(facts, path), "url": url_for("room.settle", ref=facts.project.ref, path=path),
            "values": [(one.party, words.figure(one, pages.reader()), one.source) for one in values],
            "may": not facts.ended and may(Act.SETTLE, facts.actor, party=facts.own)})
    return found


def settled(facts: Facts, task_key: str) -> dict[str, str]:
    """Field -> the value that all agreed on, in place of the one that was given; as far as the reader may see it."""
    (stage, task), mask = facts.definition.tasks[task_key], frame.mask(facts)
    found = ((key, facts.settled(f"{stage}.{task_key}.{key}")) for key in fields_of(task))
    return {key: words.figure(figure, pages.reader()) for key, figure in found if figure and figure.sees & mask}


def settled_on(facts: Facts, task_key: str) -> dict[str, tuple[str, datetime, bool]]:
    """For who gives a field again: the same, when all agreed, and whether it outlasts that the same is given again."""
    stage, found = facts.definition.tasks[task_key][0], settled(facts, task_key)
    agreed = {key: settlement(f"{stage}.{task_key}.{key}", facts.proposals) for key in found}
    return {key: (value, proposal.since, "was" in json.loads(proposal.body)) for key, value in found.items()
            if (proposal := agreed[key])}


@bp.route("/another-value", methods=["GET", "POST"])
def another_value(ref: str) -> ResponseReturnValue:
    """Say what a figure is instead, with its source: a proposal that all answer."""
    facts, path = frame.enter(ref), request.args.get("path", "")
    given = _given(facts, path)
    if given is None:
        raise NotFound
    login.require_proof("room.now", ref=ref)
    stage, key, name = path.split(".")
    asked = _asked(facts.definition.tasks[key][1], name)
    make = partial(ContributionForm, asked, language=pages.language(), currency=facts.project.currency)
    form, nonce = make(typed=request.form.to_dict(flat=False)), Form.from_request()
    said = [f"f-{name}", f"f-{WHY}"]
    kept, begun = asked_words.of_inputs(facts, nonce, said, [one for one in form.kept if one not in said])
    if begun is not None:
        form = make(typed=begun.typed)
    back = url_for("room.task", ref=ref, key=key, party=given.party)
    if away := kept.put_away(back):
        return away
    if request.method == "POST" and form.validate():
        own = facts.own
        try:
            with transaction() as session:
                receipt = proposals.propose(
                    session, ref, kind=OTHER_VALUE, subject=f"{path}@{own}", actor=login.me().id, key=nonce.key(),
                    body=_body(stage, key, asked, form.answers(), given), now=now())
                kept.said(session)
        except CocreateError as error:
            form.form_errors.append(sentences.error(error, pages.reader(), facts))
        else:
            flash(_("Said. Both values stand side by side; the others have been asked."), "done")
            return redirect(url_for("room.proposal", ref=ref, number=receipt.values["number"]), 303)
    kept.save()
    title = _("Another value of '%(name)s'", name=field_words(facts, path))
    signing = words.listed((party.name for party in facts.contracting), pages.reader())
    page = frame.show(
        "room/agreements/another.html", facts, (title, None), form=form, nonce=nonce, kept=kept, title=title,
        given=given_words(facts, given), signing=signing,
        back_url=back)
    return page, 200 if request.method == "GET" else 422


def _given(facts: Facts, path: str) -> FigureFact | None:
    """The one value of another party that all may see, where the reader may say that it is another."""
    own = facts.own
    found = facts.given(path)
    if own is None or facts.ended or len(found) != 1 or not may(Act.SETTLE, facts.actor, party=own):
        return None
    return found[0] if found[0].party != own and not audience.everybody(facts) & ~found[0].sees else None


def _asked(task: Task, name: str) -> Task:
    """The one field, whose source has to be said, and why it is another value."""
    field = fields_of(task)[name].model_copy(update={
        "source": True, "required": True, "certain": True, "only_if": None, "group": None})
    why = f.LongText(type="long_text", label=_("Why is it this one?"), help=_("All parties see it."), certain=True)
    return task.model_copy(update={"kind": "form", "fields": {name: field, WHY: why}, "statements": {}, "boxes": {}})


def _body(stage: str, key: str, asked: Task, answers: Answers, given: FigureFact) -> dict[str, Any]:
    value = figures(stage, key, asked, answers)[0]
    return {"value": format(value.value, "f"), "unit": value.unit, "period": value.period,
            "price_year": value.price_year, "source": value.source, "grade": value.grade, "of": versions_of([given]),
            "was": [said_by(given)], "reason": str(answers[WHY].value)}
