"""What a mail is about: a task, a decision, a paper, a duty, somebody who comes or goes."""

from datetime import datetime

from cocreate import words
from cocreate.domain import after_no
from cocreate.domain.addresses import named, plain
from cocreate.domain.assessing import asked
from cocreate.domain.invited import first_to_come
from cocreate.domain.reminding import check_by, looks_after, owed
from cocreate.letters.proposing import Proposing
from cocreate.sentences import agreeing
from cocreate.sentences.invitations import unanswered
from workflows.definition import Task
from workflows.facts import AbsenceFact, DecisionFact, DutyFact, TaskFact
from workflows.guards import accepting, unwritten


class About(Proposing):
    """The thing, and what is known of it at the moment of sending."""

    @property
    def project(self) -> str:
        return named(self.facts.project.title, 120)

    @property
    def thing(self) -> str:
        """The task's title, the gate's question, or the contract's title."""
        definition, key = self.facts.definition, self.subject.key
        match self.subject.matter:
            case "task" | "check" | "entries":
                return self.title(self.subject.task[0])
            case "decision":
                return self.say(definition.gates[key][1].question)
            case "contract" | "signature" | "agreement":
                return self.contract
            case "after_no":
                return self._("What was not agreed: %(question)s", question=self.say(definition.gates[key][1].question))
            case "lacks":
                return self._("What the contract lacks")
            case "proposal":
                return self.proposed
            case "seat":
                return self.say(definition.parties[key].name)
            case "duty":
                return self.duty_named(self.duty)
            case "document" | "figure" | "clause":
                return self.item
            case _:
                return self.project

    @property
    def item(self) -> str:
        """A document by its name, a figure or a clause by its title."""
        definition, key = self.facts.definition, self.subject.key
        if self.subject.matter == "document":
            document = next((one for one in self.facts.documents if str(one.number) == key), None)
            return named(document.name) if document else self._("a document")
        if self.subject.matter == "clause":
            return self.clause(key) if key in definition.clauses else self.contract
        return self.figure(key)

    @property
    def seat(self) -> str:
        """The seat of the party that came."""
        party = self.facts.party(int(self.subject.key))
        return self.say(self.facts.definition.parties[party.seat].name)

    @property
    def invited_at(self) -> datetime:
        member = self.facts.member(int(self.subject.key))
        return (member.invited_at if member else None) or self.facts.now

    @property
    def unreachable(self) -> str:
        """The address that a mail came back from, as far as whoever knows it recognises it, and not as a link."""
        local, _at, domain = plain(str(self.more.get("address", ""))).partition("@")
        return f"{local}@{domain.partition('.')[0]}…"

    @property
    def absence(self) -> AbsenceFact | None:
        """For how long somebody stands in."""
        known = self.subject.matter == "absence"
        return next((a for a in self.facts.absences if known and str(a.number) == self.subject.key), None)

    @property
    def moved(self) -> str:
        """The person or the party that a mail about coming and going names."""
        match self.subject.matter:
            case "party":
                return self.party_name(int(self.subject.key))
            case "absence":
                return self.person(self.absence.person if self.absence else None)
            case _:
                return self.person(int(self.subject.key)) if self.subject.key else ""

    @property
    def moved_party(self) -> str:
        """The party of the person that a mail about coming and going names."""
        member = self.facts.member(int(self.subject.key)) if self.subject.matter == "member" else None
        return self.party_name(member.party) if member and member.party is not None else self.host

    @property
    def substitute(self) -> str:
        """Who takes over: a part for a time or for good, or the whole project."""
        if self.subject.matter == "member":
            return self.person(int(self.subject.key))
        return self.person(self.absence.substitute if self.absence else self.facts.project.manager_id)

    @property
    def stage(self) -> str:
        return plain(words.stage(self.facts.definition, self.facts.project.stage, self._context.reader))

    @property
    def purpose(self) -> str:
        stage = self.facts.definition.stages.get(self.facts.project.stage)
        return self.say(stage.purpose) if stage else ""

    @property
    def reopened(self) -> str:
        """Tasks that began a new round when the project came to its stage."""
        since = self.facts.project.entered_at
        titles = dict.fromkeys(self.title(t.key) for t in self.facts.tasks if t.round > 1 and t.since >= since)
        return words.listed(titles, self._context.reader)

    # tasks

    @property
    def task(self) -> TaskFact | None:
        known = self.subject.matter in ("task", "check", "entries")
        return self.facts.task(*self.subject.task) if known else None

    @property
    def boxes(self) -> str:
        """On a canvas that another party is asked for: those in which an entry of the party is awaited."""
        task = self.task if self.subject.matter == "entries" else None
        missing = unwritten(self.facts, task).get(self.subject.party or 0, ()) if task else ()
        titles = (self.say(self.facts.task_of(task).boxes[key].title) for key in missing) if task else ()
        return words.listed((f"'{title}'" for title in titles), self._context.reader)

    @property
    def _definition(self) -> Task:
        return self.facts.definition.tasks[self.subject.task[0]][1]

    @property
    def why(self) -> str:
        return self.say(self._definition.why)

    @property
    def minutes(self) -> str:
        return words.minutes(self._definition.minutes, self._context.reader)

    @property
    def unlocks(self) -> str:
        return self.say(self._definition.unlocks)

    @property
    def waits_outside(self) -> bool:
        task = self.task
        return bool(task and task.outside_until and task.outside_until >= self._context.reader.today)

    @property
    def outsider(self) -> str:
        known = self.task.outsider if self.task and not self.keeps(self.task.party) else None
        return self.quote(known) if known else self._("someone outside")

    @property
    def answers_call(self) -> bool:
        """Whether it is an answer to the recipient's own call for help."""
        task = self.task
        return bool(task and task.helper and task.help_by == self._context.person and self.details.get("call"))

    @property
    def asked(self) -> str:
        """Who was asked for the task, looks after the duty, or decides."""
        task = self.task
        people = self._asked_of(task) if task else self._looks_after
        return words.listed(map(self.person, people), self._context.reader) if people else \
            self.people(self.subject.party, "signatory")

    @property
    def not_come_in(self) -> str:
        """Whose answer to an invitation it waits for; "" where somebody who is asked has come in."""
        signing = self.facts.people(self.subject.party, "signatory") \
            if self.subject.matter in ("decision", "signature") else ()
        member = first_to_come(self.facts, self._asked_of(self.task) if self.task else [m.person for m in signing])
        return unanswered(self.facts, member, self._context.reader, named) if member else ""

    @property
    def asked_is_recipient(self) -> bool:
        """Whether an escalation reaches the very person who was reminded before."""
        task = self.task
        if people := self._asked_of(task) if task else self._looks_after:
            return people == (self._context.person,)
        part = "champion" if task else "signatory"
        return all(m.person == self._context.person for m in self.facts.people(self.subject.party, part))

    @property
    def _looks_after(self) -> tuple[int, ...]:
        return looks_after(self.facts, self.duty) if self.subject.matter == "duty" else ()

    def _asked_of(self, task: TaskFact) -> tuple[int, ...]:
        """Of whom a task is asked; of entries on a canvas who leads for the party that owes them."""
        if self.subject.matter == "entries":
            return tuple(member.person for member in self.facts.people(self.subject.party, "champion"))
        return asked(self.facts, task)

    @property
    def waiting(self) -> str:
        """Who waits for the recipient's party: who accepts the task, else all others."""
        task = self.task
        if task and self.subject.matter == "entries":
            return self.shaped(task.party)
        seats = accepting(self.facts, task) if task else ()
        others = seats or tuple(p for p in self.facts.contracting if p.number != self.subject.party)
        return words.listed((self.shaped(p.number) for p in others), self._context.reader) or self.host

    @property
    def due(self) -> datetime | None:
        if self.subject.matter in ("check", "signature"):
            matter = owed(self.facts).get(str(self.subject))
            return matter.due_at if matter else None
        asked = self.task or self.decision
        return asked.due_at if asked else None

    @property
    def days_left(self) -> int:
        return (words.local_day(self.due, self._context.reader) - self._context.reader.today).days if self.due else 0

    @property
    def check_by(self) -> datetime | None:
        """Until when what was submitted should be accepted or returned."""
        return check_by(self.facts, self.task) if self.task else None

    # decisions

    @property
    def decision(self) -> DecisionFact | None:
        known = self.subject.matter == "decision"
        return self.facts.decision(self.subject.key, self.subject.party or 0) if known else None

    @property
    def text_agreed(self) -> str:
        """Who agrees on the text that is to be signed."""
        return agreeing.on_the_text(self.facts, self._context.reader, self.shaped)

    @property
    def after_a_no(self) -> str:
        """Who can do something about a no, as Now names them; "" where it stops nothing."""
        found = after_no.people(self.facts, self.subject.key) if self.decision else ()
        return words.listed((named(one.name) for one in found), self._context.reader, either=True) if found else ""

    @property
    def about(self) -> str:
        """What a decision binds to, in titles."""
        titles = (self.title(key) for key in self.facts.definition.about(self.subject.key))
        return words.listed(titles, self._context.reader) or self.contract

    @property
    def rule(self) -> str:
        """Of the question that is asked, or of the one about the contract; "" where nobody decides on it."""
        gate = self.subject.key if self.decision else agreeing.contract_gate(self.facts)
        return agreeing.rule(self.facts, gate, self._context.reader, self.shaped) if gate else ""

    @property
    def all_agree(self) -> bool:
        """Whether everybody has to agree on the contract."""
        gate = agreeing.contract_gate(self.facts)
        return gate is not None and self.facts.definition.gates[gate][1].rule == "all"

    @property
    def changed(self) -> tuple[str, str]:
        """What made a decision lapse: its title and its version now; "" for a value that was settled."""
        thing, _, versions = ((self.decision and self.decision.changed) or "").partition("=")
        if "." in thing:
            return self.figure(thing), ""
        key = thing.partition("@")[0]
        return (self.title(key) if key in self.facts.definition.tasks else self.contract), versions.partition(">")[2]

    # papers and duties

    @property
    def paper(self) -> str:
        """The key of the short agreement that this is about; "" is the contract."""
        return self.subject.paper

    @property
    def contract(self) -> str:
        """The title of the contract, or of the short agreement."""
        return self.title(self.paper) if self.paper else self.say(self.facts.definition.contract_title)

    @property
    def accedes(self) -> bool:
        """Whether a party is asked to accede to what others have signed."""
        paper = self.subject.task[0] if self.subject.matter == "task" else self.paper
        own = self.subject.party or self.member.party
        return self.subject.matter == "accession" or (
            bool(paper) and own in {party.number for party in self.facts.acceding(paper)})

    @property
    def signed_by(self) -> str:
        """Who has signed what a party accedes to."""
        paper = self.subject.task[0] if self.subject.matter == "task" else self.paper
        return words.listed((self.shaped(party.number) for party in self.facts.signers(paper)), self._context.reader)

    @property
    def version(self) -> str:
        """Of the contract, or of the short agreement."""
        if self.subject.matter in ("contract", "signature"):
            return self.subject.key
        newest = max((one.number for one in self.facts.versions(self.paper)), default=1)
        return str(self.values.get("version", newest))

    @property
    def signed_at(self) -> datetime | None:
        """When the last signature was given under the version it is about."""
        return max((one.at for one in self.facts.signatures if one.ended_at is None
                    and (one.paper, str(one.version)) == (self.paper, self.version)), default=None)

    @property
    def signed_by_reader(self) -> bool:
        """Whether a signature of the reader ended with the version it is about."""
        return any(one.ended_at is not None and one.person == self._context.person
                   and (one.paper, str(one.version)) == (self.paper, self.version) for one in self.facts.signatures)

    @property
    def signs_again(self) -> bool:
        """Whether the reader had signed a version that ended."""
        return any(one.ended_at is not None and one.person == self._context.person and one.paper == self.paper
                   for one in self.facts.signatures)

    @property
    def signatures_gone(self) -> str:
        """The version of the contract that ended with what happened, if somebody had signed it."""
        ended = (one.split()[1].partition(":")[2] for one in self.details.get("consequences", ())
                 if one.startswith("ended contract:"))
        signed = {str(one.version) for one in self.facts.signatures if not one.paper}
        return next((number for number in ended if number in signed), "")

    @property
    def text_changed(self) -> str:
        """What changed, so that the version it is about ended."""
        ended = next((one for one in self.facts.versions(self.paper) if str(one.number) == self.version), None)
        because, _colon, what = (ended.ended_because or "" if ended else "").partition(":")
        match because:
            case "task":
                task, _at, party = what.partition("@")
                return self._("Changed: '%(task)s' of %(party)s.", task=self.title(task), party=self.shaped(int(party)))
            case "clause":
                return self._("Changed: a clause, as all parties agreed.")
            case "wording":
                return self._("Its wording has to change.")
            case "parties":
                return self._("Changed: who takes part.")
            case "replaced":
                return self._("A newer version took its place.")
            case _:
                return ""

    @property
    def fingerprint(self) -> str:
        contract = self.facts.standing(self.paper)
        return grouped(contract.text_sha256[:16]) if contract else ""

    @property
    def unsigned(self) -> str:
        """The parties whose signature is missing."""
        missing = (self.shaped(p.number) for p in self.facts.signers(self.paper)
                   if self.facts.signature(p.number, self.paper) is None)
        return words.listed(missing, self._context.reader)

    @property
    def duty(self) -> DutyFact:
        return next(one for one in self.facts.duties if str(one.number) == self.subject.key)

    @property
    def took_on_at(self) -> str:
        """The question at which a party took it on."""
        return self.say(self.facts.definition.gates[self.duty.gate][1].question) if self.duty.gate else ""

    @property
    def open_duties(self) -> tuple[DutyFact, ...]:
        """What the party it is about still owes, soonest first."""
        return tuple(sorted((one for one in self.facts.duties if one.party == self.subject.party
                             and one.done_at is None), key=lambda one: one.due))

    @property
    def first_duties(self) -> tuple[DutyFact, ...]:
        """The first three that are owed under what was signed; those of the reader's own party before others."""
        reader = self.facts.member(self._context.person)
        own = reader.party if reader else None
        return tuple(sorted(self.facts.duties, key=lambda one: (one.party != own, one.due, one.number))[:3])

    def duty_named(self, duty: DutyFact) -> str:
        return named(duty.what, 120)


def grouped(digits: str) -> str:
    return " ".join(digits[at:at + 4] for at in range(0, len(digits), 4))
