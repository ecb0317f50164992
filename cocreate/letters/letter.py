"""A letter whole: what it asks of its reader, the digest, and the frame of every mail."""

from collections import Counter
from collections.abc import Iterable
from urllib.parse import quote

from cocreate import words
from cocreate.domain.addresses import named, plain, unlinked
from cocreate.domain.assessing import asked, is_assessment
from cocreate.domain.hearing import Subject
from cocreate.domain.leading import shared_with
from cocreate.domain.news import REMINDERS
from cocreate.domain.turns import Turn
from cocreate.letters.about import About, grouped
from cocreate.letters.digesting import Section, Speaker, count_news, sections
from cocreate.sentences.invitations import asked_first
from cocreate.sentences.turns import label
from cocreate.services.digests import Digest
from workflows.facts import OWED, DutyFact, TaskState
from workflows.guards import accepting

# The links that carry a secret, and those of mails about an account.
LINKS = {
    "invitation": "/i/{secret}", "invitation_again": "/i/{secret}", "sign_in_link": "/l/{secret}",
    "reset": "/r/{secret}", "welcome": "/r/{secret}", "staff_invitation": "/h/{secret}",
    "password_changed": "/forgot", "new_sign_in": "/account", "second_step_changed": "/account",
    "signed_out": "/account", "test": "/",
    "record_broken": "/admin/health", "projects_taken": "/projects", "projects_given": "/desk",
    "suggestion": "/desk", "suggestion_answered": "/your-turn",
    "digest": "/your-turn",
}
# Where in the room the very thing is that a mail is about: kind, matter ("" is any), place; the first that fits.
_PLACES = (
    ("joined", "member", ""), ("", "accession", "/contract/accede"),
    ("signing_code", "agreement", "/agreements/{key}/{way}"), ("", "agreement", "/agreements/{key}"),
    ("handed_over", "task", "/tasks/{key}{whose}"), ("handed_over", "", "/people"), ("nobody_can_act", "", "/people"),
    ("mail_came_back", "", "/people/{key}/address"), ("contract_ends", "", "/duties"),
    ("please_sign", "", "/contract/sign"), ("signing_code", "", "/contract/sign"),
    ("", "task", "/tasks/{key}{whose}"), ("", "check", "/tasks/{key}{whose}"), ("", "entries", "/tasks/{entries}"),
    ("", "figure", "/tasks/{asked}"), ("", "document", "/documents/{key}"),
    ("", "decision", "/gates/{key}"), ("", "after_no", "/gates/{key}"), ("", "proposal", "/proposals/{key}"),
    ("", "contract", "/contract"), ("", "lacks", "/contract"), ("", "signature", "/contract"),
    ("", "clause", "/contract/clauses/{key}"), ("", "duty", "/duties"), ("", "duties", "/duties/who"),
    ("", "party", "/people"), ("", "member", "/people"), ("", "absence", "/people"), ("", "concern", "/concerns"),
)
# Kinds of mails that may be joined to another -> the act they ask for.
_ACTS = {"ask": "fill_in", "submitted": "check", "entered": "confirm", "decision_asked": "decide",
          "decision_lapsed": "decide_again", "please_sign": "sign", "proposal": "answer", "clause_proposed": "answer"}
# The same of a reminder, by what it is about.
_OWED = {"task": "fill_in", "check": "check", "decision": "decide", "signature": "sign", "agreement": "sign",
         "duty": "duty"}
MOST_NAMED = 5
_SAID, _TALKED_ABOUT = ("help", "comment", "mention"), ("task", "decision", "document", "clause")
_STRONGEST = ("champion", "signatory", "contributor", "facilitator", "manager", "observer")


def _act_of(kind: str, subject: Subject) -> str | None:
    """What a joined mail asks for; None of one that only tells something."""
    if subject.matter == "entries":
        return "write"
    return _ACTS.get(kind) or (_OWED.get(subject.matter) if kind in REMINDERS else None)


