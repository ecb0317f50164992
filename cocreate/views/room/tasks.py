"""One task: its form, saved and submitted, and what the other side says to it."""

from typing import Any

from flask import current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.lacking import named_in_vain
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.forms.base import Form, whole
from cocreate.forms.contributions import ContributionForm
from cocreate.forms.tasks import ReturnForm
from cocreate.forms.typed import Typed
from cocreate.services import contributions, files
from cocreate.services.progress import Receipt
from cocreate.views import once
from cocreate.views.room import assessments, drafts, frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.views.room.documents import download
from cocreate.views.room.task_forms import chosen, complete, files_of, filled, given_files, kept_form, make_form
from cocreate.views.room.task_pages import ahead, draft_words, editable, giver, load, show, title_of, url_of
from cocreate.web import login, pages
from workflows import progression
from workflows.facts import TaskState
from workflows.fields import Computed
from workflows.guards import accepting
from workflows.texts import say


@bp.get("/tasks/<key>")
def task(ref: str, key: str) -> ResponseReturnValue:
    """One task: to fill in for who is asked, to read for everybody else, also before its stage has come."""
    try:
        page = load(ref, key)
    except NotFound:
        return ahead(frame.enter(ref), key)
    if page.facts.task_of(page.task).kind == "sign":
        return redirect(url_for("room.short_agreement", ref=ref, paper=key))
    return show(page, kept_form(page) if editable(page) else None, fresh=True)


@bp.post("/tasks/<key>")
def submit(ref: str, key: str) -> ResponseReturnValue:
    """Save the draft, change its rows, or submit it; whatever happens, nothing typed is lost."""
    page = load(ref, key)
    meta = Form.from_request()
    typed, taken = drafts.taken(request.form)
    form = filled(page, typed, given_files(page)) if editable(page) else make_form(page, typed, None)
    try:
        if taken is not None:
            return show(page, form, theirs=drafts.posted(page, typed))
        if (way := _way_beside(page)) and not form.refused:
            if not drafts.same(form, kept_form(page)) or files_of(form):
                _keep(page, form)
            return redirect(way, 303)
        if form.rearranged or not request.form.keys().isdisjoint({"save", "stay", "ask", "way"}):
            return _saved(page, form, leave="save" in request.form and not form.refused)
        unchanged = "unchanged" in request.form
        if unchanged and "drop" not in request.form and drafts.differs(page, form):
            _keep(page, form)
            return show(load(ref, key), form, drops=True), 409
        if not (form.validate_reply() if unchanged else complete(page, form)):
            _keep(page, form)
            return show(load(ref, key), form, theirs=drafts.posted(page, request.form)), form.status
        receipt = _submit(page, form, meta.key(), unchanged=unchanged)
    except Conflict as error:
        return (once.again(whole=True) if error.code in _MEANWHILE else None) or _both(ref, key, form, error)
    vain = None if unchanged else named_in_vain(page.facts, page.task, form.answers())
    flash(" ".join([submitted(page, receipt.values["state"]),
                    *([sentences.error(vain, pages.reader(), page.facts)] if vain else [])]), "done")
    return redirect(url_for("room.now", ref=ref), 303)


def _way_beside(page: contributions.TaskPage) -> str:
    """Where a button beside the task leads: to a colleague, also with a single field, to help, to a wait outside."""
    there: dict[str, Any] = {"ref": page.facts.project.ref, "key": page.task.key, "party": page.task.party}
    field = request.form.get("ask")
    match request.form.get("way", "pass" if field else ""):
        case "pass":
            return url_for("room.task_pass", **there, field=field)
        case "help":
            return url_for("room.task_help", **there)
        case "wait":
            return url_for("room.task_wait", **there)
        case _:
            return ""


def _submit(page: contributions.TaskPage, form: ContributionForm, key: str, *, unchanged: bool) -> Receipt:
    answers = page.newest.answers if unchanged and page.newest else form.answers()
    new = contributions.new_files(db.session(), page.facts, page.task, answers)
    with transaction() as session:
        return contributions.submit(
            session, page.facts.project.ref, task=page.task.key, party=page.task.party, seen=number("seen"),
            draft=number("draft"), answers=answers, files=new, reply=form.words, actor=login.me().id, key=key,
            now=now())


