"""What the pages of opening say: tiles, the result of five questions, cards of cases, and what is to be checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms.fields.choices import SelectFieldBase

from cocreate import mail, words
from cocreate.domain import countries, seating, suggestions
from cocreate.domain.cases import BARRIERS, FLOWS, Case
from cocreate.domain.suggestions import (
    CUSTOMER,
    LETTERS,
    NETWORK,
    PLATFORM,
    PROXIMITY,
    STRATEGIES,
    SYMBIOSIS,
    TAKE_BACK,
    Result,
)
from cocreate.forms.openings import KINDS, NOT_SURE, QUESTIONS, OpeningForm
from cocreate.services.templates import Published
from cocreate.views.proposals_words import charter_parts
from cocreate.web import pages
from workflows.definition import Definition
from workflows.texts import say

TILES: Mapping[str, tuple[Any, Any]] = {  # strategy -> sentence, published example
    SYMBIOSIS: (_l("What one of us has left over becomes the other's input."), _l("Ulsan, steam for a chemical plant")),
    TAKE_BACK: (_l("Products come back after use and get a second life or a fair price."),
                _l("Venlo, furniture bought back at 18 % after ten years")),
    PLATFORM: (_l("We share equipment, vehicles, space or know-how instead of everyone buying."),
               _l("Werfenweng, one fleet for a village")),
    CUSTOMER: (_l("You pay for the result; the supplier gains by using less."), _l("WMATA, light in 25 garages")),
    PROXIMITY: (_l("We bring supply closer: fewer kilometres, more from nearby."), _l("Cornwall, hospital food")),
    NETWORK: (_l("Three or more of us solve what no two could."), _l("Wallasea, excavated soil becomes a wetland")),
}
REASONS: tuple[tuple[Any, ...], ...] = (  # question -> answer -> the sentence it gives
    (_l("You want to use what is left over."), _l("You want to use products after use."),
     _l("You want to use what stands idle."), _l("You want to use a better way to meet the need."),
     _l("You want to use what is nearby."), _l("You want to use what only many can do.")),
    (_l("Two of you have to act."), _l("Two of you with support have to act."), _l("Many users have to act."),
     _l("Suppliers of one area have to act."), _l("Several kinds of organisations have to act.")),
    (_l("The supplier keeps it and is paid for use."), _l("The user gives it back."), _l("Several take turns."),
     _l("It changes hands for good."), _l("Owning is not the point.")),
    (_l("Afterwards it feeds another production."), _l("Afterwards it comes back."),
     _l("Afterwards it goes to the next user."), _l("Afterwards it stays in the service."),
     _l("Afterwards it is used up."), _l("Afterwards it stays with all.")),
    (_l("Today it is thrown away."), _l("Today nobody pays for the return."), _l("Today everyone buys their own."),
     _l("Today the price at the start stands in the way."), _l("Today distance stands in the way."),
     _l("Today no one can decide alone.")),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One strategy to choose; ``picture`` names its file."""

    key: str  # of the template
    strategy: str
    name: str
    sentence: str
    ends_in: str
    example: str
    picture: str


def tiles(offered: Sequence[Published], language: str) -> list[Tile]:
    """The strategies in their fixed order, then what is the host's own, the open workflow last."""
    order = [*STRATEGIES, "open"]
    found = [tile(one, language) for one in offered]
    return sorted(found, key=lambda one: (order.index(one.strategy) if one.key == one.strategy else len(order) - 1.5))


def tile(one: Published, language: str) -> Tile:
    definition = one.definition
    standard = one.key == definition.strategy
    sentence, example = TILES.get(definition.strategy, ("", "")) if standard else ("", "")
    if definition.strategy == "open" and standard:
        sentence = _("You choose together in the first stage.")
    name = _("Something else (open workflow)") if one.key == "open" else say(definition.name, language)
    return Tile(one.key, definition.strategy, name, str(sentence) or say(definition.summary, language),
                say(definition.ends_in, language), str(example), f"strategy-{definition.strategy}.svg")


# five questions


@dataclass(frozen=True, slots=True)
class Told:
    """A result in words. ``best``: each with its reasons; ``start``: what its button begins, "" where none does."""

    kind: str
    heading: str
    best: tuple[tuple[Tile, tuple[str, ...]], ...]
    difference: str
    against: str
    all: tuple[tuple[str, int], ...]
    open: Tile | None


def told(result: Result, offered: Sequence[Published], language: str) -> Told:
    known = {one.key: tile(one, language) for one in offered}
    best = tuple((known[key], tuple(str(REASONS[q][a]) for q, a in result.because[key]))
                 for key in result.best if key in known)
    return Told(
        kind=result.kind, heading=_heading(result), best=best,
        difference=_("If %(answer)s matters more, take %(strategy)s.", answer=_answer(result.difference),
                     strategy=strategy_name(result.best[1])) if result.difference else "",
        against=_("You also said %(answer)s; that is typical of %(other)s.", answer=_answer(result.against[0]),
                  other=strategy_name(result.against[1])) if result.against else "",
        all=tuple((strategy_name(key), points) for key, points in sorted(
            result.points.items(), key=lambda pair: -pair[1])),
        open=known.get("open") if result.kind == "open" else None)


def _heading(result: Result) -> str:
    match result.kind:
        case "one":
            return _("%(strategy)s fits best.", strategy=strategy_name(result.best[0]))
        case "two":
            return _("Two fit.")
        case _:
            return _("Your answers do not point to one strategy yet. Start open; you choose together in the first "
                     "stage.")


