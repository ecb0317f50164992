"""A contract or short agreement that is being signed ends with what it was made from."""

from workflows import engine
from workflows.facts import OWED, ContractState, Facts, TaskFact, TaskState
from workflows.fields import Computed
from workflows.progression.tasks import reopen
from workflows.values import replace


def contract_inputs(facts: Facts) -> frozenset[str]:
    """The tasks whose answers stand in the contract: in clauses, annexes, among parties, or in a figure worked out."""
    definition = facts.definition
    paths = [*(need for clause in definition.clauses.values() for need in clause.needs.values() if "." in need),
             *(annex.of for annex in definition.annexes.values()), *(rule.rows for rule in definition.duties),
             *(path for _, path in definition.party_details.named()),
             *(path for rule in definition.decide for _, path in rule.named()),
             *definition.contract_hangs_on]
    found: set[str] = set()
    while paths:
        _, key, name, *_ = paths.pop().partition("@")[0].split(".")
        field = definition.tasks[key][1].fields.get(name)
        if key not in found and isinstance(field, Computed):
            paths += field.of
        found.add(key)
    return frozenset(found)


def end_outdated_contract(facts: Facts) -> Facts:
    """A frozen contract stands only while what it was made from stands: see ``contract_inputs``."""
    contract = facts.contract
    if contract is None or contract.state is not ContractState.FROZEN:
        return facts
    if any(party.left_at is not None and party.left_at > contract.frozen_at for party in facts.parties):
        return end_contract(facts, "parties")
    inputs = contract_inputs(facts)
    touched = next((task for task in facts.tasks if task.key in inputs and task.number
                    and task.since > contract.frozen_at), None)
    return end_contract(facts, f"task:{touched.key}@{touched.party}") if touched else facts


def end_contract(facts: Facts, because: str, paper: str = "") -> Facts:
    """The version that stands is ended, and every signature under it, visibly."""
    standing = facts.standing(paper)
    if standing is None:
        return facts
    for signature in facts.under(standing):
        if signature.ended_at is None:
            facts = facts.with_signature(replace(signature, ended_at=facts.now))
    return facts.with_contract(replace(standing, state=ContractState.ENDED, ended_at=facts.now, ended_because=because))


def end_outdated_agreements(facts: Facts) -> Facts:
    """A short agreement stands for exactly the parties it names, and until it is asked anew."""
    for paper in dict.fromkeys(one.paper for one in facts.papers if one.paper):
        standing = facts.standing(paper)
        if standing is None:
            continue
        if any(task.round > 1 and task.state in OWED and task.since > standing.frozen_at
               for task in facts.instances(paper)):
            facts = end_agreement(facts, paper, "reopened")
        elif standing.state is ContractState.FROZEN and any(
                party.seat in facts.definition.tasks[paper][1].of and standing.frozen_at < moment
                for party in facts.parties for moment in (party.joined_at, party.left_at) if moment):
            facts = end_agreement(facts, paper, "parties")
    return facts


def end_agreement(facts: Facts, paper: str, because: str, reason: str = "") -> Facts:
    """A short agreement that is being signed ends; who had signed it is asked again."""
    for task in facts.instances(paper):
        if task.state is TaskState.ACCEPTED:
            facts = reopen(facts, task, reason)
        elif task.state in OWED and reason:
            facts = facts.with_task(replace(task, reason=reason))
    return end_contract(facts, because, paper)


def excuse(facts: Facts, task: TaskFact) -> Facts:
    """A party need not sign a short agreement any more; a text that names it and is being signed ends."""
    standing = facts.standing(task.key)
    if standing is not None and standing.state is ContractState.FROZEN:
        facts = end_agreement(facts, task.key, "parties")
    return facts.with_task(replace(task, state=TaskState.LAPSED, since=facts.now))


def made_again_at(facts: Facts) -> str | None:
    """Where the next version is made, if the one that was being signed has ended."""
    if facts.contract or not facts.contracts or not engine.waits_for_signatures(facts.definition, facts.project.stage):
        return None
    return facts.definition.prepares
