"""Makes the PDFs of a contract with typst: the contract itself, and the evidence of who signed it.

Texts reach typst as JSON data and are never source; the sheets import no package and read no file. The same values give
the same bytes with the same fonts and the same version of typst, so a PDF is made once and stored.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cocreate.domain.contract import ClauseText, ContractParty, ContractText, FigureRow, OpenValue, gaps, numbered
from cocreate.domain.numeric import numeric
from cocreate.domain.prose import Clean, Listing, Paragraph, Run
from cocreate.domain.unbroken import unbroken
from cocreate.papers import paper_words
from cocreate.words import Reader, number

SHEETS = Path(__file__).parents[2] / "templates" / "contract"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SignatureRow(Clean):
    """One signature. ``number`` is the party's; ``at`` is aware, ``zone`` the signer's ("America/New_York").

    methods: how the signer was recognised, one sentence each, with what it proves. seq, hash: its line in the record.
    """

    number: int
    who: str
    party: str
    basis: str
    at: datetime
    zone: str
    methods: tuple[str, ...]
    statements: tuple[str, ...]
    language: str
    address: str
    agent: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class ReservationRow(Clean):
    """With what a party agreed to the text. body, on: of what was decided outside; ``at`` is when it was recorded."""

    number: int
    party: str
    who: str
    at: datetime
    words: str
    body: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Evidence(Clean):
    """Who signed what. ``pdf_size`` is the number of bytes of the PDF as signed, the beginning of the sealed file."""

    contract_title: str
    project_title: str
    project_ref: str
    version: int
    host: str
    text_sha256: str
    pdf_sha256: str
    pdf_size: int
    sealed_sha256: str
    certificate_sha256: str
    parties: tuple[ContractParty, ...]
    signatures: tuple[SignatureRow, ...]
    head_seq: int
    head_hash: str
    made_at: datetime
    language: str = "en"
    specimen: bool = False
    reservations: tuple[ReservationRow, ...] = ()


# --- the contract ----------------------------------------------------------------------------------------------------


def contract_pdf(text: ContractText, *, text_sha256: str, mark: str = "", logo: bytes = b"",
                 words: Mapping[str, str] | None = None) -> bytes:
    """The contract as PDF/A-2a and PDF/UA-1.

    mark: words that stand on every page of a copy that nobody signs ("not signed"). logo: of the host, PNG or JPEG, for
    the cover; the fingerprint of the text does not depend on it. words: around the clauses, where not those of a
    contract.
    """
    said = words or paper_words.paper(text.language)
    return _typeset("contract.typ", _contract(text, text_sha256, mark, said) | {"logo": list(logo)})


def _contract(text: ContractText, text_sha256: str, mark: str, said: Mapping[str, str]) -> Json:
    language, _, region = text.language.partition("-")
    return {
        "words": {**said, "seal": said["seal"].format(host=text.host)},
        "title": text.title,
        "running": _running(text.title),
        "contract": _prose(asdict(text) | {
            "frozen_at": paper_words.moment(text.frozen_at, text.language),
            "parties": [_party(party) for party in text.parties],
            "clauses": [_clause(clause) for clause in text.clauses],
        }) | {
            "annexes": [_prose(asdict(annex)) | in_columns(annex.columns, annex.rows) for annex in text.annexes],
            "open": _open(text.open_values, said),
            "figure_rows": [_figure(figure, said) for figure in text.figures],
        },
        "sample": any(clause.sample and clause.state != "struck" for clause in text.clauses),
        "gaps": bool(gaps(text)),
        "language": language,
        "region": region.lower() or None,
        "marks": [*([said["specimen_mark"]] if text.specimen else []), *([mark] if mark else [])],
        "date": _date(text.frozen_at),
        "sha256": text_sha256,
        "salt": text.salt,
    }


def _party(party: ContractParty) -> Json:
    return asdict(party) | {"initials": _initials(party.organisation), "at": party.at}


def _initials(name: str) -> str:
    words = re.findall(r"\w+", name)
    return "".join(word[0] for word in words[:2]) if len(words) > 1 else "".join(words)[:2]


def _clause(clause: ClauseText) -> Json:
    return asdict(clause) | {
        "blocks": [{"number": number} | _block(block) for number, block in numbered(clause)],
        "sources": [source.words for source in clause.sources],
    }


def _block(block: Paragraph | Listing) -> Json:
    match block:
        case Paragraph(runs):
            return {"kind": "paragraph", "runs": _runs(runs)}
        case Listing(ordered, start, items):
            return {"kind": "list", "ordered": ordered, "start": start, "items": [_runs(item) for item in items]}


def _runs(runs: Iterable[Run]) -> list[Json]:
    return [asdict(run) for run in runs]


def _open(values: Sequence[OpenValue], said: Mapping[str, str]) -> Json:
    """The list of what is given later; all that is in a value are words for its row."""
    heads = [said[key] for key in ("open_number", "open_value", "open_who", "open_by", "open_rule")]
    return in_columns(heads, [astuple(value) for value in values])


def _figure(figure: FigureRow, said: Mapping[str, str]) -> list[str]:
    prices = f"{said['prices_of']} {figure.price_year}" if figure.price_year else ""
    giver = f"{said['given_by']} {figure.giver}" if figure.giver else ""
    around = (_joined(figure.period, prices), figure.grade, _joined(figure.source, giver))
    return [_fitting(figure.label, PROSE), _fitting(f"{figure.value} {figure.unit}".strip(), VALUE),
            *(_fitting(each, PROSE) for each in around)]


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


# --- the evidence ----------------------------------------------------------------------------------------------------


def evidence_pdf(evidence: Evidence) -> bytes:
    """Who signed when and how, and how to check it without this software, as PDF/A-2a and PDF/UA-1."""
    language, _, region = evidence.language.partition("-")
    said = paper_words.paper(evidence.language) | paper_words.evidence(evidence.language)
    size = number(evidence.pdf_size, Reader(evidence.language))
    data = {
        "words": said | {"seal": said["seal"].format(host=evidence.host),
                         "sha_first": said["sha_first"].format(size=size),
                         "evidence_for": said["evidence_for"].format(title=_running(evidence.contract_title)),
                         "made": said["made"].format(at=paper_words.moment(evidence.made_at, evidence.language))},
        "title": evidence.contract_title,
        "language": language,
        "region": region.lower() or None,
        "evidence": _prose(asdict(evidence) | {
            "made_at": None,
            "parties": [_party(party) for party in evidence.parties],
            "signatures": [_signature(row, evidence.language) for row in evidence.signatures],
            "reservations": [_reservation(row, evidence.language) for row in evidence.reservations],
        }),
        "steps": [{"text": text, "command": command}
                  for text, command in paper_words.steps(evidence.language, evidence.pdf_size)],
        "marks": [said["specimen_mark"]] if evidence.specimen else [],
        "date": _date(evidence.made_at),
    }
    return _typeset("evidence.typ", data)


def _signature(row: SignatureRow, language: str) -> Json:
    return asdict(row) | {
        "initials": _initials(row.party),
        "utc": paper_words.moment(row.at, language),
        "local": paper_words.moment(row.at, language, row.zone),
        "at": None,
    }


def _reservation(row: ReservationRow, language: str) -> Json:
    return asdict(row) | {
        "initials": _initials(row.party),
        "utc": paper_words.moment(row.at, language),
        "outside": paper_words.decided_outside(row.body, row.on, language) if row.on else "",
        "at": None,
        "on": None,
    }


# --- tables ----------------------------------------------------------------------------------------------------------

def in_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Json:
    """How wide each column is against the others, and which hold only numbers.

    Words longer than their column would be cut at the edge of the page, so they may break anywhere.
    """
    cells = [[head, *(row[at] for row in rows)] for at, head in enumerate(columns)]
    weights = [_weight(column) for column in cells]
    room = 105 if len(columns) <= 7 else 160  # characters across the sheet, upright or flat
    limits = [max(2, int(room * weight / sum(weights)) - 2) for weight in weights]
    return {
        "columns": [_fitting(head, limit) for head, limit in zip(columns, limits, strict=True)],
        "rows": [[_fitting(cell, limit) for cell, limit in zip(row, limits, strict=True)] for row in rows],
        "weights": weights,
        "numeric": numeric(rows) or [False] * len(columns),
    }


def _weight(cells: Sequence[str]) -> float:
    """Between the longest word, which should fit inside the edges of its cell, and the longest cell, which may wrap."""
    word = max((len(word) for cell in cells for word in cell.split()), default=1)
    cell = max(map(len, cells), default=1)
    return round(max(4, min(word, 16) + 2, min(3 * math.sqrt(cell), 30)), 1)


def _fitting(cell: str, limit: int) -> str:
    """A cell whose amounts stay whole where their column has room for it."""
    kept = unbroken(cell)
    return kept if all(len(word) <= limit for word in re.split(r"[ \n]+", kept)) else _breakable(cell, limit)


def _breakable(text: str, limit: int) -> str:
    """The text, in which a word longer than ``limit`` may break after every character (a zero-width space)."""
    # From U+0E00 on come the scripts without spaces, whose words typst breaks by itself.
    return re.sub(rf"[!-\u0dff]{{{limit + 1},}}", _loose, text)


def _loose(word: re.Match[str]) -> str:
    marks = (unicodedata.category(char).startswith("M") for char in word[0])  # these stay with their letter
    return "".join(char if mark else "\u200b" + char for char, mark in zip(word[0], marks, strict=True))


# --- typst -----------------------------------------------------------------------------------------------------------

_NO_SHAPE = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")


def _typeset(sheet: str, data: Json) -> bytes:
    """The PDF.

    PDF/A refuses a text without shapes, so nothing vanishes: first the fonts inside the engine, which give the same
    bytes everywhere; then those of the system as well; then numbers.
    """
    missing: dict[str, None] = {}
    for system in (False, True, True, True, True):
        try:
            return _compile(sheet, _numbered(data, missing), system=system)
        except RuntimeError as error:  # typst.TypstError
            without = [_unescaped(found) for found in _NO_SHAPE.findall(getattr(error, "diagnostic", ""))]
            if not without:
                raise
            if system:
                missing |= dict.fromkeys(without)
    raise AssertionError(f"{sheet}: still without shapes: {list(missing)}")


def _compile(sheet: str, data: Json, *, system: bool) -> bytes:
    # A process that has compiled once and then forks hangs in the child: nothing of typst may load before that.
    import typst  # noqa: PLC0415 - see above

    body: bytes = typst.compile(
        SHEETS / sheet, root=SHEETS, font_paths=_fonts(system), ignore_system_fonts=not system,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, pdf_standards=["a-2a", "ua-1"],
        package_path=SHEETS / "none", package_cache_path=SHEETS / "none",
    )
    return body


@lru_cache
def _fonts(system: bool) -> Any:
    import typst  # noqa: PLC0415 - as in _compile

    return typst.Fonts(include_system_fonts=system, include_embedded_fonts=True)


def _numbered(data: Json, missing: Mapping[str, None]) -> Json:
    """The data with every missing text as its numbers."""
    if not missing:
        return data | {"unprintable": False}
    pattern = re.compile("|".join(re.escape(text) for text in sorted(missing, key=len, reverse=True)))
    mapped: Json = _mapped(data, lambda text: pattern.sub(_numbers, text))
    return mapped | {"unprintable": True}


def _numbers(found: re.Match[str]) -> str:
    return "".join(f"[U+{ord(char):04X}]\u200b" for char in found[0])


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)


# --- values as the sheets want them ----------------------------------------------------------------------------------

PROSE = 32  # characters of a word that fits into the measure
VALUE = 15  # and into the column of values
_HASH = re.compile(r"[0-9a-f]{64}")


def _prose(data: Json) -> Json:
    """The data with amounts that stay whole and long words that may break; a hash has a line of its own."""
    def broken(text: str) -> str:
        return text if _HASH.fullmatch(text) else _breakable(unbroken(text), PROSE)

    mapped: Json = _mapped(data, broken)
    return mapped


def _mapped(data: Any, change: Callable[[str], str]) -> Any:
    """The same data with every text changed."""
    match data:
        case str():
            return change(data)
        case dict():
            return {key: _mapped(value, change) for key, value in data.items()}
        case list() | tuple():
            return [_mapped(value, change) for value in data]
        case _:
            return data


def _running(title: str) -> str:
    """A title short enough for the head of every page."""
    line = " ".join(title.split())
    return _breakable(line if len(line) <= 70 else line[:69].rstrip() + "…", PROSE)


def _date(at: datetime) -> list[int]:
    return list(at.astimezone(UTC).timetuple()[:6])


__all__ = ["Evidence", "ReservationRow", "SignatureRow", "contract_pdf", "evidence_pdf"]
