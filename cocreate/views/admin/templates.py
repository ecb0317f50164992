"""The templates of a host: what projects can be opened with, whether it is sound, and publishing it."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import sentences
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.prose import blocks
from cocreate.domain.rights import PARTS, TABLE
from cocreate.errors import Conflict, NotFound
from cocreate.forms.admin import PublishForm
from cocreate.forms.base import Form, whole
from cocreate.forms.contributions import ContributionForm
from cocreate.services import openings_under_way, templates
from cocreate.services.templates import TemplatePage, Version
from cocreate.views.admin import words_of
from cocreate.views.admin.blueprint import bp, here, mine
from cocreate.views.conditions import only_if_words
from cocreate.views.once import done
from cocreate.views.parts import part_words
from cocreate.views.reminder_words import reminder
from cocreate.views.room.rules import act_words, narrowed_words, right_words
from cocreate.web import login, pages
from cocreate.web.pages import Entry
from workflows import library
from workflows.exchange.differences import Difference, between
from workflows.exchange.yaml_text import write
from workflows.texts import say

TABS = ("stages", "forms", "rights", "clauses", "reminders", "texts", "versions", "projects")


@bp.get("/templates", endpoint="templates")
def listed() -> str:
    """What we can open projects with, and is it sound."""
    host = here()
    found = templates.all_of(db.session(), host.id)
    return render_template("admin/templates/list.html", host=host, hosts=mine(), rows=found, shipped=_shipped(found),
                           before=not any(row.used for row in found),
                           say=_say, strategies=words_of.strategies(), form=Form())


@bp.post("/templates/start")
def template_start() -> ResponseReturnValue:
    """A shipped template becomes a draft of this host."""
    login.require_proof("admin.templates")
    host = here()
    key = request.form.get("template", "")
    if key not in library.names():
        raise NotFound
    there = templates.of_key(db.session(), host.id, key)
    if there is None:
        with transaction() as session:
            templates.save_draft(session, host.id, library.load(key), note=_("Shipped"), actor=login.me().id,
                                 now=now())
        there = templates.of_key(db.session(), host.id, key)
    flash(_("It is here as a draft. Look at it, then publish it: after that projects can be opened with it."), "done")
    return redirect(url_for("admin.template", ref=there.ref if there else ""), 303)


@bp.get("/templates/<ref>")
def template(ref: str) -> str:
    """Understand and improve one template."""
    found, version = _load(ref)
    tab = request.args.get("show", TABS[0])
    if tab not in TABS:
        raise NotFound
    return render_template(
        "admin/templates/show.html", template=found, version=version, tab=tab, tabs=_tabs(found, version, tab),
        top=words_of.top_line(found, pages.reader()), diagram=words_of.picture(version, _stage(version)),
        chosen=_stage(version), definition=version.definition, say=_say, form=Form(),
        trail=_trail(found), words_of=words_of, only_if_words=only_if_words, reminder=reminder,
        differs=_differs(found, version), **_content(tab, found, version))


@bp.get("/templates/<ref>/tasks/<key>")
def template_task(ref: str, key: str) -> str:
    """One task's form as a customer sees it on a telephone; nothing is sent."""
    found, version = _load(ref)
    if key not in version.definition.tasks:
        raise NotFound
    stage, task = version.definition.tasks[key]
    keys = list(version.definition.tasks)
    place = keys.index(key)
    return render_template(
        "admin/templates/task.html", template=found, version=version, task=task, say=_say, title=_say(task.title),
        stage=version.definition.stages[stage], form=ContributionForm(task, language=pages.language()),
        seats=words_of.seats(version.definition, task.of), words_of=words_of, definition=version.definition,
        only_if_words=only_if_words, agreement=blocks(_say(task.agreement)) if task.agreement else (),
        as_it_is=lambda said, _gaps: [(said, None)],
        around=[(keys[n], _say(version.definition.tasks[keys[n]][1].title)) if 0 <= n < len(keys) else None
                for n in (place - 1, place + 1)],
        trail=[*_trail(found)[:1], Entry(_name(version), _url(found, version, "forms")), Entry(_say(task.title), "")])


