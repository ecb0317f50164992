"""The contract of a played case: what it lacks is settled later or struck, then a version is made ready."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from cocreate.db import db, transaction
from cocreate.domain import contract as domain
from cocreate.domain.turns import may_freeze
from cocreate.services import composing, contracts
from cocreate.services.playing.told import REASON, Decided, Told
from workflows.definition import Clause
from workflows.facts import Facts
from workflows.texts import say

RULE = "as both sides have measured or agreed by then"
LATER = timedelta(days=60)


def contract(told: Told) -> bool:
    """Settle what is missing, then make a version ready; whether anything was done."""
    facts = told.facts()
    if told.definition.stages[facts.project.stage].contract != "prepared" or facts.contract is not None:
        return False
    who = next(m for m in facts.members if may_freeze(replace(facts, actor=m)))
    facts = told.facts(who.person)
    text = composing.whole(db.session(), facts)
    gaps = [(clause.key, gap) for clause in text.clauses if clause.state != "struck" for gap in clause.gaps]
    _close(told, facts, gaps, text.annexes)
    moment = told.now()
    db.session.rollback()
    prepared = contracts.prepare(db.session(), told.ref, store=told.store, actor=who.person, now=moment)
    with transaction() as session:
        contracts.freeze(session, told.ref, prepared, actor=who.person, key=told.key(), now=moment)
    return True


def _close(told: Told, facts: Facts, gaps: list[tuple[str, domain.Gap]], annexes: Sequence[domain.AnnexText]) -> None:
    """A clause that may be struck is; every other missing value is settled later by a named rule."""
    for key in dict.fromkeys(key for key, _ in gaps if _clause(told, key).optional):
        told.agree("strike", key, {"clause": key, "reason": REASON})
        told.struck.append(Decided(key, say(_clause(told, key).title)))
    needed = [gap.path for key, gap in gaps if not _clause(told, key).optional]
    by = (facts.project.target + LATER).isoformat()
    for path in dict.fromkeys([*needed, *(gap.path for annex in annexes for gap in annex.gaps)]):
        told.agree("later", path, {"parties": _givers(told, facts, path), "by": by, "rule": RULE, "reason": REASON})
        told.later.append(Decided(path, _need(told, path)))


def _clause(told: Told, key: str) -> Clause:
    return told.definition.clauses[key]


def _need(told: Told, need: str) -> str:
    return told.label(need) if "." in need else need


def _givers(told: Told, facts: Facts, need: str) -> list[int]:
    """Whose value it is; where nobody who contracts sits there, everybody who does."""
    path, _, seat = need.partition("@")
    of = [seat] if seat else told.definition.tasks[path.split(".")[1]][1].of if "." in path else []
    contracting = [party.number for party in facts.contracting]
    return [party.number for party in facts.holders(of) if party.number in contracting] or contracting
