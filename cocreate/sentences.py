"""The one place where a code becomes a sentence: refusals of the rules, and acts refused for other reasons.

Each sentence is spoken for its reader, in his language: what he may not see is not in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal

from cocreate import words
from cocreate.domain import audience
from cocreate.errors import CocreateError, Refused
from cocreate.words import Reader
from workflows.facts import ALL, Facts
from workflows.fields import Table
from workflows.refusals import Refusal
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Act:
    """Where the reader can do something about it: a page below the room, and what its button says."""

    page: str  # "tasks/total_cost", "gates/common_picture", "contract", "contract/sign", "people"
    label: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One reason in words. ``party``: who can do something about it; None where nobody in particular can."""

    text: str
    party: int | None
    act: Act | None


def refusal(refusal: Refusal, facts: Facts, reader: Reader, *, party: int | None, mask: int) -> Sentence:
    """Why something may not happen, for a reader of ``party`` (None: of none) whose audience bits are ``mask``."""
    speaker = _Speaker(refusal, facts, reader, party, mask)
    text, act = REFUSALS[refusal.code](speaker)
    return Sentence(text, refusal.party, act)


def error(error: CocreateError, reader: Reader, facts: Facts | None = None) -> str:
    """An act that did not happen, in one sentence; of a ``Refused`` each reason is a sentence of its own."""
    speaker = _Speaker(Refusal(error.code, values=error.values), facts, reader, None, 0)
    if isinstance(error, Refused):
        return reader.gettext("This is not possible yet.")
    try:
        return ERRORS.get(error.code, _other)(speaker)
    except _NoFacts:
        return _other(speaker)


Said = tuple[str, Act | None]
REFUSALS: dict[str, Callable[["_Speaker"], Said]] = {}
ERRORS: dict[str, Callable[["_Speaker"], str]] = {}


class _NoFacts(Exception):
    """The sentence names things of a project, and whoever asked for it has none at hand."""


class _Speaker:
    """One refusal before one reader: its values as words."""

    def __init__(self, refusal: Refusal, facts: Facts | None, reader: Reader, party: int | None, mask: int) -> None:
        self.refusal, self.reader, self.own, self.mask = refusal, reader, party, mask
        self._facts, self.values = facts, refusal.values
        self._ = reader.gettext

    @property
    def facts(self) -> Facts:
        if self._facts is None:
            raise _NoFacts
        return self._facts

    @property
    def hidden(self) -> bool:
        return not self.refusal.sees & self._sees & self.mask

    @property
    def _sees(self) -> int:
        """The audience of the task, or of the one field of it, that the refusal is about."""
        key, giver, tasks = self.values.get("task"), self.values.get("of"), self.facts.definition.tasks
        if key not in tasks or giver is None:
            return ALL
        task = tasks[key][1]
        path = self.values.get("field") or self.values.get("document") or ""
        field = task.fields.get(path.split(".")[2] if "." in path else path)
        sees = audience.audience(task.visible_to, self.facts, giver=giver)
        return sees if field is None else sees & audience.audience(field.visible_to, self.facts, giver=giver)

    # names

    def party(self, name: str | int | None = "of") -> str:
        number = self.values.get(name) if isinstance(name, str) else name
        return self._("nobody yet") if number is None else self.facts.party(number).name

    @property
    def whose(self) -> str:
        """The party that can do something about it."""
        return self.party(self.refusal.party)

    def parties(self, numbers: Iterable[int]) -> str:
        return words.listed((self.party(number) for number in numbers), self.reader)

    def people(self, *persons: int | None, either: bool = False) -> str:
        names = [member.name for person in persons if (member := self.facts.member(person))]
        return words.listed(names, self.reader, either=either) if names else self._("nobody yet")

    def holding(self, part: str, party: int | None) -> str:
        """Who has this part, "Anna Berg or Jan Vos"; where nobody has it, who looks after the project."""
        found = self.facts.people(party, part) or tuple(m for m in self.facts.members if "manager" in m.parts)
        return self.people(*(m.person for m in found if m.left_at is None), either=True)

    # things

    @property
    def task(self) -> str:
        return self.task_title(self.values["task"])

    def task_title(self, key: str) -> str:
        return say(self.facts.definition.tasks[key][1].title, self.reader.language)

    @property
    def question(self) -> str:
        return say(self.facts.definition.gates[self.values["gate"]][1].question, self.reader.language)

    def field(self, path: str) -> str:
        """The label behind stage.task.field, with row and column where the path goes into a table."""
        _, task, key, *cell = path.split(".")
        field = self.facts.definition.tasks[task][1].fields[key]
        label = say(field.label, self.reader.language)
        if not cell:
            return label
        columns = field.columns if isinstance(field, Table) else {}
        column = say(columns[cell[-1]].label, self.reader.language) if cell[-1] in columns else cell[-1]
        return ", ".join((label, *cell[:-1], column))

    def thing(self, name: str) -> str:
        """What a decision was about: "baseline@1" or "contract"."""
        key = name.partition("@")[0]
        if key == "contract":
            return say(self.facts.definition.contract_title, self.reader.language)
        return self.task_title(key) if key in self.facts.definition.tasks else key

    # values

    def day(self, name: str) -> str:
        value: date | datetime | str = self.values[name]
        return words.day(date.fromisoformat(value) if isinstance(value, str) else value, self.reader)

    def who_by_when(self, people: str) -> str:
        """The words in brackets: "Renee Kim, due Fri 7 Feb"."""
        if self.values.get("due") is None:
            return people
        return self._("%(person)s, due %(date)s", person=people, date=self.day("due"))

    def quantity(self, value: Decimal | int, unit: str | None) -> str:
        return words.quantity(value, unit, self.reader)

    def because(self, name: str = "reason") -> str | None:
        """What somebody wrote, unless the reader may not see it."""
        return None if self.hidden else self.values.get(name)

    # ways out

    @property
    def to_task(self) -> Act:
        key = self.values["task"]
        own = self.refusal.party is not None and self.refusal.party == self.own
        return Act(f"tasks/{key}", self._("Open the task") if own else self._("See the task"))

    @property
    def to_gate(self) -> Act:
        own = self.refusal.party is not None and self.refusal.party == self.own
        return Act(f"gates/{self.values['gate']}", self._("Read and decide") if own else self._("See the decisions"))

    @property
    def to_people(self) -> Act:
        return Act("people", self._("See who is in it"))


