"""Published cases: what a file says, read liberally, and its rows for the five tables that every template has.

Pure. A case may leave out nearly everything; what it does not say stays unsaid. A value that is no number is never made
one: it is kept as words, as the reason why there is none.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from cocreate.domain import units
from cocreate.domain.answers import Answer
from cocreate.domain.prose import clean
from cocreate.errors import Invalid
from workflows import fields as f

STRATEGIES = ("industrial_symbiosis", "take_back", "platform", "customer_cooperation", "proximity", "value_network",
              "open")
NOT_PUBLISHED = "not published"
FLOWS, MONEY, RESULTS, BARRIERS, TERMS = TABLES = ("flows", "money", "results", "barriers", "terms_sheet")
ROWS = "rows"  # the field of each of these tasks
LONGEST = 20  # digits before or behind the point; what is longer is a misprint
KEY = re.compile(r"[^a-z0-9]+")

Cell = str | Decimal | None
Line = Mapping[str, Cell]  # one row of a table: column -> what the case says there


@dataclass(frozen=True, slots=True)
class CaseSource:
    """Where a figure was published."""

    key: str
    title: str
    publisher: str
    year: str
    url: str

    @property
    def words(self) -> str:
        return ", ".join(filter(None, (self.title or self.url or self.key, self.publisher, self.year)))


@dataclass(frozen=True, slots=True)
class CaseParty:
    """Who took part. ``gives`` and ``takes``: in how many flows to and from others."""

    key: str
    name: str
    kind: str
    role: str
    country: str
    gives: int = 0
    takes: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A published project. ``tables``: task key -> its rows, one for each row of the file."""

    key: str
    strategy: str
    title: str
    summary: str
    sources: tuple[CaseSource, ...]
    parties: tuple[CaseParty, ...]
    tables: Mapping[str, tuple[Line, ...]]
    owners: Mapping[str, tuple[str, ...]]  # task key -> for each row the party it is about, by key; "" for none
    timeline: tuple[str, ...]
    notes: str


# --- reading ---------------------------------------------------------------------------------------------------------


def read(text: str | bytes) -> Case:
    """The case in a file.

    Raises: Invalid case.json, case.object, case.strategy.
    """
    try:
        data = json.loads(text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff"),
                          parse_float=Decimal, parse_int=Decimal, parse_constant=str)
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise Invalid("case.json", why=str(error)) from None
    if not isinstance(data, dict):
        raise Invalid("case.object")
    strategy = KEY.sub("_", _text(data.get("strategy")).casefold()).strip("_")
    if strategy not in STRATEGIES:
        raise Invalid("case.strategy", strategy=strategy, known=STRATEGIES)
    return _case(data, strategy)


def _case(data: Mapping[str, Any], strategy: str) -> Case:
    sources = tuple(_source(each) for each in _objects(data.get("sources")))
    flows = list(_objects(data.get("flows")))
    parties = _parties(data, flows)
    names = {party.key: party.name for party in parties}
    where = {source.key: source.words for source in sources}
    contract = data.get("contract")
    terms = _objects({"form": contract} if isinstance(contract, str) else contract)
    tables = {
        FLOWS: tuple(_flow(each, names, where) for each in flows),
        MONEY: tuple(_amount(each, names, where) for each in _objects(data.get("economics"))),
        RESULTS: tuple(_result(each, where) for each in _objects(data.get("results"))),
        BARRIERS: tuple(_barrier(each, where) for each in _objects(data.get("barriers"))),
        TERMS: tuple(line for each in terms if any((line := _terms(each, where)).values())),
    }
    title = _line(data.get("title")) or _line(data.get("id")) or "Untitled case"
    return Case(
        key=KEY.sub("-", (_text(data.get("id")) or title).casefold()).strip("-") or "case", strategy=strategy,
        title=title, summary=_text(data.get("summary")), sources=sources, parties=parties, tables=tables,
        owners={FLOWS: tuple(_text(each.get("from")) for each in flows),
                MONEY: tuple(_text(each.get("party")) for each in _objects(data.get("economics")))},
        timeline=tuple(": ".join(filter(None, (_line(each.get("when")), _line(each.get("event")))))
                       for each in _objects(data.get("timeline"))),
        notes=_text(data.get("notes")))


def _parties(data: Mapping[str, Any], flows: list[Mapping[str, Any]]) -> tuple[CaseParty, ...]:
    """Each with a key and a name of its own, whatever the file calls them."""
    found: dict[str, CaseParty] = {}
    names: set[str] = set()
    for number, each in enumerate(_objects(data.get("parties")), 1):
        key = _own(_text(each.get("key")) or f"party_{number}", found)
        name = _own(_line(each.get("name")) or key.replace("_", " "), names)
        names.add(name)
        ways = [(_text(flow.get("from")), _text(flow.get("to"))) for flow in flows]
        found[key] = CaseParty(
            key, name, _text(each.get("kind")).casefold(), _line(each.get("role")), _country(each.get("country")),
            gives=sum(a == key != b for a, b in ways), takes=sum(b == key != a for a, b in ways))
    return tuple(found.values())


def _own(name: str, taken: Any) -> str:
    """The name, with a number behind it where it is taken."""
    number, own = 1, name
    while own in taken:
        number += 1
        own = f"{name} ({number})"
    return own


def _country(value: Any) -> str:
    code = _text(value).upper()
    return code if re.fullmatch(r"[A-Z]{2}", code) else ""


def _source(data: Mapping[str, Any]) -> CaseSource:
    return CaseSource(_text(data.get("key")), _line(data.get("title")), _line(data.get("publisher")),
                      _line(data.get("year")), _line(data.get("url")))


