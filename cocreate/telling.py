"""The one place where a line of the record becomes a sentence: past tense, the actor first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cocreate import words
from cocreate.domain.topics import Topic
from cocreate.services.records import Line
from cocreate.words import Reader
from workflows.facts import Facts
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Told:
    """One event as a reader sees it. ``also`` is what followed of itself."""

    seq: int
    moment: datetime
    sentence: str
    party: int | None
    detail: str
    also: tuple[str, ...]
    hash: str


def tell(line: Line, facts: Facts, reader: Reader) -> Told:
    """The sentence of an event; of one the reader may not see, that there was one."""
    if not line.act:
        return Told(line.seq, line.at, reader.gettext("An event that another party keeps to itself."), None, "", (),
                    line.hash)
    speaker = _Speaker(line, facts, reader)
    sentence = TELLINGS.get(line.act, _other)(speaker)
    also = tuple(_consequence(speaker, one) for one in line.details.get("consequences", ()))
    return Told(line.seq, line.at, sentence, line.party, str(line.personal.get("reason") or ""), also, line.hash)


class _Speaker:
    """One event before one reader: its values as words."""

    def __init__(self, line: Line, facts: Facts, reader: Reader) -> None:
        self.line, self.facts, self.reader = line, facts, reader
        self.details: Mapping[str, Any] = line.details

    def gettext(self, text: str, **values: object) -> str:
        return self.reader.gettext(text, who=self.who, **values)

    @property
    def who(self) -> str:
        if self.details.get("actor") is None:
            return "cocreate"
        name = self.line.actor or self.reader.gettext("Somebody whose name was erased")
        if (absent := self.details.get("stands_for")) is not None:
            return self.reader.gettext("%(person)s for %(absent)s", person=name, absent=self.member(absent))
        return name

    def named(self, key: str = "name", person: str = "person") -> str:
        """A person the event is about: by the name it had then, or has now."""
        return self.line.personal.get(key) or self.member(self.details.get(person))

    def day(self, key: str) -> str:
        return words.day(date.fromisoformat(self.details[key]), self.reader)

    def party(self, number: int | None) -> str:
        return next((p.name for p in self.facts.parties if p.number == number), "")

    def task(self) -> str:
        found = self.facts.definition.tasks.get(self.details.get("task", ""))
        return say(found[1].title, self.reader.language) if found else str(self.details.get("task", ""))

    def question(self, key: str) -> str:
        found = self.facts.definition.gates.get(key)
        return say(found[1].question, self.reader.language) if found else key

    def document(self) -> str:
        name = self.line.personal.get("name")
        return f"'{name}'" if name else self.reader.gettext("a document")

    def topic(self) -> str:
        """What was talked about: the task, the question, the document."""
        topic = Topic.parse(str(self.details.get("topic", "")))
        kind, key = (topic.kind, topic.key) if topic else ("", "")
        if kind in ("task", "field") and key in self.facts.definition.tasks:
            return f"'{say(self.facts.definition.tasks[key][1].title, self.reader.language)}'"
        if kind == "gate":
            return f"'{self.question(key)}'"
        if kind == "clause" and key in self.facts.definition.clauses:
            return f"'{say(self.facts.definition.clauses[key].title, self.reader.language)}'"
        return self.reader.gettext("a document") if kind == "document" else self.reader.gettext("the project")

    def stage(self, key: str) -> str:
        return self.facts.definition.stage_name(key, self.reader.language)

    def member(self, person: object) -> str:
        member = self.facts.member(person if isinstance(person, int) else None)
        return member.name if member else self.reader.gettext("somebody")


TELLINGS: dict[str, Callable[[_Speaker], str]] = {}


def _tells(act: str) -> Callable[[Callable[[_Speaker], str]], Callable[[_Speaker], str]]:
    def register(function: Callable[[_Speaker], str]) -> Callable[[_Speaker], str]:
        TELLINGS[act] = function
        return function

    return register


def _other(s: _Speaker) -> str:
    return s.gettext("%(who)s: %(act)s.", act=s.line.act.replace("_", " "))


@_tells("open")
def _open(s: _Speaker) -> str:
    return s.gettext("%(who)s opened the project.")


@_tells("submit")
def _submit(s: _Speaker) -> str:
    return s.gettext("%(who)s submitted '%(task)s', version %(number)s, for %(party)s.", task=s.task(),
                     number=s.details["number"], party=s.party(s.line.party))


@_tells("take_back")
def _take_back(s: _Speaker) -> str:
    return s.gettext("%(who)s took '%(task)s' back to change it.", task=s.task())


@_tells("accept")
def _accept(s: _Speaker) -> str:
    return s.gettext("%(who)s accepted '%(task)s' from %(giver)s, version %(number)s, for %(party)s.", task=s.task(),
                     giver=s.party(s.details["of"]), number=s.details["number"], party=s.party(s.line.party))


@_tells("return")
def _return(s: _Speaker) -> str:
    return s.gettext("%(who)s returned '%(task)s' to %(giver)s with a reason.", task=s.task(),
                     giver=s.party(s.details["of"]))


@_tells("decide")
def _decide(s: _Speaker) -> str:
    values = {"question": s.question(s.details["gate"]), "party": s.party(s.line.party)}
    match s.details["answer"]:
        case "agreed":
            return s.gettext("%(who)s agreed for %(party)s: '%(question)s'", **values)
        case "reserved":
            return s.gettext("%(who)s agreed for %(party)s with a reservation: '%(question)s'", **values)
        case _:
            return s.gettext("%(who)s did not agree for %(party)s: '%(question)s'", **values)


@_tells("go_on")
def _go_on(s: _Speaker) -> str:
    stage = s.stage(s.details["to"])
    if s.details.get("back"):
        return s.gettext("%(who)s took the project back to %(stage)s.", stage=stage)
    return s.gettext("%(who)s took the project on to %(stage)s.", stage=stage)


@_tells("report_duty")
def _report_duty(s: _Speaker) -> str:
    return s.gettext("%(who)s reported for %(party)s as done: %(what)s", what=s.details["what"],
                     party=s.party(s.line.party))


@_tells("freeze")
def _freeze(s: _Speaker) -> str:
    return s.gettext("%(who)s made version %(version)s of the contract ready to read.", version=s.details["version"])


@_tells("send_code")
def _send_code(s: _Speaker) -> str:
    return s.gettext("%(who)s asked for a code to sign version %(version)s.", version=s.details["version"])


@_tells("sign")
def _sign(s: _Speaker) -> str:
    signed = s.gettext("%(who)s signed version %(version)s for %(party)s.", version=s.details["version"],
                       party=s.party(s.line.party))
    return f"{signed} {s.gettext('All have signed.')}" if s.details.get("last") else signed


@_tells("refuse_to_sign")
def _refuse_to_sign(s: _Speaker) -> str:
    return s.gettext("%(who)s did not sign version %(version)s for %(party)s.", version=s.details["version"],
                     party=s.party(s.line.party))


@_tells("seal")
def _seal(s: _Speaker) -> str:
    return s.gettext("The seal of the host was put on version %(version)s.", version=s.details["version"])


@_tells("invite")
def _invite(s: _Speaker) -> str:
    name = s.line.personal.get("invited") or s.member(s.details.get("person"))
    return s.gettext("%(who)s invited %(name)s for %(party)s.", name=name, party=s.party(s.details["party"]))


@_tells("accept_invitation")
def _accept_invitation(s: _Speaker) -> str:
    name = s.line.personal.get("name") or s.member(s.details.get("person"))
    return s.reader.gettext("%(name)s came in for %(party)s.", name=name, party=s.party(s.line.party))


@_tells("decline_invitation")
def _decline_invitation(s: _Speaker) -> str:
    return s.reader.gettext("%(name)s declined the invitation for %(party)s.",
                            name=s.member(s.details.get("person")), party=s.party(s.line.party))


@_tells("resend_invitation")
def _resend(s: _Speaker) -> str:
    return s.gettext("%(who)s sent %(name)s a new link.", name=s.named())


@_tells("withdraw_invitation")
def _withdraw_invitation(s: _Speaker) -> str:
    return s.gettext("%(who)s took the invitation of %(name)s back.", name=s.named())


@_tells("correct_address")
def _correct_address(s: _Speaker) -> str:
    return s.gettext("%(who)s corrected the address of %(name)s and invited them there.", name=s.named())


@_tells("change_parts")
def _change_parts(s: _Speaker) -> str:
    named = {"champion": s.reader.gettext("champion"), "signatory": s.reader.gettext("signatory"),
             "contributor": s.reader.gettext("contributor"), "observer": s.reader.gettext("observer")}
    return s.gettext("%(who)s made %(name)s %(parts)s of %(party)s.", name=s.named(), party=s.party(s.line.party),
                     parts=words.listed((named[part] for part in s.details["parts"]), s.reader))


@_tells("remove_member")
def _remove_member(s: _Speaker) -> str:
    said = s.gettext("%(who)s removed %(name)s from %(party)s.", name=s.named(), party=s.party(s.line.party))
    if s.details.get("to"):
        return f"{said} {s.gettext('Open tasks went to %(to)s.', to=s.member(s.details['to']))}"
    return said


@_tells("hand_over_project")
def _hand_over_project(s: _Speaker) -> str:
    return s.gettext("%(who)s handed the project over to %(to)s.", to=s.named("to", "to"))


@_tells("substitute")
def _substitute(s: _Speaker) -> str:
    values = {"name": s.named("person", "person"), "to": s.named("to", "to")}
    if s.details["actor"] == s.details["person"]:
        if "until" not in s.details:
            return s.gettext("%(who)s handed the own part over to %(to)s for good.", **values)
        return s.gettext("%(who)s handed the own part over to %(to)s from %(starts)s until %(until)s.", **values,
                         starts=s.day("starts"), until=s.day("until"))
    if "until" not in s.details:
        return s.gettext("%(who)s handed the part of %(name)s over to %(to)s for good.", **values)
    return s.gettext("%(who)s handed the part of %(name)s over to %(to)s from %(starts)s until %(until)s.", **values,
                     starts=s.day("starts"), until=s.day("until"))


@_tells("turn_absence")
def _turn_absence(s: _Speaker) -> str:
    values = {"name": s.member(s.details.get("person")), "to": s.member(s.details.get("to"))}
    if s.details["begins"]:
        return s.gettext("%(to)s stands in for %(name)s from today.", **values)
    return s.gettext("%(name)s is back; %(to)s does not stand in any more.", **values)


@_tells("come_back")
def _come_back(s: _Speaker) -> str:
    return s.gettext("%(who)s ended the time in which %(to)s stood in for %(name)s.",
                     name=s.member(s.details.get("person")), to=s.member(s.details.get("to")))


@_tells("hold")
def _hold(s: _Speaker) -> str:
    return s.gettext("%(who)s put the project on hold until %(day)s.", day=s.day("until"))


@_tells("resume")
def _resume(s: _Speaker) -> str:
    return s.gettext("%(who)s resumed the project.") + _moved(s)


@_tells("expire")
def _expire(s: _Speaker) -> str:
    return s.gettext("The hold was over; the project goes on.") + _moved(s)


def _moved(s: _Speaker) -> str:
    days = s.details.get("days", 0)
    if not days:
        return ""
    return " " + s.reader.ngettext("Open dates moved by %(num)s working day.",
                                   "Open dates moved by %(num)s working days.", days)


@_tells("decline")
def _decline(s: _Speaker) -> str:
    return s.gettext("%(who)s declined for %(party)s; the project ended for all.", party=s.party(s.line.party))


@_tells("withdraw_early")
def _withdraw_early(s: _Speaker) -> str:
    return s.gettext("%(who)s withdrew the project before anybody else had come in.")


@_tells("leave")
def _leave(s: _Speaker) -> str:
    return s.gettext("%(who)s left with %(party)s; the project goes on.", party=s.party(s.line.party))


def _proposed(s: _Speaker) -> str:
    """What a proposal is about, as a part of a sentence."""
    return {
        "withdraw": s.reader.gettext("to withdraw the project"),
        "add_party": s.reader.gettext("to let a further party in"),
        "waive": s.reader.gettext("to go on without a value"), "settle": s.reader.gettext("which value counts"),
        "charter": s.reader.gettext("words of the charter"), "later": s.reader.gettext("to settle a value later"),
        "strike": s.reader.gettext("to strike a clause"),
    }.get(s.details["kind"], str(s.details["kind"]))


@_tells("propose")
def _propose(s: _Speaker) -> str:
    return s.gettext("%(who)s proposed %(what)s.", what=_proposed(s)) + _agreed_by_all(s)


@_tells("answer")
def _answer(s: _Speaker) -> str:
    values = {"what": _proposed(s), "party": s.party(s.line.party)}
    if not s.details["agree"]:
        return s.gettext("%(who)s did not agree for %(party)s: %(what)s.", **values)
    return s.gettext("%(who)s agreed for %(party)s: %(what)s.", **values) + _agreed_by_all(s)


def _agreed_by_all(s: _Speaker) -> str:
    said = s.reader.gettext("All have agreed.") if s.details.get("all") else ""
    if s.details.get("joined"):
        said += " " + s.reader.gettext("%(party)s came in.", party=s.party(s.details["joined"]))
    return f" {said}" if said else ""


@_tells("nudge")
def _nudge(s: _Speaker) -> str:
    people = words.listed((s.member(person) for person in s.details["persons"]), s.reader)
    return s.gettext("%(who)s nudged %(people)s of %(party)s.", people=people, party=s.party(s.details["of"]))


# tasks beside giving and accepting


@_tells("pass_on")
def _pass_on(s: _Speaker) -> str:
    name = s.line.personal.get("invited") or s.line.personal.get("name") or s.member(s.details.get("to"))
    if s.details.get("asks"):
        return s.gettext("%(who)s proposed to invite %(name)s for '%(task)s'.", name=name, task=s.task())
    if s.details.get("invited"):
        return s.gettext("%(who)s passed '%(task)s' to %(name)s and invited them.", name=name, task=s.task())
    return s.gettext("%(who)s passed '%(task)s' to %(name)s.", name=name, task=s.task())


@_tells("answer_pass")
def _answer_pass(s: _Speaker) -> str:
    name = s.line.personal.get("invited") or s.line.personal.get("name") or s.member(s.details.get("to"))
    if s.details.get("invited"):
        return s.gettext("%(who)s agreed to invite %(name)s, who is asked for '%(task)s' now.", name=name,
                         task=s.task())
    return s.gettext("%(who)s did not agree to invite %(name)s for '%(task)s'.", name=name, task=s.task())


@_tells("wait_outside")
def _wait_outside(s: _Speaker) -> str:
    outsider = s.line.personal.get("outsider") or s.reader.gettext("somebody outside")
    return s.gettext("%(who)s said that '%(task)s' waits for %(outsider)s until %(date)s.", task=s.task(),
                     outsider=outsider, date=s.day("until"))


@_tells("end_wait")
def _end_wait(s: _Speaker) -> str:
    if s.details.get("actor") is None:
        return s.reader.gettext("'%(task)s' waited until %(date)s; it is asked again.", task=s.task(),
                                date=s.day("until"))
    return s.gettext("%(who)s ended the wait of '%(task)s'.", task=s.task())


@_tells("enter_for")
def _enter_for(s: _Speaker) -> str:
    return s.gettext("%(who)s entered '%(task)s' for %(party)s, version %(number)s; not confirmed.", task=s.task(),
                     party=s.party(s.details["of"]), number=s.details["number"])


@_tells("confirm")
def _confirm(s: _Speaker) -> str:
    return s.gettext("%(who)s confirmed for %(party)s what was entered as '%(task)s': version %(number)s.",
                     task=s.task(), party=s.party(s.line.party), number=s.details["number"])


@_tells("deny")
def _deny(s: _Speaker) -> str:
    return s.gettext("%(who)s said for %(party)s that what was entered as '%(task)s' is not right.", task=s.task(),
                     party=s.party(s.line.party))


@_tells("reopen")
def _reopen(s: _Speaker) -> str:
    return s.gettext("%(who)s opened '%(task)s' of %(giver)s again, with a reason.", task=s.task(),
                     giver=s.party(s.details["of"]))


@_tells("decide_outside")
def _decide_outside(s: _Speaker) -> str:
    values = {"question": s.question(s.details["gate"]), "party": s.party(s.line.party), "date": s.day("on"),
              "body": s.line.personal.get("body") or s.reader.gettext("a body of theirs")}
    if s.details["answer"] == "refused":
        return s.gettext("%(who)s recorded for %(party)s that %(body)s did not agree on %(date)s: '%(question)s'",
                         **values)
    return s.gettext("%(who)s recorded for %(party)s that %(body)s agreed on %(date)s: '%(question)s'", **values)


# talks


@_tells("say")
def _say(s: _Speaker) -> str:
    if s.details.get("kind") == "note":
        return s.gettext("%(who)s wrote a note of %(party)s about %(thing)s.", party=s.party(s.line.party),
                         thing=s.topic())
    return s.gettext("%(who)s commented on %(thing)s.", thing=s.topic())


@_tells("ask_help")
def _ask_help(s: _Speaker) -> str:
    return s.gettext("%(who)s asked for help with '%(task)s'.", task=s.task())


@_tells("helped")
def _helped(s: _Speaker) -> str:
    return s.gettext("%(who)s said that the help with '%(task)s' helped.", task=s.task())


@_tells("raise_concern")
def _raise_concern(s: _Speaker) -> str:
    return s.reader.gettext("A concern was raised.")


# documents


@_tells("share")
def _share(s: _Speaker) -> str:
    return s.gettext("%(who)s shared %(document)s.", document=s.document())


@_tells("new_version")
def _new_version(s: _Speaker) -> str:
    return s.gettext("%(who)s shared version %(number)s of %(document)s.", document=s.document(),
                     number=s.details["version"])


@_tells("widen")
@_tells("narrow")
def _seen_by(s: _Speaker) -> str:
    names = words.listed((s.party(number) for number in s.details["parties"]), s.reader)
    return s.gettext("%(who)s changed who sees %(document)s: %(names)s.", document=s.document(), names=names)


@_tells("withdraw_document")
def _withdraw_document(s: _Speaker) -> str:
    return s.gettext("%(who)s withdrew %(document)s.", document=s.document())


def _consequence(s: _Speaker, said: str) -> str:
    """What followed of itself, as ``progress`` writes it: lapsed decision:gate:party, ended contract:number."""
    what, _, rest = said.partition(" ")
    subject = rest.partition(" ")[0]
    parts = subject.split(":")
    if what == "lapsed":
        return s.reader.gettext("%(party)s's decision on '%(question)s' lapsed.", party=s.party(int(parts[2])),
                                question=s.question(parts[1]))
    return s.reader.gettext("Version %(number)s of the contract ended, and every signature under it.",
                            number=parts[1])


def grouped(told: list[Told], reader: Reader) -> list[tuple[str, list[Told]]]:
    """The lines by day in the reader's zone, in their order."""
    days: dict[str, list[Told]] = {}
    for one in told:
        days.setdefault(words.day(one.moment, reader), []).append(one)
    return list(days.items())
