"""A turn in words and with its address: the same row on Now, on Your turn and on the board."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from cocreate import pages, words
from cocreate.domain.turns import Turn, stands_in_at
from cocreate.views import proposals_words
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
    state: str  # "returned with a reason", "draft saved"
    absent: str = ""  # "for Renee Kim": in whose place


def ask(turn: Turn, facts: Facts) -> Ask:
    """The row of one turn, in the reader's language."""
    reader = pages.reader()
    ref = facts.project.ref
    language = reader.language
    task = facts.definition.tasks[turn.key][1] if turn.act in _OF_TASKS else None
    title = say(task.title, language) if task else ""
    party = facts.party(turn.party).name if turn.party else ""
    label, url = {
        "fill_in": lambda: (_("Read and sign: %(title)s", title=title) if task and task.kind == "sign" else
                            _("Fill in: %(title)s", title=title), _task(ref, turn)),
        "again": lambda: (_("Change and submit: %(title)s", title=title), _task(ref, turn)),
        "check": lambda: (_("Check: %(title)s from %(party)s", title=title, party=party), _task(ref, turn)),
        "decide": lambda: (_("Decide: %(question)s", question=_question(facts, turn)), _gate(ref, turn)),
        "decide_again": lambda: (_("Decide again: %(question)s", question=_question(facts, turn)), _gate(ref, turn)),
        "confirm": lambda: (_("Is this right? %(title)s was entered for you", title=title), _task(ref, turn)),
        "let_in": lambda: (_("Invite %(name)s for: %(title)s", name=_wanted(facts, turn), title=title), url_for(
            "room.task_let_in", ref=ref, key=turn.key, party=turn.party)),
        "help": lambda: (_("%(party)s asks for help: %(title)s", party=party, title=title), _task(ref, turn) + "#talk"),
        "helped": lambda: (_("Did it help? %(title)s", title=title), url_for(
            "room.task_helped", ref=ref, key=turn.key, party=turn.party)),
        "freeze": lambda: (_("Make the contract ready to read"), url_for("room.contract", ref=ref)),
        "sign": lambda: (_("Read and sign the contract"), url_for("room.sign", ref=ref)),
        "accede": lambda: (_("Read and accede to the contract"), url_for("room.accede", ref=ref)),
        "answer": lambda: _proposal(ref, facts, turn),
        "duty": lambda: (next(one.what for one in facts.duties if str(one.number) == turn.key),
                         url_for("room.duties", ref=ref)),
        "charter": lambda: (_("Answer: How we work together"), url_for("room.charter", ref=ref)),
        "go_on": lambda: (_("Go on to %(stage)s", stage=pages.stage(
            facts.definition, facts.definition.transitions[turn.key].to)), url_for("room.now", ref=ref) + "#go-on"),
    }[turn.act]()
    return Ask(label=label, url=url, project=facts.project.title, due_at=turn.due_at, chip=_chip(turn, reader),
               minutes=task.minutes if task and turn.act in ("fill_in", "again") else None,
               unlocks=say(task.unlocks, language) if task and task.unlocks and turn.act in ("fill_in", "again")
               else "",
               state=_state(turn, facts), absent=_absent(turn, facts))


_OF_TASKS = frozenset({"fill_in", "again", "check", "confirm", "let_in", "help", "helped"})


def _chip(turn: Turn, reader: words.Reader) -> tuple[str, str] | None:
    if turn.due_at is None:
        return None
    days = (words.local_day(turn.due_at, reader) - reader.today).days
    if turn.due_at < reader.now:
        return "late", _("was due %(day)s", day=words.day(turn.due_at, reader))
    return "soon" if days <= 3 else "due", _("due %(day)s", day=words.day(turn.due_at, reader, distance=True))


def _state(turn: Turn, facts: Facts) -> str:
    if turn.act == "again":
        return _("returned with a reason")
    if turn.act == "fill_in" and (turn.key, turn.party) in facts.drafts:
        return _("draft saved")
    return ""


def _absent(turn: Turn, facts: Facts) -> str:
    names = stands_in_at(facts, facts.actor.person, turn) if facts.actor and turn.mine else ()
    return _("for %(names)s", names=words.listed(names, pages.reader())) if names else ""


def _proposal(ref: str, facts: Facts, turn: Turn) -> tuple[str, str]:
    proposal = next(one for one in facts.proposals if str(one.number) == turn.key)
    return (_("Answer: %(title)s", title=proposals_words.words_of(facts, proposal).title),
            url_for("room.proposal", ref=ref, number=proposal.number))


def _wanted(facts: Facts, turn: Turn) -> str:
    task = facts.task(turn.key, turn.party or 0)
    return (task.wanted_name if task else None) or ""


def _task(ref: str, turn: Turn) -> str:
    return url_for("room.task", ref=ref, key=turn.key, party=turn.party)


def _gate(ref: str, turn: Turn) -> str:
    return url_for("room.gate", ref=ref, key=turn.key)


def _question(facts: Facts, turn: Turn) -> str:
    return say(facts.definition.gates[turn.key][1].question, pages.language())
