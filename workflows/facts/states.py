"""States that are spoken of together."""

from workflows.facts.work import DecisionState, TaskState

OWED = (TaskState.OPEN, TaskState.RETURNED)
UNGIVEN = (*OWED, TaskState.ENTERED)  # its party has not given it itself
UNFINISHED = (*UNGIVEN, TaskState.SUBMITTED)
UNDECIDED = (DecisionState.ASKED, DecisionState.LAPSED)
DECIDED = (DecisionState.AGREED, DecisionState.RESERVED, DecisionState.REFUSED)
