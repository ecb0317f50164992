"""What the pages of the contract say: whether it is ready, who signed, what ended a version, what changed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import sentences, words
from cocreate.db import db
from cocreate.domain import contract as domain
from cocreate.domain import ending, lacking
from cocreate.domain.contract import ClauseText, ContractText, Gap, OpenValue
from cocreate.domain.differences import Difference, differences
from cocreate.domain.lacking import of_parties
from cocreate.domain.prose import plain
from cocreate.domain.turns import owed_here, prepares, waits_for
from cocreate.errors import Conflict
from cocreate.papers import paper_words
from cocreate.sentences import agreeing
from cocreate.services import composing, contracts, signing
from cocreate.views.room import gates, missing, nudges
from cocreate.views.room.missing import Lack
from cocreate.web import pages
from workflows import engine
from workflows.conditions import ContractIs
from workflows.facts import ContractFact, ContractState, Facts
from workflows.guards import reasons
from workflows.refusals import Refusal
from workflows.texts import say

HASH = "[0-9a-f]{64}"
AROUND = 12  # words shown on each side of a change


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list of all."""

    number: int
    frozen_at: datetime
    state: str  # "standing", "ended", "signed"
    why: str
    reason: str = ""  # what a person wrote


# is it ready


def headline(facts: Facts, text: ContractText, number: int | None, *, current: bool) -> str:
    """The first sentence of the page: whether this text is ready, and for what."""
    reader, contract = pages.reader(), facts.contract
    if not current:
        return _ended(facts, next(c for c in facts.contracts if c.number == number))
    if contract and contract.state is ContractState.SIGNED:
        day, end = words.day(_last_signature(facts), reader), ending.agreed(facts)
        return _("Agreed by all on %(day)s. It ends on %(end)s, as all have agreed.", day=day, end=words.day(
            end.day, reader)) if end else _("Agreed by all on %(day)s.", day=day)
    if facts.ended or facts.on_hold:
        project = facts.project
        return sentences.error(Conflict("project.ended", outcome=project.outcome, at=project.ended_at)
                               if facts.ended else Conflict("project.on_hold", until=project.hold_until),
                               reader, facts)
    if contract is None:
        return _headline_before(facts, text)
    if reasons(facts, ContractIs(contract="agreed"), facts.project.stage):
        key = agreeing.contract_gate(facts)
        if key is None or facts.definition.gates[key][1].rule == "all":
            return _("Not ready to sign: not all parties have agreed to version %(number)s.", number=contract.number)
        open_ = _("Not ready to sign: version %(number)s is not agreed yet.", number=contract.number)
        return f"{open_} {agreeing.rule(facts, key, reader, lambda party: facts.party(party).name)}"
    if engine.waits_for_signatures(facts.definition, facts.project.stage):
        signed = sum(1 for party in facts.signing if facts.signature(party.number))
        return _("Ready. Version %(number)s is signed by %(signed)s of %(all)s parties.", number=contract.number,
                 signed=signed, all=len(facts.signing))
    ready = ngettext("Ready. The one clause is agreed on version %(number)s.",
                     "Ready. All %(num)s clauses are agreed on version %(number)s.", contract.clauses,
                     number=contract.number)
    return " ".join(filter(None, (ready, agreeing.without(facts, reader, lambda party: facts.party(party).name))))


def kept(facts: Facts) -> str:
    """Of the version that stands, to a reader who may not see all that it prints; "" where none stands."""
    contract = facts.contract
    if contract is None:
        return ""
    how = _("Version %(number)s is signed by all.", number=contract.number) \
        if contract.state is ContractState.SIGNED else _("Version %(number)s is made ready.", number=contract.number)
    return how + " " + _("Who contracts or signs reads it whole; here it stands without what you may not see.")