_MEANWHILE = frozenset({"draft.changed", "contribution.changed", "contribution.not_open"})


def _both(ref: str, key: str, form: ContributionForm, error: Conflict) -> ResponseReturnValue:
    """A colleague was faster: both texts on one page, field by field, and what was typed here stays in the inputs."""
    if error.code not in _MEANWHILE:
        raise error
    page = load(ref, key)
    sentence = _faster(page, error)
    if editable(page):
        since = request.form.get("began", "")
        after, mine = _with_files(page, form, drafts.merged(page, form, since))
        return show(after, mine, theirs=drafts.theirs(page, mine, since), faster=sentence), 409
    typed = form.typed() if page.may_edit else {}
    return show(page, None, faster=sentence, mine=drafts.kept(page, form) if page.may_edit else (),
                 typed=[(name, text) for name, texts in typed.items() for text in texts]), 409


def _with_files(page: contributions.TaskPage, form: ContributionForm, merged: Typed,
                ) -> tuple[contributions.TaskPage, ContributionForm]:
    """The draft of a faster colleague with the files that came here, where it has none; and the form with its files.

    A browser cannot bring a file a second time: what the page does not say now has to be chosen again.
    """
    there = given_files(page)
    new = {key: file for key, file in files_of(form).items() if key in form.came and key not in there}
    after = page
    if new:
        typed = make_form(page, page.draft.texts, there).typed()
        with transaction() as session:
            contributions.save_draft(
                session, page.facts.project.ref, task=page.task.key, party=page.task.party, number=page.draft.number,
                typed=typed, files={**there, **new}, actor=login.me().id, now=now())
        after = load(page.facts.project.ref, page.task.key)
    mine = make_form(after, merged, given_files(after))
    by = page.draft.by or (page.newest.by if page.newest else "")
    lost = {key: _("'%(mine)s' is not kept: %(name)s chose '%(other)s' meanwhile. Choose yours again if it shall "
                   "count.", mine=form.files[key].name, name=by, other=mine.files[key].name) for key in form.came
            if mine.files[key].sha256 != form.files[key].sha256}
    if lost:
        mine.refuse(lost, status=409)
    return after, mine


def _faster(page: contributions.TaskPage, error: Conflict) -> str:
    """Who did what meanwhile."""
    if error.code == "draft.changed" and page.draft.at:
        at = words.clock_time(page.draft.at, pages.reader())
        if page.draft.by == login.me().name:  # in another window, or this page was loaded anew
            return _("You saved something else at %(time)s.", time=at)
        return _("%(name)s saved this at %(time)s while you were typing.", name=page.draft.by, time=at)
    return sentences.error(error, pages.reader(), page.facts)


@bp.post("/tasks/<key>/draft")
def task_draft(ref: str, key: str) -> ResponseReturnValue:
    """What the page saves by itself while one types."""
    page = load(ref, key)
    form = filled(page, request.form, given_files(page)) if editable(page) else make_form(page, request.form, None)
    try:
        with transaction() as session:
            saved = _save(session, page, form)
    except Conflict as error:
        # Without an address to go to: leaving this page would lose what is typed on it, pressing its button does not.
        said = _faster(load(ref, key), error)
        return jsonify(status=_("%(said)s Press 'Save and close': you will see both texts.", said=said)), 409
    status = _("The rest is saved. One file is not kept: see its field.") if form.refused else \
        draft_words(page, words.clock_time(now(), pages.reader()))
    return jsonify(status=status, values={"draft": str(saved), "began": drafts.began(page, form)},
                   texts=form.read_back() | chosen(form) | {"open-fields": form.open_sentence},
                   errors={f"f-{field}": sentence for field, sentence in form.refused.items()}), \
        form.status if form.refused else 200


@bp.get("/tasks/<key>/draft/files/<field>")
def task_draft_file(ref: str, key: str, field: str) -> ResponseReturnValue:
    """A file that the form has: of the draft, or of what was given last; for who may change it only."""
    page = load(ref, key)
    file = given_files(page).get(field) if editable(page) else None
    if file is None:
        raise NotFound
    store, prefix = current_app.extensions["store"], files.prefix(db.session(), page.facts.project.host_id)
    return download(store.read(prefix, str(file["sha256"])), str(file["media_type"]), str(file["name"]))