def _says(code: str) -> Callable[[Callable[[_Speaker], Said]], Callable[[_Speaker], Said]]:
    def register(function: Callable[[_Speaker], Said]) -> Callable[[_Speaker], Said]:
        REFUSALS[code] = function
        return function

    return register


def _explains(*codes: str) -> Callable[[Callable[[_Speaker], str]], Callable[[_Speaker], str]]:
    def register(function: Callable[[_Speaker], str]) -> Callable[[_Speaker], str]:
        ERRORS.update(dict.fromkeys(codes, function))
        return function

    return register


# tasks


@_says("task.not_begun")
def _not_begun(s: _Speaker) -> Said:
    return s._("%(party)s has not started '%(task)s' (%(who)s).", party=s.party(), task=s.task,
               who=s.who_by_when(s.people(s.values["person"]))), s.to_task


@_says("task.draft")
def _draft(s: _Speaker) -> Said:
    if s.values["of"] != s.own:  # that there is a draft is its party's own business
        return _not_begun(s)
    return s._("%(party)s has a draft of '%(task)s' but has not submitted it (%(who)s).", party=s.party(), task=s.task,
               who=s.who_by_when(s.people(s.values["person"]))), s.to_task


@_says("task.not_accepted")
def _not_accepted(s: _Speaker) -> Said:
    return s._("'%(task)s' from %(party)s is submitted; %(other)s has not accepted or returned it since %(date)s.",
               task=s.task, party=s.party(), other=s.whose, date=s.day("since")), s.to_task


@_says("task.returned")
def _returned(s: _Speaker) -> Said:
    named = {"other": s.party("other"), "task": s.task, "party": s.party(), "date": s.day("since")}
    if reason := s.because():
        return s._("%(other)s returned '%(task)s' to %(party)s on %(date)s: '%(reason)s'", reason=reason,
                   **named), s.to_task
    return s._("%(other)s returned '%(task)s' to %(party)s on %(date)s.", **named), s.to_task


@_says("task.must_follow")
def _must_follow(s: _Speaker) -> Said:
    return s._("'%(task)s' can start when '%(earlier)s' is accepted.", task=s.task,
               earlier=s.task_title(s.values["earlier"])), Act(f"tasks/{s.values['earlier']}", s._("See the task"))


@_says("task.reopened")
def _reopened(s: _Speaker) -> Said:
    if s.values["since"] > s.facts.project.entered_at:  # within the stage, not by going back to it
        return s._("'%(task)s' was reopened on %(date)s. %(party)s confirms or changes it.", task=s.task,
                   date=s.day("since"), party=s.party()), s.to_task
    return s._("'%(task)s' was reopened on %(date)s when the project went back. %(party)s confirms or changes it.",
               task=s.task, date=s.day("since"), party=s.party()), s.to_task


@_says("task.nobody_named")
def _nobody_named(s: _Speaker) -> Said:
    return s._("Nobody at %(party)s is named for '%(task)s'. %(champion)s can name someone.", party=s.party(),
               task=s.task, champion=s.holding("champion", s.values["of"])), s.to_people


@_says("task.entered")
def _entered(s: _Speaker) -> Said:
    if s.values["other"] is None:  # by somebody without a party
        return s._("'%(task)s' was entered for %(party)s. %(party)s has not confirmed it.", task=s.task,
                   party=s.party()), s.to_task
    return s._("'%(task)s' was entered by %(other)s for %(party)s. %(party)s has not confirmed it.", task=s.task,
               other=s.party("other"), party=s.party()), s.to_task


