"""What every page has: the reader, the menu, dates in words, and one page for each way an act does not happen."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from cocreate import sentences, words
from cocreate.clock import now
from cocreate.db import db, new_ref
from cocreate.domain.names import initials, mixed_script
from cocreate.domain.numeric import numeric
from cocreate.domain.rights import Act, can
from cocreate.domain.unbroken import unbroken
from cocreate.errors import CocreateError, Conflict, Ended, Forbidden, Invalid, NotFound, Refused, TooOften
from cocreate.storage import Missing, StoreFull, TooLarge
from cocreate.web import destination, login
from cocreate.words import Reader
from workflows.definition import Definition
from workflows.diagram.drawing import Words
from workflows.exchange.mistakes import counted
from workflows.texts import each, language_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a menu or of tabs."""

    label: str
    url: str
    current: bool = False
    count: int | None = None
    on_bar: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is signed in, as the top bar shows it."""

    name: str
    initials: str
    url: str
    sign_out_url: str
    organisation: str = ""
    here: bool = False  # the account is the page that is shown


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(counted=counted, day=_day, day_time=_day_time, away=_away,
                                 stage=lambda key, definition: stage(definition, key),
                                 lang=_lang, size=lambda count: words.size(count, reader()),
                                 things=lambda count: words.things(count, reader()), unbroken=unbroken, numeric=numeric)
    app.jinja_env.tests["mixed"] = mixed_script
    app.context_processor(_around)
    app.register_error_handler(CocreateError, refuse)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def language() -> str:
    found = login.visitor()
    return found.language if found else (request.accept_languages.best_match(words.languages()) or "en")


def locale() -> str:
    """The same, as flask-babel spells it."""
    return language().replace("-", "_")


def zone() -> str:
    found = login.visitor()
    return found.zone if found else "UTC"


def reader() -> Reader:
    """For whom this answer is written."""
    return Reader(language(), zone(), now())


def remember_facts(facts: object) -> None:
    """Let an error of this request be spoken with the names of the project at hand."""
    g.facts = facts


def _around() -> dict[str, object]:
    found = login.visitor() if request else None
    menu: Callable[[], list[Entry]] | None = current_app.extensions.get("menu")
    viewer = Viewer(found.name, initials(found.name), url_for("account.show"), url_for("auth.sign_out"),
                    here=request.blueprint == "account") if found else None
    return {
        "lang": language(), "theme": found.theme if found else "", "viewer": viewer, "me": found,
        "answers_sent": bool(request) and request.method == "POST" and destination.is_page(),
        "nav": menu() if found and menu else [], "home_url": login.landing() if found else url_for("auth.sign_in"),
    }


def speak(definition: Definition) -> list[str]:
    """Let ``|lang`` mark the texts of this template; the names of the other languages that they are in."""
    g.template_language = definition.language
    spoken = _SPOKEN.get(key := (definition.sha256, language()))
    if spoken is None:
        texts = each("", definition.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        found = dict.fromkeys(language_of(text, key[1], definition.language) for _path, text in texts)
        spoken = _SPOKEN[key] = [words.language_name(one) for one in found if one[:2] != key[1][:2]]
    return spoken


_SPOKEN: dict[tuple[str, str], list[str]] = {}  # definition hash and reader's language; a published one never changes


def _lang(text: str | Mapping[str, str] | None) -> str:
    """The attribute of an element whose template text is in another language than its page."""
    said = language_of(text, language(), g.get("template_language", language()))
    return Markup(' lang="{}"').format(said) if text and said[:2] != language()[:2] else ""


def stage(definition: Definition, key: str) -> str:
    """What a stage or an end is called in this answer."""
    return words.stage(definition, key, reader())


def diagram_words() -> Words:
    """What the diagram of the stages says itself."""
    return Words(
        title=_("Stages of the project"), stages=_("The stages are %(stages)s.", stages="{stages}"),
        days=_("%(num)s days", num="{n}"), end=_("Agreed"))


def _day(value: date | datetime) -> str:
    return words.day(value, reader())


def _day_time(value: datetime) -> str:
    return words.day_time(value, reader())


def _away(value: date | datetime) -> str:
    return words.away(value, reader())


# errors

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
SOON = 5  # seconds after which a page that could not be made is asked for again

_STATUS: tuple[tuple[type[CocreateError], int], ...] = (
    (NotFound, 404), (Forbidden, 403), (Conflict, 409), (Invalid, 422), (Ended, 410), (TooOften, 429), (Refused, 409),
    (TooLarge, 413), (StoreFull, 507),
)


def refuse(error: CocreateError) -> ResponseReturnValue:
    """Any act that did not happen: what was typed is on the page, and one way on."""
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 409)
    db.session.rollback()
    facts = g.get("facts")
    if isinstance(error, (StoreFull, Missing)):
        current_app.logger.error("files: %s %s", error.code, error.values)
    if isinstance(error, Refused) and facts is not None:
        found = login.visitor()
        member = facts.member(found.id) if found else None
        sentence = " ".join(sentences.refusal(r, facts, reader(), party=member.party if member else None,
                                              mask=g.get("mask", 0)).text for r in error.reasons)
    else:
        sentence = sentences.error(error, reader(), facts)
    nobody = isinstance(error, Forbidden) and not error.values.get("persons", True)
    if isinstance(error, Forbidden) and facts is not None and not nobody:
        sentence += " " + _("You can read it, or ask them.")
    stands = _stands(error.code) if facts is not None else ""
    heading = _("Not possible yet") if isinstance(error, Refused) else _heading(status)
    answer = _page(status, stands or heading, sentence,
                   room=facts.project.ref if facts is not None else "", nobody=nobody,
                   resume=error.code == "project.on_hold" and facts is not None and not facts.ended and can(
                       facts, Act.HOLD, directly=True))
    if isinstance(error, TooOften):
        answer[2]["Retry-After"] = str(max(1, int((error.until - now()).total_seconds())))
    return answer


def _stands(code: str) -> str:
    """The heading where nothing changed meanwhile: the project is, or the act was before, as it was on the page. The
    sentence below it says why.
    """
    headings = {"project.on_hold": _("This is not possible now"), "project.ended": _("This is not possible any more"),
                "nudge.soon": _("Nudged already"), "party.required": _("This seat is needed"),
                "task.final": _("This stays as it is")}
    return str(headings.get(code, ""))


def _heading(status: int) -> str:
    headings = {
        403: _("This is for somebody else to do"), 404: _("Not found"), 409: _("Changed meanwhile"),
        410: _("This link has ended"), 422: _("One thing needs a look"), 429: _("Please wait a little"),
        413: _("Too large"), 507: _("The file could not be stored"),
    }
    return str(headings.get(status, _("Something went wrong")))


def _http(error: HTTPException) -> ResponseReturnValue:
    """What Flask and Werkzeug refuse by themselves, in our words."""
    if error.response is not None:
        return error.response
    code = error.code or 500
    if code >= 500:
        return _broken(error)
    limit = current_app.config["SETTINGS"].upload_mb
    said = {
        400: (_("This could not be read"), _("Go back and try once more.")),
        404: (_("Not found"),
              _("This does not exist, or it is not yours to see. Perhaps the link is old.")),
        405: (_("This address only takes what is sent to it"), _("Go back to the page on which you sent it.")) if
        request.method == "GET" else (_("This address only shows"), _("What you want to do begins on its own page.")),
        413: (_("Too large"), _("A template has at most 1 MB. Go back and look whether this is the right file."))
        if request.endpoint == "admin.template_import" else
        (_("Too large"), _("A logo has at most 200 KB. Go back and choose a smaller picture."))
        if request.endpoint == "admin.host" else
        (_("Too large"), _("Up to %(limit)s MB are possible. Send it in parts or make it smaller.", limit=limit)),
        415: (_("Not a file we take"), _("We take PDF, pictures, text and spreadsheets.")),
    }.get(code, (_("This is not possible"), _("Go back and try once more.")))
    return _page(code, *said)


def _broken(error: Exception) -> ResponseReturnValue:
    """Our fault: the operator finds it by its number, nobody else sees more."""
    if isinstance(error, OperationalError):
        return _away_for_a_moment(error)
    db.session.rollback()
    number = new_ref()[:4].upper()
    current_app.logger.error("error %s", number, exc_info=error)
    return _page(500, _("Something went wrong on our side"),
                 _("Nothing was changed. Error %(number)s; the operator can find it.", number=number), again=True)


def _away_for_a_moment(error: Exception) -> ResponseReturnValue:
    """The database does not answer, so nobody is asked who this is; the page comes back by itself."""
    current_app.logger.error("database: %s", error)
    login.nobody()
    db.session.rollback()  # of what never began: nothing is left to be ended after the answer
    looks = request.method == "GET"
    said = _("What you saved is safe. We try again by ourselves.") if looks else \
        _("What you saved is safe. What you just sent has most likely not arrived: look before you send it again.")
    body, status, headers = _page(503, _("Back in a moment"), said, again=True)
    headers["Retry-After"] = str(SOON)
    if looks:
        headers["Refresh"] = str(SOON)
    return body, status, headers


def _page(status: int, heading: str, sentence: str, *, room: str = "", again: bool = False,
          resume: bool = False, nobody: bool = False) -> tuple[str, int, dict[str, str]]:
    """One page with one way on; what was typed is kept where it helps.

    room: reference of the project it happened in; there one can read the rules, and see whom to ask. again: the way on
    is the same once more. resume: the reader may wake it. nobody: there is nobody to ask.
    """
    found = login.visitor()
    act_url, act_label = home() if found else (url_for("auth.sign_in"), _("Sign in"))
    if room and status == 403:
        act_url, act_label = url_for("room.people", ref=room), _("Ask")
    if room and (status == 409 or nobody):
        act_url, act_label = url_for("room.now", ref=room), _("Open the project")
    if (status == 413 or status == 409 and not room and request.method == "POST") and destination.is_page():
        act_url, act_label = request.full_path.rstrip("?"), _("Back to the page")
    if again:
        act_url, act_label = request.full_path.rstrip("?"), _("Try again")
    body = render_template(
        "errors/error.html", heading=heading, sentence=sentence, kept=_kept() if status in (403, 409, 422) else [],
        act_url=act_url, act_label=act_label, rules_url=url_for("room.rules", ref=room) if room else "",
        resume_url=url_for("room.resume", ref=room) if resume else "",
        again=destination.typed() if again and request.method == "POST" else None)
    return body, status, {}


def home() -> tuple[str, str]:
    """Where who is signed in begins, by the name it has in the menu."""
    url, menu = login.landing(), current_app.extensions.get("menu")
    named = (entry.label for entry in (menu() if menu else ()) if entry.url.partition("?")[0] == url)
    return url, next(named, _("Your turn"))


def _kept() -> list[tuple[str, str]]:
    """(label, text) of what was typed into the form that was sent, but secrets."""
    form = g.get("sent_form")
    return [(label, _typed_day(text)) for label, text in form.told(destination.typed())] if form else []


def _typed_day(text: str) -> str:
    """A day in words: nobody typed it as browsers send it."""
    try:
        return _day(date.fromisoformat(text)) if _DAY.fullmatch(text) else text
    except ValueError:
        return text
