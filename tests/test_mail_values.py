"""What a mail about several values of one figure says: what to do, and no value."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from cocreate.domain.hearing import Subject
from tests.support.clock import NOON
from tests.support.mailed import about, body, written
from workflows.facts import FigureFact, ProposalFact, ProposalState

PATH = "today.cost.energy"
OURS = FigureFact(PATH, 2, 1, Decimal(1300), "MWh", source="bill of May", period="a")
THEIRS = FigureFact(PATH, 1, 1, Decimal(1500), "MWh", source="See https://evil.example/x")
ANOTHER = {"value": "1500", "unit": "MWh", "period": "a", "price_year": None, "source": "meter of the garage",
           "grade": "measured", "of": "2=1", "was": [], "reason": "The meter counts all lamps."}


class TestTwoValues:
    def test_says_what_to_do_next_and_no_value(self, told):
        said = told(OURS, THEIRS)
        assert "Two parties have given different values for 'Energy'. Both stay until all settle which one" in said
        assert "Propose one of them, or a third, and say why: until all agree, " in said
        assert not any(one in said for one in ("1,300", "1,500", "MWh", "bill of May", "evil"))

    def test_leads_to_the_proposal_that_waits_for_its_reader(self, told):
        said = told(OURS, proposal=other_value())
        assert "● Philips proposes that its value counts. Agree, or say why not" in said and "/proposals/1" in said


class TestAnotherValue:
    @pytest.mark.parametrize("kind", ["other_value", "settle"])
    def test_its_proposal_says_what_a_no_means_and_no_value(self, told, kind):
        subject = PATH if kind == "settle" else f"{PATH}@1"
        said = told(OURS, THEIRS, proposal=replace(other_value(), kind=kind, subject=subject), kind="proposal")
        assert "A no does not end it: the values stand until all agree to one of them, or to another." in said
        assert not any(one in said for one in ("1,300", "1,500", "MWh", "bill of May", "meter of the garage"))


def other_value():
    return ProposalFact(1, "other_value", f"{PATH}@1", json.dumps(ANOTHER), 1, 1, NOON, "1 2", "1", ProposalState.OPEN,
                        NOON)


@pytest.fixture
def told(session):
    """``told(*figures)``: the whole mail in one line, as Renee of WMATA reads it."""
    contexts = about(session)

    def tell(*figures, proposal=None, kind="two_values"):
        context = contexts(kind)
        facts = context.facts.with_figures(figures)
        if proposal is not None:
            facts = facts.with_proposal(replace(proposal, person=context.facts.people(1, "champion")[0].person))
        subject = Subject("proposal", "1", 2) if kind == "proposal" else Subject("figure", PATH)
        return " ".join(body(written(replace(context, facts=facts, subject=subject))).split())

    return tell