def _headline_before(facts: Facts, text: ContractText) -> str:
    if not prepares(facts):
        return _("Not ready to sign: the contract is made ready in the stage %(stage)s. This is what is known so far.",
                 stage=pages.stage(facts.definition, facts.definition.prepares))
    if any(reason.code == "contract.signatory" for reason in of_parties(text, facts)):
        return _("Not ready to sign: who was named to sign cannot sign here.")
    if missing := len(domain.gaps(text)):
        return ngettext("Not ready to sign: one value is missing.", "Not ready to sign: %(num)s values are missing.",
                        missing)
    if facts.versions():  # all have ended
        return _("Not ready to sign: version %(number)s has not been made ready to read yet.", number=text.version)
    return _("Not ready to sign: no version has been made ready to read yet.")


def waits(facts: Facts, text: ContractText) -> list[Lack]:
    """What stands in the way, each with who can do something about it."""
    if facts.ended or facts.on_hold or not facts.definition.stages[facts.project.stage].contract:
        return []
    told = [missing.lack(facts, one) for one in (() if facts.contract else lacking.missing(text, facts))
            if not _comes(facts, one)]
    for one in waits_for(facts):
        if facts.contract or one.code != "clauses.open":
            row = missing.lack(facts, one)
            told.append(replace(row, acts=tuple(act for act in row.acts if not act.page.startswith("contract"))))
    found, shown = {}, set[nudges.Offer]()
    for row in told:  # a way on may ask for the contract and for its gate: what both lack is one thing
        if (row.text, row.party) not in found:
            found[row.text, row.party] = replace(row, offers=nudges.once(row.offers, shown))
    return list(found.values())


def _comes(facts: Facts, one: Refusal) -> bool:
    """Whether a missing value comes with a task that is still owed: then it is the task that is waited for."""
    return one.code == lacking.VALUE and any(
        task.party == one.party and one.values["path"].split(".")[1:2] == [task.key] for task in owed_here(facts))


def segments(facts: Facts) -> list[tuple[int, str]]:
    """The ring of the contract: who agrees to the version that stands."""
    key = agreeing.contract_gate(facts)
    if key is None or facts.contract is None:
        return [(party.number, "open") for party in facts.contracting]
    return gates.segments(facts, key)


def drawn(facts: Facts, text: ContractText) -> dict[str, object]:
    """What a text is drawn with, on the pages to read and on the page to sign."""
    return {"text": text, "number": text.version, "marked": marker(text), "numbered": domain.numbered,
            "fingerprint": grouped, "sample": is_sample(text), "segments": segments(facts),
            "t": paper_words.paper(text.language)}


def steps(size: int) -> tuple[tuple[str, str], ...]:
    """How anybody checks the files alone: (what, command)."""
    return paper_words.steps(pages.language(), size)


def is_sample(text: ContractText) -> bool:
    return any(clause.sample and clause.state != "struck" for clause in text.clauses)


# who signed, and what became of each version


def _last_signature(facts: Facts) -> datetime:
    return max(s.at for s in facts.signatures if not s.paper and s.ended_at is None)


def versions(facts: Facts) -> list[VersionLine]:
    """Every version, newest first, with what ended it."""
    refusals = signing.unwilling(db.session(), facts) \
        if any((c.ended_because or "").startswith("refused") for c in facts.contracts) else {}
    return [VersionLine(
        one.number, one.frozen_at,
        "signed" if one.state is ContractState.SIGNED else "ended" if one.ended_at else "standing",
        _ended(facts, one) if one.ended_at else "", refusals[one.number].reason if one.number in refusals else "")
        for one in sorted(facts.contracts, key=lambda c: -c.number)]


