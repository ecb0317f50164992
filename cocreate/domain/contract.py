"""The text of a contract: made from what the project agreed, fixed as bytes, named by a hash.

Pure: values in, values out. Page and PDF both draw ``blocks``, so what is read is what is signed. A value from the
project is escaped when it is filled in and can never become markup.
"""

import hashlib
import itertools
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

from workflows.definition import Annex, Clause, Definition
from workflows.texts import say

# --- texts -----------------------------------------------------------------------------------------------------------

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Embeddings, overrides and isolates reorder what stands around them: "100" could be read as "001".
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Cn"})  # controls, lone surrogates, private use, unassigned


def clean(text: str) -> str:
    """The text in NFC, with one kind of line break; a character nobody can see prints as its number, [U+0000]."""
    return "".join(map(_seen, unicodedata.normalize("NFC", _BREAKS.sub("\n", text))))


def _seen(char: str) -> str:
    hidden = char in _REORDERING or (unicodedata.category(char) in _UNSEEN and char not in "\n\t")
    return f"[U+{ord(char):04X}]" if hidden else char


class Clean:
    """A frozen dataclass whose texts are all ``clean``: page, PDF and hash see the same characters."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for each in fields(self):  # type: ignore[arg-type]  # only dataclasses derive from this
            object.__setattr__(self, each.name, _cleaned(getattr(self, each.name)))


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return clean(value)
        case tuple():
            return tuple(map(_cleaned, value))
        case _:
            return value


# --- the contract ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signatory(Clean):
    """A person who signs; ``basis`` says why he may ("managing director, commercial register")."""

    name: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ContractParty(Clean):
    """An organisation of the contract; ``number`` is its place from 1 in the order of the seats: its shape."""

    number: int
    seat: str
    role: str
    organisation: str
    kind: str
    country: str
    signs: bool
    signatories: tuple[Signatory, ...] = ()


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
class Gap(Clean):
    """A value that is missing: the name in the clause, the path in the definition, the label people know."""

    name: str
    path: str
    label: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClauseText(Clean):
    """A clause with its values filled in. ``body`` is Markdown for ``blocks``."""

    key: str
    number: int
    title: str
    body: str
    sources: tuple[Source, ...] = ()
    gaps: tuple[Gap, ...] = ()
    state: Literal["given", "settle_later", "struck"] = "given"
    reservations: tuple[str, ...] = ()  # one sentence each, with the party's name
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
    also the date inside the PDF. head_seq, head_hash: the head of the project's record at that moment.
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

    def __post_init__(self) -> None:
        Clean.__post_init__(self)
        if self.frozen_at.tzinfo is None:
            raise ValueError("frozen_at needs a time zone")
        object.__setattr__(self, "frozen_at", self.frozen_at.astimezone(UTC).replace(microsecond=0))


def gaps(text: ContractText) -> tuple[Gap, ...]:
    """Every missing value that still stands in the text, in its order; a struck clause has none."""
    in_clauses = (gap for clause in text.clauses if clause.state != "struck" for gap in clause.gaps)
    return (*in_clauses, *(gap for annex in text.annexes for gap in annex.gaps))


def signable(text: ContractText) -> bool:
    """A blank is never signed."""
    return not gaps(text)


# --- bytes -----------------------------------------------------------------------------------------------------------


def canonical(text: ContractText) -> bytes:
    """The bytes that are hashed: JSON in UTF-8, keys sorted, nothing between them, no number but whole ones."""
    return json.dumps(_plain(text), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def text_sha256(text: ContractText) -> str:
    return hashlib.sha256(canonical(text)).hexdigest()


def content_sha256(text: ContractText) -> str:
    """The same for every version that says the same: without version, time and head of the record."""
    return text_sha256(replace(text, version=0, frozen_at=datetime(1970, 1, 1, tzinfo=UTC), head_seq=0, head_hash=""))


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
            return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
        case _:
            raise TypeError(f"a contract holds no {type(value).__name__}")


def _typed(kind: Any, data: Any) -> Any:
    """``data`` as ``kind``, one of the few kinds a contract is made of."""
    if is_dataclass(kind) and isinstance(data, dict):
        hints = get_type_hints(kind)
        if data.keys() != hints.keys():
            raise ValueError(f"{kind.__name__} has the keys {sorted(hints)}")  # type: ignore[union-attr]
        return kind(**{name: _typed(hint, data[name]) for name, hint in hints.items()})  # type: ignore[operator]
    if get_origin(kind) is tuple and isinstance(data, list):
        return tuple(_typed(get_args(kind)[0], each) for each in data)
    if get_origin(kind) is Literal and data in get_args(kind):
        return data
    if kind is datetime and isinstance(data, str):
        return datetime.strptime(data, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if type(data) is kind:
        return data
    raise ValueError(f"{data!r} is not {kind}")


# --- composing -------------------------------------------------------------------------------------------------------


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

    seats: the seats somebody holds. tables: path of an annex -> rows. struck: clause -> reason.
    wording: clause -> the agreed words in place of the template's. reservations: clause -> sentences.
    """

    seats: frozenset[str]
    tables: Mapping[str, Table] = field(default_factory=dict)
    struck: Mapping[str, str] = field(default_factory=dict)
    wording: Mapping[str, str] = field(default_factory=dict)
    reservations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a clause says by itself, in one language."""

    not_given: str
    later: str
    struck: str
    not_applicable: str
    project_title: str
    project_purpose: str


PHRASES = {
    "en": Phrases(
        not_given="[{label}: not given]",
        later="(to be given by {who} by {by}: {rule})",
        struck="[struck: {reason}]",
        not_applicable="(not applicable: nobody takes part as {seat})",
        project_title="Title of the project",
        project_purpose="Purpose of the project",
    ),
}


def phrases(language: str) -> Phrases:
    """Those of ``language``; English where there are none."""
    return PHRASES.get(language) or PHRASES.get(language[:2]) or PHRASES["en"]


def compose(
    definition: Definition, values: Mapping[str, Value], given: Given, *, language: str
) -> tuple[tuple[ClauseText, ...], tuple[AnnexText, ...]]:
    """The clauses and annexes of a definition, filled with what the project gave.

    values: need, as written in the definition ("baseline.today.cost", "seat:customer", "project:title") -> value.
    A need without a value becomes a gap. Clauses keep the number of their place, struck or not.
    Raises: ValueError if a clause uses a name that it does not declare, or if ``given`` names an unknown clause.
    """
    if unknown := {*given.struck, *given.wording, *given.reservations} - definition.clauses.keys():
        raise ValueError(f"no such clause: {', '.join(sorted(unknown))}")
    clauses = (
        _clause(_Composer(definition, values, given, language), key, number)
        for number, key in enumerate(definition.clauses, 1)
    )
    annexes = (
        _annex(key, number, annex, given.tables.get(annex.of), language)
        for number, (key, annex) in enumerate(definition.annexes.items(), 1)
    )
    return tuple(clauses), tuple(annexes)


@dataclass(frozen=True, slots=True)
class _Composer:
    definition: Definition
    values: Mapping[str, Value]
    given: Given
    language: str

    def absent(self, clause: Clause) -> str | None:
        """Why the clause does not stand, as its body; None if it stands."""
        if clause.only_if is not None and clause.only_if not in self.given.seats:
            seat = say(self.definition.parties[clause.only_if].name, self.language)
            return escape(phrases(self.language).not_applicable.format(seat=seat))
        return None

    def label(self, need: str) -> str:
        """What people call a need."""
        words = phrases(self.language)
        match need.partition(":"):
            case ("seat", ":", key):
                return say(self.definition.parties[key].name, self.language)
            case ("project", ":", "title"):
                return words.project_title
            case ("project", ":", _):
                return words.project_purpose
        path, _, seat = need.partition("@")
        _, task, name = path.split(".")
        label = say(self.definition.tasks[task][1].fields[name].label, self.language)
        return f"{label} ({say(self.definition.parties[seat].name, self.language)})" if seat else label

    def words(self, need: str, value: Value | None) -> str:
        """What stands in the text for one need."""
        said = phrases(self.language)
        if value is not None and value.later is not None:
            return said.later.format(who=value.later.who, by=value.later.by, rule=value.later.rule)
        if _missing(value):
            return said.not_given.format(label=self.label(need))
        return value.text if value else ""

    def gap(self, name: str, need: str, value: Value | None) -> Gap:
        return Gap(name, need, self.label(need), (value.missing_reason or "") if value else "")


def _missing(value: Value | None) -> bool:
    if value is None:
        return True
    return value.later is None and (value.missing_reason is not None or not clean(value.text).strip())


def _clause(composer: _Composer, key: str, number: int) -> ClauseText:
    clause, given, language = composer.definition.clauses[key], composer.given, composer.language
    shell = ClauseText(key, number, say(clause.title, language), "", sample=clause.sample and key not in given.wording,
                       reservations=given.reservations.get(key, ()))
    if key in given.struck:
        return replace(shell, state="struck", body=escape(phrases(language).struck.format(reason=given.struck[key])))
    if (absent := composer.absent(clause)) is not None:
        return replace(shell, state="struck", body=absent)
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


def _annex(key: str, number: int, annex: Annex, table: Table | None, language: str) -> AnnexText:
    title = say(annex.title, language)
    if table is None:
        note = phrases(language).not_given.format(label=title)
        return AnnexText(key, number, title, (), (), note, (Gap(key, annex.of, title),))
    return AnnexText(key, number, title, table.columns, table.rows, table.note)


# --- placeholders ----------------------------------------------------------------------------------------------------

# "\$" is a dollar sign of the text; a backslash must never reach into a value.
_PLACEHOLDER = re.compile(r"\\.|\$\$|\$(?:\{(?P<braced>\w+)\}|(?P<bare>[A-Za-z_][A-Za-z0-9_]*))", re.DOTALL)
_MARKUP = re.compile(r"[\\`*_\[\]<>#&!|~]")
_LEADING = re.compile(r"^(?:[-+=.)]|\d+(?=[.)]))")
_BARE_NUMBER = re.compile(r"^[ \t]*\d+$")


def placeholders(template: str) -> tuple[str, ...]:
    """The names a text uses, in their order, each once."""
    names = (match["braced"] or match["bare"] for match in _PLACEHOLDER.finditer(template))
    return tuple(dict.fromkeys(name for name in names if name))


def escape(value: str) -> str:
    """Markdown that shows exactly ``value``, wherever in a text it is put; its line breaks stay line breaks."""
    text = _MARKUP.sub(r"\\\g<0>", re.sub(r"[ \t]+", " ", clean(value).strip()))
    text = _LEADING.sub(lambda found: found[0] + "\\" if found[0].isdigit() else "\\" + found[0], text)
    return re.sub(r"[^\S\n]*\n[^\S\n]*", "\\\\\n", text)


def fill(template: str, words: Mapping[str, str]) -> str:
    """The template with every ``$name`` replaced once by its escaped words; ``$$`` is a dollar sign.

    Raises: KeyError for a name without words.
    """
    done, at = "", 0
    for match in _PLACEHOLDER.finditer(template):
        done, at = done + template[at:match.start()], match.end()
        name = match["braced"] or match["bare"]
        if name is None:
            done += "$" if match[0] == "$$" else match[0]
            continue
        done += escape(words[name])
        if template[at:at + 1] in {".", ")"} and _BARE_NUMBER.match(done.rpartition("\n")[2]):
            done += "\\"  # "$year. Then" on a line of its own must not begin a list when the year is 2009
    return done + template[at:]


# --- blocks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one face; a newline is a line break."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A bulleted list, or a numbered one that begins at ``start``."""

    ordered: bool
    start: int
    items: tuple[tuple[Run, ...], ...]


