"""Plays a published case from its opening to the sealed contract, through the services that the pages use.

Only here published figures are answers. Stand-in people act, every other required field is "not available", a limit
that cannot be met for want of figures is waived by name, and what the contract lacks is settled later or struck. What
comes out says so: the project is a specimen for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cocreate.domain import seating
from cocreate.domain.cases import Case
from cocreate.domain.names import skeleton
from cocreate.domain.seating import Seats
from cocreate.services import sealings
from cocreate.services.playing import course, opening
from cocreate.services.playing.opening import SAYS_SO
from cocreate.services.playing.told import CannotPlay, Decided, Told
from cocreate.storage import Store
from workflows import library


@dataclass(frozen=True, slots=True)
class Played:
    """A case that has reached its end."""

    case: Case
    ref: str
    seats: Seats
    stages: tuple[str, ...]  # keys, in the order in which they were entered
    waived: tuple[Decided, ...]
    later: tuple[Decided, ...]
    struck: tuple[Decided, ...]


def play(case: Case, *, store: Store, certificates: Path, now: Callable[[], datetime],
         deliver: Callable[[], None]) -> Played:
    """Open, contribute, decide, sign and seal.

    certificates: the folder of the hosts' certificates. deliver: has waiting mails sent; called when people must read.
    Raises: CannotPlay with the reason.
    """
    if case.strategy not in library.names():
        raise CannotPlay("case.no_template", strategy=case.strategy)
    definition = library.load(case.strategy)
    told = Told(case, definition, _distinct(seating.seat(case.parties, definition)), store, now)
    opening.open_project(told)
    deliver()
    opening.come_in(told)
    while not told.facts().ended:
        course.stage(told)
    facts = told.facts()
    if definition.terminal.get(facts.project.stage) != "success":
        raise told.stuck()
    sealings.run(store, certificates, self_made=True, now=now)
    deliver()
    return Played(case, told.ref, told.seats, tuple(told.stages), tuple(told.waived), tuple(told.later),
                  tuple(told.struck))


def _distinct(seats: Seats) -> Seats:
    """Names that no eye takes for each other: one organisation of a host has one spelling."""
    taken, seated = {skeleton(opening.HOST)}, []
    for one in seats.seated:
        name, number = one.name[:100], 1
        while skeleton(name) in taken:
            number += 1
            name = f"{one.name[:100]}, no. {number}"
        taken.add(skeleton(name))
        seated.append(replace(one, name=name))
    return Seats(tuple(seated), seats.affected)


__all__ = ["SAYS_SO", "CannotPlay", "Decided", "Played", "play"]
