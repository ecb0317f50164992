"""The people of a project as their page shows them: a card per seat, a row per person, what can be done about each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from cocreate import sentences, words
from cocreate.domain.leading import in_charge, is_first, led, shared_with
from cocreate.domain.rights import Act, may
from cocreate.services.acts.absences import absence_of, hands_over
from cocreate.services.acts.change import require
from cocreate.services.acts.people import is_last_champion, require_people
from cocreate.services.concerns import readers
from cocreate.views.parts import listed, part_words
from cocreate.views.room import frame
from cocreate.views.room.dialogs import possible
from cocreate.web import pages
from workflows.facts import AbsenceFact, Facts, MemberFact
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Person:
    """One person on the page: what they do, what is to be known, what the reader can do about it."""

    person: int
    name: str
    parts: str
    state: str
    acts: tuple[tuple[str, str], ...]  # (label, url)
    posts: tuple[tuple[str, str], ...]  # the same, done at once
    address: str = ""  # "": not for the reader


def row_of(facts: Facts, member: MemberFact, undelivered: Mapping[int, str]) -> Person:
    """The row of one person, with what the reader can do. undelivered: whose mail came back, and from where."""
    changes = _changes(facts, member)
    if member.present and shared_with(facts, member):
        return _sharing(facts, member)
    came_back = member.person in undelivered
    acts, posts = _of_invited(facts, member, changes, came_back=came_back) if member.accepted_at is None else \
        _of_present(facts, member, changes)
    if member.present and came_back and corrects(facts, member, came_back=True):
        acts.append((_("Correct address"), url_for(
            "room.people_address", ref=facts.project.ref, person=member.person)))
    absence = absence_of(facts, member.person)
    if absence is not None and hands_over(facts, member.person) and not facts.ended:
        posts.append((_("Back now") if absence.runs else _("Not away after all"),
                      url_for("room.people_back", ref=facts.project.ref, number=absence.number)))
    return Person(member.person, member.name, listed(member.own), _state(facts, member, undelivered, absence),
                  tuple(acts), tuple(posts))


def addressed(facts: Facts, member: MemberFact, row: Person, addresses: Mapping[int, str]) -> Person:
    """Who has come in can be written to; where somebody was invited is read by who may invite there."""
    seen = member.present or _changes(facts, member)
    return replace(row, address=addresses.get(member.person, "")) if seen else row


def about_invitation(facts: Facts, member: MemberFact) -> tuple[sentences.Act, ...]:
    """What the reader can do where something waits for somebody's answer to an invitation."""
    if (again := to_remind(facts, member)) is None:
        return (sentences.Act(_row(member), _("See the invitation")),)
    correct = sentences.Act(f"people/{member.person}/address", _("Correct address"))
    return (again, correct) if corrects(facts, member, came_back=False) else (again,)


def to_remind(facts: Facts, member: MemberFact) -> sentences.Act | None:
    """Where the reader invites somebody once more; None where they may not."""
    return sentences.Act(_row(member), _again(member)) if _changes(facts, member) else None


def _again(member: MemberFact) -> str:
    """What the act is called wherever it is offered."""
    return _("Remind with a new link") if member.expired_at is None else _("Invite again")


def _row(member: MemberFact) -> str:
    return f"people#person-{member.person}"


def _changes(facts: Facts, member: MemberFact) -> bool:
    """Whether the reader may invite, change and remove there."""
    return member.party is not None and not facts.on_hold and possible(
        partial(require_people, facts, member.party, first=is_first(facts, member)))


def corrects(facts: Facts, member: MemberFact, *, came_back: bool) -> bool:
    """Whether the reader can invite somebody at another address; an account manager's own is the host's to correct.

    Where no mail came back only who may invite there can: they would put another in the place of who was meant.
    """
    act = Act.CORRECT_ADDRESS if came_back else Act.PEOPLE
    return not facts.on_hold and not in_charge(facts, member) and possible(
        partial(require_people, facts, member.party, first=is_first(facts, member), act=act))


def _sharing(facts: Facts, member: MemberFact) -> Person:
    """A colleague of the host with whom the project is shared."""
    state = _("the project is shared with them since %(day)s", day=words.day(member.accepted_at, pages.reader())) \
        if member.accepted_at else ""
    end = [(_("End the sharing"), url_for("room.people_end_sharing", ref=facts.project.ref, person=member.person))] \
        if share_url(facts) else []
    return Person(member.person, member.name, listed(member.own), state, (), tuple(end))


def share_url(facts: Facts) -> str:
    """Where an account manager shares the project with a colleague of the host."""
    can = possible(partial(require, facts, Act.SHARE, on_hold=True))
    return url_for("room.people_share", ref=facts.project.ref) if can else ""


Links = list[tuple[str, str]]


def _of_invited(facts: Facts, member: MemberFact, changes: bool, *, came_back: bool) -> tuple[Links, Links]:
    """What can be done about somebody who has not answered: pages, and acts done at once."""
    ref, number = facts.project.ref, member.person
    acts: Links = []
    posts: Links = []
    if corrects(facts, member, came_back=came_back):
        acts.append((_("Correct address"), url_for("room.people_address", ref=ref, person=number)))
    if changes:
        posts = [(_again(member), url_for("room.people_resend", ref=ref, person=number)),
                 (_("Withdraw invitation"), url_for("room.people_withdraw", ref=ref, person=number))]
    return acts, posts


