"""Composing a contract: the clauses and annexes of a definition, filled with what a project gave. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from cocreate.domain.asking import answers_offered, fields_of
from cocreate.domain.contract import AnnexText, ClauseText, Gap, OpenValue, Source
from cocreate.domain.prose import clean, escape, fill, placeholders
from workflows.definition import Annex, Clause, Definition
from workflows.fields import Hangs, OnlyIf, answers_of
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class SettledLater:
    """A value given after signature: who gives it, by when, by what rule."""

    who: str
    by: str
    rule: str


@dataclass(frozen=True, slots=True)
class Value:
    """What a placeholder becomes: words in the contract's language, or why they are missing, or when they come."""

    text: str = ""
    sources: tuple[Source, ...] = ()
    missing_reason: str | None = None
    later: SettledLater | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of an annex, as words in the contract's language."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    later: SettledLater | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What the project has, apart from values, when its contract is composed. Keys are those of the definition.

    seats: the seats somebody holds. chosen: path of a choice -> what was chosen there.
    tables: path of an annex -> rows. struck: clause -> reason.
    wording: clause -> the agreed words in place of the template's. reservations: clause -> sentences.
    kept: path of an answer that the reader may not see -> the words instead of whatever hangs on it.
    """

    seats: frozenset[str]
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    struck: Mapping[str, str] = field(default_factory=dict)
    wording: Mapping[str, str] = field(default_factory=dict)
    reservations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a clause says by itself, in one language."""

    not_given: str
    later: str  # of the only open value of a contract
    open: str  # of one of several
    struck: str
    not_applicable: str
    pointless: str
    undecided: str  # of what hangs on answers that nobody has given
    annex: str
    project_title: str
    project_purpose: str


class Composed(NamedTuple):
    """The parts of a contract that a definition has words for."""

    clauses: tuple[ClauseText, ...]
    annexes: tuple[AnnexText, ...]
    open_values: tuple[OpenValue, ...]


def compose(definition: Definition, values: Mapping[str, Value], given: Given, said: Phrases, *, language: str,
            ) -> Composed:
    """The clauses and annexes of a definition, filled with what the project gave, and what is still open in them.

    values: need, as written in the definition ("baseline.today.cost", "seat:customer", "project:title") -> value.
    said: what a clause says by itself, in ``language``.
    A need without a value becomes a gap. Clauses keep the number of their place, struck or not. Of several values that
    are settled later each is a mark where it stands, and one line of a list; the only one says there who gives it.
    Raises: ValueError if a clause uses a name that it does not declare, or if ``given`` names an unknown clause.
    """
    if unknown := {*given.struck, *given.wording, *given.reservations} - definition.clauses.keys():
        raise ValueError(f"no such clause: {', '.join(sorted(unknown))}")
    composer = _Composer(definition, values, given, said, language)
    places = tuple(composer.later())
    if len(places) > 1:
        composer = replace(composer, marks=dict(reversed(places)))  # its first place counts
    return Composed(
        tuple(_clause(composer, key, number) for number, key in enumerate(definition.clauses, 1)),
        tuple(_annex(key, number, annex, given.tables.get(annex.of), composer)
              for number, (key, annex) in enumerate(definition.annexes.items(), 1)),
        tuple(composer.open_value(need) for need in dict.fromkeys(need for need, _ in places if composer.marks)))


def number_of(place: int) -> str:
    """The letters of a place from 0: a to z, then aa."""
    found, rest = "", place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        found = chr(ord("a") + letter) + found
    return found


