"""What the project waits for, in sentences of who can act: the first part of the room's first page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import sentences, words
from cocreate.db import db
from cocreate.domain import after_no, charter, invited
from cocreate.domain.hearing import Subject
from cocreate.domain.lacking import ADDRESS, SIGNATORY, VALUE
from cocreate.domain.limits import LIMIT
from cocreate.domain.nudges import asks, of_refusal
from cocreate.domain.rights import Act, may
from cocreate.domain.topics import Topic
from cocreate.domain.turns import Turn, waits_for
from cocreate.services import rooms
from cocreate.views.proposals_words import words_of
from cocreate.views.room import frame, limits, missing, nudges
from cocreate.web import pages
from workflows.facts import WAIVE, Facts, MemberFact
from workflows.refusals import Refusal
from workflows.texts import say

# Of a task, a decision or the contract: what its party does next. The same thing is a row of whoever is asked for it.
_ASKS = frozenset({"task.not_begun", "task.draft", "task.returned", "task.reopened", "task.not_accepted",
                   "task.entered", "canvas.unwritten", "gate.missing", "gate.lapsed", "agreement.open",
                   "contract.unsigned"})
_ASKED = frozenset({"fill_in", "again", "write", "check", "confirm", "decide", "decide_again", "sign"})
LACKS = frozenset({VALUE, ADDRESS, SIGNATORY})
MANY = 4  # parties that lack the same are counted
MOST_LACKS = 6  # on Now; the page of the contract has all


@dataclass(frozen=True, slots=True)
class Row:
    """One reason in words, and what the reader can do about it."""

    text: str
    acts: tuple[sentences.Act, ...]
    offers: tuple[nudges.Offer, ...] = ()
    help_url: str = ""
    ways: tuple[limits.WayOut, ...] = ()  # out of a limit that is missed
    alike: tuple[str, str] | None = None  # what other parties may lack alike: see ``_alike``


@dataclass(frozen=True, slots=True)
class Group:
    """What one party can do something about; None: nobody in particular."""

    party: frame.PartyView | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """What many parties lack alike: said once, with what is said of each behind it."""

    text: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class First:
    """What it has waited for longest, said at length."""

    party: frame.PartyView | None
    row: Row
    since: str


def answers(facts: Facts, asked: Sequence[Turn]) -> list[tuple[str, str, list[nudges.Offer]]]:
    """Who has not answered what the reader proposed or their party agreed to, where it stands, and the nudge.

    Of the charter its own page says it, of a waiver the limit that is missed.
    """
    me, mine = facts.actor.person if facts.actor else None, {turn.key for turn in asked if turn.act == "answer"}
    open_ = {str(Subject("proposal", str(one.number))): one for one in facts.proposals
             if one.kind not in (charter.KIND, WAIVE) and str(one.number) not in mine
             and (one.person == me or facts.own in one.agreeing)}
    return [(_("%(party)s has not answered '%(proposal)s' (%(who)s).", party=facts.party(owed.party).name,
               proposal=words_of(facts, open_[owed.subject]).title, who=words.listed(
                   (frame.person_name(facts, one) for one in owed.persons), pages.reader(), either=True)
               or _("nobody yet")),
             url_for("room.proposal", ref=facts.project.ref, number=open_[owed.subject].number),
             [offer] if (offer := nudges.offer_of(facts, owed)) else [])
            for owed in asks(facts) if owed.subject in open_]


def told_above(facts: Facts, asked: Sequence[Turn]) -> bool:
    """Whether the project also waits for what stands among the reader's own rows."""
    return len(_reasons(facts, asked)) < len(_reasons(facts))


def groups(facts: Facts, asked: Sequence[Turn] = ()) -> tuple[Group, ...]:
    """Every reason once, by who can act; oldest first. Of what the contract lacks as much as fits.

    asked: the reader's own rows, told above. What only follows from what is told has no act of its own.
    """
    views = frame.party_views(facts)
    rows: dict[int | None, dict[str, Row]] = {}
    found = _reasons(facts, asked)
    more = [one for one in found if one.code in LACKS][MOST_LACKS:]
    first_limit = next((one for one in found if one.code == LIMIT), None)
    shown = set[nudges.Offer]()
    for refusal in (one for one in found if one not in more):
        row = _row(facts, refusal, found if refusal is first_limit else ())
        if _follows(refusal, found, asked):
            row = Row(row.text, ())
        if row.text not in rows.setdefault(refusal.party, {}):
            rows[refusal.party][row.text] = replace(row, offers=nudges.once(row.offers, shown))
    if more:
        rest = ngettext("%(num)d more value is missing.", "%(num)d more values are missing.", len(more))
        rows.setdefault(None, {})[rest] = Row(rest, (sentences.Act("contract", _("See all that is missing")),))
    return tuple(Group(views.get(party) if party is not None else None, tuple(found.values()))
                 for party, found in rows.items())


