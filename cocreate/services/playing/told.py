"""A case while it is played: what is known of it, and what was done in place of a published value."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate import vault
from cocreate.db import db, transaction
from cocreate.domain.asking import fields_of
from cocreate.domain.cases import Case
from cocreate.domain.seating import Seats
from cocreate.errors import CocreateError
from cocreate.models.mails import Outbox
from cocreate.models.projects import Project
from cocreate.services import proposals
from cocreate.services.facts import look
from cocreate.storage import Store
from workflows.definition import Definition
from workflows.facts import Facts, MemberFact
from workflows.refusals import Refusal
from workflows.texts import say

REASON = "Not published in this case."


class CannotPlay(CocreateError):
    """The case cannot reach the end of its template: case.no_template (strategy), case.stuck (stage, reasons)."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What stand-ins agreed in place of a published value: ``what`` is a path, a need or a clause."""

    what: str
    title: str


@dataclass(slots=True)
class Told:
    """A case while it is played. Everybody is one person with every part of their party."""

    case: Case
    definition: Definition
    seats: Seats
    store: Store
    now: Callable[[], datetime]
    ref: str = ""
    manager: int = 0
    host_id: int = 0
    given: set[str] = field(default_factory=set)  # tasks that have to be done
    passwords: dict[int, str] = field(default_factory=dict)  # person -> password
    tokens: tuple[str, ...] = ()
    stages: list[str] = field(default_factory=list)
    waived: list[Decided] = field(default_factory=list)
    later: list[Decided] = field(default_factory=list)
    struck: list[Decided] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def facts(self, person: int | None = None) -> Facts:
        db.session.rollback()  # see what was committed last
        return look(db.session(), self.ref, person=person, now=self.now()).facts

    def key(self) -> str:
        return f"play-{next(self.numbers)}"

    def signatories(self, facts: Facts, parties: Sequence[int]) -> list[MemberFact]:
        return [member for number in parties for member in facts.people(number, "signatory")[:1]]

    def stuck(self, reasons: tuple[Refusal, ...] = ()) -> CannotPlay:
        return CannotPlay("case.stuck", ref=self.ref, stage=self.facts().project.stage, reasons=reasons)

    def label(self, path: str) -> str:
        _, key, name, *_ = path.partition("@")[0].split(".")
        task = self.definition.tasks[key][1]
        one = fields_of(task).get(name)
        return f"{say(task.title)}: {say(one.label)}" if one is not None else say(task.title)

    def agree(self, kind: str, about: str, body: Mapping[str, Any]) -> None:
        """One contracting party proposes it, by name, and every other agrees."""
        facts = self.facts()
        first, *others = self.signatories(facts, [party.number for party in facts.contracting])
        with transaction() as session:
            number = proposals.propose(session, self.ref, kind=kind, subject=about, body=body, actor=first.person,
                                       key=self.key(), now=self.now()).values["number"]
            for other in others:
                proposals.answer(session, self.ref, number=number, agree=True, actor=other.person, key=self.key(),
                                 now=self.now())


def secrets_in_mails(session: Session, ref: str, kind: str, person: int | None = None) -> list[str]:
    """The links and codes in the mails that wait: what their recipients will read. Of one person the newest alone."""
    query = (select(Outbox.values).join(Project, Project.id == Outbox.project_id)
             .where(Project.ref == ref, Outbox.kind == kind, Outbox.state == "waiting").order_by(Outbox.seq))
    if person is not None:
        query = query.where(Outbox.recipient == person)
    found = [vault.unlock(json.loads(body)["secret"]) for body in session.scalars(query)]
    return found if person is None else found[-1:]
