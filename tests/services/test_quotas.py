"""How much room a party has used: to the last byte, and freed only by what is really gone."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from cocreate.errors import Invalid
from cocreate.models.hosts import Host
from cocreate.models.work import Upload
from cocreate.services import quotas
from cocreate.storage import DAY
from tests.support import projects
from tests.support.clock import NOON

LATER = NOON + DAY + timedelta(seconds=1)
BODY = b"%PDF-1.7 proof"
SHA = hashlib.sha256(BODY).hexdigest()


def test_the_last_byte_fits_and_one_more_does_not(session, small):
    take(session, small, "a" * 64, quotas.MEGABYTE)
    with pytest.raises(Invalid, match=r"upload\.quota"):
        take(session, small, "b" * 64, 1)
    assert used(session, small) == {"a" * 64}


def test_health_names_the_project_in_which_a_party_uses_most(session, small):
    assert quotas.most(session, small.host_id) == (0, "")
    take(session, small, "a" * 64, 5)
    facts = projects.facts(session, small, person=small.shop)
    quotas.take(session, facts, "plan.pdf", "b" * 64, 7, limit_mb=1, now=NOON)
    assert quotas.most(session, small.host_id) == (7, small.ref)


class TestForget:
    def test_what_is_gone_and_named_by_nothing_takes_no_room(self, session, small):
        take(session, small, SHA, 5)
        forget(session, small)
        assert used(session, small) == set()

    def test_what_a_row_names_what_is_there_and_what_came_within_the_day_does(self, session, small):
        host = session.scalars(select(Host.ref).where(Host.id == small.host_id)).one()
        take(session, small, "a" * 64, 5)
        take(session, small, "b" * 64, 5, now=LATER)
        small.store.put(host, BODY)
        take(session, small, SHA, len(BODY))
        forget(session, small, (host, "a" * 64))
        assert used(session, small) == {"a" * 64, "b" * 64, SHA}


def take(session, small, sha256, size, now=NOON):
    quotas.take(session, projects.facts(session, small), "plan.pdf", sha256, size, limit_mb=1, now=now)


def forget(session, small, *named):
    quotas.forget(session, named, small.store, LATER)


def used(session, small):
    return set(session.scalars(select(Upload.sha256).where(Upload.host_id == small.host_id)))