class Letter(About):
    """What a template may say: names and words of people made harmless, texts in the recipient's language."""

    # what it asks

    @property
    def champions(self) -> str:
        """Of the party it is about, without the recipient."""
        found = (named(m.name) for m in self.facts.people(self.subject.party, "champion")
                 if m.person != self._context.person)
        return words.listed(found, self._context.reader, either=True)

    @property
    def mine(self) -> str:
        """The first thing the recipient is asked for now."""
        open_ = [t for t in self.facts.tasks if self.member.person in asked(self.facts, t)
                 and t.state in OWED]
        first = min(open_, key=lambda t: (t.due_at is None, t.due_at), default=None)
        if first is None:
            return ""
        if first.due_at is None:
            return self.title(first.key)
        return self._("%(task)s, by %(date)s", task=self.title(first.key), date=self.day(first.due_at))

    @property
    def returned_why(self) -> str:
        """That what a reminder is about was returned, and why; "" of anything else."""
        task = self.task
        if task is None or task.state is not TaskState.RETURNED or not task.reason:
            return ""
        keeping = next((party.number for party in accepting(self.facts, task) if self.keeps(party.number)), None)
        if keeping is not None:
            return f"{self._('It was returned.')} {self.kept_out(keeping)}"
        return self._("It was returned: '%(reason)s'", reason=" ".join(self.quote(task.reason).split()))

    @property
    def asked_first(self) -> str:
        """What an invited person would begin with, in sentences."""
        return " ".join(asked_first(self.facts, self.member.person, self._context.reader, named, self.say))

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
    def is_out(self) -> bool:
        """Whether the recipient is in the project no more."""
        return self.member.left_at is not None

    @property
    def takes_seat(self) -> str:
        """Which seat an invited person's organisation takes; "" for who is of no party."""
        party = self.member.party
        if party is None:
            return ""
        return unlinked(plain(words.seat_taken(self.facts.definition, self.facts.party(party).seat, self.party,
                                               self._context.reader), 300), "…")

    @property
    def gone_on(self) -> bool:
        """Whether it says as well that the project has come to its stage."""
        return any(kind == "gone_on" for kind, _subject, _seq in self._context.also)

    @property
    def ready(self) -> str:
        """The version that it says as well is ready to read; "" where it says nothing of it."""
        return next((subject.key for kind, subject, _seq in self._context.also
                     if kind == "ready_to_read" and subject is not None), "")

    @property
    def each_answers(self) -> bool:
        """Whether it is asked of every person of the party, so that nobody passes it on."""
        return self.task is not None and is_assessment(self.facts, self.task)

    @property
    def deciding_too(self) -> str:
        """The other parties that decide there; of many the first."""
        return self._first(self.shaped(one.party) for one in self.facts.asked_at(self.subject.key)
                           if one.party != self.subject.party)

    @property
    def also(self) -> str:
        """What else this one mail asks for, named; of many the first."""
        context, speaker = self._context, Speaker(self.facts, self._context.reader)
        named_ = [label(Turn(act, subject.key, subject.party, None, self.facts.now, mine=True), speaker)
                  for kind, subject, _seq in context.also
                  if subject is not None and (act := _act_of(kind, subject)) is not None]
        named_ = [one if many == 1 else context.reader.gettext("%(what)s (%(count)s)", what=one, count=many)
                  for one, many in Counter(named_).items()]
        return self._first(f"'{one}'" for one in named_)

    def _first(self, things: Iterable[str]) -> str:
        """A list in words; of a long one its beginning, and how many more there are."""
        reader, found = self._context.reader, list(things)
        if (left := len(found) - MOST_NAMED) > 1:
            found[MOST_NAMED:] = [reader.ngettext("%(num)s more", "%(num)s more", left)]
        return words.listed(found, reader) if found else ""

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

    # the frame

    @property
    def link(self) -> str:
        return self._address + self._path()

    def _path(self) -> str:
        secret = quote(str(self.values.get("secret", "")), safe="")
        if self.kind in LINKS:
            towards = self.values.get("towards")
            return LINKS[self.kind].format(secret=secret) + (f"?to={quote(towards, safe='/')}" if towards else "")
        return f"/p/{self.facts.project.ref}{self._place()}"

    def _place(self) -> str:
        """Where in the room the very thing is that a mail is about."""
        key, of, matter = self.subject.key, self.subject.party, self.subject.matter
        if self.kind == "two_values" and (open_ := self.answerable):
            return f"/proposals/{open_.number}"
        if self.answers_call:
            return f"/tasks/{key}/helped?party={of}"
        way = "accede" if matter == "agreement" and self.accedes else "sign"
        # Several parties may be asked for one task: without its number a page shows the reader's own.
        whose = "" if of in (None, self.member.party) else f"?party={of}"
        place = next((place for kind, about, place in _PLACES if kind in ("", self.kind) and about in ("", matter)), "")
        said = place.format(key=key, way=way, whose=whose, entries="{}?party={}".format(*self.subject.task),
                            asked=(*key.split("."), "")[1])
        return f"{said}#talk" if self.kind in _SAID and matter in _TALKED_ABOUT else said

    @property
    def because(self) -> str:
        """Why this person gets it, and in which project; the strongest of what they are."""
        if self._context.facts is None:
            return self._("it is about how you sign in")
        project = self.project
        if self.is_out:
            return self._("you were in '%(project)s'", project=project)
        if not self.member.present:
            return self._("%(person)s invited you to '%(project)s'", person=self.person(self.more.get("by")),
                          project=project)
        task = self.task
        if task and self.member.person in asked(self.facts, task):
            return self._("you are asked for it in '%(project)s'", project=project)
        if self._only_lent:
            return self._("you stand in for %(absent)s in '%(project)s' until %(day)s", **self._only_lent)
        own = {"party": self.party, "project": project}
        named_by_part = {
            "champion": self._("you lead for %(party)s in '%(project)s'", **own),
            "signatory": self._("you sign for %(party)s in '%(project)s'", **own),
            "contributor": self._("you contribute for %(party)s in '%(project)s'", **own),
            "observer": self._("you read along for %(party)s in '%(project)s'", **own),
            "facilitator": self._("you are the neutral person in '%(project)s'", project=project),
            "manager": self._("'%(project)s' is shared with you", project=project)
            if shared_with(self.facts, self.member) else self._("you look after '%(project)s'", project=project),
        }
        return next((said for part, said in named_by_part.items() if part in self.member.parts),
                    self._("you are in '%(project)s'", project=project))

    @property
    def _only_lent(self) -> dict[str, str]:
        """For whom and until when, where the strongest of what one is here is only lent; else nothing."""
        member = self.member
        running = [one for one in self.facts.absences if one.runs and one.substitute == member.person]
        strongest = next((part for part in _STRONGEST if part in member.parts), "")
        if strongest not in member.lent or not running:
            return {}
        return {"absent": words.listed((self.person(one.person) for one in running), self._context.reader),
                "day": self.day(max(one.until for one in running)), "project": self.project}

    @property
    def record(self) -> str:
        """How far the record was, so that thousands of mails are witnesses of it."""
        if self._context.facts is None or not self.member.present:
            return ""
        project = self.facts.project
        return self._context.reader.ngettext(
            "Record: %(num)s event, last fingerprint %(head)s", "Record: %(num)s events, last fingerprint %(head)s",
            project.version, head=grouped(project.head[:32]))


class Headline(Letter):
    """What a subject says: the same, but a phone shows only its beginning, and the project has to be in it."""

    @property
    def project(self) -> str:
        return brief(super().project, 40)

    @property
    def thing(self) -> str:
        return super().thing if self.subject.matter == "proposal" else brief(super().thing, 60)

    @property
    def contract(self) -> str:
        return brief(super().contract, 60)

    @property
    def who(self) -> str:
        return brief(super().who, 30)

    def party_name(self, number: int | None) -> str:
        return brief(super().party_name(number), 30)

    def figure(self, path: str) -> str:
        return brief(super().figure(path), 50)

    def clause(self, key: str) -> str:
        return brief(super().clause(key), 50)

    def duty_named(self, duty: DutyFact) -> str:
        return brief(super().duty_named(duty), 60)


def brief(text: str, most: int) -> str:
    """Cut after a word, where one ends late enough."""
    if len(text) <= most:
        return text
    cut = text[:most - 1]
    return f"{cut[:end] if (end := cut.rfind(' ')) > most // 2 else cut}…"