Block = Paragraph | Listing

_MARKER = re.compile(r"^[ \t]*(?:(?P<bullet>[-*+])|(?P<number>\d{1,4})[.)])[ \t]+(?P<text>\S.*)$")
_TOKEN = re.compile(r"\\([!-/:-@\[-`{-~])|(\*{1,3}(?!\*))|(\*+)|([^\\*]+|\\)", re.DOTALL)


def blocks(body: str) -> tuple[Block, ...]:
    """The body as paragraphs and lists. Everything that is not bold, italic or a list is words."""
    return tuple(
        Paragraph(_runs(texts[0])) if kind is None
        else Listing(kind >= 0, max(kind, 0), tuple(map(_runs, texts)))
        for kind, texts in _grouped(body)
    )


def numbered(clause: ClauseText) -> tuple[tuple[str, Block], ...]:
    """The blocks of a clause, its paragraphs numbered 4.1, 4.2 where there are several."""
    found = blocks(clause.body)
    several = sum(isinstance(block, Paragraph) for block in found) > 1
    count = itertools.count(1)
    return tuple((f"{clause.number}.{next(count)}" if several and isinstance(block, Paragraph) else "", block)
                 for block in found)


def plain(body: str) -> str:
    """The same words without any markup, one empty line between blocks."""
    return "\n\n".join(map(_block_text, blocks(body)))