def folded(facts: Facts, found: Sequence[Group]) -> tuple[tuple[Fold, ...], tuple[Group, ...]]:
    """What many lack alike, and what is left of the groups; of the reader's own party nothing is folded."""
    alike: dict[tuple[str, str], list[Group]] = {}
    for group in found:
        if group.party and group.party.number != facts.own:
            for what in dict.fromkeys(row.alike for row in group.rows if row.alike):
                alike.setdefault(what, []).append(
                    Group(group.party, tuple(row for row in group.rows if row.alike == what)))
    many = {what: groups_ for what, groups_ in alike.items() if len(groups_) >= MANY}
    inside = {(group.party, row) for groups_ in many.values() for group in groups_ for row in group.rows}
    left = (Group(group.party, tuple(row for row in group.rows if (group.party, row) not in inside))
            for group in found)
    return (tuple(Fold(_said_of(facts, *what, groups_), tuple(groups_)) for what, groups_ in many.items()),
            tuple(group for group in left if group.rows))


def _said_of(facts: Facts, kind: str, key: str, found: Sequence[Group]) -> str:
    count, language, definition = len(found), pages.language(), facts.definition
    names = words.some((group.party.name for group in found if group.party), pages.reader())
    match kind:
        case "decide":
            return ngettext("%(num)s party has not decided '%(question)s': %(names)s.",
                            "%(num)s parties have not decided '%(question)s': %(names)s.", count, names=names,
                            question=say(definition.gates[key][1].question, language))
        case "sign":
            paper = definition.tasks[key][1].title if key else definition.contract_title
            return ngettext("%(num)s party has not signed '%(paper)s': %(names)s.",
                            "%(num)s parties have not signed '%(paper)s': %(names)s.", count, names=names,
                            paper=say(paper, language))
        case "come":
            return ngettext("%(num)s party has not answered its invitation: %(names)s.",
                            "%(num)s parties have not answered their invitations: %(names)s.", count, names=names)
        case _:
            return ngettext("%(num)s party owes '%(task)s': %(names)s.", "%(num)s parties owe '%(task)s': %(names)s.",
                            count, names=names, task=say(definition.tasks[key][1].title, language))


def _alike(facts: Facts, one: Refusal) -> tuple[str, str] | None:
    """What is owed, and by which key, where a party owes it itself and others may owe the same."""
    if _invited(facts, one):
        return "come", ""
    match one.code:
        case "gate.missing" | "gate.lapsed":
            return "decide", one.values["gate"]
        case "agreement.open":
            return "sign", one.values["task"]
        case "contract.unsigned":
            return "sign", ""
        case "task.not_begun" | "task.draft" | "task.returned" | "task.reopened" | "task.nobody_named":
            return "owe", one.values["task"]
    return None


def first(facts: Facts, asked: Sequence[Turn] = (), *, choose: bool = False) -> First | None:
    """choose: the reader is asked for a way out of a missed limit; then that, however long others have waited."""
    refusals, views = _reasons(facts, asked), frame.party_views(facts)
    if not refusals:
        return None
    limit = next((one for one in refusals if one.code == LIMIT), None) if choose else None
    refusal = limit or refusals[0]
    party = views.get(refusal.party) if refusal.party is not None else None
    row = _row(facts, refusal, refusals if refusal.code == LIMIT else ())
    if _follows(refusal, refusals, asked):
        return First(party, Row(row.text, ()), "")
    return First(party, row, " ".join(_since(facts, refusal)))


def _reasons(facts: Facts, asked: Sequence[Turn] = ()) -> tuple[Refusal, ...]:
    """Without those that are the reader's own rows, or only follow from an invitation that is not answered."""
    if facts.ended or facts.on_hold:
        return ()
    own, party = _own(asked), facts.actor.party if facts.actor else None
    return tuple(one for one in invited.told_once(facts, waits_for(facts), party)
                 if one.code not in _ASKS or _about(one) not in own)


def _own(asked: Sequence[Turn]) -> set[tuple[str | None, int | None]]:
    return {(turn.key, turn.party) for turn in asked if turn.act in _ASKED}