@_says("value.not_available")
def _not_available(s: _Speaker) -> Said:
    field = s.facts.definition.tasks[s.values["task"]][1].fields[s.values["field"]]
    named = {"field": say(field.label, s.reader.language), "task": s.task, "party": s.party()}
    if reason := s.because():
        return s._("'%(field)s' in '%(task)s' is not available (%(reason)s). %(party)s gives a value, or all agree to "
                   "go on without it.", reason=reason, **named), _to_waiver(s)
    return s._("'%(field)s' in '%(task)s' is not available. %(party)s gives a value, or all agree to go on without "
               "it.", **named), _to_waiver(s)


def _to_waiver(s: _Speaker) -> Act:
    """The giver can still give a value; the others can propose to go on without it."""
    stage, _task = s.facts.definition.tasks[s.values["task"]]
    path = f"{stage}.{s.values['task']}.{s.values['field']}"
    own = s.facts.actor and s.facts.actor.party == s.refusal.party
    return s.to_task if own else _to_proposal(s, "waive", path, s._("Go on without it")) or s.to_task


@_says("task.waiting_outside")
def _waiting_outside(s: _Speaker) -> Said:
    outsider = s.because("outsider") or s._("somebody outside")
    return s._("'%(task)s' waits for %(outsider)s until %(date)s, says %(party)s.", task=s.task, outsider=outsider,
               date=s.day("until"), party=s.party()), s.to_task


# gates


@_says("gate.not_open")
def _not_open(s: _Speaker) -> Said:
    return s._("'%(question)s' can be decided when '%(task)s' is accepted.", question=s.question,
               task=s.task), s.to_task


@_says("gate.missing")
def _missing(s: _Speaker) -> Said:
    return s._("%(party)s has not decided '%(question)s' (%(who)s).", party=s.party(), question=s.question,
               who=s.who_by_when(s.people(*s.values["persons"]))), s.to_gate


@_says("gate.not_enough")
def _not_enough(s: _Speaker) -> Said:
    counts = {name: words.number(s.values[name], s.reader) for name in ("n", "m", "k")}
    return s._("'%(question)s' needs %(n)s of %(m)s parties; %(k)s agreed so far. Still to decide: %(parties)s.",
               question=s.question, parties=s.parties(s.values["parties"]), **counts), s.to_gate


@_says("gate.side_missing")
def _side_missing(s: _Speaker) -> Said:
    return s._("'%(question)s' needs one decision from each side; %(party)s's is missing.", question=s.question,
               party=s.party()), s.to_gate


@_says("gate.refused")
def _refused(s: _Speaker) -> Said:
    named = {"party": s.party(), "question": s.question, "date": s.day("since")}
    if reason := s.because():
        return s._("%(party)s did not agree to '%(question)s' on %(date)s: '%(reason)s' Change what it is about, then "
                   "ask again.", reason=reason, **named), s.to_gate
    return s._("%(party)s did not agree to '%(question)s' on %(date)s. Change what it is about, then ask again.",
               **named), s.to_gate


@_says("gate.veto")
def _veto(s: _Speaker) -> Said:
    named = {"party": s.party(), "question": s.question, "date": s.day("since")}
    if reason := s.because():
        return s._("%(party)s used its veto at '%(question)s' on %(date)s: '%(reason)s' Only %(party)s can lift it.",
                   reason=reason, **named), s.to_gate
    return s._("%(party)s used its veto at '%(question)s' on %(date)s. Only %(party)s can lift it.", **named), s.to_gate


@_says("gate.lapsed")
def _lapsed(s: _Speaker) -> Said:
    thing, _, versions = (s.because("changed") or "").partition("=")
    before, _, after = versions.partition(">")
    if not after:
        return s._("%(party)s's decision on '%(question)s' lapsed: what it is about changed. %(party)s decides again.",
                   party=s.party(), question=s.question), s.to_gate
    return s._("%(party)s's decision on '%(question)s' lapsed: '%(thing)s' changed from version %(a)s to %(b)s. "
               "%(party)s decides again.", party=s.party(), question=s.question, thing=s.thing(thing), a=before,
               b=after), s.to_gate


@_says("gate.no_decider")
def _no_decider(s: _Speaker) -> Said:
    return s._("%(party)s has no signatory who could decide '%(question)s'. %(champion)s can name one.",
               party=s.party(), question=s.question, champion=s.holding("champion", s.values["of"])), s.to_people


# documents and figures


@_says("document.missing")
def _document_missing(s: _Speaker) -> Said:
    if s.hidden:
        return s._("A document of '%(task)s' is missing. %(party)s uploads it.", task=s.task,
                   party=s.party()), s.to_task
    if s.values.get("due") is None:
        return s._("The document '%(document)s' is missing. %(party)s uploads it.",
                   document=s.field(s.values["document"]), party=s.party()), s.to_task
    return s._("The document '%(document)s' is missing. %(party)s uploads it (due %(date)s).",
               document=s.field(s.values["document"]), party=s.party(), date=s.day("due")), s.to_task


