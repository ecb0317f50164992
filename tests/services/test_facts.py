"""A project read as facts: in one statement, the same values in the same order from both databases."""

from dataclasses import fields
from datetime import timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import update

from cocreate.db import db, transaction
from cocreate.domain.answers import Answer
from cocreate.errors import NotFound
from cocreate.models.hosts import Host
from cocreate.models.people import Person
from cocreate.models.projects import Member, Project
from cocreate.models.work import Figure, Task
from cocreate.services import contributions, openings, progress
from cocreate.services.acts.contributions import Submit
from cocreate.services.facts import MOST, aside, forget, keep, look, work_locked
from cocreate.services.reading import FACTS
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.projects import key
from tests.support.stories import facts
from workflows.facts import ContractState, DecisionState, TaskState
from workflows.values import replace


class TestLook:
    def test_is_one_statement(self, small, query_counter):
        facts(small)  # the definition is read once for all
        with query_counter() as counted:
            assert facts(small).project.ref == small.ref
        assert len(counted) == 1

    def test_the_lock_is_one_more_where_it_is_on_a_row(self, small, query_counter):
        with transaction() as session, query_counter() as counted:
            seen = look(session, small.ref, person=small.maker, now=NOON, lock=True)
        assert seen.facts.project.ref == small.ref
        assert len(counted) == (1 if db.engine.dialect.name == "sqlite" else 2)

    def test_the_asker_is_the_actor(self, small):
        assert facts(small, person=small.shop).actor.person == small.shop

    def test_nobody_else_sees_that_it_exists(self, small):
        for person in (stories.stranger(), 10**12):
            with pytest.raises(NotFound):
                facts(small, person=person)

    def test_the_system_sees_every_project(self, small):
        seen = look(db.session, small.ref, person=None, now=NOON).facts
        assert seen.actor is None
        assert seen.project.ref == small.ref

    def test_whoever_is_only_invited_is_not_in_it(self, small):
        stories.colleague(small, 2)
        tom = next(member.person for member in facts(small).members if member.name == "Tom Baker")
        change(small, Member, Member.person == tom, accepted_at=None)
        with pytest.raises(NotFound):
            facts(small, person=tom)

    def test_an_answer_only_under_its_key(self, small):
        receipt = stories.submit(small, "ramp_0", under="known")
        assert look(db.session, small.ref, person=small.maker, now=NOON, key="other").answered is None
        answered = look(db.session, small.ref, person=small.maker, now=NOON, key="known").answered
        assert f'"seq":{receipt.seq}' in answered[1]


class TestValues:
    def test_types_are_those_of_the_facts(self, small):
        for step in stories.whole(small):
            step.do(key())
        seen = facts(small)
        assert {type(task.state) for task in seen.tasks} == {TaskState}
        assert {type(decision.state) for decision in seen.decisions} == {DecisionState}
        assert {type(contract.state) for contract in seen.contracts} == {ContractState}
        assert {type(figure.value) for figure in seen.figures} == {Decimal}
        assert {type(decision.outside) for decision in seen.decisions} == {bool}
        assert all(moment.utcoffset() == timedelta(0) for moment in (
            *(task.since for task in seen.tasks), seen.project.entered_at, seen.contract.frozen_at))

    @pytest.mark.parametrize("microsecond", [0, 1, 10, 100_000, 120_000, 999_999])
    def test_moments_to_the_microsecond(self, small, microsecond):
        moment = NOON.replace(microsecond=microsecond)
        change(small, Task, since=moment)
        assert {task.since for task in facts(small).tasks} == {moment}

    def test_moments_in_another_zone_are_the_same_moment(self, small):
        change(small, Task, due_at=NOON.astimezone(timezone(timedelta(hours=-9, minutes=-30))))
        assert {task.due_at for task in facts(small).tasks} == {NOON}

    @pytest.mark.parametrize("digits", ["0.80", "12345678901234567890.123456789", "0.0000000001", "-7", "100", "1E+3"])
    def test_figures_digit_for_digit(self, small, digits):
        stories.submit(small, "ramp_0")
        change(small, Figure, value=Decimal(digits))
        figure, = facts(small).figures
        assert format(figure.value, "f") == format(Decimal(digits), "f")

    def test_words_of_every_script(self, small):
        words = "Ü 合同 \U0001f6f4 \"quoted\" back\\slash\n{brace} %s %(x)s :x"
        change(small, Task, reason=words)
        assert {task.reason for task in facts(small).tasks} == {words}

    def test_only_figures_of_the_version_that_counts(self, small):
        for mass in ("1", "2"):
            stories.submit(small, "credit", given=stories.answers("credit") if mass == "1" else None)
            stories.take_back(small, "credit")
        assert {figure.number for figure in facts(small).figures} == {2}

    def test_the_calendar_is_the_hosts(self, small):
        change(small, Host, Host.id == small.host_id, zone="Pacific/Apia", working_days="67", country="")
        calendar, = facts(small).calendars
        assert (calendar.zone, calendar.working_days) == ("Pacific/Apia", {5, 6})

    def test_a_country_without_known_holidays(self, small):
        change(small, Host, Host.id == small.host_id, country="XX")
        assert facts(small).calendars[0].holidays == frozenset()

    def test_zone_of_a_person(self, small):
        change(small, Person, Person.id == small.shop, zone="Asia/Seoul", activated_at=NOON)
        assert facts(small).member(small.shop).zone == "Asia/Seoul"
        change(small, Person, Person.id == small.shop, activated_at=None)
        assert facts(small).member(small.shop).zone == ""  # nobody has chosen it yet: that of the host counts


