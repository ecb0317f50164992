"""Why going on, a task, a gate or the contract has to wait, each with where one can do something about it."""

from typing import Literal

from cocreate import words
from cocreate.domain.assessing import asked
from cocreate.domain.composing import called
from cocreate.sentences.errors import address_missing, cannot_sign
from cocreate.sentences.registry import says
from cocreate.sentences.speaker import Act, Said, Speaker
from workflows.guards import accepting
from workflows.texts import say

# tasks


@says("task.not_begun")
def _not_begun(s: Speaker) -> Said:
    task, who = s.facts.task(s.values["task"], s.values["of"]), s.who_by_when(s.people(s.values["person"]))
    if s.facts.definition.tasks[s.values["task"]][1].kind == "sign":
        return s._("%(party)s has not signed '%(task)s' (%(who)s).", party=s.party(), task=s.task, who=who), s.to_task
    if task is not None and task.number:
        return s._("%(party)s took '%(task)s' back to change it (%(who)s).", party=s.party(), task=s.task,
                   who=who), s.to_task
    if task is not None and task.written:
        return s._("'%(task)s' has entries; %(party)s has not submitted it (%(who)s).", party=s.party(), task=s.task,
                   who=who), s.to_task
    if task is not None and s.values.get("some"):
        return s._("Not everybody of %(party)s has answered '%(task)s' (%(who)s).", party=s.party(), task=s.task,
                   who=s.who_by_when(s.people(*asked(s.facts, task)))), s.to_task
    return s._("%(party)s has not started '%(task)s' (%(who)s).", party=s.party(), task=s.task, who=who), s.to_task


@says("canvas.unwritten")
def _unwritten(s: Speaker) -> Said:
    boxes = s.facts.definition.tasks[s.values["task"]][1].boxes
    people = s.facts.people(s.refusal.party, "champion")
    said = s._("%(party)s has not written on '%(task)s' yet: %(boxes)s (%(who)s).", party=s.whose, task=s.task,
               boxes=words.listed((f"'{say(boxes[key].title, s.reader.language)}'" for key in s.values["boxes"]),
                                  s.reader),
               who=s.who_by_when(s.people(*(member.person for member in people), either=True)))
    own = s.refusal.party == s.own
    return said, Act(f"tasks/{s.values['task']}?party={s.values['of']}",
                     s._("Open the task") if own else s._("See the task"))


@says("task.draft")
def _draft(s: Speaker) -> Said:
    if s.values["of"] != s.own:  # that there is a draft is its party's own business
        return _not_begun(s)
    return s._("%(party)s has a draft of '%(task)s' but has not submitted it (%(who)s).", party=s.party(), task=s.task,
               who=s.who_by_when(s.people(*_asked(s)))), s.to_task


def _asked(s: Speaker) -> tuple[int, ...]:
    """Who is asked, of what each answers alone everybody; not who of them has begun."""
    task = s.facts.task(s.values["task"], s.values["of"])
    return asked(s.facts, task) if task else (s.values["person"],)


@says("task.not_accepted")
def _not_accepted(s: Speaker) -> Said:
    return s._("'%(task)s' from %(party)s is submitted; %(other)s has not accepted or returned it since %(date)s.",
               task=s.task, party=s.party(), other=s.whose, date=s.day("since")), s.to_task


@says("task.returned")
def _returned(s: Speaker) -> Said:
    named = {"other": s.party("other"), "task": s.task, "party": s.party(), "date": s.day("since")}
    if reason := s.because():
        return s._("%(other)s returned '%(task)s' to %(party)s on %(date)s: '%(reason)s'", reason=reason,
                   **named), s.to_task
    return s._("%(other)s returned '%(task)s' to %(party)s on %(date)s.", **named), s.to_task


@says("task.must_follow")
def _must_follow(s: Speaker) -> Said:
    earlier = s.values["earlier"]
    values = {"task": s.task, "earlier": s.task_title(earlier)}
    said = {
        "accepted": lambda: s._("'%(task)s' can start when '%(earlier)s' is accepted.", **values),
        "signed": lambda: s._("'%(task)s' can start when '%(earlier)s' is signed.", **values),
        "submitted": lambda: s._("'%(task)s' can start when '%(earlier)s' is submitted.", **values),
    }[_counts_when(s, earlier)]()
    return said, Act(f"tasks/{earlier}", s._("See the task"))


def _counts_when(s: Speaker, key: str) -> Literal["accepted", "signed", "submitted"]:
    """What has to be done with this task of the refusal's party before it counts."""
    if s.facts.definition.tasks[key][1].kind == "sign":
        return "signed"
    task = s.facts.task(key, s.refusal.party) if s.refusal.party is not None else None
    return "accepted" if task is None or accepting(s.facts, task) else "submitted"


