"""Acts refused for other reasons, each in one sentence."""

import re
from datetime import datetime

from cocreate import words
from cocreate.domain.rights import NARROWED
from cocreate.sentences import narrowing
from cocreate.sentences.plain import PLAIN
from cocreate.sentences.registry import ERRORS, explains
from cocreate.sentences.speaker import Speaker

# What no page of ours offers: only a request made by hand gets there.
UNOFFERED = frozenset({"transition.unknown", "decision.unknown", "parts.unknown", "proposal.unknown",
                       "seat.unknown", "comment.unknown"})


def other(s: Speaker) -> str:
    return s._("This cannot be done now. Nothing was changed.")


def _plain(s: Speaker) -> str:
    sentence = PLAIN[s.refusal.code]
    return s._(sentence, **{name: _named(s, name) for name in _NAMES.findall(sentence)})


_NAMES = re.compile(r"%\((\w+)\)s")


def _named(s: Speaker, name: str) -> object:
    """What stands for a name in a plain sentence; parties and people come by their numbers, or named already."""
    if name == "task":
        return s.task
    if name == "question":
        return s.question
    match name, s.values[name]:
        case "party", int() as number:
            return s.party(number)
        case "person", int() as number:
            return s.people(number)
        case _, int() as number:
            return words.number(number, s.reader)
        case _, said:
            return said


ERRORS.update(dict.fromkeys(PLAIN, _plain) | dict.fromkeys(UNOFFERED, other))


def _when(s: Speaker, name: str) -> str:
    """The hour of a moment today, else its day, hour and place; who has no zone is told whose hour it is."""
    moment: datetime = s.values[name]
    if words.local_day(moment, s.reader) != s.reader.today:
        return words.day_time(moment, s.reader)
    hour = words.clock_time(moment, s.reader)
    return f"{hour} (UTC)" if s.reader.zone == "UTC" else hour


def _faster_by(s: Speaker, what: str) -> str:
    if not isinstance(s.values.get("since"), datetime):
        return s._("Someone else was faster: %(what)s.", what=what)
    return s._("Someone else was faster: %(what)s, %(time)s.", what=what, time=_when(s, "since"))


@explains("project.on_hold")
def _on_hold(s: Speaker) -> str:
    return s._("The project is on hold until %(date)s.", date=s.day("until"))


@explains("project.ended")
def _ended(s: Speaker) -> str:
    outcome = words.stage(s.facts.definition, s.values["outcome"], s.reader).lower()
    return s._("The project has ended (%(outcome)s, %(date)s).", outcome=outcome, date=s.day("at"))


@explains("only")
def _only(s: Speaker) -> str:
    narrowed = next((key for act, key in NARROWED.items() if act.value == s.values["act"]), None)
    left_to = getattr(s.facts.definition.may, narrowed) if narrowed else None
    if left_to == []:
        return s._("The template of this project leaves this to nobody.")
    names = s.people(*s.values["persons"]) if s.values["persons"] else ""
    if left_to:
        who = narrowing.holders(s.facts.definition, left_to, s.reader)
        return s._("The template of this project leaves this to %(who)s. Only %(names)s can do this.", who=who,
                   names=names) if names else s._(
            "The template of this project leaves this to %(who)s. Nobody of them can do this yet.", who=who)
    if not names:
        return s._("Nobody in this project can do this yet.")
    return s._("Only %(names)s can do this.", names=names)


@explains("opener")
def _opener(s: Speaker) -> str:
    if not s.values["names"]:
        return s._("Nobody may open projects here yet. An administrator can change that.")
    return s._("Only %(names)s can do this.", names=words.listed(s.values["names"], s.reader))


@explains("role")
def _role(s: Speaker) -> str:
    names = {"account_manager": s._("account managers"), "administrator": s._("administrators")}
    return s._("Only %(names)s can do this.", names=names[s.values["role"]])


@explains("too_often")
def _too_often(s: Speaker) -> str:
    return s._("Too many tries. It works again at %(time)s.", time=_when(s, "until"))


@explains("too_often.invitations")
def _too_many_invited(s: Speaker) -> str:
    return s._("You have invited as many people as one may within a day. You can invite more from %(time)s.",
               time=_when(s, "until"))


@explains("contribution.changed", "contribution.not_open", "contribution.not_submitted", "contribution.not_entered",
           "contribution.not_accepted")
def _contribution_changed(s: Speaker) -> str:
    done = {
        "open": s._("'%(task)s' is being changed", task=s.task),
        "entered": s._("'%(task)s' was entered and waits for confirmation", task=s.task),
        "submitted": s._("'%(task)s' is submitted", task=s.task),
        "returned": s._("'%(task)s' was returned", task=s.task),
        "accepted": s._("'%(task)s' is accepted", task=s.task),
    }
    newer = s._("there is a newer version of '%(task)s'", task=s.task)
    return _faster_by(s, done.get(s.values.get("state", ""), newer))


@explains("contribution.incomplete")
def _incomplete(s: Speaker) -> str:
    return s.reader.ngettext(
        "%(num)s field is open. Submitting is possible when it has a value or is marked not available.",
        "%(num)s fields are open. Submitting is possible when each has a value or is marked not available.",
        len(s.values["fields"]))