class TestOrder:
    """Parties in the order of the contract, everything by its key: not as the rows happen to lie."""

    def test_after_rows_were_rewritten(self, small):
        for step in stories.whole(small):
            step.do(key())
        before = facts(small)
        for name, _, table in FACTS:
            with transaction() as session:
                for fact in getattr(before, name)[:1]:
                    first = fields(fact)[0].name
                    session.execute(update(table).where(table.c.project_id == before.project.id,
                                                        table.c[first] == getattr(fact, first))
                                    .values(host_id=small.host_id))
        change(small, Member, Member.person == min(m.person for m in before.members), greeting="rewritten")
        after = facts(small)
        for name in ("members", *(name for name, _, _ in FACTS)):
            assert getattr(after, name) == getattr(before, name), name

    def test_of_parties_whose_organisations_were_entered_the_other_way_round(self, small):
        with transaction() as session:
            ref = openings.open_project(session, small.host_id, openings.NewProject(
                template="returned_crates", title="The other way round", purpose="p", target=NOON.date(),
                own_seat=None, seats=(openings.Seating("maker", "Aurelis Hotels"),
                                      openings.Seating("shop", "Tornby Furniture"))),
                actor=small.manager, key=key(), now=NOON)
        seen = look(db.session, ref, person=None, now=NOON).facts
        assert [party.number for party in seen.parties] == [1, 2]
        assert [party.organisation for party in seen.parties] == sorted(
            (party.organisation for party in seen.parties), reverse=True)


class TestKept:
    """Under the lock a process takes the facts it knows if they are of the project's head: see ``services.facts``."""

    def test_after_every_act_they_are_what_would_be_read(self, small, query_counter):
        for step in stories.whole(small):
            step.do(key())
            with query_counter() as counted:
                known = locked(small)
            assert not any("FROM task" in statement for statement in counted.statements), step.name
            forget()
            assert known == locked(small), step.name

    def test_what_another_party_entered_meanwhile_counts_for_nothing(self, app):
        """Neither do the figures of the version before it, whose task is at another one."""
        with app.app_context():
            with transaction() as session:
                small = projects.open_small(session, definition=stories.later_definition())
            each = {"each": Answer(Decimal(2), unit="kg")}
            with transaction() as session:
                contributions.submit(session, small.ref, task="weight", party=2, seen=0, draft=0, answers=each,
                                     actor=small.shop, key=key(), now=NOON)
            assert locked(small).given("figures.weight.each")
            with transaction() as session:
                contributions.reopen(session, small.ref, task="weight", party=2, seen=1, reason=stories.REASON,
                                     actor=small.shop, key=key(), now=NOON)
                contributions.enter_for(session, small.ref, task="weight", party=2, seen=1, answers=each,
                                        actor=small.maker, key=key(), now=NOON)
            known = locked(small)
            forget()
            assert known == locked(small) and not known.given("figures.weight.each")

    def test_those_of_an_earlier_event_are_read_again(self, small):
        """As in a process that has not seen what another one did."""
        before = seen(small)
        stories.submit(small, "ramp_0")
        keep(before.facts, before.fleeting)
        assert locked(small).task("ramp_0", 2).number == 1

    def test_those_of_an_act_that_was_undone_are_never_taken(self, small):
        with pytest.raises(ZeroDivisionError), transaction() as session:
            progress.act(session, small.ref, Submit("ramp_0", 2, 0, 0, stories.answers("ramp_0")), actor=small.shop,
                         key=key(), now=NOON)
            1 / 0  # noqa: B018
        assert locked(small).task("ramp_0", 2).number == 0

    def test_those_of_a_project_that_is_taken_back_take_no_place_of_another(self, small, query_counter):
        known, fleeting = locked(small), seen(small).fleeting

        def keep_as(ref):
            keep(replace(known, project=replace(known.project, ref=ref)), fleeting)

        for ref in (small.ref, *(f"p{number}" for number in range(MOST - 1))):
            keep_as(ref)
        with aside("preview"):
            keep_as("preview")
        with query_counter() as counted:
            assert locked(small) == known
        assert not any("FROM task" in statement for statement in counted.statements)
        forget()

    def test_what_changes_without_an_event_is_read_every_time(self, small):
        known = seen(small)
        change(small, Person, Person.id == small.shop, zone="Asia/Seoul")
        change(small, Host, Host.id == small.host_id, zone="Pacific/Apia")
        draft = stories.save(small, "offer", 0, "0.90")
        keep(known.facts, known.fleeting)
        now = locked(small)
        assert (now.member(small.shop).zone, now.calendars[0].zone) == ("Asia/Seoul", "Pacific/Apia")
        assert now.drafts == {("offer", 1): draft}


