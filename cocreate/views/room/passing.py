"""The ways beside filling in a task oneself: pass it on, wait for somebody outside, type in for another, open again."""

from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from wtforms.fields.choices import SelectChoice

from cocreate import sentences
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.asking import fields_of
from cocreate.domain.rights import Act, may
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.forms.base import Form
from cocreate.forms.contributions import ContributionForm
from cocreate.forms.tasks import LetInForm, PassForm, ReasonForm, WaitForm
from cocreate.forms.unsaid import OF_A_TASK
from cocreate.services import contributions, passing
from cocreate.services.acts.passing import LONGEST_WAIT, can_take, due_after
from cocreate.services.acts.reopening import require_reopening
from cocreate.services.contributions import TaskPage
from cocreate.views import once
from cocreate.views.parts import part_words
from cocreate.views.room import asked_words, drafts, frame, uploads
from cocreate.views.room.asked_words import Kept, Typed
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.views.room.other_values import settled_on
from cocreate.views.room.task_forms import complete, filled, make_form
from cocreate.views.room.task_pages import giver, load, title_of, trail_to, url_of
from cocreate.views.room.tasks import number
from cocreate.web import login, pages
from workflows.facts import TaskState
from workflows.fields import Computed
from workflows.guards import accepting
from workflows.texts import say

CARRIED_FOR = 12 * 3600  # seconds; as long as a session lasts at most


@bp.route("/tasks/<key>/pass", methods=["GET", "POST"])
def task_pass(ref: str, key: str) -> ResponseReturnValue:
    """Pass a task to a colleague: one who is here, or a new one."""
    page = load(ref, key)
    facts, task = page.facts, page.task
    asked = fields_of(facts.task_of(task))
    form = PassForm.from_request(fields=[key for key in request.args.getlist("field") if key in asked])
    form.fields.choices = [SelectChoice(key, say(field.label, pages.language())) for key, field in asked.items()
                           if not isinstance(field, Computed)]
    form.to.choices = [SelectChoice(str(member.person), _colleague(member)) for member in facts.members
                       if member.person != task.asked and can_take(facts, task, member)]
    directly = may(Act.PEOPLE, facts.actor, party=task.party, directly=True)
    if directly and form.to.data == "new" and request.method == "POST":
        login.require_proof()
    form.to.choices.append(SelectChoice("new", _("Somebody new")))
    if len(form.to.choices) == 1 and request.method == "GET":
        form.to.data = "new"

    def act(session: Any) -> str:
        chosen = tuple(form.fields.data or ())
        given: dict[str, Any] = {"task": key, "party": task.party, "words": form.words.data or "", "fields": chosen,
                                 "actor": login.me().id, "key": form.key(), "now": now()}
        if form.to.data != "new":
            passing.pass_on(session, ref, to=int(form.to.data), **given)
            name = frame.person_name(facts, int(form.to.data))
            return _("Asked. %(name)s has been told; you submit the task.", name=name) if chosen else \
                _("Passed on. %(name)s has been told.", name=name)
        for field in (form.name, form.email):
            if not field.data:
                raise Invalid("pass.nobody", field=field.name)
        receipt = passing.pass_to_new(session, ref, email=form.email.data, name=form.name.data, **given)
        if receipt.values.get("invited"):
            if chosen:
                return _("%(name)s is invited and asked for these fields; you submit the task.", name=form.name.data)
            return _("%(name)s is invited, and the task is theirs.", name=form.name.data)
        return _("Proposed. As soon as a champion agrees, %(name)s is invited and the task is theirs.",
                 name=form.name.data)

    then = url_of(page) if request.form.getlist("fields") else url_for("room.now", ref=ref)
    return dialog(facts, form, "room/passing/pass.html", _("Pass on '%(title)s'", title=title_of(page)), act,
                  then=then, back=url_of(page), trail=trail_to(page), party=task.party,
                  directly=directly, champions=[m.name for m in facts.people(task.party, "champion")])


