"""Opening a project, after its strategy was chosen: who, where to and by when, check and open. Each step is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_babel
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cocreate import mail, sentences, words
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain import countries
from cocreate.domain.openings import LEFT_AT
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.forms.base import Form, Wrong, whole
from cocreate.forms.openings import (
    NONE,
    STEPS,
    AnswerForm,
    OpeningForm,
    Partner,
    fields_of_step,
    form_for,
    is_past,
    not_before,
)
from cocreate.models.hosts import Host
from cocreate.sentences import charter
from cocreate.services import casebook, hosts, openings, openings_under_way, templates
from cocreate.services import suggestions as suggested
from cocreate.services.facts import look
from cocreate.services.hosts import ACCOUNT_MANAGER
from cocreate.services.openings import NewProject, Seating
from cocreate.services.openings_under_way import Draft
from cocreate.services.templates import Published
from cocreate.views.asks import ask
from cocreate.views.desk import opening_words
from cocreate.views.desk.blueprint import bp
from cocreate.views.once import done
from cocreate.web import login, pages
from workflows.definition import Definition
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Page:
    """One step as it is shown: the draft, its template, and the form of the whole with what was typed."""

    draft: Draft
    published: Published
    host: Host
    form: OpeningForm

    @property
    def definition(self) -> Definition:
        return self.published.definition


MORE = "cards_"  # and the key of a seat: how many organisations it was given places for


class _Seen(Exception):
    """Ends the transaction in which a mail was only looked at."""


@bp.route("/openings/<ref>/<any(seats, goal, check):step>", methods=["GET", "POST"])
def opening_step(ref: str, step: str) -> ResponseReturnValue:
    """One step; what is sent is saved, whether it is right or not."""
    if opened := openings_under_way.opened_from(db.session(), ref, person=login.me().id):  # sent twice, or Back
        return redirect(url_for("room.now", ref=opened), 303)
    page = _page(ref)
    another = redirect(url_for("desk.opening_new", opening=ref), 303) if page.published.retired else None
    if request.method == "GET":
        return another or _show(page, step)
    if step == "check" and _opens() and not another:
        login.require_proof()
    page = _page(ref, _saved(page, step))
    match request.form.get("then", ""):
        case "board":
            flash(_("Saved. You can go on later from your board."), "done")
            return redirect(url_for("desk.board"), 303)
        case _ if another:
            return another
        case "look":
            return redirect(url_for("desk.opening_step", ref=ref, step=step, _anchor="invitation"), 303)
    match request.form.get("to", ""):
        case "strategy":
            return redirect(url_for("desk.opening_new", opening=ref), 303)
        case "seats" | "goal" | "check" as other:
            return redirect(url_for("desk.opening_step", ref=ref, step=other), 303)
    if seat := request.form.get("add", ""):
        return redirect(url_for("desk.opening_step", ref=ref, step=step, _anchor=_last_card(page.form, seat)), 303)
    _check(page.form)
    if step == "check":
        return _open(page)
    if _only(page.form, step).unfold():
        return _show(page, step, checked=True), 422
    return redirect(url_for("desk.opening_step", ref=ref, step="goal" if step == "seats" else "check"), 303)


@bp.post("/openings/<ref>/<any(seats, goal, check):step>/draft")
def opening_draft(ref: str, step: str) -> ResponseReturnValue:
    """What was typed so far, as the page sends it by itself."""
    reader = pages.reader()
    try:
        draft = _saved(_page(ref), step)
    except Conflict as changed:
        return jsonify(status=sentences.error(changed, reader), label=_("Look again"),
                       url=url_for("desk.opening_step", ref=ref, step=step)), 409
    return jsonify(status=_("Saved %(at)s", at=words.clock_time(draft.saved_at, reader)),
                   values={"version": str(draft.version)})


def _opens() -> bool:
    """Whether the button of the last step opens the project, and does not only keep what was typed."""
    return request.form.get("then", "") not in ("board", "look") and not request.form.get("to")


def _saved(page: Page, step: str) -> Draft:
    """Keep what this step sent, and one more card where that was asked for."""
    names = fields_of_step(page.form.is_what_was_sent().places, step)
    sent = {name: request.form[name] for name in names if name in request.form}
    seen = request.form.get("version", page.draft.version, type=whole)
    if (seat := request.form.get("add", "")) in page.definition.parties:
        # The second of two clicks finds the card of the first.
        sent[f"{MORE}{seat}"] = str(sum(card.seat == seat for card in page.form.places) + (seen == page.draft.version))
    typed = replace(page.draft.typed, fields={**page.draft.typed.fields, **sent, LEFT_AT: step})
    with transaction() as session:
        version = openings_under_way.save(session, page.draft.ref, typed, seen=seen, person=login.me().id, now=now())
    return replace(page.draft, typed=typed, version=version, saved_at=now())


def _last_card(form: OpeningForm, seat: str) -> str:
    return next((f"card-{card.name}" for card in reversed(form.places) if card.seat == seat), "")


def _open(page: Page) -> ResponseReturnValue:
    """Open it, with the invitations or without; everything wrong leads back to its step."""
    if page.form.unfold():
        return _show(page, "check", checked=True), 422
    new = _new(page, invite=request.form.get("then") != "later")
    try:
        with transaction() as session:
            openings_under_way.draft(session, page.draft.ref, person=login.me().id)
            ref = openings.open_project(session, page.draft.host_id, new, actor=login.me().id, key=page.draft.ref,
                                        now=now())
            openings_under_way.end(session, page.draft.ref, outcome=ref, person=login.me().id, now=now())
    except (Invalid, Conflict) as refused:
        page.form.refuse(refused, sentences.error(refused, pages.reader()))
        return _show(page, "check", checked=True), 422
    _say_opened(ref)
    return redirect(url_for("room.now", ref=ref), 303)


def _say_opened(ref: str) -> None:
    """Who is invited, and what one is asked for first."""
    me, reader = login.me().id, pages.reader()
    facts = look(db.session(), ref, person=me, now=now()).facts
    invited = [member.name for member in facts.members if member.accepted_at is None]
    names = words.listed(invited, reader)
    match len(invited):
        case 0:
            said = _("Opened. Nobody is invited yet: that begins on the page People.")
        case 1:
            said = _("Opened. %(names)s is invited.", names=names)
        case _:
            said = _("Opened. %(names)s are invited.", names=names)
    if mine := next(iter(turns(facts, me)), None):
        first = ask(mine, facts)
        said += " " + (_("Now it is your turn. %(task)s, %(due)s.", task=first.label, due=first.chip[1])
                       if first.chip else _("Now it is your turn. %(task)s.", task=first.label))
    flash(said, "done")


@bp.route("/openings/<ref>/drop", methods=["GET", "POST"])
def opening_drop(ref: str) -> ResponseReturnValue:
    """Do without it, once that was asked."""
    if request.method == "GET":
        draft = openings_under_way.draft(db.session(), ref, person=login.me().id)
        if draft.suggested:
            raise NotFound
        seated = [text for name, text in draft.typed.fields.items() if name.endswith("-organisation") and text.strip()]
        return render_template("desk/opening/drop.html", form=Form(), draft=draft, back_url=url_for("desk.board"),
                               seated=words.listed(seated, pages.reader()))
    return done(lambda session: openings_under_way.drop(session, ref, person=login.me().id, now=now()),
                url_for("desk.board"), _("Dropped. Nobody had been told of it."))


@bp.route("/openings/<ref>/answer", methods=["GET", "POST"])
def opening_answer(ref: str) -> ResponseReturnValue:
    """Answer a suggestion that is not opened, in words that are mailed."""
    draft = openings_under_way.draft(db.session(), ref, person=login.me().id)
    if not draft.suggested:
        raise NotFound
    form = AnswerForm.from_request()
    if request.method == "POST" and form.validate():
        try:
            return done(lambda session: suggested.answer(session, ref, words=form.words.data, person=login.me().id,
                                                         now=now()),
                        url_for("desk.board"), lambda name: _("Answered. %(name)s gets your words by mail.", name=name))
        except Invalid:
            form.blame("words", _("Write a little more, so that it is an answer."))
    return render_template("desk/opening/answer.html", form=form, draft=draft,
                           back_url=url_for("desk.board")), 422 if form.unfold() else 200


# what they share


def _page(ref: str, draft: Draft | None = None) -> Page:
    draft = draft or openings_under_way.draft(db.session(), ref, person=login.me().id)
    published = templates.ever_published(db.session(), draft.host_id, draft.typed.template)
    if published is None:
        raise NotFound
    host = next(host for host in hosts.hosts_of(db.session(), login.me().id, ACCOUNT_MANAGER)
                if host.id == draft.host_id)
    form = _form(published.definition, host, draft)
    earliest = openings.signing_date(db.session(), draft.host_id, published.definition, now=now())
    cards = {f"{card.name}-{name}": text for card in form.places
             for name, text in (("kind", published.definition.parties[card.seat].usually), ("country", ""),
                                ("language", published.definition.language))}
    fields = {"target": earliest.isoformat(),
              "currency": countries.currency_of(host.country, now().date()), **cards, **draft.typed.fields}
    made = form(MultiDict(fields))
    given = (str(fields.get(f"{card.name}-country", "")) for card in form.places)
    made.offer_currencies(countries.currencies_of((host.country, *given), now().date()), pages.language())
    return Page(draft, published, host, made)


def _form(definition: Definition, host: Host, draft: Draft) -> type[OpeningForm]:
    more = {key: int(text) for key in definition.parties
            if (text := draft.typed.fields.get(f"{MORE}{key}", "")).isdecimal()}
    known = [Partner(one.name, one.kind, one.country) for one in hosts.partners(db.session(), host.id)]
    return form_for(definition, host_name=host.name, opener=login.me().email, language=pages.language(), partners=known,
                    more=more, languages=_languages_of(definition))


def _languages_of(definition: Definition) -> list[tuple[str, str]]:
    """That of the template first, then those into which the pages are translated."""
    codes = dict.fromkeys([definition.language, *map(str, get_babel().instance.list_translations())])
    return [(code, words.language_name(code)) for code in codes]


def _check(form: OpeningForm) -> None:
    form.validate()
    not_before(form, pages.reader().today)


def _only(form: OpeningForm, step: str) -> OpeningForm:
    """The form with the fields of one step alone."""
    kept = {name.partition("-")[0] for name in fields_of_step(form.places, step)}
    for name in list(form._fields):
        if name not in kept and name != "nonce":
            del form[name]
    if step == "goal":
        form.form_errors = []
    return form


def _show(page: Page, step: str, *, checked: bool = False) -> str:
    """The step; of what was not checked no error is shown."""
    draft, definition = page.draft, page.definition
    needs = openings.days_needed(definition)
    earliest = openings.signing_date(db.session(), draft.host_id, definition, now=now())
    case = casebook.by_key(draft.typed.case) if draft.typed.case else None
    context: dict[str, Any] = {
        "draft": draft, "chosen": definition, "host": page.host, "step": step, "needs": needs, "earliest": earliest,
        "steps": opening_words.steps(), "case": case, "early": _early(page, needs, earliest),
        "taken": opening_words.takes_over(case) if case else (), "answers": opening_words.answers(draft.typed.answers),
        "charter": opening_words.charter(charter.proposed(
            draft.typed.fields.get("purpose", ""), draft.typed.fields.get("public_buyer", "no"),
            definition.language)),
        "say": lambda text: say(text, pages.language())}
    if step != "check":
        form = _only(page.form, step) if checked else page.form
        return render_template(f"desk/opening/{step}.html", form=form, **context)
    if not checked:
        _check(page.form)
    letters = () if page.form.unfold() else _letters(page)  # the last to find something wrong
    return render_template(
        "desk/opening/check.html", form=page.form, seats=opening_words.seats(page.form, pages.language()),
        letters=letters, wrong=_elsewhere(page), checked=checked,
        buyer=opening_words.chosen(page.form.public_buyer), currency=opening_words.chosen(page.form.currency),
        **context)


def _elsewhere(page: Page) -> list[tuple[str, str, str]]:
    """(address, field, what to do) of everything that is wrong, each at its step."""
    def at(wrong: Wrong) -> str:
        name = wrong.id if wrong.id in page.form else wrong.id.partition("-")[0]
        step = next((step for step, names in STEPS.items() if name in names), "seats")
        there = "" if step == "check" else url_for("desk.opening_step", ref=page.draft.ref, step=step)
        return f"{there}#{wrong.id}" if wrong.id else ""
    return [(at(wrong), wrong.label, wrong.sentence) for wrong in page.form.unfold()]


def _early(page: Page, needs: int, earliest: date) -> str:
    target = page.form.target.data if "target" in page.form else None
    if not target or is_past(target, pages.reader().today):  # refused: how many days it leaves is no question then
        return ""
    left = openings.days_left(db.session(), page.draft.host_id, target, now=now())
    return opening_words.early(target, left, needs, earliest)


def _new(page: Page, *, invite: bool) -> NewProject:
    form = page.form
    seats = []
    for card, seat in form.others():
        there = form.partner(seat)
        who = (seat.name.data or "", seat.email.data or "", seat.language.data) if invite else ("", "", "")
        seats.append(Seating(card.seat, there.name, there.kind, there.country, *who))
    return NewProject(
        template=page.published.key, title=form.title.data, purpose=form.purpose.data, target=form.target.data,
        own_seat=None if form.own_seat.data == NONE else form.own_seat.data, seats=tuple(seats),
        affected=form.groups(), greeting=form.greeting.data or "", public_buyer=form.public_buyer.data,
        currency=form.currency.data, language=form.definition.language)


def _letters(page: Page) -> list[Mapping[str, str]]:
    """Each invitation as it will arrive: opened, read, and taken back, so that nothing of it stays."""
    found: list[Mapping[str, str]] = []
    try:
        with transaction() as session:
            for context in openings.letters(session, page.draft.host_id, _new(page, invite=True),
                                            actor=login.me().id, now=now()):
                message = mail.compose(context, current_app.config["SETTINGS"])
                found.append(opening_words.letter(message, str(context.values.get("secret", ""))))
            raise _Seen
    except _Seen:
        return found
    except (Invalid, Conflict) as refused:
        page.form.refuse(refused, sentences.error(refused, pages.reader()))
        return []