@_says("document.not_accepted")
def _document_not_accepted(s: _Speaker) -> Said:
    if s.hidden:
        return s._("A document of '%(task)s' has not been accepted by %(party)s.", task=s.task,
                   party=s.whose), s.to_task
    return s._("'%(document)s', version %(n)s, has not been accepted by %(party)s.",
               document=s.field(s.values["document"]), n=words.number(s.values["n"], s.reader),
               party=s.whose), s.to_task


def _to_figure(s: _Speaker) -> Act:
    return Act(f"tasks/{s.values['figure'].split('.')[1]}", s._("See the task"))


def _to_proposal(s: _Speaker, kind: str, figure: str, label: str) -> Act | None:
    """Where a party of the contract proposes to all what becomes of a figure."""
    actor = s.facts.actor
    signs = {party.number for party in s.facts.contracting}
    if actor is None or actor.party not in signs or not actor.parts & {"champion", "signatory"}:
        return None
    return Act(f"{kind}?path={figure.partition('@')[0]}", label)


def _figure_hidden(s: _Speaker) -> Said:
    """What anybody may know of a figure he may not see."""
    return s._("'%(figure)s' does not yet reach what going on needs; %(party)s can see and change it.",
               figure=s.field(s.values["figure"]), party=s.party()), _to_figure(s)


@_says("figure.missing")
def _figure_missing(s: _Speaker) -> Said:
    if s.hidden:
        return _figure_hidden(s)
    return s._("'%(figure)s' has no value. %(party)s gives it in '%(task)s'.", figure=s.field(s.values["figure"]),
               party=s.party(), task=s.task), _to_figure(s)


@_says("figure.limit")
def _figure_limit(s: _Speaker) -> Said:
    if s.hidden:
        return _figure_hidden(s)
    unit = s.values["unit"]
    limit = s.quantity(s.values["limit"], unit)
    bound = {
        "at_least": s._("at least %(limit)s", limit=limit), "at_most": s._("at most %(limit)s", limit=limit),
        "above": s._("more than %(limit)s", limit=limit), "below": s._("less than %(limit)s", limit=limit),
    }[s.values["relation"]]
    return s._("'%(figure)s' is %(value)s; going on needs %(bound)s.", figure=s.field(s.values["figure"]),
               value=s.quantity(s.values["value"], unit), bound=bound), _to_figure(s)


@_says("answered.limit")
def _answered_limit(s: _Speaker) -> Said:
    """The sentence of a limit, of the share of a stage's questions that have a value; rounded away from the limit."""
    figure = s._("Fields answered in %(stage)s", stage=words.stage(s.facts.definition, s.values["stage"], s.reader))
    value = s.values["value"].quantize(Decimal("0.1"), ROUND_FLOOR)
    return s._("'%(figure)s' is %(value)s; going on needs %(bound)s.", figure=figure, value=s.quantity(value, "%"),
               bound=s._("at least %(limit)s", limit=s.quantity(s.values["limit"], "%"))), None


@_says("figure.two_values")
def _two_values(s: _Speaker) -> Said:
    if s.hidden:
        return _figure_hidden(s)
    a, b = (s.quantity(s.values[value], s.values[unit]) for value, unit in (("a", "unit"), ("b", "unit_b")))
    return s._("There are two values for '%(figure)s': %(a)s (%(source_a)s) and %(b)s (%(source_b)s). Settle which one "
               "counts.", figure=s.field(s.values["figure"]), a=a, b=b, source_a=s.values["source_a"] or s.party(),
               source_b=s.values["source_b"] or s.party("other")), _to_proposal(
                   s, "settle", s.values["figure"], s._("Settle it")) or _to_figure(s)


@_says("figure.units")
def _units(s: _Speaker) -> Said:
    if s.hidden:
        return _figure_hidden(s)
    return s._("'%(figure)s' is in %(a)s, the limit in %(b)s; they cannot be compared. %(party)s corrects the unit.",
               figure=s.field(s.values["figure"]), a=s.values["a"], b=s.values["b"], party=s.party()), _to_figure(s)


# seats, agreements and the contract


@_says("seat.empty")
def _seat_empty(s: _Speaker) -> Said:
    seat = say(s.facts.definition.parties[s.values["seat"]].name, s.reader.language)
    return s._("The seat '%(seat)s' is empty. %(name)s can invite an organisation.", seat=seat,
               name=s.holding("manager", None)), s.to_people


@_says("agreement.open")
def _agreement_open(s: _Speaker) -> Said:
    return s._("'%(agreement)s' is not signed by %(party)s (%(person)s).", agreement=s.task, party=s.whose,
               person=s.people(s.values["person"])), s.to_task


@_says("clauses.open")
def _clauses_open(s: _Speaker) -> Said:
    return s._("%(n)s of %(m)s clauses are not agreed: %(numbers)s. Next to answer: %(party)s.",
               n=words.number(s.values["n"], s.reader), m=words.number(s.values["m"], s.reader),
               numbers=words.numbers(s.values["numbers"], s.reader),
               party=s.whose), Act("contract", s._("Read the contract"))


