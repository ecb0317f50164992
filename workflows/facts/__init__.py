"""The plain values a guard or an act may look at: one project at one moment, read under its lock.

Each ``...Fact`` is one row of the table of its name. An act answers with the facts as they are afterwards; what
differs is what is written. Nothing here reads a clock or a database.
"""

from workflows.facts.concerns import ConcernFact
from workflows.facts.papers import AccessionFact, ContractFact, ContractState, DutyFact, Notice, SignatureFact
from workflows.facts.parties import AbsenceFact, MemberFact, NudgeFact, PartyFact
from workflows.facts.states import DECIDED, OWED, UNDECIDED, UNFINISHED, UNGIVEN
from workflows.facts.whole import Facts, ProjectFact
from workflows.facts.work import (
    ALL,
    END,
    WAIVE,
    DecisionFact,
    DecisionState,
    DocumentFact,
    FigureFact,
    ProposalFact,
    ProposalState,
    TaskFact,
    TaskState,
    versions_of,
)

__all__ = [
    "ALL",
    "DECIDED",
    "OWED",
    "UNDECIDED",
    "UNFINISHED",
    "UNGIVEN",
    "AbsenceFact",
    "AccessionFact",
    "ConcernFact",
    "ContractFact",
    "ContractState",
    "DecisionFact",
    "DecisionState",
    "DocumentFact",
    "DutyFact",
    "Facts",
    "FigureFact",
    "MemberFact",
    "Notice",
    "NudgeFact",
    "PartyFact",
    "ProjectFact",
    "END",
    "WAIVE",
    "ProposalFact",
    "ProposalState",
    "SignatureFact",
    "TaskFact",
    "TaskState",
    "versions_of",
]