def _ended(facts: Facts, version: ContractFact) -> str:
    """What ended a version, in a sentence."""
    if version.ended_at is None:
        return ""
    said = {"number": version.number, "day": words.day(version.ended_at, pages.reader())}
    kind, _colon, what = (version.ended_because or "").partition(":")
    match kind:
        case "task":
            task, _at, party = what.partition("@")
            return _("Version %(number)s ended on %(day)s: '%(task)s' of %(party)s changed.", **said,
                     task=say(facts.definition.tasks[task][1].title, pages.language()),
                     party=facts.party(int(party)).name)
        case "replaced":
            return _("Version %(number)s ended on %(day)s: version %(next)s took its place.", **said,
                     next=version.number + 1)
        case "refused":
            refusal = signing.unwilling(db.session(), facts).get(version.number)
            if refusal and refusal.party:
                return _("Version %(number)s ended on %(day)s: %(person)s did not sign it for %(party)s.", **said,
                         person=refusal.person, party=facts.party(refusal.party).name)
        case "wording":
            return _("Version %(number)s ended on %(day)s: its wording has to change.", **said)
        case "parties":
            return _("Version %(number)s ended on %(day)s: a party left.", **said)
    return _("Version %(number)s ended on %(day)s.", **said)


def changes(facts: Facts, text: ContractText, *, current: bool) -> tuple[str, list[Difference]]:
    """What is compared, and what differs: an ended version with the newest text, a standing one with the last."""
    session, older = db.session(), [c.number for c in facts.contracts if c.number < text.version]
    if current:
        if not older:
            return "", []
        if not contracts.may_read(facts, contracts.row(session, facts, max(older))):
            return "", []
        before = contracts.version(session, facts, max(older)).text
        return _("What changed since version %(number)s", number=max(older)), shortened(differences(before, text))
    after = contracts.version(session, facts, facts.contract.number).text if facts.contract else \
        composing.compose(session, facts)
    return _("What changed since version %(number)s", number=text.version), shortened(differences(text, after))


def shortened(found: tuple[Difference, ...]) -> list[Difference]:
    """Long unchanged passages shown by their ends only."""
    return [Difference(one.part, one.label, tuple(
        (how, _ends(piece) if how == "same" else piece) for how, piece in one.pieces)) for one in found]


def _ends(passage: str) -> str:
    found = re.findall(r"\S+\s*", passage)
    if len(found) <= 3 * AROUND:
        return passage
    return "".join([*found[:AROUND], "… ", *found[-AROUND:]])


def part_names() -> dict[str, str]:
    return {"head": _("Title and purpose"), "parties": _("Parties and signatories"), "clause": "",
            "open": _("Values still open"), "annex": _("Annex"), "figures": _("Figures and their sources")}


Marked = Gap | OpenValue


def marker(text: ContractText) -> Callable[[str, tuple[Gap, ...]], Iterator[tuple[str, Marked | None]]]:
    """Splits words of a text at what is missing or still open in them, and at hashes: a line may break within one."""
    phrase, still_open = paper_words.phrases(text.language).not_given, _marks(text)

    def marked(said: str, gaps: tuple[Gap, ...]) -> Iterator[tuple[str, Marked | None]]:
        found: dict[str, Marked] = {**{phrase.format(label=gap.label): gap for gap in gaps}, **still_open}
        for piece in re.split("(" + "|".join((*map(re.escape, found), HASH)) + ")", said):
            if piece:
                yield piece, found.get(piece)

    return marked


def open_in(text: ContractText, clause: ClauseText) -> list[OpenValue]:
    """What of the list of values still open stands in a clause."""
    words = plain(clause.body)
    return [one for mark, one in _marks(text).items() if mark in words]


def _marks(text: ContractText) -> dict[str, OpenValue]:
    phrase = paper_words.phrases(text.language).open
    return {phrase.format(label=one.label, number=one.number): one for one in text.open_values}


def grouped(digest: str) -> str:
    """A fingerprint in groups of four, as it can be compared by eye."""
    return " ".join(digest[at:at + 4] for at in range(0, len(digest), 4))


def own(facts: Facts) -> str:
    party = facts.own
    return facts.party(party).name if party is not None else ""
