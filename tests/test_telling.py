"""Every act has its sentence; what is said of an event is what happened."""

from dataclasses import replace

import pytest

from cocreate import telling
from cocreate.db import db, transaction
from cocreate.domain.hosts import HostAct
from cocreate.services import absences, people, records
from cocreate.services.acts import ACTS
from cocreate.services.acts.change import Change
from cocreate.telling.hosts import HOST_TELLINGS
from cocreate.telling.speaker import TELLINGS
from cocreate.words import Reader
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.facts import begin

READER = Reader(now=NOON)


class TestEveryAct:
    def test_has_its_sentence(self):
        assert set(TELLINGS) == {name for name, _ in ACTS.values()}
        assert set(HOST_TELLINGS) == set(HostAct)

    def test_is_of_one_kind(self):
        assert {telling.kind_of(act) for act in TELLINGS} == set(telling.KINDS)

    def test_says_nothing_in_the_place_of_the_event_itself(self):
        with pytest.raises(ValueError, match="before"):
            Change(begin().facts, details={"before": "figures"})


class TestSentences:
    def test_of_a_whole_story(self, told):
        """Nobody stays "somebody", and every act of a person begins with their name."""
        facts, lines = told
        for line in lines:
            said = telling.tell(line, facts, READER)
            assert "somebody" not in said.sentence and "%" not in said.sentence
            assert said.sentence.startswith(tuple(
                [line.actor] if line.actor else [member.name for member in facts.members]))

    def test_name_the_stage_before_and_after(self, told):
        facts, lines = told
        back = next(one for one in (telling.tell(line, facts, READER) for line in lines)
                    if "took the project back to Figures" in one.sentence)
        assert back.versions == ("Before: Terms. After: Figures.",)
        assert back.detail == stories.REASON

    def test_name_the_versions_that_were_decided_on(self, told):
        facts, lines = told
        said = [telling.tell(line, facts, READER) for line in lines if line.act == "decide"]
        assert "On 'Crates per year' of Aurelis Hotels, version 1." in said[-1].versions
        assert "On version 1 of the contract." in said[0].versions

    def test_are_found_by_their_task(self, told):
        facts, lines = told
        said = [telling.tell(line, facts, READER) for line in lines]
        assert {one.kind for one in said if one.task == "credit"} == {"work"}
        assert sum(1 for one in said if one.task == "credit") >= 6

    def test_name_who_took_over_also_where_the_name_was_erased(self, app):
        with app.app_context():
            small = stories.opened()
            tom = stories.colleague(small, 1)
            there = stories.facts(small)
            with transaction() as session:
                absences.hand_over(session, small.ref, person=small.maker, to=tom, parts=["signatory"], starts=None,
                                   until=None, actor=small.maker, key=projects.key(), now=NOON)
                people.remove(session, small.ref, person=tom, to=None, actor=small.maker, key=projects.key(), now=NOON)
                removed, handed = records.lines(session, there, most=2)
        assert telling.tell(removed, there, READER).sentence == "Ingrid Solvik removed Tom Baker from Tornby Furniture."
        assert "handed their part over to Tom Baker for good" in telling.tell(
            replace(handed, personal={}), there, READER).sentence


@pytest.fixture
def told(app):
    """The facts and the lines of a whole story."""
    with app.app_context():
        small = stories.opened()
        for step in stories.whole(small):
            step.do(projects.key())
        facts = stories.facts(small)
        return facts, records.lines(db.session, facts)
