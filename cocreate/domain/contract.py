"""The text of a contract: fixed as bytes, named by a hash.

Pure: values in, values out. Page and PDF both draw ``numbered``, so what is read is what is signed.
"""

import hashlib
import itertools
import json
from dataclasses import Field, dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

from cocreate.domain.prose import Block, Clean, Paragraph, blocks

# What texts did not have from the beginning is left out of their bytes where it is empty: every hash stays what it was.
_LATER = {"later": True}


@dataclass(frozen=True, slots=True)
class Signatory(Clean):
    """A person who signs; ``basis`` says why he may ("managing director, commercial register")."""

    name: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Gap(Clean):
    """A value that is missing: the name in the clause, the path in the definition, the label people know."""

    name: str
    path: str
    label: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ContractParty(Clean):
    """An organisation of the contract; ``number`` is its place from 1 in the order of the seats: its shape.

    registered: its number in a register, and in which. gaps: what it has to say of itself and has not.
    """

    number: int
    seat: str
    role: str
    organisation: str
    kind: str
    country: str
    signs: bool
    signatories: tuple[Signatory, ...] = ()
    address: str = field(default="", metadata=_LATER)
    registered: str = field(default="", metadata=_LATER)
    gaps: tuple[Gap, ...] = field(default=(), metadata=_LATER)

    @property
    def at(self) -> str:
        """Where it is: its registered address with the country, and under which number it is registered."""
        country = "" if self.country in self.address else self.country
        return ", ".join(filter(None, (" ".join(self.address.split()), country, self.registered)))


@dataclass(frozen=True, slots=True)
class Source(Clean):
    """Where a value comes from: "Total cost today v3 (WMATA)". ``href_path`` is relative to the project."""

    label: str
    href_path: str
    version: int
    party: str

    @property
    def words(self) -> str:
        return f"{self.label} v{self.version} ({self.party})" if self.party else f"{self.label} v{self.version}"


@dataclass(frozen=True, slots=True)
class ClauseText(Clean):
    """A clause with its values filled in. ``body`` is Markdown for ``blocks``.

    number: from 1; 0 is the one text of a short agreement, which has no numbered clauses.
    """

    key: str
    number: int
    title: str
    body: str
    sources: tuple[Source, ...] = ()
    gaps: tuple[Gap, ...] = ()
    state: Literal["given", "settle_later", "struck"] = "given"
    reservations: tuple[str, ...] = ()  # one sentence each, with the party's name: once clauses are agreed one by one
    sample: bool = False  # nobody's lawyer has made it his own yet


@dataclass(frozen=True, slots=True)
class AnnexText(Clean):
    """A table after the clauses; every row has one text per column."""

    key: str
    number: int
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    gaps: tuple[Gap, ...] = ()

    def __post_init__(self) -> None:
        Clean.__post_init__(self)
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"annex {self.key}: every row needs {len(self.columns)} cells")


@dataclass(frozen=True, slots=True)
class OpenValue(Clean):
    """A value that all agreed is given after signature: who gives it, by when, by which rule.

    number: of the clause where it stands first, with a letter: "8b"; of an annex that no clause names "A2".
    """

    number: str
    label: str
    who: str
    by: str
    rule: str


@dataclass(frozen=True, slots=True)
class FigureRow(Clean):
    """A number the contract rests on, already in words of the contract's language."""

    label: str
    value: str
    unit: str
    period: str
    price_year: str
    grade: str
    source: str
    giver: str


@dataclass(frozen=True, slots=True)
class ContractText(Clean):
    """The whole text that is read, hashed, printed and signed.

    host: the organisation whose seal the PDF gets. frozen_at: when this version was made, UTC, whole seconds; it is
    also the date inside the PDF. head_seq, head_hash: the head of the project's record at that moment. salt: of this
    version; its hashes stand in a record that all read, and nobody shall try by them what he may not see in the text.
    """

    project_ref: str
    title: str
    project_title: str
    purpose: str
    language: str
    host: str
    template_name: str
    template_sha256: str
    version: int
    frozen_at: datetime
    parties: tuple[ContractParty, ...]
    affected: tuple[str, ...]
    clauses: tuple[ClauseText, ...]
    annexes: tuple[AnnexText, ...]
    figures: tuple[FigureRow, ...]
    head_seq: int
    head_hash: str
    specimen: bool = False
    format: Literal[1] = 1
    salt: str = field(default="", metadata=_LATER)
    open_values: tuple[OpenValue, ...] = field(default=(), metadata=_LATER)

    def __post_init__(self) -> None:
        Clean.__post_init__(self)
        if self.frozen_at.tzinfo is None:
            raise ValueError("frozen_at needs a time zone")
        object.__setattr__(self, "frozen_at", self.frozen_at.astimezone(UTC).replace(microsecond=0))


