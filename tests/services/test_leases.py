"""One holder at a time, and an old one is fenced off."""

from datetime import timedelta
from itertools import count

import pytest

from cocreate.models.mails import Lease
from cocreate.services import leases
from tests.support.clock import NOON

LATER = NOON + leases.LIFE + timedelta(seconds=1)
_numbers = count(1)


def test_one_holder_at_a_time(session, job):
    assert leases.acquire(session, job, "a", NOON) is not None
    assert leases.acquire(session, job, "b", NOON) is None


def test_the_holder_may_ask_again(session, job):
    first = leases.acquire(session, job, "a", NOON)
    again = leases.acquire(session, job, "a", NOON + timedelta(seconds=10))
    assert (again.epoch, again.expires_at - first.expires_at) == (first.epoch, timedelta(seconds=10))


def test_the_next_one_takes_over_when_it_has_run_out(session, job):
    first = leases.acquire(session, job, "a", NOON)
    second = leases.acquire(session, job, "b", LATER)
    assert second.epoch == first.epoch + 1
    assert leases.renew(session, first, LATER) is None
    assert leases.acquire(session, job, "a", LATER) is None


def test_a_holder_that_let_it_run_out_counts_as_a_new_one(session, job):
    first = leases.acquire(session, job, "a", NOON)
    assert leases.acquire(session, job, "a", LATER).epoch == first.epoch + 1
    assert leases.renew(session, first, LATER) is None


def test_an_old_holder_writes_nothing(session, job):
    first = leases.acquire(session, job, "a", NOON)
    leases.acquire(session, job, "b", LATER)
    leases.ran(session, first, LATER)
    leases.release_all(session, "a", LATER)
    row = session.get(Lease, job, populate_existing=True)
    assert (row.holder, row.ran_at) == ("b", None)


def test_released_it_is_free_at_once(session, job):
    held = leases.acquire(session, job, "a", NOON)
    leases.ran(session, held, NOON)
    leases.release_all(session, "a", NOON)
    assert leases.acquire(session, job, "b", NOON).epoch == held.epoch + 1
    assert session.get(Lease, job, populate_existing=True).ran_at == NOON


def test_time_is_that_of_the_database(session):
    assert leases.time(session).tzinfo is not None


@pytest.fixture
def job():
    return f"job {next(_numbers)}"
