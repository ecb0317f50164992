"""What a mail may say: names, titles and dates of one project as its recipient may read them.

Templates of mails get a ``Letter`` and nothing else. What people typed comes out of it harmless: no address in it can
be followed.
"""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from cocreate import words
from cocreate.digesting import Section, Speaker, count_news, sections
from cocreate.domain.addresses import named, plain, unlinked
from cocreate.domain.assessing import asked
from cocreate.domain.notices import Subject
from cocreate.domain.reminding import check_by, owed
from cocreate.domain.turns import Turn, asked_first
from cocreate.services.digests import Digest
from cocreate.services.letters import MailContext
from cocreate.turn_words import label
from workflows.facts import DecisionFact, DutyFact, Facts, MemberFact, ProposalFact, TaskFact, TaskState
from workflows.guards import accepting
from workflows.texts import say

# The links that carry a secret, and those of mails about an account.
LINKS = {
    "invitation": "/i/{secret}", "invitation_again": "/i/{secret}", "sign_in_link": "/l/{secret}",
    "reset": "/r/{secret}", "welcome": "/r/{secret}", "staff_invitation": "/h/{secret}",
    "password_changed": "/forgot", "new_sign_in": "/account", "second_step_changed": "/account", "test": "/",
    "suggestion": "/desk", "suggestion_answered": "/your-turn", "digest": "/your-turn",
}
# Kinds of mails that may be joined to another -> the act they ask for.
_ASKED = {"ask": "fill_in", "submitted": "check", "entered": "confirm", "decision_asked": "decide",
          "decision_lapsed": "decide_again", "please_sign": "sign", "proposal": "answer", "clause_proposed": "answer"}
MOST_NAMED = 5
SHAPES = "●■⬢◆"
HOLLOW = "⬡◇"


