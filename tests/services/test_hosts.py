"""Hosts: each with its own people and its own organisations, of which no other learns."""

import pytest

from cocreate.errors import Conflict
from cocreate.services import hosts
from tests.support.clock import NOON
from tests.support.people import someone


class TestHost:
    def test_is_its_first_organisation(self, session, host):
        own = hosts.own_organisation(session, host.id)
        assert (own.name, own.own, own.host_id) == ("Ulsan Park", True, host.id)


class TestRoles:
    def test_given_and_asked(self, session, host):
        anna = someone(session).id
        assert not hosts.has_role(session, host.id, anna, hosts.ACCOUNT_MANAGER)
        hosts.employ(session, host.id, anna, hosts.ACCOUNT_MANAGER, now=NOON)
        assert hosts.has_role(session, host.id, anna, hosts.ACCOUNT_MANAGER)
        assert not hosts.has_role(session, host.id, anna, hosts.ADMINISTRATOR)

    def test_given_twice_is_given_once(self, session, host):
        anna = someone(session).id
        for _ in range(2):
            hosts.employ(session, host.id, anna, hosts.ACCOUNT_MANAGER, now=NOON)
        assert [one.id for one in hosts.hosts_of(session, anna, hosts.ACCOUNT_MANAGER)] == [host.id]

    def test_one_that_was_had_before_comes_back(self, session, host):
        anna = someone(session).id
        hosts.employ(session, host.id, anna, hosts.ACCOUNT_MANAGER, now=NOON)
        session.get(hosts.HostMember, (host.id, anna, hosts.ACCOUNT_MANAGER)).left_at = NOON
        session.flush()
        assert not hosts.has_role(session, host.id, anna, hosts.ACCOUNT_MANAGER)
        assert hosts.hosts_of(session, anna, hosts.ACCOUNT_MANAGER) == []
        hosts.employ(session, host.id, anna, hosts.ACCOUNT_MANAGER, now=NOON)
        assert hosts.has_role(session, host.id, anna, hosts.ACCOUNT_MANAGER)

    def test_at_one_host_says_nothing_about_another(self, session, host, other):
        anna = someone(session).id
        hosts.employ(session, host.id, anna, hosts.ADMINISTRATOR, now=NOON)
        assert not hosts.has_role(session, other.id, anna, hosts.ADMINISTRATOR)


class TestOrganisations:
    def test_of_one_name_is_one(self, session, host):
        first, again = (enter(session, host, name) for name in ("Acme", "ACME"))
        assert first.id == again.id

    def test_that_only_looks_the_same_is_refused(self, session, host):
        enter(session, host, "Acme")
        with pytest.raises(Conflict, match=r"organisation\.looks_alike"):
            enter(session, host, "\u0410cme")  # a Cyrillic A

    def test_two_hosts_each_have_their_own(self, session, host, other):
        one, two = enter(session, host, "Acme"), enter(session, other, "Acme")
        assert (one.id, one.ref) != (two.id, two.ref)


def enter(session, host, name):
    return hosts.enter_organisation(session, host.id, name=name, kind="company", now=NOON)


@pytest.fixture
def host(session):
    return hosts.create_host(session, name="Ulsan Park", kind="facilitator", now=NOON)


@pytest.fixture
def other(session):
    return hosts.create_host(session, name="Kalundborg Park", now=NOON)