def _block_text(block: Block) -> str:
    match block:
        case Paragraph(runs):
            return _text(runs)
        case Listing(ordered, start, items):
            marks = (f"{start + place}." if ordered else "-" for place in range(len(items)))
            return "\n".join(f"{mark} {_text(item)}" for mark, item in zip(marks, items, strict=True))


def _text(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)


_BULLETS = -1  # the kind of a bulleted list; a numbered one has its first number, a paragraph None


def _grouped(body: str) -> Iterator[tuple[int | None, list[str]]]:
    """(kind, one text per item) of each block; texts still carry their inline markup."""
    kind: int | None = None
    texts: list[str] = []
    apart = False  # an empty line lies between
    for line, continues in _lines(body):
        if not line.strip() and not continues:
            apart = True
            continue
        marker = None if continues else _MARKER.match(line)
        if marker and marker["number"] and texts and not apart and kind is None and int(marker["number"]) != 1:
            marker = None  # a wrapped line such as "2009. Then" goes on with its sentence
        new = _kind(marker)
        if marker and texts and _goes_on(kind, new):
            texts.append(marker["text"])
        elif marker or apart or not texts:
            if texts:
                yield kind, texts
            kind, texts = new, [marker["text"] if marker else line.strip()]
        else:
            texts[-1] += ("\n" if continues else " ") + line.strip()
        apart = False
    if texts:
        yield kind, texts


