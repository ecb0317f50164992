"""The tasks of a project: the list of all, one task's form, and what the other side says to it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from cocreate import login, pages, sentences, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.answers import FileAnswer, shown
from cocreate.errors import CocreateError, Conflict, Invalid
from cocreate.forms.base import Form
from cocreate.forms.contributions import ContributionForm, typed_of
from cocreate.forms.tasks import ReturnForm
from cocreate.services import contributions, files
from cocreate.services.acts.contributions import NewFile
from cocreate.services.contributions import TaskPage
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from workflows.facts import Facts, TaskFact, TaskState
from workflows.guards import accepting, first_missing
from workflows.texts import say


@bp.get("/tasks")
def tasks(ref: str) -> ResponseReturnValue:
    """The whole work of all parties in one list, later stages included: nobody is surprised."""
    facts = frame.enter(ref)
    return frame.show("room/tasks/list.html", facts, (_("Tasks"), None), stages=_by_stage(facts),
                      state_words=_state_words())


@bp.get("/tasks/<key>")
def task(ref: str, key: str) -> ResponseReturnValue:
    """One task: to fill in for who is asked, to read for everybody else."""
    page = _page(ref, key)
    form = _form(page, page.draft.texts, page.draft.files) if _editable(page) else None
    return _show(page, form)


@bp.post("/tasks/<key>")
def submit(ref: str, key: str) -> ResponseReturnValue:
    """Save the draft, change its rows, or submit it; whatever happens, nothing typed is lost."""
    page = _page(ref, key)
    meta = Form.from_request()
    form = _form(page, request.form, page.draft.files, request.files)
    kept, refused = _stored(page, form)
    form = _form(page, request.form, {**{k: asdict(f) for k, f in form.files.items()}, **kept})
    for field, sentence in refused.items():
        form.form_errors.append(f"{say(page.facts.task_of(page.task).fields[field].label)}: {sentence}")
    if form.rearranged or "save" in request.form or refused:
        return _saved(page, form, leave="save" in request.form and not refused)
    if not form.validate():
        _save(page, form)
        return _show(_page(ref, key), form), 422
    with transaction() as session:
        receipt = contributions.submit(
            session, ref, task=key, party=page.task.party, seen=_number("seen"), draft=_number("draft"),
            answers=form.answers(), files=_new_files(form), actor=login.me().id, key=meta.key(), now=now())
    flash(_submitted(page, receipt.values["state"]), "done")
    return redirect(url_for("room.now", ref=ref), 303)


@bp.post("/tasks/<key>/draft")
def task_draft(ref: str, key: str) -> ResponseReturnValue:
    """What the page saves by itself while one types."""
    try:
        page = _page(ref, key)
        number = _save(page, _form(page, request.form, page.draft.files))
    except Conflict as error:
        return jsonify(status=sentences.error(error, pages.reader()), url=url_for("room.task", ref=ref, key=key),
                       label=_("Look at it")), 409
    return jsonify(status=_draft_words(page, words.clock_time(now(), pages.reader())), values={"draft": str(number)})


@bp.post("/tasks/<key>/take-back")
def task_take_back(ref: str, key: str) -> ResponseReturnValue:
    """Take a submitted version back to change it."""
    with transaction() as session:
        contributions.take_back(session, ref, task=key, party=_number("party"), seen=_number("seen"),
                                actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("Taken back. Change it and submit it again."), "done")
    return redirect(url_for("room.task", ref=ref, key=key, party=_number("party")), 303)


@bp.post("/tasks/<key>/accept")
def task_accept(ref: str, key: str) -> ResponseReturnValue:
    """Agree to work with these values."""
    with transaction() as session:
        contributions.accept(session, ref, task=key, party=_number("party"), seen=_number("seen"),
                             actor=login.me().id, key=Form.from_request().key(), now=now())
    flash(_("Accepted. You agree to work with these values; you do not confirm that they are true."), "done")
    return redirect(url_for("room.now", ref=ref), 303)


@bp.route("/tasks/<key>/return", methods=["GET", "POST"])
def task_return(ref: str, key: str) -> ResponseReturnValue:
    """Send it back with a reason, so that it can be answered in one go."""
    page = _page(ref, key)
    form = ReturnForm.from_request()
    fields = page.facts.task_of(page.task).fields
    form.marked.choices = [SelectChoice(k, say(f.label, pages.language())) for k, f in fields.items()]
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                contributions.return_(
                    session, ref, task=key, party=page.task.party, seen=_number("seen"), reason=form.reason.data,
                    marked=tuple(form.marked.data or ()), actor=login.me().id, key=form.key(), now=now())
        except Invalid as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader(), page.facts))
        else:
            flash(_("Returned with your reason. %(party)s has been told.", party=_giver(page)), "done")
            return redirect(url_for("room.now", ref=ref), 303)
    body = frame.show("room/tasks/return.html", page.facts, (_("Tasks"), url_for("room.tasks", ref=ref)),
                      (_title(page), None), page=page, form=form, title=_title(page), giver=_giver(page),
                      back_url=url_for("room.task", ref=ref, key=key, party=page.task.party))
    return body, 200 if request.method == "GET" else 422


# what the page shows


def _page(ref: str, key: str) -> TaskPage:
    page = contributions.page(db.session(), ref, key, request.values.get("party", type=int), person=login.me().id,
                              now=now())
    frame.keep(page.facts)
    return page


def _editable(page: TaskPage) -> bool:
    return (page.may_edit and page.task.state in (TaskState.OPEN, TaskState.RETURNED)
            and first_missing(page.facts, page.task) is None)


def _form(page: TaskPage, typed: Any, kept: Mapping[str, Any] | None, uploads: Any = None) -> ContributionForm:
    """The form with what was typed; a task given before begins with what was given."""
    task, language = page.facts.task_of(page.task), pages.language()
    newest = page.newest
    if typed is None and newest is not None:
        typed = typed_of(task, newest.answers, language=language)
        kept = {key: asdict(answer.value) for key, answer in newest.answers.items()
                if isinstance(answer.value, FileAnswer)}
    return ContributionForm(task, language=language, typed=typed, files=kept, uploads=uploads,
                            marked=_marked(page), currency="")


def _marked(page: TaskPage) -> dict[str, str]:
    """Fields named when the task was returned."""
    if page.task.state is not TaskState.RETURNED:
        return {}
    return dict.fromkeys(contributions.marked(db.session(), page.facts, page.task), page.task.reason or "")


def _show(page: TaskPage, form: ContributionForm | None) -> str:
    facts, task = page.facts, page.task
    definition = facts.task_of(task)
    acceptors = [party.name for party in accepting(facts, task)]
    earlier = first_missing(facts, task)
    newest = page.newest
    return frame.show(
        "room/tasks/show.html", facts, (_("Tasks"), url_for("room.tasks", ref=facts.project.ref)),
        (_title(page), None), page=page, task=task, definition=definition, form=form, title=_title(page),
        nonce=Form(), giver=_giver(page), acceptors=acceptors, sees=_sees(page, acceptors),
        saved=_draft_words(page, words.clock_time(page.draft.at, pages.reader())) if page.draft.at else "",
        answers=shown(definition, newest.answers, language=pages.language()) if newest else (),
        links=_links(facts, task), asked=frame.person_name(facts, task.asked),
        earlier=say(facts.task_of(earlier).title, pages.language()) if earlier else "",
        submit_label=_("Submit to %(party)s", party=words.listed(acceptors, pages.reader())) if acceptors
        else _("Submit for %(party)s", party=_giver(page)),
        file_rule=_("PDF, pictures, spreadsheets, up to %(limit)s MB",
                    limit=current_app.config["SETTINGS"].upload_mb))


def _sees(page: TaskPage, acceptors: list[str]) -> str:
    """Who sees it, said before one types."""
    facts, own = page.facts, _giver(page)
    others = [party.name for party in facts.present if party.number != page.task.party]
    seen_by = facts.task_of(page.task).visible_to
    if seen_by == "own":
        return _("Only %(party)s sees this, also after it is submitted.", party=own)
    if isinstance(seen_by, list):
        others = [party.name for party in facts.holders(seen_by) if party.number != page.task.party] or acceptors
    return _("Only %(party)s sees your draft. When you submit, %(others)s see it too.", party=own,
             others=words.listed(others, pages.reader())) if len(others) != 1 else \
        _("Only %(party)s sees your draft. When you submit, %(other)s sees it too.", party=own, other=others[0])


def _links(facts: Facts, task: TaskFact) -> dict[str, str]:
    """Field -> where its file can be had."""
    stage = facts.definition.tasks[task.key][0]
    start = f"{stage}.{task.key}."
    return {document.path.removeprefix(start): url_for("room.document", ref=facts.project.ref, number=document.number)
            for document in facts.documents
            if document.path and document.path.startswith(start) and document.party == task.party}


def _title(page: TaskPage) -> str:
    return say(page.facts.task_of(page.task).title, pages.language())


def _giver(page: TaskPage) -> str:
    return page.facts.party(page.task.party).name


def _draft_words(page: TaskPage, at: str) -> str:
    return _("Draft saved %(at)s, only %(party)s sees it", at=at, party=_giver(page))


def _submitted(page: TaskPage, state: str) -> str:
    names = words.listed([party.name for party in accepting(page.facts, page.task)], pages.reader())
    if state == TaskState.SUBMITTED.value:
        return _("Submitted. %(names)s accepts it or returns it with a reason. We will write to you.", names=names)
    return _("Submitted. It counts from now on.")


def _by_stage(facts: Facts) -> list[dict[str, Any]]:
    """Every stage with its tasks per party, the running one first marked."""
    rows = []
    for stage_key, stage in facts.definition.stages.items():
        tasks = [(key, one, facts.instances(key)) for key, one in stage.tasks.items()]
        rows.append({"key": stage_key, "name": say(stage.name, pages.language()), "tasks": tasks,
                     "now": stage_key == facts.project.stage, "target": stage.target,
                     "ahead": facts.definition.order[stage_key] > facts.definition.order[facts.project.stage]})
    return rows


def _state_words() -> dict[str, tuple[str, str]]:
    """State -> chip kind and words."""
    return {
        "open": ("plain", _("asked")), "entered": ("soon", _("to be confirmed")), "returned": ("soon", _("returned")),
        "submitted": ("plain", _("submitted")), "accepted": ("done", _("accepted")), "lapsed": ("draft", _("ended")),
    }


# what the page keeps


def _number(name: str) -> int:
    value = request.form.get(name, type=int)
    if value is None:
        raise Invalid("form.broken", field=name)
    return value


def _saved(page: TaskPage, form: ContributionForm, *, leave: bool) -> ResponseReturnValue:
    """Keep the draft; then away, or the form again with one row more or less."""
    _save(page, form)
    ref = page.facts.project.ref
    if leave:
        flash(_("Your draft is saved."), "done")
        return redirect(url_for("room.now", ref=ref), 303)
    return _show(_page(ref, page.task.key), form), 422 if form.form_errors else 200


def _save(page: TaskPage, form: ContributionForm) -> int:
    kept = {key: {k: v for k, v in asdict(file).items() if k not in ("document", "version")}
            for key, file in form.files.items()}
    with transaction() as session:
        return contributions.save_draft(
            session, page.facts.project.ref, task=page.task.key, party=page.task.party, number=_number("draft"),
            typed=form.typed(), files=kept, actor=login.me().id, now=now())


def _stored(page: TaskPage, form: ContributionForm) -> tuple[dict[str, Any], dict[str, str]]:
    """Files that came with this request: kept in the store, or refused with a sentence."""
    kept: dict[str, Any] = {}
    refused: dict[str, str] = {}
    prefix = files.prefix(db.session(), page.facts.project.host_id) if form.uploaded else ""
    for field, upload in form.uploaded.items():
        upload.stream.seek(0, 2)
        size = upload.stream.tell()
        upload.stream.seek(0)
        try:
            new = files.keep(current_app.extensions["store"], prefix, field, upload.filename, upload.stream, size,
                             limit_mb=int(current_app.config["SETTINGS"].upload_mb))
        except CocreateError as error:
            refused[field] = sentences.error(error, pages.reader())
        else:
            kept[field] = {k: v for k, v in asdict(new).items() if k != "field"}
    return kept, refused


def _new_files(form: ContributionForm) -> tuple[NewFile, ...]:
    """The files of this version that the project does not have yet."""
    return tuple(NewFile(key, file.sha256, file.name, file.media_type, file.size)
                 for key, file in form.files.items() if file.document is None)
