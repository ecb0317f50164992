"""Every file of the project once, with its newest version: asked for by tasks, shared by somebody, or one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import audience
from cocreate.domain.names import content_disposition
from cocreate.domain.rights import Act, may
from cocreate.domain.topics import Topic
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.forms.base import Form, whole
from cocreate.forms.documents import WHO, NewVersionForm, SeenByForm, UploadForm
from cocreate.models.work import DocumentVersion
from cocreate.services import documents as service
from cocreate.services import files
from cocreate.services.acts.documents import owns
from cocreate.services.documents import Newest, Reading
from cocreate.storage import StoreFull
from cocreate.views.room import asked_words, frame, previews, signing_words, task_state
from cocreate.views.room.blueprint import bp
from cocreate.views.room.dialogs import dialog
from cocreate.views.room.frame import PartyView
from cocreate.views.room.previews import Preview
from cocreate.views.room.talk import talk
from cocreate.views.room.uploads import blame, forgotten, rule, stored
from cocreate.web import login, pages
from workflows.facts import DocumentFact, Facts, TaskFact
from workflows.fields import File
from workflows.guards import rests
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Row:
    """A file as a line of the list; one that is missing has no document."""

    label: str
    party: PartyView | None
    document: DocumentFact | None = None
    newest: Newest | None = None
    sees: tuple[PartyView, ...] = ()
    read: str = ""
    missing: str = ""
    url: str = ""


@bp.get("/documents")
def documents(ref: str) -> ResponseReturnValue:
    """Files that tasks ask for, shared ones, and one's own, as far as the reader may see them."""
    facts = frame.enter(ref)
    shown = files.visible(facts, frame.mask(facts))
    newest, readings = service.newest(db.session(), facts, shown), service.readings(db.session(), facts, shown)
    own = frame.mask(facts)
    rows = {one.number: _row(facts, one, newest.get(one.number), readings.get(one.number)) for one in shown}
    shared = [rows[one.number] for one in shown if one.path is None and one.sees != own]
    return frame.show("room/documents/list.html", facts, (_("Documents"), None), asked=_asked_for(facts, rows),
                      shared=shared, mine=[rows[one.number] for one in shown if one.path is None and one.sees == own],
                      withdrawn=[(one.name, one.withdrawn_at, frame.party_views(facts).get(one.party or 0))
                                 for one in facts.documents if one.withdrawn_at and one.sees & own],
                      hidden=sum(1 for one in facts.documents if one.withdrawn_at is None) - len(shown),
                      signed=signing_words.all_signed(facts),
                      may_upload=may(Act.UPLOAD, facts.actor, party=facts.own) and not facts.ended)


@bp.get("/documents/<int:number>")
def document(ref: str, number: int) -> ResponseReturnValue:
    """One file with its versions, who has read it, and what is said about it."""
    facts = frame.enter(ref)
    found, versions = files.versions(db.session(), facts, number, frame.mask(facts))
    reading = service.readings(db.session(), facts, [found])[number]
    mine = owns(facts, found, versions[-1].row.person) and not facts.ended and not facts.on_hold
    return frame.show(
        "room/documents/show.html", facts, (_("Documents"), url_for("room.documents", ref=ref)),
        (found.name, None), document=found, versions=versions,
        preview=_preview(facts, versions[0].row), sees=_seen_by(facts, found.sees),
        read=_read(facts, found, reading), names=reading.names, task=_task(facts, found),
        may_change=mine and found.path is None and may(Act.UPLOAD, facts.actor, party=found.party),
        may_widen=mine and may(Act.WIDEN, facts.actor, party=found.party),
        lapses=frame.questions(facts, service.decided_on(facts, found)),
        talk=talk(facts, Topic("document", str(number))))


def _preview(facts: Facts, newest: DocumentVersion) -> Preview:
    """The newest version where it can be shown; a text shown to its end has been read."""
    found = previews.of(facts, newest)
    if found.text and found.whole:
        with transaction() as session:
            service.mark_read(session, facts, newest.document, newest.number)
    return found


@bp.get("/documents/<int:number>/<int:version>")
def document_download(ref: str, number: int, version: int) -> ResponseReturnValue:
    """The bytes, as a download that can do nothing in our name; the first one marks it as read."""
    facts = frame.enter(ref)
    _found, versions = files.versions(db.session(), facts, number, frame.mask(facts))
    row = next((one.row for one in versions if one.row.number == version), None)
    if row is None:
        raise NotFound
    store, prefix = current_app.extensions["store"], files.prefix(db.session(), facts.project.host_id)
    body, media_type, name = store.read(prefix, row.sha256), row.media_type, row.name
    with transaction() as session:
        service.mark_read(session, facts, number, version)
    return download(body, media_type, name)


