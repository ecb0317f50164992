"""What anybody may try in a project in which everything can happen, by a seed.

Most of what people try is refused. What is not is an act like any other, so that rules can be asked of what it leaves.
"""

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from cocreate.db import db, transaction
from cocreate.domain import charter, going_back
from cocreate.domain.answers import Answer
from cocreate.domain.asking import CHANGE, REMARKS, SCORES, VERDICT
from cocreate.domain.turns import turns
from cocreate.errors import CocreateError
from cocreate.services import progress
from cocreate.services.acts import (
    ACTS,
    absences,
    accessions,
    canvases,
    comments,
    contracts,
    contributions,
    duties,
    endings,
    entering,
    expiring,
    gates,
    holds,
    looking_after,
    neutral,
    passing,
    people,
    proposals,
    reopening,
    sharing,
    stages,
    words_by_mail,
)
from cocreate.services.acts.changing import ToChange
from cocreate.services.contributions import answers_of
from cocreate.services.facts import look
from tests.support.clock import NOON
from tests.support.everything import DAY, opened
from tests.support.facts import REASON
from tests.support.rows import answer_to, hash_of
from workflows.facts import Facts, MemberFact, Notice, TaskFact
from workflows.progression import subject


@dataclass(slots=True)
class Trying:
    """One project, the dice, and a clock that goes on with every try.

    known: everybody who is in it or may come; strangers: those who are not, newcomers: organisations without a seat.
    calm: how often somebody does what is asked of them.
    """

    ref: str
    known: list[int]
    strangers: list[int]
    newcomers: list[int]
    dice: random.Random
    calm: float
    facts: Facts
    now: datetime = NOON
    done: list[str] = field(default_factory=list)

    def step(self) -> Any:
        """One try; what was asked if it happened, else None."""
        self.now += self.one([timedelta(minutes=1), timedelta(hours=5), DAY, 4 * DAY])
        self.facts = _look(self.ref, self.now)
        asked = self._asked()
        try:
            if asked is None:
                return None
            with transaction() as session:
                progress.act(session, self.ref, asked[0], actor=asked[1], key=f"try {self.now}", now=self.now)
        except CocreateError:
            return None
        self.done.append(f"{self.now:%d %b %H:%M} {asked[1]}: {asked[0]}")
        return asked[0]

    def _asked(self) -> tuple[Any, int | None] | None:
        """What somebody asks for, and who."""
        offered = [(member, turn) for member in self.members() for turn in turns(self.facts, member.person)]
        if offered and self.dice.random() < self.calm:
            member, turn = self.one([one for one in offered if one[1].act in ("go_on", "sign")] or offered)
            request = self._of_turn(turn)
            return (request, member.person) if request is not None else None
        try:
            request = self.one(TRIES)(self)
        except IndexError:  # there is nothing to choose from
            return None
        if isinstance(request, OF_THE_SYSTEM):
            return request, None
        who = self.dice.sample(self.members(), len(self.facts.members))
        return next(((request, member.person) for member in who if self._could(request, member)), None)

    def _could(self, request: Any, member: MemberFact) -> bool:
        """Whether they can; now and then it is tried all the same."""
        try:
            ACTS[type(request)][1](replace(self.facts, actor=member if member.present else None), request)
        except CocreateError:
            return self.dice.random() < .02
        return member.present

    def _of_turn(self, turn: Any) -> Any:
        match turn.act:
            case "fill_in" | "again":
                if self.facts.definition.tasks[turn.key][1].kind == "sign":
                    return self.sign(turn.key)
                return self.submit(self.facts.task(turn.key, turn.party))
            case "check":
                return contributions.Accept(turn.key, turn.party, self.facts.task(turn.key, turn.party).number)
            case "decide" | "decide_again" | "after_no":
                return gates.Decide(turn.key, subject(self.facts, turn.key), "agreed")
            case "freeze":
                return self.freeze("")
            case "sign":
                return self.sign("")
            case "go_on":
                return stages.GoOn(turn.key, self.facts.project.visit, REASON)
            case "answer":
                return self.answer()
            case "confirm":
                return self.confirm()
            case "write":
                return canvases.AddEntry("board", self.facts.task("board", 1).party, "wins", "Fewer lorries")
            case _:
                return None

    def sign(self, paper: str) -> Any:
        standing = self.facts.standing(paper)
        if standing is None:
            return self.freeze(paper)
        return contracts.Sign(standing.number, standing.text_sha256, standing.pdf_sha256, "{}", code=False, paper=paper,
                              duties=self.duties())

    def duties(self) -> tuple[contracts.NewDuty, ...]:
        day = self.facts.today + 30 * DAY
        return tuple(contracts.NewDuty(party.number, what, day, "crates", decide=what == "Notice", goes_on_by=12)
                     for party in self.facts.contracting for what in ("Wash", "Notice"))

    def submit(self, task: Any) -> Any:
        return contributions.Submit(task.key, task.party, task.number, 0, self.answers(task),
                                    entries=self.facts.task_of(task).kind == "canvas")

    def answers(self, task: Any) -> dict[str, Answer]:
        asked = self.facts.task_of(task)
        match asked.kind:
            case "assessment":
                return {"open": Answer(self.one(SCORES[2:]))}
            case "canvas":
                return {}
            case "review":
                return {VERDICT: Answer(verdict := self.one(["fine", CHANGE]))} | (
                    {REMARKS: Answer(REASON)} if verdict == CHANGE else {})
        given = {}
        for name, one in asked.fields.items():
            if one.type == "date":
                given[name] = Answer(self.day())
            else:
                answer = answer_to(one, self.one([None, None, None, 2, 0, "not available"]))
                given[name] = answer if answer.value is None else replace(answer, unit=getattr(one, "unit", None))
        return given

    def freeze(self, paper: str) -> Any:
        number = 1 + max((one.number for one in self.facts.versions(paper)), default=0)
        words = f"{paper} {self.facts.project.head}"
        return contracts.Freeze(self.facts.project.head, number, json.dumps({"text": words}), hash_of(words),
                                hash_of(f"{words} {number}"), hash_of(f"pdf {words}"), 1, paper)

    def day(self) -> date:
        return self.facts.today + self.dice.randrange(-2, 20) * DAY

    def one(self, things: Any) -> Any:
        return self.dice.choice(list(things))

    def members(self) -> list[MemberFact]:
        """In an order that a seed gives again: the number of a person is chance."""
        return sorted(self.facts.members, key=lambda member: self.known.index(member.person))

    def parts(self) -> tuple[str, ...]:
        return tuple(self.dice.sample(people.PARTS, self.dice.randrange(1, 3)))

    def stranger(self) -> dict[str, Any]:
        person = self.one(self.strangers)
        return {"person": person, "token": f"t{person}", "token_sha256": hash_of(f"{person} {self.now}"),
                "expires_at": self.now + 14 * DAY}

    def answer(self) -> Any:
        open_ = [one for one in self.facts.proposals if one.state == "open"] or self.facts.proposals
        proposal = self.one(open_)
        agree, arrival = self.dice.random() < .7, None
        if proposal.kind == "add_party":
            arrival = people.Arrival(self.one(self.newcomers), **self.stranger())
        elif proposal.kind in ("neutral", "colleague"):
            arrival = neutral.PersonArrival(**self.stranger())
        return proposals.Answer(proposal.number, agree, "" if agree else REASON, arrival)

    def confirm(self) -> Any:
        task = self.one(one for one in self.facts.tasks if one.state == "entered")
        found = answers_of(db.session, self.facts, task.key, task.party, task.number)
        return entering.Confirm(task.key, task.party, task.number, found or {})

    def propose(self) -> Any:
        body: dict[str, Any] = {"reason": REASON}
        about, arrival, kind = "", None, self.one([*ABOUT, *BODIES])
        if kind in ABOUT:
            about = str(ABOUT[kind](self))
        if kind in BODIES:
            body |= BODIES[kind](self)
        if kind in ("colleague", "neutral"):
            arrival = neutral.PersonArrival(**self.stranger())
        return proposals.Propose(kind, about, json.dumps(body), arrival)

    def turned(self, things: Any) -> Any:
        """The tasks in one of these states, or all there are."""
        return self.one(one for one in self.facts.tasks if not things or one.state in things)


