"""Nobody has to trust us about how it works: the template version in plain words, and who may do what."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cocreate import words
from cocreate.domain import openness
from cocreate.domain.rights import NARROWED, PARTS, TABLE, Act, Right
from cocreate.sentences import narrowing
from cocreate.views.conditions import only_if_words, waits_for
from cocreate.views.parts import part_words
from cocreate.views.proposals_words import currency_said, openness_words
from cocreate.views.reminder_words import reminder
from cocreate.views.room import frame
from cocreate.views.room.blueprint import bp
from cocreate.views.room.gates import rule_words
from cocreate.web import pages
from workflows import progression
from workflows.definition import Audience, Definition, Task, Transition
from workflows.facts import Facts
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Line:
    """What each seat may see, change or veto of one thing: in words, in the order of the seats."""

    what: str
    cells: tuple[str, ...]


@bp.get("/rules")
def rules(ref: str) -> ResponseReturnValue:
    """Stages, who is asked what, who decides by which rule, who may go on or back, when reminders go to whom."""
    facts = frame.enter(ref)
    definition = facts.definition
    return frame.show(
        "room/rules.html", facts, (_("Rules of this project"), None), definition=definition,
        rule_words=lambda key: rule_words(facts, key), sees=lambda task: _sees(facts, task.visible_to, task),
        kept=lambda task: _kept(facts, task), reminders=[reminder(rule) for rule in definition.reminders],
        to_check=progression.TO_CHECK, samples=definition.texts(sample=True),
        ways=lambda stage: [_way(facts, way) for way in definition.transitions.values() if way.from_ == stage],
        seats=[say(seat.name, pages.language()) for seat in definition.parties.values()], lines=_lines(facts),
        currency=currency_said(facts), only_if_words=only_if_words,
        narrowed=openness_words(facts, {"kinds": openness.agreed(facts)}), table=TABLE,
        parts=PARTS, may=narrowed_words(definition),
        acts=act_words(),
        rights=right_words(), part_words=part_words() | {"administrator": _("administrator")})


def _named(facts: Facts, seats: Iterable[str]) -> str:
    return words.listed((say(facts.definition.parties[key].name, pages.language()) for key in seats), pages.reader())


def narrowed_words(definition: Definition) -> list[str]:
    """What the template leaves to fewer than the table."""
    acts = act_words()
    said = {key: words.listed((acts[act] for act in NARROWED if NARROWED[act] == key), pages.reader())
            for key in NARROWED.values()}
    return [_("%(act)s: only %(who)s", act=said[key], who=narrowing.holders(definition, holders, pages.reader()))
            if holders else _("%(act)s: nobody", act=said[key]) for key, holders in definition.may.named()]


def _sees(facts: Facts, audience: Audience, task: Task) -> str:
    """Who sees what is given for a task."""
    match audience:
        case "all":
            return _("All parties see it.")
        case "own":
            return _("Only who gives it sees it.")
        case "facilitator":
            return _("Who gives it and the neutral person see it.")
        case seats:
            return _("%(seats)s see it.", seats=_named(facts, dict.fromkeys((*task.of, *seats))))


def _kept(facts: Facts, task: Task) -> list[str]:
    """Fields that fewer see than the task, by their label."""
    return [f"{say(field.label, pages.language())}: {_sees(facts, field.visible_to, task)}"
            for field in task.fields.values() if field.visible_to is not None and field.visible_to != task.visible_to]


def _way(facts: Facts, way: Transition) -> str:
    """Who may take a transition, and what it asks of them."""
    stage = pages.stage(facts.definition, way.to)
    if way.automatic:
        return _("Goes on to %(stage)s by itself.", stage=stage) if way.when is None else _(
            "Goes on to %(stage)s by itself as soon as %(what)s.", stage=stage,
            what=words.listed(waits_for(facts.definition, way.when), pages.reader()))
    seats = [key for key in way.by if key != "host"]
    who = [_named(facts, seats)] if seats else [] if way.by else [_("every contracting party")]
    if "host" in way.by:
        who.append(_("the host"))
    name = say(way.name, pages.language()) if way.name else _("Go on to %(stage)s", stage=stage)
    said = [_("%(name)s: %(who)s, through champion or signatory.", name=name, who=words.listed(who, pages.reader()))]
    if way.reason:
        said.append(_("With a reason that all see."))
    tasks = [facts.definition.tasks[key][1] for key in way.reopens if key in facts.definition.tasks]
    reopened = [say(task.title, pages.language()) for task in tasks if not task.final]
    if waits := waits_for(facts.definition, way.when):
        said.append(_("It waits until %(what)s.", what=words.listed(waits, pages.reader())))
    if reopened:
        said.append(_("Reopens: %(titles)s.", titles=", ".join(reopened)))
    return " ".join(said)


def _lines(facts: Facts) -> list[Line]:
    """What each party may see, change and veto, side by side, counted over the whole way."""
    definition = facts.definition
    tasks = [task for _stage, task in definition.tasks.values()]
    gates = [gate for _stage, gate in definition.gates.values()]
    ways = [way for way in definition.transitions.values() if not way.automatic]
    seats = definition.parties

    def goes(way: Transition, key: str) -> bool:
        return key in way.by if way.by else seats[key].contracting

    def row(what: str, holds: Callable[[Any, str], bool], things: list[Any]) -> Line:
        counts = (sum(holds(thing, key) for thing in things) for key in seats)
        return Line(what, tuple(_("%(number)s of %(all)s", number=number, all=len(things)) if number else _("none")
                                for number in counts))

    def each(what: str, holds: Callable[[Any], bool], yes: str, no: str) -> Line:
        return Line(what, tuple(yes if holds(seat) else no for seat in seats.values()))

    return [
        row(_("sees what is given for tasks"), _may_see, tasks),
        row(_("gives: tasks it is asked for"), lambda task, key: key in task.of, tasks),
        row(_("accepts or returns tasks of others"), lambda task, key: task.accepted_by == key, tasks),
        row(_("decides: questions"), lambda gate, key: key in gate.of, gates),
        row(_("can stop by its no: questions"),
            lambda gate, key: key in gate.veto or (key in gate.of and gate.rule == "all"), gates),
        row(_("may go on: ways forward"), goes, [way for way in ways if not definition.is_back(way)]),
        row(_("may go back: ways back"), goes, [way for way in ways if definition.is_back(way)]),
        each(_("agrees to figures and clauses"), lambda seat: seat.contracting, _("yes"), _("no")),
        each(_("signs the contract"), lambda seat: seat.signs == "contract", _("yes"), _("no")),
        each(_("agrees to the charter, reads and downloads the record"), lambda _seat: True, _("yes"), ""),
    ]


def _may_see(task: Task, key: str) -> bool:
    return key in task.of or task.visible_to == "all" or (isinstance(task.visible_to, list) and key in task.visible_to)


def right_words() -> dict[Right, str]:
    return {Right.NO: _("no"), Right.YES: _("yes"), Right.OWN: _("own party"), Right.OTHER: _("other parties"),
            Right.ASKED: _("own party, if asked"), Right.PROPOSE: _("proposes"),
            Right.FIRST: _("first champion of each seat"), Right.HELPS: _("answers only"),
            Right.CHOSEN: _("if chosen"), Right.THEIRS: _("if it is theirs"),
            Right.CHARTER: _("if the charter says so"),
            Right.HOST: _("for the host's people")}


def act_words() -> dict[Act, str]:
    """Every act of the table in words."""
    return {
        Act.OPEN: _("open a project"), Act.SUGGEST: _("suggest a project"),
        Act.READ: _("read the room (within visibility)"), Act.DRAFT: _("save a draft"),
        Act.SUBMIT: _("submit, take back"),
        Act.ENTER_FOR: _("enter for a party (to be confirmed)"), Act.CONFIRM: _("confirm what was entered for us"),
        Act.ACCEPT: _("accept or return another party's contribution"), Act.PASS_ON: _("pass a task to a colleague"),
        Act.COMMENT: _("comment, mention, answer help"), Act.UPLOAD: _("upload, new version"),
        Act.WIDEN: _("widen who sees an item"), Act.DECIDE: _("decide at a gate"),
        Act.DECIDE_OUTSIDE: _("record what was decided outside"), Act.GO_ON: _("go on (all conditions hold)"),
        Act.GO_BACK: _("go back with a reason"), Act.HOLD: _("put on hold, resume"), Act.DECLINE: _("decline"),
        Act.LEAVE: _("leave"),
        Act.WITHDRAW_EARLY: _("withdraw before anybody accepted"), Act.WITHDRAW: _("withdraw later (all agree)"),
        Act.CHARTER: _("agree to or propose charter wording"),
        Act.HELP: _("ask for help, offer help, say what we wait for outside"),
        Act.WAIVE: _("go on without a missing value (waiver)"),
        Act.UNSIGNED: _("go on without a party's signature under a short agreement"),
        Act.TAKE_ON: _("take something on at a question"),
        Act.DUTY_DONE: _("report a duty as done"),
        Act.DUTY_BACK: _("take back what was reported or decided (a decision until the last day for it)"),
        Act.END_CONTRACT: _("end the signed contract (all who signed agree)"),
        Act.DOUBT: _("say that a duty is not seen done"),
        Act.ANSWER_SUGGESTION: _("answer a suggested project"),
        Act.PEOPLE: _("invite, remove, change parts of people (a proposal removes nobody)"),
        Act.SHARE: _("share the project with a colleague of the host"),
        Act.WORDS_BY_MAIL: _("keep what one's people write out of mails"),
        Act.ADD_PARTY: _("add a party, name a neutral person"), Act.SUBSTITUTE: _("name a substitute"),
        Act.NUDGE: _("nudge"),
        Act.CLAUSES: _("propose clause wording, agree a clause"), Act.SIGN: _("sign"),
        Act.SETTLE: _("settle a figure"), Act.CONCERN: _("raise a concern"),
        Act.READ_CONCERNS: _("read and answer concerns"),
        Act.END_CONCERN: _("end a concern that one raised or reads"),
        Act.RECORD: _("verify and download the record, evidence"),
        Act.CORRECT_ADDRESS: _("correct an undeliverable address"),
        Act.TEMPLATES: _("edit, publish, retire templates"), Act.HOST: _("people, policies, health of the host"),
        Act.HOST_RECORD: _("read what was done at the host"),
    }