def download(body: bytes, media_type: str, name: str) -> Response:
    """An answer that browsers save and never run."""
    return Response(body, mimetype=media_type, headers={
        "Content-Disposition": content_disposition(name), "Content-Security-Policy": "sandbox; default-src 'none'"})


@bp.route("/documents/new", methods=["GET", "POST"])
def document_new(ref: str) -> ResponseReturnValue:
    """Share a file; who sees it is asked before it is chosen."""
    facts = frame.enter(ref)
    form, status = UploadForm.from_request(), _status()
    _choices(facts, form)
    back, kept = url_for("room.documents", ref=ref), asked_words.of(facts, form)
    if away := kept.put_away(back):
        return away
    if request.method == "POST" and form.validate():
        try:
            file = stored(facts, form.upload.data, "upload")
            with transaction() as session:
                receipt = service.share(session, ref, file=file, parties=form.chosen(), note=form.note.data or "",
                                        actor=login.me().id, key=form.key(), now=now())
                kept.said(session)
        except (Invalid, StoreFull) as error:
            status = blame(form, error, facts)
        else:
            flash(_("Shared."), "done")
            return redirect(url_for("room.document", ref=ref, number=receipt.values["number"]), 303)
    kept.save()
    forgotten(form)
    form.upload.description = rule()
    body = frame.show("room/documents/upload.html", facts, _list(facts), (_("Share a file"), None), form=form,
                      kept=kept, title=_("Share a file"), button=_("Share it"), back_url=back, lapses=())
    return body, status


@bp.route("/documents/<int:number>/new-version", methods=["GET", "POST"])
def document_new_version(ref: str, number: int) -> ResponseReturnValue:
    """A newer version of a shared file, with what changed."""
    facts = frame.enter(ref)
    found = _visible(facts, number)
    form, status = NewVersionForm.from_request(), _status()
    there, kept = url_for("room.document", ref=ref, number=number), asked_words.of(facts, form)
    if away := kept.put_away(there):
        return away
    if request.method == "POST" and form.validate():
        try:
            file = stored(facts, form.upload.data, "upload")
            with transaction() as session:
                service.new_version(session, ref, document=number, seen=request.form.get("seen", 0, type=whole),
                                    file=file, note=form.note.data or "", actor=login.me().id, key=form.key(),
                                    now=now())
                kept.said(session)
        except (Invalid, StoreFull) as error:
            status = blame(form, error, facts)
        except Conflict as error:
            form.form_errors.append(sentences.error(error, pages.reader(), facts))
            status = 409
        else:
            flash(_("Shared. The earlier versions stay readable."), "done")
            return redirect(there, 303)
    kept.save()
    forgotten(form)
    form.upload.description = rule()
    body = frame.show("room/documents/upload.html", facts, _list(facts), (found.name, there), (_("New version"), None),
                      form=form, kept=kept, title=_("New version of '%(name)s'", name=found.name),
                      button=_("Share this version"), back_url=there, document=found, sees=_seen_by(facts, found.sees),
                      lapses=frame.questions(facts, service.decided_on(facts, found)))
    return body, status


@bp.route("/documents/<int:number>/seen-by", methods=["GET", "POST"])
def document_seen_by(ref: str, number: int) -> ResponseReturnValue:
    """Let more parties see it, or fewer; who has read it already is said."""
    facts = frame.enter(ref)
    found = _visible(facts, number)
    there = url_for("room.document", ref=ref, number=number)
    now_seen = [one.number for one in _seen_by(facts, found.sees)]
    everybody = audience.everybody(facts)
    who = "all" if found.sees & everybody == everybody else "some" if len(now_seen) > 1 else "own"
    form = SeenByForm.from_request(who=who, parties=now_seen)
    _choices(facts, form)
    reading = service.readings(db.session(), facts, [found])[number]

    def act(session: Any) -> str:
        chosen = form.chosen()
        fewer = chosen is not None and bool(set(now_seen) - {*chosen, facts.own})
        more = chosen is None or bool(set(chosen) - set(now_seen))
        # Some more and some fewer are two acts: the record says both.
        for wider in [True] * more + [False] * (fewer or not more):
            service.show_to(session, ref, document=number, parties=chosen, wider=wider, actor=login.me().id,
                            key=f"{form.key()}-{'w' if wider else 'n'}", now=now())
        return _("Changed. The record says who sees it from now on.")

    return dialog(facts, form, "room/documents/seen_by.html", _("Who sees '%(name)s'", name=found.name), act,
                  then=url_for("room.documents", ref=ref), back=there, trail=(_list(facts), (found.name, there)),
                  ever=[facts.party(n).name for n in sorted(reading.ever) if n != facts.own],
                  only_wider=found.path is not None)