class Letter:
    """What a template may say: names and words of people made harmless, texts in the recipient's language."""

    def __init__(self, context: MailContext, address: str) -> None:
        self._context, self._address = context, address
        self._ = context.reader.gettext
        self.kind, self.values, self.more = context.kind, context.values, context.more

    @property
    def facts(self) -> Facts:
        if self._context.facts is None:
            raise LookupError(f"a mail of kind {self.kind} is about no project")
        return self._context.facts

    @property
    def subject(self) -> Subject:
        return self._context.subject or Subject("project", "")

    # who

    @property
    def recipient(self) -> str:
        return named(self._context.name)

    @property
    def host(self) -> str:
        """Of mails: the name the host chose for them."""
        return named(self._context.head.sender or self._context.host) or "cocreate"

    @property
    def legal_note(self) -> list[str]:
        """Who the host is by law, line by line."""
        return [unlinked(line, "…") for line in self._context.head.legal_note.splitlines() if line.strip()]

    @property
    def who(self) -> str:
        """The person who caused it, "Tom for Renee" where somebody stood in, or the host where nobody did."""
        absent = self.facts.member(self.details.get("stands_for")) if self.details.get("stands_for") else None
        if absent is not None and self._context.sender:
            return self._("%(person)s for %(absent)s", person=named(self._context.sender), absent=named(absent.name))
        return named(self._context.sender) or self.host

    @property
    def sender(self) -> str:
        """As the head of the mail names it: nobody writes to themselves."""
        person = "" if self.by_recipient else named(self._context.sender)
        return self._("%(person)s via %(host)s", person=person, host=self.host) if person else self.host

    @property
    def member(self) -> MemberFact:
        member = self.facts.member(self._context.person)
        if member is None:
            raise LookupError("who is not in a project gets no mail about it")
        return member

    @property
    def has_account(self) -> bool:
        """Whether there is a page where the recipient can choose how often we write: not before accepting."""
        return self.kind != "staff_invitation" if self._context.facts is None else self.member.present

    @property
    def party(self) -> str:
        """The recipient's own."""
        return self.party_name(self.member.party)

    @property
    def of(self) -> str:
        """The party it is about."""
        return self.party_name(self.subject.party)

    @property
    def by_recipient(self) -> bool:
        """Whether it is a receipt for one's own act."""
        happened = self._context.happened
        return happened is not None and happened.actor == self._context.person

    @property
    def actor_party(self) -> str:
        happened = self._context.happened
        return self.party_name(happened.party) if happened and happened.party is not None else self.host

    @property
    def happened_party(self) -> int | None:
        happened = self._context.happened
        return happened.party if happened else None

    @property
    def champions(self) -> str:
        """Of the party it is about, without the recipient."""
        found = (named(m.name) for m in self.facts.people(self.subject.party, "champion")
                 if m.person != self._context.person)
        return words.listed(found, self._context.reader, either=True)

    @property
    def asked(self) -> str:
        """Who was asked for the task, or decides."""
        task = self.task
        people = asked(self.facts, task) if task else ()
        return words.listed(map(self.person, people), self._context.reader) if people else \
            self.people(self.subject.party, "signatory")

    @property
    def asked_is_recipient(self) -> bool:
        """Whether an escalation reaches the very person who was reminded before."""
        task = self.task
        if task and (people := asked(self.facts, task)):
            return people == (self._context.person,)
        part = "champion" if task or self.subject.matter == "duty" else "signatory"
        return all(m.person == self._context.person for m in self.facts.people(self.subject.party, part))

    @property
    def unsigned(self) -> str:
        """The parties whose signature is missing."""
        missing = (self.shaped(p.number) for p in self.facts.signers(self.paper)
                   if self.facts.signature(p.number, self.paper) is None)
        return words.listed(missing, self._context.reader)

    @property
    def waiting(self) -> str:
        """Who waits for the recipient's party: who accepts the task, else all others."""
        task = self.task
        seats = accepting(self.facts, task) if task else ()
        others = seats or tuple(p for p in self.facts.contracting if p.number != self.subject.party)
        return words.listed((self.shaped(p.number) for p in others), self._context.reader) or self.host

    def party_name(self, number: int | None) -> str:
        return "" if number is None else named(self.facts.party(number).name)

    def shaped(self, number: int | None) -> str:
        """A party as on every page: its shape, then its name."""
        if number is None:
            return self.host
        seat = list(self.facts.definition.parties).index(self.facts.party(number).seat)
        shape = SHAPES[seat] if seat < len(SHAPES) else HOLLOW[(seat - 2) % 2]
        return f"{shape}\N{NO-BREAK SPACE}{self.party_name(number)}"

    def people(self, party: int | None, part: str) -> str:
        found = (named(m.name) for m in self.facts.people(party, part))
        return words.listed(found, self._context.reader, either=True)

    def person(self, number: int | None) -> str:
        member = self.facts.member(number)
        return named(member.name) if member else self.host

    # what

    @property
    def project(self) -> str:
        return named(self.facts.project.title, 120)

    @property
    def task(self) -> TaskFact | None:
        known = self.subject.matter in ("task", "check")
        return self.facts.task(self.subject.key, self.subject.party or 0) if known else None

    @property
    def decision(self) -> DecisionFact | None:
        known = self.subject.matter == "decision"
        return self.facts.decision(self.subject.key, self.subject.party or 0) if known else None

    @property
    def thing(self) -> str:
        """The task's title, the gate's question, or the contract's title."""
        definition, key = self.facts.definition, self.subject.key
        match self.subject.matter:
            case "task" | "check":
                return self.say(definition.tasks[key][1].title)
            case "decision":
                return self.say(definition.gates[key][1].question)
            case "contract" | "signature" | "agreement":
                return self.contract
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
    def proposal(self) -> ProposalFact | None:
        known = self.subject.matter == "proposal"
        return next((p for p in self.facts.proposals if known and str(p.number) == self.subject.key), None)

    @property
    def proposed(self) -> str:
        """What a proposal would do, as a part of a sentence."""
        kinds = {
            "withdraw": self._("to withdraw the project"), "add_party": self._("to let a further party in"),
            "waive": self._("to go on without a value"), "settle": self._("which value counts"),
            "charter": self._("words of the charter"), "later": self._("to settle a value later"),
            "strike": self._("to strike a clause"),
        }
        return kinds.get(self.proposal.kind if self.proposal else "", self._("something that needs all parties"))

    @property
    def proposal_reason(self) -> str:
        return self.quote(json.loads(self.proposal.body).get("reason", "")) if self.proposal else ""

    @property
    def moved(self) -> str:
        """The person or the party that a mail about coming and going names."""
        match self.subject.matter:
            case "party":
                return self.party_name(int(self.subject.key))
            case "absence":
                absence = next((a for a in self.facts.absences if str(a.number) == self.subject.key), None)
                return self.person(absence.person if absence else None)
            case _:
                return self.person(int(self.subject.key)) if self.subject.key else ""

    @property
    def moved_party(self) -> str:
        """The party of the person that a mail about coming and going names."""
        member = self.facts.member(int(self.subject.key)) if self.subject.matter == "member" else None
        return self.party_name(member.party) if member and member.party is not None else self.host

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
    def substitute(self) -> str:
        """Who takes over: a part for a time or for good, or the whole project."""
        if self.subject.matter == "member":
            return self.person(int(self.subject.key))
        absence = next((a for a in self.facts.absences if str(a.number) == self.subject.key), None)
        return self.person(absence.substitute if absence else self.facts.project.manager_id)

    @property
    def item(self) -> str:
        """A document by its name, a figure or a clause by its title."""
        definition, key = self.facts.definition, self.subject.key
        if self.subject.matter == "document":
            document = next((one for one in self.facts.documents if str(one.number) == key), None)
            return named(document.name) if document else self._("a document")
        if self.subject.matter == "clause":
            return self.say(definition.clauses[key].title) if key in definition.clauses else self.contract
        _stage, task, field, *_rest = (*key.split("."), "", "")
        known = definition.tasks.get(task)
        return self.say(known[1].fields[field].label) if known and field in known[1].fields else plain(key)

    @property
    def duty(self) -> DutyFact:
        return next(one for one in self.facts.duties if str(one.number) == self.subject.key)

    @property
    def open_duties(self) -> tuple[DutyFact, ...]:
        """What the party it is about still owes, soonest first."""
        return tuple(sorted((one for one in self.facts.duties if one.party == self.subject.party
                             and one.done_at is None), key=lambda one: one.due))

    def duty_named(self, duty: DutyFact) -> str:
        return unlinked(plain(duty.what, 120), "")

    @property
    def waits_outside(self) -> bool:
        task = self.task
        return bool(task and task.outside_until and task.outside_until >= self._context.reader.today)

    @property
    def outsider(self) -> str:
        return self.quote(self.task.outsider) if self.task and self.task.outsider else self._("someone outside")

    @property
    def paper(self) -> str:
        """The key of the short agreement that this is about; "" is the contract."""
        return self.subject.key if self.subject.matter == "agreement" else ""

    @property
    def contract(self) -> str:
        """The title of the contract, or of the short agreement."""
        return self.title(self.paper) if self.paper else self.say(self.facts.definition.contract_title)

    @property
    def version(self) -> str:
        """Of the contract, or of the short agreement."""
        if self.subject.matter in ("contract", "signature"):
            return self.subject.key
        newest = max((one.number for one in self.facts.versions(self.paper)), default=1)
        return str(self.values.get("version", newest))

    @property
    def fingerprint(self) -> str:
        contract = self.facts.standing(self.paper)
        return _grouped(contract.text_sha256[:16]) if contract else ""

    @property
    def why(self) -> str:
        return self.say(self.facts.definition.tasks[self.subject.key][1].why)

    @property
    def minutes(self) -> str:
        return words.minutes(self.facts.definition.tasks[self.subject.key][1].minutes, self._context.reader)

    @property
    def unlocks(self) -> str:
        return self.say(self.facts.definition.tasks[self.subject.key][1].unlocks)

    @property
    def about(self) -> str:
        """What a decision binds to, in titles."""
        titles = (self.title(key) for key in self.facts.definition.about(self.subject.key))
        return words.listed(titles, self._context.reader) or self.contract

    @property
    def rule(self) -> str:
        match self.facts.definition.gates[self.subject.key][1].rule:
            case "all":
                return self._("All parties asked must agree.")
            case "any":
                return self._("One party's agreement is enough.")
            case "one_per_side":
                return self._("Each side must agree.")
            case rule:
                return self._("%(n)s parties must agree.", n=words.number(rule.at_least, self._context.reader))

    @property
    def changed(self) -> tuple[str, str]:
        """What made a decision lapse: its title and its version now."""
        thing, _, versions = ((self.decision and self.decision.changed) or "").partition("=")
        key = thing.partition("@")[0]
        return (self.title(key) if key in self.facts.definition.tasks else self.contract), versions.partition(">")[2]

    @property
    def due(self) -> datetime | None:
        if self.subject.matter in ("check", "signature"):
            matter = owed(self.facts).get(str(self.subject))
            return matter.due_at if matter else None
        asked = self.task or self.decision
        return asked.due_at if asked else None

    @property
    def check_by(self) -> datetime | None:
        """Until when what was submitted should be accepted or returned."""
        return check_by(self.facts, self.task) if self.task else None

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

    @property
    def mine(self) -> str:
        """The first thing the recipient is asked for now."""
        open_ = [t for t in self.facts.tasks if self.member.person in asked(self.facts, t)
                 and t.state in (TaskState.OPEN, TaskState.RETURNED)]
        first = min(open_, key=lambda t: (t.due_at is None, t.due_at), default=None)
        if first is None:
            return ""
        if first.due_at is None:
            return self.title(first.key)
        return self._("%(task)s, by %(date)s", task=self.title(first.key), date=self.day(first.due_at))

    @property
    def first_ask(self) -> str:
        """What an invited person would begin with: title, minutes, date."""
        task = asked_first(self.facts, self.member.person)
        if task is None:
            return ""
        minutes = words.minutes(self.facts.task_of(task).minutes, self._context.reader)
        if task.due_at is None:
            return self._("%(task)s, %(minutes)s", task=self.title(task.key), minutes=minutes)
        return self._("%(task)s, %(minutes)s, by %(date)s", task=self.title(task.key), minutes=minutes,
                      date=self.day(task.due_at))

    @property
    def role(self) -> str:
        """What an invited person would do."""
        for part, said in (("champion", self._("lead for %(party)s (champion)", party=self.party)),
                           ("signatory", self._("decide and sign for %(party)s (signatory)", party=self.party)),
                           ("contributor", self._("contribute for %(party)s", party=self.party)),
                           ("observer", self._("read along for %(party)s", party=self.party))):
            if part in self.member.parts:
                return said
        return self._("help as a neutral person")

    @property
    def gone_on(self) -> bool:
        """Whether it says as well that the project has come to its stage."""
        return any(kind == "gone_on" for kind, _subject, _seq in self._context.also)

    @property
    def also(self) -> str:
        """What else this one mail asks for, named; of many the first."""
        context, speaker = self._context, Speaker(self.facts, self._context.reader)
        named_ = [label(Turn(_ASKED[kind], subject.key, subject.party, None, self.facts.now, mine=True), speaker)
                  for kind, subject, _seq in context.also if subject is not None and kind in _ASKED]
        named_ = [one if many == 1 else context.reader.gettext("%(what)s (%(count)s)", what=one, count=many)
                  for one, many in Counter(named_).items()]
        if (left := len(named_) - MOST_NAMED) > 1:
            named_[MOST_NAMED:] = [context.reader.ngettext("%(num)s more", "%(num)s more", left)]
        return words.listed((f"'{one}'" for one in named_), context.reader) if named_ else ""

    # the digest

    @property
    def digest(self) -> Digest:
        found: Digest = self.more["digest"]
        return found

    @property
    def sections(self) -> tuple[Section, ...]:
        return sections(self.digest, self._context.reader)[0]

    @property
    def left_out(self) -> int:
        return sections(self.digest, self._context.reader)[1]

    @property
    def news(self) -> int:
        return count_news(self.digest)

    # what people wrote

    def quote(self, text: object) -> str:
        """Words of a person; an address in them cannot be followed from our mail."""
        return unlinked(plain(str(text or ""), 1500), self._("(a link; see the project)"))

    @property
    def reason(self) -> str:
        happened = self._context.happened
        return self.quote(happened.words.get("reason", "")) if happened else ""

    @property
    def said(self) -> str:
        """The comment that a mail is about."""
        return self.quote(self.more.get("said", ""))

    @property
    def answers_call(self) -> bool:
        """Whether it is an answer to the recipient's own call for help."""
        task = self.task
        return bool(task and task.helper and task.help_by == self._context.person and self.details.get("call"))

    @property
    def words(self) -> str:
        """What somebody wrote with a no."""
        happened = self._context.happened
        return self.quote(happened.words.get("words", "")) if happened else ""

    @property
    def wanted(self) -> str:
        happened = self._context.happened
        return self.quote(happened.words.get("wanted", "")) if happened else ""

    @property
    def details(self) -> Mapping[str, Any]:
        happened = self._context.happened
        return happened.details if happened else {}

    # when

    def day(self, of: date | datetime) -> str:
        return words.day(of, self._context.reader)

    def day_time(self, of: datetime) -> str:
        return words.day_time(of, self._context.reader)

    def clock(self, of: datetime) -> str:
        return words.clock_time(of, self._context.reader)

    def moment(self, name: str) -> datetime:
        """A moment among the values."""
        return datetime.fromisoformat(self.values[name])

    def date(self, name: str) -> date:
        return date.fromisoformat(self.values[name])

    @property
    def days_left(self) -> int:
        return (words.local_day(self.due, self._context.reader) - self._context.reader.today).days if self.due else 0

    # the frame

    def title(self, task: str) -> str:
        return self.say(self.facts.definition.tasks[task][1].title)

    def say(self, text: Any) -> str:
        return unlinked(plain(say(text, self._context.reader.language), 300), "")

    @property
    def link(self) -> str:
        return self._address + self._path()

    def _path(self) -> str:
        secret = quote(str(self.values.get("secret", "")), safe="")
        if self.kind in LINKS:
            return LINKS[self.kind].format(secret=secret)
        return f"/p/{self.facts.project.ref}{self._place()}"

    def _place(self) -> str:
        """Where in the room the very thing is that a mail is about."""
        key, of = self.subject.key, self.subject.party
        # Several parties may be asked for one task: without its number a page shows the reader's own.
        whose = "" if of in (None, self.member.party) else f"?party={of}"
        by_kind = {"please_sign": "/contract/sign", "signing_code": "/contract/sign", "handed_over": "/people",
                   "nobody_can_act": "/people", "mail_came_back": f"/people/{key}/address"}
        by_matter = {
            "task": f"/tasks/{key}{whose}", "check": f"/tasks/{key}{whose}", "decision": f"/gates/{key}",
            "figure": f"/tasks/{(*key.split('.'), '')[1]}", "document": f"/documents/{key}", "concern": "/concerns",
            "contract": "/contract", "signature": "/contract", "clause": f"/contract/clauses/{key}",
            "proposal": f"/proposals/{key}", "duty": "/duties", "duties": "/duties/who",
            "party": "/people", "member": "/people", "absence": "/people",
        }
        if self.subject.matter == "accession":
            return "/contract/accede"
        if self.answers_call:
            return f"/tasks/{key}/helped?party={of}"
        if self.subject.matter == "agreement":
            return f"/agreements/{key}" + ("/sign" if self.kind == "signing_code" else "")
        if self.kind == "handed_over" and self.subject.matter == "task":
            return by_matter["task"]
        return by_kind.get(self.kind) or by_matter.get(self.subject.matter, "")

    @property
    def because(self) -> str:
        """Why this person gets it; the strongest of what they are."""
        if self._context.facts is None:
            return self._("it is about how you sign in")
        if not self.member.present:
            return self._("%(person)s invited you", person=self.person(self.more.get("by")))
        task = self.task
        if task and self.member.person in asked(self.facts, task):
            return self._("you are asked for it")
        named_by_part = {
            "champion": self._("you lead for %(party)s", party=self.party),
            "signatory": self._("you sign for %(party)s", party=self.party),
            "contributor": self._("you contribute for %(party)s", party=self.party),
            "observer": self._("you read along for %(party)s", party=self.party),
            "facilitator": self._("you are the neutral person of this project"),
            "manager": self._("you look after this project"),
        }
        return next((said for part, said in named_by_part.items() if part in self.member.parts),
                    self._("you are in this project"))

    @property
    def record(self) -> str:
        """How far the record was, so that thousands of mails are witnesses of it."""
        if self._context.facts is None or not self.member.present:
            return ""
        project = self.facts.project
        return self._context.reader.ngettext(
            "Record: %(num)s event, last fingerprint %(head)s", "Record: %(num)s events, last fingerprint %(head)s",
            project.version, head=_grouped(project.head[:32]))


def _grouped(digits: str) -> str:
    return " ".join(digits[at:at + 4] for at in range(0, len(digits), 4))
