"""The lines of a digest: turns, news and dates as half sentences, in the reader's language; no words of people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cocreate import words
from cocreate.domain.addresses import named, plain, unlinked
from cocreate.domain.outlook import Coming
from cocreate.domain.turns import Turn
from cocreate.sentences.turns import label
from cocreate.services.digests import Digest, Line
from cocreate.words import Reader
from workflows.facts import AbsenceFact, Facts, Notice
from workflows.texts import say

MOST = 10  # lines of one digest
PER_PROJECT = 4  # half sentences of one line


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and what stands below it."""

    heading: str
    rows: tuple[str, ...]


def sections(digest: Digest, reader: Reader) -> tuple[tuple[Section, ...], int]:
    """The sections that have something, and how many further lines there would be."""
    _ = reader.gettext
    yesterday = digest.since is None or (reader.today - words.local_day(digest.since, reader)).days <= 1
    since = "" if yesterday or digest.since is None else words.day(digest.since, reader)
    wanted = ((_("Your turn"), [_turn(turn, facts, reader) for turn, facts in digest.turns]),
              (_("New since %(day)s", day=since) if since else _("New since yesterday"), _news(digest.news, reader)),
              (_("Coming up this week"), [_coming(one, reader) for one in digest.coming]))
    left, found = MOST, []
    for heading, rows in wanted:
        if rows[:left]:
            found.append(Section(heading, tuple(rows[:left])))
        left -= len(rows[:left])
    return tuple(found), sum(len(rows) for _heading, rows in wanted) - MOST + left


def count_news(digest: Digest) -> int:
    return sum(1 + line.more for line in digest.news)


def _turn(turn: Turn, facts: Facts, reader: Reader) -> str:
    said = label(turn, Speaker(facts, reader))
    values = {"what": said, "project": named(facts.project.title, 120)}
    if turn.due_at is None:
        return reader.gettext("%(what)s (%(project)s)", **values)
    if turn.due_at < reader.now:
        return reader.gettext("%(what)s (%(project)s), was due %(day)s", day=words.day(turn.due_at, reader), **values)
    return reader.gettext("%(what)s (%(project)s), due %(day)s", day=words.day(turn.due_at, reader), **values)


def _coming(coming: Coming, reader: Reader) -> str:
    speaker = Speaker(coming.facts, reader)
    what = {"task": speaker.task, "decision": speaker.question, "duty": speaker.duty}[coming.what](coming.key)
    return reader.gettext("%(day)s, %(party)s: %(what)s (%(project)s)", day=words.day(coming.day, reader), what=what,
                          party=speaker.party(coming.party), project=named(coming.facts.project.title, 120))


def _news(lines: Iterable[Line], reader: Reader) -> list[str]:
    """One row per project, in the order in which the first thing happened."""
    by_project: dict[int, list[Line]] = {}
    for line in lines:
        by_project.setdefault(line.facts.project.id, []).append(line)
    return [_of_project(found, reader) for found in by_project.values()]


def _of_project(lines: list[Line], reader: Reader) -> str:
    said = list(dict.fromkeys(_said(line, reader) for line in lines))
    told = "; ".join(said[:PER_PROJECT])
    if more := len(said) - PER_PROJECT if len(said) > PER_PROJECT else 0:
        told = reader.ngettext("%(told)s; and %(num)s more", "%(told)s; and %(num)s more", more, told=told)
    return reader.gettext("%(project)s: %(told)s", project=named(lines[0].facts.project.title, 120), told=told)


def _said(line: Line, reader: Reader) -> str:
    said = PHRASES[line.kind](Speaker(line.facts, reader), line)
    return said if not line.more else reader.ngettext(
        "%(said)s and %(num)s more of this kind", "%(said)s and %(num)s more of this kind", line.more, said=said)