@says("task.reopened")
def _reopened(s: Speaker) -> Said:
    if s.values["since"] > s.facts.project.entered_at:  # within the stage, not by going back to it
        return s._("'%(task)s' was reopened on %(date)s. %(party)s confirms or changes it.", task=s.task,
                   date=s.day("since"), party=s.party()), s.to_task
    return s._("'%(task)s' was reopened on %(date)s when the project went back. %(party)s confirms or changes it.",
               task=s.task, date=s.day("since"), party=s.party()), s.to_task


@says("task.nobody_named")
def _nobody_named(s: Speaker) -> Said:
    return s._("Nobody at %(party)s is named for '%(task)s'. %(champion)s can name someone.", party=s.party(),
               task=s.task, champion=s.holding("champion", s.values["of"])), s.to_people


@says("task.entered")
def _entered(s: Speaker) -> Said:
    if s.values["other"] is None:  # by somebody without a party
        return s._("'%(task)s' was entered for %(party)s. %(party)s has not confirmed it.", task=s.task,
                   party=s.party()), s.to_task
    return s._("'%(task)s' was entered by %(other)s for %(party)s. %(party)s has not confirmed it.", task=s.task,
               other=s.party("other"), party=s.party()), s.to_task


@says("task.waiting_outside")
def _waiting_outside(s: Speaker) -> Said:
    outsider = s.because("outsider") or s._("somebody outside")
    return s._("'%(task)s' waits for %(outsider)s until %(date)s, says %(party)s.", task=s.task, outsider=outsider,
               date=s.day("until"), party=s.party()), s.to_task


# gates


@says("gate.not_open")
def _not_open(s: Speaker) -> Said:
    values = {"question": s.question, "task": s.task}
    said = {
        "accepted": lambda: s._("'%(question)s' can be decided when '%(task)s' is accepted.", **values),
        "signed": lambda: s._("'%(question)s' can be decided when '%(task)s' is signed.", **values),
        "submitted": lambda: s._("'%(question)s' can be decided when '%(task)s' is submitted.", **values),
    }[_counts_when(s, s.values["task"])]()
    return said, s.to_task


@says("gate.missing")
def _missing(s: Speaker) -> Said:
    return s._("%(party)s has not decided '%(question)s' (%(who)s).", party=s.party(), question=s.question,
               who=s.who_by_when(s.people(*s.values["persons"]))), s.to_gate


@says("gate.not_enough")
def _not_enough(s: Speaker) -> Said:
    counts = {name: words.number(s.values[name], s.reader) for name in ("n", "m", "k")}
    return s._("'%(question)s' needs %(n)s of %(m)s parties; %(k)s agreed so far. Still to decide: %(parties)s.",
               question=s.question, parties=s.parties(s.values["parties"]), **counts), s.to_gate


@says("gate.side_missing")
def _side_missing(s: Speaker) -> Said:
    return s._("'%(question)s' needs one decision from each side; that of %(party)s is missing.",
               question=s.question, party=s.party()), s.to_gate


@says("gate.refused")
def _refused(s: Speaker) -> Said:
    named = {"party": s.party(), "question": s.question, "date": s.day("since")}
    if reason := s.because():
        return s._("%(party)s did not agree to '%(question)s' on %(date)s: '%(reason)s' Change what it is about: "
                   "then all decide again.", reason=reason, **named), s.to_gate
    return s._("%(party)s did not agree to '%(question)s' on %(date)s. Change what it is about: then all decide again.",
               **named), s.to_gate


@says("gate.veto")
def _veto(s: Speaker) -> Said:
    named = {"party": s.party(), "question": s.question, "date": s.day("since")}
    if reason := s.because():
        return s._("%(party)s used its veto at '%(question)s' on %(date)s: '%(reason)s' Only %(party)s can lift it.",
                   reason=reason, **named), s.to_gate
    return s._("%(party)s used its veto at '%(question)s' on %(date)s. Only %(party)s can lift it.", **named), s.to_gate


@says("gate.lapsed")
def _lapsed(s: Speaker) -> Said:
    thing, _, versions = (s.because("changed") or "").partition("=")
    before, _, after = versions.partition(">")
    if not after:
        return s._("The decision of %(party)s on '%(question)s' lapsed: what it is about changed. %(party)s decides "
                   "again.", party=s.party(), question=s.question), s.to_gate
    if "." in thing:
        return s._("The decision of %(party)s on '%(question)s' lapsed: another value of '%(field)s' was settled. "
                   "%(party)s decides again.", party=s.party(), question=s.question, field=s.field(thing)), s.to_gate
    if after == "0":  # nothing stands in its place yet
        return s._("The decision of %(party)s on '%(question)s' lapsed: version %(a)s of '%(thing)s' does not "
                   "stand any more. %(party)s decides again.", party=s.party(), question=s.question,
                   thing=s.thing(thing), a=before), s.to_gate
    return s._("The decision of %(party)s on '%(question)s' lapsed: '%(thing)s' changed from version %(a)s to %(b)s. "
               "%(party)s decides again.", party=s.party(), question=s.question, thing=s.thing(thing), a=before,
               b=after), s.to_gate


