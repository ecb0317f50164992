"""What stands beside a clause: where it comes from, who agrees to it, what is missing in it and what can be done."""

import json
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import sentences, words
from cocreate.db import db
from cocreate.domain import wordings
from cocreate.domain.answers import Answer, rows_of
from cocreate.domain.composing import called
from cocreate.domain.contract import ClauseText, ContractText, Gap
from cocreate.domain.rights import Act, may
from cocreate.domain.wordings import WORDING
from cocreate.sentences.agreeing import contract_gate
from cocreate.services import accepted, casebook, comments
from cocreate.views.room import frame, missing
from cocreate.views.room.frame import PartyView
from cocreate.web import pages
from workflows.facts import DecisionState, Facts
from workflows.texts import say


@dataclass(frozen=True, slots=True)
class Come:
    """One thing a clause comes from."""

    label: str
    url: str
    more: str = ""
    quoted: str = ""  # in somebody's own words


@dataclass(frozen=True, slots=True)
class Reserved:
    """With what a party agreed, though it has a reservation."""

    party: PartyView
    words: str
    question: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A clause as the list of clauses has it."""

    clause: ClauseText
    comes_from: tuple[Come, ...]
    states: tuple[tuple[PartyView, str, str], ...]  # party, kind of verdict, words
    said: str  # how many comments, in words; "" where there is none and none can be made
    given: tuple[tuple[str, str], ...]  # what was settled later and given since: who and when, the value
    proposed: str  # where its words began in a published case
    missing: tuple["Missing", ...]
    reserved: tuple[Reserved, ...]  # about what it is filled from


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that is missing in a clause, and the ways out of it."""

    gap: Gap
    sentence: str
    acts: tuple[sentences.Act, ...]


def lines(facts: Facts, text: ContractText) -> list[Line]:
    """Every clause of a text, in its order."""
    said = comments.counted(db.session(), facts, "clause")
    states, begun = _states(facts), _from_case(facts, text)
    return [Line(clause, (*_given(facts, clause), *_decided(facts, clause), *_agreed(facts, clause)), states,
                 _said(facts, said.get(clause.key, 0)), _given_since(facts, clause), begun.get(clause.key, ""),
                 _missing(facts, clause), reservations(facts, *_gates(facts, clause)))
            for clause in text.clauses]


def notes(facts: Facts, text: ContractText) -> dict[str, Line]:
    """What stands under each clause on the page to read."""
    return {line.clause.key: line for line in lines(facts, text)}


def _said(facts: Facts, comments: int) -> str:
    if comments:
        return ngettext("%(num)s comment", "%(num)s comments", comments)
    return "" if facts.ended else _("Comment")


def _missing(facts: Facts, clause: ClauseText) -> tuple[Missing, ...]:
    """For each missing value: give it, settle it later, or strike the clause."""
    return tuple(Missing(gap, _("%(label)s: not given (%(reason)s).", label=gap.label, reason=gap.reason)
                         if gap.reason else _("%(label)s: not given.", label=gap.label),
                         missing.ways(facts, gap.path, clause.key))
                 for gap in (clause.gaps if clause.state != "struck" else ()))


def _given(facts: Facts, clause: ClauseText) -> tuple[Come, ...]:
    home = url_for("room.now", ref=facts.project.ref)
    return tuple(Come(source.label, f"{home}/{source.href_path}" if source.href_path else "",
                      f"v{source.version} ({source.party})" if source.party else "") for source in clause.sources)


def _gates(facts: Facts, clause: ClauseText) -> list[str]:
    """The gates at which is decided on what the clause is filled from."""
    tasks = {source.href_path.removeprefix("tasks/") for source in clause.sources}
    return [key for key, (_stage, gate) in facts.definition.gates.items()
            if gate.about != "contract" and tasks & set(facts.definition.about(key))]


def _decided(facts: Facts, clause: ClauseText) -> tuple[Come, ...]:
    """Those at which all agreed."""
    return tuple(Come(_("decision: %(question)s", question=_question(facts, key)), _gate_url(facts, key),
                      words.day(max(one.since for one in asked), pages.reader()))
                 for key in _gates(facts, clause)
                 if (asked := facts.asked_at(key)) and all(one.agreed for one in asked))


def reservations(facts: Facts, *gates: str) -> tuple[Reserved, ...]:
    """What parties reserved when they agreed there, as long as their decision holds."""
    views = frame.party_views(facts)
    return tuple(Reserved(views[one.party], one.reason or "", _question(facts, key), _gate_url(facts, key))
                 for key in gates for one in facts.asked_at(key) if one.state is DecisionState.RESERVED)


