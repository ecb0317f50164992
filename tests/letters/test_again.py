"""Who checks a contribution again reads that it was returned, by whom and for what reason."""

import pytest
from sqlalchemy import update

from cocreate.models.projects import Member, Party
from cocreate.models.records import EventDetail
from cocreate.services import contributions
from tests.support import projects
from tests.support.clock import NOON
from tests.support.mailed import body, mailed
from tests.support.rooms import returned

WHY = "> Only one garage, it seems."


@pytest.fixture
def small(session):
    small = returned(session)
    submit(session, small, 1)
    return small


def submit(session, small, seen, reply=""):
    contributions.submit(session, small.ref, task="returns", party=2, seen=seen, draft=0, actor=small.shop, reply=reply,
                         answers=projects.answers("returns", crates="8000"), key=projects.key(), now=NOON)


def mail(session, small):
    message = mailed(session, small, small.maker, "submitted", last=True)
    return message["Subject"], " ".join(body(message).split())


def test_it_says_again_who_returned_it_and_why(session, small):
    subject, said = mail(session, small)
    assert subject.startswith("To check again: Crates per year from Aurelis Hotels")
    assert ("■ Aurelis Hotels submitted 'Crates per year' again; ● Tornby Furniture had returned it on Mon 1 Mar: "
            f"{WHY} By Mon 8 Mar: accept it or return it with a reason.") in said


def test_the_first_time_it_says_nothing_of_it(session):
    small = projects.open_small(session)
    submit(session, small, 0)
    subject, said = mail(session, small)
    assert subject.startswith("To check: ") and "again" not in said


def test_after_a_return_that_was_accepted_since_it_is_not_said(session, small):
    args = {"task": "returns", "party": 2, "now": NOON}
    contributions.accept(session, small.ref, seen=2, actor=small.maker, key=projects.key(), **args)
    contributions.reopen(session, small.ref, seen=2, actor=small.maker, reason="Counted anew.", key=projects.key(),
                         **args)
    submit(session, small, 2)
    subject, said = mail(session, small)
    assert subject.startswith("To check: ") and WHY not in said


def test_what_was_written_with_it_stands_below_why_it_was_returned(session):
    small = returned(session)
    submit(session, small, 1, reply="It is one garage: the other was sold.")
    _subject, said = mail(session, small)
    assert f"{WHY} ■ Aurelis Hotels writes with it: > It is one garage: the other was sold. By Mon 8 Mar" in said


def test_words_that_are_kept_out_of_mails_stay_out(session, small):
    member = session.query(Member).filter_by(person=small.maker).one()
    session.get(Party, (member.project_id, member.party)).words_by_mail = False
    said = mail(session, small)[1]
    assert WHY not in said and "keeps them out of mails" in said


def test_who_may_not_read_the_reason_reads_that_it_was_returned(session, small):
    session.execute(update(EventDetail).where(EventDetail.act == "return").values(sees=0))
    said = mail(session, small)[1]
    assert "had returned it on Mon 1 Mar." in said and WHY not in said