@says("gate.no_decider")
def _no_decider(s: Speaker) -> Said:
    return s._("%(party)s has no signatory who could decide '%(question)s'. %(champion)s can name one.",
               party=s.party(), question=s.question, champion=s.holding("champion", s.values["of"])), s.to_people


# seats, agreements and the contract


@says("seat.empty")
def _seat_empty(s: Speaker) -> Said:
    seat = say(s.facts.definition.parties[s.values["seat"]].name, s.reader.language)
    return s._("The seat '%(seat)s' is empty. %(name)s can invite an organisation.", seat=seat,
               name=s.holding("manager", None)), s.to_people


@says("agreement.open")
def _agreement_open(s: Speaker) -> Said:
    return s._("'%(agreement)s' is not signed by %(party)s (%(person)s).", agreement=s.task, party=s.whose,
               person=s.people(s.values["person"])), s.to_task


@says("clauses.open")
def _clauses_open(s: Speaker) -> Said:
    either = words.listed((s.party(party.number) for party in s.facts.contracting), s.reader, either=True)
    return s._("The contract is not ready to read yet; once it is, all clauses are agreed together. %(parties)s can "
               "make it ready.", parties=either), Act("contract", s._("Read the contract"))


@says("contract.address")
def _address(s: Speaker) -> Said:
    return address_missing(s), s.to_task


@says("contract.signatory")
def _signatory(s: Speaker) -> Said:
    return cannot_sign(s), s.to_people


@says("contract.value")
def _value(s: Speaker) -> Said:
    path, giver = s.values["path"], s.refusal.party
    label = called(s.facts.definition, path, s.reader.language) if "." in path else s.values["label"]
    what = f"'{label}'" if giver is None else s._("'%(label)s' of %(party)s", label=label, party=s.party(giver))
    number = s.values.get("n") or s.values["annex"]
    place = s._("Clause %(number)s", number=number) if "n" in s.values else s._("Annex %(number)s", number=number)
    act = Act(f"tasks/{path.split('.')[1]}", s._("See the task")) if "." in path else \
        Act("contract", s._("Read the contract"))
    if reason := s.values["reason"]:
        return s._("%(place)s: %(what)s is not given (%(reason)s).", place=place, what=what, reason=reason), act
    return s._("%(place)s: %(what)s is not given.", place=place, what=what), act


@says("contract.lacks")
def _kept(s: Speaker) -> Said:
    return s._("The contract still lacks something that you may not see. Next to act: %(party)s.",
               party=s.whose), Act("contract", s._("Read the contract"))


@says("contract.unsigned")
def _unsigned(s: Speaker) -> Said:
    own = s.values["of"] == s.own
    act = Act("contract/sign", s._("Read and sign")) if own else Act("contract", s._("Read the contract"))
    said = {"n": words.number(s.values["n"], s.reader), "party": s.party(), "person": s.people(*s.values["persons"])}
    if not s.values["persons"]:
        return s._("Version %(n)s is not signed by %(party)s (%(person)s).", **said), act
    if s.values["date"] is None:
        return s._("Version %(n)s is not signed by %(party)s (%(person)s, not asked yet).", **said), act
    return s._("Version %(n)s is not signed by %(party)s (%(person)s, asked %(date)s).", date=s.day("date"),
               **said), act


@says("contract.signatures_ended")
def _signatures_ended(s: Speaker) -> Said:
    return s._("The text changed on %(date)s, so %(names)s sign again on version %(n)s.", date=s.day("date"),
               names=s.people(*s.values["persons"]),
               n=words.number(s.values["n"], s.reader)), Act("contract", s._("See what changed"))


# dates


@says("date.from")
def _from(s: Speaker) -> Said:
    if why := s.values.get("why"):
        return s._("This is possible from %(date)s (%(why)s).", date=s.day("date"),
                   why=say(why, s.reader.language)), None
    return s._("This is possible from %(date)s.", date=s.day("date")), None


@says("date.until")
def _until(s: Speaker) -> Said:
    champions = (m.person for party in s.facts.contracting for m in s.facts.people(party.number, "champion"))
    return s._("The last day was %(date)s; %(names)s can agree on a new one.", date=s.day("date"),
               names=s.people(*champions)), None