# Of a proposal of a kind: what it is about, and what it says.
ABOUT: dict[str, Callable[[Trying], object]] = {
    "parts": lambda t: t.one(t.members()).person, "charter": lambda t: t.one(charter.keys(t.facts)),
    "waive": lambda _: "figures.returns.crates", "later": lambda _: "figures.returns.crates",
    "strike": lambda _: "crates", "wording": lambda _: "crates",
    "unsigned": lambda t: f"secrecy@{t.one(t.facts.present).number}", "withdraw": lambda _: ""}
BODIES: dict[str, Callable[[Trying], dict[str, Any]]] = {
    "hold": lambda t: {"until": t.day().isoformat()},
    "add_party": lambda t: {"seat": t.one(t.facts.definition.parties), "name": f"Newcomer {t.now:%d %b}",
                            "champion": "New Champion", "kind": "company", "country": "NL", "email": "new@new.example"},
    "neutral": lambda _: {"name": "Neutral Nora", "email": "nora@neutral.example"},
    "colleague": lambda t: {"name": "Cole League", "email": "cole@league.example", "parts": list(t.parts())},
    "parts": lambda t: {"parts": list(t.parts())}, "charter": lambda t: {"text": f"Words of {t.now:%d %b}"},
    "later": lambda t: {"parties": [t.one(t.facts.contracting).number], "rule": "as measured",
                        "by": t.day().isoformat()},
    "wording": lambda t: {"text": t.one(["$crates come back.", "Crates come back.", "$$5 for ${crates}"])},
    "end": lambda t: {"day": (t.facts.today + 20 * DAY).isoformat(), "stay": []}}


