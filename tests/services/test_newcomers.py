"""Who and what nobody knew yet, named in several places in the same moment: each succeeds, and it is there once."""

from datetime import date, timedelta

import pytest

from cocreate.db import transaction
from cocreate.errors import Conflict
from cocreate.services import hosts, openings, people, proposals, templates
from cocreate.services.progress import Receipt
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.projects import key
from tests.support.stories import at_once
from workflows.exchange.yaml_text import read

rounds = pytest.mark.parametrize("rounds", [5, pytest.param(1000, marks=pytest.mark.long)])


class TestNewcomers:
    @rounds
    def test_two_projects_invite_the_same_new_person(self, here, small, rounds):
        other = stories.another(small)
        for number in range(rounds):
            email = f"new{number}-{small.ref}@crates.example"
            outcomes = at_once(here, *[lambda ref=ref, party=party, email=email, day=number: committed(
                people.invite, ref, party=party, email=email, name="Ola Nord", parts=("contributor",), greeting="",
                actor=small.people[party], key=key(), now=NOON + timedelta(days=day))
                for ref, party in ((small.ref, 1), (other.ref, 2))])
            assert {type(outcome) for outcome in outcomes} == {Receipt}, outcomes
            assert len({outcome.values["person"] for outcome in outcomes}) == 1

    @rounds
    def test_one_is_invited_by_a_champion_and_by_the_answer_of_another_to_who_proposed_them(self, here, small, rounds):
        """Whoever holds the project must not wait for a person whom somebody enters who waits for the project."""
        tom, other = stories.colleague(small, 2, "contributor"), stories.colleague(small, 2, "champion")
        for day in range(rounds):
            email, now = f"both{day}-{small.ref}@crates.example", NOON + timedelta(days=day)
            body = {"name": "Ola Nord", "email": email, "parts": ["contributor"], "reason": "She weighs the crates."}
            number = committed(proposals.propose, small.ref, kind="colleague", subject="", body=body, actor=tom,
                               key=key(), now=now).values["number"]
            outcomes = at_once(
                here, lambda number=number, now=now: committed(
                    proposals.answer, small.ref, number=number, agree=True, actor=other, key=key(), now=now),
                lambda email=email, now=now: committed(
                    people.invite, small.ref, party=2, email=email, name="Ola Nord", parts=("contributor",),
                    greeting="", actor=small.shop, key=key(), now=now))
            assert {type(outcome) for outcome in outcomes} <= {Receipt, Conflict}, outcomes
            assert Receipt in {type(outcome) for outcome in outcomes}

    @rounds
    def test_two_hosts_open_projects_with_the_same_new_people_on_other_seats(self, here, small, rounds):
        other = stories.opened(2)
        for number in range(rounds):
            emails = [f"{name}-{number}-{small.ref}@crates.example" for name in ("ola", "per")]
            outcomes = at_once(here, *[lambda host=host, emails=emails, number=number: committed(
                openings.open_project, host.host_id, openings.NewProject(
                    template="returned_crates", title="Crates", purpose="Fewer of them", target=date(2028, 6, 1),
                    own_seat=None, seats=(openings.Seating("maker", "Tornby Furniture", email=emails[0]),
                                          openings.Seating("shop", "Aurelis Hotels", email=emails[1]))),
                actor=host.manager, key=key(), now=NOON + timedelta(days=number))
                for host, emails in ((small, emails), (other, emails[::-1]))])
            assert {type(outcome) for outcome in outcomes} == {str}, outcomes

    @rounds
    def test_two_projects_let_the_same_new_organisation_in(self, here, small, rounds):
        for number in range(rounds):
            outcomes = at_once(here, *[lambda number=number: committed(
                entered, small.host_id, name=f"Freight {number} Ltd", kind="company", now=NOON) for _ in range(4)])
            assert len(set(outcomes)) == 1, outcomes

    @rounds
    def test_two_administrators_import_the_same_new_template(self, here, small, rounds):
        for number in range(rounds):
            new = read(projects.SMALL.replace("key: returned_crates", f"key: crates_{number}"))
            outcomes = at_once(here, *[lambda new=new: committed(saved, small.host_id, new, small.manager)
                                       for _ in range(4)])
            assert sorted(outcomes) == [1, 2, 3, 4], outcomes


def committed(do, *args, **more):
    with transaction() as session:
        return do(session, *args, **more)


def saved(session, host_id, definition, actor):
    return templates.save_draft(session, host_id, definition, note="", actor=actor, now=NOON).number


def entered(session, host_id, **more):
    return hosts.enter_organisation(session, host_id, **more).id


@pytest.fixture
def here(app):
    with app.app_context():
        yield app


@pytest.fixture
def small(here):
    return stories.opened(1)
