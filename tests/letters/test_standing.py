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


@pytest.mark.parametrize("kept", [False, True])
def test_why_it_was_returned_is_said_as_in_any_mail(contexts, kept):
    """No address in it can be followed, and a party that keeps its words out of mails keeps these out too."""
    context = contexts("due_soon")
    facts = context.facts.with_task(replace(
        context.facts.task("cost", 2), number=2, state=TaskState.RETURNED, reason="See https://evil.example/x now."))
    facts = facts.with_party(replace(facts.party(1), words_by_mail=not kept))
    mail = written(replace(context, facts=facts, more={**context.more, "draft_at": None}))
    for said in (" ".join(body(mail, part).split()) for part in ("plain", "html")):
        assert "It was returned" in said and "evil.example" not in said
        assert ("keeps them out of mails" in said) is kept
        assert ("(a link; see the project) now." in said) is not kept