@dataclass(frozen=True, slots=True)
class _Composer:
    """marks: of what is settled later, where that is more than one: need -> its number."""

    definition: Definition
    values: Mapping[str, Value]
    given: Given
    said: Phrases
    language: str
    marks: Mapping[str, str] = field(default_factory=dict)

    def later(self) -> Iterator[tuple[str, str]]:
        """(need, number) wherever something stands that is settled later; where it stands again, the first counts.

        Numbered by clause: what is given in one clause changes no number in another.
        """
        numbers: set[str] = set()
        for number, (key, clause) in enumerate(self.definition.clauses.items(), 1):
            here = dict.fromkeys(clause.needs.get(name, "") for name in placeholders(self.template(key)))
            own = 0
            for need in here if self.instead(key) is None else ():
                if (value := self.values.get(need)) is not None and value.later is not None:
                    yield need, f"{number}{number_of(own)}"
                    own += need not in numbers
                    numbers.add(need)
        for number, annex in enumerate(self.definition.annexes.values(), 1):
            table = self.given.tables.get(annex.of)
            if table is not None and table.later is not None and self.instead_of(annex) is None:
                yield annex.of, f"A{number}"

    def open_value(self, need: str) -> OpenValue:
        later = self._settled(need)
        return OpenValue(self.marks[need], self.label(need), later.who, later.by, later.rule)

    def _settled(self, need: str) -> SettledLater:
        value, table = self.values.get(need), self.given.tables.get(need)
        later = (value.later if value else None) or (table.later if table else None)
        if later is None:
            raise ValueError(f"{need} is not settled later")
        return later

    def open(self, need: str) -> str:
        """What stands where a value is settled later."""
        if need in self.marks:
            return self.said.open.format(label=self.label(need), number=self.marks[need])
        later = self._settled(need)
        return self.said.later.format(who=later.who, by=later.by, rule=later.rule)

    def template(self, key: str) -> str:
        """The words of a clause, with names for what is filled in."""
        return self.given.wording.get(key) or say(self.definition.clauses[key].text, self.language)

    def instead(self, key: str) -> tuple[Literal["given", "struck"], str] | None:
        """The state and the words of a clause that is struck, kept from the reader or left out; None if it stands."""
        if key in self.given.struck:
            return "struck", self.said.struck.format(reason=self.given.struck[key])
        return self.instead_of(self.definition.clauses[key])

    def instead_of(self, part: Clause | Annex) -> tuple[Literal["given", "struck"], str] | None:
        if (kept := self.kept(part)) is not None:
            return "given", kept
        absent = self.absent(part)
        return None if absent is None else ("struck", absent)

    def absent(self, part: Clause | Annex) -> str | None:
        """Why a clause or annex does not stand; None if it stands."""
        if part.only_if is None or _has_object(part.only_if, self.given):
            return None
        if isinstance(part.only_if, str):
            seat = say(self.definition.parties[part.only_if].name, self.language)
            return self.said.not_applicable.format(seat=seat)
        return self._answered_otherwise(next(one for one in answers_of(part.only_if) if not _so(one, self.given)))

    def undecided(self, part: Clause | Annex) -> str:
        """Of what stands only because an answer is not given: that it is open, and which answer; else ""."""
        hangs = () if part.only_if is None or isinstance(part.only_if, str) else answers_of(part.only_if)
        fields = dict.fromkeys(one.answer for one in hangs if not self.given.chosen.get(one.answer))
        said = ", ".join(f"“{self.label(path)}”" for path in fields)
        return self.said.undecided.format(fields=said) if said else ""

    def kept(self, part: Clause | Annex) -> str | None:
        """The words instead, where whether it stands follows from an answer that the reader may not see."""
        if part.only_if is None or isinstance(part.only_if, str):
            return None
        kept = [one for one in answers_of(part.only_if) if one.answer in self.given.kept]
        known = (one for one in answers_of(part.only_if) if one not in kept)
        return self.given.kept[kept[0].answer] if kept and all(_so(one, self.given) for one in known) else None

    def _answered_otherwise(self, only_if: OnlyIf) -> str:
        said = self.given.chosen[only_if.answer]
        _, task, name = only_if.answer.split(".")
        field_ = self.definition.tasks[task][1].fields[name]
        answers = ", ".join(say(words, self.language) for key, words in answers_offered(field_).items() if key in said)
        return self.said.pointless.format(field=say(field_.label, self.language), answers=answers)

    def label(self, need: str) -> str:
        return label_of(self.definition, need, self.said, self.language)

    def words(self, need: str, value: Value | None) -> str:
        """What stands in the text for one need."""
        if value is not None and value.later is not None:
            return self.open(need)
        if _missing(value):
            return self.said.not_given.format(label=self.label(need))
        return value.text if value else ""

    def gap(self, name: str, need: str, value: Value | None) -> Gap:
        return Gap(name, need, self.label(need), (value.missing_reason or "") if value else "")


