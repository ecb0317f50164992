"""What every page of a room needs: the facts as this reader sees them, the head, the tabs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import words
from cocreate.clock import now
from cocreate.db import db
from cocreate.domain import assessing, audience
from cocreate.domain.names import initials
from cocreate.services.facts import look
from cocreate.web import login, pages
from cocreate.web.pages import Entry
from workflows.facts import UNFINISHED, DecisionFact, Facts, TaskFact
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party as a page shows it; ``number`` is its shape and colour."""

    number: int
    name: str
    initials: str
    mine: bool
    role: str


@dataclass(frozen=True, slots=True)
class Room:
    """The head of every page in a project."""

    ref: str
    title: str
    parties: tuple[PartyView, ...]
    stage_line: str
    tabs: tuple[Entry, ...]
    seen_rest: str = ""  # who reads along without a seat


@dataclass(frozen=True, slots=True)
class Filter:
    """What the reader of a list may choose by: (value, words, whether it is chosen)."""

    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]

    @classmethod
    def of(cls, name: str, label: str, every: str, options: Mapping[str, str], chosen: str) -> "Filter":
        """every: the words for no choice. options: value to words."""
        return cls(name, label, (("", every, not chosen), *(
            (value, words, value == chosen) for value, words in options.items())))


def enter(ref: str) -> Facts:
    """The project as the person who asks may see it; to others it does not exist."""
    facts = audience.without_earlier(look(db.session(), ref, person=login.me().id, now=now()).facts)
    keep(facts)
    return facts


def keep(facts: Facts) -> None:
    """Let errors of this request speak of these facts."""
    pages.remember_facts(facts)
    g.mask = mask(facts)


def mask(facts: Facts) -> int:
    """The audience bits by which the actor reads."""
    return audience.reader(facts.actor)


def party_views(facts: Facts) -> dict[int, PartyView]:
    """Every party by its number, those that left included."""
    own = facts.own
    return {party.number: PartyView(
        party.number, party.name, initials(party.name), party.number == own,
        say(facts.definition.parties[party.seat].name, pages.language())) for party in facts.parties}


def stage_line(facts: Facts) -> str:
    """Such as "Stage 3 of 9: Where we stand today"."""
    name = pages.stage(facts.definition, facts.project.stage)
    if facts.ended:
        return name
    return _("Stage %(place)s of %(all)s: %(name)s", place=facts.definition.order[facts.project.stage] + 1,
             all=len(facts.definition.stages), name=name)


def agreed(facts: Facts) -> bool:
    """Whether it ended with a contract."""
    return facts.definition.terminal.get(facts.project.stage) == "success"


def stages(facts: Facts) -> int:
    """How many the rail of a list shows: none where the project ended without a contract."""
    return 0 if facts.ended and not agreed(facts) else len(facts.definition.stages)


def room(facts: Facts) -> Room:
    views = party_views(facts)
    open_tasks = 0 if facts.ended else sum(1 for task in facts.tasks if task.state in UNFINISHED)
    here = (request.endpoint or "").removeprefix("room.")
    tabs = (
        ("now", _("Now"), None, True), ("tasks", _("Tasks"), open_tasks or None, True),
        ("documents", _("Documents"), len(facts.documents) or None, False), ("contract", _("Contract"), None, True),
        ("people", _("People"), None, False), ("charter", _("Charter"), None, False),
        ("record", _("Record"), facts.project.version, False),
        ("rules", _("Rules"), None, False),
    )
    return Room(facts.project.ref, facts.project.title, tuple(views[p.number] for p in facts.present),
                stage_line(facts), tuple(
                    Entry(label, url_for(f"room.{name}", ref=facts.project.ref), _belongs(here, name), count, bar)
                    for name, label, count, bar in tabs), _without_seat(facts))


def seen_by(facts: Facts, sees: int) -> tuple[list[PartyView], str]:
    """Who sees what this audience sees: parties, and who reads along without a seat."""
    views = party_views(facts)
    return [views[number] for number in audience.parties_in(sees, (party.number for party in facts.present))], \
        _without_seat(facts, sees)


def _without_seat(facts: Facts, sees: int = audience.ALL) -> str:
    """Such as "and Sofia Marin, neutral person": who sees what all parties see."""
    there = {part: [one.name for one in facts.members if one.present and one.party is None and part in one.own]
             for part, bit in (("facilitator", audience.FACILITATOR), ("manager", audience.MANAGER)) if sees & bit}
    called = {"facilitator": lambda number: ngettext("neutral person", "neutral persons", number),
              "manager": lambda number: ngettext("account manager", "account managers", number)}
    named = [f"{words.listed(names, pages.reader())}, {called[part](len(names))}"
             for part, names in there.items() if names]
    return _("and %(people)s", people="; ".join(named)) if named else ""


_UNDER = {"task": "tasks", "submit": "tasks", "gate": "now", "version": "contract", "sign": "contract",
          "evidence": "contract", "go": "now", "document": "documents"}


def _belongs(here: str, tab: str) -> bool:
    first = here.split("_")[0]
    return first == tab or _UNDER.get(first) == tab


def show(template: str, facts: Facts, *trail: tuple[str, str | None], **values: object) -> str:
    """A page of the room. trail: what stands between the project and this page, as (label, url)."""
    crumbs = [Entry(_("Projects"), url_for("portal.projects")),
              Entry(facts.project.title, url_for("room.now", ref=facts.project.ref)),
              *(Entry(label, url or "") for label, url in trail)]
    return render_template(template, room=room(facts), facts=facts, parties=party_views(facts), trail=crumbs,
                           say=lambda text: say(text, pages.language()), spoken=pages.speak(facts.definition), **values)


def asked(facts: Facts, task: TaskFact) -> str:
    """Of whom a task is asked, by name."""
    return words.listed((person_name(facts, person) for person in assessing.asked(facts, task)), pages.reader())


def questions(facts: Facts, decisions: Iterable[DecisionFact]) -> list[tuple[str, str]]:
    """(party, question) of what was decided."""
    return [(facts.party(one.party).name, say(facts.gate_of(one).question, pages.language())) for one in decisions]


def person_name(facts: Facts, person: int | None) -> str:
    """How somebody is called in this project."""
    member = facts.member(person)
    return member.name if member else ""
