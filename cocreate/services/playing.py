"""Plays a published case from its opening to the sealed contract, through the services that the pages use.

Only here published figures are answers. Stand-in people act, every other required field is "not available", a limit
that cannot be met for want of figures is waived by name, and what the contract lacks is settled later or struck. What
comes out says so: the project is a specimen for ever.
"""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate import paper_words, vault
from cocreate.db import db, transaction
from cocreate.domain import cases, seating
from cocreate.domain import contract as domain
from cocreate.domain.answers import Answer, Answers
from cocreate.domain.asking import CANNOT_SAY, fields_of, is_required, may_be_absent
from cocreate.domain.cases import NOT_PUBLISHED, ROWS, TABLES, Case
from cocreate.domain.names import skeleton
from cocreate.domain.seating import Seated, Seats
from cocreate.domain.turns import can_take, is_open, may_freeze
from cocreate.errors import CocreateError
from cocreate.models.hosts import KINDS
from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Project
from cocreate.services import (
    accounts,
    canvases,
    composing,
    contracts,
    contributions,
    gates,
    hosts,
    openings,
    people,
    proposals,
    sealings,
    sign_ins,
    signing,
    stages,
    templates,
)
from cocreate.services.facts import look
from cocreate.services.openings import NewProject, Seating
from cocreate.storage import Store
from workflows import conditions as c
from workflows import engine, library
from workflows import fields as f
from workflows.definition import Clause, Definition, Task
from workflows.facts import DecisionState, Facts, MemberFact, TaskFact, TaskState
from workflows.guards import accepting, can_start
from workflows.progression import subject
from workflows.refusals import Refusal
from workflows.texts import say

HOST = "Casebook of published cases"
SAYS_SO = ("Specimen, played by command from a published case. The figures are published ones, the people are "
           "stand-ins, and no organisation named here has agreed to anything.")
REASON = "Not published in this case."
RULE = "as both sides have measured or agreed by then"
UNSAID = "Not published."  # where a template takes no "not available"
LATER = timedelta(days=60)
MOST_ROUNDS = 60  # of one stage; each of them does at least one thing
WAIVABLE = {"figure.missing": "figure", "figure.limit": "figure", "figure.units": "figure",
            "figure.two_values": "figure", "document.missing": "document"}


class CannotPlay(CocreateError):
    """The case cannot reach the end of its template: case.no_template (strategy), case.stuck (stage, reasons)."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What stand-ins agreed in place of a published value: ``what`` is a path, a need or a clause."""

    what: str
    title: str


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
    told = _Told(case, definition, _distinct(seating.seat(case.parties, definition)), store, now)
    told.open()
    deliver()
    told.come_in()
    while not told.facts().ended:
        told.stage()
    facts = told.facts()
    if definition.terminal.get(facts.project.stage) != "success":
        raise told.stuck()
    sealings.run(store, certificates, self_made=True, now=now)
    deliver()
    return Played(case, told.ref, told.seats, tuple(told.stages), tuple(told.waived), tuple(told.later),
                  tuple(told.struck))


def _distinct(seats: Seats) -> Seats:
    """Names that no eye takes for each other: one organisation of a host has one spelling."""
    taken, seated = {skeleton(HOST)}, []
    for one in seats.seated:
        name, number = one.name[:100], 1
        while skeleton(name) in taken:
            number += 1
            name = f"{one.name[:100]}, no. {number}"
        taken.add(skeleton(name))
        seated.append(replace(one, name=name))
    return Seats(tuple(seated), seats.affected)


