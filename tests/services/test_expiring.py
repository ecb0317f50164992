"""An invitation that nobody answers ends by itself: once, visibly, and who invited can do it again."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Ended
from cocreate.models.mails import Outbox
from cocreate.models.projects import Member, Project
from cocreate.services import expiring, hashing, people, records
from cocreate.services.people import INVITATION_LASTS
from tests.support import projects
from tests.support.clock import NOON
from tests.support.inviting import invite, mailed

LAST = NOON + INVITATION_LASTS
AFTER = LAST + timedelta(hours=1)


class TestDue:
    def test_from_its_last_moment_on(self, session, small, token):
        assert found(session, small, LAST - timedelta(seconds=1)) == []
        (_ref, given, _key), = found(session, small, LAST)
        assert (given.person, given.by) == (person(session, token), small.maker)

    def test_not_what_was_answered_or_taken_back(self, session, small, token):
        people.decline(session, token, words="", now=NOON)
        assert found(session, small, AFTER) == []
        who = person(session, invite(session, small, "ben"))
        people.withdraw(session, small.ref, person=who, actor=small.maker, key=projects.key(), now=NOON)
        session.flush()
        assert found(session, small, AFTER) == []

    @pytest.mark.parametrize(("outcome", "ends"), [("declined", 0), ("agreed", 1)])
    def test_of_ended_projects_only_those_that_are_agreed(self, session, small, token, outcome, ends):
        session.execute(update(Project).where(Project.ref == small.ref).values(ended_at=NOON, outcome=outcome))
        assert len(found(session, small, AFTER)) == ends


class TestExpiring:
    def test_its_link_ends_and_the_record_says_so(self, session, small, token):
        expire(session, small)
        with pytest.raises(Ended):
            people.invitation(session, token, now=NOON)
        here = projects.facts(session, small, now=AFTER)
        told = records.lines(session, here, most=1)[0]
        assert told.act == "expire_invitation" and told.personal["name"] == "Tom"

    def test_who_invited_is_told_once_and_asked_to_invite_again(self, session, small, token):
        expire(session, small)
        expire(session, small)  # the clock struck twice
        mails = session.scalars(select(Outbox.recipient).where(Outbox.kind == "invitation_expired")).all()
        assert [one for one in mails if one in small.people.values()] == [small.maker]
        assert asked(session, small, small.maker) == ["invite_again"]
        assert asked(session, small, small.shop) == []

    def test_invited_again_it_runs_anew(self, session, small, token):
        who = person(session, token)
        expire(session, small)
        people.resend(session, small.ref, person=who, actor=small.maker, key=projects.key(), now=AFTER)
        session.flush()
        assert asked(session, small, small.maker) == [] and found(session, small, AFTER) == []
        assert people.invitation(session, mailed(session), now=AFTER).person == who

    def test_a_newer_link_that_came_in_the_same_moment_stays(self, session, small, token):
        due = found(session, small, AFTER)
        people.resend(session, small.ref, person=person(session, token), actor=small.maker, key=projects.key(),
                      now=AFTER)
        for ref, given, key in due:
            with pytest.raises(Conflict, match=r"invitation\.newer"):
                expiring.expire(session, ref, given, key, now=AFTER)

    def test_one_that_was_answered_in_the_same_moment_counts(self, session, small, token):
        due = found(session, small, AFTER)
        people.accept(session, token, name="Tom", password="nineteen green lamps", now=NOON)
        for ref, given, key in due:
            with pytest.raises(Conflict, match=r"invitation\.answered"):
                expiring.expire(session, ref, given, key, now=AFTER)


def found(session, small, now):
    return [one for one in expiring.due(session, now) if one[0] == small.ref]


def expire(session, small):
    for ref, given, key in found(session, small, AFTER):
        expiring.expire(session, ref, given, key, now=AFTER)
    session.flush()


def asked(session, small, who):
    return [turn.act for turn in turns(projects.facts(session, small, person=who, now=AFTER), who)
            if turn.act == "invite_again"]


def person(session, token):
    return session.scalars(select(Member.person).where(Member.token_sha256 == hashing.digest(token))).one()
