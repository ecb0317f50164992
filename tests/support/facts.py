"""Projects that are only values: a definition from a few lines of YAML, and a story of acts without a database.

``story = begin(TWO_SIDES); story.submit("stream", by="giver")`` does what the application does, except writing it down:
the act decides, its consequences are drawn, and what a row would bring back into the facts is put there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import yaml

from cocreate.domain import after_no, news, reminding, settling
from cocreate.domain.answers import FileAnswer
from cocreate.domain.hearing import Channel
from cocreate.domain.turns import Turn, turns
from cocreate.services.acts import ACTS, Change
from cocreate.services.acts.contracts import Freeze, RefuseToSign, Sign
from cocreate.services.acts.contributions import Accept, NewFile, Return, Submit, TakeBack
from cocreate.services.acts.gates import Decide
from cocreate.services.acts.openings import Open
from cocreate.services.acts.people import AcceptInvitation, DeclineInvitation, Invite
from cocreate.services.acts.proposals import Answer as Answering
from cocreate.services.acts.proposals import Propose
from cocreate.services.acts.reopening import Reopen
from cocreate.services.acts.stages import GoOn
from tests.support.rows import answer_to, hash_of, with_rows
from workflows import progression
from workflows.calendars import Calendar
from workflows.conditions import AnyCondition
from workflows.definition import Definition, Transition
from workflows.facts import Facts, MemberFact, PartyFact, ProjectFact

MONDAY = datetime(2027, 3, 1, 9, tzinfo=UTC)
REASON = "The figures of last year were used."
MANAGER, FACILITATOR = 1, 2  # persons without a party

TWO_SIDES = """
parties:
  giver: {contracting: true, side: giving}
  taker: {contracting: true, side: taking}
  carrier: {required: false}
stages:
  figures:
    tasks:
      stream: {of: giver, accepted_by: taker, fields: {mass: {type: quantity, unit: t/a}}}
      need: {of: taker, accepted_by: giver}
    gates:
      picture: {of: [giver, taker], due: {days: 3, after: "task:need"}}
  trial:
    tasks:
      batch: {of: taker}
      haul: {of: carrier}
    gates:
      passed: {of: [giver, taker], about: [batch]}
  terms:
    contract: prepared
    gates:
      our_contract: {of: [giver, taker], about: contract}
  signature: {contract: signed}
transitions:
  to_trial: {from: figures, to: trial, when: {all: [tasks, {gate: picture}]}}
  to_terms: {from: trial, to: terms, when: {all: [tasks, {gate: passed}]}}
  to_signature: {from: terms, to: signature, when: {contract: agreed}}
  agreed: {from: signature, to: agreed, automatic: true, when: {contract: signed}}
  wrong: {from: trial, to: figures, reason: required, reopens: [stream, picture]}
  anew: {from: terms, to: figures, reason: required, reopens: [stream, batch]}
reminders:
  - {"on": task_due, at: [-2, 0]}
  - {"on": task_overdue, every: 3, most: 2, then: {after: 2, to: champion}}
  - {"on": decision_due, at: [-1, 0]}
clauses:
  quantity: {needs: {mass: figures.stream.mass}, text: "$mass a year"}
