"""Opening a project in four steps, each saved: what, who, where to and by when, check and open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cocreate import login, mail, pages
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import suggestions
from cocreate.domain.openings import Typed
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.forms.base import Form
from cocreate.forms.openings import AnswerForm, OpeningForm, QuestionsForm, fields_of_step, form_for, not_before
from cocreate.services import casebook, hosts, openings, templates
from cocreate.services import suggestions as suggested
from cocreate.services.hosts import ACCOUNT_MANAGER
from cocreate.services.openings import Draft
from cocreate.services.templates import Published
from cocreate.views.desk import opening_words
from cocreate.views.desk.blueprint import bp
from cocreate.views.desk.openings import new_of, say_opened
from workflows.definition import Definition
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Page:
    """One step as it is shown: the draft, its template, and the form of the whole with what was typed."""

    draft: Draft
    published: Published
    host_name: str
    form: OpeningForm

    @property
    def definition(self) -> Definition:
        return self.published.definition


class _Seen(Exception):
    """Ends the transaction in which a mail was only looked at."""


# step 1


@bp.get("/openings/new")
def opening_new() -> ResponseReturnValue:
    """Choose by picture; five questions and published cases stand beside it."""
    offered, host_ref = _offered()
    if not offered:
        return render_template("desk/nothing_to_open.html")
    return render_template("desk/opening/choose.html", tiles=opening_words.tiles(offered, pages.language()),
                           host=host_ref, form=Form(), ref=request.args.get("opening", ""))


@bp.post("/openings/new")
def opening_choose() -> ResponseReturnValue:
    """Begin with a template, and go on to its seats; a suggestion that is opened keeps its words."""
    offered, _host_ref = _offered()
    chosen = next((one for one in offered if one.key == request.form.get("template")), None)
    if chosen is None:
        return redirect(url_for("desk.opening_new"), 303)
    answers, case = request.form.get("answers", ""), _case_key(request.form.get("case", ""))
    typed = Typed(template=chosen.key, case=case, answers=answers if suggestions.valid(answers) else "",
                  fields=_first_fields(chosen.definition, case))
    host_id, key, there = _host_id(), Form.from_request().key(), request.form.get("opening", "")
    with transaction() as session:
        if there:
            draft = openings.draft(session, there, person=login.me().id)
            typed = replace(typed, fields={**typed.fields, **draft.typed.fields})
            openings.save(session, there, typed, seen=draft.version, person=login.me().id, now=now())
            ref = there
        else:
            ref, _new_one = openings.begin(session, host_id, typed, author=login.me().id, key=key, now=now())
    return redirect(url_for("desk.opening_step", ref=ref, step="seats"), 303)


@bp.route("/openings/questions", methods=["GET", "POST"])
def opening_questions() -> ResponseReturnValue:
    """Five questions, and what they point to; the choice stays with people."""
    offered, host_ref = _offered()
    form = QuestionsForm.from_request()
    context: dict[str, Any] = {"form": form, "host": host_ref,
                               "ref": request.form.get("opening") or request.args.get("opening", "")}
    if request.method == "GET":
        return render_template("desk/opening/questions.html", **context)
    if not form.validate():
        return render_template("desk/opening/questions.html", **context), 422
    return render_template("desk/opening/result.html", answers=form.answers(), **context,
                           told=opening_words.told(suggestions.suggest(form.answers()), offered, pages.language()))


@bp.get("/openings/cases")
def opening_cases() -> ResponseReturnValue:
    """The published cases for which a template is published here."""
    offered, host_ref = _offered()
    known = {one.definition.strategy: one for one in offered}
    return render_template(
        "desk/opening/cases.html", form=Form(), host=host_ref, ref=request.args.get("opening", ""),
        cards=[opening_words.card(case, known[case.strategy], pages.language())
               for case in casebook.shipped() if case.strategy in known])


# steps 2 to 4


@bp.route("/openings/<ref>/<any(seats, goal, check):step>", methods=["GET", "POST"])
def opening_step(ref: str, step: str) -> ResponseReturnValue:
    """One step; what is sent is saved, whether it is right or not."""
    if request.method == "POST" and (opened := openings.opened_from(db.session(), ref, person=login.me().id)):
        return redirect(url_for("room.now", ref=opened), 303)
    page = _page(ref)
    if request.method == "GET":
        return _show(page, step)
    draft = _saved(page, step)
    page = _page(ref, draft)
    if request.form.get("then") == "board":
        flash(_("Saved. You can go on later from your board."), "done")
        return redirect(url_for("desk.board"), 303)
    page.form.validate()
    not_before(page.form, pages.reader().today)
    if step == "check":
        return _open(page)
    if _only(page.form, step).unfold():
        return _show(page, step, checked=True), 422
    return redirect(url_for("desk.opening_step", ref=ref, step="goal" if step == "seats" else "check"), 303)


def _saved(page: Page, step: str) -> Draft:
    """Keep what this step sent."""
    sent = {name: request.form[name] for name in fields_of_step(page.definition, step) if name in request.form}
    typed = replace(page.draft.typed, fields={**page.draft.typed.fields, **sent})
    seen = request.form.get("version", page.draft.version, type=int)
    with transaction() as session:
        version = openings.save(session, page.draft.ref, typed, seen=seen, person=login.me().id, now=now())
    return replace(page.draft, typed=typed, version=version, saved_at=now())


def _open(page: Page) -> ResponseReturnValue:
    """Open it, with the invitations or without; everything wrong leads back to its step."""
    if page.form.unfold():
        return _show(page, "check", checked=True), 422
    new = _new(page, invite=request.form.get("then") != "later")
    try:
        with transaction() as session:
            openings.draft(session, page.draft.ref, person=login.me().id)
            ref = openings.open_project(session, page.draft.host_id, new, actor=login.me().id, key=page.draft.ref,
                                        now=now())
            openings.end(session, page.draft.ref, outcome=ref, person=login.me().id, now=now())
    except (Invalid, Conflict) as refused:
        page.form.refuse(refused)
        return _show(page, "check", checked=True), 422
    say_opened(ref, page.draft.host_id, openings.days_needed(page.definition))
    return redirect(url_for("room.now", ref=ref), 303)


@bp.post("/openings/<ref>/drop")
def opening_drop(ref: str) -> ResponseReturnValue:
    """Do without it."""
    with transaction() as session:
        openings.end(session, ref, outcome="", person=login.me().id, now=now())
    flash(_("Dropped. Nobody had been told of it."), "done")
    return redirect(url_for("desk.board"), 303)


@bp.route("/openings/<ref>/answer", methods=["GET", "POST"])
def opening_answer(ref: str) -> ResponseReturnValue:
    """Answer a suggestion that is not opened, in words that are mailed."""
    draft = openings.draft(db.session(), ref, person=login.me().id)
    if not draft.suggested:
        raise NotFound
    form = AnswerForm.from_request()
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                name = suggested.answer(session, ref, words=form.words.data, person=login.me().id, now=now())
        except Invalid:
            form.blame("words", _("Write a little more, so that it is an answer."))
        else:
            flash(_("Answered. %(name)s gets your words by mail.", name=name), "done")
            return redirect(url_for("desk.board"), 303)
    return render_template("desk/opening/answer.html", form=form, draft=draft,
                           back_url=url_for("desk.board")), 422 if form.unfold() else 200


# what they share


def _offered() -> tuple[list[Published], str]:
    host = _host()
    return templates.published(db.session(), host.id), host.ref


def _host() -> Any:
    """The host for which one opens: that of the draft, the one that was chosen, or the first."""
    mine = hosts.hosts_of(db.session(), login.me().id, ACCOUNT_MANAGER)
    ref = request.form.get("opening") or request.args.get("opening", "")
    wanted = request.form.get("host") or request.args.get("host", "")
    if ref:
        draft = openings.draft(db.session(), ref, person=login.me().id)
        return next(host for host in mine if host.id == draft.host_id)
    found = next((host for host in mine if host.ref == wanted), None) if wanted else next(iter(mine), None)
    if found is None:
        raise NotFound
    return found


def _host_id() -> int:
    return int(_host().id)


def _case_key(key: str) -> str:
    return key if any(case.key == key for case in casebook.shipped()) else ""


def _first_fields(definition: Definition, case: str) -> dict[str, str]:
    """What has a default: the first contracting seat is one's own, the template says what it is for."""
    own = next((key for key, seat in definition.parties.items() if seat.contracting), "")
    kinds = opening_words.kinds_of(casebook.by_key(case), definition) if case else {}
    return {"own_seat": own, "purpose": say(definition.summary, pages.language()), "public_buyer": "no", **kinds}


