"""The one place where a line of the record becomes a sentence: past tense, the actor first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cocreate import words
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
        return self.line.actor or self.reader.gettext("Somebody whose name was erased")

    def party(self, number: int | None) -> str:
        return next((p.name for p in self.facts.parties if p.number == number), "")

    def task(self) -> str:
        found = self.facts.definition.tasks.get(self.details.get("task", ""))
        return say(found[1].title, self.reader.language) if found else str(self.details.get("task", ""))

    def question(self, key: str) -> str:
        found = self.facts.definition.gates.get(key)
        return say(found[1].question, self.reader.language) if found else key

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
