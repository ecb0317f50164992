"""Several people at once: one winner where there can be one, nobody loses where all can win."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from cocreate.db import db, transaction
from cocreate.errors import CocreateError, Conflict
from cocreate.models.records import Event
from cocreate.models.work import Contribution, Draft
from cocreate.services import contributions, endings, memberships, people, progress, records, sealings, staff
from cocreate.services import signing as signing_service
from cocreate.services.acts.stages import GoOn
from cocreate.services.facts import look
from cocreate.services.progress import Receipt
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.projects import key
from tests.support.stories import at_once, facts
from workflows.progression import subject

pytestmark = pytest.mark.filterwarnings("error")
rounds = pytest.mark.parametrize("rounds", [5, pytest.param(1000, marks=pytest.mark.long)])


class TestDoubleClick:
    @rounds
    def test_ten_of_one_form_are_one_effect_and_one_answer(self, here, small, rounds):
        for number in range(rounds):
            before = facts(small).project.version
            outcomes = at_once(here, *[lambda number=number: submit(small, "returns", seen=number, under=f"k{number}")
                                       for _ in range(10)])
            assert {type(outcome) for outcome in outcomes} == {Receipt}, outcomes
            assert {outcome.seq for outcome in outcomes} == {before + 1}
            assert all(outcome == outcomes[0] for outcome in outcomes)
            stories.take_back(small, "returns")
        assert whole(small)

    def test_other_words_under_the_same_key_are_a_conflict(self, here, small):
        outcomes = at_once(here, *[lambda mass=mass: submit(small, "ramp_0", under="same", mass=mass)
                                   for mass in ("1", "2", "3", "4")])
        assert sum(isinstance(outcome, Receipt) for outcome in outcomes) == 1
        assert {outcome.code for outcome in outcomes if not isinstance(outcome, Receipt)} == {"key.used"}
        assert len(versions(small, "ramp_0")) == 1


class TestManyAtOnce:
    def test_ten_people_submit_ten_tasks_they_loaded_together(self, here, small):
        people = [stories.colleague(small, 2) for _ in range(10)]
        outcomes = at_once(here, *[lambda number=number, person=person: submit(small, f"ramp_{number}", actor=person)
                                   for number, person in enumerate(people)])
        assert {type(outcome) for outcome in outcomes} == {Receipt}, outcomes
        assert len({outcome.seq for outcome in outcomes}) == 10
        assert {task.state for task in facts(small).tasks if task.key.startswith("ramp")} == {"accepted"}
        assert whole(small)

    @rounds
    def test_two_submit_the_same_task(self, here, small, rounds):
        tom = stories.colleague(small, 2)
        for number in range(rounds):
            outcomes = at_once(here, *[lambda number=number, person=person: submit(small, "returns", seen=number,
                                                                                   actor=person)
                                       for person in (small.shop, tom)])
            assert winners(outcomes) == 1
            assert len(versions(small, "returns")) == number + 1
            stories.take_back(small, "returns")
        assert whole(small)

    @rounds
    def test_accepted_and_taken_back(self, here, small, rounds):
        """Whoever is first; the other looks at something that is not so any more."""
        for number in range(1, rounds + 1):
            submit(small, "returns", seen=number - 1)
            outcomes = at_once(here, lambda: stories.accept(small, "returns"),
                               lambda: stories.take_back(small, "returns"))
            assert winners(outcomes) == 1
            if facts(small).task("returns", 2).state == "accepted":
                break
        assert whole(small)


class TestGates:
    @rounds
    def test_both_parties_decide_and_each_counts(self, here, project, rounds):
        small = project()
        again = stories.Rewind(small)
        for _ in range(rounds):
            again()
            outcomes = at_once(here, *[lambda party=party: decide(small, party) for party in (1, 2)])
            assert {type(outcome) for outcome in outcomes} == {Receipt}, outcomes
            assert [decision.state for decision in facts(small).decisions] == ["agreed", "agreed"]
            assert whole(small)

    def test_a_decision_never_stands_on_a_version_that_is_gone(self, here, project):
        """Somebody reopens what is decided on, in the same moment."""
        for _ in range(3):
            small = project()
            for party in (1, 2):
                decide(small, party)
            stories.go_on(small, "to_terms")
            at_once(here, lambda small=small: stories.go_on(small, "figures_wrong", reason=stories.REASON),
                    lambda small=small: decide(small, 1, answer="refused"))
            seen = facts(small)
            assert all(decision.state != "refused" or decision.subject == subject(seen, "picture")
                       for decision in seen.decisions)
            assert whole(small)


class TestStages:
    @rounds
    def test_two_go_on_and_the_stage_is_entered_once(self, here, project, rounds):
        small = project()
        for party in (1, 2):
            decide(small, party)
        visit = facts(small).project.visit
        going, again = GoOn("to_terms", visit), stories.Rewind(small)
        for _ in range(rounds):
            again()
            outcomes = at_once(here, *[lambda person=person: act(small, going, person)
                                       for person in (small.maker, small.shop)])
            assert winners(outcomes) == 1
            assert {outcome.code for outcome in outcomes if isinstance(outcome, CocreateError)} == {"stage.changed"}
            assert (facts(small).project.stage, facts(small).project.visit) == ("terms", visit + 1)
            assert whole(small)

    def test_going_on_and_taking_away_what_it_rests_on(self, here, project):
        for _ in range(3):
            small = project()
            decide(small, 1)
            decide(small, 2)
            visit = facts(small).project.visit
            at_once(here, lambda small=small, visit=visit: act(small, GoOn("to_terms", visit), small.maker),
                    lambda small=small: decide(small, 2, answer="refused"))
            seen = facts(small)
            assert (seen.project.stage == "terms") == all(decision.agreed for decision in seen.decisions)


class TestDrafts:
    @pytest.mark.parametrize(("editors", "saves"), [(5, 10), pytest.param(20, 500, marks=pytest.mark.long)])
    def test_every_save_counts_or_is_told_so(self, here, small, editors, saves):
        """P-07: each save is the next number, or a conflict that overwrites nothing."""
        people = [small.shop, *(stories.colleague(small, 2) for _ in range(editors - 1))]

        threads = threading.Semaphore(12)  # as many as a server has, and fewer than connections

        def edit(person):
            kept = []
            for turn in range(saves):
                with threads:
                    if (saved := save(small, person, f"{person}:{turn}")) is not None:
                        kept.append(saved)
                    db.session.rollback()
            return kept

        kept = at_once(here, *[lambda person=person: edit(person) for person in people])
        assert {type(saved) for saved in kept} == {list}, kept
        numbers = sorted(saved for one in kept for saved in one)
        assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1))
        last = db.session.scalars(select(Draft).where(Draft.project_id == facts(small).project.id)).one()
        assert (last.number, f'{{"mass": ["{numbers[-1][1]}"]}}') == (len(numbers), last.typed)


class TestSeveralProjects:
    @rounds
    def test_their_manager_hands_them_over_while_a_colleague_goes_away(self, here, project, rounds):
        """The colleague's come by organisation, the manager's by age: none waits for the other."""
        first, second = project(), project()
        tom, eve = (stories.colleague(first, 1) for _ in range(2))
        for person in (tom, eve):
            stories.join(second, 2, person)
        managers = [first.manager, stories.manager(first)]  # of these two and the one they were made after
        for _ in range(rounds):
            outcomes = at_once(here, lambda: hand_over_all(first, *managers), lambda: go_away(tom, eve))
            assert outcomes == [3, ([facts(first).project.title] * 2, [])], outcomes
            come_back(tom)
            managers.reverse()
        assert whole(first) and whole(second)


class TestContract:
    """P-06: exactly one consistent outcome, whoever is faster."""

    @rounds
    def test_two_sign_and_the_last_makes_it_agreed_once(self, here, signing, rounds):
        small, again = signing
        for _ in range(rounds):
            outcomes = at_once(here, *[lambda party=party: stories.sign(small, party) for party in (1, 2)])
            assert {type(outcome) for outcome in outcomes} == {Receipt}, outcomes
            assert sorted(outcome.values["last"] for outcome in outcomes) == [False, True]
            seen = facts(small)
            assert (seen.project.stage, len(seen.signatures)) == ("agreed", 2)
            assert [one.ref for one in sealings.waiting_for_seal(db.session)] == [small.ref]  # one, and not stuck
            assert whole(small)
            again()

    @rounds
    @pytest.mark.parametrize("against", ["edit", "withdraw", "refuse", "role"])
    def test_signing_and(self, here, signing, rounds, against):
        """Never a signature that counts on a version that does not stand, or of somebody who may not sign."""
        small, again = signing
        standing, first = facts(small).contract, 0
        for _ in range(rounds):
            outcomes = at_once(here, lambda: sign(small, standing), lambda: AGAINST[against](small))
            assert winners(outcomes) >= 1
            assert isinstance(outcomes[1], Receipt), outcomes  # what ends a signature is never refused for it
            signed = isinstance(outcomes[0], Receipt)
            assert not signed or outcomes[0].seq < outcomes[1].seq  # afterwards there is nothing to be signed by him
            first += signed
            seen = facts(small, person=small.shop)
            now_standing = seen.contract.number if seen.contract else None
            counting = [one for one in seen.signatures if one.ended_at is None]
            assert all(one.version == now_standing for one in counting)
            assert len(seen.signatures) == signed
            assert against != "refuse" or counting == []
            assert (seen.project.ended_at is not None) == (against == "withdraw")
            assert whole(small)
            again()
        assert rounds < 100 or 0 < first < rounds  # both have been faster


def sign(small, standing):
    with transaction() as session:
        return signing_service.sign(
            session, small.ref, version=standing.number, text_sha256=standing.text_sha256, code=False, key=key(),
            pdf_sha256=standing.pdf_sha256, evidence=projects.evidence(small, 1), actor=small.maker, now=NOON)


def edit(small):
    return stories.go_on(small, "too_early", reason=stories.REASON, actor=small.shop)


def withdraw(small):
    title = facts(small, person=small.shop).project.title  # it looks anew, which would end a transaction
    with transaction() as session:
        return endings.decline(session, small.ref, title=title, reason=stories.REASON, lessons="", actor=small.shop,
                               key=key(), now=NOON)


def refuse(small):
    with transaction() as session:
        return signing_service.refuse_to_sign(session, small.ref, version=1, reason=stories.REASON, wording=True,
                                              actor=small.shop, key=key(), now=NOON)


def role(small):
    with transaction() as session:
        return people.change_parts(session, small.ref, person=small.maker, parts=("champion", "contributor"),
                                   actor=small.manager, key=key(), now=NOON)


AGAINST = {"edit": edit, "withdraw": withdraw, "refuse": refuse, "role": role}


def submit(small, task, *, seen=0, actor=None, under="", mass="1.50"):
    given = stories.answers(task, mass=mass) if task.startswith("ramp") else None
    return stories.submit(small, task, seen=seen, actor=actor, under=under, given=given)


def save(small, person, text):
    """The number of the save, None where somebody else was faster."""
    number = look(db.session, small.ref, person=person, now=NOON).facts.drafts.get(("ramp_0", 2), 0)
    try:
        with transaction() as session:
            return contributions.save_draft(session, small.ref, task="ramp_0", party=2, number=number,
                                            typed={"mass": [text]}, files={}, actor=person, now=NOON), text
    except Conflict as error:
        assert error.code == "draft.changed"
        return None


def decide(small, party, answer="agreed"):
    reasons = {} if answer == "agreed" else {"reason": stories.REASON, "wanted": "The second ramp."}
    return stories.decide(small, "picture", party, answer=answer, **reasons)


def hand_over_all(small, person, to):
    with transaction() as session:
        return staff.hand_over_all(session, small.host_id, person, to=to, now=NOON)


def go_away(person, to):
    with transaction() as session:
        return memberships.go_away(session, person, to=to, starts=None, until=NOON.date() + timedelta(days=3),
                                   key=key(), now=NOON)


def come_back(person):
    with transaction() as session:
        return memberships.come_back(session, person, key=key(), now=NOON)


def act(small, request, person):
    with transaction() as session:
        return progress.act(session, small.ref, request, actor=person, key=key(), now=NOON)


def winners(outcomes):
    """How many did it; all others are told why not, in words."""
    assert all(isinstance(outcome, Receipt | CocreateError) for outcome in outcomes), outcomes
    return sum(isinstance(outcome, Receipt) for outcome in outcomes)


def versions(small, task):
    numbers = list(db.session.scalars(select(Contribution.number).where(
        Contribution.project_id == facts(small).project.id, Contribution.task == task).order_by(Contribution.number)))
    assert numbers == list(range(1, len(numbers) + 1))
    return numbers


def whole(small):
    """The chain is whole, and every event is there once."""
    seen = facts(small)
    seqs = list(db.session.scalars(select(Event.seq).where(Event.project_id == seen.project.id).order_by(Event.seq)))
    assert seqs == list(range(1, seen.project.version + 1))
    assert records.check(db.session, seen.project.id) is None
    return True


@pytest.fixture
def small(here):
    return stories.opened(10)


@pytest.fixture
def signing(project):
    """A project ready to be signed, and how to have it so again."""
    small = project(signing=True)
    return small, stories.Rewind(small)


@pytest.fixture
def project(here):
    """Further projects of one host, at the gate or ready to be signed."""
    first = stories.opened(1)

    def make(*, signing=False):
        small = stories.another(first)
        stories.give_all(small)
        if signing:
            for party in (1, 2):
                decide(small, party)
            stories.go_on(small, "to_terms")
            stories.freeze(small)
            for party in (1, 2):
                stories.decide(small, "our_contract", party)
            stories.go_on(small, "to_signature")
        return small

    return make