@bp.post("/tasks/<key>/take-back")
def task_take_back(ref: str, key: str) -> ResponseReturnValue:
    """Take a submitted version back to change it, with what somebody typed while it was submitted."""
    party = number("party")
    with transaction() as session:
        contributions.take_back(session, ref, task=key, party=party, seen=number("seen"),
                                actor=login.me().id, key=Form.from_request().key(), now=now())
    if "mine" in request.form:
        page = load(ref, key)
        form = make_form(page, request.form, given_files(page))
        with transaction() as session:
            contributions.save_draft(session, ref, task=key, party=party, number=page.draft.number,
                                     typed=form.typed(), files=files_of(form), actor=login.me().id, now=now())
    flash(_("Taken back. Change it and submit it again."), "done")
    return redirect(url_for("room.task", ref=ref, key=key, party=party), 303)


@bp.post("/tasks/<key>/accept")
def task_accept(ref: str, key: str) -> ResponseReturnValue:
    """Agree to work with these values."""
    with transaction() as session:
        contributions.accept(session, ref, task=key, party=number("party"), seen=number("seen"),
                             actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("Accepted. You agree to work with these values; you do not confirm that they are true."), "done")
    return redirect(url_for("room.now", ref=ref), 303)


@bp.route("/tasks/<key>/return", methods=["GET", "POST"])
def task_return(ref: str, key: str) -> ResponseReturnValue:
    """Send it back with a reason, so that it can be answered in one go."""
    page = load(ref, key)
    form = ReturnForm.from_request()
    form.marked.choices = [SelectChoice(key, say(field.label, pages.language()))
                           for key, field in page.facts.task_of(page.task).fields.items()
                           if not isinstance(field, Computed)]  # what follows from others nobody can change

    def act(session: Any) -> str:
        contributions.return_(
            session, ref, task=key, party=page.task.party, seen=number("seen"), reason=form.reason.data,
            marked=tuple(form.marked.data or ()), actor=login.me().id, key=form.key(), now=now())
        return _("Returned with your reason. %(party)s has been told.", party=giver(page))

    title = _("Return '%(title)s' to %(party)s", title=title_of(page), party=giver(page))
    return dialog(page.facts, form, "room/tasks/return.html", title, act, then=url_for("room.now", ref=ref),
                  back=url_of(page),
                  trail=((_("Tasks"), url_for("room.tasks", ref=ref)),), page=page, giver=giver(page))


def submitted(page: contributions.TaskPage, state: str) -> str:
    names = words.listed([party.name for party in accepting(page.facts, page.task)], pages.reader())
    if state == TaskState.SUBMITTED.value:
        by = progression.check_by(page.facts)
        return _("Submitted. %(names)s accepts it or returns it with a reason by %(day)s. We will write to you.",
                 names=names, day=words.day(by, pages.reader()))
    if state == TaskState.OPEN.value:
        return assessments.kept(page)
    return _("Submitted. It counts from now on.")


# what the page keeps


def number(name: str) -> int:
    value = request.form.get(name, type=whole)
    if value is None:
        raise Invalid("form.broken", field=name)
    return value


def _saved(page: contributions.TaskPage, form: ContributionForm, *, leave: bool) -> ResponseReturnValue:
    """Keep the draft; then away, or the form again with one row more or less."""
    _keep(page, form)
    ref = page.facts.project.ref
    if leave:
        flash(_("Your draft is saved."), "done")
        return redirect(url_for("room.now", ref=ref), 303)
    return show(load(ref, page.task.key), form, theirs=drafts.posted(page, request.form)), \
        form.status if form.refused else 200


def _keep(page: contributions.TaskPage, form: ContributionForm) -> None:
    """Save what a whole page sent: loaded anew, it sends that again, whatever was typed since."""
    with transaction() as session:
        _save(session, page, form)
        once.note(session, url_of(page),
                  _("You have changed this since. Here is what was saved last."), whole=True)


def _save(session: Any, page: contributions.TaskPage, form: ContributionForm) -> int:
    return contributions.save_draft(
        session, page.facts.project.ref, task=page.task.key, party=page.task.party, number=number("draft"),
        typed=form.typed(), files=files_of(form), actor=login.me().id, now=now())


