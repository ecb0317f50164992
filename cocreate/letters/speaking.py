"""How a mail speaks: names, words and days as its reader may read them; what people typed comes out of it harmless."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from cocreate import words
from cocreate.domain.addresses import gapped, named, plain, unlinked
from cocreate.domain.hearing import Subject
from cocreate.services.letters import MailContext
from workflows.facts import Facts, MemberFact
from workflows.texts import say

SHAPES = "●■⬢◆"
HOLLOW = "⬡◇"
# Of those about an account.
FROM_A_PERSON = frozenset({"staff_invitation", "suggestion", "suggestion_answered", "projects_taken", "projects_given"})


class Speaking:
    """Who writes to whom, in the recipient's language and days."""

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
        """The person who caused it, "Tom in place of Renee" where somebody stood in, or the host where nobody did."""
        absent = self.facts.member(self.details.get("stands_for")) if self.details.get("stands_for") else None
        if absent is not None and self._context.sender:
            return self._("%(person)s in place of %(absent)s", person=named(self._context.sender),
                          absent=named(absent.name))
        if self.administrator:
            return words.administrator(named(self.administrator), self.host, self._context.reader)
        return named(self._context.sender) or self.host

    @property
    def administrator(self) -> str:
        """Who caused it for the host without a place in the project."""
        happened = self._context.happened
        return str(happened.words.get("by", "")) if happened and happened.actor is None else ""

    @property
    def of_account(self) -> str:
        """The administrator who caused a mail about an account; the host where it was its operator."""
        who, host = named(self.values["who"]), named(self.values["host"])
        return words.administrator(who, host, self._context.reader) if who else host

    @property
    def titles(self) -> str:
        """The projects that a mail about an account names, and how many more there are."""
        reader, found = self._context.reader, [f"'{named(one, 120)}'" for one in self.values["titles"]]
        if (left := self.values["count"] - len(found)) > 0:
            found.append(reader.ngettext("%(num)s more", "%(num)s more", left))
        return words.listed(found, reader)

    @property
    def sender(self) -> str:
        """As the head of the mail names it: nobody writes to themselves."""
        if self.kind in FROM_A_PERSON:
            person, host = named(self.values["who"]), named(self.values.get("host", "")) or self.host
        else:
            person, host = "" if self.by_recipient else named(self._context.sender), self.host
        return self._("%(person)s via %(host)s", person=person, host=host) if person else host

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

    # naming

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

    def title(self, task: str) -> str:
        return self.say(self.facts.definition.tasks[task][1].title)

    def say(self, text: Any) -> str:
        return unlinked(plain(say(text, self._context.reader.language), 300), "")

    # what people wrote

    def quote(self, text: object) -> str:
        """Words of a person; an address in them cannot be followed from our mail."""
        return gapped(unlinked(plain(str(text or ""), 1500), self._("(a link; see the project)")))

    def keeps(self, party: int | None) -> bool:
        """Whether what the people of this party write stays out of mails."""
        return party is not None and not self.facts.party(party).words_by_mail

    def kept_out(self, party: int | None) -> str:
        return self._("The words are there to read in the project: %(party)s keeps them out of mails.",
                      party=self.party_name(party))

    def written(self, text: object, person: int | None) -> str:
        """A paragraph with somebody's words; where their party keeps them out of mails, that they can be read."""
        words, member = self.quote(text), self.facts.member(person)
        party = member.party if member else None
        if words and self.keeps(party):
            return self.kept_out(party)
        return f"> {words}" if words else ""

    def _with_event(self, name: str) -> str:
        happened = self._context.happened
        return self.written(happened.words.get(name), happened.actor) if happened else ""

    @property
    def reason(self) -> str:
        return self._with_event("reason")

    @property
    def returned_because(self) -> str:
        """Why what is to be checked again had been returned."""
        return self.written(self.more.get("reason"), self.more.get("by"))

    @property
    def reply(self) -> str:
        """What was written with what is to be checked again."""
        return self._with_event("reply")

    @property
    def said(self) -> str:
        """The comment that a mail is about."""
        return self.written(self.more.get("said"), self.more.get("by"))

    @property
    def words(self) -> str:
        """What somebody wrote with a no, or when they passed a task on."""
        return self._with_event("words")

    @property
    def passed_on(self) -> bool:
        """Whether somebody passed on to the recipient what is asked."""
        happened = self._context.happened
        return happened is not None and happened.act == "pass_on" and not happened.details.get("asks")

    @property
    def wanted(self) -> str:
        """What would help; where it is kept out of mails, the reason before it says so."""
        return found if (found := self._with_event("wanted")).startswith("> ") else ""

    @property
    def greeting(self) -> str:
        """Of an invitation; whoever keeps words out of mails is read on its page."""
        found = self.written(self.more.get("greeting"), self.more.get("by"))
        return found if found.startswith("> ") else ""

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
