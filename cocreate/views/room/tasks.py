"""The tasks of a project: the list of all, one task's form, and what the other side says to it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from flask import current_app, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from cocreate import login, pages, sentences, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.answers import Answer, Answers, FileAnswer
from cocreate.domain.figures import FigureValue, compute, figures, named
from cocreate.domain.rights import Act, may
from cocreate.domain.saying import Shown, shown
from cocreate.domain.topics import Topic
from cocreate.errors import CocreateError, Conflict, Invalid
from cocreate.forms.base import Form
from cocreate.forms.contributions import ContributionForm
from cocreate.forms.tasks import ReturnForm
from cocreate.forms.typed import typed_of
from cocreate.services import casebook, contributions, files
from cocreate.services.contributions import TaskPage
from cocreate.services.progress import Receipt
from cocreate.views.room import drafts, frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.talk import talk
from workflows.calendars import local_day
from workflows.definition import Task
from workflows.facts import Facts, TaskState
from workflows.fields import Computed
from workflows.guards import accepting, can_start, first_missing
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
    page = load(ref, key)
    form = make_form(page, page.draft.texts, page.draft.files) if _editable(page) else None
    return _show(page, form)


@bp.post("/tasks/<key>")
def submit(ref: str, key: str) -> ResponseReturnValue:
    """Save the draft, change its rows, or submit it; whatever happens, nothing typed is lost."""
    page = load(ref, key)
    meta = Form.from_request()
    typed, taken = drafts.taken(request.form)
    form, refused = filled(page, typed, given_files(page))
    try:
        if taken is not None:
            return _show(page, form, theirs=drafts.posted(page, typed))
        if form.rearranged or "save" in request.form or refused:
            return _saved(page, form, leave="save" in request.form and not refused)
        if not ("unchanged" in request.form or form.validate()):
            _save(page, form)
            return _show(load(ref, key), form, theirs=drafts.posted(page, request.form)), 422
        receipt = _submit(page, form, meta.key(), unchanged="unchanged" in request.form)
    except Conflict as error:
        return _both(ref, key, form, error)
    flash(_submitted(page, receipt.values["state"]), "done")
    return redirect(url_for("room.now", ref=ref), 303)


def _submit(page: TaskPage, form: ContributionForm, key: str, *, unchanged: bool) -> Receipt:
    answers = page.newest.answers if unchanged and page.newest else form.answers()
    files_ = contributions.new_files(db.session(), page.facts, page.task, answers)
    with transaction() as session:
        return contributions.submit(
            session, page.facts.project.ref, task=page.task.key, party=page.task.party, seen=number("seen"),
            draft=number("draft"), answers=answers, files=files_, actor=login.me().id, key=key, now=now())


_MEANWHILE = frozenset({"draft.changed", "contribution.changed", "contribution.not_open"})


def _both(ref: str, key: str, form: ContributionForm, error: Conflict) -> ResponseReturnValue:
    """A colleague was faster: both texts on one page, field by field, and what was typed here stays in the inputs."""
    if error.code not in _MEANWHILE:
        raise error
    page = load(ref, key)
    sentence = _faster(page, error)
    if _editable(page):
        kept = {name: asdict(file) for name, file in form.files.items()}
        mine = make_form(page, form.typed(), {**given_files(page), **kept})
        return _show(page, mine, theirs=drafts.theirs(page, mine), faster=sentence), 409
    typed = form.typed() if page.may_edit else {}
    return _show(page, None, faster=sentence, mine=drafts.kept(page, form) if page.may_edit else (),
                 typed=[(name, text) for name, texts in typed.items() for text in texts]), 409


def _faster(page: TaskPage, error: Conflict) -> str:
    """Who did what meanwhile."""
    if error.code == "draft.changed" and page.draft.at:
        return _("%(name)s saved this at %(time)s while you were typing.", name=page.draft.by,
                 time=words.clock_time(page.draft.at, pages.reader()))
    return sentences.error(error, pages.reader(), page.facts)


@bp.post("/tasks/<key>/draft")
def task_draft(ref: str, key: str) -> ResponseReturnValue:
    """What the page saves by itself while one types."""
    page = load(ref, key)
    try:
        saved = _save(page, make_form(page, request.form, given_files(page)))
    except Conflict as error:
        # Without an address to go to: leaving this page would lose what is typed on it, pressing its button does not.
        said = _faster(load(ref, key), error)
        return jsonify(status=_("%(said)s Press 'Save and close': you will see both texts.", said=said)), 409
    return jsonify(status=_draft_words(page, words.clock_time(now(), pages.reader())), values={"draft": str(saved)})


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
                                     typed=form.typed(), files={}, actor=login.me().id, now=now())
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
    fields = page.facts.task_of(page.task).fields
    form.marked.choices = [SelectChoice(k, say(f.label, pages.language())) for k, f in fields.items()]
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                contributions.return_(
                    session, ref, task=key, party=page.task.party, seen=number("seen"), reason=form.reason.data,
                    marked=tuple(form.marked.data or ()), actor=login.me().id, key=form.key(), now=now())
        except Invalid as error:
            form.blame(error.values.get("field"), sentences.error(error, pages.reader(), page.facts))
        else:
            flash(_("Returned with your reason. %(party)s has been told.", party=giver(page)), "done")
            return redirect(url_for("room.now", ref=ref), 303)
    body = frame.show("room/tasks/return.html", page.facts, (_("Tasks"), url_for("room.tasks", ref=ref)),
                      (title_of(page), None), page=page, form=form, title=title_of(page), giver=giver(page),
                      back_url=url_for("room.task", ref=ref, key=key, party=page.task.party))
    return body, 200 if request.method == "GET" else 422


# what the page shows


def load(ref: str, key: str) -> TaskPage:
    """The task as the person who asks may see it."""
    page = contributions.page(db.session(), ref, key, request.values.get("party", type=int), person=login.me().id,
                              now=now())
    frame.keep(page.facts)
    return page


def _editable(page: TaskPage) -> bool:
    return (page.may_edit and page.task.state in (TaskState.OPEN, TaskState.RETURNED)
            and first_missing(page.facts, page.task) is None)


def make_form(page: TaskPage, typed: Any, kept: Mapping[str, Any] | None, uploads: Any = None) -> ContributionForm:
    """The form with what was typed; a task given before begins with what was given."""
    task, language = page.facts.task_of(page.task), pages.language()
    if typed is None and page.newest is not None:
        typed, kept = typed_of(task, page.newest.answers, language=language), given_files(page)
    case = casebook.of_project(db.session(), page.facts.project.ref)
    path = f"{page.facts.definition.tasks[page.task.key][0]}.{page.task.key}"
    beside = {key: "; ".join(lines) for key in task.fields
              if case and (lines := casebook.published(case, f"{path}.{key}"))}
    if case and typed is None and (begun := casebook.begun(case, page.task.key, task)):
        typed = typed_of(task, begun, language=language)
    make = partial(ContributionForm, task, language=language, typed=typed, files=kept, uploads=uploads,
                   marked=_marked(page), currency=contributions.currency(db.session(), page.facts), published=beside)
    form = make()
    if not _computes(task):
        return form
    # The row that a button asked for is in the form now; made a second time it would be there twice.
    again = make(typed=form.typed(), computed=_computed(page, form.answers()))
    again.rearranged = form.rearranged
    return again


def given_files(page: TaskPage) -> Mapping[str, Any]:
    """The files a form begins with: those of the draft; before there is one, those that were given last."""
    if page.draft.texts is not None or page.newest is None:
        return page.draft.files or {}
    return {key: asdict(answer.value) for key, answer in page.newest.answers.items()
            if isinstance(answer.value, FileAnswer)}


def filled(page: TaskPage, typed: Any, kept: Mapping[str, Any] | None) -> tuple[ContributionForm, dict[str, str]]:
    """The form of a request with its files stored, and which were refused: field to sentence."""
    form = make_form(page, typed, kept, request.files)
    stored, refused = _stored(page, form)
    rearranged = form.rearranged
    form = make_form(page, form.typed(), {**{k: asdict(f) for k, f in form.files.items()}, **stored})
    form.rearranged = rearranged
    for field, sentence in refused.items():
        form.form_errors.append(f"{say(page.facts.task_of(page.task).fields[field].label)}: {sentence}")
    return form, refused


def _computes(task: Task) -> bool:
    return any(isinstance(field, Computed) for field in task.fields.values())


def _computed(page: TaskPage, answers: Answers) -> dict[str, Answer]:
    """Values of computed fields: from what this reader may see, and from what stands in this very task."""
    facts, key = page.facts, page.task.key
    stage, task = facts.definition.tasks[key]
    if not _computes(task):
        return {}
    mask, here = frame.mask(facts), f"{stage}.{key}."
    given = [*figures(stage, key, task, answers), *(
        FigureValue(one.path, one.path.split(".")[2], one.value, one.unit) for one in facts.figures
        if one.sees & mask and not one.path.startswith(here))]
    return {name: answer for name, field in task.fields.items() if isinstance(field, Computed) and (
        answer := compute(field, lambda path: [one for one in given if named(path, one.path)])) is not None}


def _marked(page: TaskPage) -> dict[str, str]:
    """Fields named when the task was returned."""
    if page.task.state is not TaskState.RETURNED:
        return {}
    return dict.fromkeys(contributions.marked(db.session(), page.facts, page.task), page.task.reason or "")


def _show(page: TaskPage, form: ContributionForm | None, *, theirs: Sequence[drafts.Theirs] = (), faster: str = "",
          mine: Sequence[Shown] = (), typed: Sequence[tuple[str, str]] = ()) -> str:
    """The page of a task. theirs, faster, mine, typed: what a colleague's text is to this one, see ``drafts``."""
    facts, task = page.facts, page.task
    definition = facts.task_of(task)
    acceptors = [party.name for party in accepting(facts, task)]
    earlier = first_missing(facts, task)
    newest = page.newest
    answers = {**newest.answers, **_computed(page, newest.answers)} if newest else {}
    ends = facts.calendars[0].zone if facts.calendars else "UTC"
    return frame.show(
        "room/tasks/show.html", facts, (_("Tasks"), url_for("room.tasks", ref=facts.project.ref)),
        (title_of(page), None), page=page, task=task, definition=definition, form=form, title=title_of(page),
        nonce=Form(), giver=giver(page), acceptors=acceptors, sees=_sees(page, acceptors),
        saved=_draft_words(page, words.clock_time(page.draft.at, pages.reader())) if page.draft.at else "",
        answers=shown(definition, answers, language=pages.language()) if newest else (),
        links=links(page, newest.number if newest else 0), asked=frame.person_name(facts, task.asked),
        earlier=say(facts.task_of(earlier).title, pages.language()) if earlier else "",
        submit_label=_("Submit to %(party)s", party=words.listed(acceptors, pages.reader())) if acceptors
        else _("Submit for %(party)s", party=giver(page)), file_rule=file_rule(),
        theirs={one.key: one for one in theirs}, faster=faster, mine=mine, typed=typed,
        own=page.may_edit, may=_may(page), waits=bool(task.outside_until and task.outside_until >= local_day(
            facts.now, ends)), entered=_entered(page), talk=talk(facts, Topic("task", task.key, task.party)))