def gaps(text: ContractText) -> tuple[Gap, ...]:
    """Every missing value that still stands in the text, in its order; a struck clause has none."""
    of_parties = (gap for party in text.parties for gap in party.gaps)
    in_clauses = (gap for clause in text.clauses if clause.state != "struck" for gap in clause.gaps)
    return (*of_parties, *in_clauses, *(gap for annex in text.annexes for gap in annex.gaps))


def numbered(clause: ClauseText) -> tuple[tuple[str, Block], ...]:
    """The blocks of a clause, its paragraphs numbered 4.1, 4.2 where there are several."""
    found = blocks(clause.body)
    several = clause.number > 0 and sum(isinstance(block, Paragraph) for block in found) > 1
    count = itertools.count(1)
    return tuple((f"{clause.number}.{next(count)}" if several and isinstance(block, Paragraph) else "", block)
                 for block in found)


# --- bytes -----------------------------------------------------------------------------------------------------------


def canonical(text: ContractText) -> bytes:
    """The bytes that are hashed: JSON in UTF-8, keys sorted, nothing between them, no number but whole ones."""
    return json.dumps(_plain(text), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def text_sha256(text: ContractText) -> str:
    return hashlib.sha256(canonical(text)).hexdigest()


def content_sha256(text: ContractText) -> str:
    """The same for every version that says the same: without version, time and head of the record."""
    return text_sha256(replace(text, version=0, frozen_at=datetime(1970, 1, 1, tzinfo=UTC), head_seq=0, head_hash="",
                               salt=""))


def from_canonical(body: bytes) -> ContractText:
    """The text of stored bytes.

    Raises: ValueError if they are not exactly the bytes ``canonical`` would make.
    """
    text: ContractText = _typed(ContractText, json.loads(body))
    if canonical(text) != body:  # a key twice, another order, a character that is not clean
        raise ValueError("these are not canonical bytes")
    return text


def _plain(value: Any) -> Any:
    match value:
        case str() | bool() | int():
            return value
        case datetime():
            return value.replace(tzinfo=None).isoformat() + "Z"
        case tuple():
            return [_plain(each) for each in value]
        case _ if is_dataclass(value):
            return {each.name: _plain(getattr(value, each.name)) for each in fields(value)
                    if not _is_left_out(each, getattr(value, each.name))}
        case _:
            raise TypeError(f"a contract holds no {type(value).__name__}")


def _is_left_out(each: Field[Any], value: Any) -> bool:
    return bool(each.metadata.get("later")) and value == each.default


def _typed(kind: Any, data: Any) -> Any:
    """``data`` as ``kind``, one of the few kinds a contract is made of."""
    if is_dataclass(kind) and isinstance(data, dict):
        hints = get_type_hints(kind)
        later = {each.name for each in fields(kind) if each.metadata.get("later")}
        if not hints.keys() - later <= data.keys() <= hints.keys():
            raise ValueError(f"{kind.__name__} has the keys {sorted(hints)}")  # type: ignore[union-attr]
        return kind(**{name: _typed(hints[name], one) for name, one in data.items()})  # type: ignore[operator]
    if get_origin(kind) is tuple and isinstance(data, list):
        return tuple(_typed(get_args(kind)[0], each) for each in data)
    if get_origin(kind) is Literal and data in get_args(kind):
        return data
    if kind is datetime and isinstance(data, str):
        return datetime.strptime(data, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if type(data) is kind:
        return data
    raise ValueError(f"{data!r} is not {kind}")


__all__ = ["AnnexText", "ClauseText", "ContractParty", "ContractText", "FigureRow", "Gap", "OpenValue", "Signatory",
           "Source", "canonical", "content_sha256", "from_canonical", "gaps", "numbered", "text_sha256"]