@explains("duty.day")
def _duty_day(s: Speaker) -> str:
    first, last = s.day("first"), s.day("last")
    if first == last:
        return s._("Choose the day on which it was decided: it can only be %(day)s.", day=first)
    return s._("Choose the day on which it was decided, from %(first)s to %(last)s.", first=first, last=last)


@explains("duty.in_effect")
def _notice_in_effect(s: Speaker) -> str:
    return s._("The last day for it was %(day)s. Since then all rely on it, and only a new agreement of all changes "
               "that.", day=s.day("day"))


@explains("ending.there")
def _ending_there(s: Speaker) -> str:
    return s._("All have agreed already that the contract ends on %(day)s.", day=s.day("day"))


@explains("ending.nobody")
def _nobody_ends(s: Speaker) -> str:
    return s._("Nobody who signs for %(party)s is here any more, so it cannot be ended here yet. %(champion)s can name "
               "somebody under People.", party=s.party("party"), champion=s.holding("champion", s.values["party"]))


@explains("duty.nobodys")
def _nobodys_duty(s: Speaker) -> str:
    return s._("'%(name)s' is no party that the contract binds, so nobody would owe the row. Write one of: "
               "%(parties)s.",
               name=s.values["name"], parties=s.parties(s.values["parties"]))


@explains("draft.changed")
def _draft_changed(s: Speaker) -> str:
    return _faster_by(s, s._("the draft of '%(task)s' was saved elsewhere", task=s.task))


@explains("outside.ended", "outside.not_yet")
def _outside_ended(s: Speaker) -> str:
    if s.refusal.code == "outside.not_yet":
        return s._("'%(task)s' still waits.", task=s.task)
    return s._("'%(task)s' does not wait for anybody outside any more.", task=s.task)


@explains("help.open", "help.unanswered", "help.ended")
def _help(s: Speaker) -> str:
    if s.refusal.code == "help.open":
        return s._("Help is asked for '%(task)s' already. Say more there, or say that it helped.", task=s.task)
    if s.refusal.code == "help.unanswered":
        return s._("Nobody has answered your call for help with '%(task)s' since you asked last.", task=s.task)
    return s._("Nobody asks for help with '%(task)s' any more.", task=s.task)


@explains("stage.changed")
def _stage_changed(s: Speaker) -> str:
    stage = words.stage(s.facts.definition, s.values["stage"], s.reader)
    return _faster_by(s, s._("the project is in %(stage)s now", stage=stage))


@explains("contract.not_here")
def _contract_not_here(s: Speaker) -> str:
    stage = words.stage(s.facts.definition, s.values["stage"], s.reader)
    return s._("The contract is not written in the stage %(stage)s.", stage=stage)


@explains("contract.gaps")
def _contract_gaps(s: Speaker) -> str:
    clauses, annexes = (words.numbers(s.values[name], s.reader) for name in ("numbers", "annexes"))
    if not annexes:
        return s._("A value is missing in clause %(numbers)s.", numbers=clauses)
    annex = s._("Rows are missing in annex %(numbers)s.", numbers=annexes)
    return f"{s._('A value is missing in clause %(numbers)s.', numbers=clauses)} {annex}" if clauses else annex


@explains("contract.address")
def address_missing(s: Speaker) -> str:
    return s._("'%(label)s' of %(party)s is not given. %(people)s can give it in '%(task)s'.", label=s.values["label"],
               party=s.party("party"), people=s.holding("champion", s.values["party"]), task=s.task)


@explains("contract.signatory")
def cannot_sign(s: Speaker) -> str:
    if not s.values["named"]:
        return s._("%(party)s named somebody to sign who cannot sign for it here.", party=s.party("party"))
    return s._("%(party)s named %(named)s to sign; here only %(people)s can sign for it. %(champions)s can invite who "
               "was named, or make them a signatory under People, or change '%(task)s'.", party=s.party("party"),
               named=s.values["named"], people=s.people(*s.values["persons"], either=True), task=s.task,
               champions=s.holding("champion", s.values["party"]))


@explains("hold.long")
def _hold_long(s: Speaker) -> str:
    return s._("%(date)s is the latest day that is possible.", date=s.day("latest"))


@explains("nudge.soon")
def _nudge_soon(s: Speaker) -> str:
    return s._("%(party)s was nudged about this already. It is possible again on %(date)s.", party=s.party("party"),
               date=s.day("possible"))


@explains("template.errors")
def _template_errors(s: Speaker) -> str:
    return s.reader.ngettext("%(num)s error stands in the way.", "%(num)s errors stand in the way.",
                             len(s.values["findings"]))


@explains("staff.looks_after")
def _staff_looks_after(s: Speaker) -> str:
    return s.reader.ngettext("%(num)s project would be without an account manager: hand it over first.",
                             "%(num)s projects would be without an account manager: hand them over first.",
                             s.values["count"])


@explains("staff.projects")
def _staff_projects(s: Speaker) -> str:
    return s.reader.ngettext("%(num)s project needs a new account manager: choose.",
                             "%(num)s projects need a new account manager: choose.", s.values["count"])
