"""The one place where a line of the record becomes a sentence: past tense, the actor first.

How each act is told stands in ``work``, ``people`` and ``course``; a new act is a function there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cocreate import words
from cocreate.domain.topics import OF_TASK
from cocreate.services.records import Line
from cocreate.telling import course, people, work
from cocreate.telling.speaker import TELLINGS, Speaker
from cocreate.words import Reader
from workflows.facts import Facts

# Kind of event, by which readers choose -> the module that tells its acts.
KINDS = {"work": work, "people": people, "course": course}


@dataclass(frozen=True, slots=True)
class Told:
    """One event as a reader sees it. ``versions`` is what it was about, ``also`` what followed of itself."""

    seq: int
    moment: datetime
    sentence: str
    hash: str
    kind: str = ""
    party: int | None = None
    task: str = ""
    detail: str = ""
    versions: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def tell(line: Line, facts: Facts, reader: Reader) -> Told:
    """The sentence of an event; of one the reader may not see, that there was one."""
    if not line.act:
        own = facts.party(facts.actor.party) if facts.actor and facts.actor.party is not None else None
        said = reader.gettext("An event from before your party came in.") if own and own.joined_at and \
            line.at < own.joined_at else reader.gettext("An event that another party keeps to itself.")
        return Told(line.seq, line.at, said, line.hash)
    speaker = Speaker(line, facts, reader)
    telling = TELLINGS[line.act]
    return Told(
        line.seq, line.at, telling(speaker), line.hash, kind_of(line.act), line.party, _task(line),
        _words(speaker), _before_and_after(speaker),
        tuple(_consequence(speaker, one) for one in line.details.get("consequences", ())))


def kind_of(act: str) -> str:
    """Which kind of event an act is."""
    return next(kind for kind, module in KINDS.items() if TELLINGS[act].__module__ == module.__name__)


def _words(s: Speaker) -> str:
    """Why it was done, as somebody wrote it; where each of several things has a reason of its own, those too."""
    line = s.line
    declined = line.personal.get("words") if line.act == "decline_invitation" else ""
    own = (f"{s.title(named.partition('@')[0])}: {why}" for named, why in line.personal.get("reasons", {}).items())
    return "\n".join([str(line.personal.get("reason") or line.personal.get("reply") or declined or ""), *own])


def _task(line: Line) -> str:
    """The task an event is about, also where it says so only within its topic."""
    topic = str(line.details.get("topic") or line.details.get("subject") or "").split(":")
    return str(line.details.get("task") or line.details.get("paper") or (
        topic[1] if topic[0] in OF_TASK and len(topic) > 1 else ""))


def _before_and_after(s: Speaker) -> tuple[str, ...]:
    """The stage before and after, and the versions that a decision saw."""
    before, after = str(s.details.get("before") or ""), str(s.details.get("after") or "")
    found = [s.reader.gettext("Before: %(before)s. After: %(after)s.", before=s.stage(before), after=s.stage(after))] \
        if before and before != after else []
    if "gate" in s.details:
        found += _seen(s, str(s.details.get("subject", "")))
    return tuple(found)


def _seen(s: Speaker, subject: str) -> Iterable[str]:
    """What was looked at: "task@party=version ..." or "contract=version"."""
    for part in subject.split():
        thing, _, number = part.rpartition("=")
        key, _, party = thing.partition("@")
        if key in s.facts.definition.tasks and party.isdecimal():
            yield s.reader.gettext("On '%(task)s' of %(party)s, version %(number)s.", task=s.title(key),
                                   party=s.party(int(party)), number=number)
        elif key == "contract":
            yield s.reader.gettext("On version %(number)s of the contract.", number=number)


def _consequence(s: Speaker, said: str) -> str:
    """What followed of itself, as ``progress`` writes it: lapsed decision:gate:party, ended contract:number,
    called_off task:party.

    In place of "contract" stands the task of a short agreement.
    """
    what, _, rest = said.partition(" ")
    subject = rest.partition(" ")[0]
    parts = subject.split(":")
    if what == "lapsed":
        return s.reader.gettext("The decision of %(party)s on '%(question)s' lapsed.", party=s.party(int(parts[2])),
                                question=s.question(parts[1]))
    if what == "called_off":
        return s.reader.gettext("The call for help with '%(task)s' ended with it.", task=s.title(parts[0]))
    if parts[0] != "contract":
        return s.reader.gettext("Version %(number)s of '%(paper)s' ended, and every signature under it.",
                                number=parts[1], paper=s.title(parts[0]))
    return s.reader.gettext("Version %(number)s of the contract ended, and every signature under it.",
                            number=parts[1])


def grouped(told: Iterable[Told], reader: Reader) -> Mapping[str, list[Told]]:
    """The lines by day in the reader's zone, in their order."""
    days: dict[str, list[Told]] = {}
    for one in told:
        days.setdefault(words.day(one.moment, reader), []).append(one)
    return days