def file_rule() -> str:
    return _("PDF, pictures, spreadsheets, up to %(limit)s MB", limit=current_app.config["SETTINGS"].upload_mb)


def _may(page: TaskPage) -> dict[str, bool]:
    """Which ways beside filling in are open to this reader."""
    facts, task = page.facts, page.task
    running = not facts.ended and not facts.on_hold and can_start(facts, task)
    owed = running and task.state in (TaskState.OPEN, TaskState.RETURNED)
    own = facts.actor is not None and facts.actor.party == task.party
    return {
        "pass": owed and own and may(Act.PASS_ON, facts.actor, party=task.party, asked=task.asked),
        "help": owed and own and task.help is None and may(Act.HELP, facts.actor, party=task.party, asked=task.asked),
        "wait": owed and own and may(Act.HELP, facts.actor, party=task.party, asked=task.asked),
        "let_in": owed and own and task.wanted is not None and may(
            Act.PEOPLE, facts.actor, party=task.party, directly=True),
    }


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
    others = [party.name for party in facts.present if party.number != page.task.party]
    seen_by = facts.task_of(page.task).visible_to
    if seen_by == "own":
        return _("Only %(party)s sees this, also after it is submitted.", party=own)
    if isinstance(seen_by, list):
        others = [party.name for party in facts.holders(seen_by) if party.number != page.task.party] or acceptors
    return _("Only %(party)s sees your draft. When you submit, %(others)s see it too.", party=own,
             others=words.listed(others, pages.reader())) if len(others) != 1 else \
        _("Only %(party)s sees your draft. When you submit, %(other)s sees it too.", party=own, other=others[0])


