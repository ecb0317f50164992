"""Other words of a clause: what all agreed stands there in place of what the template says.

Kept is a text of the template's kind, with ``$name`` for a value. People read and write the value by what it is called,
in square brackets: ``[Fee per year]``.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from cocreate.domain.prose import placeholders
from cocreate.errors import Conflict, Invalid
from workflows import engine
from workflows.definition import Clause, Definition
from workflows.facts import Facts, ProposalFact, ProposalState
from workflows.texts import say

WORDING = "wording"  # the kind of a proposal; its subject is the key of the clause
MOST = 8000
MOST_VALUES = 100  # how often values are named: each is filled in anew
_NAMED = re.compile(r"\[([^\[\]\n]*)\]")
_KEPT = re.compile(r"\\\\|\\\$|\$\$|\$(?:\{(?P<braced>\w+)\}|(?P<bare>[A-Za-z_][A-Za-z0-9_]*))")


def agreed(facts: Facts) -> dict[str, str]:
    """The clauses of which all agreed on other words, with these."""
    found = {key: facts.holding(WORDING, key) for key in facts.definition.clauses}
    return {key: str(json.loads(one.body)["text"]) for key, one in found.items() if one is not None}


def standing(facts: Facts, key: str) -> str:
    """The words of a clause as they are now, values by their names."""
    return agreed(facts).get(key) or say(facts.definition.clauses[key].text, facts.project.language)


def before(facts: Facts, proposal: ProposalFact) -> str:
    """The words that a proposal takes the place of."""
    earlier = max((one for one in facts.proposals if one.is_about(WORDING, proposal.subject)
                   and one.number < proposal.number and one.state is ProposalState.AGREED),
                  key=lambda one: one.number, default=None)
    return str(json.loads(earlier.body)["text"]) if earlier else say(
        facts.definition.clauses[proposal.subject].text, facts.project.language)


def shown(kept: str, called: Mapping[str, str]) -> str:
    """As people read it. called: name of a value -> what people call it."""
    def one(found: re.Match[str]) -> str:
        name = found["braced"] or found["bare"]
        return f"[{called[name]}]" if name else found[0][1:]

    return _KEPT.sub(one, kept)


def kept(typed: str, called: Mapping[str, str]) -> str:
    """As it is kept. Raises: Invalid (wording.value) where a pair of brackets names no value."""
    names = {label: name for name, label in called.items()}

    def one(found: re.Match[str]) -> str:
        if found[1] not in names:
            raise Invalid("wording.value", field="text", name=found[0])
        return f"${{{names[found[1]]}}}"

    return _NAMED.sub(one, typed.replace("\\", "\\\\").replace("$", "$$"))


def left_out(clause: Clause, before: str, after: str) -> tuple[str, ...]:
    """The needs that the words before print and those after do not."""
    still = {clause.needs[name] for name in placeholders(after)}
    return tuple(dict.fromkeys(need for name in placeholders(before) if (need := clause.needs[name]) not in still))


def is_signed(facts: Facts) -> bool:
    return engine.waits_for_signatures(facts.definition, facts.project.stage)


def check(facts: Facts, subject: str, body: Mapping[str, Any]) -> None:
    """The clause is one of the contract, which is not being signed, and the words are others, with its values alone."""
    text = str(body.get("text", "")).strip()
    if subject not in facts.definition.clauses or not 0 < len(text) <= 3 * MOST or not _declared(
            facts.definition, subject, text):
        raise Invalid("proposal.unknown", field="kind")
    if sum(any(found.groups()) for found in _KEPT.finditer(text)) > MOST_VALUES:
        raise Invalid("wording.values", field="text", most=MOST_VALUES)
    if is_signed(facts):
        raise Conflict("wording.signing")
    if _plain(text) == _plain(standing(facts, subject)):
        raise Invalid("wording.same", field="text")


def _declared(definition: Definition, key: str, text: str) -> bool:
    return set(placeholders(text)) <= definition.clauses[key].needs.keys()


def _plain(text: str) -> str:
    """The same for two ways to write the same words."""
    return re.sub(r"\$\{(\w+)\}", r"$\1", text).strip()