def _of_present(facts: Facts, member: MemberFact, changes: bool) -> tuple[Links, Links]:
    """What can be done about somebody who is there."""
    ref, number = facts.project.ref, member.person
    if facts.on_hold:
        return [], []
    mine = facts.actor is not None and facts.actor.person == number
    about: dict[str, Any] = {"person": number}
    hands_on: list[tuple[bool, str, str, dict[str, Any]]] = [] if facts.ended else [
        (hands_over(facts, number), _("Hand over my part") if mine else _("Hand over"), "room.people_hand_over", about),
        (mine and "facilitator" in member.own, _("Hand over my part"), "room.people_neutral", {}),
        (mine and member.party is None and in_charge(facts, member), _("Hand over the project"), "desk.hand_over", {})]
    rows = [
        (changes, _("Change parts"), "room.people_parts", about),
        (not changes and bool(propose_url(facts, member.party or 0)), _("Propose other parts"),
         "room.people_propose_parts", about),
        *hands_on,
        (changes and not in_charge(facts, member) and not is_last_champion(facts, member), _("Remove"),
         "room.people_remove", about),
    ]
    return [(label, url_for(endpoint, ref=ref, **values)) for can, label, endpoint, values in rows if can], []


def _state(facts: Facts, member: MemberFact, undelivered: Mapping[int, str], absence: AbsenceFact | None) -> str:
    """What is to be known of somebody: not come in yet, away, not to be reached."""
    said = ""
    if member.expired_at is not None:
        said = _("invitation expired %(day)s", day=words.day(member.expired_at, pages.reader()))
    elif member.accepted_at is None:
        since = member.invited_at
        said = _("invited %(day)s, not yet accepted", day=words.day(since, pages.reader())) if since else \
            _("invited, not yet accepted")
    if absence is not None:
        values = {"day": words.day(absence.until, pages.reader()), "start": words.day(absence.starts, pages.reader()),
                  "name": frame.person_name(facts, absence.substitute)}
        said = _("away until %(day)s, %(name)s stands in", **values) if absence.runs else \
            _("away from %(start)s until %(day)s, %(name)s stands in", **values)
    for one in facts.absences:
        if one.runs and one.substitute == member.person:
            lent = _("stands in for %(name)s until %(day)s", name=frame.person_name(facts, one.person),
                     day=words.day(one.until, pages.reader()))
            said = f"{said}, {lent}" if said else lent
    address = undelivered.get(member.person)
    if address is None or not may(Act.CORRECT_ADDRESS, facts.actor, party=member.party):
        return said
    return _("%(state)s. Mail to %(address)s came back", state=said, address=address) if said else \
        _("mail to %(address)s came back", address=address)


def cards(facts: Facts, undelivered: Mapping[int, str], addresses: Mapping[int, str]) -> list[dict[str, Any]]:
    """One card per seat; a seat without organisation says so."""
    views = frame.party_views(facts)
    found = []
    for key, seat in facts.definition.parties.items():
        holders = facts.holders([key])
        role = say(seat.name, pages.language())
        for party in holders:
            members = sorted((m for m in facts.members if m.party == party.number and m.left_at is None),
                             key=lambda member: member.name.casefold())
            missing = [part_words()[part] for part in ("champion", "signatory")
                       if not any(part in m.parts for m in members) and (part != "signatory" or seat.contracting)]
            found.append({"party": views[party.number], "role": role, "missing": missing,
                          "signatory": part_words()["signatory"],
                          "people": [addressed(facts, m, row_of(facts, m, undelivered), addresses) for m in members],
                          "invite": invite_url(facts, party.number), "words_by_mail": party.words_by_mail,
                          "words_url": _words_url(facts, party.number),
                          "propose": propose_url(facts, party.number), "tell": _tell_url(facts, party.number)})
        if not holders:
            found.append({"party": None, "role": role, "people": [], "missing": [], "invite": "", "propose": "",
                          "tell": "", "required": seat.required})
    return found


def _words_url(facts: Facts, party: int) -> str:
    """Where a champion says whether what the party's people write stands in mails."""
    own = facts.actor is not None and facts.actor.party == party
    can = own and possible(partial(require, facts, Act.WORDS_BY_MAIL, party=party, on_hold=True))
    return url_for("room.people_words_by_mail", ref=facts.project.ref) if can else ""


def invite_url(facts: Facts, party: int) -> str:
    """Where a colleague is invited, for who may."""
    can = possible(partial(require_people, facts, party, first=not led(facts, party)))
    return url_for("room.people_invite", ref=facts.project.ref, party=party) if can else ""


def propose_url(facts: Facts, party: int) -> str:
    """Where a colleague is proposed, for who cannot invite one."""
    can = party == facts.own and possible(partial(require, facts, Act.PEOPLE, party=party))
    return url_for("room.people_propose", ref=facts.project.ref) if can and not invite_url(facts, party) else ""


def _tell_url(facts: Facts, party: int) -> str:
    """Where one says to the own champions alone that somebody should go: no proposal, and no line of the record."""
    if not propose_url(facts, party) or not readers(facts, "mine"):
        return ""
    return url_for("room.concern", ref=facts.project.ref, to="mine")