@bp.route("/tasks/<key>/let-in", methods=["GET", "POST"])
def task_let_in(ref: str, key: str) -> ResponseReturnValue:
    """One tap of a champion lets in the colleague whom somebody proposed."""
    page = load(ref, key)
    facts, task = page.facts, page.task
    if task.wanted is None or not may(Act.PEOPLE, facts.actor, party=task.party, directly=True) or (
            facts.actor is None or facts.actor.party != task.party):
        raise Conflict("pass.answered")
    login.require_proof()
    form = LetInForm.from_request(words=passing.words_with(db.session(), facts, task))
    there, agree = url_for("room.now", ref=ref), "agree" in request.form
    if request.method == "POST" and (form.validate() or not agree):
        with transaction() as session:
            passing.answer(session, ref, task=key, party=task.party, to=number("to"), agree=agree,
                           words=form.words.data or "", actor=login.me().id, key=form.key(), now=now())
            said = _("%(name)s is invited, and the task is theirs.", name=task.wanted_name) if agree else \
                _("Not invited. The task stays where it is.")
            once.note(session, there, said)
        flash(said, "done")
        return redirect(there, 303)
    body = frame.show(
        "room/passing/let_in.html", facts, *trail_to(page), (_("A new colleague"), None), form=form, task=task,
        title=title_of(page), by=frame.person_name(facts, task.wanted_by), back_url=url_of(page),
        address=passing.address_of(db.session(), task.wanted))
    return body, 200 if request.method == "GET" else 422


@bp.route("/tasks/<key>/wait", methods=["GET", "POST"])
def task_wait(ref: str, key: str) -> ResponseReturnValue:
    """Say whom outside it waits for, and until when."""
    page = load(ref, key)
    task = page.task
    form = WaitForm.from_request(outsider=task.outsider, until=task.outside_until, move=True)
    until = form.until.data
    moves = due_after(page.facts, task, until) if until and until <= page.facts.today + LONGEST_WAIT else None

    def act(session: Any) -> str:
        passing.wait_outside(session, ref, task=key, party=task.party, outsider=form.outsider.data,
                             until=form.until.data, move=form.move.data, actor=login.me().id, key=form.key(), now=now())
        return _("Said. All parties see it, and reminders rest until then.")

    return dialog(page.facts, form, "room/passing/wait.html",
                  _("Waiting for someone outside: %(title)s", title=title_of(page)), act,
                  then=url_of(page), back=url_of(page), trail=trail_to(page), party=task.party, moves=moves,
                  due=task.due_at)


@bp.post("/tasks/<key>/wait/end")
def task_wait_end(ref: str, key: str) -> ResponseReturnValue:
    """What was waited for has come."""
    page = load(ref, key)
    with transaction() as session:
        passing.end_wait(session, ref, task=key, party=page.task.party, actor=login.me().id,
                         key=Form.from_request().key(), now=now())
    flash(_("The wait is over. Reminders go on."), "done")
    return redirect(url_of(page), 303)


@bp.route("/tasks/<key>/enter", methods=["GET", "POST"])
def task_enter(ref: str, key: str) -> ResponseReturnValue:
    """Type in for another party what it said elsewhere: the same form, whose draft only its writer has."""
    page = load(ref, key)
    # What was sent is judged by the act, which knows whether it was done already or somebody was faster.
    late = request.method == "POST" and page.task.state is TaskState.ENTERED and may(
        Act.ENTER_FOR, page.facts.actor, party=page.task.party)
    if not page.may_enter and not late:
        raise Forbidden("only", act=Act.ENTER_FOR.value, persons=tuple(
            m.person for m in page.facts.members if m.present and m.party != page.task.party
            and may(Act.ENTER_FOR, m, party=page.task.party)))
    nonce = Form.from_request()
    kept, begun = asked_words.of_inputs(page.facts, nonce, [OF_A_TASK], [], said=partial(_typed_words, page))
    if request.method == "GET":
        return _entering(page, make_form(page, begun.typed if begun else None, None), nonce, kept)
    if away := kept.put_away(url_of(page)):
        return away
    form = filled(page, request.form, _carried())
    if form.rearranged or "stay" in request.form:
        return _back(page, form, nonce, kept), form.status if form.refused else 200
    if not complete(page, form):
        return _back(page, form, nonce, kept), form.status
    try:
        with transaction() as session:
            contributions.enter_for(session, ref, task=key, party=page.task.party, seen=number("seen"),
                                    answers=form.answers(), actor=login.me().id, key=nonce.key(), now=now())
            kept.said(session)
            said = _("Entered. It counts as soon as %(party)s says that it is right; they have been told.",
                     party=giver(page))
            once.note(session, url_of(page), said)
    except Conflict as error:
        form.form_errors.append(sentences.error(error, pages.reader(), page.facts))
        return _back(page, form, nonce, kept), 409
    flash(said, "done")
    return redirect(url_of(page), 303)


