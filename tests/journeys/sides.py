"""What a journey needs behind the pages: a project to walk in, and the acts of the side that is not walked with.

Those act through the services that the pages use.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate import clock
from cocreate.db import transaction
from cocreate.domain.answers import Answers
from cocreate.models.people import Person
from cocreate.services import (
    contracts,
    contributions,
    gates,
    hosts,
    openings,
    people,
    signing,
    stages,
    templates,
)
from cocreate.services.facts import look
from cocreate.services.openings import NewProject, Seating
from tests.support.apps import Live
from tests.support.people import someone
from tests.support.projects import key
from tests.support.walking import PHONE, Walker
from workflows.exchange.yaml_text import read
from workflows.facts import Facts
from workflows.progression import subject

HERE = Path(__file__).parent
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Host:
    """An organisation with an administrator, an account manager and one published template."""

    id: int
    name: str
    manager: int  # person
    manager_mail: str
    administrator_mail: str


def new_host(live: Live, name: str, manager: str, template: str = "") -> Host:
    with _writing(live) as session:
        host = hosts.create_host(session, name=f"{name} {next(_numbers)}", country="", zone="UTC", now=clock.now())
        person, other = someone(session, manager, clock.now()), someone(session, "Petra Sool", clock.now())
        hosts.employ(session, host.id, person.id, hosts.ACCOUNT_MANAGER, now=clock.now())
        hosts.employ(session, host.id, other.id, hosts.ADMINISTRATOR, now=clock.now())
        if template:
            text = (HERE / template).read_text(encoding="utf-8")
            draft = templates.save_draft(session, host.id, read(text), note="", actor=other.id, now=clock.now())
            templates.publish(session, host.id, draft.template_id, draft.number, now=clock.now())
        return Host(host.id, host.name, person.id, person.email, other.email)


def new_address(name: str, at: str) -> str:
    return f"{name.lower().replace(' ', '.')}{next(_numbers)}@{at}.example"


@dataclass(slots=True)
class Side:
    """One person of a project, who acts without being looked at."""

    live: Live
    ref: str
    person: int

    @classmethod
    def opens(cls, live: Live, host: Host, template: str, title: str, *seats: Seating, own_seat: str | None,
              affected: tuple[str, ...] = ()) -> "Side":
        """The account manager, who has opened the project and invited a champion for each of the seats."""
        with _writing(live) as session:
            ref = openings.open_project(session, host.id, NewProject(
                template=template, title=title, purpose="The result counts, and both gain by using less.",
                target=(clock.now() + timedelta(days=200)).date(), own_seat=own_seat, seats=seats, affected=affected,
                greeting="As we said on the phone."), actor=host.manager, key=key(), now=clock.now())
        return cls(live, ref, host.manager)

    @classmethod
    def of(cls, live: Live, ref: str, address: str) -> "Side":
        with _writing(live) as session:
            return cls(live, ref, session.scalars(select(Person.id).where(Person.email == address)).one())

    def facts(self) -> Facts:
        with _writing(self.live) as session:
            return look(session, self.ref, person=self.person, now=clock.now()).facts

    def accepts(self, task: str, party: int) -> None:
        with _writing(self.live) as session:
            seen = look(session, self.ref, person=self.person, now=clock.now()).facts.task(task, party).number
            contributions.accept(session, self.ref, task=task, party=party, seen=seen, **self._how())

    def submits(self, task: str, party: int, answers: Answers) -> None:
        with _writing(self.live) as session:
            seen = look(session, self.ref, person=self.person, now=clock.now()).facts.task(task, party).number
            contributions.submit(session, self.ref, task=task, party=party, seen=seen, draft=0, answers=answers,
                                 **self._how())

    def returns(self, task: str, party: int, reason: str, marked: tuple[str, ...] = ()) -> None:
        with _writing(self.live) as session:
            seen = look(session, self.ref, person=self.person, now=clock.now()).facts.task(task, party).number
            contributions.return_(session, self.ref, task=task, party=party, seen=seen, reason=reason, marked=marked,
                                  **self._how())

    def agrees(self, gate: str) -> None:
        with _writing(self.live) as session:
            facts = look(session, self.ref, person=self.person, now=clock.now()).facts
            gates.decide(session, self.ref, gate=gate, seen=subject(facts, gate), answer="agreed", **self._how())

    def goes_on(self, transition: str, reason: str = "", *, wording: bool = False) -> None:
        with _writing(self.live) as session:
            visit = look(session, self.ref, person=self.person, now=clock.now()).facts.project.visit
            stages.go_on(session, self.ref, transition=transition, visit=visit, reason=reason, wording=wording,
                         **self._how())

    def makes_contract_ready(self) -> None:
        with _writing(self.live) as session:
            prepared = contracts.prepare(session, self.ref, store=self.live.app.extensions["store"],
                                         actor=self.person, now=clock.now())
            contracts.freeze(session, self.ref, prepared, **self._how())

    def signs(self, name: str) -> None:
        with _writing(self.live) as session:
            standing = look(session, self.ref, person=self.person, now=clock.now()).facts.contract
            signing.sign(
                session, self.ref, version=standing.number, text_sha256=standing.text_sha256,
                pdf_sha256=standing.pdf_sha256, code=False, evidence={
                    "name": name, "basis": "general manager", "methods": ["password and code from an app"],
                    "statements": [f"I have read version {standing.number}."], "zone": "UTC", "language": "en",
                    "address": "192.0.2.7", "agent": "Firefox on Linux", "opened_at": clock.now().isoformat()},
                **self._how())

    def invites(self, party: int, name: str, address: str, *parts: str) -> None:
        with _writing(self.live) as session:
            people.invite(session, self.ref, party=party, email=address, name=name, parts=parts, greeting="",
                          **self._how())

    def _how(self) -> dict[str, object]:
        return {"actor": self.person, "key": key(), "now": clock.now()}


@contextmanager
def _writing(live: Live) -> Iterator[Session]:
    with live.app.app_context(), transaction() as session:
        yield session


def started(live, new_page):
    """Renee on her phone, at the form that asks for a bill."""
    renee = Walker(live, new_page(**PHONE), new_address("Renee Kim", "wmata"))
    host = new_host(live, "Philips Lighting", "Anna Berg", "garage_lighting.yaml")
    Side.opens(live, host, "garage_lighting", "Garage lighting",
               Seating("customer", "WMATA", "public_body", "US", "Renee Kim", renee.address), own_seat="provider")
    renee.comes_in()
    renee.open("/your-turn")
    renee.press("Total cost today")
    return renee
