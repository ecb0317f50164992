"""What can be done about a limit that is missed, in sentences: on Now, on the task and at the gate."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from cocreate import sentences, words
from cocreate.domain import limits
from cocreate.domain.limits import Out
from cocreate.views.room import frame
from cocreate.web import login, pages
from workflows.facts import Facts
from workflows.refusals import Refusal
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way out: who can take it; and, if the reader can, where and what its button says."""

    text: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Missed:
    """The limits that figures miss, each as a sentence, and the ways out of all of them."""

    texts: tuple[str, ...]
    ways: tuple[WayOut, ...]


def missed(facts: Facts, task: str | None = None) -> Missed | None:
    """What stands in the way of going on, or only figures of one task."""
    found = limits.missed(facts, task)
    return Missed(tuple(sentence(facts, one) for one in found), ways_out(facts, found)) if found else None


def sentence(facts: Facts, refusal: Refusal) -> str:
    return sentences.refusal(refusal, facts, pages.reader(), party=facts.own, mask=frame.mask(facts)).text


def ways_out(facts: Facts, refusals: Sequence[Refusal]) -> tuple[WayOut, ...]:
    """Of the limits that are missed; of any other reason there is none here."""
    found = [one for one in refusals if one.code == limits.LIMIT]
    return tuple(_way(facts, out) for out in limits.ways_out(facts, found)) if found else ()


def _way(facts: Facts, out: Out) -> WayOut:
    names = words.listed((frame.person_name(facts, person) for person in out.persons), pages.reader(), either=True)
    ref, mine = facts.project.ref, login.me().id in out.persons
    match out.kind:
        case "change":
            task = say(facts.definition.tasks[out.key][1].title, pages.language())
            text = _("%(names)s can still change the value in '%(task)s'.", names=names, task=task)
            label, url = _("Change the value"), url_for("room.task", ref=ref, key=out.key, party=out.party)
        case "waive":
            text = _("%(names)s can propose to go on all the same; all contracting parties must agree.", names=names)
            label, url = _("Propose to go on all the same"), url_for("room.waive", ref=ref, path=out.key)
        case "answer":
            text = _("It is proposed to go on all the same; %(names)s can answer.", names=names)
            label, url = _("Answer"), url_for("room.proposal", ref=ref, number=int(out.key))
        case _:
            stage = pages.stage(facts.definition, facts.definition.transitions[out.key].to)
            text = _("%(names)s can take the project back to %(stage)s.", names=names, stage=stage)
            label, url = _("Back to %(stage)s", stage=stage), url_for("room.go_back", ref=ref, key=out.key)
    return WayOut(text, label, url if mine else "")