@bp.post("/tasks/<key>/confirm")
def task_confirm(ref: str, key: str) -> ResponseReturnValue:
    """"Yes, this is right": from now on it is the party's own."""
    with transaction() as session:
        contributions.confirm(session, ref, task=key, party=number("party"), seen=number("seen"),
                              actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("Confirmed. It is your party's own now."), "done")
    return redirect(url_for("room.now", ref=ref), 303)


@bp.post("/tasks/<key>/deny")
def task_deny(ref: str, key: str) -> ResponseReturnValue:
    """It is not right: go on with a draft of one's own, or else with what was entered."""
    with transaction() as session:
        contributions.deny(session, ref, task=key, party=number("party"), seen=number("seen"), actor=login.me().id,
                           key=Form.from_request().key(), now=now())
    page = load(ref, key)
    flash(_("What was entered stands in the form. Change it and submit it.") if page.draft.texts is None else
          _("Your own draft stands in the form. What was entered is version %(number)d, below. Change it and submit "
            "it.", number=page.task.number), "done")
    return redirect(url_for("room.task", ref=ref, key=key, party=number("party")), 303)


@bp.route("/tasks/<key>/reopen", methods=["GET", "POST"])
def task_reopen(ref: str, key: str) -> ResponseReturnValue:
    """Open what was accepted again: what would lapse stands before the button."""
    page = load(ref, key)
    facts, task = page.facts, page.task
    if not page.may_reopen and request.method == "GET":
        require_reopening(facts, task, task.number)
        raise Conflict("contribution.not_accepted", task=key, state=task.state.value, since=task.since)
    following = contributions.if_reopened(facts, task)
    if following.lapses or following.ends:  # who could not decide must not undo what was decided
        login.require_proof()
    form = ReasonForm.from_request()

    def act(session: Any) -> str:
        contributions.reopen(session, ref, task=key, party=task.party, seen=number("seen"), reason=form.reason.data,
                             actor=login.me().id, key=form.key(), now=now())
        if facts.actor and facts.actor.party == task.party:
            return _("Open again. The others have been told why.")
        return _("Open again. %(party)s has been told why.", party=giver(page))

    return dialog(facts, form, "room/passing/reopen.html", _("Open '%(title)s' again", title=title_of(page)), act,
                  then=url_of(page), back=url_of(page), trail=trail_to(page), task=task, following=following,
                  questions=frame.questions(facts, following.lapses), giver=giver(page), accepts=accepting(facts, task))


# parts of the pages


def _colleague(member: Any) -> str:
    words = part_words()
    parts = ", ".join(words[part] for part in words if part in member.parts)
    return _("%(name)s (%(parts)s)", name=member.name, parts=parts)


def _back(page: TaskPage, form: ContributionForm, nonce: Form, kept: Kept) -> str:
    """The form again, with what is typed in it; its draft too, unless that is more than one holds."""
    with suppress(Invalid):
        kept.save()
    return _entering(page, form, nonce, kept)


def _typed_words(page: TaskPage, typed: Typed) -> str:
    """A draft as it reads, field by field."""
    said = drafts.kept(page, make_form(page, typed, None))
    return "\n".join(f"{one.label}: {one.text or '; '.join(map(', '.join, one.rows))}" for one in said)


def _entering(page: TaskPage, form: ContributionForm, nonce: Form, kept: Kept) -> str:
    facts = page.facts
    return frame.show(
        "room/passing/enter.html", facts, *trail_to(page), (_("Enter for %(party)s", party=giver(page)), None),
        page=page, task=page.task, definition=facts.task_of(page.task), form=form, nonce=nonce, kept=kept,
        title=title_of(page), giver=giver(page), file_rule=uploads.rule(), back_url=url_of(page),
        settled_on=settled_on(facts, page.task.key),
        acceptors=[party.name for party in accepting(facts, page.task)],
        marks=sum(entry.marked for entry in form.entries),
        carried=_signed().dumps({key: asdict(file) for key, file in form.files.items()}))


def _signed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="entered-files")


def _carried() -> dict[str, Any]:
    """The files this form brought before: they are in the store, and no draft of the party names them.

    After half a day they have to be chosen again: what no row names for a day is swept.
    """
    try:
        return dict(_signed().loads(request.form.get("carried", ""), max_age=CARRIED_FOR))
    except BadSignature:
        return {}
