"""A template that comes as a file: every mistake named at once, and nothing stored before somebody says so."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.clock import now
from cocreate.db import db
from cocreate.errors import NotFound
from cocreate.forms.admin import ImportForm
from cocreate.services import templates
from cocreate.services.templates import TemplatePage
from cocreate.views.admin import words_of
from cocreate.views.admin.blueprint import bp, here
from cocreate.views.once import done
from cocreate.web import login, pages
from cocreate.web.pages import Entry
from workflows import library
from workflows.definition import Definition
from workflows.exchange.differences import Difference, between
from workflows.exchange.mistakes import DefinitionError, DefinitionErrors
from workflows.exchange.schema import json_schema
from workflows.exchange.tree import LARGEST
from workflows.exchange.yaml_text import lined, read, write
from workflows.registered import TASK, asking, can_ask
from workflows.texts import say
from workflows.verification import verify


@bp.route("/templates/import", methods=["GET", "POST"])
def template_import() -> ResponseReturnValue:
    """Upload or paste; then look at what it is; then save it as a draft."""
    login.require_proof_for_file()
    host, form = here(), ImportForm.from_request()
    trail = [Entry(_("Templates"), url_for("admin.templates")), Entry(_("Import a template"), "")]
    if request.method == "GET":
        return _asked(form, (), trail)
    given = form.given()
    if not given.strip():
        form.blame("file", _("Choose a file or paste its text.") if isinstance(given, str) else
                   _("This file is empty. Choose another one, or paste its text."))
        return _asked(form, (), trail), 422
    try:
        definition = read(given)
    except DefinitionErrors as found:
        form.text.data = _shown(given)
        return _asked(form, found.errors, trail), 422
    there = templates.of_key(db.session(), host.id, definition.key)
    offers = can_ask(definition)
    if "save" in request.form:
        return _save(host.id, _with_addresses(definition) if offers and form.ask_address.data else definition,
                     form.draft.data if form.replace.data else None)
    form.ask_address.data = offers  # unless it is unticked
    draft = there.draft if there else None
    form.replace.data, form.draft.data = draft is not None, str(draft.number) if draft else ""
    if offers:
        form.ask_address.description = _address_where(definition)
    form.text.data = _shown(given)
    return render_template(
        "admin/templates/confirm.html", form=form, offers=offers, definition=definition, findings=verify(definition),
        line=lined(given), there=there, draft=draft, differs=_differs(there, definition),
        counted_units=words_of.counted_units(definition),
        same=next((one for one in there.versions if one.sha256 == definition.sha256), None) if there else None,
        trail=trail, say=lambda text: say(text, pages.language()))


@bp.get("/templates/shipped/<key>.yaml")
def template_shipped(key: str) -> Response:
    """A shipped template as a text to begin with."""
    if key not in library.names():
        raise NotFound
    return _file(write(library.load(key)), "application/yaml", f"{key}.yaml")


@bp.get("/templates/schema.json")
def template_schema() -> Response:
    """The JSON Schema of a template, for editors that complete and check while one types."""
    return _file(json.dumps(json_schema(), ensure_ascii=False, indent=2), "application/schema+json",
                 "template.schema.json")


def _file(body: str, kind: str, name: str) -> Response:
    answer = Response(body, mimetype=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _asked(form: ImportForm, errors: Sequence[DefinitionError], trail: list[Entry]) -> str:
    shipped = [(key, say(library.load(key).name, pages.language())) for key in library.names()]
    return render_template("admin/templates/import.html", form=form, errors=errors, trail=trail, shipped=shipped,
                           parts=words_of.parts())


def _with_addresses(definition: Definition) -> Definition:
    """The template with the question, in the language of who imports it; the file says it in others."""
    return asking(definition, title=_("Where your organisation is registered"), label=_("Registered address"),
                  why=_("Every paper that is signed names the parties with their registered address."))


def _address_where(definition: Definition) -> str:
    stage = _with_addresses(definition).tasks[TASK][0]
    return _("This template asks for no registered address, so no paper would say one. A task in '%(stage)s' is added; "
             "in the draft you can change it like any other.", stage=pages.stage(definition, stage))


def _differs(there: TemplatePage | None, definition: Definition) -> tuple[Difference, ...]:
    """From what projects open with now."""
    return between(there.published.definition, definition) if there and there.published else ()


def _save(host_id: int, definition: Definition, instead_of: str | None) -> ResponseReturnValue:
    """instead_of: the number of the draft that goes, as it was when one looked; a newer one stays."""
    there = templates.of_key(db.session(), host_id, definition.key)
    if there and (stored := there.stored(definition.sha256)):  # sent twice, or nothing changed
        flash(_("This is version %(number)s already.", number=stored.number), "info")
        return redirect(url_for("admin.template", ref=there.ref, version=stored.number), 303)

    draft = there.draft if there else None
    gone = draft.number if draft and str(draft.number) == instead_of else None

    def store(session: Any) -> tuple[str, int]:
        """Reference of the template, and number of the new version."""
        said: dict[str, Any] = {"note": _("Imported"), "actor": login.me().id, "now": now()}
        version = templates.save_draft(session, host_id, definition, **said) if gone is None else \
            templates.replace_draft(session, host_id, definition, gone, **said)
        found = templates.of_key(session, host_id, definition.key)
        return found.ref if found else "", version.number

    return done(
        store, lambda stored: url_for("admin.template", ref=stored[0]),
        lambda stored: _("Version %(number)s is saved as a draft. Nothing that runs has changed.", number=stored[1])
        if gone is None else _("Version %(number)s is saved as a draft in place of version %(gone)s. Nothing that runs "
                               "has changed.", number=stored[1], gone=gone))


def _shown(given: bytes | str) -> str:
    """What came, for the page: a file that is no text, or too large a one, is not shown."""
    if isinstance(given, str):
        return given
    if len(given) > LARGEST:
        return ""
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""

