"""People who can sign in, and what was mailed to them."""

import json
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import count
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cocreate import clock, vault
from cocreate.db import transaction
from cocreate.models.mails import AccountMail
from cocreate.models.people import Person
from cocreate.services import accounts, hashing, hosts, sign_ins
from cocreate.services.sign_ins import Device
from tests.support.clock import NOON

PASSWORD = "quiet rivers under seven lamps"
OTHER = "nine green ladders against rain"
HERE = Device("Firefox on Linux", "192.0.2.7")
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Someone:
    id: int
    email: str
    password: str = PASSWORD


def someone(session: Session, name: str = "Renee Kim", now=NOON) -> Someone:
    """A new person with a password; a number makes the address unique in this worker's database."""
    email = f"person{next(_numbers)}@wmata.example"
    person_id = accounts.create_person(session, email=email, name=name, now=now)
    set_usual_password(session, person_id, now)
    return Someone(person_id, email)


def employed(session: Session, small: Any, name: str, role: str) -> Someone:
    """Somebody who works for the host of a project, without a place in it."""
    found = someone(session, name)
    hosts.employ(session, small.host_id, found.id, role, now=NOON)
    session.commit()
    return found


def set_usual_password(session: Session, person_id: int, now: datetime) -> None:
    """What ``accounts.set_password`` leaves of a first password; thousands need one, and hashing is slow by intent."""
    session.execute(update(Person).where(Person.id == person_id).values(password_hash=_usual(), activated_at=now))


@cache
def _usual() -> str:
    return hashing.slow(PASSWORD)


def mails_to(session: Session, person_id: int) -> list[tuple[str, dict]]:
    """Kind and values of every mail of an account, oldest first, secrets readable."""
    session.flush()  # a mail is only added; sessions here do not flush by themselves
    rows = session.scalars(select(AccountMail).where(AccountMail.person_id == person_id).order_by(AccountMail.id))
    found = []
    for row in rows:
        values = json.loads(row.values)
        if "secret" in values:
            values["secret"] = vault.unlock(values["secret"])
        found.append((row.kind, values))
    return found


def last_secret(session: Session, person_id: int, kind: str) -> str:
    return [values["secret"] for of, values in mails_to(session, person_id) if of == kind][-1]


def browser(app: Flask) -> FlaskClient:
    """Somebody with a browser and a network of her own: tries are counted per network too."""
    client = app.test_client()
    number = next(_numbers)
    client.environ_base["REMOTE_ADDR"] = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return client


def enter(client: FlaskClient, email: str) -> None:
    """Go on in a session as the right password begins it, without the pause that comparing it takes by intent."""
    Context().run(_enter, client, email)


def _enter(client: FlaskClient, email: str) -> None:
    with client.application.app_context(), transaction() as session:
        person = session.scalars(select(Person.id).where(Person.email == email)).one()
        here = Device(HERE.name, client.environ_base.get("REMOTE_ADDR", HERE.address))
        token = sign_ins.begin(session, person, method="password", device=here, now=clock.now())
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token


def entered(app: Flask, email: str) -> FlaskClient:
    """Somebody with a browser of her own, signed in."""
    client = browser(app)
    enter(client, email)
    return client