@_says("contract.unsigned")
def _unsigned(s: _Speaker) -> Said:
    own = s.values["of"] == s.own
    act = Act("contract/sign", s._("Read and sign")) if own else Act("contract", s._("Read the contract"))
    return s._("Version %(n)s is not signed by %(party)s (%(person)s, asked %(date)s).",
               n=words.number(s.values["n"], s.reader), party=s.party(), person=s.people(*s.values["persons"]),
               date=s.day("date")), act


@_says("contract.signatures_ended")
def _signatures_ended(s: _Speaker) -> Said:
    return s._("The text changed on %(date)s, so %(names)s sign again on version %(n)s.", date=s.day("date"),
               names=s.people(*s.values["persons"]),
               n=words.number(s.values["n"], s.reader)), Act("contract", s._("See what changed"))


# dates


@_says("date.from")
def _from(s: _Speaker) -> Said:
    if why := s.values.get("why"):
        return s._("This is possible from %(date)s (%(why)s).", date=s.day("date"),
                   why=say(why, s.reader.language)), None
    return s._("This is possible from %(date)s.", date=s.day("date")), None


@_says("date.until")
def _until(s: _Speaker) -> Said:
    champions = (m.person for party in s.facts.contracting for m in s.facts.people(party.number, "champion"))
    return s._("The last day was %(date)s; %(names)s can agree on a new one.", date=s.day("date"),
               names=s.people(*champions)), None


# acts refused for other reasons


def N_(text: str) -> str:
    """Marks a sentence for translation; it is translated when it is spoken."""
    return text


# Sentences that only name what came with the refusal. Those of passwords stand with their forms.
PLAIN = {
    "opening.changed": N_("This opening was saved from another window. Look at it again before you go on."),
    "duty.unknown": N_("There is no such duty."),
    "duty.not_theirs": N_("Choose somebody who has come in and works for the party that owes it."),
    "duty.done": N_("Somebody has reported it as done already."),
    "not_found": N_("This does not exist, or it is not yours to see. Perhaps the link is old."),
    "link": N_("This link has ended. Ask for a new one."),
    "invitation": N_("This invitation is no longer open."),
    "key.used": N_("This was sent before, with something else in it. Look again, then send it once more."),
    "form.broken": N_("The form came in pieces. Nothing was changed. Send it again."),
    "reason.short": N_("Say what is needed, so that it can be answered in one go: %(least)s letters or more."),
    "text.hidden": N_("There is a hidden character in it (%(character)s). Type it again instead of pasting it."),
    "text.long": N_("Too long: %(have)s characters, up to %(most)s are possible."),
    "email.not_one_address": N_("This is not one complete address, such as r.kim@wmata.example."),
    "person.exists": N_("There is an account with this address already."),
    "person.active": N_("This account has a password already. Sign in."),
    # projects
    "project.moved": N_("Something in this project changed in the same moment. Nothing of yours was lost; look again."),
    "proposal.ended": N_("This proposal has been answered already."),
    "decision.wanted_missing": N_("Say what would help."),
    "contribution.too_long": N_("This is more than one task can hold. Send the longest part as a file."),
    "contract.changed": N_("The text changed. Nothing was signed. See what changed."),
    "contract.same": N_("Nothing has changed since version %(n)s; it still stands."),
    "agreement.is_signed": N_("This is not submitted but signed, by who signs for the party."),
    "contract.already_signed": N_("Version %(n)s is already signed for your party."),
    "contract.not_signed": N_("Version %(n)s is not signed by all yet."),
    "contract.not_sealed": N_("The seal of the host is being put on version %(n)s. Come back in a moment."),
    "contract.bytes_differ": N_("The file of version %(n)s is not the one that was signed. The operator has to look."),
    # resting, ending, leaving
    "hold.past": N_("Choose a day after today."),
    "neutral.name": N_("Say who it is."),
    "charter.part": N_("This is no part of the charter as it is now. Open the page again."),
    "charter.conflict": N_("Choose two goals of two parties that all have agreed to."),
    "charter.goals": N_("Only %(party)s says what it wants, with at least one goal."),
    "hold.over": N_("The project is not on hold any more."),
    "title.differs": N_("Type the name as it stands here: %(title)s"),
    "withdraw.others": N_("Others have come in. Withdrawing needs the agreement of all parties now."),
    # people
    "invitation.answered": N_("This invitation has been answered, or taken back."),
    "member.gone": N_("This person is not in the project any more."),
    "member.last_champion": N_("Name another champion first."),
    "parts.none": N_("Choose at least one part."),
    "substitute.not_here": N_("Choose somebody of the same party who has come in."),
    "absence.past": N_("Choose today or a later day."),
    "absence.ends_first": N_("The last day comes before the first."),
    "absence.over": N_("This has ended already."),
    "party.left": N_("%(name)s has been in this project and left it. The same organisation cannot come in again."),
    "logo.large": N_("This picture is too large: up to %(most)s KB are possible."),
    "logo.type": N_("A logo is a PNG or a JPEG."),
    "seat.full": N_("There is no place left in this seat."),
    "nudge.done": N_("There is nothing left to nudge about: it is done, or not asked any more."),
    "nudge.words": N_("Write a line of your own."),
    # opening one
    "organisation.looks_alike": N_("There is '%(name)s' already, which looks the same. Write it like that."),
    "seat.required": N_("Who is the %(seat)s? The project cannot begin without one."),
    "seat.nobody_contracts": N_("At least one organisation must be a party of the contract."),
    "seat.twice": N_("%(name)s already sits as %(seat)s. One organisation cannot decide on both sides."),
    "template.published": N_("Version %(number)s is published, and published versions do not change. Make a draft."),
    # templates and people of a host
    "template.draft_there": N_("There is a draft already: version %(number)s."),
    "template.newer": N_("The draft changed meanwhile: it is version %(number)s now. Look at it, then publish it."),
    "staff.roles": N_("Choose at least one role."),
    "staff.last_administrator": N_("Nobody else who can sign in is an administrator. Name another one first."),
    "staff.successor": N_("Choose another account manager of this host."),
    "staff.elsewhere": N_("This account also serves others here. Only its owner, or the operator, can do that."),
    "staff.deactivated": N_("This account was deactivated. The operator can open it again."),
    # passing on, waiting, entering
    "pass.nobody": N_("Choose a colleague, or give the name and address of a new one."),
    "pass.elsewhere": N_("This person is not of your party."),
    "pass.cannot": N_("%(person)s only reads here, or does not sign. Choose somebody else, or give them the part."),
    "pass.already": N_("%(person)s is asked for it already."),
    "pass.answered": N_("This was answered already, or the task was passed to somebody else."),
    "outside.who": N_("Say whom it waits for."),
    "outside.until_past": N_("Choose a day after today."),
    "outside.until_far": N_("Choose a day within %(most)s days; then say it again if it still waits."),
    "outside.body": N_("Say which body decided."),
    "outside.future": N_("This day has not come yet. Record the decision when it is made."),
    "outside.file": N_("Add the file that shows the decision."),
    "enter.signed": N_("What is signed cannot be entered for somebody else."),
    # talks
    "comment.empty": N_("Write something first."),
    "note.no_party": N_("Notes are private to a party, and you are of none."),
    "mention.unknown": N_("Somebody you mention is not in this project."),
    "mention.cannot_see": N_("%(person)s cannot see this, so they cannot be mentioned here."),
    "concern.nobody": N_("Choose who should read it."),
    # documents
    "document.none": N_("Choose the file."),
    "document.parties": N_("Choose among the parties of this project."),
    "document.seen_already": N_("Nothing would change: the same parties see it already."),
    # files
    "upload.empty": N_("'%(name)s' is empty. Look at it on your own device, then send it again."),
    "upload.locked": N_("'%(name)s' is protected by a password. Send it without."),
    "store.full": N_("The file could not be stored, the rest of your text is saved. The operator has been told."),
    "store.missing": N_("This file is not where it should be. The operator has been told."),
}
# What no page of ours offers: only a request made by hand gets there.
UNOFFERED = frozenset({"transition.unknown", "decision.unknown", "parts.unknown", "proposal.unknown",
                       "seat.unknown", "comment.unknown"})


