"""A project shared with a colleague of the host: who reads it, what they can do, who hears of it, and how it ends."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from cocreate import telling
from cocreate.domain.rights import TABLE, Act, Right, can
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.models.hosts import Host
from cocreate.models.mails import Outbox
from cocreate.models.projects import Absence, Member, Project
from cocreate.services import boards, endings, hosts, people, records, staff, substitutes
from cocreate.words import Reader
from tests.support import projects
from tests.support.clock import NOON
from tests.support.mailed import body, mailed
from tests.support.people import someone

ENDS = pytest.mark.parametrize("go", [
    lambda session, small, ben: staff.deactivate(session, small.host_id, ben, to=None, by=petra(session), now=NOON),
    lambda session, small, ben: staff.change_roles(session, small.host_id, ben, ["administrator"], by=petra(session),
                                                   now=NOON)], ids=["deactivated", "another role"])


class TestSharing:
    def test_the_colleague_reads_the_room_and_has_it_on_the_board(self, session, small, ben):
        with pytest.raises(NotFound):
            projects.facts(session, small, person=ben)
        share(session, small, ben)
        assert projects.facts(session, small, person=ben).actor.own == {"manager"}
        assert [row.ref for row in boards.board(session, ben, reader="en UTC", now=NOON)] == [small.ref]

    def test_on_whose_board_the_hosts_own_party_is_no_customer(self, session, small, ben):
        seat(session, small)
        share(session, small, ben)
        assert group(session, ben) == "customers"
        projects.give(session, small, "returns")
        assert group(session, ben) == "others"

    def test_and_may_what_the_table_gives_an_account_manager(self, session, small, ben):
        share(session, small, ben)
        facts = projects.facts(session, small, person=ben)
        row = {act: rights[5] for act, rights in TABLE.items()}
        assert all(can(facts, act) for act, right in row.items() if right is Right.YES)
        assert not any(can(facts, act) for act, right in row.items() if right is Right.NO)

    def test_the_first_account_manager_goes_on_looking_after_it(self, session, small, ben):
        share(session, small, ben)
        assert session.scalar(select(Project.manager_id).where(Project.ref == small.ref)) == small.manager
        with pytest.raises(Forbidden) as refused:
            people.hand_over(session, small.ref, small.host_id, to=small.manager, actor=ben, key=projects.key(),
                             now=NOON)
        assert refused.value.values["persons"] == (small.manager,)

    def test_the_colleague_is_told_by_mail_and_the_champions_in_their_digest(self, session, small, ben):
        share(session, small, ben)
        told = session.execute(select(Outbox.recipient, Outbox.state).where(
            Outbox.kind == "joined", Outbox.project_id == projects.facts(session, small).project.id))
        assert {row.recipient: row.state for row in told} == {
            ben: "waiting", small.maker: "digest", small.shop: "digest"}

    def test_the_record_says_with_whom(self, session, small, ben):
        share(session, small, ben)
        line = records.lines(session, projects.facts(session, small), most=1)[0]
        assert (line.act, line.personal["name"], line.details["person"]) == ("share_project", "Ben Ito", ben)

    def test_only_with_an_account_manager_of_the_host(self, session, small):
        for other in (someone(session).id, employed(session, small, hosts.ADMINISTRATOR)):
            with pytest.raises(Invalid, match=r"staff\.successor"):
                share(session, small, other)

    def test_nobody_is_in_it_twice(self, session, small, ben):
        share(session, small, ben)
        with pytest.raises(Conflict, match=r"member\.there"):
            share(session, small, ben)

    def test_only_an_account_manager_shares_it(self, session, small, ben):
        with pytest.raises(Forbidden) as refused:
            people.share(session, small.ref, small.host_id, to=ben, actor=small.maker, key=projects.key(), now=NOON)
        assert refused.value.values == {"act": Act.SHARE.value, "persons": (small.manager,)}


class TestEnding:
    def test_the_colleague_does_not_read_it_any_more(self, session, small, ben):
        share(session, small, ben)
        end(session, small, ben)
        with pytest.raises(NotFound):
            projects.facts(session, small, person=ben)
        assert boards.board(session, ben, reader="en UTC", now=NOON) == []
        assert records.lines(session, projects.facts(session, small), most=1)[0].act == "end_sharing"

    def test_the_colleague_may_end_it_too(self, session, small, ben):
        share(session, small, ben)
        end(session, small, ben, actor=ben)
        assert projects.facts(session, small).member(ben).left_at == NOON

    def test_of_who_looks_after_it_nothing_ends(self, session, small, ben):
        share(session, small, ben)
        with pytest.raises(Conflict, match=r"member\.gone"):
            end(session, small, small.manager, actor=ben)

    def test_no_party_ends_it(self, session, small, ben):
        share(session, small, ben)
        with pytest.raises(Forbidden):
            end(session, small, ben, actor=small.shop)

    def test_it_can_be_shared_again(self, session, small, ben):
        share(session, small, ben)
        end(session, small, ben)
        share(session, small, ben)
        assert projects.facts(session, small, person=ben).actor.present

    @pytest.mark.parametrize("come", ["share", "stand_in", "hand_over"])
    def test_nothing_is_left_of_an_invitation_from_before(self, session, small, ben, come):
        """Who was invited once, did not answer and now comes in uninvited is nobody to invite again."""
        seat(session, small)
        session.execute(insert(Member).values(
            project_id=projects.facts(session, small).project.id, host_id=small.host_id, person=ben, party=1,
            name="Ben Ito", parts="observer", greeting="", invited_at=NOON, invited_by=small.maker, declined_at=NOON,
            expired_at=NOON, left_at=NOON))
        match come:
            case "share":
                share(session, small, ben)
            case "stand_in":
                stand_in(session, small, ben)
            case "hand_over":
                people.hand_over(session, small.ref, small.host_id, to=ben, actor=small.manager, key=projects.key(),
                                 now=NOON)
        row = session.execute(select(Member.invited_at, Member.invited_by, Member.expired_at, Member.declined_at).where(
            Member.person == ben)).one()
        assert tuple(row) == (None, None, None, None)

    @ENDS
    def test_it_ends_with_the_role_at_the_host(self, session, small, ben, go):
        share(session, small, ben)
        go(session, small, ben)
        assert projects.facts(session, small).member(ben).left_at == NOON
        line = records.lines(session, projects.facts(session, small), most=1)[0]
        assert (line.act, line.personal["by"]) == ("end_sharing", "Petra")

    @ENDS
    def test_so_does_the_part_in_projects_that_were_declined_and_the_record_says_it(self, session, go):
        small = declined(session)
        assert projects.facts(session, small, person=small.manager).actor.own == {"manager"}
        go(session, small, small.manager)
        with pytest.raises(NotFound):
            projects.facts(session, small, person=small.manager)
        line = records.lines(session, projects.facts(session, small), most=1)[0]
        assert (line.act, line.personal["by"]) == ("end_role", "Petra")

    @ENDS
    def test_of_a_party_one_stays_what_one_was(self, session, go):
        small = declined(session)
        seat(session, small)
        go(session, small, small.manager)
        assert projects.facts(session, small).member(small.manager).own == {"champion"}


class TestStandingIn:
    @ENDS
    def test_ends_with_the_role_at_the_host_and_the_record_says_who_ended_it(self, session, small, ben, go):
        stand_in(session, small, ben)
        assert "manager" in projects.facts(session, small, person=ben).actor.parts
        go(session, small, ben)
        with pytest.raises(NotFound):  # who came in only for that
            projects.facts(session, small, person=ben)
        line = records.lines(session, projects.facts(session, small), most=1)[0]
        assert (line.act, line.personal["by"]) == ("come_back", "Petra")
        assert [one.ended_at for one in projects.facts(session, small).absences] == [NOON]

    @ENDS
    def test_so_does_what_was_still_to_begin(self, session, small, ben, go):
        stand_in(session, small, ben)
        row = session.scalars(select(Absence).where(Absence.substitute == ben)).one()
        row.began_at, row.starts = None, NOON.date() + timedelta(days=1)
        session.flush()
        go(session, small, ben)
        assert projects.facts(session, small).absences[0].ended_at == NOON

    @pytest.mark.parametrize("seated", [False, True], ids=["no seat", "a seat"])
    def test_ends_where_the_project_gets_another_account_manager_and_who_came_in_only_for_it_leaves(
            self, session, small, ben, seated):
        if seated:
            seat(session, small)
        stand_in(session, small, ben)
        eve = employed(session, small)
        staff.hand_over_all(session, small.host_id, small.manager, to=eve, by=petra(session), now=NOON)
        after = projects.facts(session, small)
        assert [one.ended_at for one in after.absences] == [NOON] and after.member(ben).left_at == NOON
        line = records.lines(session, after, most=1)[0]
        assert telling.tell(line, after, Reader(now=NOON)).sentence.endswith("Ben Ito does not stand in any more.")

    def test_so_does_it_where_the_substitute_takes_over(self, session, small, ben):
        stand_in(session, small, ben)
        staff.hand_over_all(session, small.host_id, small.manager, to=ben, by=petra(session), now=NOON)
        after = projects.facts(session, small, person=ben)
        assert [one.ended_at for one in after.absences] == [NOON]
        assert after.actor.own == {"manager"} and after.actor.present
        said = " ".join(body(mailed(session, small, ben, "handed_over", last=True)).split())
        assert "because you look after 'Crates come back'." in said

    def test_an_administrator_ends_it(self, session, small, ben):
        seat(session, small)
        stand_in(session, small, ben)
        (there,), (other,) = (substitutes.of(session, small.host_id, one) for one in (small.manager, ben))
        assert there == other and (there.substitute, there.absent, there.projects) == ("Ben Ito", "Anna Berg", 1)
        substitutes.end(session, small.host_id, small.manager, by=petra(session), now=NOON)
        assert not substitutes.of(session, small.host_id, small.manager)
        assert projects.facts(session, small).member(ben).left_at == NOON
        line = records.lines(session, projects.facts(session, small), most=1)[0]
        assert (line.act, line.personal["by"]) == ("come_back", "Petra")


class TestMails:
    """Who stands in does so until a day, and is not who leads."""

    def test_say_until_when_and_why_the_substitute_gets_them(self, session, small, ben):
        seat(session, small)
        stand_in(session, small, ben)
        mail = mailed(session, small, ben, "handed_over")
        assert mail["Subject"] == "Ben Ito stands in until Thu 4 Mar (Crates come back)"
        said = " ".join(body(mail).split())
        host = session.get_one(Host, small.host_id).name
        assert (f"Petra (administrator of {host}) lets you stand in for Anna Berg in 'Crates come back' until Thu 4 "
                "Mar.") in said
        assert "because you stand in for Anna Berg in 'Crates come back' until Thu 4 Mar." in said
        assert "It stops when that day is over." in said

    def test_say_so_without_a_seat_too(self, session, small, ben):
        stand_in(session, small, ben)
        said = " ".join(body(mailed(session, small, ben, "handed_over")).split())
        assert "because you stand in for Anna Berg in 'Crates come back' until Thu 4 Mar." in said


class TestTakingOver:
    def test_who_it_is_shared_with_can_look_after_it(self, session, small, ben):
        share(session, small, ben)
        people.hand_over(session, small.ref, small.host_id, to=ben, actor=small.manager, key=projects.key(), now=NOON)
        assert session.scalar(select(Project.manager_id).where(Project.ref == small.ref)) == ben
        with pytest.raises(Conflict, match=r"member\.gone"):
            end(session, small, ben, actor=ben)

    def test_also_with_the_seat_of_the_host(self, session, small, ben):
        """Who holds a seat hands it over with the project; the colleague was in it without one."""
        share(session, small, ben)
        seat(session, small)
        people.hand_over(session, small.ref, small.host_id, to=ben, actor=small.manager, key=projects.key(), now=NOON)
        after = projects.facts(session, small, person=ben).actor
        assert (after.party, after.own) == (1, {"champion", "manager"})

    def test_and_stand_in_there(self, session, small, ben):
        share(session, small, ben)
        seat(session, small)
        substitutes.name(session, small.host_id, small.manager, to=ben, until=NOON.date(), by=petra(session), now=NOON)
        after = projects.facts(session, small, person=ben).actor
        assert (after.party, after.own, after.lent) == (1, {"manager", "observer"}, {"champion"})


def stand_in(session, small, to):
    substitutes.name(session, small.host_id, small.manager, to=to, until=NOON.date() + timedelta(days=3),
                          by=petra(session), now=NOON)


def declined(session):
    small = projects.open_small(session)
    endings.decline(session, small.ref, title=projects.facts(session, small).project.title, lessons="",
                    reason="They went bankrupt.", actor=small.maker, key=projects.key(), now=NOON)
    return small


def share(session, small, to):
    return people.share(session, small.ref, small.host_id, to=to, actor=small.manager, key=projects.key(), now=NOON)


def group(session, person):
    return boards.board(session, person, reader="en UTC", now=NOON)[0].group


def end(session, small, person, actor=None):
    return people.end_sharing(session, small.ref, person=person, actor=actor or small.manager, key=projects.key(),
                              now=NOON)


def seat(session, small):
    """The account manager leads for the maker."""
    row = session.scalars(select(Member).where(Member.person == small.manager)).one()
    row.party, row.parts = 1, "champion manager"
    session.flush()


def employed(session, small, role=hosts.ACCOUNT_MANAGER):
    person = someone(session, "Ben Ito")
    hosts.employ(session, small.host_id, person.id, role, now=NOON)
    return person.id


@pytest.fixture
def ben(session, small):
    return employed(session, small)


def petra(session):
    """An administrator."""
    return someone(session, "Petra").id
