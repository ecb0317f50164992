"""Who works for a host: what one administrator may do to an account, and what stays."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from cocreate import telling
from cocreate.errors import Conflict, Ended, Forbidden, Invalid, NotFound
from cocreate.models.contracts import Duty
from cocreate.models.hosts import Host
from cocreate.models.mails import AccountMail, Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Member, Project
from cocreate.services import (
    accounts,
    holds,
    hosts,
    joining,
    letters,
    openings,
    outbox,
    people,
    progress,
    records,
    sign_ins,
    staff,
    substitutes,
)
from cocreate.services.acts.people import HandOverProject
from cocreate.words import Reader
from tests.support import projects
from tests.support.clock import NOON
from tests.support.mailed import body, mailed
from tests.support.people import HERE, OTHER, PASSWORD, last_secret, mails_to, someone


class TestAccountsOfOthers:
    def test_an_administrator_cannot_reach_the_account_of_another_hosts_person(self, session, small):
        other = projects.open_small(session)
        hosts.employ(session, other.host_id, small.manager, hosts.ACCOUNT_MANAGER, now=NOON)
        for act in (staff.end_sessions, staff.reset_second_step):
            with pytest.raises(Conflict, match="staff.elsewhere"):
                act(session, other.host_id, small.manager, now=NOON)
        staff.deactivate(session, other.host_id, small.manager, to=None, now=NOON)
        assert session.scalar(select(Person.deactivated_at).where(Person.id == small.manager)) is None
        assert hosts.has_role(session, small.host_id, small.manager, hosts.ACCOUNT_MANAGER)
        assert not hosts.has_role(session, other.host_id, small.manager, hosts.ACCOUNT_MANAGER)

    def test_a_customer_of_another_host_is_somebody_elses_too(self, session, small):
        other = projects.open_small(session)
        hosts.employ(session, other.host_id, small.shop, hosts.ADMINISTRATOR, now=NOON)
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

    def test_who_was_only_asked_is_out_of_reach(self, session, small):
        """Else inviting somebody and deactivating them would lock an account that was there before."""
        ben = someone(session, "Ben Ito")
        invited(session, small, ben.email)
        for act in (staff.end_sessions, staff.reset_second_step):
            with pytest.raises(Conflict, match="staff.not_here"):
                act(session, small.host_id, ben.id, now=NOON)
        with pytest.raises(Conflict, match="staff.not_here"):
            staff.deactivate(session, small.host_id, ben.id, to=None, now=NOON)
        with pytest.raises(Conflict, match="staff.not_here"):
            staff.change_roles(session, small.host_id, ben.id, ["administrator"], now=NOON)


class TestGone:
    def test_of_somebody_who_has_gone_nothing_is_told_of_what_they_do_since(self, session, small):
        ben = someone(session, "Ben Ito")
        for host in (small.host_id, projects.open_small(session).host_id):
            hosts.employ(session, host, ben.id, hosts.ACCOUNT_MANAGER, now=NOON)
        staff.deactivate(session, small.host_id, ben.id, to=None, now=NOON)
        sign_ins.begin(session, ben.id, method="password", device=HERE, now=NOON)
        session.execute(update(Person).where(Person.id == ben.id).values(totp_secret="locked"))
        found = staff.one(session, small.host_id, ref_of(session, ben.id))
        assert (found.state, found.method, found.signed_in_at, found.seen_at, found.second_step) == (
            "left", "", None, None, False)


class TestInviting:
    def test_says_and_gives_nothing_before_the_person_accepts(self, session, small):
        ben = someone(session, "Ben Ito")
        new = f"new{small.host_id}@host.example"
        known, unknown = (staff.one(session, small.host_id, ref_of(session, invited(session, small, email)))
                          for email in (ben.email, new))
        assert (known.name, known.state, known.roles, known.seen_at) == ("Somebody", "invited", unknown.roles, None)
        assert (unknown.name, unknown.state) == ("Somebody", "invited")
        assert not hosts.has_role(session, small.host_id, ben.id, hosts.ADMINISTRATOR)
        assert [mails_to(session, one.id)[-1][0] for one in (known, unknown)] == ["staff_invitation"] * 2
        token = last_secret(session, ben.id, "staff_invitation")
        with pytest.raises(Ended):
            joining.accept(session, token, name="Eve", password=OTHER, now=NOON)  # the link replaces no password
        joining.accept(session, token, now=NOON)
        assert hosts.has_role(session, small.host_id, ben.id, hosts.ADMINISTRATOR)
        assert staff.one(session, small.host_id, ref_of(session, ben.id)).name == "Ben Ito"

    def test_ends_with_its_answer_a_newer_link_taking_back_and_time(self, session, small):
        ben = someone(session, "Ben Ito")
        tokens = []
        for again in (lambda: invited(session, small, ben.email),
                      lambda: staff.send_again(session, small.host_id, ben.id, by=small.manager, now=NOON)):
            again()
            tokens.append(last_secret(session, ben.id, "staff_invitation"))
        with pytest.raises(Ended):
            joining.invitation(session, tokens[0], now=NOON)
        with pytest.raises(Ended):
            joining.invitation(session, tokens[1], now=NOON + joining.LASTS)
        joining.accept(session, tokens[1], now=NOON)
        with pytest.raises(Ended):
            joining.accept(session, tokens[1], now=NOON)
        with pytest.raises(Conflict, match="staff.not_invited"):
            staff.send_again(session, small.host_id, ben.id, by=small.manager, now=NOON)
        with pytest.raises(Conflict, match="staff.works_here"):
            invited(session, small, ben.email)
        eva = someone(session, "Eva Roth")
        invited(session, small, eva.email)
        joining.take_back(session, small.host_id, eva.id, by=small.manager, now=NOON)
        with pytest.raises(Ended):
            joining.accept(session, last_secret(session, eva.id, "staff_invitation"), now=NOON)

    def test_is_the_way_back_from_a_deactivation(self, session, small):
        ben = employed(session, small)
        email = people.address_of(session, ben)
        staff.deactivate(session, small.host_id, ben, to=None, now=NOON)
        session.expire_all()
        assert accounts.check_password(session, email, PASSWORD, device=HERE, now=NOON).person_id is None
        invited(session, small, email)
        session.expire_all()
        assert accounts.check_password(session, email, PASSWORD, device=HERE, now=NOON).person_id == ben
        assert not hosts.has_role(session, small.host_id, ben, hosts.ACCOUNT_MANAGER)
        joining.accept(session, last_secret(session, ben, "staff_invitation"), now=NOON)
        assert staff.one(session, small.host_id, ref_of(session, ben)).state == "active"

    def test_writes_who_asks_for_which_host_in_its_zone(self, session, small):
        session.execute(update(Host).where(Host.id == small.host_id).values(zone="Asia/Seoul"))
        new = invited(session, small, f"rita{small.host_id}@host.example")
        session.flush()
        mail = session.scalars(select(AccountMail).where(AccountMail.person_id == new)).one()
        claimed = outbox.read(mail)
        about = letters.context(session, claimed, NOON)
        assert (about.sender, about.host, about.reader.zone) == (
            "Anna Berg", session.get_one(Host, small.host_id).name, "Asia/Seoul")
        joining.take_back(session, small.host_id, new, by=small.manager, now=NOON)
        session.expire_all()
        assert letters.context(session, claimed, NOON) is None


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
        invited(session, small, f"new{small.host_id}@host.example")
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

    def test_hands_a_project_on_hold_over_like_any_other_and_it_stays_on_hold(self, session, small):
        ben = employed(session, small)
        holds.hold(session, small.ref, reason="The ramp is rebuilt.", until=date(2027, 3, 12), actor=small.shop,
                   key=projects.key(), now=NOON)
        substitutes.name(session, small.host_id, small.manager, to=ben, until=date(2027, 3, 10),
                         by=petra(session), now=NOON)
        staff.deactivate(session, small.host_id, small.manager, to=ben, now=NOON)
        session.flush()
        there = projects.facts(session, small)
        assert there.project.manager_id == ben and there.member(ben).own == {"manager"}
        assert there.project.hold_until == date(2027, 3, 12) and not there.member(small.manager).present

    def test_hands_an_agreed_project_over_with_the_duties_one_looked_after(self, session):
        small = projects.agreed(session)
        ben, there = employed(session, small), projects.facts(session, small).project
        session.add_all(Duty(project_id=there.id, host_id=small.host_id, number=70 + number, party=1, owner=owner,
                             due=date(2034, 6, 1), what="Take the crates back", done_at=done)
                        for number, (owner, done) in enumerate(((small.manager, None), (small.manager, NOON),
                                                                (small.maker, None))))
        session.flush()
        with pytest.raises(Conflict, match=r"staff\.looks_after"):
            staff.change_roles(session, small.host_id, small.manager, ["administrator"], now=NOON)
        with pytest.raises(Invalid, match=r"staff\.projects"):
            staff.deactivate(session, small.host_id, small.manager, to=None, now=NOON)
        staff.deactivate(session, small.host_id, small.manager, to=ben, now=NOON)
        session.flush()
        after = projects.facts(session, small, person=ben)
        assert staff.managed(session, small.host_id, ben) == [small.ref]
        assert after.actor.own == {"manager"} and not after.member(small.manager).present
        assert [one.owner for one in after.duties if one.number >= 70] == [ben, small.manager, small.maker]

    @pytest.mark.parametrize("place", ["champion", "facilitator"])
    def test_no_project_goes_to_who_is_in_it_for_another_party_or_for_all(self, session, small, place):
        to = small.shop
        if place == "facilitator":
            to = employed(session, small)
            session.add(Member(project_id=projects.facts(session, small).project.id, person=to, host_id=small.host_id,
                               name="Ben Ito", parts="facilitator", accepted_at=NOON))
            session.flush()
        hosts.employ(session, small.host_id, to, hosts.ACCOUNT_MANAGER, now=NOON)
        with pytest.raises(Conflict, match="member.elsewhere"):
            staff.hand_over_all(session, small.host_id, small.manager, to=to, now=NOON)

    def test_a_customer_is_not_staff(self, session, small):
        with pytest.raises(NotFound):
            staff.one(session, small.host_id, ref_of(session, small.shop))


class TestInTheOpen:
    """An administrator has no seat in a project: what they do to it says that it was they, to all who are in it."""

    @pytest.fixture
    def host(self, session, small):
        return session.get_one(Host, small.host_id).name

    @pytest.mark.parametrize("go", [
        lambda session, small, ben: staff.hand_over_all(session, small.host_id, small.manager, to=ben,
                                                        by=petra(session), now=NOON),
        lambda session, small, ben: staff.deactivate(session, small.host_id, small.manager, to=ben, by=petra(session),
                                                     now=NOON)], ids=["handed over", "deactivated"])
    def test_the_record_says_who_handed_over_from_whom_to_whom(self, session, small, host, go):
        ben = employed(session, small)
        go(session, small, ben)
        line = records.lines(session, projects.facts(session, small), most=1)[0]
        assert line.details["actor"] is None
        assert telling.tell(line, projects.facts(session, small), Reader("en", "UTC", NOON)).sentence == (
            f"Petra Sool (administrator of {host}) handed the project over from Anna Berg to Ben Ito.")

    def test_so_does_a_mail_to_every_champion_and_answers_go_to_who_looks_after_it_now(self, session, small, host):
        ben = employed(session, small)
        staff.hand_over_all(session, small.host_id, small.manager, to=ben, by=petra(session), now=NOON)
        for champion in (small.maker, small.shop):
            mail = mailed(session, small, champion, "handed_over")
            assert mail["From"].startswith(host) and mail["Reply-To"] == people.address_of(session, ben)
            assert (f"Petra Sool (administrator of {host}) has handed 'Crates come back' over from Anna Berg to Ben "
                    "Ito, who looks after it from now on.") in " ".join(body(mail).split())

    def test_who_takes_over_one_of_a_colleague_is_spoken_to(self, session, small):
        ben = employed(session, small)
        people.hand_over(session, small.ref, small.host_id, to=ben, actor=small.manager, key=projects.key(),
                                 now=NOON)
        said = " ".join(body(mailed(session, small, ben, "handed_over")).split())
        assert "Anna Berg has handed 'Crates come back' over to you: you look after it from now on." in said

    def test_who_gives_and_who_gets_hear_of_it_once_for_all_projects(self, session, small, host):
        ben, sool = employed(session, small), petra(session)
        twice = another(session, small)
        staff.hand_over_all(session, small.host_id, small.manager, to=ben, by=sool, now=NOON)
        (gave,) = of_kind(session, small.manager, "projects_taken")
        (got,) = of_kind(session, ben, "projects_given")
        assert gave["titles"] == got["titles"] == ["Crates come back", "Pallets come back"]
        assert gave["count"] == got["count"] == 2
        assert (gave["other"], got["other"]) == ("Ben Ito", "Anna Berg")
        assert {gave["host"], got["host"]} == {host} and {gave["who"], got["who"]} == {"Petra Sool"}
        assert small.shop in told_of(session, small, "handed_over")
        assert ben not in told_of(session, small, "handed_over") | told_of(session, twice, "handed_over")

    def test_nobody_hears_of_an_own_act(self, session, small):
        ben = employed(session, small)
        hosts.employ(session, small.host_id, ben, hosts.ADMINISTRATOR, now=NOON)
        staff.hand_over_all(session, small.host_id, small.manager, to=ben, by=ben, now=NOON)
        assert of_kind(session, ben, "projects_given") == [] != of_kind(session, small.manager, "projects_taken")
        staff.hand_over_all(session, small.host_id, ben, to=small.manager, by=ben, now=NOON)
        assert of_kind(session, ben, "projects_taken") == [] != of_kind(session, small.manager, "projects_given")

    def test_who_had_no_project_is_not_written_to(self, session, small):
        ben = employed(session, small)
        staff.hand_over_all(session, small.host_id, ben, to=small.manager, by=petra(session), now=NOON)
        assert of_kind(session, ben, "projects_taken") == of_kind(session, small.manager, "projects_given") == []

    def test_and_of_the_end_of_a_sharing_or_a_role(self, session, small, host):
        ben = employed(session, small)
        people.share(session, small.ref, small.host_id, to=ben, actor=small.manager, key=projects.key(), now=NOON)
        staff.deactivate(session, small.host_id, ben, to=None, by=petra(session), now=NOON)
        line = records.lines(session, projects.facts(session, small), most=1)[0]
        assert telling.tell(line, projects.facts(session, small), Reader("en", "UTC", NOON)).sentence == (
            f"Petra Sool (administrator of {host}) ended the sharing with Ben Ito of the host.")
        mail = mailed(session, small, small.manager, "left")
        assert f"Petra Sool (administrator of {host}) has ended it." in " ".join(body(mail).split())

    def test_nobody_in_the_project_acts_so(self, session, small):
        ben = employed(session, small)
        with pytest.raises(Forbidden):
            progress.act(session, small.ref, HandOverProject(ben, "Ben Ito", of=small.manager), actor=small.shop,
                         key=projects.key(), now=NOON)


def another(session, small):
    """A second project of the same host and account manager."""
    seats = tuple(openings.Seating(seat, f"{seat} Ltd", country="NO", name="Ida",
                                   email=f"{seat}{small.host_id}@x.example") for seat in ("maker", "shop"))
    ref = openings.open_project(session, small.host_id, openings.NewProject(
        template="returned_crates", title="Pallets come back", purpose="Fewer new pallets.", target=date(2027, 6, 1),
        own_seat=None, seats=seats), actor=small.manager, key=projects.key(), now=NOON)
    return replace(small, ref=ref)


def of_kind(session, person, kind):
    return [values for of, values in mails_to(session, person) if of == kind]


def told_of(session, small, kind):
    session.flush()
    return set(session.scalars(select(Outbox.recipient).join(Project, Project.id == Outbox.project_id).where(
        Project.ref == small.ref, Outbox.kind == kind)))


def employed(session, small, role="account_manager"):
    person = someone(session, "Ben Ito")
    hosts.employ(session, small.host_id, person.id, role, now=NOON)
    return person.id


def invited(session, small, email):
    return staff.invite(session, small.host_id, email=email, name="Somebody", roles=["administrator"],
                        by=small.manager, now=NOON)


def ref_of(session, person):
    return session.scalar(select(Person.ref).where(Person.id == person))


def petra(session):
    """An administrator."""
    return someone(session, "Petra Sool").id