def _kind(marker: re.Match[str] | None) -> int | None:
    if marker is None:
        return None
    return _BULLETS if marker["bullet"] else int(marker["number"])


def _goes_on(kind: int | None, new: int | None) -> bool:
    """A bullet goes on with bullets, a number with numbers."""
    return kind is not None and new is not None and (kind == _BULLETS) == (new == _BULLETS)


def _lines(body: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether the one before ended with a backslash (which is taken off)."""
    continues = False
    for line in body.split("\n"):
        breaks = (len(line) - len(line.rstrip("\\"))) % 2 == 1
        yield line[:-1] if breaks else line, continues
        continues = breaks


@dataclass(slots=True)
class _Mark:
    """Stars that may turn out to be words."""

    stars: int
    at: int  # index in the list of pieces


def _runs(text: str) -> tuple[Run, ...]:
    """Bold and italic of one paragraph or item; stars without a partner are words."""
    pieces: list[str | int] = []  # words, or +n / -n: n stars that open / close
    waiting: list[_Mark] = []
    for match in _TOKEN.finditer(text):
        escaped, stars, many, words = match.groups()
        if not stars:
            pieces.append(escaped or many or words)
            continue
        opens = not text[match.end():match.end() + 1].isspace() and match.end() < len(text)
        closes = match.start() > 0 and not text[match.start() - 1].isspace()
        _stars(len(stars), opens, closes, pieces, waiting)
    for mark in waiting:
        pieces[mark.at] = "*" * mark.stars
    return _merged(pieces)


def _stars(left: int, opens: bool, closes: bool, pieces: list[str | int], waiting: list[_Mark]) -> None:
    """Close what these stars can close, open with the rest."""
    while closes and waiting and waiting[-1].stars <= left:
        mark = waiting.pop()
        pieces.append(-mark.stars)
        left -= mark.stars
        if not left:
            return
    for stars in ((2, 1) if left == 3 else (left,)):
        if stars and opens:
            waiting.append(_Mark(stars, len(pieces)))
            pieces.append(stars)
        elif stars:
            pieces.append("*" * stars)


def _merged(pieces: list[str | int]) -> tuple[Run, ...]:
    runs: list[Run] = []
    bold = italic = False
    for piece in pieces:
        match piece:
            case int():
                bold, italic = (piece > 0, italic) if abs(piece) == 2 else (bold, piece > 0)
            case str():
                if runs and (runs[-1].bold, runs[-1].italic) == (bold, italic):
                    piece = runs.pop().text + piece
                runs.append(Run(piece, bold, italic))
    return tuple(runs)


__all__ = ["AnnexText", "Block", "ClauseText", "ContractParty", "ContractText", "FigureRow", "Gap", "Given", "Listing",
           "Paragraph", "Run", "SettledLater", "Signatory", "Source", "Table", "Value", "blocks", "canonical", "clean",
           "compose", "content_sha256", "escape", "fill", "from_canonical", "gaps", "numbered", "placeholders", "plain",
           "signable", "text_sha256"]
