"""The organisations for which one acts, over all their projects."""

import pytest

from cocreate.db import db
from cocreate.services import memberships
from tests.support import stories
from tests.support.clock import NOON


def test_are_read_in_as_many_statements_however_many_projects_there_are(app, query_counter):
    with app.app_context():
        small = stories.opened(1)
        for _ in range(3):
            stories.another(small)
        db.session.rollback()
        with query_counter(max=2):
            found = memberships.of_person(db.session(), small.maker, now=NOON)
        assert [len(one.places) for one in found] == [4]


@pytest.mark.parametrize("person", ["maker", "shop"])
def test_each_with_ones_own_place(app, person):
    with app.app_context():
        small = stories.opened(1)
        found, = memberships.of_person(db.session(), getattr(small, person), now=NOON)
        assert [place.facts.actor.person for place in found.places] == [getattr(small, person)]