@dataclass(slots=True)
class _Told:
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

    # looking

    def facts(self, person: int | None = None) -> Facts:
        db.session.rollback()  # see what was committed last
        return look(db.session(), self.ref, person=person, now=self.now()).facts

    def key(self) -> str:
        return f"play-{next(self.numbers)}"

    def signatories(self, facts: Facts, parties: Sequence[int]) -> list[MemberFact]:
        return [member for number in parties for member in facts.people(number, "signatory")[:1]]

    def stuck(self, reasons: tuple[Refusal, ...] = ()) -> CannotPlay:
        return CannotPlay("case.stuck", ref=self.ref, stage=self.facts().project.stage, reasons=reasons)

    # opening

    def open(self) -> None:
        """A host of its own, its account manager, the project, and an invitation for everybody who is seated."""
        self.given = _needed(self.definition)
        with transaction() as session:
            moment, mark = self.now(), secrets.token_hex(4)
            self.manager = accounts.create_person(session, email=f"manager.{mark}@casebook.example",
                                                  name="Stand-in account manager", now=moment)
            self._password(session, self.manager, "Stand-in account manager")
            host = hosts.create_host(session, name=HOST, kind="facilitator", now=moment)
            hosts.employ(session, host.id, self.manager, hosts.ACCOUNT_MANAGER, now=moment)
            version = templates.save_draft(session, host.id, self.definition, note="Shipped", actor=self.manager,
                                           now=moment)
            templates.publish(session, host.id, version.template_id, version.number, now=moment)
            self.ref = openings.open_project(session, host.id, self._project(session, host.id, mark),
                                             actor=self.manager, key=f"case-{mark}", now=moment)
            self.host_id = host.id
            session.flush()  # the mails of the opening are read before the scheduler wipes what is secret in them
            self.tokens = tuple(_secrets(session, self.ref, "invitation"))
        self.stages.append(self.definition.first)

    def _project(self, session: Session, host_id: int, mark: str) -> NewProject:
        return NewProject(
            template=self.definition.key, title=_cut(self.case.title), specimen=True, own_seat=None,
            purpose="\n\n".join(filter(None, (SAYS_SO, self.case.summary))),
            target=openings.signing_date(session, host_id, self.definition, now=self.now()),
            seats=tuple(Seating(
                one.seat, one.name, _kind(one), one.country, _cut(f"Stand-in for {one.name}"),
                f"party{number}.{mark}@casebook.example") for number, one in enumerate(self.seats.seated, 1)),
            affected=tuple(party.name[:200] for party in self.seats.affected), language=self.definition.language)

    def come_in(self) -> None:
        """Everybody accepts by the link that was mailed, with name and password in one step."""
        for token in self.tokens:
            with transaction() as session:
                invited = people.invitation(session, token, now=self.now())
                self.passwords[invited.person] = _new_password()
                people.accept(session, token, name=invited.name, password=self.passwords[invited.person],
                              now=self.now())

    def _password(self, session: Session, person: int, name: str) -> None:
        self.passwords[person] = _new_password()
        accounts.activate(session, person, name=name, password=self.passwords[person], now=self.now())

    # a stage

    def stage(self) -> None:
        """Everything the running stage asks for, and on to the next."""
        here = self.facts().project.visit
        for _ in range(MOST_ROUNDS):
            if not (self._tasks() or self._contract() or self._decisions() or self._sign()):
                self._go_on()
            facts = self.facts()
            if facts.ended or facts.project.visit != here:
                self.stages.append(facts.project.stage)
                return
        raise self.stuck()

    def _tasks(self) -> bool:
        """Submit what is asked, and accept what others gave; whether anything was done."""
        facts, done = self.facts(), False
        for task in facts.tasks:
            if task.key not in self.given:
                continue
            if task.state in (TaskState.OPEN, TaskState.RETURNED) and can_start(facts, task):
                if facts.task_of(task).kind == "sign":
                    self._sign_agreement(task)
                else:
                    self._submit(facts, task)
                done = True
            elif task.state is TaskState.SUBMITTED:
                self._accept(facts, task)
                done = True
        return done

    def _submit(self, facts: Facts, task: TaskFact) -> None:
        if facts.task_of(task).kind == "canvas":
            return self._submit_canvas(facts, task)
        with transaction() as session:
            contributions.submit(
                session, self.ref, task=task.key, party=task.party, seen=task.number, draft=0,
                answers=self._answers(facts, task), actor=self._person(facts, task.party), key=self.key(),
                now=self.now())

    def _submit_canvas(self, facts: Facts, task: TaskFact) -> None:
        """Each box gets one entry, and what stands there is submitted."""
        actor = self._person(facts, task.party)
        for box in facts.task_of(task).boxes:
            with transaction() as session:
                canvases.add(session, self.ref, task=task.key, party=task.party, box=box, text=UNSAID, actor=actor,
                             key=self.key(), now=self.now())
        with transaction() as session:
            canvases.submit(session, self.ref, task=task.key, party=task.party, seen=task.number, actor=actor,
                            key=self.key(), now=self.now())

    def _accept(self, facts: Facts, task: TaskFact) -> None:
        with transaction() as session:
            contributions.accept(session, self.ref, task=task.key, party=task.party, seen=task.number,
                                 actor=self._person(facts, accepting(facts, task)[0].number), key=self.key(),
                                 now=self.now())

    def _person(self, facts: Facts, party: int) -> int:
        return facts.people(party, "champion")[0].person

    def _answers(self, facts: Facts, task: TaskFact) -> Answers:
        """The case's rows where this is one of the five tables; elsewhere what is not published is not available."""
        asked = facts.task_of(task)
        return {key: self._rows(facts, task, one) if task.key in TABLES and key == ROWS and isinstance(one, f.Table)
                else _unpublished(asked, key, one)
                for key, one in fields_of(asked).items() if is_required(one) or (task.key in TABLES and key == ROWS)}

    def _rows(self, facts: Facts, task: TaskFact, table: f.Table) -> Answer:
        """Each row once: with the party it is about where that is asked, else with the first that is."""
        asked = [one.party for one in facts.instances(task.key)]
        names = {facts.party(number).name: number for number in asked}
        seats = {one.party: names[one.name] for one in self.seats.seated if one.party and one.name in names}
        lines = self.case.tables[task.key]
        owners = self.case.owners.get(task.key, ("",) * len(lines))
        return cases.table(tuple(line for line, owner in zip(lines, owners, strict=True)
                                 if seats.get(owner, asked[0]) == task.party), table)

    def _decisions(self) -> bool:
        """Every party that is asked agrees, on what it saw; whether anybody did."""
        facts, done = self.facts(), False
        for decision in facts.decisions:
            here = facts.definition.gates[decision.gate][0] == facts.project.stage
            if decision.state not in (DecisionState.ASKED, DecisionState.LAPSED) or not here:
                continue
            if facts.decision(decision.gate, decision.party) is not decision or not is_open(facts, decision.gate):
                continue
            for person in self.signatories(facts, [decision.party]):
                with transaction() as session:
                    gates.decide(session, self.ref, gate=decision.gate, seen=subject(facts, decision.gate),
                                 answer="agreed", actor=person.person, key=self.key(), now=self.now())
                done = True
        return done

    def _go_on(self) -> None:
        """The first way forward that can be taken; limits that only published figures could meet are waived."""
        facts = self.facts()
        ways = [way for way in engine.ways(facts) if not way.back
                and self.definition.terminal.get(way.to) != "failure"]
        refusals: tuple[Refusal, ...] = ()
        for way in ways:
            refusals = self._waive(way.refusals, way.key)
            if not refusals and self._take(way.key):
                return
        raise self.stuck(refusals)

    def _take(self, transition: str) -> bool:
        facts = self.facts()
        who = next((m for m in facts.members if can_take(replace(facts, actor=m), transition)), None)
        if who is None:
            return False
        with transaction() as session:
            stages.go_on(session, self.ref, transition=transition, visit=facts.project.visit, actor=who.person,
                         key=self.key(), now=self.now())
        return True

    def _waive(self, refusals: tuple[Refusal, ...], transition: str) -> tuple[Refusal, ...]:
        """What still stands in the way when everything that is only not published was waived."""
        while refusals:
            paths = dict.fromkeys(path for refusal in refusals if (path := self._waivable(refusal)))
            if not paths or any(path in {one.what for one in self.waived} for path in paths):
                return refusals
            for path in paths:
                self._agree("waive", path, {"reason": REASON})
                self.waived.append(Decided(path, self._label(path)))
                refusals = engine.why_not(self.facts(), transition)
                if not refusals:
                    break
        return refusals

    def _waivable(self, refusal: Refusal) -> str | None:
        if refusal.code == "value.not_available":
            key = str(refusal.values["task"])
            return f"{self.definition.tasks[key][0]}.{key}.{refusal.values['field']}"
        name = WAIVABLE.get(refusal.code)
        return str(refusal.values[name]) if name else None

    def _label(self, path: str) -> str:
        _, key, name, *_ = path.partition("@")[0].split(".")
        task = self.definition.tasks[key][1]
        one = fields_of(task).get(name)
        return f"{say(task.title)}: {say(one.label)}" if one is not None else say(task.title)

    def _agree(self, kind: str, about: str, body: Mapping[str, str]) -> None:
        """One contracting party proposes it, by name, and every other agrees."""
        facts = self.facts()
        first, *others = self.signatories(facts, [party.number for party in facts.contracting])
        with transaction() as session:
            number = proposals.propose(session, self.ref, kind=kind, subject=about, body=body, actor=first.person,
                                       key=self.key(), now=self.now()).values["number"]
            for other in others:
                proposals.answer(session, self.ref, number=number, agree=True, actor=other.person, key=self.key(),
                                 now=self.now())

    # the contract

    def _contract(self) -> bool:
        """Settle what is missing, then make a version ready; whether anything was done."""
        facts = self.facts()
        if self.definition.stages[facts.project.stage].contract != "prepared" or facts.contract is not None:
            return False
        who = next(m for m in facts.members if may_freeze(replace(facts, actor=m)))
        facts = self.facts(who.person)
        text = composing.compose(db.session(), facts)
        gaps = [(clause.key, gap) for clause in text.clauses if clause.state != "struck" for gap in clause.gaps]
        self._close(facts, gaps, text.annexes)
        moment = self.now()
        db.session.rollback()
        prepared = contracts.prepare(db.session(), self.ref, store=self.store, actor=who.person, now=moment)
        with transaction() as session:
            contracts.freeze(session, self.ref, prepared, actor=who.person, key=self.key(), now=moment)
        return True

    def _close(self, facts: Facts, gaps: list[tuple[str, domain.Gap]], annexes: Sequence[domain.AnnexText]) -> None:
        """A clause that may be struck is; every other missing value is settled later by a named rule."""
        for key in dict.fromkeys(key for key, _ in gaps if self._clause(key).optional):
            self._agree("strike", key, {"clause": key, "reason": REASON})
            self.struck.append(Decided(key, say(self._clause(key).title)))
        needed = dict.fromkeys((gap.path, key) for key, gap in gaps if not self._clause(key).optional)
        missing: dict[str, str] = {}
        for path, key in needed:
            missing.setdefault(path, key)
        for annex in annexes:
            for gap in annex.gaps:
                missing.setdefault(gap.path, annex.key)
        by = _words(facts.project.target + LATER)
        for path, key in missing.items():
            self._agree("later", path, {"clause": key, "name": path, "who": self._givers(facts, path), "by": by,
                                        "rule": RULE, "reason": REASON})
            self.later.append(Decided(path, self._need(path)))

    def _clause(self, key: str) -> Clause:
        return self.definition.clauses[key]

    def _need(self, need: str) -> str:
        return self._label(need) if "." in need else need

    def _givers(self, facts: Facts, need: str) -> str:
        """Whose value it is; where nobody sits there, everybody who contracts."""
        path, _, seat = need.partition("@")
        of = [seat] if seat else self.definition.tasks[path.split(".")[1]][1].of if "." in path else []
        return ", ".join(party.name for party in facts.holders(of) or facts.contracting)

    # signing

    def _sign(self) -> bool:
        """Everybody who has not yet: password, mailed code, and the hash of what was read."""
        facts = self.facts()
        if not engine.waits_for_signatures(self.definition, facts.project.stage) or facts.contract is None:
            return False
        waiting = [party.number for party in facts.signing if facts.signature(party.number) is None]
        for person in self.signatories(facts, waiting):
            self._sign_for(person)
        return bool(waiting)

    def _sign_agreement(self, task: TaskFact) -> None:
        """A short agreement is fixed by the first who signs it, then signed as the contract is."""
        for person in self.signatories(self.facts(), [task.party]):
            facts, moment = self.facts(person.person), self.now()
            if facts.standing(task.key) is None:
                db.session.rollback()
                prepared = contracts.prepare(db.session(), self.ref, store=self.store, actor=person.person, now=moment,
                                             paper=task.key)
                with transaction() as session:
                    contracts.freeze(session, self.ref, prepared, actor=person.person, key=self.key(), now=moment)
            self._sign_for(person, task.key)

    def _sign_for(self, signatory: MemberFact, paper: str = "") -> None:
        facts, person = self.facts(signatory.person), signatory.person
        standing = facts.standing(paper)
        if standing is None:
            raise self.stuck()
        number = standing.number
        with transaction() as session:
            signing.send_code(session, self.ref, version=number, actor=person, key=self.key(), now=self.now(),
                              paper=paper)
            session.flush()  # the code is read as the person reads it in the mail
            (code,) = _secrets(session, self.ref, "signing_code", person)
        with transaction() as session:
            address = session.scalars(select(Person.email).where(Person.id == person)).one()
            if not (accounts.confirm_password(session, person, self.passwords[person], self.now())
                    and signing.check_code(session, self.ref, version=number, code=code, actor=person,
                                           now=self.now(), paper=paper)):
                raise self.stuck()
        with transaction() as session:
            signing.sign(
                session, self.ref, version=number, text_sha256=standing.text_sha256, pdf_sha256=standing.pdf_sha256,
                evidence=_evidence(facts, signatory, number, address, self.now()), code=True, actor=person,
                key=self.key(), now=self.now(), paper=paper)


