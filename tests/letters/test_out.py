"""What is written to who is let go: that they are out, by whom, and nothing of the project after that."""

from dataclasses import replace

from sqlalchemy import select

from cocreate.domain.hearing import Subject
from cocreate.models.mails import Outbox
from cocreate.services import letters as reading
from cocreate.services import outbox, people
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.mailed import about, body, mailed, written


def removed(session):
    """A small project and a colleague of the maker who was removed."""
    small = projects.open_small(session)
    session.commit()
    tom = stories.colleague(small, 1)
    people.remove(session, small.ref, person=tom, to=small.maker, actor=small.maker, key=projects.key(), now=NOON)
    return small, tom


def test_whoever_is_removed_is_told_by_whom(session):
    small, tom = removed(session)
    message = mailed(session, small, tom, "left")
    said = " ".join(body(message).split())
    assert message["Subject"] == "You are no longer in 'Crates come back'"
    assert said.startswith("Ingrid Solvik has ended your part in 'Crates come back'. You cannot open it any more, and "
                           "nothing is asked of you there. What you gave and said stays, with your name. A reply to "
                           "this mail goes to Ingrid Solvik.")
    assert "You get this because you were in 'Crates come back'." in said
    assert "https://" not in said and "Record:" not in said


def test_whoever_leaves_by_themselves_is_not(session):
    small = projects.open_small(session)
    session.commit()
    tom = stories.colleague(small, 1)
    people.remove(session, small.ref, person=tom, to=small.maker, actor=tom, key=projects.key(), now=NOON)
    assert session.scalars(select(Outbox.kind).where(Outbox.recipient == tom, Outbox.kind == "left")).all() == []


def test_of_what_others_do_they_hear_no_more(session):
    small, tom = removed(session)
    row = session.scalars(select(Outbox).where(Outbox.recipient == tom, Outbox.kind == "left")).one()
    row.subject = f"member:{small.shop}"
    session.flush()
    assert reading.context(session, outbox.read(row), NOON) is None
    row.subject = f"member:{tom}"
    session.flush()
    assert written(reading.context(session, outbox.read(row), NOON))


def test_whose_party_has_left_reads_who_left_for_it(session):
    context = about(session)("left")
    renee = replace(context.facts.member(context.person), left_at=NOON)
    message = written(replace(context, subject=Subject("party", "2"), facts=context.facts.with_member(renee)))
    said = " ".join(body(message).split())
    assert "Anna Berg has left 'Garage lighting' for WMATA. With that your part there has ended, too." in said
    assert "> Only one garage?" in said and "https://room.example" not in said
