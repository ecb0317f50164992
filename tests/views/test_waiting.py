"""The fold on Now that counts parties: what many lack alike, said once."""

from dataclasses import replace

import pytest

from cocreate.db import db
from cocreate.services.facts import look
from cocreate.views.room import frame
from cocreate.views.room.waiting import Group, Row, folded
from tests.support import projects
from tests.support.clock import NOON

OWE, DECIDE = ("owe", "returns"), ("decide", "contract")


@pytest.fixture
def crowd(project):
    """The facts of a maker (1) and four shops, and the rows of parties."""
    room = project(projects.in_a_crowd)
    with room.app.app_context():
        facts = look(db.session(), room.small.ref, person=None, now=NOON).facts

    def found(alike, *parties):
        views = frame.party_views(facts)
        return tuple(Group(views[party], (Row(f"{alike} of {party}", (), alike=alike),)) for party in parties)

    with room.app.test_request_context():
        yield facts, found


def test_what_four_lack_is_one_line_with_each_of_them_behind_it(crowd):
    facts, found = crowd
    (fold,), left = folded(facts, found(OWE, 2, 3, 4, 5))
    assert fold.text == "4 parties owe 'Crates per year': Shop 1, Shop 2, Shop 3 and Shop 4."
    assert [group.party.number for group in fold.groups] == [2, 3, 4, 5] and not left


def test_of_more_than_four_three_are_named(crowd):
    facts, found = crowd
    (fold,), _left = folded(facts, found(OWE, 1, 2, 3, 4, 5))
    assert fold.text == "5 parties owe 'Crates per year': Tornby Furniture, Shop 1, Shop 2 and 2 more."


def test_three_stay_three(crowd):
    facts, found = crowd
    groups = found(OWE, 2, 3, 4)
    assert folded(facts, groups) == ((), groups)


def test_of_the_reader_s_own_party_nothing_is_folded(crowd):
    facts, found = crowd
    groups = found(OWE, 2, 3, 4, 5)
    mine = replace(facts, actor=replace(facts.members[0], party=3))
    assert folded(mine, groups) == ((), groups)


def test_what_else_a_party_lacks_stays_with_it(crowd):
    facts, found = crowd
    owed, (other,) = found(OWE, 2, 3, 4, 5), found(DECIDE, 3)
    both = replace(owed[1], rows=(*owed[1].rows, *other.rows))
    (fold,), left = folded(facts, (owed[0], both, *owed[2:]))
    assert [len(group.rows) for group in fold.groups] == [1, 1, 1, 1] and left == (other,)