def about_the_whole(facts: Facts) -> tuple[Reserved, ...]:
    """What parties reserved about the contract as a whole."""
    key = contract_gate(facts)
    return reservations(facts, key) if key else ()


def _question(facts: Facts, key: str) -> str:
    return say(facts.definition.gates[key][1].question, pages.language())


def _gate_url(facts: Facts, key: str) -> str:
    return url_for("room.gate", ref=facts.project.ref, key=key)


def _agreed(facts: Facts, clause: ClauseText) -> tuple[Come, ...]:
    """What all agreed about it: settled later, said in other words, or struck."""
    subjects = [("later", need) for need in facts.definition.clauses[clause.key].needs.values()]
    found: dict[str, int] = {}  # the same reason once
    for kind, subject in (*subjects, (WORDING, clause.key), ("strike", clause.key)):
        proposal = facts.holding(kind, subject)
        if proposal is not None and (kind == "strike") == (clause.state == "struck"):
            found.setdefault(str(json.loads(proposal.body).get("reason", "")), proposal.number)
    return tuple(Come(_("agreed by all"), url_for("room.proposal", ref=facts.project.ref, number=number), quoted=reason)
                 for reason, number in found.items())


def other_words(facts: Facts, clause: ClauseText) -> tuple[str, str]:
    """The way to other words for it, as (address, label); without an address what to do first. Both "": no way."""
    if facts.ended or facts.on_hold or clause.state == "struck" or not may(Act.CLAUSES, facts.actor):
        return "", ""
    number = missing.proposed(facts, WORDING, clause.key)
    if number is not None:
        return url_for("room.proposal", ref=facts.project.ref, number=number), _("See the words that are proposed")
    if wordings.is_signed(facts):
        return "", _("To have other words here, go back with a reason first: the contract is being signed.")
    return url_for("room.wording", ref=facts.project.ref, clause=clause.key), _("Propose other words")


def _given_since(facts: Facts, clause: ClauseText) -> tuple[tuple[str, str], ...]:
    return tuple((_("“%(label)s”, given after the signature by %(party)s on %(day)s",
                    party=facts.party(duty.party).name, day=words.day(duty.done_at, pages.reader()),
                    label=called(facts.definition, duty.gives, pages.language())), duty.said)
                 for duty in facts.duties if duty.clause == clause.key and duty.gives and duty.said and duty.done_at)


_VERDICTS = {DecisionState.AGREED: "yes", DecisionState.RESERVED: "yes", DecisionState.REFUSED: "no"}


def _states(facts: Facts) -> tuple[tuple[PartyView, str, str], ...]:
    """What each party says to all clauses at once: clause by clause comes later."""
    key, views = contract_gate(facts), frame.party_views(facts)
    said = {"yes": _("agreed"), "no": _("does not agree"), "open": _("open")}
    reserved = {one.party.number for one in reservations(facts, *([key] if key else ()))}
    found = []
    for party in facts.contracting:
        decision = facts.decision(key, party.number) if key and facts.contract else None
        verdict = _VERDICTS.get(decision.state, "open") if decision else "open"
        found.append((views[party.number], verdict, _("agreed with a reservation") if party.number in reserved
                      else said[verdict]))
    return tuple(found)


def _from_case(facts: Facts, text: ContractText) -> dict[str, str]:
    """Clause -> whose proposal from a published case its words still are."""
    case = casebook.of_project(db.session(), facts.project.ref)
    if case is None:
        return {}
    counting = accepted.readable(db.session(), facts)
    found = {}
    for clause in text.clauses:
        for need in facts.definition.clauses[clause.key].needs.values():
            if "." not in need:
                continue
            _stage, task, field = need.partition("@")[0].split(".")
            begun = _cells(casebook.begun(case, task, facts.definition.tasks[task][1]).get(field))
            givers = [facts.party(party).name for (key, party), (_n, answers) in counting.items()
                      if key == task and begun & _cells(answers.get(field))]
            if givers:
                found[clause.key] = _("Proposed by %(party)s from a published case: %(case)s",
                                      party=words.listed(givers, pages.reader()), case=case.title)
    return found


def _cells(answer: Answer | None) -> set[str]:
    """The words in the rows of a table."""
    return {str(cell.value) for row in rows_of(answer) for cell in row.values()} if answer else set()
