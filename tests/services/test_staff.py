"""Who works for a host: what one administrator may do to an account, and what stays."""

import pytest
from sqlalchemy import select

from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.models.people import Person
from cocreate.services import hosts, people, sign_ins, staff
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import HERE, mails_to, someone


class TestAccountsOfOthers:
    def test_an_administrator_cannot_reach_the_account_of_another_hosts_person(self, session, small):
        other = projects.open_small(session)
        email = small.emails[small.manager]
        staff.invite(session, other.host_id, email=email, name="Anna", roles=["account_manager"], now=NOON)
        for act in (staff.end_sessions, staff.reset_second_step):
            with pytest.raises(Conflict, match="staff.elsewhere"):
                act(session, other.host_id, small.manager, now=NOON)
        staff.deactivate(session, other.host_id, small.manager, to=None, now=NOON)
        assert session.scalar(select(Person.deactivated_at).where(Person.id == small.manager)) is None
        assert hosts.has_role(session, small.host_id, small.manager, hosts.ACCOUNT_MANAGER)
        assert not hosts.has_role(session, other.host_id, small.manager, hosts.ACCOUNT_MANAGER)

    def test_a_customer_of_another_host_is_somebody_elses_too(self, session, small):
        other = projects.open_small(session)
        staff.invite(session, other.host_id, email=small.emails[small.shop], name="Claire",
                     roles=["administrator"], now=NOON)
        assert staff.works_elsewhere(session, other.host_id, small.shop)

    def test_a_customers_champion_keeps_the_account_and_the_room_when_a_role_here_ends(self, session, small):
        hosts.employ(session, small.host_id, small.shop, hosts.ACCOUNT_MANAGER, now=NOON)
        for act in (staff.end_sessions, staff.reset_second_step):
            with pytest.raises(Conflict, match="staff.elsewhere"):
                act(session, small.host_id, small.shop, now=NOON)
        staff.deactivate(session, small.host_id, small.shop, to=None, now=NOON)
        assert session.scalar(select(Person.deactivated_at).where(Person.id == small.shop)) is None
        assert not hosts.has_role(session, small.host_id, small.shop, hosts.ACCOUNT_MANAGER)
        assert projects.facts(session, small).member(small.shop).left_at is None

    def test_who_has_a_password_gets_no_link_to_choose_one(self, session, small):
        other = projects.open_small(session)
        before = mails_to(session, small.shop)
        staff.invite(session, other.host_id, email=small.emails[small.shop], name="Claire", roles=["administrator"],
                     now=NOON)
        assert mails_to(session, small.shop) == before


class TestRoles:
    def test_end_every_session(self, session, small):
        ben = employed(session, small)
        token = sign_ins.begin(session, ben, method="password", device=HERE, now=NOON)
        staff.change_roles(session, small.host_id, ben, ["administrator"], now=NOON)
        assert sign_ins.find(session, token, NOON) is None
        assert staff.one(session, small.host_id, ref_of(session, ben)).roles == {"administrator"}

    def test_come_back(self, session, small):
        ben, _other = employed(session, small), employed(session, small, "administrator")
        staff.change_roles(session, small.host_id, ben, ["administrator"], now=NOON)
        staff.change_roles(session, small.host_id, ben, ["account_manager"], now=NOON)
        assert hosts.has_role(session, small.host_id, ben, hosts.ACCOUNT_MANAGER)
        assert not hosts.has_role(session, small.host_id, ben, hosts.ADMINISTRATOR)

    @pytest.mark.parametrize("roles", [[], ["owner"], ["administrator", "owner"]])
    def test_are_known_ones(self, session, small, roles):
        with pytest.raises(Invalid):
            staff.change_roles(session, small.host_id, small.manager, roles, now=NOON)

    def test_the_last_administrator_stays_also_beside_one_who_cannot_sign_in(self, session, small):
        only = employed(session, small, "administrator")
        staff.invite(session, small.host_id, email=f"new{small.host_id}@host.example", name="New",
                     roles=["administrator"], now=NOON)
        with pytest.raises(Conflict, match="staff.last_administrator"):
            staff.deactivate(session, small.host_id, only, to=None, now=NOON)


class TestGoing:
    def test_needs_another_account_manager_of_the_host(self, session, small):
        other = projects.open_small(session)
        for to in (None, small.manager, small.shop, other.manager):
            with pytest.raises(Invalid):
                staff.deactivate(session, small.host_id, small.manager, to=to, now=NOON)

    def test_hands_every_project_over(self, session, small):
        ben = employed(session, small)
        staff.deactivate(session, small.host_id, small.manager, to=ben, now=NOON)
        session.flush()
        assert staff.managed(session, small.host_id, ben) == [small.ref]
        assert projects.facts(session, small).member(small.manager).left_at is not None
        assert small.manager not in dict(people.account_managers(session, small.host_id))
        assert session.scalar(select(Person.deactivated_at).where(Person.id == small.manager)) == NOON

    def test_a_customer_is_not_staff(self, session, small):
        with pytest.raises(NotFound):
            staff.one(session, small.host_id, ref_of(session, small.shop))


def employed(session, small, role="account_manager"):
    person = someone(session, "Ben Ito")
    hosts.employ(session, small.host_id, person.id, role, now=NOON)
    return person.id


def ref_of(session, person):
    return session.scalar(select(Person.ref).where(Person.id == person))


@pytest.fixture
def small(session):
    return projects.open_small(session)
