"""Passing tasks to colleagues, letting new ones in, and waits for somebody outside."""

import json
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain import audience
from cocreate.models.hosts import Host
from cocreate.models.people import Person
from cocreate.models.projects import Project
from cocreate.models.records import EventDetail
from cocreate.models.work import Task
from cocreate.services import progress
from cocreate.services.acts.passing import AnswerPass, EndWait, PassOn, WaitOutside
from cocreate.services.people import new_link, newcomer
from workflows.calendars import local_day
from workflows.facts import Facts, TaskFact, TaskState


def pass_on(session: Session, ref: str, *, task: str, party: int, to: int, words: str = "",
            fields: tuple[str, ...] = (), actor: int, key: str, now: datetime) -> progress.Receipt:
    """Ask a colleague who is in the project already, for the whole task or for some of its fields."""
    return progress.act(session, ref, PassOn(task, party, to, words, fields=fields), actor=actor, key=key, now=now)


def pass_to_new(session: Session, ref: str, *, task: str, party: int, email: str, name: str, words: str = "",
                fields: tuple[str, ...] = (), actor: int, key: str, now: datetime) -> progress.Receipt:
    """Ask somebody who is not in the project yet: invited at once by a champion, else once one has agreed."""
    person = newcomer(session, ref, email=email, name=name, by=actor, now=now)
    return progress.act(session, ref, PassOn(task, party, person, words, name, *new_link(now), fields), actor=actor,
                        key=key, now=now)


def answer(session: Session, ref: str, *, task: str, party: int, to: int, agree: bool, words: str = "", actor: int,
           key: str, now: datetime) -> progress.Receipt:
    """Let a proposed colleague in, or not."""
    return progress.act(session, ref, AnswerPass(task, party, to, agree, words, *new_link(now)), actor=actor,
                        key=key, now=now)


def words_with(session: Session, facts: Facts, task: TaskFact) -> str:
    """What was written to the colleague who is proposed for a task, by whoever proposed them."""
    rows = session.scalars(
        select(EventDetail).where(EventDetail.project_id == facts.project.id, EventDetail.act == "pass_on",
                                  EventDetail.party == task.party, EventDetail.sees.bitwise_and(
                                      audience.of_reader(facts)) != 0)
        .order_by(EventDetail.seq.desc()))
    for row in rows:
        details = json.loads(row.details)
        if (details["task"], details["to"]) == (task.key, task.wanted):
            return str(json.loads(row.personal or "{}").get("words", ""))
    return ""


def wait_outside(session: Session, ref: str, *, task: str, party: int, outsider: str, until: date, move: bool,
                 actor: int, key: str, now: datetime) -> progress.Receipt:
    return progress.act(session, ref, WaitOutside(task, party, outsider, until, move), actor=actor, key=key, now=now)


def end_wait(session: Session, ref: str, *, task: str, party: int, actor: int | None, key: str,
             now: datetime) -> progress.Receipt:
    """Nobody is waited for any more; the system says so once the date has passed."""
    return progress.act(session, ref, EndWait(task, party), actor=actor, key=key, now=now)


def due(session: Session, now: datetime) -> list[tuple[str, str, int, str]]:
    """Waits whose last day is over where the host is: reference, task, party and the key under which each ends once."""
    rows = session.execute(
        select(Project.ref, Task.key, Task.party, Task.round, Task.outside_until, Host.zone)
        .join(Project, Project.id == Task.project_id).join(Host, Host.id == Project.host_id)
        .where(Task.outside_until <= now.date(), Project.ended_at.is_(None),
               Task.state.in_([TaskState.OPEN, TaskState.RETURNED])))
    return [(ref, key, party, f"wait-{key}-{party}-{round_}-{until.isoformat()}")
            for ref, key, party, round_, until, zone in rows if until is not None and until < local_day(now, zone)]


def expire(session: Session, ref: str, *, task: str, party: int, key: str, now: datetime) -> progress.Receipt:
    return end_wait(session, ref, task=task, party=party, actor=None, key=key, now=now)


def address_of(session: Session, person: int) -> str:
    """To whom the invitation would go."""
    return session.scalars(select(Person.email).where(Person.id == person)).one()
