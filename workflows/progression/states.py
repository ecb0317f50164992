"""States that are spoken of together."""

from workflows.facts import DecisionState, TaskState

UNDECIDED = (DecisionState.ASKED, DecisionState.LAPSED)
OWED = (TaskState.OPEN, TaskState.RETURNED)
UNFINISHED = (*OWED, TaskState.ENTERED, TaskState.SUBMITTED)
