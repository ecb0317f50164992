"""What is typed and not said, as the service keeps it: on the page of its thing, once, for its person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cocreate.domain.topics import Topic
from cocreate.errors import NotFound
from cocreate.models.projects import Project
from cocreate.models.talk import Unsaid
from cocreate.models.work import Draft
from cocreate.services import contributions, people, unsaid
from cocreate.services.unsaid import Page
from tests.support import projects, stories
from tests.support.clock import NOON

TASK = Topic("task", "returns", 2)


def save(session, small, text, subject=TASK, *, key, begun="", actor=None, at=NOON):
    unsaid.save(session, small.ref, subject=subject, typed={"text": [text]} if text else {}, begun=begun,
                actor=actor or small.maker, key=key, now=at)


def texts(session, small, subject, person=None):
    facts = projects.facts(session, small, person=person)
    return [one.text for one in unsaid.about(session, facts, subject)]


class TestAbout:
    def test_only_what_stands_on_this_page(self, session, small):
        for number, subject in enumerate((TASK, Topic("field", "returns", 2, "crates"), Topic("task", "credit", 1),
                                          Topic("gate", "our_contract"), Page("decline"), Page("hold"))):
            save(session, small, str(subject), subject, key=f"{number}" * 16, at=NOON + timedelta(seconds=number))
        assert texts(session, small, TASK) == ["field:returns:2:crates", "task:returns:2"]
        assert texts(session, small, Topic("task", "credit", 1)) == ["task:credit:1"]
        assert texts(session, small, Topic("gate", "our_contract")) == ["gate:our_contract"]
        assert texts(session, small, Page("decline")) == ["page:decline"]

    def test_of_the_same_task_of_another_party_nothing(self, session, small):
        save(session, small, "Which shops?", key="a" * 16)
        assert texts(session, small, Topic("task", "returns", 1)) == []

    def test_of_somebody_else_nothing(self, session, small):
        save(session, small, "Which shops?", key="a" * 16)
        assert texts(session, small, TASK, small.shop) == []


class TestSave:
    def test_what_is_emptied_is_dropped_also_what_it_began_from(self, session, small):
        save(session, small, "Which shops?", key="a" * 16)
        save(session, small, "", key="b" * 16, begun="a" * 16)
        assert texts(session, small, TASK) == []

    def test_what_is_emptied_under_its_own_key_is_dropped(self, session, small):
        save(session, small, "Which shops?", key="a" * 16)
        save(session, small, " ", key="a" * 16)
        assert texts(session, small, TASK) == []

    def test_what_is_emptied_leaves_what_another_window_began(self, session, small):
        save(session, small, "Which shops?", key="a" * 16)
        save(session, small, "", key="b" * 16)
        assert texts(session, small, TASK) == ["Which shops?"]

    def test_it_takes_over_what_it_began_from(self, session, small):
        save(session, small, "Which shops?", key="a" * 16)
        save(session, small, "Which of the shops?", key="b" * 16, begun="a" * 16)
        assert texts(session, small, TASK) == ["Which of the shops?"]

    def test_a_page_of_too_long_an_address_keeps_nothing(self, session, small):
        for address in ("", "x" * 291):
            with pytest.raises(NotFound):
                save(session, small, "Which shops?", Page(address), key="a" * 16)
        save(session, small, "Which shops?", Page("x" * 290), key="a" * 16)
        assert texts(session, small, Page("x" * 290)) == ["Which shops?"]


class TestLeaving:
    def test_with_who_is_removed_their_drafts_go_and_nobody_elses(self, session, small):
        session.commit()
        tom = stories.colleague(small, 1)
        save(session, small, "Of Tom", key="a" * 16, actor=tom)
        save(session, small, "Of Ingrid", key="b" * 16)
        people.remove(session, small.ref, person=tom, to=small.maker, actor=small.maker, key=projects.key(), now=NOON)
        assert session.scalars(select(Unsaid.person).join(Project, Project.id == Unsaid.project_id).where(
            Project.ref == small.ref)).all() == [small.maker]

    def test_what_they_answered_alone_and_did_not_give_goes_too_and_their_partys_draft_stays(self, session):
        small = projects.open_small(session, definition=stories.later_definition())
        session.commit()
        tom = stories.colleague(small, 1)
        for task in ("mood", "credit"):
            contributions.save_draft(session, small.ref, task=task, party=1, number=0, typed={"f-x": ["4"]}, files={},
                                     actor=tom, now=NOON)
        people.remove(session, small.ref, person=tom, to=small.maker, actor=small.maker, key=projects.key(), now=NOON)
        assert session.scalars(select(Draft.task).join(Project, Project.id == Draft.project_id).where(
            Project.ref == small.ref)).all() == ["credit"]


class TestDrop:
    def test_takes_every_key_and_no_other_of_this_person(self, session, small):
        for key in "abc":
            save(session, small, f"Text {key}", key=key * 16)
        save(session, small, "Hers", key="a" * 16, actor=small.shop)
        unsaid.drop(session, small.ref, actor=small.maker, keys=("a" * 16, "b" * 16))
        assert texts(session, small, TASK) == ["Text c"]
        assert texts(session, small, TASK, small.shop) == ["Hers"]