@bp.get("/templates/<ref>/<int:number>.yaml")
def template_yaml(ref: str, number: int) -> Response:
    """A version as text, which an import reads back as the same."""
    found = _found(ref)
    answer = Response(write(found.version(number).definition), mimetype="application/yaml")
    answer.headers["Content-Disposition"] = f"attachment; filename={found.key}-{number}.yaml"
    return answer


@bp.route("/templates/<ref>/publish", methods=["GET", "POST"])
def template_publish(ref: str) -> ResponseReturnValue:
    """From now on projects open with the draft; running ones stay on theirs."""
    login.require_proof()
    found, form = _found(ref), PublishForm.from_request()
    if (draft := found.draft) is None:
        raise Conflict("template.published", number=found.newest.number)
    if found.published is None:  # nothing was there before that could have changed
        del form.note
    if request.method == "POST" and form.validate():
        try:
            _require_seen(draft)
            return done(lambda session: templates.publish(session, found.host_id, found.id, draft.number,
                                                          note=form.data.get("note"), actor=login.me().id, now=now()),
                        url_for("admin.template", ref=ref),
                        _("Version %(number)s is published. New projects open with it.", number=draft.number))
        except Conflict as error:
            form.blame("note", sentences.error(error, pages.reader()))
    return render_template("admin/templates/publish.html", form=form, template=found, draft=draft,
                           name=_name(draft), running=words_of.stays(found), samples=words_of.samples(draft),
                           read=words_of.lawyered(draft), differs=_differs(found, draft), say=_say,
                           back_url=_url(found, draft), trail=_under(found)), 422 if form.unfold() else 200


@bp.route("/templates/<ref>/discard", methods=["GET", "POST"])
def template_discard(ref: str) -> ResponseReturnValue:
    """Do without a draft, the newest or one that was overtaken; what is published stays."""
    login.require_proof()
    found = _found(ref)
    number = request.args.get("version", type=whole)
    draft = found.draft if number is None else found.version(number)
    if draft is None or draft.published_at:
        raise Conflict("template.published", number=(draft or found.newest).number)
    before = next((version for version in found.versions if version != draft), None)
    if request.method == "POST":
        _require_seen(draft)
        return done(lambda session: templates.discard(session, found.host_id, found.id, draft.number,
                                                      actor=login.me().id, now=now()),
                    url_for("admin.template", ref=ref) if before else url_for("admin.templates"),
                    _("Version %(number)s of '%(name)s' is discarded.", number=draft.number, name=_name(draft)))
    return render_template("admin/templates/discard.html", form=Form(), template=found, draft=draft, before=before,
                           same=found.same(draft), name=_name(draft), back_url=_url(found, draft),
                           trail=_under(found))


@bp.route("/templates/<ref>/retire", methods=["GET", "POST"])
def template_retire(ref: str) -> ResponseReturnValue:
    """No new projects; the running ones stay."""
    login.require_proof()
    found = _found(ref)
    if request.method == "POST":
        return done(lambda session: templates.retire(session, found.host_id, found.id, actor=login.me().id,
                                                     now=now()),
                    url_for("admin.templates"), _("'%(name)s' is retired: no new projects.", name=_name(found.newest)))
    return render_template("admin/templates/retire.html", form=Form(), name=_name(found.newest),
                           back_url=_url(found, found.newest), trail=_under(found),
                           stay=words_of.running_stay(found),
                           under_way=openings_under_way.begun_with(db.session(), found.host_id, found.key))


@bp.post("/templates/<ref>/back")
def template_back(ref: str) -> ResponseReturnValue:
    """A retired template can open projects again."""
    login.require_proof("admin.template", ref=ref)
    found = _found(ref)
    return done(lambda session: templates.bring_back(session, found.host_id, found.id, actor=login.me().id,
                                                     now=now()),
                url_for("admin.template", ref=ref), _("'%(name)s' is in use again.", name=_name(found.newest)))


