"""How the seats of a project are drawn in its plan."""

from cocreate.domain import lanes
from tests.support.facts import TWO_SIDES, begin
from workflows.diagram.shapes import EMPTY, SHARED

USERS = """
parties: {maker: {contracting: true}, guest: {required: false}, user: {many: {max: 5}}, bank: {required: false}}
stages:
  work:
    tasks: {plan: {of: maker}, report: {of: user}}
    gates: {planned: {of: [maker, user]}}
  end: {contract: signed}
transitions:
  go: {from: work, to: end, when: {gate: planned}, by: [maker]}
  done: {from: end, to: agreed}
"""


class TestLanes:
    def test_have_the_number_of_the_party_that_has_the_seat_alone(self):
        assert lanes.lanes(begin(USERS).facts) == {"maker": 1, "user": 2, "guest": EMPTY, "bank": EMPTY}

    def test_behind_several_in_one_seat_that_of_the_party_and_not_of_the_seat(self):
        story = begin(USERS, user=3).seat("bank")
        assert story.facts.party(story.number("bank")).number == 5
        assert lanes.lanes(story.facts) == {"maker": 1, "user": SHARED, "bank": 5, "guest": EMPTY}

    def test_whoever_stays_of_several_has_its_own(self):
        assert lanes.lanes(begin(USERS, user=2).leave("user").facts)["user"] == 3

    def test_a_seat_that_was_left_is_empty_and_stands_last(self):
        assert [*lanes.lanes(begin(TWO_SIDES, carrier=1).leave("carrier").facts).items()][-1] == ("carrier", EMPTY)


class TestStanding:
    def test_a_task_of_several_is_accepted_when_all_have_given_it(self):
        story = begin(USERS, user=2).give("plan").give("report", "user.2")
        assert lanes.given(story.facts) == {("plan", "maker"): "accepted", ("report", "user"): "open"}
        assert lanes.given(story.give("report", "user").facts)["report", "user"] == "accepted"

    def test_a_decision_of_several_is_agreed_by_all_and_refused_by_one(self):
        story = begin(USERS, user=2).give("plan").give("report", "user").give("report", "user.2")
        story.decide("planned", "user.2")
        assert lanes.decided(story.facts)["planned", "user"] == "asked"
        assert lanes.decided(story.decide("planned", "user", "refused").facts)["planned", "user"] == "refused"
        assert lanes.decided(story.decide("planned", "user", "reserved").facts)["planned", "user"] == "reserved"
        assert lanes.decided(story.decide("planned", "user").facts)["planned", "user"] == "agreed"