def _other(s: _Speaker) -> str:
    return s._("This cannot be done now. Nothing was changed.")


def _plain(s: _Speaker) -> str:
    named = {name: words.number(value, s.reader) if isinstance(value, int) else value
             for name, value in s.values.items()}
    return s._(PLAIN[s.refusal.code], **named)


ERRORS.update(dict.fromkeys(PLAIN, _plain) | dict.fromkeys(UNOFFERED, _other))


def _when(s: _Speaker, name: str) -> str:
    """The hour of a moment today, else its day, hour and place."""
    moment: datetime = s.values[name]
    today = words.local_day(moment, s.reader) == s.reader.today
    return words.clock_time(moment, s.reader) if today else words.day_time(moment, s.reader)


def _faster_by(s: _Speaker, what: str) -> str:
    if not isinstance(s.values.get("since"), datetime):
        return s._("Someone else was faster: %(what)s.", what=what)
    return s._("Someone else was faster: %(what)s, %(time)s.", what=what, time=_when(s, "since"))


@_explains("on_hold", "project.on_hold")
def _on_hold(s: _Speaker) -> str:
    return s._("The project is on hold until %(date)s.", date=s.day("until"))


@_explains("ended", "project.ended")
def _ended(s: _Speaker) -> str:
    outcome = words.stage(s.facts.definition, s.values["outcome"], s.reader).lower()
    return s._("The project has ended (%(outcome)s, %(date)s).", outcome=outcome, date=s.day("at"))


@_explains("only")
def _only(s: _Speaker) -> str:
    if not s.values["persons"]:
        return s._("Nobody in this project can do this yet.")
    return s._("Only %(names)s can do this.", names=s.people(*s.values["persons"]))