def _flow(data: Mapping[str, Any], names: Mapping[str, str], where: Mapping[str, str]) -> Line:
    return {"name": _words(data.get("name")), "from": _named(data.get("from"), names),
            "to": _named(data.get("to"), names), "quantity": _number(data.get("quantity")),
            "unit": _words(data.get("unit")), "period": _words(data.get("period")),
            "waste_code": _words(data.get("waste_code")), "source": _named(data.get("source"), where)}


def _amount(data: Mapping[str, Any], names: Mapping[str, str], where: Mapping[str, str]) -> Line:
    return {"party": _named(data.get("party"), names), "item": _words(data.get("item")),
            "amount": _number(data.get("amount")), "currency": _words(data.get("currency")),
            "year": _number(data.get("year")), "period": _words(data.get("period")),
            "source": _named(data.get("source"), where)}


def _result(data: Mapping[str, Any], where: Mapping[str, str]) -> Line:
    return {"indicator": _words(data.get("indicator")), "value": _number(data.get("value")),
            "unit": _words(data.get("unit")), "source": _named(data.get("source"), where)}


def _barrier(data: Mapping[str, Any], where: Mapping[str, str]) -> Line:
    return {"barrier": _words(data.get("barrier")), "how_resolved": _words(data.get("how_resolved")),
            "source": _named(data.get("source"), where)}


def _terms(data: Mapping[str, Any], where: Mapping[str, str]) -> Line:
    years = _number(data.get("term_years"))
    term = f"{_text(years)} {'year' if years == 1 else 'years'}" if isinstance(years, Decimal) else years
    kpis = data.get("kpis")
    indicators = "; ".join(filter(None, map(_line, kpis))) if isinstance(kpis, list) else _line(kpis)
    return {"form": _words(data.get("form")), "term": term, "pricing_basis": _words(data.get("pricing_basis")),
            "ownership": _words(data.get("ownership")), "take_back": _words(data.get("take_back")),
            "indicators": indicators or None, "source": _named(data.get("source"), where)}


def _objects(value: Any) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list, or the one object itself; anything else is none."""
    found = value if isinstance(value, list) else [value]
    return tuple(each for each in found if isinstance(each, dict))


def _named(value: Any, names: Mapping[str, str]) -> Cell:
    """What a key stands for; a key that stands for nothing as it is."""
    text = _text(value)
    return names.get(text, text) or None


def _words(value: Any) -> Cell:
    return _text(value) or None


def _number(value: Any) -> Cell:
    """A number; words where the file has something else. A truth value is no number."""
    if isinstance(value, Decimal) and _plain(value):
        return value
    return _words(value)


def _plain(number: Decimal) -> bool:
    return number.is_finite() and (number == 0 or -LONGEST <= number.adjusted() <= LONGEST) and len(
        number.as_tuple().digits) <= 2 * LONGEST


def _text(value: Any) -> str:
    """What a value says, several as a list; nothing hidden in it."""
    match value:
        case None:
            return ""
        case str():
            return clean(value).strip()
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return format(value, "f") if _plain(value) else str(value)
        case list():
            return "; ".join(filter(None, map(_text, value)))
        case dict():
            return "; ".join(f"{clean(str(key))}: {_text(each)}" for key, each in value.items() if _text(each))
        case _:
            return clean(str(value)).strip()


def _line(value: Any) -> str:
    return " ".join(_text(value).split())


# --- as answers ------------------------------------------------------------------------------------------------------


def table(lines: tuple[Line, ...], field: f.Table) -> Answer:
    """The rows as an answer, one to one; without rows it is not available.

    A cell that the template needs and the case does not give is not available too; another stays empty.
    """
    if not lines:
        return Answer(not_available=NOT_PUBLISHED)
    return Answer(tuple({key: cell for key, column in field.columns.items()
                         if (cell := _cell(column, line.get(key))) is not None} for line in lines))


def _cell(column: f.Base, given: Cell) -> Answer | None:
    if given is None:
        return Answer(not_available=NOT_PUBLISHED) if column.required else None
    number = isinstance(column, f.Whole | f.Number)
    if number:
        fits = isinstance(given, Decimal) and (isinstance(column, f.Number) or given == given.to_integral_value())
        return Answer(given) if fits else Answer(not_available=f"published as: {_text(given)}")
    if isinstance(column, f.ShortText | f.LongText | f.WasteCode | f.Organisation | f.Place | f.Person):
        return Answer(_text(given))
    return Answer(not_available=f"published as: {_text(given)}")  # of a type that a case does not have


def counted(case: Case) -> tuple[str, ...]:
    """The units that the converter does not know: each a counted thing of its own kind."""
    said = dict.fromkeys(str(line["unit"]) for key in (FLOWS, RESULTS) for line in case.tables[key] if line["unit"])
    return tuple(unit for unit in said
                 if any(kind.startswith("counted ") for kind, _ in units.measure(unit).kinds))


def spoken(line: Line) -> str:
    """A row as one line for the eye: "industrial gypsum, Asnaes to Gyproc, 150,000 t per year". Without its source."""
    return ", ".join(_said(line))


def _said(line: Line) -> Iterator[str]:
    ways = " to ".join(str(line[end]) for end in ("from", "to") if line.get(end))
    figure = next((line[name] for name in ("quantity", "amount", "value") if line.get(name) is not None), None)
    number = f"{figure:,f}" if isinstance(figure, Decimal) else figure
    unit = line.get("unit") or line.get("currency")
    amount = " ".join(str(each) for each in (number, unit, line.get("period")) if each) if number else ""
    rest = (line.get(name) for name in ("form", "term", "pricing_basis", "ownership", "take_back", "indicators",
                                        "how_resolved"))
    for each in (line.get("name") or line.get("item") or line.get("indicator") or line.get("barrier"),
                 line.get("party"), ways, amount, *rest):
        if each:
            yield str(each)