def label_of(definition: Definition, need: str, said: Phrases, language: str) -> str:
    """What people call a need."""
    match need.partition(":"):
        case ("seat", ":", key):
            return say(definition.parties[key].name, language)
        case ("project", ":", "title"):
            return said.project_title
        case ("project", ":", _):
            return said.project_purpose
    return called(definition, need, language)


def called(definition: Definition, need: str, language: str) -> str:
    """What people call a field that a clause prints, and whose it is where several seats answer."""
    path, _, seat = need.partition("@")
    _, task, name = path.split(".")
    label = say(fields_of(definition.tasks[task][1])[name].label, language)
    return f"{label} ({say(definition.parties[seat].name, language)})" if seat else label


def printed(definition: Definition, given: Given) -> dict[str, str | None]:
    """What the clauses and annexes that stand print -> the first clause that does; None: an annex alone."""
    found: dict[str, str | None] = {}
    for key, clause in definition.clauses.items():
        if key not in given.struck and (clause.only_if is None or _has_object(clause.only_if, given)):
            names = placeholders(given.wording[key]) if key in given.wording else clause.needs
            for name in names:
                found.setdefault(clause.needs[name], key)
    for annex in definition.annexes.values():
        if annex.only_if is None or _has_object(annex.only_if, given):
            found.setdefault(annex.of, None)
    return found


def _has_object(only_if: Hangs | str, given: Given) -> bool:
    """Whether somebody holds the seat, or no answer makes it pointless."""
    if isinstance(only_if, str):
        return only_if in given.seats
    return all(_so(one, given) for one in answers_of(only_if))


def _so(one: OnlyIf, given: Given) -> bool:
    said = given.chosen.get(one.answer, frozenset())
    return not said or one.holds(said)


def _missing(value: Value | None) -> bool:
    if value is None:
        return True
    return value.later is None and (value.missing_reason is not None or not clean(value.text).strip())


def _clause(composer: _Composer, key: str, number: int) -> ClauseText:
    clause, given, language = composer.definition.clauses[key], composer.given, composer.language
    shell = ClauseText(key, number, say(clause.title, language), "", sample=clause.sample and key not in given.wording,
                       reservations=given.reservations.get(key, ()))
    if (instead := composer.instead(key)) is not None:
        return replace(shell, state=instead[0], body=escape(instead[1]))
    template = composer.template(key)
    if undeclared := [name for name in placeholders(template) if name not in clause.needs]:
        raise ValueError(f"clause {key}: ${undeclared[0]} is not declared in its needs")
    used = {name: composer.values.get(clause.needs[name]) for name in placeholders(template)}
    body = fill(template, {name: composer.words(clause.needs[name], value) for name, value in used.items()})
    open_ = composer.undecided(clause)
    return replace(
        shell,
        body=f"{escape(open_)}\n\n{body}" if open_ else body,
        sources=tuple(dict.fromkeys(source for value in used.values() if value for source in value.sources)),
        gaps=tuple(
            composer.gap(name, clause.needs[name], value) for name, value in used.items() if _missing(value)
        ),
        state="settle_later" if any(value and value.later for value in used.values()) else "given",
    )


def _annex(key: str, number: int, annex: Annex, table: Table | None, composer: _Composer) -> AnnexText:
    title = say(annex.title, composer.language)
    if (instead := composer.instead_of(annex)) is not None:
        return AnnexText(key, number, title, (), (), instead[1])
    if table is None:
        note = composer.said.not_given.format(label=title)
        return AnnexText(key, number, title, (), (), note, (Gap(key, annex.of, title),))
    note = " ".join(filter(None, (composer.undecided(annex), composer.open(annex.of) if table.later else table.note)))
    return AnnexText(key, number, title, table.columns, table.rows, note)


__all__ = ["Composed", "Given", "Phrases", "SettledLater", "Table", "Value", "compose", "number_of"]
