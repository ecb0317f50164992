"""The first act of a project."""

from tests.support.facts import MANAGER, begin


class TestOpen:
    def test_begins_the_first_stage_and_asks_everybody(self):
        story = begin(carrier=1)
        project = story.facts.project
        assert (project.stage, project.visit, project.version) == ("figures", 1, 1)
        assert {(task.key, task.party) for task in story.facts.tasks} == {("stream", 1), ("need", 2)}

    def test_records_the_rules_and_who_sits_where_and_names_apart(self):
        change = begin().change
        assert change.details["sha256"] == begin().facts.definition.sha256
        assert change.details["seats"] == {"1": "giver", "2": "taker"}
        assert change.personal == {"title": "Steam", "parties": {"1": "giver", "2": "taker"}}

    def test_is_for_no_party_when_the_account_manager_has_no_seat(self):
        story = begin()
        assert (story.change.party, story.before.actor.person) == (None, MANAGER)