@_explains("opener")
def _opener(s: _Speaker) -> str:
    if not s.values["names"]:
        return s._("Nobody may open projects here yet. An administrator can change that.")
    return s._("Only %(names)s can do this.", names=words.listed(s.values["names"], s.reader))


@_explains("role")
def _role(s: _Speaker) -> str:
    names = {"account_manager": s._("account managers"), "administrator": s._("administrators")}
    return s._("Only %(names)s can do this.", names=names[s.values["role"]])


@_explains("two_parties")
def _two_parties(s: _Speaker) -> str:
    return s._("%(person)s cannot decide for two parties.", person=s.people(s.values["person"]))


@_explains("faster")
def _faster(s: _Speaker) -> str:
    return s._("Someone else was faster: %(what)s, %(time)s.", what=s.values["what"], time=_when(s, "at"))


@_explains("too_often")
def _too_often(s: _Speaker) -> str:
    return s._("Too many tries. It works again at %(time)s.", time=_when(s, "until"))


@_explains("contribution.changed", "contribution.not_open", "contribution.not_submitted", "contribution.not_entered",
           "contribution.not_accepted")
def _contribution_changed(s: _Speaker) -> str:
    done = {
        "open": s._("'%(task)s' is being changed", task=s.task),
        "entered": s._("'%(task)s' was entered and waits for confirmation", task=s.task),
        "submitted": s._("'%(task)s' is submitted", task=s.task),
        "returned": s._("'%(task)s' was returned", task=s.task),
        "accepted": s._("'%(task)s' is accepted", task=s.task),
    }
    newer = s._("there is a newer version of '%(task)s'", task=s.task)
    return _faster_by(s, done.get(s.values.get("state", ""), newer))


@_explains("contribution.incomplete")
def _incomplete(s: _Speaker) -> str:
    return s.reader.ngettext(
        "%(num)s field is open. Submitting is possible when it has a value or is marked not available.",
        "%(num)s fields are open. Submitting is possible when each has a value or is marked not available.",
        len(s.values["fields"]))


@_explains("draft.changed")
def _draft_changed(s: _Speaker) -> str:
    return _faster_by(s, s._("the draft of '%(task)s' was saved elsewhere", task=s.task))


@_explains("task.not_begun_yet")
def _not_begun_yet(s: _Speaker) -> str:
    return s._("'%(task)s' is not asked yet.", task=s.task)


@_explains("task.stage_passed")
def _stage_passed(s: _Speaker) -> str:
    return s._("'%(task)s' belongs to an earlier stage. Going back to that stage opens it again.", task=s.task)


@_explains("outside.ended", "outside.not_yet")
def _outside_ended(s: _Speaker) -> str:
    if s.refusal.code == "outside.not_yet":
        return s._("'%(task)s' still waits.", task=s.task)
    return s._("'%(task)s' does not wait for anybody outside any more.", task=s.task)


@_explains("help.open", "help.ended")
def _help(s: _Speaker) -> str:
    if s.refusal.code == "help.open":
        return s._("Help is asked for '%(task)s' already. Say more there, or say that it helped.", task=s.task)
    return s._("Nobody asks for help with '%(task)s' any more.", task=s.task)


@_explains("document.changed")
def _document_changed(s: _Speaker) -> str:
    return s._("There is a newer version of this document. Look at it, then send yours again.")


@_explains("document.asked_for")
def _document_asked_for(s: _Speaker) -> str:
    return s._("This file belongs to '%(task)s'. Change it there: it comes with the next version.", task=s.task)


# files that were not taken


@_explains("upload.too_large")
def _too_large(s: _Speaker) -> str:
    limit = s.values["limit_mb"]
    if "size_mb" not in s.values:
        return s._("This file is too large; the limit is %(limit)s MB. Send it in parts or make it smaller.",
                   limit=limit)
    return s._("'%(name)s' has %(size)s MB; the limit is %(limit)s. Send it in parts or make it smaller.",
               name=s.values["name"], size=s.values["size_mb"], limit=limit)


@_explains("upload.type")
def _type(s: _Speaker) -> str:
    named = {"name": s.values["name"], "extension": s.values["extension"]}
    match s.values["kind"]:
        case "program":
            return s._("'%(name)s' is a program. We do not keep programs.", **named)
        case "archive":
            return s._("'%(name)s' is an archive. Unpack it and send its files one by one.", **named)
        case "old_office":
            return s._("'%(name)s' is in an old format. Save it as .docx, .xlsx, .pptx or PDF, then send it again.",
                       **named)
        case "macro":
            return s._("'%(name)s' may hold macros. Save it without them, or as PDF, then send it again.", **named)
    return s._("We take PDF, pictures, text and office files. '%(name)s' is none of them; a PDF of it will do.",
               **named)


@_explains("upload.disguised")
def _disguised(s: _Speaker) -> str:
    claims = str(s.values["claims"]).upper()
    if s.values["found"] in ("program", "script"):
        return s._("This file is a program disguised as a %(claims)s. We did not keep it.", claims=claims)
    return s._("'%(name)s' is not a %(claims)s, whatever its name says. We did not keep it. Save it anew in the "
               "program it was made with.", name=s.values["name"], claims=claims)