@bp.post("/templates/<ref>/<int:number>/draft")
def template_draft(ref: str, number: int) -> ResponseReturnValue:
    """The next version, as this one is: to be changed as a file and imported."""
    login.require_proof("admin.template", ref=ref)
    found = _found(ref)
    try:
        return done(lambda session: templates.copy_to_draft(
            session, found.host_id, found.id, number, actor=login.me().id, now=now(),
            note=_("Made from version %(number)s", number=number)), url_for("admin.template", ref=ref),
            lambda made: _("Version %(number)s is a draft now. Download it, change the file, and import it: it becomes "
                           "the next draft.", number=made.number))
    except Conflict as error:
        flash(sentences.error(error, pages.reader()), "info")
    return redirect(url_for("admin.template", ref=ref), 303)


# what the pages show


def _found(ref: str) -> TemplatePage:
    """A template of a host of the reader's; foreign ones do not exist."""
    return templates.one(db.session(), [host.id for host in mine()], ref)


def _load(ref: str) -> tuple[TemplatePage, Version]:
    found = _found(ref)
    return found, found.version(request.args.get("version", type=whole))


def _require_seen(draft: Version) -> None:
    """What is published is what was looked at, not a draft that came meanwhile."""
    if request.form.get("seen") != draft.sha256:
        raise Conflict("template.newer", number=draft.number)


def _shipped(found: Any) -> list[tuple[str, str, str]]:
    """(key, name, summary) of the shipped templates that the host does not have."""
    keys = {one.key for one in found}
    loaded = [(key, library.load(key)) for key in library.names() if key not in keys]
    return [(key, _say(one.name), _say(one.summary)) for key, one in loaded]


def _tabs(found: TemplatePage, version: Version, tab: str) -> list[Entry]:
    names = {"stages": _("Stages"), "forms": _("As a customer sees it"), "rights": _("Who may what"),
             "clauses": _("Clauses"), "reminders": _("Reminders"), "texts": _("Texts"), "versions": _("Versions"),
             "projects": _("Projects")}
    counts = {"clauses": len(version.definition.clauses) or None, "versions": len(found.versions),
              "projects": found.running or None}
    return [Entry(names[key], _url(found, version, key), key == tab, counts.get(key)) for key in TABS]


def _content(tab: str, found: TemplatePage, version: Version) -> dict[str, Any]:
    """What only one tab needs."""
    match tab:
        case "rights":
            return {"table": TABLE, "parts": PARTS, "acts": act_words(), "rights": right_words(),
                    "narrowed": narrowed_words(version.definition),
                    "part_words": part_words() | {"administrator": _("administrator")}}
        case "texts":
            return {"texts": words_of.texts(version.definition)}
        case "projects":
            titles, others = templates.titles(db.session(), found.id, login.me().id)
            return {"titles": titles, "others": others}
        case _:
            return {}


def _stage(version: Version) -> str:
    wanted = request.args.get("stage", "")
    return wanted if wanted in version.definition.stages else version.definition.first


def _url(found: TemplatePage, version: Version, tab: str = TABS[0]) -> str:
    old = None if version == found.newest else version.number
    return url_for("admin.template", ref=found.ref, version=old, show=None if tab == TABS[0] else tab)


def _trail(found: TemplatePage) -> list[Entry]:
    return [Entry(_("Templates"), url_for("admin.templates")),
            Entry(_name(found.newest), url_for("admin.template", ref=found.ref))]


def _under(found: TemplatePage) -> list[Entry]:
    """Of a page that is about one act on the template, and has its own name as heading."""
    return [*_trail(found), Entry("", "")]


def _differs(found: TemplatePage, version: Version) -> tuple[Difference, ...]:
    before = found.before(version)
    return between(before.definition, version.definition) if before else ()


def _name(version: Version) -> str:
    return _say(version.definition.name)


def _say(text: Any) -> str:
    return say(text, pages.language())

