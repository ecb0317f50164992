"""What a transition waits for, in words, before there is a project. A draft may name what is not there."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _

from cocreate import words
from cocreate.domain.asking import answers_offered
from cocreate.web import pages
from workflows import conditions as c
from workflows.definition import Definition
from workflows.fields import Hangs, OnlyIf, answers_of
from workflows.texts import say

_TURNED = {"at_least": "below", "at_most": "above", "above": "at_most", "below": "at_least"}


def waits_for(definition: Definition, when: c.AnyCondition | None) -> list[str]:
    """Each thing that has to be there, as half a sentence: "all required tasks of the stage are accepted"."""
    match when:
        case None:
            return []
        case c.All(all=inner):
            return [said for one in inner for said in waits_for(definition, one)]
        case _:
            return [_clause(definition, when)]


def only_if_words(definition: Definition, only_if: Hangs | str | None) -> str:
    """Without what a field, a task, a clause or an annex is not there; empty where it always is."""
    if isinstance(only_if, str):
        seat = definition.parties.get(only_if)
        return _("Only if there is: %(seat)s.", seat=_say(seat.name) if seat else only_if)
    return " ".join(_answered(definition, one) for one in answers_of(only_if))


def _answered(definition: Definition, only_if: OnlyIf) -> str:
    task, name = only_if.answer.split(".")[1:]
    found = definition.tasks.get(task)
    field = found[1].fields.get(name) if found else None
    if found is None or field is None:
        return _("Only if '%(field)s' is answered so.", field=only_if.answer)
    answers = [_say(said) for key, said in answers_offered(field).items() if only_if.holds((key,))]
    return _("Only if “%(field)s” in '%(task)s' is: %(answers)s.", field=_say(field.label), task=_say(found[1].title),
             answers=words.listed(answers, pages.reader(), either=True))


def _clause(definition: Definition, when: c.AnyCondition) -> str:
    match when:
        case c.Tasks():
            return _("all required tasks of the stage are accepted")
        case c.TaskAccepted(task=key):
            return _("'%(task)s' is accepted", task=_task(definition, key))
        case c.GateAgreed(gate=key):
            gate = definition.gates.get(key)
            return _("'%(question)s' is agreed", question=_say(gate[1].question) if gate else key)
        case c.DocumentThere(document=path):
            return _("'%(document)s' is there and accepted", document=_field(definition, path))
        case c.Answered(answered=share):
            return _("%(share)s of the required fields of the stage have a value",
                     share=words.quantity(share * 100, "%", pages.reader()))
        case c.PartySeated(party=key):
            seat = definition.parties.get(key)
            return _("the seat '%(seat)s' is taken", seat=_say(seat.name) if seat else key)
        case c.ContractIs(contract=state):
            return {"complete": _("no value is missing in the contract"),
                    "agreed": _("the text of the contract is agreed"),
                    "signed": _("all have signed the contract")}[state]
        case c.Signed(signed=key):
            return _("'%(agreement)s' is signed by all who are asked", agreement=_task(definition, key))
        case c.All(all=inner) | c.Any_(any=inner):
            return words.listed((_clause(definition, one) for one in inner), pages.reader(),
                                either=isinstance(when, c.Any_))
        case _:
            return _compared(definition, when)


def _compared(definition: Definition, when: c.FigureReaches | c.DateReached | c.Not) -> str:
    """A comparison; behind "not" it is turned round."""
    turned = isinstance(when, c.Not)
    match when.not_ if isinstance(when, c.Not) else when:
        case c.FigureReaches(figure=comparison):
            return _figure(definition, comparison, turned=turned)
        case c.DateReached(date=window):
            return _date(window, turned=turned)
        case other:
            raise AssertionError(f"{other} cannot stand behind not")


def _figure(definition: Definition, comparison: c.Comparison, *, turned: bool) -> str:
    relation, limit = comparison.limit
    bound = (words.quantity(limit, comparison.unit, pages.reader()) if isinstance(limit, Decimal)
             else f"'{_field(definition, limit)}'")
    relation = _TURNED[relation] if turned else relation
    return _("'%(figure)s' is %(bound)s", figure=_field(definition, comparison.path), bound={
        "at_least": _("at least %(limit)s", limit=bound), "at_most": _("at most %(limit)s", limit=bound),
        "above": _("more than %(limit)s", limit=bound), "below": _("less than %(limit)s", limit=bound)}[relation])


def _date(window: c.DateWindow, *, turned: bool) -> str:
    first, last = _day(window.not_before), _day(window.not_after)
    before, after = (_("it is before %(day)s", day=first), _("it is after %(day)s", day=last)) if turned else \
        (_("it is %(day)s or later", day=first), _("it is %(day)s or earlier", day=last))
    said = [one for one, day in ((before, first), (after, last)) if day]
    return words.listed(said, pages.reader(), either=turned)


def _day(written: str | None) -> str:
    """A day of a definition; as it is written where there is no such day."""
    with suppress(ValueError):
        return words.day(date.fromisoformat(written), pages.reader(), year=True) if written else ""
    return written or ""


def _task(definition: Definition, key: str) -> str:
    found = definition.tasks.get(key)
    return _say(found[1].title) if found else key


def _field(definition: Definition, path: str) -> str:
    """The label behind stage.task.field(.column)(@seat); a document task by its title."""
    _stage, key, name, *_column = path.partition("@")[0].split(".")
    found = definition.tasks.get(key)
    field = found[1].fields.get(name) if found else None
    return _say(field.label) if field else _task(definition, key) if found else path


def _say(text: str | Mapping[str, str]) -> str:
    return say(text, pages.language())