def _task(of: Callable[[Trying, TaskFact], Any], *states: str) -> Callable[[Trying], Any]:
    return lambda t: of(t, t.turned(states))


def _member(of: Callable[[Trying, MemberFact], Any]) -> Callable[[Trying], Any]:
    return lambda t: of(t, t.one(t.members()))


def _changes(t: Trying, tasks: Iterable[TaskFact]) -> tuple[ToChange, ...]:
    return tuple(ToChange(one.key, one.party) for one in tasks if t.dice.random() < .7)


TRIES: tuple[Callable[[Trying], Any], ...] = (
    _task(lambda t, one: t.submit(one)),
    _task(lambda t, one: t.submit(one), "open", "returned"),
    _task(lambda _, one: contributions.TakeBack(one.key, one.party, one.number), "submitted"),
    _task(lambda _, one: contributions.Return(one.key, one.party, one.number, REASON), "submitted"),
    _task(lambda _, one: contributions.Accept(one.key, one.party, one.number), "submitted"),
    _task(lambda _, one: contributions.Count(one.key, one.party), "open"),
    _task(lambda _, one: reopening.Reopen(one.key, one.party, one.number, REASON), "accepted"),
    _task(lambda t, one: entering.EnterFor(one.key, one.party, one.number, t.answers(one)), "open", "returned"),
    Trying.confirm,
    _task(lambda _, one: entering.Deny(one.key, one.party, one.number), "entered"),
    _task(lambda t, one: passing.PassOn(one.key, one.party, t.one(t.members()).person), "open", "returned"),
    _task(lambda t, one: passing.PassOn(one.key, one.party, (new := t.stranger())["person"], name="Cole League",
                                           token=new["token"], token_sha256=new["token_sha256"],
                                           expires_at=new["expires_at"]), "open"),
    _task(lambda t, one: passing.AnswerPass(one.key, one.party, one.wanted or 0, t.dice.random() < .6,
                                               **{k: v for k, v in t.stranger().items() if k != "person"}), "open"),
    _task(lambda t, one: passing.WaitOutside(one.key, one.party, "The utility", t.day(), t.dice.random() < .5)),
    _task(lambda _, one: passing.EndWait(one.key, one.party)),
    _task(lambda t, one: canvases.AddEntry(one.key, one.party, t.one(["aim", "wins"]), "A word")),
    _task(lambda t, one: comments.AskHelp(one.key, one.party, REASON, t.dice.random() < .5), "open", "returned"),
    _task(lambda _, one: comments.Helped(one.key, one.party, one.help or 0)),
    _task(lambda _, one: comments.StillStuck(one.key, one.party, one.help or 0)),
    _task(lambda _, one: comments.Say("comment", f"task:{one.key}:{one.party}", "A word", call=one.help)),
    lambda t: gates.Decide(key := t.one(t.facts.definition.gates), subject(t.facts, key),
                           t.one(["agreed", "refused", "reserved"]), REASON, "More."),
    lambda t: gates.Decide(key := t.one(t.facts.definition.gates), subject(t.facts, key), "agreed"),
    lambda t: stages.GoOn(t.one(t.facts.definition.transitions), t.facts.project.visit, REASON),
    lambda t: stages.GoOn(key := t.one(t.facts.definition.transitions), t.facts.project.visit, REASON,
                             _changes(t, going_back.choices(t.facts, key)), wording=t.dice.random() < .5),
    lambda t: t.freeze(t.one(["", "secrecy"])),
    lambda t: t.sign(t.one(["", "secrecy"])),
    lambda t: contracts.RefuseToSign((c := t.one(t.facts.papers)).number, REASON, c.paper, wording=not c.paper),
    Trying.propose, Trying.propose, Trying.propose, Trying.answer, Trying.answer,
    lambda t: proposals.TakeBackProposal(t.one(t.facts.proposals).number),
    lambda t: people.Invite(name="New Person", party=t.one(t.facts.parties).number, parts=t.parts(), greeting="",
                               **t.stranger()),
    _member(lambda _, one: people.AcceptInvitation(one.person, one.name, "h")),
    _member(lambda _, one: people.AcceptInvitation(one.person, one.name, "h")),
    _member(lambda _, one: people.DeclineInvitation(one.person, "h")),
    _member(lambda t, one: people.Resend(**t.stranger() | {"person": one.person})),
    _member(lambda _, one: people.WithdrawInvitation(one.person)),
    _member(lambda t, one: people.CorrectAddress(
        one.person, (new := t.stranger())["person"], new["token"], new["token_sha256"], new["expires_at"],
        came_back=t.dice.random() < .5)),
    _member(lambda _, one: expiring.ExpireInvitation(one.person, one.invited_at, None)),
    _member(lambda t, one: people.ChangeParts(one.person, t.parts())),
    _member(lambda t, one: people.RemoveMember(one.person, t.one(t.members()).person)),
    _member(lambda _, one: sharing.EndSharing(one.person)),
    lambda t: words_by_mail.SetWordsByMail(t.dice.random() < .5),
    lambda t: neutral.HandOverNeutral(name="Neutral Noor", greeting="", **t.stranger()),
    _member(lambda t, one: absences.Substitute(
        one.person, t.one(t.members()).person, tuple(t.dice.sample(absences.PARTS, 1)),
        t.facts.today + t.one([0, 0, 1]) * DAY,
        t.one([None, t.facts.today + 3 * DAY]))),
    lambda t: absences.TurnAbsence(t.one(t.facts.absences).number),
    lambda t: absences.ComeBack(t.one(t.facts.absences).number),
    lambda t: holds.Hold(REASON, t.day()),
    lambda _: holds.Resume(), lambda _: holds.Expire(), lambda _: holds.Expire(),
    lambda t: endings.Decline(t.facts.project.title, REASON),
    lambda _: endings.WithdrawEarly(REASON),
    lambda _: endings.Leave(REASON),
    lambda t: duties.TakeOn(t.one(t.facts.definition.gates), "Wash them", t.day(), t.one(t.members()).person),
    lambda t: duties.ReportDuty((d := t.one(t.facts.duties)).number, t.one([None, *Notice]), t.facts.today, "Done",
                                   d.due.isoformat(), t.one([None, d.due + 365 * DAY])),
    lambda t: duties.TakeBackReport(t.one(t.facts.duties).number, REASON),
    lambda t: duties.DoubtDuty(t.one(t.facts.duties).number, REASON),
    lambda t: duties.SeeDuty(t.one(t.facts.duties).number),
    lambda t: duties.HandDuty(t.one(t.facts.duties).number, t.one(t.members()).person),
    lambda t: duties.DecideLater((d := t.one(t.facts.duties)).number, d.due, d.due + 365 * DAY),
    lambda t: looking_after.LookAfter(t.one([None, t.one(t.members()).person])),
    lambda t: accessions.Accede((c := t.one(t.facts.papers)).number, hash_of("text"), "{}", hash_of("text"),
                                   hash_of("pdf"), hash_of("s"), "{}", code=False, paper=c.paper),
    lambda t: contracts.Seal((c := t.one(t.facts.papers)).number, hash_of("s"), hash_of("e"), c.paper),
)
OF_THE_SYSTEM = (people.AcceptInvitation, people.DeclineInvitation, holds.Expire, absences.TurnAbsence,
                 expiring.ExpireInvitation, duties.DecideLater, contracts.Seal)


def begin(seed: int) -> Trying:
    dice = random.Random(seed)
    with transaction() as session:
        ref, there, strangers, newcomers = opened(session, dice.randrange(2, 5))
    return Trying(ref, [*there, *strangers], strangers, newcomers, dice, dice.choice([.4, .7, .9]), _look(ref, NOON))


def _look(ref: str, now: datetime) -> Facts:
    db.session.rollback()
    return look(db.session, ref, person=None, now=now).facts
