"""A turn in words and with its address: the same row on Now, on Your turn and on the board."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from cocreate import words
from cocreate.domain.turns import Turn, stands_in_at
from cocreate.sentences.turns import label
from cocreate.views import proposals_words
from cocreate.web import pages
from workflows import progression
from workflows.facts import Facts
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Ask:
    """One row: verb and object, where it leads, and what one should know before."""

    label: str  # "Fill in: Total cost today"
    url: str
    project: str
    due_at: datetime | None
    chip: tuple[str, str] | None  # kind and words: ("late", "4 days late")
    minutes: int | None
    unlocks: str
    state: str  # "returned with a reason", "draft of Tue 2 Mar"
    button: str  # the verb alone, where the label stands above it
    absent: str = ""  # "for Renee Kim": in whose place
    reason: str = ""  # why it was returned or opened again, in somebody's words


def ask(turn: Turn, facts: Facts) -> Ask:
    """The row of one turn, in the reader's language."""
    reader = pages.reader()
    task = facts.definition.tasks[turn.key][1] if turn.act in ("fill_in", "again") else None
    return Ask(label=label(turn, _Names(facts)), url=_url(turn, facts.project.ref), project=facts.project.title,
               due_at=_due(turn, facts), chip=_chip(turn, facts, reader), minutes=task.minutes if task else None,
               unlocks=say(task.unlocks, reader.language) if task and task.unlocks else "",
               state=_state(turn, facts), button=_button(turn, facts), absent=_absent(turn, facts),
               reason=turn.reason or "")


class _Names:
    """As they stand on the pages of the project."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.gettext = facts, _

    def party(self, number: int | None) -> str:
        return self.facts.party(number).name if number else ""

    def task(self, key: str) -> str:
        return say(self.facts.definition.tasks[key][1].title, pages.language())

    def question(self, key: str) -> str:
        return say(self.facts.definition.gates[key][1].question, pages.language())

    def stage(self, key: str) -> str:
        return pages.stage(self.facts.definition, key)

    def duty(self, key: str) -> str:
        return next(one.what for one in self.facts.duties if str(one.number) == key)

    def figure(self, path: str) -> str:
        _stage, task, field, *_rest = path.split(".")
        return say(self.facts.definition.tasks[task][1].fields[field].label, pages.language())

    def person(self, key: str) -> str:
        member = self.facts.member(int(key))
        return member.name if member else ""

    def day(self, turn: Turn) -> str:
        return words.day(turn.since, pages.reader())

    def wanted(self, turn: Turn) -> str:
        task = self.facts.task(turn.key, turn.party or 0)
        return (task.wanted_name if task else None) or ""

    def proposal(self, key: str) -> str:
        proposal = next(one for one in self.facts.proposals if str(one.number) == key)
        return _("Answer: %(title)s", title=proposals_words.words_of(self.facts, proposal).title)


def _url(turn: Turn, ref: str) -> str:
    """Where it is done."""
    known: dict[str, tuple[str, dict[str, Any]]] = {
        "decide": ("gate", {"key": turn.key}), "decide_again": ("gate", {"key": turn.key}),
        "after_no": ("gate", {"key": turn.key}),
        "let_in": ("task_let_in", {"key": turn.key, "party": turn.party}),
        "helped": ("task_helped", {"key": turn.key, "party": turn.party}),
        "help": ("task", {"key": turn.key, "party": turn.party, "_anchor": "talk"}),
        "complete": ("contract", {}),
        "freeze": ("contract", {}), "sign": ("sign", {}), "accede": ("accede", {}), "duty": ("duties", {}),
        "unseen": ("duties", {"_anchor": f"duty-{turn.key}"}),
        "answer": ("proposal", {"number": turn.key}), "charter": ("charter", {}),
        "invite_again": ("people", {"_anchor": f"person-{turn.key}"}),
        "limit": ("now", {"_anchor": "waiting"}),
        "go_on": ("now", {"_anchor": "go-on"}),
        "concern": ("concerns", {"_anchor": f"c{turn.key}"}),
    }
    if turn.act == "write":
        key, _at, of = turn.key.partition("@")
        return url_for("room.task", ref=ref, key=key, party=of)
    endpoint, values = known.get(turn.act, ("task", {"key": turn.key, "party": turn.party}))
    return url_for(f"room.{endpoint}", ref=ref, **values)


def _chip(turn: Turn, facts: Facts, reader: words.Reader) -> tuple[str, str] | None:
    due = _due(turn, facts)
    if due is None:
        return None
    duty = next((one for one in facts.duties if turn.act == "duty" and str(one.number) == turn.key), None)
    if duty is not None and duty.decide:  # the words of the list of duties: two days of one thing would be a riddle
        before = words.day(duty.before, reader)
        return ("late", _("was to be decided before %(day)s", day=before)) if due < reader.now else \
            ("due", _("decide before %(day)s", day=before))
    return day_chip(due, reader)


def day_chip(due: datetime, reader: words.Reader) -> tuple[str, str]:
    """Until when something is asked."""
    days = (words.local_day(due, reader) - reader.today).days
    if due < reader.now:
        return "late", _("was due %(day)s", day=words.day(due, reader))
    return "soon" if days <= 3 else "due", _("due %(day)s", day=words.day(due, reader, distance=True))


def _due(turn: Turn, facts: Facts) -> datetime | None:
    """Until when it is asked; while the project rests, when that will be. The day of a duty stands in the contract."""
    if turn.due_at is None or turn.act == "duty":
        return turn.due_at
    return progression.due_after_hold(facts, turn.due_at)


def _state(turn: Turn, facts: Facts) -> str:
    if turn.act == "again":
        return _("returned with a reason")
    return _begun(turn, facts) or _opened_again(turn, facts)


def _opened_again(turn: Turn, facts: Facts) -> str:
    """What the words beside it are about, where nothing was returned."""
    if turn.act != "fill_in" or not turn.reason:
        return ""
    signs = facts.definition.tasks[turn.key][1].kind == "sign"
    return _("asked again: somebody did not sign") if signs else _("opened again")


def _begun(turn: Turn, facts: Facts) -> str:
    if turn.act == "fill_in" and turn.party is not None and (at := facts.drafted.get((turn.key, turn.party))):
        return _("draft of %(day)s", day=words.day(at, pages.reader()))
    task = facts.task(turn.key, turn.party) if turn.act == "fill_in" and turn.party is not None else None
    return _("entries on it") if task and task.written else ""


def _button(turn: Turn, facts: Facts) -> str:
    begun = _("Go on with it") if _begun(turn, facts) else _("Open the task")
    return {"fill_in": begun, "again": _("Change and submit"), "check": _("Check it"),
            "write": _("Open the task"),
            "decide": _("Read and decide"), "decide_again": _("Read and decide"), "freeze": _("Open the contract"),
            "after_no": _("See the decision"), "doubted": _("See what is said"), "unseen": _("See what is said"),
            "sign": _("Read and sign"), "accede": _("Read and accede"), "go_on": _("Open the project"),
            "charter": _("Read and answer"), "answer": _("Read and answer"), "confirm": _("Check it"),
            "help": _("Answer"), "concern": _("Read it"),
            "helped": _("Say whether it helped"), "duty": _("Open the duty"),
            "invite_again": _("Invite again"), "limit": _("See the ways out"), "complete": _("See what is missing"),
            }.get(turn.act, _("Open it"))


def _absent(turn: Turn, facts: Facts) -> str:
    names = stands_in_at(facts, facts.actor.person, turn) if facts.actor and turn.mine else ()
    return _("for %(names)s", names=words.listed(names, pages.reader())) if names else ""