class TestExpected:
    """On PostgreSQL an act is worked out with what is expected while the look is on its way: it counts if so it is."""

    def test_what_is_so_is_worked_out_once(self, small):
        keep_what_is(small)
        with transaction() as session:
            saw, worked = work(session, small, lambda facts: facts.project.version)
        assert worked == [saw.facts.project.version]

    @pytest.mark.parametrize("otherwise", ["zone", "draft", "act"])
    def test_what_came_otherwise_is_worked_out_again(self, small, otherwise):
        keep_what_is(small)
        before = seen(small)
        match otherwise:
            case "zone":
                change(small, Host, Host.id == small.host_id, zone="Pacific/Apia")
            case "draft":
                stories.save(small, "offer", 0, "0.90")
            case _:
                stories.submit(small, "ramp_0")
        keep(before.facts, before.fleeting)  # as in a process that has not seen it
        with transaction() as session:
            saw, worked = work(session, small, lambda facts: facts)
        assert worked[-1] is saw.facts and saw.facts == locked(small) != before.facts
        assert len(worked) == (2 if postgres() else 1)

    def test_a_refusal_counts_only_where_its_facts_are_so(self, small):
        keep_what_is(small)

        def only_with_a_draft(facts):
            if not facts.drafts:
                raise NotFound
            return facts

        with pytest.raises(NotFound), transaction() as session:
            work(session, small, only_with_a_draft)
        stories.save(small, "offer", 0, "0.90")
        with transaction() as session:
            assert work(session, small, only_with_a_draft)[0].facts.drafts

    def test_a_story_worked_out_twice_ends_as_one_worked_out_once(self, small):
        once, twice = stories.another(small), stories.another(small)
        for step in stories.whole(once):
            step.do(key())
        for step in stories.whole(twice):
            before = seen(twice)
            keep(before.facts, replace(before.fleeting, host=("Pacific/Apia", *before.fleeting.host[1:])))
            step.do(key())
        assert stories.state(twice) == stories.state(once)

    def test_who_came_in_meanwhile_is_let_in_and_who_went_is_not(self, small):
        keep_what_is(small)
        known = seen(small)
        stories.colleague(small, 2)
        tom = next(member.person for member in facts(small).members if member.name == "Tom Baker")
        keep(known.facts, known.fleeting)
        with transaction() as session:
            assert work(session, small, lambda facts: facts, person=tom)[0].facts.actor.person == tom


class TestColumns:
    @pytest.mark.parametrize(("name", "fact", "table"), FACTS, ids=[name for name, _, _ in FACTS])
    def test_every_fact_is_a_row_of_its_table(self, name, fact, table):
        assert {field.name for field in fields(fact)} <= set(table.c.keys())

    @pytest.mark.parametrize(("name", "fact", "table"), FACTS, ids=[name for name, _, _ in FACTS])
    def test_a_fact_begins_with_its_key(self, name, fact, table):
        """By which they are ordered."""
        keys = [column.name for column in table.primary_key if column.name != "project_id"]
        assert [field.name for field in fields(fact)][:len(keys)] == keys


def locked(small):
    return seen(small).facts


def seen(small):
    with transaction() as session:
        return look(session, small.ref, person=None, now=NOON, lock=True)


def keep_what_is(small):
    before = seen(small)
    keep(before.facts, before.fleeting)


def work(session, small, make, person=None):
    """What was seen, and the facts or whatever ``make`` made of them, as often as it was called."""
    worked = []

    def working(facts):
        worked.append(made := make(facts))
        return made

    saw, result = work_locked(session.connection(), small.ref, working, person=person, now=NOON, key="")
    assert result is worked[-1]
    return saw, worked


def postgres():
    return db.engine.dialect.name == "postgresql"


def change(small, model, *where, **values):
    project = facts(small).project.id
    if model not in (Host, Person, Project):
        where = (model.project_id == project, *where)
    with transaction() as session:
        session.execute(update(model).where(*where).values(**values))


@pytest.fixture
def small(app):
    with app.app_context():
        yield stories.opened(2)
