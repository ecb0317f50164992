"""Who may take a project on, or back, and who may open again what was accepted."""

from cocreate.domain.rights import Act, may
from workflows import engine
from workflows.facts import Facts, MemberFact, TaskFact, TaskState
from workflows.guards import accepting


def can_take(facts: Facts, transition: str) -> bool:
    """Whether the actor is one of those that the template lets take a transition."""
    member = facts.actor
    if member is None or not member.present or not member.parts & {"champion", "signatory", "manager"}:
        return False
    seat = facts.party(member.party).seat if member.party is not None else None
    return engine.may_take(facts, facts.definition.transitions[transition], seat=seat, host="manager" in member.parts)


def can_reopen(facts: Facts, task: TaskFact) -> bool:
    """Whether the actor opens again what was accepted in the stage that runs; nobody does what is final."""
    return task.state is TaskState.ACCEPTED and is_here(facts, task) and not facts.task_of(task).final \
        and may_reopen(facts, task)


def is_here(facts: Facts, task: TaskFact) -> bool:
    """Whether it belongs to the stage that runs."""
    return facts.definition.tasks[task.key][0] == facts.project.stage


def may_reopen(facts: Facts, task: TaskFact) -> bool:
    """Whoever gave it or accepted it, for their party."""
    own = facts.own
    if own is None:
        return False
    if own == task.party:
        return may(Act.SUBMIT, facts.actor, party=own, asked=task.asked)
    return any(party.number == own for party in accepting(facts, task)) and may(Act.ACCEPT, facts.actor, party=own)


def is_theirs(member: MemberFact | None, task: TaskFact) -> bool:
    """Of the own party's work what one leads or had; what others gave is checked for the party."""
    return member is not None and (
        member.party != task.party or "champion" in member.parts or task.asked in (member.person, *member.stands_for))