@_explains("upload.active")
def _active(s: _Speaker) -> str:
    name = s.values["name"]
    ways = {
        "virus": s._("'%(name)s' is what virus scanners warn of. We did not keep it.", name=name),
        "macro": s._("'%(name)s' holds macros. We did not keep it. Save it without them, or as PDF.", name=name),
        "embedded": s._("'%(name)s' holds another file inside. We did not keep it. Send that one on its own.",
                        name=name),
        "form": s._("'%(name)s' is a form that calculates by itself. We did not keep it. Print it to a new PDF.",
                    name=name),
        "external": s._("'%(name)s' fetches something from elsewhere when it is opened. We did not keep it. Save it "
                        "with everything inside, or as PDF.", name=name),
    }
    return ways.get(s.values["what"], s._(
        "'%(name)s' does something by itself when it is opened. We did not keep it. Print it to a new PDF.",
        name=name))


@_explains("upload.bomb")
def _bomb(s: _Speaker) -> str:
    name = s.values["name"]
    if s.values["what"] == "pixels":
        return s._("'%(name)s' is a picture far larger than any screen. We did not keep it. Make it smaller.",
                   name=name)
    return s._("'%(name)s' unpacks to far more than it seems. We did not keep it. Save it anew, or send a PDF of it.",
               name=name)


@_explains("upload.broken")
def _broken(s: _Speaker) -> str:
    name = s.values["name"]
    if s.values["why"] == "encoding":
        return s._("'%(name)s' is not in a spelling we can read. Save it as UTF-8, then send it again.", name=name)
    return s._("'%(name)s' cannot be read; it may have been cut off on the way. Send it again.", name=name)


@_explains("task.lapsed")
def _task_lapsed(s: _Speaker) -> str:
    return s._("'%(task)s' is not asked any more.", task=s.task)


@_explains("gate.changed")
def _gate_changed(s: _Speaker) -> str:
    return s._("What '%(question)s' is about has changed. Nothing was decided. See what changed.", question=s.question)


@_explains("gate.passed")
def _gate_passed(s: _Speaker) -> str:
    return s._("The project is in another stage now; '%(question)s' cannot be decided there.", question=s.question)


@_explains("stage.changed")
def _stage_changed(s: _Speaker) -> str:
    stage = words.stage(s.facts.definition, s.values["stage"], s.reader)
    return _faster_by(s, s._("the project is in %(stage)s now", stage=stage))


@_explains("contract.not_here")
def _contract_not_here(s: _Speaker) -> str:
    stage = words.stage(s.facts.definition, s.values["stage"], s.reader)
    return s._("The contract is not written in the stage %(stage)s.", stage=stage)


@_explains("contract.gaps")
def _contract_gaps(s: _Speaker) -> str:
    return s._("Values are missing in the clauses %(numbers)s.", numbers=words.numbers(s.values["numbers"], s.reader))


@_explains("member.there")
def _member_there(s: _Speaker) -> str:
    return s._("%(person)s is in this project already.", person=s.people(s.values["person"]))


@_explains("member.elsewhere")
def _member_elsewhere(s: _Speaker) -> str:
    return s._("%(person)s is in this project for another party. One person cannot be on both sides.",
               person=s.people(s.values["person"]))


@_explains("hold.long")
def _hold_long(s: _Speaker) -> str:
    return s._("%(date)s is the latest day that is possible.", date=s.day("latest"))


@_explains("party.optional")
def _party_optional(s: _Speaker) -> str:
    return s._("%(party)s can leave; the project goes on without it.", party=s.party("party"))


@_explains("party.required")
def _party_required(s: _Speaker) -> str:
    return s._("The project cannot go on without %(party)s. Declining ends it for all.", party=s.party("party"))


@_explains("member.looks_after")
def _member_looks_after(s: _Speaker) -> str:
    return s._("%(person)s looks after this project and hands it over first.", person=s.people(s.values["person"]))


@_explains("member.heir")
def _member_heir(s: _Speaker) -> str:
    return s._("Who takes over the open tasks of %(person)s?", person=s.people(s.values["person"]))


@_explains("nudge.soon")
def _nudge_soon(s: _Speaker) -> str:
    return s._("%(party)s was nudged about this already. It is possible again on %(date)s.", party=s.party("party"),
               date=s.day("possible"))


@_explains("nudge.nobody")
def _nudge_nobody(s: _Speaker) -> str:
    return s._("Nobody of %(party)s who could do it has come in yet.", party=s.party("party"))


@_explains("template.errors")
def _template_errors(s: _Speaker) -> str:
    return s.reader.ngettext("%(num)s error stands in the way.", "%(num)s errors stand in the way.",
                             len(s.values["findings"]))


@_explains("staff.projects")
def _staff_projects(s: _Speaker) -> str:
    return s.reader.ngettext("%(num)s project needs a new account manager: choose.",
                             "%(num)s projects need a new account manager: choose.", s.values["count"])