def _about(one: Refusal) -> tuple[str | None, int | None]:
    """Key of the task or the gate that a reason is about, or the contract, and whose."""
    if one.code == "canvas.unwritten":
        return f"{one.values['task']}@{one.values['of']}", one.party
    if one.code == "contract.unsigned":
        return "contract", one.party
    return (one.values.get("task") or one.values.get("gate"),
            one.values.get("of", one.party) if "task" in one.values else one.party)


def _follows(one: Refusal, told: Sequence[Refusal], asked: Sequence[Turn]) -> bool:
    """Whether it only waits for a task that stands here, or among the reader's own rows."""
    match one.code:
        case "gate.not_open":
            task = one.values["task"], one.values["of"]
        case "task.must_follow":
            task = one.values["earlier"], None
        case _:
            return False
    here = {_about(other) for other in told if other.code in _ASKS} | _own(asked)
    return task in here or (task[1] is None and task[0] in {key for key, _party in here})


def _row(facts: Facts, refusal: Refusal, limits_: Sequence[Refusal]) -> Row:
    """limits_: those among which the ways out of all limits are said once."""
    told = missing.lack(facts, refusal)
    help_url = "" if _invited(facts, refusal) else _help_url(facts, refusal)
    return Row(told.text, told.acts, told.offers, help_url, limits.ways_out(facts, limits_), _alike(facts, refusal))


def _invited(facts: Facts, refusal: Refusal) -> MemberFact | None:
    """Whose answer to an invitation the reader is told of instead."""
    return invited.awaited(facts, refusal, facts.own)


def _help_url(facts: Facts, refusal: Refusal) -> str:
    """Where help can be offered to another party that works on a task."""
    key, of = refusal.values.get("task"), refusal.values.get("of", refusal.party)
    if key is None or of is None or facts.own == of or of != refusal.party or not may(Act.COMMENT, facts.actor):
        return ""
    if facts.task(key, of) is None or facts.ended:
        return ""
    return url_for("room.talk_say", ref=facts.project.ref, topic=str(Topic("task", key, of)))


def _since(facts: Facts, refusal: Refusal) -> list[str]:
    """Since when, who can act and who stands in, and when people are written to."""
    reader, owed = pages.reader(), of_refusal(facts, refusal)
    said, coming = [], _invited(facts, refusal)
    since = coming.invited_at if coming else refusal.values.get("since") or _began(facts, refusal)
    if isinstance(since, datetime):
        days = facts.days_since(since)
        since_day = words.day(since, reader)
        said.append(ngettext("Since %(day)s, %(num)d working day.", "Since %(day)s, %(num)d working days.", days,
                             day=since_day) if days else _("Since %(day)s.", day=since_day))
    persons = {person for one in owed for person in one.persons}
    if refusal.code in after_no.NOES:  # who is of no party may be able to go back
        persons = {member.person for member in after_no.people(facts, refusal.values["gate"])}
    names = [m.name for m in facts.members if m.person in persons]
    if names:  # a value may also be settled by others
        who = words.listed(names, reader, either=True)
        said.append(_("%(names)s can give it.", names=who) if refusal.code == VALUE else
                    _("%(names)s can act.", names=who))
    said += [_("%(substitute)s stands in for %(name)s until %(day)s.", day=words.day(one.until, reader),
               substitute=frame.person_name(facts, one.substitute), name=frame.person_name(facts, one.person))
             for one in facts.absences if one.runs and one.person in persons]
    if coming is not None:
        return said + _reminders(facts, str(Subject("member", str(coming.person))), [coming.person])
    # Several are each reminded in their own time.
    return said + _reminders(facts, owed[0].subject, owed[0].persons) if len(owed) == 1 else said


def _began(facts: Facts, refusal: Refusal) -> datetime | None:
    """Since when the party has had it before itself."""
    key, of = refusal.values.get("task"), refusal.values.get("of", refusal.party)
    task = facts.task(key, of) if key is not None and of is not None else None
    gate = refusal.values.get("gate")
    decision = facts.decision(gate, refusal.party) if gate is not None and refusal.party is not None else None
    return task.since if task else decision.since if decision else None


def _reminders(facts: Facts, subject: str, persons: Collection[int]) -> list[str]:
    """When they were and will be reminded of it."""
    reader = pages.reader()
    found = rooms.reminded(db.session(), facts, [subject])[subject]
    said = [_("Last reminded %(day)s.", day=words.day(found.last, reader))] if found.last else []
    if found.next:  # at the hour of whom it reaches: in another zone it would look like a mail at night
        there = next((m.zone for m in facts.members if m.person in persons), "") or facts.zone
        said.append(_("Next reminder %(day)s.", day=words.day_time(found.next, replace(reader, zone=there))))
    return said
