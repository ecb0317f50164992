"""What is written of what is late, by what it is: a task is passed on, a decision, a signature and a duty are not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.clock import NOON
from tests.support.mailed import about, body, written
from workflows.facts import DutyFact


@pytest.fixture
def contexts(session):
    return about(session)


def late(contexts, kind, like, subject, **changed):
    """A mail of this kind to the person of the mail ``like``, about what that mail is about."""
    context = contexts(like)
    facts = changed.get("facts", lambda facts: facts)(context.facts)
    message = written(replace(context, kind=kind, facts=facts, subject=subject or context.subject,
                              more={"draft_at": None, "times": changed.get("times", 0)}))
    return " ".join(body(message).split())


def overdue(facts):
    decision = next(one for one in facts.decisions if one.party == 2)
    return facts.with_decision(replace(decision, due_at=NOON - timedelta(days=2)))


class TestDecision:
    WAYS = "Not possible yet? Say at the question what is missing, or hand your part over under People."

    def test_who_decides_is_not_told_to_pass_it_on(self, contexts):
        said = late(contexts, "overdue", "decision_asked", None, facts=overdue)
        assert self.WAYS in said
        assert "pass it on" not in said

    def test_who_leads_can_name_another_signatory(self, contexts):
        said = late(contexts, "escalation", "decision_asked", None, facts=overdue)
        assert "Under People you can name another signatory, or ask ● Philips what is missing." in said
        assert "pass it on" not in said


class TestSignature:
    def test_who_signs_is_not_told_to_pass_it_on(self, contexts):
        said = late(contexts, "overdue", "please_sign", None)
        assert "Not possible yet? Say at a clause what is missing, or hand your part over under People." in said
        assert "pass it on" not in said

    def test_who_leads_can_name_another_signatory(self, contexts):
        said = late(contexts, "escalation", "please_sign", None)
        assert "Under People you can name another signatory, or ask ● Philips what is missing." in said


class TestDuty:
    OWED = ("From 'Lighting service agreement': ■ WMATA owed 'Energy report' to ● Philips by Fri 1 Oct 2027. It has "
            "not been reported as done.")

    def test_who_leads_reads_what_is_owed_by_when_and_to_whom(self, contexts):
        said = late(contexts, "escalation", "duty_overdue", None)
        assert self.OWED in said
        assert "You can hand it over under Duties, or report it as done." in said
        assert "It stops when it is reported as done." in said
        assert "decided" not in said

    def test_who_looks_after_it_is_said_to_be_reminded(self, contexts):
        grace = next(member for member in contexts("duty_overdue").facts.members if member.name == "Grace Lee")

        def hers(facts):
            return replace(facts, duties=tuple(replace(one, owner=grace.person) for one in facts.duties))

        said = late(contexts, "escalation", "duty_overdue", None, facts=hers, times=3)
        assert "Grace Lee was reminded 3 times." in said

    def test_of_a_last_day_to_decide_it_says_that_nobody_has_said_what_was_decided(self, contexts):
        def decides(facts):
            return facts.with_duty(DutyFact(1, 2, "Whether it goes on", NOON.date(), decide=True))

        said = late(contexts, "escalation", "duty_overdue", None, facts=decides)
        assert "Nobody has said what was decided." in said
        assert "It stops when you say that it is decided." in said
