"""What the contract still lacks, each with the ways out of it: on Now, on the pages of the contract and of a clause."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import pages, sentences
from cocreate.db import db
from cocreate.domain import settling
from cocreate.domain.contract import ContractText, Gap
from cocreate.domain.lacking import of_parties
from cocreate.domain.names import holds_name
from cocreate.domain.rights import Act, may
from cocreate.domain.turns import Turn, owed_here, prepares
from cocreate.errors import Invalid
from cocreate.services import composing
from cocreate.views.room.cards import invite_url
from workflows.facts import Facts, ProposalState

MOST = 6  # on Now; the page of the contract has all


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing in words; party: who can do something about it; acts: what the reader can do."""

    text: str
    party: int | None
    acts: tuple[sentences.Act, ...]


def on_now(facts: Facts) -> tuple[Lack, ...]:
    """What comes before a version can be made; a value of a task that is still owed is not missing yet."""
    if not prepares(facts) or facts.contract or facts.on_hold:
        return ()
    text = composing.compose(db.session(), facts)
    return tuple(_signatories(facts, text)) if owed_here(facts) else _as_fits(lacks(facts, text))


def _as_fits(found: tuple[Lack, ...]) -> tuple[Lack, ...]:
    more = len(found) - MOST
    rest = ngettext("%(num)d more value is missing.", "%(num)d more values are missing.", more)
    return found if more < 1 else (
        *found[:MOST], Lack(rest, None, (sentences.Act("contract", _("See all that is missing")),)))


def lacks(facts: Facts, text: ContractText) -> tuple[Lack, ...]:
    """What the parties have not said of themselves, and each value that stands open in the text."""
    return (*_signatories(facts, text), *_addresses(facts, text), *_values(facts, text))


def instead(turns: tuple[Turn, ...], lacking: tuple[Lack, ...]) -> tuple[Turn, ...]:
    """What is really asked where a version cannot be made yet."""
    return tuple(replace(turn, act="complete") if turn.act == "freeze" and lacking else turn for turn in turns
                 if turn.act != "freeze" or not lacking or turn.party is not None)


def ways(facts: Facts, gap: Gap, clause: str | None) -> tuple[sentences.Act, ...]:
    """Give it, settle it later, or strike the clause that it stands in; or answer what is proposed of that."""
    proposes = not facts.ended and not facts.on_hold and may(Act.CLAUSES, facts.actor)
    found = [_to_value(facts, gap.path)] if "." in gap.path else []
    ways_out = [("later", gap.path, "need", _("Settle later"))] if "." in gap.path else []
    if clause is not None and facts.definition.clauses[clause].optional:
        ways_out.append(("strike", clause, "clause", _("Strike this clause")))
    for kind, about, name, label in ways_out:
        if (number := _proposed(facts, kind, about)) is not None:
            found.append(sentences.Act(f"proposals/{number}", _("See what is proposed")))
        elif proposes:
            found.append(sentences.Act(f"contract/{kind}?{name}={about}", label))
    return tuple(found)


def _to_value(facts: Facts, path: str) -> sentences.Act:
    own = facts.actor.party if facts.actor else None
    if settling.disputed(facts, path) and may(Act.SETTLE, facts.actor, party=own):
        return sentences.Act(f"settle?path={path.partition('@')[0]}", _("Settle which one counts"))
    task = path.split(".")[1]
    mine = own in {one.party for one in facts.instances(task)}
    return sentences.Act(f"tasks/{task}", _("Give the value") if mine else _("See the task"))


def _proposed(facts: Facts, kind: str, subject: str) -> int | None:
    return next((one.number for one in facts.proposals if one.kind == kind and one.subject == subject
                 and one.state is ProposalState.OPEN), None)


def _signatories(facts: Facts, text: ContractText) -> Iterator[Lack]:
    """Whom a party named to sign, where nobody of that name can sign for it here: its champion invites them."""
    for reason in of_parties(text, facts):
        if reason.code == "contract.signatory":
            party, named = int(str(reason.values["party"])), str(reason.values["named"])
            yield Lack(_said(facts, reason), party, (_to_signatory(facts, party, named),))


def _to_signatory(facts: Facts, party: int, named: str) -> sentences.Act:
    """Somebody of that name who is in it gets the part; somebody new is invited."""
    here = any(holds_name(named, one.name) for one in facts.members if one.party == party and one.left_at is None)
    if here or not invite_url(facts, party):
        return sentences.Act("people", _("See who is in it"))
    name = named.partition(",")[0].strip()
    return sentences.Act(f"people/invite/{party}?part=signatory&name={quote(name)}", _("Invite %(name)s", name=name))


def _addresses(facts: Facts, text: ContractText) -> Iterator[Lack]:
    for reason in of_parties(text, facts):
        if reason.code == "contract.address":
            yield Lack(_said(facts, reason), int(str(reason.values["party"])),
                       (sentences.Act(f"tasks/{reason.values['task']}", _("See the task")),))


def _said(facts: Facts, reason: Invalid) -> str:
    return sentences.error(reason, pages.reader(), facts)


def _values(facts: Facts, text: ContractText) -> Iterator[Lack]:
    places: list[tuple[str, str | None, tuple[Gap, ...]]] = [
        (_("Clause %(number)s", number=clause.number), clause.key, clause.gaps)
        for clause in text.clauses if clause.state != "struck"]
    places += [(_("Annex %(number)s", number=annex.number), None, annex.gaps) for annex in text.annexes]
    for place, clause, gap in ((place, clause, gap) for place, clause, gaps in places for gap in gaps):
        said = _("%(place)s: '%(label)s' is not given (%(reason)s).", place=place, label=gap.label,
                 reason=gap.reason) if gap.reason else \
            _("%(place)s: '%(label)s' is not given.", place=place, label=gap.label)
        yield Lack(said, _giver(facts, gap.path), ways(facts, gap, clause))


def _giver(facts: Facts, need: str) -> int | None:
    """Whose value it is."""
    path, _at, seat = need.partition("@")
    return next((one.party for one in facts.instances(path.split(".")[1])
                 if not seat or facts.party(one.party).seat == seat), None) if "." in path else None
