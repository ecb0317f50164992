"""The whole of one project, and how it differs after an act."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self

from workflows.calendars import Calendar, at, local_day, working_days_between
from workflows.definition import Definition, Gate, Task
from workflows.facts import disputes
from workflows.facts.concerns import ConcernFact
from workflows.facts.papers import AccessionFact, ContractFact, ContractState, DutyFact, SignatureFact
from workflows.facts.parties import AbsenceFact, MemberFact, NudgeFact, PartyFact
from workflows.facts.work import (
    DecisionFact,
    DecisionState,
    DocumentFact,
    FigureFact,
    ProposalFact,
    ProposalState,
    TaskFact,
    TaskState,
)
from workflows.fields import Hangs, OnlyIf, answers_of
from workflows.hanging import left
from workflows.refusals import Refusal
from workflows.values import replace


@dataclass(frozen=True, slots=True)
class ProjectFact:
    """The project's own row. ``version`` is the number of its last event, ``head`` that event's hash."""

    id: int
    ref: str
    host_id: int
    title: str
    stage: str
    visit: int  # counts stages entered; a button "go on" carries it
    version: int
    head: str
    opened_at: datetime
    entered_at: datetime
    target: date
    language: str
    hold_until: date | None = None
    held_at: datetime | None = None
    rested: int = 0  # working days that it rested since it came to this stage
    ended_at: datetime | None = None
    outcome: str | None = None
    manager_id: int | None = None  # person who looks after it
    currency: str = ""  # what an amount begins with; "": each asks for its own


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about one project that a guard or an act may look at."""

    definition: Definition
    now: datetime
    project: ProjectFact
    actor: MemberFact | None
    parties: tuple[PartyFact, ...] = ()
    members: tuple[MemberFact, ...] = ()
    tasks: tuple[TaskFact, ...] = ()
    decisions: tuple[DecisionFact, ...] = ()
    figures: tuple[FigureFact, ...] = ()  # under the lock only those that conditions look at
    documents: tuple[DocumentFact, ...] = ()
    papers: tuple[ContractFact, ...] = ()  # every version of the contract and of the short agreements
    signatures: tuple[SignatureFact, ...] = ()
    accessions: tuple[AccessionFact, ...] = ()
    proposals: tuple[ProposalFact, ...] = ()
    duties: tuple[DutyFact, ...] = ()
    absences: tuple[AbsenceFact, ...] = ()
    nudges: tuple[NudgeFact, ...] = ()
    drafts: Mapping[tuple[str, int], int] = field(default_factory=dict)  # (task, party) -> number of its last save
    drafted: Mapping[tuple[str, int], datetime] = field(default_factory=dict)  # and when that was
    begun: frozenset[tuple[str, int]] = frozenset()  # tasks that each answers alone and somebody has a draft of
    calendars: tuple[Calendar, ...] = field(default=(), repr=False)
    # What a version of the contract still lacks, as the actor may know it: for pages and mails. None: not looked at.
    missing: tuple[Refusal, ...] | None = None
    # The open concerns that the actor raised or reads: for pages and digests. No act looks at them.
    concerns: tuple[ConcernFact, ...] = ()

    # looking

    @property
    def days_here(self) -> int:
        """Working days in this stage, without those that the project rested."""
        held = self.days_since(self.project.held_at) if self.project.held_at is not None else 0
        return max(0, self.days_since(self.project.entered_at) - self.project.rested - held)

    @property
    def zone(self) -> str:
        """Where the host is, whose days count."""
        return self.calendars[0].zone if self.calendars else "UTC"

    @property
    def today(self) -> date:
        return self.day(self.now)

    def day(self, moment: datetime) -> date:
        return local_day(moment, self.zone)

    def end_of(self, day: date) -> datetime:
        """When the host goes home."""
        return at(day, self.calendars[0].end, self.zone)

    def days_since(self, moment: datetime) -> int:
        """Working days of the project; none where the clock stands before it, as after it was set right."""
        return max(0, working_days_between(self.day(moment), self.today, self.calendars))

    @property
    def own(self) -> int | None:
        """The actor's party."""
        return self.actor.party if self.actor else None

    @property
    def present(self) -> tuple[PartyFact, ...]:
        return tuple(party for party in self.parties if party.left_at is None)

    def party(self, number: int) -> PartyFact:
        return next(party for party in self.parties if party.number == number)

    def holders(self, seats: Iterable[str]) -> tuple[PartyFact, ...]:
        """The organisations that sit in these seats now, in the order of the contract."""
        wanted = frozenset(seats)
        return tuple(party for party in self.present if party.seat in wanted)

    @property
    def contracting(self) -> tuple[PartyFact, ...]:
        return tuple(party for party in self.present if self.definition.parties[party.seat].contracting)

    @property
    def signing(self) -> tuple[PartyFact, ...]:
        return tuple(party for party in self.present if self.definition.parties[party.seat].signs == "contract")

    def acceding(self, paper: str = "") -> tuple[PartyFact, ...]:
        """Who accedes to what others signed: to the contract by their seat, to a short agreement who came later."""
        if not paper:
            return tuple(party for party in self.present if self.definition.parties[party.seat].signs == "accession")
        standing = self.standing(paper)
        if standing is None or standing.state is not ContractState.SIGNED:
            return ()
        return tuple(party for party in self._asked_to_sign(paper) if self.signature(party.number, paper) is None)

    @property
    def bound(self) -> tuple[PartyFact, ...]:
        """Whom the contract binds: who contracts, signs it or accedes to it. They read it whole, and owe its duties."""
        seats = self.definition.parties
        return tuple(party for party in self.present if seats[party.seat].contracting or seats[party.seat].signs)

    @property
    def owed(self) -> tuple[DutyFact, ...]:
        """What parties that are there owe by a day; nothing any more where a project ended without agreement."""
        if self.ended and self.project.outcome != "agreed":
            return ()
        there = {party.number for party in self.present}
        return tuple(one for one in self.duties if one.done_at is None and one.party in there)

    def accession(self, party: int | None, paper: str = "") -> AccessionFact | None:
        return next((one for one in self.accessions if (one.party, one.paper) == (party, paper)), None)

    def signers(self, paper: str = "") -> tuple[PartyFact, ...]:
        """The parties that sign the contract, or a short agreement; of what all have signed, those who did."""
        if not paper:
            return self.signing
        later = self.acceding(paper)
        return tuple(party for party in self._asked_to_sign(paper) if party not in later)

    def _asked_to_sign(self, paper: str) -> tuple[PartyFact, ...]:
        asked = {task.party for task in self.instances(paper)}
        return tuple(party for party in self.parties if party.number in asked)

    def people(self, party: int | None, part: str) -> tuple[MemberFact, ...]:
        """Who holds this part for this party, invited or present."""
        return tuple(m for m in self.members if m.party == party and part in m.parts and m.left_at is None)

    def member(self, person: int | None) -> MemberFact | None:
        return next((m for m in self.members if m.person == person), None)

    def task(self, key: str, party: int) -> TaskFact | None:
        """The current round of a task."""
        return max((t for t in self.tasks if t.key == key and t.party == party), key=lambda t: t.round, default=None)

    def instances(self, key: str) -> tuple[TaskFact, ...]:
        """The current round of a task for every organisation asked that has not left."""
        newest: dict[int, TaskFact] = {}
        for task in [task for task in self.tasks if task.key == key]:  # guards ask this for every gate after every act
            if task.party not in newest or newest[task.party].round < task.round:
                newest[task.party] = task
        found = [newest[party.number] for party in self.parties if party.number in newest]
        return tuple([task for task in found if task.state is not TaskState.LAPSED])

    def decision(self, gate: str, party: int) -> DecisionFact | None:
        return max((d for d in self.decisions if d.gate == gate and d.party == party), key=lambda d: d.round,
                   default=None)

    def asked_at(self, gate: str) -> tuple[DecisionFact, ...]:
        """The current decisions at a gate, one per party that was asked and is still there."""
        return tuple(decision for party in self.parties
                     if (decision := self.decision(gate, party.number)) and decision.state is not DecisionState.DROPPED)

    def reserved(self) -> tuple[DecisionFact, ...]:
        """What parties reserved when they agreed to the contract."""
        return tuple(one for key, (_stage, gate) in self.definition.gates.items() if gate.about == "contract"
                     for one in self.asked_at(key) if one.state is DecisionState.RESERVED)

    def versions(self, paper: str = "") -> tuple[ContractFact, ...]:
        """Every version of the contract, or of a short agreement."""
        return tuple(one for one in self.papers if one.paper == paper)

    def standing(self, paper: str = "") -> ContractFact | None:
        """The newest version of the contract, or of a short agreement, if it still stands."""
        newest = max(self.versions(paper), key=lambda c: c.number, default=None)
        return newest if newest and newest.state is not ContractState.ENDED else None

    @property
    def contracts(self) -> tuple[ContractFact, ...]:
        return self.versions()

    @property
    def contract(self) -> ContractFact | None:
        return self.standing()

    def under(self, version: ContractFact) -> tuple[SignatureFact, ...]:
        """Every signature under a version, also those that ended with it."""
        return tuple(s for s in self.signatures if (s.paper, s.version) == (version.paper, version.number))

    def signature(self, party: int, paper: str = "") -> SignatureFact | None:
        """What counts for this party under the version that stands."""
        standing = self.standing(paper)
        return next((s for s in self.under(standing) if s.party == party and s.ended_at is None),
                    None) if standing else None

    def values(self, path: str) -> tuple[FigureFact, ...]:
        """Every value of a figure; the one that counts alone, where all agreed on it and nobody gave another since."""
        settled = self.settled(path)
        return (settled,) if settled else self.said(path)

    def given(self, path: str) -> tuple[FigureFact, ...]:
        return tuple(figure for figure in self.figures if figure.path == path)

    def said(self, path: str) -> tuple[FigureFact, ...]:
        """The values given, and what other parties say that it is instead."""
        given = self.given(path)
        return (*given, *disputes.others(path, given, self.proposals, {party.number for party in self.present}))

    def settled(self, path: str) -> FigureFact | None:
        """What all agreed that a figure is, while the values it was about are still the ones given."""
        return disputes.settled(path, self.given(path), self.proposals)

    def waived(self, path: str) -> bool:
        """Whether all contracting parties agreed to go on without this value."""
        return self.holding("waive", path) is not None

    def holding(self, kind: str, subject: str) -> ProposalFact | None:
        """What was last agreed by all about this subject."""
        return max((p for p in self.proposals if p.is_about(kind, subject)
                    and p.state is ProposalState.AGREED), key=lambda p: p.number, default=None)

    @property
    def ended(self) -> bool:
        return self.project.ended_at is not None

    @property
    def on_hold(self) -> bool:
        return self.project.hold_until is not None

    # what the facts are after an act

    def with_project(self, **changes: Any) -> Self:
        return replace(self, project=replace(self.project, **changes))

    def with_task(self, task: TaskFact) -> Self:
        return replace(self, tasks=_put(self.tasks, task, lambda t: t.id))

    def with_decision(self, decision: DecisionFact) -> Self:
        return replace(self, decisions=_put(self.decisions, decision, lambda d: d.id))

    def with_party(self, party: PartyFact) -> Self:
        return replace(self, parties=_put(self.parties, party, lambda p: p.number))

    def with_member(self, member: MemberFact) -> Self:
        actor = member if self.actor and self.actor.person == member.person else self.actor
        return replace(self, members=_put(self.members, member, lambda m: m.person), actor=actor)

    def with_contract(self, contract: ContractFact) -> Self:
        return replace(self, papers=_put(self.papers, contract, lambda c: (c.paper, c.number)))

    def with_signature(self, signature: SignatureFact) -> Self:
        return replace(self, signatures=_put(
            self.signatures, signature, lambda s: (s.paper, s.version, s.party, s.person)))

    def with_accession(self, accession: AccessionFact) -> Self:
        return replace(self, accessions=_put(self.accessions, accession, lambda a: (a.paper, a.party)))

    def with_duty(self, duty: DutyFact) -> Self:
        return replace(self, duties=_put(self.duties, duty, lambda d: d.number))

    def with_proposal(self, proposal: ProposalFact) -> Self:
        return replace(self, proposals=_put(self.proposals, proposal, lambda p: p.number))

    def with_absence(self, absence: AbsenceFact) -> Self:
        return replace(self, absences=_put(self.absences, absence, lambda a: a.number)).lend()

    def with_nudge(self, nudge: NudgeFact) -> Self:
        return replace(self, nudges=_put(self.nudges, nudge, lambda n: (n.subject, n.party)))

    def lend(self) -> Self:
        """Every member with the parts that running absences lend them."""
        running = [absence for absence in self.absences if absence.runs]
        if not running and not any(member.stands_for for member in self.members):
            return self
        members = tuple(_lent(member, [a for a in running if a.substitute == member.person])
                        for member in self.members)
        actor = next((m for m in members if self.actor and m.person == self.actor.person), self.actor)
        return replace(self, members=members, actor=actor)

    def with_figures(self, figures: Iterable[FigureFact]) -> Self:
        kept = {(figure.path, figure.party, figure.number): figure for figure in (*self.figures, *figures)}
        return replace(self, figures=tuple(kept.values()))

    def without_figures(self, task: str, party: int) -> Self:
        """What a party gave for a task does not count any more."""
        kept = (one for one in self.figures if one.party != party or one.path.split(".")[1] != task)
        return replace(self, figures=tuple(kept))

    def with_document(self, document: DocumentFact) -> Self:
        return replace(self, documents=_put(self.documents, document, lambda d: d.number))

    # the definition's view of a fact

    def task_of(self, task: TaskFact) -> Task:
        """What this party is asked: without the fields and columns that answers to other tasks made pointless."""
        whole, narrowed = self.definition.tasks[task.key][1], self.definition.narrowed.get(task.key)
        if not narrowed:
            return whole
        return whole.model_copy(update={
            "fields": left(whole.fields, narrowed, lambda answers: self._hold(answers, task.party))})

    def asked(self, key: str) -> tuple[PartyFact, ...]:
        """The organisations that are asked for a task as soon as its stage runs, as far as is known."""
        task = self.definition.tasks[key][1]
        return tuple(party for party in self.holders(task.of) if self.holds(task.only_if, party.number))

    def holds(self, only_if: Hangs | None, party: int | None = None) -> bool:
        """Whether something was answered so, as far as is known: by this party if it was asked, else by anybody.

        What nobody has answered yet, or could not, holds.
        """
        return self._hold(answers_of(only_if), party)

    def _hold(self, answers: tuple[OnlyIf, ...], party: int | None) -> bool:
        for one in answers:
            given = self.chosen(one.answer)
            said = [given[party]] if party in given else given.values()
            if given and not any(map(one.holds, said)):
                return False
        return True

    def chosen(self, path: str) -> dict[int, tuple[str, ...]]:
        """Party -> what it chose there last; without those who have not answered."""
        _, key, name = path.split(".")
        return {task.party: tuple(said) for task in self.instances(key)
                if (said := json.loads(task.chosen).get(name))}

    def gate_of(self, decision: DecisionFact) -> Gate:
        return self.definition.gates[decision.gate][1]


def _lent(member: MemberFact, absences: list[AbsenceFact]) -> MemberFact:
    own = member.own
    lent = frozenset(part for absence in absences for part in absence.parts.split()) - own
    return replace(member, parts=own | lent, lent=lent, stands_for=frozenset(a.person for a in absences))


def _put(rows: tuple[Any, ...], row: Any, key: Callable[[Any], object]) -> tuple[Any, ...]:
    """``rows`` with ``row`` in the place of the one that has its key, or at the end."""
    own = key(row)
    for place, other in enumerate(rows):
        if key(other) == own:
            return (*rows[:place], row, *rows[place + 1:])
    return (*rows, row)
