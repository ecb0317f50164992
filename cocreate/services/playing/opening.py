"""The opening of a played case: a host of its own, the project, and everybody comes in."""

import secrets
from collections.abc import Iterator

from sqlalchemy.orm import Session

from cocreate.db import transaction
from cocreate.domain import seating
from cocreate.domain.cases import TABLES
from cocreate.domain.seating import Seated
from cocreate.models.hosts import KINDS
from cocreate.services import accounts, hosts, openings, people, templates
from cocreate.services.openings import NewProject, Seating
from cocreate.services.playing.told import Told, secrets_in_mails
from workflows import conditions as c
from workflows.definition import Definition

HOST = "Casebook of published cases"
SAYS_SO = ("Specimen, played by command from a published case. The figures are published ones, the people are "
           "stand-ins, and no organisation named here has agreed to anything.")


def open_project(told: Told) -> None:
    """A host of its own, its account manager, the project, and an invitation for everybody who is seated."""
    told.given = _needed(told.definition)
    with transaction() as session:
        moment, mark = told.now(), secrets.token_hex(4)
        told.manager = accounts.create_person(session, email=f"manager.{mark}@casebook.example",
                                              name="Stand-in account manager", now=moment)
        _password(told, session, told.manager, "Stand-in account manager")
        host = hosts.create_host(session, name=HOST, kind="facilitator", now=moment)
        hosts.employ(session, host.id, told.manager, hosts.ACCOUNT_MANAGER, now=moment)
        templates.ship(session, host.id, told.definition, actor=told.manager, now=moment)
        told.ref = openings.open_project(session, host.id, _project(told, session, host.id, mark),
                                         actor=told.manager, key=f"case-{mark}", now=moment)
        told.host_id = host.id
        session.flush()  # the mails of the opening are read before the scheduler wipes what is secret in them
        told.tokens = tuple(secrets_in_mails(session, told.ref, "invitation"))
    told.stages.append(told.definition.first)


def _project(told: Told, session: Session, host_id: int, mark: str) -> NewProject:
    return NewProject(
        template=told.definition.key, title=_cut(told.case.title), specimen=True, own_seat=None,
        purpose="\n\n".join(filter(None, (SAYS_SO, told.case.summary))),
        target=openings.signing_date(session, host_id, told.definition, now=told.now()),
        seats=tuple(Seating(
            one.seat, one.name, _kind(one), one.country, _cut(f"Stand-in for {one.name}"),
            f"party{number}.{mark}@casebook.example") for number, one in enumerate(told.seats.seated, 1)),
        affected=tuple(party.name[:200] for party in told.seats.affected), language=told.definition.language)


def come_in(told: Told) -> None:
    """Everybody accepts by the link that was mailed, with name and password in one step."""
    for token in told.tokens:
        with transaction() as session:
            invited = people.invitation(session, token, now=told.now())
            told.passwords[invited.person] = _new_password()
            people.accept(session, token, name=invited.name, password=told.passwords[invited.person],
                          now=told.now())


def _password(told: Told, session: Session, person: int, name: str) -> None:
    told.passwords[person] = _new_password()
    accounts.activate(session, person, name=name, password=told.passwords[person], now=told.now())


def _new_password() -> str:
    return secrets.token_urlsafe(24)


def _kind(one: Seated) -> str:
    kind = seating.OTHER.get(one.kind, one.kind)
    return kind if kind in KINDS else "partner"


def _cut(text: str) -> str:
    return text if len(text) <= 120 else text[:119].rstrip() + "…"


def _needed(definition: Definition) -> set[str]:
    """The tasks that are done: what is required, the five tables, and whatever one of these or a way on asks for."""
    given = {key for key, (_, task) in definition.tasks.items() if task.required or key in TABLES}
    for transition in definition.transitions.values():
        if not definition.is_back(transition):
            given |= set(_asked(transition.when))
    rest = list(given)
    while rest:
        earlier = [key for key in definition.tasks[rest.pop()][1].waits_for if key not in given]
        given.update(earlier)
        rest += earlier
    return given


def _asked(condition: c.AnyCondition | None) -> Iterator[str]:
    for _, one in c.walk(condition):
        match one:
            case c.TaskAccepted(task=key) | c.Signed(signed=key):
                yield key