"""

# The same with a limit that a trial has to reach.
LIMITED = TWO_SIDES.replace(
    "batch: {of: taker}", "batch: {of: taker, accepted_by: giver, fields: {rate: {type: percent}}}").replace(
    "{gate: passed}]", '{gate: passed}, {figure: {path: trial.batch.rate, at_least: 95, unit: "%"}}]')


@cache
def definition(text: str) -> Definition:
    """A definition from what matters in it; names, dates and fields that nobody cares about are filled in."""
    data: dict[str, Any] = {
        "format": 1, "key": "small", "name": "Small", "strategy": "open", "summary": "s", "ends_in": "An agreement",
        "contract_title": "Agreement", "terminal": {"agreed": "success", "declined": "failure", "withdrawn": "failure"},
        **yaml.safe_load(text)}
    for key, seat in data["parties"].items():
        seat.setdefault("name", key.title())
    for key, stage in data["stages"].items():
        stage |= {"name": key.title(), "purpose": "p", "target": 5} | stage
        for name, task in stage.get("tasks", {}).items():
            task |= {"title": name.title(), "why": "w", "due": {"days": 5}} | task
            if task.get("kind", "form") == "form":
                task.setdefault("fields", {"value": {"type": "number"}})
            for label, one in task.get("fields", {}).items():
                one.setdefault("label", label.title())
        for name, gate in stage.get("gates", {}).items():
            gate |= {"question": f"{name.title()}?", "due": {"days": 3}} | gate
    for key, clause in data.get("clauses", {}).items():
        clause.setdefault("title", key.title())
    return Definition.model_validate(data)


def condition(when: Any) -> AnyCondition:
    """The condition a transition of a template would have."""
    read = Transition.model_validate({"from": "a", "to": "b", "when": when}).when
    assert read is not None
    return read


def champion(party: int) -> int:
    return party * 10 + 1


def signatory(party: int) -> int:
    return party * 10 + 2


def team(party: int, name: str) -> tuple[MemberFact, ...]:
    """Of every party: a champion who contributes, a signatory, a contributor, an observer."""
    parts = ({"champion", "contributor"}, {"signatory"}, {"contributor"}, {"observer"})
    return tuple(MemberFact(party * 10 + place, f"{'/'.join(sorted(held))} of {name}", party, frozenset(held), MONDAY)
                 for place, held in enumerate(parts, 1))


def facts_of(source: Definition, seats: Mapping[str, int] | None = None, *, stage: str | None = None) -> Facts:
    """A project at its start, or put into a stage by hand. ``seats``: how many organisations sit where."""
    counts = {key: (seat.many.min if seat.many else 1) if seat.required else 0 for key, seat in source.parties.items()}
    seated = [f"{key}.{n}" if n > 1 else key for key, count in (counts | dict(seats or {})).items()
              for n in range(1, count + 1)]
    parties = tuple(PartyFact(number, name.partition(".")[0], number, name) for number, name in enumerate(seated, 1))
    without = (MemberFact(MANAGER, "manager", None, frozenset({"manager"}), MONDAY),
               MemberFact(FACILITATOR, "facilitator", None, frozenset({"facilitator"}), MONDAY))
    project = ProjectFact(
        id=1, ref="p1", host_id=1, title="Steam", stage=stage or source.first, visit=1 if stage else 0, version=0,
        head="", opened_at=MONDAY, entered_at=MONDAY, target=date(2027, 12, 1), language="en")
    members = (*without, *(member for party in parties for member in team(party.number, party.name)))
    return Facts(definition=source, now=MONDAY, project=project, actor=None, parties=parties, members=members,
                 calendars=(Calendar("UTC"),))


@dataclass
class Story:
    """A project and what happens to it, act by act, a minute apart."""

    facts: Facts
    before: Facts | None = None
    change: Change | None = None
    acts: list[Any] = field(default_factory=list)

    # looking

    @property
    def stage(self) -> str:
        return self.facts.project.stage

    def number(self, name: str) -> int:
        return next(party.number for party in self.facts.parties if party.name == name)

    def task(self, key: str, of: str | None = None) -> Any:
        number = self.number(of) if of else self.facts.holders(self.facts.definition.tasks[key][1].of)[0].number
        return self.facts.task(key, number)

    def decision(self, gate: str, of: str) -> Any:
        return self.facts.decision(gate, self.number(of))

    def mails(self) -> set[tuple[str, int]]:
        """(kind, person) of the mails that the last act causes."""
        return self._heard(Channel.MAIL)

    def lines(self) -> set[tuple[str, int]]:
        """(kind, person) of what the last act puts into digests."""
        return self._heard(Channel.DIGEST)

    def _heard(self, channel: Channel) -> set[tuple[str, int]]:
        assert self.before is not None
        return {key for key, heard in news.heard(self.before, self.facts).items() if heard.channel is channel}

    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.mails()}

    def plan(self) -> tuple[tuple[str, ...], tuple[dict[str, Any], ...]]:
        """What the last act did to reminders."""
        assert self.before is not None
        return reminding.plan(self.before, self.facts)

    # doing

    def act(self, request: Any, person: int) -> "Story":
        """Do it and draw the consequences, or raise what the act raises and change nothing."""
        now = self.facts.now + timedelta(minutes=1)
        before = replace(self.facts, actor=self.facts.member(person), now=now)
        change = ACTS[type(request)][1](before, request)
        after = progression.settle(with_rows(change))
        seq = before.project.version + 1
        self.before, self.change = before, change
        self.facts = after.with_project(version=seq, head=hash_of(f"{seq}"))
        self.acts.append(request)
        return self

    def take(self, turn: Turn, person: int) -> "Story":
        """Do what the turn of a person asks."""
        of = self.facts.party(turn.party).name if turn.party else None
        match turn.act:
            case "fill_in" | "again" if self.facts.definition.tasks[turn.key][1].kind == "sign":
                return self.sign_agreement(turn.key, of or "", person=person)
            case "fill_in" | "again":
                return self.submit(turn.key, of, person=person)
            case "check":
                task = self.task(turn.key, of)
                return self.act(Accept(turn.key, task.party, task.number), person)
            case "decide" | "decide_again":
                return self.decide(turn.key, of or "", person=person)
            case "after_no":
                return self.answer_no(turn, person)
            case "complete":
                return self.settle_later(person)
            case "freeze":
                return self.freeze(person=person)
            case "sign":
                return self.sign(of or "")
            case "go_on":
                return self.act(GoOn(turn.key, self.facts.project.visit), person)
        raise AssertionError(turn)

    def each_turn(self) -> Iterator[tuple[int, Turn]]:
        for member in self.facts.members:
            for turn in turns(self.facts, member.person):
                yield member.person, turn

    def all_turns(self) -> list[tuple[int, Turn]]:
        return list(self.each_turn())

    def wait(self, **time: float) -> "Story":
        self.facts = replace(self.facts, now=self.facts.now + timedelta(**time))
        return self

    def consequence(self, facts: Facts) -> "Story":
        """What another act, which is not written here, leaves behind."""
        self.before, self.facts = self.facts, progression.settle(facts)
        return self

    def open(self) -> "Story":
        return self.act(Open("small", 1), MANAGER)

    def submit(self, key: str, by: str | None = None, *, person: int | None = None, seen: int | None = None,
               reply: str = "", **values: Any) -> "Story":
        task = self.task(key, by)
        number = self.number(by) if by else task.party
        answers = {name: answer_to(one, values.get(name)) for name, one in
                   self.facts.definition.tasks[key][1].fields.items()
                   if values.get(name, one.required) is not False and one.type != "computed"}
        files = tuple(NewFile(name, answer.value.sha256, answer.value.name, "application/pdf", 3)
                      for name, answer in answers.items() if isinstance(answer.value, FileAnswer))
        return self.act(Submit(key, number, (task.number if task else 0) if seen is None else seen, 0, answers, files,
                               reply=reply),
                        person or champion(number))

    def answer_no(self, turn: Turn, person: int) -> "Story":
        """Decide otherwise, or change what was not agreed: here, or by going back to where it came from."""
        if after_no.DECIDE in turn.ways:
            return self.decide(turn.key, self.facts.party(turn.party).name, person=person)
        theirs = replace(self.facts, actor=self.facts.member(person))
        for task in after_no.to_reopen(theirs, turn.key):
            return self.act(Reopen(task.key, task.party, task.number, REASON), person)
        return self.act(GoOn(after_no.back(theirs, turn.key) or "", self.facts.project.visit, REASON), person)

    def settle_later(self, person: int) -> "Story":
        """Agree about everything that the contract lacks: who gives it, by when and how."""
        own = next(member.party for member in self.facts.members if member.person == person)
        body = {"parties": [own], "by": (self.facts.now + timedelta(days=90)).date().isoformat(), "rule": "as measured",
                "reason": REASON}
        for need in settling.lacking(self.facts):
            self.act(Propose("later", need, json.dumps(body)), person)
            number = self.facts.proposals[-1].number
            for party in self.facts.contracting:
                if party.number != own:
                    self.act(Answering(number, True), champion(party.number))
        return self

    def take_back(self, key: str, by: str | None = None) -> "Story":
        task = self.task(key, by)
        return self.act(TakeBack(key, task.party, task.number), champion(task.party))

    def accept(self, key: str, by: str, of: str | None = None) -> "Story":
        task = self.task(key, of)
        return self.act(Accept(key, task.party, task.number), champion(self.number(by)))

    def send_back(self, key: str, by: str, of: str | None = None, reason: str = REASON) -> "Story":
        task = self.task(key, of)
        return self.act(Return(key, task.party, task.number, reason), champion(self.number(by)))

    def give(self, key: str, of: str | None = None, **values: Any) -> "Story":
        """Submit, and have it accepted where somebody accepts it."""
        self.submit(key, of, **values)
        task = self.task(key, of)
        if task.state == "submitted":
            acceptor = self.facts.holders([self.facts.task_of(task).accepted_by])[0]
            self.accept(key, acceptor.name, of)
        return self

    def decide(self, gate: str, by: str, answer: str = "agreed", *, seen: str | None = None,
               person: int | None = None) -> "Story":
        words = {} if answer == "agreed" else {"reason": REASON, "wanted": "Measure again."}
        seen = progression.subject(self.facts, gate) if seen is None else seen
        return self.act(Decide(gate, seen, answer, **words), person or signatory(self.number(by)))

    def agree(self, gate: str) -> "Story":
        """Everybody who is asked agrees."""
        for decision in self.facts.asked_at(gate):
            self.decide(gate, self.facts.party(decision.party).name)
        return self

    def go(self, transition: str, by: str = "giver", *, reason: str = REASON) -> "Story":
        return self.act(GoOn(transition, self.facts.project.visit, reason), champion(self.number(by)))

    def freeze(self, by: str = "giver", *, text: str = "as agreed", person: int | None = None,
               paper: str = "") -> "Story":
        """By whoever leads; a short agreement by whoever goes on to sign it."""
        number = 1 + max((one.number for one in self.facts.versions(paper)), default=0)
        first = signatory if paper else champion
        return self.act(Freeze(self.facts.project.head, number, text, hash_of(text), hash_of(f"{text}{number}"),
                               hash_of(f"pdf{text}{number}"), 1, paper), person or first(self.number(by)))

    def sign(self, by: str, *, text: str | None = None, pdf: str | None = None, paper: str = "",
             person: int | None = None) -> "Story":
        read = self.facts.standing(paper)
        version, seen, printed = (read.number, read.text_sha256, read.pdf_sha256) if read else (0, "", "")
        return self.act(Sign(version, text or seen, pdf or printed, "{}", code=False, paper=paper),
                        person or signatory(self.number(by)))

    def sign_agreement(self, key: str, by: str, *, person: int | None = None) -> "Story":
        """A short agreement: fixed by the first who signs it."""
        if self.facts.standing(key) is None:
            self.freeze(by, paper=key, person=person)
        return self.sign(by, paper=key, person=person)

    def refuse_to_sign(self, by: str, reason: str = REASON, *, paper: str = "") -> "Story":
        standing = self.facts.standing(paper)
        return self.act(RefuseToSign(standing.number if standing else 0, reason, paper, wording=not paper),
                        signatory(self.number(by)))

    def invite(self, person: int, into: str, *parts: str, by: int | None = None) -> "Story":
        number = self.number(into)
        return self.act(Invite(person, f"Person {person}", number, parts, "", "t", "h", self.facts.now),
                        by or champion(number))

    def come(self, person: int) -> "Story":
        return self.act(AcceptInvitation(person, f"Person {person}", "h"), person)

    def say_no(self, person: int) -> "Story":
        return self.act(DeclineInvitation(person, "h"), person)

    def seat(self, seat: str) -> "Story":
        """A further organisation comes in, with its people."""
        number = 1 + len(self.facts.parties)
        taken = any(party.name == seat for party in self.facts.parties)
        now = self.facts.now + timedelta(minutes=1)
        party = PartyFact(number, seat, number, f"{seat}.{number}" if taken else seat, joined_at=now)
        facts = replace(self.facts, members=(*self.facts.members, *team(number, party.name)), now=now)
        return self.consequence(progression.join(facts, party))

    def leave(self, name: str) -> "Story":
        """An organisation leaves, with its people."""
        now = self.facts.now + timedelta(minutes=1)
        facts = replace(self.facts, now=now)
        for member in facts.members:
            if member.party == self.number(name):
                facts = facts.with_member(replace(member, left_at=now))
        return self.consequence(facts.with_party(replace(facts.party(self.number(name)), left_at=now)))

    # further on

    def reopen(self, key: str, by: str, reason: str = REASON) -> "Story":
        task = self.task(key)
        return self.act(Reopen(key, task.party, task.number, reason), champion(self.number(by)))

    def to_trial(self) -> "Story":
        return self.give("stream").give("need").agree("picture").go("to_trial")

    def to_terms(self) -> "Story":
        return self.to_trial().give("batch").agree("passed").go("to_terms")

    def to_signature(self) -> "Story":
        return self.to_terms().freeze().agree("our_contract").go("to_signature")


def begin(text: str = TWO_SIDES, **seats: int) -> Story:
    """An opened project. ``seats``: how many organisations sit where; else everybody who must be there."""
    return Story(facts_of(definition(text), seats)).open()
