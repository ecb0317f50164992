"""Who of a published case sits where: the rule that docs/cases.md describes.

Each party gets points for each seat: for its kind, for what flows from it and to it, and for the words of its role. The
highest points sit first, seats that somebody has to hold before those that may stay empty. Who fits no seat is an
affected group; a seat that has to be held and that nobody fits gets a stand-in organisation, called so.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cocreate.domain.cases import CaseParty
from workflows import conditions as c
from workflows.definition import AtLeast, Definition, Seat
from workflows.texts import say

FITS = 5  # points from which somebody sits in a seat that may stay empty
NEVER = -100
WORDS_COUNT = 3  # words of a role that can count for one seat
APART = frozenset({"community", "facilitator"})  # they sit only where something flows from them, or a seat is for them


@dataclass(frozen=True, slots=True)
class Profile:
    """What speaks for a seat of one sort. ``flow``: 1 where things come from it, -1 where they go to it."""

    seats: str  # beginnings of the words by which a template calls such a seat
    kinds: Mapping[str, int]
    roles: str  # beginnings of the words by which a case calls such a role
    flow: int = 0


PROFILES = (
    Profile("operator platform", {"company": 4, "facilitator": 4, "public_body": 2, "partner": 2, "customer": -2},
            "operat platform booking card run fleet", flow=1),
    Profile("giver supplier provider producer maker seller source lender grower owner manufacturer asset",
            {"company": 4, "partner": 2, "public_body": 2, "recycler": 1, "ngo": 1, "customer": -2},
            "suppl sell operat produc provid source make maker financ install maintain design deliver fleet offer lead",
            flow=1),
    Profile("taker customer buyer user receiver client",
            {"customer": 6, "public_body": 2, "company": 1, "ngo": 1},
            "buy use user purchas receiv owner own pay need tender bottler guest visitor", flow=-1),
    Profile("carrier logistic haul transport shipper", {"logistics_partner": 8, "logistics": 8},
            "transport carr ship logistic jetty haul crate convey deliver"),
    Profile("treatment recycler refurbish dismantl process repair reuse",
            {"recycler": 7, "company": 0},
            "recycl shred remanufactur refurbish treat clean sort repair demolition dispos harvest dismantl"),
    Profile("authority municipal region government public", {"public_body": 6},
            "permi authorit municip government region regulat council lead"),
    Profile("financ fund bank insur guarant custod invest", {"company": 1, "ngo": 1, "public_body": 1},
            "bank guarant fund grant loan insur invest"),
    Profile("community resident citizen neighbour", {"community": 7, "ngo": 2}, "resident communit villag citizen"),
    Profile("facilitat coordinat secretar conven steward broker hub chair", {"facilitator": 7, "ngo": 2},
            "secretar coordinat facilit introduc broker link card booking"),
    Profile("research advis expert science laborator", {"ngo": 1, "public_body": 1},
            "research universit science advis calculat technic"),
    Profile("service install maint", {"company": 1, "partner": 2}, "install mainten machine service local partner"),
    Profile("member partner founder network node party",
            {"company": 4, "customer": 4, "ngo": 4, "recycler": 4, "public_body": 4, "partner": 4,
             "logistics_partner": 4, "community": 3}, "found lead partner own collect"),
    Profile("site place location", {"customer": 1, "community": 1}, "site collect"),
)
OTHER = {"logistics": "logistics_partner", "municipality": "public_body", "authority": "public_body",
         "university": "public_body", "charity": "ngo", "association": "ngo", "supplier": "company",
         "client": "customer", "buyer": "customer"}


@dataclass(frozen=True, slots=True)
class Seated:
    """An organisation in a seat. ``party``: key in the case; "" for a stand-in that no case names."""

    seat: str
    name: str
    party: str = ""
    kind: str = "company"
    country: str = ""
    points: int = 0


@dataclass(frozen=True, slots=True)
class Seats:
    """The whole seating; ``affected`` are the parties that fit no seat."""

    seated: tuple[Seated, ...]
    affected: tuple[CaseParty, ...]

    @property
    def stand_ins(self) -> tuple[Seated, ...]:
        return tuple(one for one in self.seated if not one.party)


def seat(parties: Iterable[CaseParty], definition: Definition) -> Seats:
    """Everybody's place, the same for the same case and template."""
    rest = list(parties)
    needed = least(definition)
    seated: list[Seated] = []
    # One organisation for each seat that needs one, then the further ones that a seat for several needs, then who fits.
    wanted = [[key for key, least in needed.items() if least > number]
              for number in range(max(needed.values(), default=0))]
    for keys in wanted:
        seated += _fill(rest, definition, keys, above=0)
    seated += _fill_in(needed, definition, seated)
    optional = [key for key, place in definition.parties.items() for _ in range(_most(place) - _held(seated, key))]
    seated += _fill(rest, definition, optional, above=FITS - 1)
    order = list(definition.parties)
    return Seats(tuple(sorted(seated, key=lambda one: order.index(one.seat))), tuple(rest))