@bp.route("/documents/<int:number>/withdraw", methods=["GET", "POST"])
def document_withdraw(ref: str, number: int) -> ResponseReturnValue:
    """Take a shared file away."""
    facts = frame.enter(ref)
    found = _visible(facts, number)
    there = url_for("room.document", ref=ref, number=number)
    form = Form.from_request()
    reading = service.readings(db.session(), facts, [found])[number]

    def act(session: Any) -> str:
        service.withdraw(session, ref, document=number, seen=request.form.get("seen", 0, type=whole),
                         actor=login.me().id, key=form.key(), now=now())
        return _("Withdrawn. Nobody can open it any more.")

    return dialog(facts, form, "room/documents/withdraw.html", _("Withdraw '%(name)s'", name=found.name), act,
                  then=url_for("room.documents", ref=ref), back=there, trail=(_list(facts), (found.name, there)),
                  document=found, ever=[facts.party(n).name for n in sorted(reading.ever) if n != facts.own])


# parts of the pages


def _status() -> int:
    return 200 if request.method == "GET" else 422


def _list(facts: Facts) -> tuple[str, str]:
    return _("Documents"), url_for("room.documents", ref=facts.project.ref)


def _visible(facts: Facts, number: int) -> DocumentFact:
    found = next((one for one in files.visible(facts, frame.mask(facts)) if one.number == number), None)
    if found is None:
        raise NotFound
    return found


def _seen_by(facts: Facts, sees: int) -> tuple[PartyView, ...]:
    views = frame.party_views(facts)
    return tuple(views[n] for n in audience.parties_in(sees, [p.number for p in facts.present]))


def _choices(facts: Facts, form: SeenByForm) -> None:
    form.parties.choices = [SelectChoice(party.number, party.name) for party in facts.present
                            if party.number != facts.own]
    if len(form.parties.choices) < 2 and form.who.data != "some":
        form.who.choices = [choice for choice in WHO if choice.value != "some"]


def _task(facts: Facts, document: DocumentFact) -> tuple[str, str] | None:
    """Title and address of the task that asked for it."""
    if document.path is None:
        return None
    key = document.path.split(".")[1]
    return (say(facts.definition.tasks[key][1].title, pages.language()),
            url_for("room.task", ref=facts.project.ref, key=key, party=document.party))


def _row(facts: Facts, document: DocumentFact, newest: Newest | None, reading: Reading | None) -> Row:
    views = frame.party_views(facts)
    return Row(document.name, views.get(document.party) if document.party else None, document, newest,
               _seen_by(facts, document.sees), _read(facts, document, reading) if reading else "",
               url=url_for("room.document", ref=facts.project.ref, number=document.number))


def _read(facts: Facts, document: DocumentFact, reading: Reading) -> str:
    """Such as "read by Philips, not yet by WMATA": of parties, never of people of another one."""
    others = [view for view in _seen_by(facts, document.sees) if view.number != document.party]
    read = words.listed((view.name for view in others if view.number in reading.parties), pages.reader())
    unread = words.listed((view.name for view in others if view.number not in reading.parties), pages.reader())
    if read and unread:
        return _("read by %(read)s, not yet by %(unread)s", read=read, unread=unread)
    if read:
        return _("read by %(read)s", read=read)
    return _("not yet read by %(unread)s", unread=unread) if unread else ""


def _asked_for(facts: Facts, rows: Mapping[int, Row]) -> list[Row]:
    """Each file field of each task: the file, if its row is among those the reader sees, or who brings it by when."""
    there = {(one.path, one.party): one for one in facts.documents if one.path is not None}
    found = []
    for stage, key, name, field in facts.definition.fields():
        for one in facts.instances(key) if isinstance(field, File) else ():
            document = there.get((f"{stage}.{key}.{name}", one.party))
            if document and document.number in rows:
                found.append(rows[document.number])
            elif document is None and field.required and not rests(facts, one) and not facts.ended:
                found.append(_missing(facts, say(field.label, pages.language()), one))
    return found


def _missing(facts: Facts, label: str, task: TaskFact) -> Row:
    party = frame.party_views(facts)[task.party]
    due = task_state.due(facts, task)
    said = _("%(party)s uploads it by %(day)s", party=party.name, day=words.day(due, pages.reader())) if due else \
        _("%(party)s uploads it", party=party.name)
    return Row(label, party, missing=said, url=url_for("room.task", ref=facts.project.ref, key=task.key,
                                                       party=task.party))
