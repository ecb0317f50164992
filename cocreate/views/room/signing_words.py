"""What the pages of signing say: who signed, who is asked, what changed since one read it last."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from cocreate import words
from cocreate.db import db
from cocreate.domain.contract import ContractText
from cocreate.domain.differences import Difference, differences
from cocreate.domain.lacking import names
from cocreate.domain.topics import Topic, audience_of
from cocreate.errors import NotFound
from cocreate.services import contracts
from cocreate.services.acts.contracts import require_signing
from cocreate.views.room import contract_words, frame
from cocreate.views.room.dialogs import possible
from cocreate.views.room.frame import PartyView
from cocreate.web import login, pages
from cocreate.words import Reader
from workflows.facts import ContractState, Facts, PartyFact
from workflows.guards import asked_to_sign
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Signer:
    """One party that signs: who did, or who is asked."""

    party: PartyView
    names: str
    at: datetime | None
    ended_at: datetime | None = None


def enter(ref: str, paper: str) -> Facts:
    """The room, for a page about one paper.

    Raises: NotFound where there is no such short agreement, or the reader does not see it.
    """
    facts = frame.enter(ref)
    if paper and not _sees(facts, paper):
        raise NotFound
    if paper and facts.definition.tasks[paper][1].kind != "sign":
        raise NotFound
    return facts


def _sees(facts: Facts, paper: str) -> bool:
    return any(audience_of(Topic("task", paper, party.number), facts) & frame.mask(facts)
               for party in (*facts.signers(paper), *facts.acceding(paper)))


def all_signed(facts: Facts) -> list[tuple[str, str]]:
    """What all have signed, as far as the reader sees it: (title, address)."""
    papers = dict.fromkeys(one.paper for one in facts.papers if one.state is ContractState.SIGNED)
    return [(title(facts, paper) if paper else _("Contract"), home(facts, paper)) for paper in papers
            if not paper or _sees(facts, paper)]


def home(facts: Facts, paper: str) -> str:
    """The page on which the paper is read."""
    ref = facts.project.ref
    return url_for("room.short_agreement", ref=ref, paper=paper) if paper else url_for("room.contract", ref=ref)


def trail(facts: Facts, paper: str) -> tuple[tuple[str, str], ...]:
    if not paper:
        return ((_("Contract"), home(facts, paper)),)
    return (_("Tasks"), url_for("room.tasks", ref=facts.project.ref)), (title(facts, paper), home(facts, paper))


def title(facts: Facts, paper: str) -> str:
    return say(facts.definition.tasks[paper][1].title, pages.language())


def signers(facts: Facts, number: int, paper: str = "") -> list[Signer]:
    views = frame.party_views(facts)
    given = {s.party: s for s in facts.signatures if (s.paper, s.version) == (paper, number)}
    found = []
    for party in facts.signers(paper):
        signature = given.get(party.number)
        people = [frame.person_name(facts, signature.person)] if signature else \
            [member.name for member in facts.people(party.number, "signatory")]
        found.append(Signer(views[party.number], words.listed(people, pages.reader(), either=True),
                            signature.at if signature else None, signature.ended_at if signature else None))
    return found


def ring(found: list[Signer]) -> list[tuple[int, str]]:
    return [(one.party.number, "agreed" if one.at and not one.ended_at else "open") for one in found]


def may_sign(facts: Facts, paper: str = "") -> bool:
    """Whether the reader is asked to sign the version that stands, now."""
    standing = facts.standing(paper)
    return standing is not None and possible(lambda: require_signing(facts, standing.number, paper))


def in_place_of(facts: Facts, text: ContractText, *, accedes: bool = False) -> str:
    """What a reader is told who signs for a party whose text names somebody else. accedes: there is no refusing it."""
    own = facts.own
    party = next((one for one in text.parties if one.number == own), None)
    if facts.actor is None or party is None or not party.signatories or names(party, facts.actor.name):
        return ""
    named = words.listed([one.name for one in party.signatories], pages.reader())
    said = _("The text names %(named)s for %(party)s. You sign in their place: say below on what authority.",
             named=named, party=party.organisation)
    otherwise = _("If that is not right, let who is named accede: a champion makes them a signatory under People.") \
        if accedes else _("If that is not right, do not sign, with a reason.")
    return f"{said} {otherwise}"


def may_refuse(facts: Facts, paper: str) -> bool:
    """Whether the reader is asked to sign, or has signed what others have not: that can be taken back this way."""
    standing = facts.standing(paper)
    return standing is not None and possible(lambda: require_signing(facts, standing.number, paper, again=True))


def signed_by_me(facts: Facts, paper: str = "") -> bool:
    own = facts.signature(facts.actor.party or 0, paper) if facts.actor else None
    return own is not None and own.person == login.me().id


def signed(facts: Facts, paper: str = "") -> str:
    """Such as "Signed for WMATA, Thu 3 Apr 14:05 (New York), 18:05 UTC. Waiting for Philips: Jan Vos, asked today"."""
    reader = pages.reader()
    mine = facts.signature(facts.actor.party or 0, paper) if facts.actor else None
    if mine is None:
        return ""
    own, local = contract_words.own(facts), words.day_time(mine.at, reader)
    said = _("Signed for %(party)s, %(local)s.", party=own, local=local) if reader.zone == "UTC" else \
        _("Signed for %(party)s, %(local)s, %(utc)s UTC.", party=own, local=local,
          utc=words.clock_time(mine.at, Reader(reader.language, "UTC", reader.now)))
    waiting = [_waiting(facts, party, paper) for party in facts.signers(paper)
               if facts.signature(party.number, paper) is None]
    if not waiting:
        sealed = contracts.version(db.session(), facts, mine.version, paper=paper).row.sealed_at
        return f"{said} " + (
            _("All have signed. Sealed on %(moment)s.", moment=words.day_time(sealed, reader)) if sealed else
            _("All have signed. The seal of the host is being put on."))
    return f"{said} " + _("Waiting for %(whom)s.", whom="; ".join(waiting))


def _waiting(facts: Facts, party: PartyFact, paper: str) -> str:
    """Such as "Philips: Jan Vos, asked today"; of who has not come in yet nothing has been asked."""
    reader, asked = pages.reader(), asked_to_sign(facts, party.number, paper)
    people = facts.people(party.number, "signatory")
    names = words.listed([m.name for m in people if m.present or asked is None], reader, either=True)
    if asked is not None:
        return _("%(party)s: %(names)s, asked %(when)s", party=party.name, names=names, when=words.away(asked, reader))
    if names:
        return _("%(party)s: %(names)s, not asked yet", party=party.name, names=names)
    return _("%(party)s: nobody named yet", party=party.name)


def since_last_reading(facts: Facts, text: ContractText, paper: str = "") -> tuple[str, list[Difference]]:
    """What is compared, and what differs: the text with the version that the reader last decided on or signed.

    Who has done neither compares with the version before; of the first version there is nothing to compare.
    """
    me = login.me().id
    before = [one.number for one in facts.versions(paper) if one.number < text.version]
    known = [s.version for s in facts.signatures if s.paper == paper and s.person == me and s.version in before]
    if not paper:
        known += [int(number) for d in facts.decisions if d.person == me and d.subject.startswith("contract=")
                  and (number := d.subject.removeprefix("contract=")).isdecimal() and int(number) in before]
    if not before:
        return "", []
    last = max(known, default=max(before))
    found = differences(contracts.version(db.session(), facts, last, paper=paper).text, text)
    said = _("Changed since version %(number)s, which you read last", number=last) if known else \
        _("What changed since version %(number)s", number=last)
    return said, contract_words.shortened(found)