class Speaker:
    """Names of one project before one reader, harmless."""

    def __init__(self, facts: Facts, reader: Reader) -> None:
        self.facts, self.reader, self.gettext = facts, reader, reader.gettext

    def party(self, number: int | None) -> str:
        found = next((party for party in self.facts.parties if party.number == number), None)
        return named(found.name) if found else self.gettext("the host")

    def person(self, key: str) -> str:
        member = self.facts.member(int(key)) if key.isdecimal() else None
        return named(member.name) if member else self.gettext("somebody")

    def day(self, turn: Turn) -> str:
        return words.day(turn.since, self.reader)

    def task(self, key: str) -> str:
        return self._say(self.facts.definition.tasks[key][1].title)

    def question(self, key: str) -> str:
        return self._say(self.facts.definition.gates[key][1].question)

    def stage(self, key: str) -> str:
        return self._plain(words.stage(self.facts.definition, key, self.reader))

    def seat(self, key: str) -> str:
        return self._say(self.facts.definition.parties[key].name)

    def duty(self, key: str) -> str:
        return self._plain(next((duty.what for duty in self.facts.duties if str(duty.number) == key), ""))

    def wanted(self, _turn: Turn) -> str:
        return self.gettext("a colleague")

    def proposal(self, _key: str) -> str:
        return self.gettext("Answer a proposal")

    def document(self, key: str) -> str:
        found = next((one for one in self.facts.documents if str(one.number) == key), None)
        return self._plain(found.name) if found else self.gettext("a document")

    def figure(self, path: str) -> str:
        stage, _, rest = path.partition(".")
        task, _, field = rest.partition(".")
        found = self.facts.definition.tasks.get(task)
        known = found[1].fields.get(field.partition(".")[0]) if found and found[0] == stage else None
        return self._say(known.label) if known else self._plain(path)

    def thing(self, line: Line) -> str:
        """The task, the question, the contract or the duty that a line is about, in quotes."""
        key = line.subject.key
        match line.subject.matter:
            case "task" | "check" | "agreement" | "entries":
                return f"'{self.task(key.partition('@')[0])}'"
            case "decision":
                return f"'{self.question(key)}'"
            case "duty":
                return f"'{self.duty(key)}'"
            case "signature" | "contract":
                return self.gettext("the contract")
            case _:
                return self.gettext("the project")

    def absence(self, line: Line) -> AbsenceFact | None:
        """The time in which somebody stands in."""
        known = line.subject.matter == "absence"
        return next((one for one in self.facts.absences if known and str(one.number) == line.subject.key), None)

    def who(self, line: Line) -> str:
        """The person or the party that came, went or was invited."""
        key = line.subject.key
        match line.subject.matter:
            case "party":
                return self.party(int(key))
            case "absence":
                absence = self.absence(line)
                return self.person(str(absence.substitute)) if absence else self.gettext("somebody")
            case "project":
                return self.person(str(self.facts.project.manager_id))
            case _:
                return self.person(key)

    def _say(self, text: object) -> str:
        return self._plain(say(text, self.reader.language))  # type: ignore[arg-type]  # every text of a definition

    @staticmethod
    def _plain(text: str) -> str:
        return unlinked(plain(text, 200), "")


Phrase = Callable[[Speaker, Line], str]


def _of(text: str) -> Phrase:
    """A phrase with the party and the thing of the line."""
    def said(s: Speaker, line: Line) -> str:
        return s.gettext(text, party=s.party(line.subject.party), thing=s.thing(line))
    return said


def _about_people(text: str) -> Phrase:
    def said(s: Speaker, line: Line) -> str:
        return s.gettext(text, who=s.who(line))
    return said


def _plainly(text: str) -> Phrase:
    def said(s: Speaker, _line: Line) -> str:
        return s.gettext(text)
    return said


def _(text: str) -> str:
    """Marks a text for translation; it is translated when it is said."""
    return text


def _document(text: str) -> Phrase:
    def said(s: Speaker, line: Line) -> str:
        found = next((one for one in s.facts.documents if str(one.number) == line.subject.key), None)
        return s.gettext(text, party=s.party(found.party if found else None), name=s.document(line.subject.key))
    return said


def _figure(text: str) -> Phrase:
    def said(s: Speaker, line: Line) -> str:
        return s.gettext(text, figure=s.figure(line.subject.key))
    return said


def _stage(text: str) -> Phrase:
    def said(s: Speaker, line: Line) -> str:
        return s.gettext(text, stage=s.stage(line.subject.key))
    return said


