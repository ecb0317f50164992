"""What the contract still lacks, each with the ways out of it: on Now, on the pages of the contract and of a clause."""

from dataclasses import dataclass
from urllib.parse import quote

from flask_babel import gettext as _

from cocreate import sentences
from cocreate.domain import invited, settling
from cocreate.domain.lacking import SIGNATORY, VALUE
from cocreate.domain.names import holds_name
from cocreate.domain.rights import Act, may
from cocreate.views.room import frame, nudges
from cocreate.views.room.cards import about_invitation, invite_url
from cocreate.web import pages
from workflows.facts import Facts, ProposalState
from workflows.refusals import Refusal
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing in words; party: who can do something about it; acts, offers: what a reader can do."""

    text: str
    party: int | None
    acts: tuple[sentences.Act, ...]
    offers: tuple[nudges.Offer, ...]


def lack(facts: Facts, one: Refusal) -> Lack:
    """Anything that a project waits for, as a row."""
    return Lack(_said(facts, one).text, one.party, acts(facts, one), nudges.offers(facts, one))


def acts(facts: Facts, one: Refusal) -> tuple[sentences.Act, ...]:
    """What the reader can do about it; of what a contract lacks there are several ways."""
    if one.code == VALUE:
        return ways(facts, one.values["path"], one.values["clause"])
    if one.code == SIGNATORY:
        return (_to_signatory(facts, one.values["party"], one.values["named"]), *_to_who_signs(facts, one))
    if (member := invited.awaited(facts, one, facts.own)) is not None:
        return about_invitation(facts, member)
    act = _said(facts, one).act
    if act and act.page == "people":
        act = _to_invite(facts, one.values.get("of", one.party)) or act
    return (act,) if act else ()


def _to_invite(facts: Facts, party: int | None) -> sentences.Act | None:
    """Where nobody of a party is in it or invited, and the reader may invite somebody."""
    if party is None or any(one.party == party and one.left_at is None for one in facts.members) or \
            not invite_url(facts, party):
        return None
    return sentences.Act(f"people/invite/{party}", _("Invite somebody for %(party)s", party=facts.party(party).name))


def ways(facts: Facts, path: str, clause: str | None) -> tuple[sentences.Act, ...]:
    """Give it, settle it later, or strike the clause that it stands in; or answer what is proposed of that."""
    proposes = not facts.ended and not facts.on_hold and may(Act.CLAUSES, facts.actor)
    found = [_to_value(facts, path)] if "." in path else []
    ways_out = [("later", path, "need", _("Settle later"))] if "." in path else []
    if clause is not None and facts.definition.clauses[clause].optional:
        ways_out.append(("strike", clause, "clause", _("Strike this clause")))
    for kind, about, name, label in ways_out:
        if (number := proposed(facts, kind, about)) is not None:
            found.append(sentences.Act(f"proposals/{number}", _("See what is proposed")))
        elif proposes:
            found.append(sentences.Act(f"contract/{kind}?{name}={about}", label))
    return tuple(found)


def _to_value(facts: Facts, path: str) -> sentences.Act:
    own = facts.own
    if settling.disputed(facts, path) and may(Act.SETTLE, facts.actor, party=own):
        return sentences.Act(f"settle?path={path.partition('@')[0]}", _("Settle which one counts"))
    task = path.split(".")[1]
    mine = own in {one.party for one in facts.instances(task)} and not facts.ended
    return sentences.Act(f"tasks/{task}", _("Give the value") if mine else _("See the task"))


def proposed(facts: Facts, kind: str, subject: str) -> int | None:
    return next((one.number for one in facts.proposals if one.kind == kind and one.subject == subject
                 and one.state is ProposalState.OPEN), None)


def _to_signatory(facts: Facts, party: int, named: str) -> sentences.Act:
    """Somebody of that name who is in it gets the part; somebody new is invited. named: "" where it is kept."""
    here = any(holds_name(named, one.name) for one in facts.members if one.party == party and one.left_at is None)
    if not named or here or not invite_url(facts, party):
        return sentences.Act("people", _("See who is in it"))
    name = named.partition(",")[0].strip()
    return sentences.Act(f"people/invite/{party}?part=signatory&name={quote(name)}", _("Invite %(name)s", name=name))


def _to_who_signs(facts: Facts, one: Refusal) -> tuple[sentences.Act, ...]:
    """Where whoever may change who was named does that."""
    key, party = one.values["task"], one.values["party"]
    if facts.own != party or facts.ended or not may(Act.SUBMIT, facts.actor, party=party):
        return ()
    title = say(facts.definition.tasks[key][1].title, pages.language())
    return (sentences.Act(f"tasks/{key}", _("Change '%(task)s'", task=title)),)


def _said(facts: Facts, one: Refusal) -> sentences.Sentence:
    return sentences.refusal(one, facts, pages.reader(), party=facts.own, mask=frame.mask(facts))