def _evidence(facts: Facts, person: MemberFact, number: int, address: str, now: datetime) -> dict[str, object]:
    """What the signature rests on, as on the page, with the basis of a stand-in."""
    own, basis = facts.party(person.party or 0).name, "stand-in of a specimen"
    return {"name": person.name, "basis": basis, "methods": [paper_words.by_mail("en", sign_ins.masked(address))],
            "statements": [f"I have read version {number}.", f"I may sign for {own}, as {basis}.",
                           "I agree to sign electronically."],
            "zone": "UTC", "language": "en", "address": "by command", "agent": "cocreate cases play",
            "opened_at": now.isoformat()}


def _unpublished(task: Task, key: str, one: f.Base | f.Computed) -> Answer:
    """"Not available"; where the template takes no such answer, the one that says least."""
    if may_be_absent(task, key):
        return Answer(not_available=NOT_PUBLISHED)
    if isinstance(one, f.Choice):
        keys = f.options(one.of)
        return Answer(CANNOT_SAY if CANNOT_SAY in keys else next(iter(keys)))
    return Answer(UNSAID)


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


def _secrets(session: Session, ref: str, kind: str, person: int | None = None) -> list[str]:
    """The links and codes in the mails that wait: what their recipients will read. Of one person the newest alone."""
    query = (select(Outbox.values).join(Project, Project.id == Outbox.project_id)
             .where(Project.ref == ref, Outbox.kind == kind, Outbox.state == "waiting").order_by(Outbox.seq))
    if person is not None:
        query = query.where(Outbox.recipient == person)
    found = [vault.unlock(json.loads(body)["secret"]) for body in session.scalars(query)]
    return found if person is None else found[-1:]


def _new_password() -> str:
    return secrets.token_urlsafe(24)


def _kind(one: Seated) -> str:
    kind = seating.OTHER.get(one.kind, one.kind)
    return kind if kind in KINDS else "partner"


def _cut(text: str) -> str:
    return text if len(text) <= 120 else text[:119].rstrip() + "…"


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"

