"""The people of a project as their page shows them: a card per seat, a row per person, what can be done about each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from cocreate import pages, words
from cocreate.domain.rights import Act, may
from cocreate.services.acts.absences import absence_of, hands_over
from cocreate.services.acts.change import require
from cocreate.services.acts.people import is_first, is_last_champion, led
from cocreate.views.room import frame
from cocreate.views.room.dialogs import possible
from workflows.facts import Facts, MemberFact
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Person:
    """One person on the page: what they do, what is to be known, what the reader can do about it."""

    name: str
    parts: str
    state: str
    acts: tuple[tuple[str, str], ...]  # (label, url)
    posts: tuple[tuple[str, str], ...]  # the same, done at once


@dataclass(frozen=True, slots=True)
class Marks:
    """What the facts do not say of people: who has not answered since when, and whose mail came back from where."""

    invited: Mapping[int, datetime]
    undelivered: Mapping[int, str]


def part_words() -> dict[str, str]:
    return {"champion": _("champion"), "signatory": _("signatory"), "contributor": _("contributor"),
            "observer": _("observer"), "facilitator": _("neutral person"), "manager": _("account manager")}


def listed(parts: Iterable[str]) -> str:
    named = part_words()
    return words.listed((named[part] for part in named if part in parts), pages.reader())


def row_of(facts: Facts, member: MemberFact, marks: Marks) -> Person:
    """The row of one person, with what the reader can do."""
    ref, number = facts.project.ref, member.person
    mine = facts.actor is not None and facts.actor.person == number
    changes = member.party is not None and not facts.ended and not facts.on_hold and may(
        Act.PEOPLE, facts.actor, party=member.party, directly=True, first=is_first(facts, member))
    acts: list[tuple[str, str]] = []
    posts: list[tuple[str, str]] = []
    state = ""
    if member.accepted_at is None:
        state = _("invited %(day)s, not yet accepted", day=words.day(marks.invited[number], pages.reader())) \
            if number in marks.invited else _("invited, not yet accepted")
        if changes:
            posts.append((_("Send a new link"), url_for("room.people_resend", ref=ref, person=number)))
            posts.append((_("Withdraw invitation"), url_for("room.people_withdraw", ref=ref, person=number)))
        if not facts.ended and not facts.on_hold and may(Act.CORRECT_ADDRESS, facts.actor, party=member.party):
            acts.append((_("Correct address"), url_for("room.people_address", ref=ref, person=number)))
    elif not facts.ended and not facts.on_hold:
        if changes:
            acts.append((_("Change parts"), url_for("room.people_parts", ref=ref, person=number)))
        if hands_over(facts, number):
            acts.append((_("Hand over my part") if mine else _("Hand over"),
                         url_for("room.people_hand_over", ref=ref, person=number)))
        if mine and "facilitator" in member.own:
            acts.append((_("Hand over my part"), url_for("room.people_neutral", ref=ref)))
        if mine and member.party is None and "manager" in member.own:
            acts.append((_("Hand over the project"), url_for("desk.hand_over", ref=ref)))
        if changes and "manager" not in member.own and not is_last_champion(facts, member):
            acts.append((_("Remove"), url_for("room.people_remove", ref=ref, person=number)))
    if (absence := absence_of(facts, number)) is not None:
        substitute = frame.person_name(facts, absence.substitute)
        values = {"day": words.day(absence.until, pages.reader()), "name": substitute,
                  "start": words.day(absence.starts, pages.reader())}
        state = _("away until %(day)s, %(name)s stands in", **values) if absence.runs else \
            _("away from %(start)s until %(day)s, %(name)s stands in", **values)
        if hands_over(facts, number) and not facts.ended:
            posts.append((_("Back now") if absence.runs else _("Not away after all"),
                          url_for("room.people_back", ref=ref, number=absence.number)))
    if number in marks.undelivered and may(Act.CORRECT_ADDRESS, facts.actor, party=member.party):
        state = _("%(state)s. Mail to %(address)s came back", state=state, address=marks.undelivered[number]) \
            if state else _("mail to %(address)s came back", address=marks.undelivered[number])
    return Person(member.name, listed(member.own), state, tuple(acts), tuple(posts))


def cards(facts: Facts, marks: Marks) -> list[dict[str, Any]]:
    """One card per seat; a seat without organisation says so."""
    views = frame.party_views(facts)
    found = []
    for key, seat in facts.definition.parties.items():
        holders = facts.holders([key])
        role = say(seat.name, pages.language())
        for party in holders:
            members = [m for m in facts.members if m.party == party.number and m.left_at is None]
            missing = [part_words()[part] for part in ("champion", "signatory")
                       if not any(part in m.parts for m in members) and (part != "signatory" or seat.contracting)]
            can = possible(partial(require, facts, Act.PEOPLE, party=party.number, directly=True,
                                   first=not led(facts, party.number)))
            found.append({"party": views[party.number], "role": role, "missing": missing,
                          "signatory": part_words()["signatory"],
                          "people": [row_of(facts, m, marks) for m in members],
                          "invite": url_for("room.people_invite", ref=facts.project.ref, party=party.number)
                          if can else ""})
        if not holders:
            found.append({"party": None, "role": role, "people": [], "missing": [], "invite": "",
                          "required": seat.required})
    return found
