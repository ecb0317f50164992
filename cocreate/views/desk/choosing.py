"""The first step of opening a project: what do you want to do together? Chosen, suggested, or begun from a case."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import suggestions
from cocreate.domain.openings import Typed
from cocreate.errors import NotFound
from cocreate.forms.base import Form
from cocreate.forms.openings import QuestionsForm
from cocreate.models.hosts import Host
from cocreate.services import casebook, hosts, openings_under_way, templates
from cocreate.services.openings_under_way import Draft
from cocreate.services.templates import Published
from cocreate.views.desk import opening_words
from cocreate.views.desk.blueprint import bp
from cocreate.web import login, pages
from workflows.definition import Definition
from workflows.texts import say


@bp.get("/openings/new")
def opening_new() -> ResponseReturnValue:
    """Choose by picture; five questions and published cases stand beside it."""
    offered, around = _offered()
    if not offered:
        return render_template("desk/nothing_to_open.html")
    return render_template("desk/opening/choose.html", tiles=opening_words.tiles(offered, pages.language()),
                           form=Form(), **around)


@bp.post("/openings/new")
def opening_choose() -> ResponseReturnValue:
    """Begin with a template, and go on to its seats; what was typed before is kept."""
    offered, _around = _offered()
    chosen = next((one for one in offered if one.key == request.form.get("template")), None)
    if chosen is None:
        flash(_("This template is not there any more. Choose another."), "late")
        return redirect(url_for("desk.opening_new", opening=request.form.get("opening") or None), 303)
    host, draft = _host()
    answers, case = request.form.get("answers", ""), _case_key(request.form.get("case", ""))
    before = draft.typed if draft else Typed()
    typed = Typed(
        template=chosen.key, case=case, answers=answers if suggestions.valid(answers) else before.answers,
        own=before.own, fields={**_first_fields(chosen.definition, case, host, before),
                                **_typed_before(chosen, host, before)})
    with transaction() as session:
        if draft:
            openings_under_way.save(session, draft.ref, typed, seen=draft.version, person=login.me().id, now=now())
            ref = draft.ref
        else:
            ref, _new_one = openings_under_way.begin(session, host.id, typed, author=login.me().id,
                                                     key=Form.from_request().key(), now=now())
    return redirect(url_for("desk.opening_step", ref=ref, step="seats"), 303)


@bp.route("/openings/questions", methods=["GET", "POST"])
def opening_questions() -> ResponseReturnValue:
    """Five questions, and what they point to; the choice stays with people."""
    offered, around = _offered()
    form = QuestionsForm.from_request()
    if request.method == "GET":
        return render_template("desk/opening/questions.html", form=form, **around)
    if not form.validate():
        return render_template("desk/opening/questions.html", form=form, **around), 422
    return render_template("desk/opening/result.html", form=form, answers=form.answers(), **around,
                           told=opening_words.told(suggestions.suggest(form.answers()), offered, pages.language()))


@bp.get("/openings/cases")
def opening_cases() -> ResponseReturnValue:
    """The published cases for which a template is published here: all, or those of one strategy."""
    offered, around = _offered()
    known = {one.definition.strategy: one for one in offered}
    cases = [(case, known[case.strategy]) for case in casebook.shipped() if case.strategy in known]
    chosen = request.args.get("strategy", "")
    chosen = chosen if any(case.strategy == chosen for case, _one in cases) else ""
    strategies = [(key, say(one.definition.name, pages.language()), many) for key, one in known.items()
                  if (many := sum(case.strategy == key for case, _one in cases))]
    return render_template(
        "desk/opening/cases.html", form=Form(), **around, strategies=strategies, chosen=chosen, many=len(cases),
        cards=[opening_words.card(case, one, pages.language())
               for case, one in cases if not chosen or case.strategy == chosen])


def _offered() -> tuple[list[Published], dict[str, Any]]:
    """What may be opened, and what every page of this step shows: for which host, and of which draft."""
    host, draft = _host()
    mine = [] if draft else hosts.opening_for(db.session(), login.me().id)
    return templates.published(db.session(), host.id), {
        "retired": _retired(draft), "host": host.ref, "hosts": mine,
        "ref": draft.ref if draft else "", "suggestion": draft and draft.suggested}


def _retired(draft: Draft | None) -> str:
    """The name of the template a draft was begun with, where projects cannot be opened with it any more."""
    there = templates.ever_published(db.session(), draft.host_id, draft.typed.template) if draft else None
    return say(there.definition.name, pages.language()) if there and there.retired else ""


def _host() -> tuple[Host, Draft | None]:
    """The host for which one opens: that of the draft, the one that was chosen, or the first."""
    managed = hosts.hosts_of(db.session(), login.me().id, hosts.ACCOUNT_MANAGER)
    if ref := request.form.get("opening") or request.args.get("opening", ""):
        draft = openings_under_way.draft(db.session(), ref, person=login.me().id)
        found: Host | None = next(host for host in managed if host.id == draft.host_id)
    else:
        draft, wanted = None, request.form.get("host") or request.args.get("host", "")
        # First where one may open projects; whoever may nowhere hears who may.
        mine = [*hosts.opening_for(db.session(), login.me().id), *managed]
        found = next((host for host in mine if wanted in ("", host.ref)), None)
    if found is None:
        raise NotFound
    hosts.require_opener(db.session(), found.id, login.me().id)
    return found, draft


def _typed_before(chosen: Published, host: Host, before: Typed) -> Mapping[str, str]:
    """What was typed with another template, without what was only its default or is no seat of the chosen one."""
    fields = dict(before.fields)
    if before.template in ("", chosen.key):
        return fields
    if fields.get("own_seat") not in ("", None, *chosen.definition.parties):
        del fields["own_seat"]
    old = templates.ever_published(db.session(), host.id, before.template)
    if old and fields.get("purpose") == say(old.definition.summary, pages.language()):
        del fields["purpose"]
    return fields


def _case_key(key: str) -> str:
    return key if any(case.key == key for case in casebook.shipped()) else ""


def _first_fields(definition: Definition, case: str, host: Host, before: Typed) -> Mapping[str, str]:
    """What has a default: the first contracting seat is one's own, the next is the suggester's, if there is one."""
    contracting = [key for key, seat in definition.parties.items() if seat.contracting]
    suggester = {f"seat_{contracting[1]}-{name}": text for name, text in before.own.items()} \
        if len(contracting) > 1 else {}
    kinds = opening_words.kinds_of(casebook.by_key(case), definition) if case else {}
    return {"own_seat": next(iter(contracting), ""), "purpose": say(definition.summary, pages.language()),
            "public_buyer": "no", "greeting": host.greeting, **kinds, **suggester}
