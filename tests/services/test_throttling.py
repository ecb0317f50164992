"""Tries are counted in the database: who guesses gets slower, and a restart does not help."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cocreate.errors import TooOften
from cocreate.models.people import Throttle
from cocreate.services import throttling
from cocreate.services.throttling import DAY, LIMIT, SPAN, give_back, take
from tests.support.clock import NOON


class TestTake:
    def test_ten_tries_pass_and_the_next_is_told_when(self, session):
        for _ in range(LIMIT):
            take(session, ["guess:a"], NOON)
        with pytest.raises(TooOften) as refused:
            take(session, ["guess:a"], NOON)
        assert refused.value.values["until"] == NOON + SPAN

    def test_after_that_time_it_works_again(self, session):
        for _ in range(LIMIT):
            take(session, ["guess:b"], NOON)
        for _ in range(LIMIT):
            take(session, ["guess:b"], NOON + SPAN)
        with pytest.raises(TooOften):
            take(session, ["guess:b"], NOON + SPAN)

    def test_the_span_slides(self, session):
        for minute in range(LIMIT):
            take(session, ["guess:c"], NOON + timedelta(minutes=minute))
        with pytest.raises(TooOften) as refused:
            take(session, ["guess:c"], NOON + timedelta(minutes=14))
        assert refused.value.values["until"] == NOON + SPAN

    def test_one_full_bucket_is_enough(self, session):
        for number in range(LIMIT):
            take(session, ["guess:d", f"guess:d{number}"], NOON)
        with pytest.raises(TooOften):
            take(session, ["guess:d", "guess:fresh"], NOON)

    def test_what_was_given_back_does_not_count(self, session):
        for _ in range(LIMIT * 2):
            take(session, ["guess:e"], NOON)
            give_back(session, ["guess:e"], NOON)
        for _ in range(LIMIT):
            take(session, ["guess:e"], NOON)
        with pytest.raises(TooOften):
            take(session, ["guess:e"], NOON)


class TestForget:
    def test_keeps_what_still_counts(self, session):
        take(session, ["guess:old"], NOON - SPAN)
        take(session, ["guess:new", "guess:day:7"], NOON)
        take(session, ["guess:day:8"], NOON - DAY)
        take(session, ["guess:day:7"], NOON - SPAN)
        throttling.forget(session, NOON)
        left = session.scalars(select(Throttle.bucket).where(Throttle.bucket.like("guess:%"))).all()
        assert sorted(left) == ["guess:day:7", "guess:day:7", "guess:new"]


class TestBuckets:
    def test_an_address_is_not_readable_in_its_bucket(self):
        assert "kim" not in throttling.of_mailbox("password", "r.kim@wmata.example")

    @pytest.mark.parametrize(("one", "other", "same"), [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # one home
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("", "nonsense", True),
    ])
    def test_networks(self, one, other, same):
        assert (throttling.of_network("x", one) == throttling.of_network("x", other)) is same

    def test_fit_their_column(self, session):
        longest = [throttling.of_network("password", "2001:db8:1:2::1"), throttling.of_mailbox("sign_in", "x" * 400)]
        take(session, longest, NOON)
        assert session.scalar(select(func.max(func.length(Throttle.bucket)))) <= 80
