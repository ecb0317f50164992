"""Composing a contract: the clauses and annexes of a definition, filled with what a project gave. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cocreate.domain.asking import answers_offered, fields_of
from cocreate.domain.contract import AnnexText, ClauseText, Gap, Source
from cocreate.domain.prose import clean, escape, fill, placeholders
from workflows.definition import Annex, Clause, Definition
from workflows.fields import Hangs, OnlyIf, answers_of
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class SettledLater:
    """A value given after signature: who gives it, by when, by what rule; the words stand in the clause."""

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
    later: str
    struck: str
    not_applicable: str
    pointless: str
    annex: str
    project_title: str
    project_purpose: str


def compose(
    definition: Definition, values: Mapping[str, Value], given: Given, said: Phrases, *, language: str
) -> tuple[tuple[ClauseText, ...], tuple[AnnexText, ...]]:
    """The clauses and annexes of a definition, filled with what the project gave.

    values: need, as written in the definition ("baseline.today.cost", "seat:customer", "project:title") -> value.
    said: what a clause says by itself, in ``language``.
    A need without a value becomes a gap. Clauses keep the number of their place, struck or not.
    Raises: ValueError if a clause uses a name that it does not declare, or if ``given`` names an unknown clause.
    """
    if unknown := {*given.struck, *given.wording, *given.reservations} - definition.clauses.keys():
        raise ValueError(f"no such clause: {', '.join(sorted(unknown))}")
    composer = _Composer(definition, values, given, said, language)
    clauses = (_clause(composer, key, number) for number, key in enumerate(definition.clauses, 1))
    annexes = (
        _annex(key, number, annex, given.tables.get(annex.of), composer)
        for number, (key, annex) in enumerate(definition.annexes.items(), 1)
    )
    return tuple(clauses), tuple(annexes)


@dataclass(frozen=True, slots=True)
class _Composer:
    definition: Definition
    values: Mapping[str, Value]
    given: Given
    said: Phrases
    language: str

    def absent(self, part: Clause | Annex) -> str | None:
        """Why a clause or annex does not stand; None if it stands."""
        if part.only_if is None or _has_object(part.only_if, self.given):
            return None
        if isinstance(part.only_if, str):
            seat = say(self.definition.parties[part.only_if].name, self.language)
            return self.said.not_applicable.format(seat=seat)
        return self._answered_otherwise(next(one for one in answers_of(part.only_if) if not _so(one, self.given)))

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
        """What people call a need."""
        match need.partition(":"):
            case ("seat", ":", key):
                return say(self.definition.parties[key].name, self.language)
            case ("project", ":", "title"):
                return self.said.project_title
            case ("project", ":", _):
                return self.said.project_purpose
        return called(self.definition, need, self.language)

    def words(self, need: str, value: Value | None) -> str:
        """What stands in the text for one need."""
        if value is not None and value.later is not None:
            return self.said.later.format(who=value.later.who, by=value.later.by, rule=value.later.rule)
        if _missing(value):
            return self.said.not_given.format(label=self.label(need))
        return value.text if value else ""

    def gap(self, name: str, need: str, value: Value | None) -> Gap:
        return Gap(name, need, self.label(need), (value.missing_reason or "") if value else "")


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
            for need in clause.needs.values():
                found.setdefault(need, key)
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
    if key in given.struck:
        return replace(shell, state="struck", body=escape(composer.said.struck.format(reason=given.struck[key])))
    if (kept := composer.kept(clause)) is not None:
        return replace(shell, body=escape(kept))
    if (absent := composer.absent(clause)) is not None:
        return replace(shell, state="struck", body=escape(absent))
    template = given.wording.get(key) or say(clause.text, language)
    if undeclared := [name for name in placeholders(template) if name not in clause.needs]:
        raise ValueError(f"clause {key}: ${undeclared[0]} is not declared in its needs")
    used = {name: composer.values.get(clause.needs[name]) for name in placeholders(template)}
    return replace(
        shell,
        body=fill(template, {name: composer.words(clause.needs[name], value) for name, value in used.items()}),
        sources=tuple(dict.fromkeys(source for value in used.values() if value for source in value.sources)),
        gaps=tuple(
            composer.gap(name, clause.needs[name], value) for name, value in used.items() if _missing(value)
        ),
        state="settle_later" if any(value and value.later for value in used.values()) else "given",
    )


def _annex(key: str, number: int, annex: Annex, table: Table | None, composer: _Composer) -> AnnexText:
    title = say(annex.title, composer.language)
    if (absent := composer.kept(annex) or composer.absent(annex)) is not None:
        return AnnexText(key, number, title, (), (), absent)
    if table is None:
        note = composer.said.not_given.format(label=title)
        return AnnexText(key, number, title, (), (), note, (Gap(key, annex.of, title),))
    return AnnexText(key, number, title, table.columns, table.rows, table.note)


__all__ = ["Given", "Phrases", "SettledLater", "Table", "Value", "compose"]