_ENDED, _WENT_ON = _("%(party)s says that it ends: %(thing)s"), _("%(party)s says that it goes on: %(thing)s")


def _outcome(s: Speaker, line: Line) -> str | None:
    return next((duty.outcome for duty in s.facts.duties if str(duty.number) == line.subject.key), None)


# Every kind that anybody hears of by digest.
PHRASES: dict[str, Phrase] = {
    "invitation": _about_people(_("%(who)s was invited")),
    "invitation_accepted": _about_people(_("%(who)s came in")),
    "ask": _of(_("%(party)s is asked for %(thing)s")),
    "overdue": _of(_("%(thing)s from %(party)s is late")),
    "escalation": _of(_("%(thing)s from %(party)s is late, and its champion was asked to help")),
    "submitted": _of(_("%(party)s submitted %(thing)s")),
    "entered": _of(_("%(thing)s was entered for %(party)s, which has not confirmed it")),
    "returned": _of(_("%(thing)s went back to %(party)s with a reason")),
    "accepted": _of(_("%(thing)s from %(party)s was accepted")),
    "document_shared": _document(_("%(party)s shared '%(name)s'")),
    "document_changed": _document(_("who sees '%(name)s' of %(party)s has changed")),
    "help_ended": _of(_("%(party)s needs no help with %(thing)s any more")),
    "two_values": _figure(_("there are two values for '%(figure)s'")),
    "settled": _figure(_("'%(figure)s' is settled")),
    "decision_asked": _of(_("%(party)s is asked to decide %(thing)s")),
    "decision_agreed": _of(_("%(party)s agrees: %(thing)s")),
    "taken_on": _of(_("%(party)s does something about a question: %(thing)s")),
    "decision_lapsed": _of(_("%(party)s decides again: %(thing)s")),
    "decision_rests": _of(_("what %(party)s decided lapsed, and can be decided again once it is mended: %(thing)s")),
    "gone_on": _stage(_("now in %(stage)s")),
    "gone_back": _stage(_("back to %(stage)s")),
    "hold": _plainly(_("put on hold")),
    "resumed": _plainly(_("going on again")),
    "waiting_outside": _of(_("%(party)s waits for someone outside with %(thing)s")),
    "nobody_can_act": lambda s, line: (
        s.gettext(_("the seat '%(seat)s' is empty"), seat=s.seat(line.subject.key)) if line.subject.matter == "seat"
        else _of(_("nobody at %(party)s can act on %(thing)s"))(s, line)),
    "clause_proposed": _plainly(_("a clause is to change")),
    "clause_objected": _plainly(_("a change of a clause was not agreed")),
    "ready_to_read": _plainly(_("the contract is ready to read")),
    "please_sign": _of(_("%(party)s is asked to sign")),
    "signed": _of(_("%(party)s has signed")),
    "joined": _about_people(_("%(who)s joined")),
    "left": _about_people(_("%(who)s has left")),
    "handed_over": lambda s, line: (
        s.gettext(_("%(who)s stands in until %(day)s"), who=s.who(line), day=words.day(absence.until, s.reader))
        if (absence := s.absence(line)) else _about_people(_("%(who)s takes over"))(s, line)),
    "notice_given": _of(_("notice was given, and %(party)s has nothing left to decide: %(thing)s")),
    "notice_back": _of(_("a notice was taken back, and %(party)s decides again: %(thing)s")),
    "decided": lambda s, line: _of(_ENDED if _outcome(s, line) == Notice.ENDS else _WENT_ON)(s, line),
    "decided_back": _of(_("%(party)s took back what it decided: %(thing)s")),
    "duty_back": _of(_("%(party)s took back that it is done: %(thing)s")),
    "duty_doubted": _of(_("not seen done by all, though %(party)s reported it: %(thing)s")),
    "duty_seen": _of(_("seen done by all now, as %(party)s reported it: %(thing)s")),
    "duty_due": _of(_("%(thing)s from %(party)s is due")),
    "duty_overdue": _of(_("%(thing)s from %(party)s is late")),
    "still_you": _of(_("%(party)s was asked who looks after its duties")),
    "template_corrected": _plainly(_("texts of the template were corrected")),
    "migrated": _plainly(_("the project moved to a newer template")),
}
