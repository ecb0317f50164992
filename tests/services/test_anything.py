"""Whatever anybody tries, in whatever order: what holds after every act, in the database."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from cocreate import telling
from cocreate.db import db, transaction
from cocreate.domain import nobody, reminding
from cocreate.domain.turns import turns, waits_for
from cocreate.models.mails import Reminder
from cocreate.services import boards, records
from cocreate.services.facts import forget, look
from cocreate.words import Reader
from tests.support import trying
from workflows.facts import Facts
from workflows.progression import settle, subject


class TestAnything:
    @pytest.mark.parametrize("seed", range(2))
    def test_keeps_its_rules(self, app, seed):
        with app.app_context():
            walk(seed, 25)

    @pytest.mark.long
    @pytest.mark.parametrize("seed", range(100, 160))
    def test_keeps_its_rules_for_long(self, app, seed):
        with app.app_context():
            walk(seed, 250)


def walk(seed, steps):
    world = trying.begin(seed)
    for _ in range(steps):
        if world.step() is None:
            continue
        try:
            everything_holds(world)
        except Exception as error:
            error.add_note("\n".join(world.done))
            raise
    assert world.done and records.check(db.session(), world.facts.project.id) is None


def everything_holds(world):
    kept = locked(world)
    forget()
    facts = locked(world)
    assert kept == facts
    assert settle(facts) == facts
    decisions_are_of_one_party_on_what_it_saw(facts)
    reminders_are_those_of_now(facts)
    all_can_be_told(world, facts)
    it_is_somebodys_turn(facts)


def decisions_are_of_one_party_on_what_it_saw(facts: Facts) -> None:
    for one in facts.decisions:
        assert one.person is None or facts.member(one.person).party == one.party
    for gate in () if facts.ended else facts.definition.stages[facts.project.stage].gates:
        for one in facts.asked_at(gate):
            assert not one.agreed or versions(one.subject) == versions(subject(facts, gate))


def versions(text: str) -> set[str]:
    return {part for part in text.split() if not part.endswith("=0")}


def reminders_are_those_of_now(facts: Facts) -> None:
    """What waits to be sent is what would be planned from scratch, but for what the ask of a day said already."""
    names = ("subject", "round", "rule", "occurrence", "recipient", "kind")
    waiting = {tuple(row) for row in db.session.execute(select(*(getattr(Reminder, name) for name in names)).where(
        Reminder.project_id == facts.project.id, Reminder.state == "planned", Reminder.due_at > facts.now))}
    nothing = replace(facts, tasks=(), decisions=(), papers=(), duties=(), members=())
    wanted = {tuple(row[name] for name in names) for row in reminding.plan(nothing, facts)[1]}
    assert {row[-1] for row in waiting ^ wanted} <= {"due_soon"}
    assert {row[3] for row in waiting - wanted} <= {facts.today}


def all_can_be_told(world, facts: Facts) -> None:
    for member in facts.members:
        if member.present:
            theirs = replace(facts, actor=member)
            newest, = records.lines(db.session(), theirs, most=1)
            assert telling.tell(newest, theirs, Reader(now=world.now)).sentence
            boards.situation_of(theirs)
    waits_for(facts)


def it_is_somebodys_turn(facts: Facts) -> None:
    """Or somebody is invited who has not come in, or nobody is there who could do what waits."""
    if not facts.ended and not facts.on_hold:
        assert any(turns(facts, member.person) for member in facts.members) or tuple(nobody.waiting(facts)) or any(
            member.accepted_at is None and member.left_at is None for member in facts.members)


def locked(world):
    with transaction() as session:
        return look(session, world.ref, person=None, now=world.now, lock=True).facts
