"""What a mail says that something is proposed."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from cocreate.services.acts.proposals import KINDS
from tests.support.mailed import body, written
from workflows.facts import FigureFact


class TestProposals:
    @pytest.mark.parametrize(("kind", "subject", "body_", "said"), [
        ("withdraw", "", {}, "to withdraw the project"),
        ("add_party", "", {"name": "Spedition Nord", "seat": "logistics"}, "to let Spedition Nord in as Logistics"),
        ("neutral", "", {"name": "Eve Moor"}, "Eve Moor as the neutral person"),
        ("hold", "", {"until": "2027-04-30"}, "to put the project on hold until Fri 30 Apr"),
        ("waive", "today.cost.energy", {}, "to go on without 'Energy'"),
        ("unsigned", "secrecy@2", {}, "to go on without the signature of WMATA"),
        ("settle", "today.cost.energy", {"value": "7"}, "which value of 'Energy' counts"),
        ("other_value", "today.cost.energy", {"value": "7"}, "another value of 'Energy'"),
        ("charter", "sharing", {"text": "Half each."}, "words of the charter (sharing)"),
        ("charter", "goals:2", {"goals": [{}]}, "words of the charter (goals, WMATA)"),
        ("conflict", "1.1~2.1", {"a": "Save 50 %", "b": "A low price"}, "to settle two goals that pull apart"),
        ("later", "today.cost.energy@c2", {}, "to settle 'Energy' later"),
        ("parts", "7", {"name": "Tom Yard"}, "to give Tom Yard other parts"),
        ("strike", "c2", {}, "to strike the clause 'Clause 2'"),
        ("wording", "c2", {"text": "Other words."}, "other words for the clause 'Clause 2'")])
    def test_each_kind_says_what_it_is_about(self, contexts, kind, subject, body_, said):
        message = written(proposing(contexts, kind, subject, body_))
        assert message["Subject"] == f"Please answer: {said} (Garage lighting)"
        assert f"Anna Berg proposes {said}." in " ".join(body(message).split())
        assert "Save 50" not in body(message)

    def test_every_kind_is_known(self, contexts):
        for kind in KINDS:
            context = proposing(contexts, kind, "", {"name": "", "seat": "logistics", "until": "2027-04-30",
                                                     "day": "2027-04-30"})
            assert "needs all parties" not in written(context)["Subject"]

    def test_several_limits_are_named_in_one(self, contexts):
        context = proposing(contexts, "waive", "today.cost.energy today.cost.upkeep", {})
        assert "to go on although 'Energy' and '" in written(context)["Subject"]
        assert "miss their limits" in " ".join(body(written(context)).split())

    def test_a_value_that_misses_its_limit_is_there(self, contexts):
        context = proposing(contexts, "waive", "today.cost.energy", {})
        figure = FigureFact("today.cost.energy", 2, 1, Decimal(7), "MWh")
        subject = written(replace(context, facts=context.facts.with_figures([figure])))["Subject"]
        assert subject == "Please answer: to go on although 'Energy' misses its limit (Garage lighting)"

    def test_what_a_party_asks_itself_needs_nobody_else(self, contexts):
        said = " ".join(body(written(proposing(contexts, "parts", "7", {"name": "Tom Yard"}))).split())
        assert "Your yes is enough; nobody else is asked" in said and "every party" not in said

    def test_where_one_is_enough_no_mail_says_that_all_must_agree(self, contexts):
        said = " ".join(body(written(proposing(contexts, "hold", "", {"until": "2027-04-30"}))).split())
        assert "One of those asked is enough, and WMATA is one of them." in said and "every party" not in said


def proposing(contexts, kind, subject, words):
    context = contexts("proposal")
    proposal = replace(context.facts.proposals[0], kind=kind, subject=subject, body=json.dumps(words))
    return replace(context, facts=context.facts.with_proposal(proposal))
