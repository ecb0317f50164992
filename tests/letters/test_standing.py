"""How far a task is, as a reminder of it says: begun is what was begun."""

from dataclasses import replace

import pytest

from tests.support.mailed import about, body, written
from workflows.facts import TaskState


@pytest.fixture
def contexts(session):
    return about(session)


@pytest.mark.parametrize("kind", ["due_soon", "due_today", "overdue"])
@pytest.mark.parametrize(("changed", "said"), [
    ({}, "Not started yet."),
    ({"number": 2}, "It was submitted before and is to be submitted again."),
    ({"number": 2, "state": TaskState.RETURNED}, "It was submitted before and is to be submitted again."),
    ({"number": 2, "state": TaskState.RETURNED, "reason": "The year is missing."},
     "It was returned: 'The year is missing.'")])
def test_what_was_submitted_before_is_not_said_to_be_not_started(contexts, kind, changed, said):
    context = contexts(kind)
    task = replace(context.facts.task("cost", 2), **({"number": 0} | changed))
    mail = replace(context, facts=context.facts.with_task(task), more={**context.more, "draft_at": None})
    text = " ".join(body(written(mail)).split())
    assert said in text and text.count("Not started") == (said == "Not started yet.")
