"""The project of tests.support.saying, in three states."""

from datetime import date, timedelta

import pytest

from tests.support.lighting import DEFINITION
from tests.support.saying import ANNA, DUE, GRACE, JAN, LOGISTICS, MONDAY, NOW, PHILIPS, RENEE, WMATA, owed, with_task
from workflows.calendars import Calendar
from workflows.definition import Definition
from workflows.facts import (
    ContractFact,
    ContractState,
    DecisionFact,
    DecisionState,
    Facts,
    MemberFact,
    PartyFact,
    ProjectFact,
    TaskState,
)


@pytest.fixture
def facts():
    project = ProjectFact(
        id=1, ref="r", host_id=1, title="Garage lighting", stage="today", visit=1, version=1, head="0" * 64,
        opened_at=MONDAY, entered_at=MONDAY, target=date(2025, 9, 1), language="en")

    def member(person, name, party, *parts):
        return MemberFact(person, name, party, frozenset(parts), accepted_at=MONDAY - timedelta(days=1))

    return Facts(
        definition=Definition.model_validate(DEFINITION), now=NOW, project=project, actor=None,
        parties=(PartyFact(PHILIPS, "company", 1, "Philips"), PartyFact(WMATA, "customer", 2, "WMATA"),
                 PartyFact(LOGISTICS, "logistics", 3, "Haul & Co")),
        members=(member(ANNA, "Anna Berg", PHILIPS, "champion", "manager"),
                 member(JAN, "Jan Vos", PHILIPS, "signatory"),
                 member(RENEE, "Renee Kim", WMATA, "champion"), member(GRACE, "Grace Lee", WMATA, "signatory")),
        tasks=(owed("cost", WMATA),), calendars=(Calendar("UTC"),))


@pytest.fixture
def asked(facts):
    facts = with_task(facts, state=TaskState.ACCEPTED, number=3)
    for party in (PHILIPS, WMATA):
        facts = facts.with_decision(DecisionFact("common", party, 1, DecisionState.ASKED, MONDAY, DUE))
    return facts


@pytest.fixture
def frozen(facts):
    return facts.with_contract(ContractFact("", 1, ContractState.FROZEN, "c", "t", "p", MONDAY, 4))
