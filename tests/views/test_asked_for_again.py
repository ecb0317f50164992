"""A new invitation instead of one that is no longer open: who is asked for it, and what everybody reads."""

import re

import pytest
from sqlalchemy import select

from cocreate.models.mails import Outbox
from cocreate.models.projects import Project
from tests.support.inviting import invite


class TestAskedForAgain:
    def test_whoever_invited_hears_of_it_once_a_day(self, client, session, small, tom):
        for _ in range(2):
            asks_again(client, tom)
        assert wanted(session, small) == [small.maker]

    def test_everybody_reads_the_same_answer(self, client, session, small, tom):
        pages = {asks_again(client, email).replace(email, "") for email in (
            tom, small.emails[small.shop], "nobody@crates.example")}
        assert len(pages) == 1 and "If this address is invited to a project" in pages.pop()
        assert wanted(session, small) == [small.maker]

    def test_too_often_is_refused_whether_or_not_it_is_known(self, client):
        for _ in range(10):
            asks_again(client, "somebody@crates.example")
        assert client.post("/invitation/again", data={"email": "somebody@crates.example"}).status_code == 429

    def test_without_an_address_nobody_is_asked(self, client):
        answer = client.post("/invitation/again", data={"email": " "})
        assert answer.status_code == 422 and "Type your e-mail address." in answer.text


def asks_again(client, email):
    answer = client.post("/invitation/again", data={"email": email})
    assert answer.status_code == 200
    return re.sub(r'value="[^"]*"', "", answer.text)


def wanted(session, small):
    session.rollback()
    return session.scalars(select(Outbox.recipient).join(Project, Project.id == Outbox.project_id).where(
        Outbox.kind == "invitation_wanted", Project.ref == small.ref)).all()


@pytest.fixture
def tom(session, small):
    """The address at which somebody is invited."""
    invite(session, small, "tom")
    session.commit()
    return f"tom-{small.ref}@crates.example"
