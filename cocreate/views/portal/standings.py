"""A project in the words of one line: where it stands, what it waits for, when something is due next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from cocreate import sentences, words
from cocreate.db import db
from cocreate.domain import after_no, ending
from cocreate.domain.invited import told_once
from cocreate.domain.outlook import next_date
from cocreate.domain.turns import Turn, waits_for
from cocreate.services import hosts
from cocreate.views import parts
from cocreate.views.asks import ask
from cocreate.views.room import frame
from cocreate.web import pages
from workflows.facts import Facts


@dataclass(frozen=True, slots=True)
class Wait:
    """What a project waits for from one party: a sentence, and where to look."""

    text: str
    url: str
    project: str
    party: frame.PartyView | None
    since: datetime | None
    refused: str = ""  # the question that a no stops


@dataclass(frozen=True, slots=True)
class Line:
    """One project in a list.

    ``place`` of ``stages``, from 0: after an agreement every stage is behind it; no ``stages`` where it ended without.
    """

    title: str
    host: str  # "" where all are of one
    stands: str  # what the reader is in it; "" where it is the same in all
    url: str
    stage_line: str
    says: str
    next: str  # when something is due next
    place: int
    stages: int
    agreed: bool  # ended with a contract


def waits(facts: Facts) -> list[Wait]:
    """Why the project does not go on, in sentences for this reader; one that stands twice is said once."""
    if facts.ended or facts.on_hold:
        return []
    views, own = frame.party_views(facts), facts.own
    room = url_for("room.now", ref=facts.project.ref)
    found: dict[str, Wait] = {}
    for refusal in told_once(facts, waits_for(facts), own):
        said = sentences.refusal(refusal, facts, pages.reader(), party=own, mask=frame.mask(facts))
        since = refusal.values.get("since")
        found.setdefault(said.text, Wait(
            said.text, f"{room}/{said.act.page}" if said.act else room, facts.project.title,
            views.get(said.party) if said.party is not None else None,
            since if isinstance(since, datetime) else None,
            refusal.values["gate"] if refusal.code in after_no.NOES else ""))
    return list(found.values())


def hosts_of(ids: Iterable[int]) -> Mapping[int, str]:
    """The names of hosts where they are several: of one nobody needs to read it at each project."""
    several = set(ids)
    return hosts.names(db.session(), several) if len(several) > 1 else {}


@dataclass(frozen=True, slots=True)
class Apart:
    """What tells the projects of one person apart beside their titles."""

    hosts: Mapping[int, str]  # names, where they are several
    parties: bool  # one takes part for several organisations
    parts: bool  # one is not the same in all

    @classmethod
    def of(cls, found: Sequence[Facts]) -> "Apart":
        return cls(hosts_of(one.project.host_id for one in found), len({_party(one) for one in found} - {""}) > 1,
                   len({parts.stands(one) for one in found}) > 1)


def _party(facts: Facts) -> str:
    return facts.party(facts.own).name if facts.own is not None else ""


def titled(facts: Facts, apart: Apart) -> str:
    """A project by its title, and its host and for whom one takes part where they are several."""
    said, host = facts.project.title, apart.hosts.get(facts.project.host_id)
    if host:
        said = _("%(project)s · %(host)s", project=said, host=host)
    if apart.parties and _party(facts):
        said = _("%(project)s · for %(party)s", project=said, party=_party(facts))
    return said


def line(facts: Facts, apart: Apart, turns: Sequence[Turn] = ()) -> Line:
    """turns: the reader's own; the first of them is said where the project waits for their party."""
    stages, here = frame.stages(facts), facts.definition.order[facts.project.stage]
    return Line(facts.project.title, apart.hosts.get(facts.project.host_id, ""),
                parts.stands(facts) if apart.parts else "", url_for("room.now", ref=facts.project.ref),
                "" if facts.ended else frame.stage_line(facts), says(facts, turns), _next(next_date(facts)),
                min(here, stages), stages, frame.agreed(facts))


def says(facts: Facts, turns: Sequence[Turn] = ()) -> str:
    """What the project waits for, in one sentence."""
    reader = pages.reader()
    if facts.project.ended_at is not None:
        return _ended(facts, words.day(facts.project.ended_at, reader))
    if facts.project.hold_until is not None:
        return _("On hold until %(day)s.", day=words.day(facts.project.hold_until, reader))
    found = waits(facts)
    if turns and (not found or (found[0].party and found[0].party.number == facts.own)):
        return _("Your turn: %(what)s", what=ask(turns[0], facts).label)
    return found[0].text if found else _("Nothing stands in the way of going on.")


def _next(at: datetime | None) -> str:
    if at is None:
        return ""
    day = words.day(at, pages.reader(), distance=True)
    return _("Was due %(day)s.", day=day) if at < pages.reader().now else _("Next date: %(day)s.", day=day)


def _ended(facts: Facts, day: str) -> str:
    """How it ended and when; of what was agreed, what is owed next."""
    match facts.project.outcome:
        case "agreed":
            owed = min((one for one in facts.duties if one.done_at is None), key=lambda one: one.due, default=None)
            end = ending.agreed(facts)
            agreed = _("Agreed on %(day)s, ends on %(end)s.", day=day, end=words.day(
                end.day, pages.reader())) if end else _("Agreed on %(day)s.", day=day)
            return f"{agreed} " + _("Next: %(duty)s (%(party)s).", duty=owed.what, party=facts.party(
                owed.party).name) if owed else agreed
        case "declined":
            return _("Declined on %(day)s.", day=day)
        case "withdrawn":
            return _("Withdrawn on %(day)s.", day=day)
        case _:
            return _("Ended %(day)s.", day=day)
