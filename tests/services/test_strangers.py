"""Whoever is not in a project is told that there is none, whatever he asks for."""

from dataclasses import fields
from datetime import datetime
from itertools import product
from typing import get_type_hints

import pytest

from cocreate.db import transaction
from cocreate.errors import NotFound
from cocreate.models.projects import Member
from cocreate.services import contracts, contributions, people, progress
from cocreate.services.acts import ACTS
from cocreate.services.facts import look
from tests.support import stories
from tests.support.clock import NOON
from tests.support.stories import REASON, facts

# What an act of the story might ask: only the asker is wrong.
PLAUSIBLE = {"task": "credit", "gate": "picture", "transition": "to_terms", "party": 1, "seen": 1, "visit": 1,
             "answer": "agreed", "reason": REASON, "answers": {}, "parts": ("champion",), "expires_at": NOON}
BY_TYPE = {int: 1, str: "x", bool: False, datetime: NOON}


def plausible(request):
    hints = get_type_hints(request)
    return request(**{field.name: PLAUSIBLE.get(field.name, BY_TYPE.get(hints[field.name], ()))
                      for field in fields(request)})


class TestStrangers:
    """Whoever is not in a project is told that there is none: people of other hosts and other projects."""

    def test_acts(self, small):
        stories.submit(small, "credit")
        before = stories.everything(small)
        for person, act, ref in product(strangers(small), ACTS, (small.ref, "0" * 26)):
            with pytest.raises(NotFound), transaction() as session:
                progress.act(session, ref, plausible(act), actor=person, key="strange", now=NOON)
                pytest.fail(f"{act.__name__} was done by {person}")
        assert stories.everything(small) == before

    def test_not_even_an_answer_that_was_given(self, small):
        stories.submit(small, "ramp_0", under="known")
        for person in strangers(small):
            with pytest.raises(NotFound):
                stories.submit(small, "ramp_0", seen=0, under="known", actor=person)

    @pytest.mark.parametrize("read", [
        lambda session, small, person: look(session, small.ref, person=person, now=NOON),
        lambda session, small, person: contributions.page(session, small.ref, "credit", 1, person=person, now=NOON),
        lambda session, small, person: contributions.save_draft(
            session, small.ref, task="credit", party=1, number=0, typed={}, files={}, actor=person, now=NOON),
        lambda session, small, person: contracts.prepare(session, small.ref, store=small.store, actor=person, now=NOON),
        lambda session, small, person: people.invite(session, small.ref, party=1, email="x@x.example", name="X",
                                                     parts=("champion",), greeting="", actor=person, key="k", now=NOON),
    ])
    def test_reading_and_typing(self, small, read):
        for person in strangers(small):
            with pytest.raises(NotFound), transaction() as session:
                read(session, small, person)

    def test_whoever_has_left_is_one(self, small):
        colleague = stories.colleague(small, 2)
        with transaction() as session:
            session.get(Member, (facts(small).project.id, colleague)).left_at = NOON
        with pytest.raises(NotFound):
            stories.submit(small, "ramp_0", actor=colleague)


def strangers(small):
    """Of another host; of another project of the same host; the host's account manager, taken off; nobody."""
    other = stories.another(small)
    return [stories.stranger(), stories.colleague(other, 2), 10**12]


@pytest.fixture
def small(app):
    with app.app_context():
        yield stories.opened(2)
