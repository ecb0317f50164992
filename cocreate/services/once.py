"""What is no act of a project is done once for each form, however often that is sent, with one and the same answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cocreate.db import insert_into
from cocreate.models.people import FormAnswer

KEPT = timedelta(days=1)  # longer than anybody waits for a lost answer


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a form led, and what was said there."""

    url: str
    said: str


def answer(session: Session, person: int, key: str) -> Answer | None:
    """What this form was answered, if it was done."""
    row = session.execute(select(FormAnswer.url, FormAnswer.said).where(
        FormAnswer.person_id == person, FormAnswer.key == key)).first()
    return Answer(row.url, row.said) if row else None


def note(session: Session, person: int, key: str, given: Answer, *, now: datetime) -> None:
    """Keep what this form is answered, where what it does happens once by itself."""
    session.execute(insert_into(session, FormAnswer).values(
        person_id=person, key=key, url=given.url, said=given.said, at=now).on_conflict_do_nothing())


def take(session: Session, person: int, key: str, *, now: datetime) -> Answer | None:
    """Take the key for this transaction; the answer of who took it before, whom it waits for."""
    taken = session.execute(
        insert_into(session, FormAnswer).values(person_id=person, key=key, url="", said="", at=now)
        .on_conflict_do_nothing().returning(FormAnswer.key)).first()
    return None if taken else answer(session, person, key)


def keep(session: Session, person: int, key: str, given: Answer) -> None:
    """What the form that took the key is answered."""
    session.execute(update(FormAnswer).where(FormAnswer.person_id == person, FormAnswer.key == key)
                    .values(url=given.url, said=given.said))


def forget(session: Session, now: datetime) -> None:
    """Delete what nobody sends again."""
    session.execute(delete(FormAnswer).where(FormAnswer.at < now - KEPT))