def _page(ref: str, draft: Draft | None = None) -> Page:
    draft = draft or openings.draft(db.session(), ref, person=login.me().id)
    offered = templates.published(db.session(), draft.host_id)
    published = next((one for one in offered if one.key == draft.typed.template), None)
    if published is None:
        raise NotFound
    host = next(host for host in hosts.hosts_of(db.session(), login.me().id, ACCOUNT_MANAGER)
                if host.id == draft.host_id)
    earliest = openings.signing_date(db.session(), draft.host_id, published.definition, now=now())
    seats = {f"seat_{key}-{name}": value for key in published.definition.parties
             for name, value in (("kind", "company"), ("country", ""))}
    fields = {"template": published.key, "target": earliest.isoformat(), **seats, **draft.typed.fields}
    language = pages.language()
    form = form_for(published.definition, host_name=host.name, language=language,
                    templates=[(one.key, say(one.definition.name, language)) for one in offered])
    return Page(draft, published, host.name, form(MultiDict(fields)))


def _only(form: OpeningForm, step: str) -> OpeningForm:
    """The form with the fields of one step alone."""
    kept = {name.partition("-")[0] for name in fields_of_step(form.definition, step)}
    for name in list(form._fields):
        if name not in kept and name != "nonce":
            del form[name]
    if step == "goal":
        form.form_errors = []
    return form