def _answer(place: tuple[int, int] | None) -> str:
    """An answer as it stood on the page, inside a sentence."""
    if place is None:
        return ""
    return _("'%(words)s'", words=str(QUESTIONS[place[0]][1][place[1]]))


def strategy_name(key: str) -> str:
    return {SYMBIOSIS: _("Industrial symbiosis"), TAKE_BACK: _("Take-back"), PLATFORM: _("Platform"),
            CUSTOMER: _("Cooperation with the customer"), PROXIMITY: _("Proximity"), NETWORK: _("Value network"),
            "open": _("Open workflow")}.get(key, key.replace("_", " "))


# published cases


@dataclass(frozen=True, slots=True)
class Card:
    """A case to start from."""

    key: str
    template: str
    title: str
    strategy: str
    summary: str
    parties: tuple[str, ...]
    sources: tuple[str, ...]
    when: str


def card(case: Case, published: Published, language: str) -> Card:
    return Card(case.key, published.key, case.title, say(published.definition.name, language), case.summary,
                tuple(f"{party.name} ({party.role or party.kind})" for party in case.parties),
                tuple(source.words for source in case.sources), case.timeline[-1] if case.timeline else "")


def takes_over(case: Case) -> list[str]:
    """What a project that starts from a case begins with, in words."""
    flows = [str(line["name"]) for line in case.tables[FLOWS] if line["name"]]
    barriers = [str(line["barrier"]).replace("_", " ") for line in case.tables[BARRIERS] if line["barrier"]]
    return [_("Flows as rows to fill in: %(names)s.", names="; ".join(flows)) if flows else "",
            _("Barriers as questions: %(names)s.", names="; ".join(barriers)) if barriers else ""]


# steps


def charter(proposed: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parts of the charter that the opening proposes, by name."""
    names = charter_parts()
    return [(names.get(part, part), text) for part, text in proposed]


def steps() -> list[dict[str, str]]:
    """The bar of the four steps in words."""
    labels = (("strategy", _("What")), ("seats", _("Who")), ("goal", _("Where to, and by when")),
              ("check", _("Check and open")))
    return [{"label": label, "key": key} for key, label in labels]


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One organisation as it will sit."""

    seat: str
    organisation: str
    who: str


def seats(form: OpeningForm, language: str) -> list[SeatLine]:
    kinds = {key: str(label) for key, label in KINDS}
    lines = []
    for card, seat in form.cards():
        place = form.definition.parties[card.seat]
        name = say(place.name, language)
        if form.is_own(card):
            lines.append(SeatLine(name, form.host_name, _("yourselves")))
        elif seat.filled:
            there = form.partner(seat)
            where = ", ".join(filter(None, (kinds.get(there.kind, ""), countries.name(there.country, language)
                                            if there.country else "")))
            who = ", ".join(filter(None, (seat.name.data, seat.email.data))) or _("invited later")
            lines.append(SeatLine(name, f"{there.name} ({where})" if where else there.name, who))
        elif place.required and card.place == 1:
            lines.append(SeatLine(name, _("nobody yet"), ""))
    return lines


def chosen(field: SelectFieldBase) -> str:
    """The words of what was chosen."""
    return next((str(choice[1]) for choice in field.iter_choices() if choice[0] == field.data), "")


def early(target: date, left: int, needs: int, earliest: date) -> str:
    """That the date is early, with the one that is not; "" where it is not."""
    if left >= needs:
        return ""
    reader = pages.reader()
    return ngettext(
        "%(date)s leaves %(num)d working day for %(needs)s. Choose %(earliest)s or later, or shorten stages together "
        "afterwards.", "%(date)s leaves %(num)d working days for %(needs)s. Choose %(earliest)s or later, or shorten "
        "stages together afterwards.", left, date=words.day(target, reader), needs=needs,
        earliest=words.day(earliest, reader))


def letter(message: EmailMessage, secret: str) -> dict[str, str]:
    """A mail as its reader sees it; the link in it opens nothing before the project is opened."""
    body = message.get_body(("plain",))
    text = mail.unwrapped(str(body.get_content())) if body is not None else ""
    return {"to": str(message["To"]), "from": str(message["From"]), "subject": str(message["Subject"]),
            "reply_to": str(message["Reply-To"] or ""), "text": text.replace(secret, "…") if secret else text}


def answers(given: str) -> list[tuple[str, str]]:
    """The five questions with what was answered; none where they were not asked."""
    if not suggestions.valid(given):
        return []
    return [(str(question), str(_answer_of(number, letter)))
            for number, ((question, _answers), letter) in enumerate(zip(QUESTIONS, given, strict=True))]


def _answer_of(question: int, letter: str) -> Any:
    return NOT_SURE[1] if letter == NOT_SURE[0] else QUESTIONS[question][1][LETTERS.index(letter)]


def kinds_of(case: Case, definition: Definition) -> dict[str, str]:
    """The kinds of parties of a case, by the seats of a template."""
    offered = {key for key, _label in KINDS}
    found = seating.seat(case.parties, definition).seated
    kinds = {"customer": "company", "facilitator": "ngo"}  # a customer of one is a company of its own
    return {f"seat_{one.seat}-kind": kind if kind in offered else "partner" for one in found if one.party
            for kind in (kinds.get(one.kind, one.kind),)}
