"""The board: whose turn each project is, since when, and whether its date holds."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import update

from cocreate.models.contracts import Duty
from cocreate.models.projects import Member, Seen
from cocreate.services import boards, concerns, endings, holds, openings, rooms
from tests.support import projects
from tests.support.clock import NOON


class TestRows:
    def test_a_project_whose_parties_owe_something_waits_for_customers(self, session, small):
        row = only(session, small)
        assert (row.group, row.overdue, row.situation.turns) == ("customers", False, ())
        assert row.next_at is not None and row.since == NOON

    def test_is_overdue_once_a_date_has_passed(self, session, small):
        row = only(session, small, now=NOON + timedelta(days=20))
        assert row.overdue and row.situation.days > row.situation.days_planned

    def test_is_in_the_first_day_of_its_stage_where_the_clock_stands_before_it(self, session, small):
        row = only(session, small, now=NOON - timedelta(days=90))
        assert (row.situation.days, row.situation.later) == (0, 0)

    def test_waits_for_its_account_manager_when_nothing_else_is_missing(self, session, small):
        projects.give_all(session, small)
        projects.go_on(session, small, "to_terms")
        row = only(session, small)
        assert (row.group, [turn.act for turn in row.situation.turns]) == ("you", ["freeze"])

    def test_nobody_can_act_where_the_party_has_nobody_left(self, session, small):
        found = boards.situation_of(without_people(projects.facts(session, small, person=small.manager)))
        assert found.group == "nobody"

    def test_an_agreed_project_waits_for_nobody_and_has_been_signed_on_a_day(self, session):
        small = projects.agreed(session)
        row = only(session, small, now=NOON + timedelta(days=30))
        assert (row.group, row.next_at, row.signing, row.since.date()) == ("agreed", None, NOON.date(), NOON.date())
        assert (row.situation.waits, row.situation.later) == ((), 0)

    def test_what_is_owed_after_the_signature_is_its_next_date(self, session):
        small = projects.agreed(session)
        session.add(owed(session, small, due=date(2027, 4, 1)))
        session.flush()
        row = only(session, small)
        assert (row.group, row.next_at.date(), row.overdue) == ("agreed", date(2027, 4, 1), False)
        assert only(session, small, now=NOON + timedelta(days=60)).overdue

    def test_a_project_that_was_declined_has_ended(self, session, small):
        endings.decline(session, small.ref, reason="No more crates are made.", lessons="", title="Crates come back",
                        actor=small.shop, key=projects.key(), now=NOON)
        assert only(session, small).group == "ended"

    def test_says_by_how_many_working_days_the_signature_comes_later(self, session, small):
        assert only(session, small).situation.later == 0  # 20 working days for a date in three months
        assert only(session, small, now=NOON + timedelta(days=85)).situation.later > 0


class TestWhose:
    def test_others_do_not_see_it(self, session, small):
        other = projects.open_small(session)
        assert [row.ref for row in look(session, other.manager)] == [other.ref]

    def test_a_project_in_which_one_only_takes_part_is_not_on_the_board(self, session, small):
        assert look(session, small.maker) == []

    def test_the_longest_wait_comes_first(self, session, small):
        first, second = (open_another(session, small, title, now=NOON + timedelta(days=days))
                         for title, days in (("Two", 2), ("One", 1)))
        rows = look(session, small.manager, now=NOON + timedelta(days=3))
        assert [row.ref for row in rows] == [small.ref, second, first]


class TestUnread:
    def test_counts_what_happened_since_the_last_look(self, session, small):
        facts = projects.facts(session, small)
        assert only(session, small).unread is None
        session.add(Seen(project_id=facts.project.id, host_id=small.host_id, person=small.manager,
                         seq=facts.project.version - 2))
        session.flush()
        assert only(session, small).unread == 2


class TestKept:
    """What the page said of a row is said again until something differs."""

    def test_words_are_kept(self, session, small):
        keep(session, small)
        row = only(session, small)
        assert (row.words, row.situation) == ("said", None)
        assert (row.group, row.since, row.names) == ("customers", NOON, ("Crates come back", *row.names[1:]))

    @pytest.mark.parametrize("change", ["event", "reader", "time"])
    def test_until_an_event_the_reader_or_the_time_differs(self, session, small, change):
        keep(session, small)
        if change == "event":
            projects.give_all(session, small)
        row, = look(session, small.manager, now=NOON + timedelta(hours=2 if change == "time" else 0),
                    reader="de Europe/Berlin" if change == "reader" else EN)
        assert row.words is None and row.situation is not None

    def test_becomes_overdue_and_unread_all_the_same(self, session, small):
        keep(session, small, until=NOON + timedelta(days=90))
        facts = projects.facts(session, small)
        session.add(Seen(project_id=facts.project.id, host_id=small.host_id, person=small.manager, seq=1))
        session.flush()
        row = only(session, small, now=NOON + timedelta(days=80))
        assert (row.words, row.overdue, row.unread) == ("said", True, facts.project.version - 1)

    def test_fifty_projects_are_as_few_statements_as_one(self, session, small, query_counter):
        for number in range(4):
            open_another(session, small, f"Another {number}", now=NOON)
        with query_counter(max=2):
            assert len(look(session, small.manager)) == 5
        boards.keep(session, small.manager, [(row, "said", NOON + timedelta(hours=1))
                                             for row in look(session, small.manager)], reader=EN)
        with query_counter(max=1):
            assert {row.words for row in look(session, small.manager)} == {"said"}


class TestConcerns:
    """It is kept nowhere that one was raised, so it is joined; the same projects as on Your turn."""

    @pytest.fixture(params=["kept", "anew"])
    def raised(self, session, small, request):
        """By the shop, for the account manager, who is the neutral person too."""
        session.execute(update(Member).where(Member.person == small.manager).values(parts="manager facilitator"))
        if request.param == "kept":
            keep(session, small)
        concern(session, small)
        return small

    def test_is_the_account_managers_turn_until_it_is_answered(self, session, raised):
        said = concerns.of(session, projects.facts(session, raised, person=raised.manager))[0].number
        turn = partial(self.turn, session, raised)
        assert turn() == [said]
        self.say(session, raised, "answer", said, raised.manager, minutes=1)
        assert turn() == []
        self.say(session, raised, "again", said, raised.shop, minutes=2)
        assert turn() == [said]
        self.say(session, raised, "end", said, raised.shop, minutes=3)
        assert turn() == []
        self.say(session, raised, "again", said, raised.shop, minutes=4)
        assert turn() == [said]

    def test_several_make_one_row(self, session, raised):
        concern(session, raised, now=NOON + timedelta(hours=1))
        assert [since for since, _number in only(session, raised).concerns] == [NOON, NOON + timedelta(hours=1)]

    def test_is_nobodys_turn_while_the_project_rests(self, session, raised):
        holds.hold(session, raised.ref, until=date(2027, 4, 1), reason="We wait for the summer.", actor=raised.manager,
                   key=projects.key(), now=NOON)
        assert self.turn(session, raised) == [] and only(session, raised).group == "hold"

    def test_who_reads_none_any_more_is_not_asked(self, session, raised):
        session.execute(update(Member).where(Member.person == raised.manager).values(parts="manager"))
        assert self.turn(session, raised) == []

    def test_of_others_the_board_says_nothing(self, session, small):
        concern(session, small, to="champions", actor=small.manager)
        concern(session, small, to="champions", actor=small.shop)
        assert self.turn(session, small) == []

    def turn(self, session, small):
        """What the board has; Your turn has the same."""
        row = only(session, small)
        found = [number for _since, number in row.concerns]
        assert found == [int(turn.key) for one in rooms.of_person(session, small.manager, now=NOON)
                         for turn in one.turns if turn.act == "concern"]
        assert (row.group == "you") == bool(found)
        return found

    def say(self, session, small, kind, number, actor, *, minutes):
        getattr(concerns, kind)(session, small.ref, number=number, text="Let us talk.", actor=actor,
                                key=projects.key(), now=NOON + timedelta(minutes=minutes))


EN = "en UTC"


def concern(session, small, *, to="facilitator", actor=None, now=NOON):
    concerns.raise_concern(session, small.ref, to=to, text="We are not heard.", record=False, actor=actor or small.shop,
                           key=projects.key(), now=now)


def look(session, person, *, now=NOON, reader=EN):
    return boards.board(session, person, reader=reader, now=now)


def keep(session, small, until=NOON + timedelta(hours=1)):
    boards.keep(session, small.manager, [(only(session, small), "said", until)], reader=EN)


def open_another(session, small, title, *, now):
    return openings.open_project(session, small.host_id, openings.NewProject(
        "returned_crates", title, "More crates.", date(2027, 6, 1), None,
        (openings.Seating("maker", "Tornby Furniture"), openings.Seating("shop", "Aurelis Hotels"))),
        actor=small.manager, key=projects.key(), now=now)


def only(session, small, now=NOON):
    rows = look(session, small.manager, now=now)
    assert [row.ref for row in rows] == [small.ref]
    return rows[0]


def owed(session, small, *, due):
    """A duty of the shop that the signed terms ask for."""
    return Duty(project_id=projects.facts(session, small).project.id, host_id=small.host_id, number=90, party=2,
                what="Report the crates", due=due, decide=False)


def without_people(facts):
    return replace(facts, members=tuple(member for member in facts.members if member.party is None))