def _show(page: Page, step: str, *, checked: bool = False) -> str:
    """The step; of what was not checked no error is shown."""
    draft, definition = page.draft, page.definition
    context: dict[str, Any] = {
        "draft": draft, "chosen": definition, "host_name": page.host_name, "step": step,
        "steps": opening_words.steps(draft.ref), "needs": openings.days_needed(definition),
        "earliest": openings.signing_date(db.session(), draft.host_id, definition, now=now()),
        "case": (case := casebook.by_key(draft.typed.case) if draft.typed.case else None),
        "taken": opening_words.takes_over(case) if case else (),
        "charter": opening_words.charter(openings.charter(
            draft.typed.fields.get("purpose", ""), draft.typed.fields.get("public_buyer", "no"))),
        "say": lambda text: say(text, pages.language())}
    if step != "check":
        form = _only(page.form, step) if checked else page.form
        return render_template(f"desk/opening/{step}.html", form=form, **context)
    if not checked:
        page.form.validate()
        not_before(page.form, pages.reader().today)
    wrong = page.form.unfold()
    return render_template(
        "desk/opening/check.html", form=page.form, wrong=wrong, seats=opening_words.seats(page.form, pages.language()),
        letters=() if wrong else _letters(page), buyer=opening_words.public_buyer(page.form), early=opening_words.early(
            page, lambda: openings.days_left(db.session(), draft.host_id, page.form.target.data, now=now()),
            context["needs"], context["earliest"]), **context)


def _new(page: Page, *, invite: bool) -> openings.NewProject:
    new = new_of(page.form)
    return new if invite else replace(new, seats=tuple(replace(one, email="", name="") for one in new.seats))


def _letters(page: Page) -> list[Mapping[str, str]]:
    """Each invitation as it will arrive: opened, read, and taken back, so that nothing of it stays."""
    found: list[Mapping[str, str]] = []
    try:
        with transaction() as session:
            for context in openings.letters(session, page.draft.host_id, _new(page, invite=True),
                                            actor=login.me().id, now=now()):
                message = mail.compose(context, current_app.config["SETTINGS"])
                body = message.get_body(("plain",))
                text = body.get_content() if body is not None else ""
                secret = str(context.values.get("secret", ""))
                found.append({"to": context.to, "subject": message["Subject"],
                              "text": text.replace(secret, _("…")) if secret else text})
            raise _Seen
    except _Seen:
        return found
    except (Invalid, Conflict) as refused:
        page.form.refuse(refused)
        return []
