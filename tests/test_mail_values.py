"""What a mail about several values of one figure says: each with giver and source, to who may see it; what to do."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from cocreate.domain import audience
from cocreate.domain.notices import Subject
from tests.support.clock import NOON
from tests.support.mailed import about, body, written
from workflows.facts import FigureFact, ProposalFact, ProposalState

PATH = "today.cost.energy"
OURS = FigureFact(PATH, 2, 1, Decimal(1300), "MWh", settled=False, source="bill of May", period="a")
THEIRS = FigureFact(PATH, 1, 1, Decimal(1500), "MWh", settled=False, source="See https://evil.example/x")
ANOTHER = {"value": "1500", "unit": "MWh", "period": "a", "price_year": None, "source": "meter of the garage",
           "grade": "measured", "of": "2=1", "was": [], "reason": "The meter counts all lamps."}


class TestTwoValues:
    def test_names_both_with_unit_giver_and_source(self, told):
        assert ("Two parties have given different values for 'Energy'. Both stay until all settle which one counts. "
                "- ■ WMATA: 1,300 MWh per year. Source: bill of May "
                "- ● Philips: 1,500 MWh. Source: See (a link; see the project) ") in told(OURS, THEIRS)

    def test_says_what_to_do_next(self, told):
        assert "Propose one of them, or a third, and say why: until all agree, " in told(OURS, THEIRS)

    def test_leaves_out_what_its_reader_may_not_see(self, told):
        said = told(OURS, replace(THEIRS, sees=audience.bit(1)))
        assert "■ WMATA: 1,300 MWh per year" in said and "1,500" not in said and "Philips: " not in said

    def test_leaves_out_what_its_party_keeps_out_of_mails(self, told):
        said = told(OURS, THEIRS, silent=1)
        assert "1,300 MWh" in said and "1,500" not in said and "evil" not in said
        assert "● Philips keeps its value out of mails; it is there to read in the project." in said

    def test_has_no_value_in_its_subject(self, told):
        assert "1,300" not in told(OURS, THEIRS, of="subject")

    def test_leads_to_the_proposal_that_waits_for_its_reader(self, told):
        said = told(OURS, proposal=other_value())
        assert "● Philips: 1,500 MWh per year. Source: meter of the garage" in said
        assert "● Philips proposes that its value counts. Agree, or say why not" in said and "/proposals/1" in said


class TestAnotherValue:
    def test_its_proposal_names_what_was_given_and_what_it_shall_be(self, told):
        said = told(OURS, proposal=other_value(), kind="proposal")
        assert ("- ■ WMATA: 1,300 MWh per year. Source: bill of May "
                "- ● Philips: 1,500 MWh per year. Source: meter of the garage") in said
        assert "A no does not end it: the values stand until all agree to one of them, or to another." in said

    def test_a_settlement_names_the_values_and_the_one_proposed(self, told):
        settle = replace(other_value(), kind="settle", subject=PATH, body=json.dumps(ANOTHER | {"value": "1400"}))
        said = told(OURS, THEIRS, proposal=settle, kind="proposal")
        assert "- ■ WMATA: 1,300 MWh" in said and "- ● Philips: 1,500 MWh" in said
        assert "Proposed: 1,400 MWh per year." in said

    def test_is_not_told_to_who_may_not_see_it(self, told):
        said = told(replace(OURS, sees=audience.bit(1)), proposal=other_value(), kind="proposal")
        assert "1,300" not in said and "1,500" not in said and "another value of 'Energy'" in said


def other_value():
    return ProposalFact(1, "other_value", f"{PATH}@1", json.dumps(ANOTHER), 1, 1, NOON, "1 2", "1", ProposalState.OPEN,
                        NOON)


@pytest.fixture
def told(session):
    """``told(*figures)``: the whole mail in one line, or only its subject, as Renee of WMATA reads it."""
    contexts = about(session)

    def tell(*figures, proposal=None, silent=None, kind="two_values", of=""):
        context = contexts(kind)
        facts = context.facts.with_figures(figures)
        if proposal is not None:
            facts = facts.with_proposal(replace(proposal, person=context.facts.people(1, "champion")[0].person))
        if silent is not None:
            facts = facts.with_party(replace(facts.party(silent), words_by_mail=False))
        subject = Subject("proposal", "1", 2) if kind == "proposal" else Subject("figure", PATH)
        message = written(replace(context, facts=facts, subject=subject))
        return str(message["Subject"]) if of else " ".join(body(message).split())

    return tell