def links(page: TaskPage, version: int) -> dict[str, str]:
    """Field -> where its file in this version can be had."""
    found = next((one for one in page.versions if one.number == version), None)
    if found is None:
        return {}
    return {key: url_for("room.task_file", ref=page.facts.project.ref, key=page.task.key, number=version, field=key,
                         party=page.task.party)
            for key, answer in found.answers.items() if isinstance(answer.value, FileAnswer)}


def title_of(page: TaskPage) -> str:
    return say(page.facts.task_of(page.task).title, pages.language())


def giver(page: TaskPage) -> str:
    return page.facts.party(page.task.party).name


def _draft_words(page: TaskPage, at: str) -> str:
    return _("Draft saved %(at)s, only %(party)s sees it", at=at, party=giver(page))


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
        "open": ("asked", _("asked")), "entered": ("soon", _("to be confirmed")),
        "returned": ("returned", _("returned")), "submitted": ("waits", _("submitted")),
        "accepted": ("done", _("accepted")), "lapsed": ("draft", _("ended")),
    }


# what the page keeps


def number(name: str) -> int:
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
    return _show(load(ref, page.task.key), form, theirs=drafts.posted(page, request.form)), \
        422 if form.form_errors else 200


def _save(page: TaskPage, form: ContributionForm) -> int:
    kept = {key: {k: v for k, v in asdict(file).items() if k not in ("document", "version")}
            for key, file in form.files.items()}
    with transaction() as session:
        return contributions.save_draft(
            session, page.facts.project.ref, task=page.task.key, party=page.task.party, number=number("draft"),
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
