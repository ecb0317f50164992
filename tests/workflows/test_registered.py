"""A template that asks nobody where they are registered is offered the question, in the place where it is needed."""

import pytest

from tests.support import projects
from workflows import library
from workflows.definition import Definition
from workflows.exchange.yaml_text import read, write
from workflows.registered import asking, can_ask
from workflows.verification import verify

WORDS = {"title": "Where we are registered", "why": "The contract names each party with it.", "label": "Address"}


class TestTheQuestion:
    def test_makes_the_contract_say_it_and_leaves_everything_else_as_it_was(self):
        before = read(projects.SMALL)
        after = asking(before, **WORDS)
        assert [one.code for one in set(verify(before)) - set(verify(after))] == ["details.no_address"]
        assert not set(verify(after)) - set(verify(before))
        assert after.party_details.address == "terms.registered_address.address"
        asked = after.tasks["registered_address"][1]
        assert asked.of == ["maker", "shop"] and asked.fields["address"].certain
        assert (after.clauses, after.transitions, after.parties) == (before.clauses, before.transitions, before.parties)
        assert read(write(after)) == after

    @pytest.mark.parametrize("name", library.names())
    def test_comes_before_the_first_paper_that_is_signed(self, name):
        before = without_address(library.load(name))
        after = asking(before, **WORDS)
        stage, asked = after.tasks["registered_address"]
        papers = [(one, task) for one, task in after.tasks.values() if task.kind == "sign"]
        assert papers and all(after.order[stage] <= after.order[one] for one, _ in papers)
        assert all("registered_address" in task.after for one, task in papers if one == stage)
        assert set(asked.of) >= {seat for seat, one in after.parties.items() if one.signs}
        assert [one for one in verify(after) if one.level == "error"] == []

    def test_is_not_offered_where_it_is_asked_or_nobody_signs(self):
        assert can_ask(read(projects.SMALL)) and not can_ask(asking(read(projects.SMALL), **WORDS))
        assert not any(can_ask(library.load(name)) for name in library.names())


def without_address(definition):
    data = definition.model_dump(by_alias=True, exclude_defaults=True)
    del data["party_details"]["address"]
    return Definition.model_validate(data)
