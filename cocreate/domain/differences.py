"""What differs between two texts of a contract, part by part, for people to read. Pure."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cocreate.domain.contract import ContractParty, ContractText
from cocreate.domain.prose import plain


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of two texts that differs; ``label`` is its title.

    part: head, parties, clause, open (its values still open), annex or figures.
    pieces: (how, words) in the order of the text; how is "same", "deleted" or "inserted".
    """

    part: str
    label: str
    pieces: tuple[tuple[str, str], ...]


_NOTHING = ("", "")


def differences(before: ContractText, after: ContractText) -> tuple[Difference, ...]:
    """What differs between two texts, part by part: whole words, in annexes whole rows."""
    old, new = dict(_parts(before)), dict(_parts(after))
    found = []
    for part in dict.fromkeys((*old, *new)):
        (old_label, old_words), (new_label, new_words) = old.get(part, _NOTHING), new.get(part, _NOTHING)
        if (old_label, old_words) != (new_label, new_words):
            found.append(Difference(part[0], new_label or old_label, _pieces(part[0], old_words, new_words)))
    return tuple(found)


def _parts(text: ContractText) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """(part, key) -> title and words."""
    yield ("head", ""), (text.title, "\n".join((text.title, text.project_title, text.purpose)))
    yield ("parties", ""), ("", "\n".join([*map(_party_line, text.parties), *text.affected]))
    for clause in text.clauses:
        words = [plain(clause.body), *clause.reservations]
        yield ("clause", clause.key), (f"{clause.number} {clause.title}", "\n".join(words))
    yield ("open", ""), ("", "\n".join(f"{o.number} {o.label}: {o.who}, {o.by}: {o.rule}" for o in text.open_values))
    for annex in text.annexes:
        lines = [annex.note, *(" · ".join(row) for row in (annex.columns, *annex.rows))]
        yield ("annex", annex.key), (f"{annex.number} {annex.title}", "\n".join(lines))
    yield ("figures", ""), ("", "\n".join(" · ".join(filter(None, (
        f.label, f.value, f.unit, f.period, f.price_year, f.grade, f.source, f.giver))) for f in text.figures))


def _party_line(party: ContractParty) -> str:
    return ", ".join((party.organisation, party.role, party.at, *(one.name for one in party.signatories)))


def _pieces(part: str, old: str, new: str) -> tuple[tuple[str, str], ...]:
    split = re.compile(r"[^\n]+\n?" if part == "annex" else r"\S+\s*")
    a, b = split.findall(old), split.findall(new)
    found: list[tuple[str, str]] = []
    for how, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b).get_opcodes():
        if how == "equal":
            found.append(("same", "".join(a[a1:a2])))
        else:
            found += [(said, "".join(words)) for said, words in (("deleted", a[a1:a2]), ("inserted", b[b1:b2]))
                      if words]
    return tuple(found)