def least(definition: Definition) -> dict[str, int]:
    """How many organisations each seat must hold for a project to reach its end."""
    needed = {key: (place.many.min if place.many else 1) if place.required else 0
              for key, place in definition.parties.items()}
    for transition in definition.transitions.values():
        if definition.is_back(transition) or definition.terminal.get(transition.to) == "failure":
            continue
        for _, condition in c.walk(transition.when):
            match condition:
                case c.PartySeated(party=key):
                    needed[key] = max(needed[key], 1)
                case c.GateAgreed(gate=key):
                    _for_gate(definition, key, needed)
    return {key: number for key, number in needed.items() if number}


def _for_gate(definition: Definition, key: str, needed: dict[str, int]) -> None:
    """Somebody has to decide: of seats that may all stay empty the first is held."""
    gate = definition.gates[key][1]
    if not any(needed[one] for one in gate.of):
        needed[gate.of[0]] = 1
    if isinstance(gate.rule, AtLeast):
        of = [gate.rule.of] if gate.rule.of else gate.of
        while sum(needed[one] for one in of) < gate.rule.at_least:
            room = next((one for one in of if needed[one] < _most(definition.parties[one])), None)
            if room is None:
                return
            needed[room] += 1


def _most(place: Seat) -> int:
    return place.many.max if place.many else 1


def _held(seated: Iterable[Seated], key: str) -> int:
    return sum(one.seat == key for one in seated)


def _fill(rest: list[CaseParty], definition: Definition, keys: list[str], *, above: int) -> list[Seated]:
    """The best pair first; on equal points the seat and then the party that is named first. Takes from ``rest``."""
    found: list[Seated] = []
    keys = list(keys)
    while keys and rest:
        pairs = [(points(party, key, definition), -keys.index(key), -number)
                 for key in dict.fromkeys(keys) for number, party in enumerate(rest)]
        best, place, number = max(pairs)
        if best <= above:
            break
        key, party = keys.pop(-place), rest.pop(-number)
        found.append(Seated(key, party.name, party.key, party.kind, party.country, best))
    return found


def _fill_in(needed: Mapping[str, int], definition: Definition, seated: list[Seated]) -> list[Seated]:
    """A stand-in for every place that has to be held and is not: "Stand-in Carrier"."""
    found = []
    for key, number in needed.items():
        name = f"Stand-in {say(definition.parties[key].name)}"
        missing = number - _held(seated, key)
        found += [Seated(key, name if place == 1 else f"{name} {place}") for place in range(1, missing + 1)]
    return found


def points(party: CaseParty, key: str, definition: Definition) -> int:
    """How well a party fits a seat; 0 and less is not at all."""
    place = definition.parties[key]
    profiles = _profiles(key, place)
    kind = OTHER.get(party.kind, party.kind)
    for_it = max((profile.kinds.get(kind, 0) for profile in profiles), default=0)
    if kind in APART and not party.gives and for_it < FITS:
        return NEVER
    flow = max((_flow(party, profile.flow) for profile in profiles), default=0)
    words = _stems(party.role) | _stems(party.name)
    said = max((_alike(words, profile.roles.split()) for profile in profiles), default=0)
    own = _alike(words, [word for word in _stems(f"{key} {say(place.name)}") if len(word) > 3])
    # Any organisation can take part in a contract: better a real one than a stand-in.
    anybody = 1 if place.contracting and kind not in APART else 0
    return for_it + flow + 2 * min(said, WORDS_COUNT) + 2 * min(own, 1) + anybody


def _flow(party: CaseParty, way: int) -> int:
    """Up to 4 points for the way of a flow, and one more for whoever has several of them."""
    if not way or party.gives == party.takes:
        return 0
    mine, others = (party.gives, party.takes) if way > 0 else (party.takes, party.gives)
    return (3 if mine > others else -1) + (1 if mine > 1 else 0)


def _profiles(key: str, place: Seat) -> list[Profile]:
    words = _stems(f"{key} {say(place.name)}")
    return [profile for profile in PROFILES if _alike(words, profile.seats.split())]


def _alike(words: frozenset[str], beginnings: Iterable[str]) -> int:
    return sum(any(word.startswith(beginning) for word in words) for beginning in beginnings)


def _stems(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{2,}", text.casefold()))
