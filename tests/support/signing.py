"""Signing in a room: what is ticked, the code that was mailed, what is kept of it, and the seal that follows."""

import json
from datetime import timedelta
from functools import cache
from pathlib import Path

import pyotp
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cocreate import vault
from cocreate.db import db, transaction
from cocreate.models.contracts import ContractVersion, Signature
from cocreate.models.hosts import Host
from cocreate.models.mails import Outbox
from cocreate.models.people import Person, SignIn
from cocreate.models.projects import Member
from cocreate.papers import sealing
from cocreate.services import sealings
from tests.support import projects
from tests.support.clock import NOON
from tests.support.rooms import hidden
from tests.support.seals import made_with

TICKED = {"read": "y", "may": "y", "electronic": "y", "basis": "managing director"}


def mailed(client, page="/contract/sign"):
    """The page of signing once the code was mailed."""
    return client.post(f"{page}/code", data=hidden(client.get(page).text) | TICKED).text


def code(room, person):
    with room.app.app_context():
        return last_code(person)


def last_code(person):
    row = db.session().scalars(select(Outbox).where(Outbox.kind == "signing_code", Outbox.recipient == person)
                               .order_by(Outbox.created_at.desc(), Outbox.seq.desc())).first()
    return vault.unlock(json.loads(row.values)["secret"])


def evidence(room):
    with room.app.app_context():
        return json.loads(db.session().scalars(select(Signature.evidence).where(
            Signature.project_id == room.facts().project.id)).one())


def enrol(room, person):
    """The secret of an app that gives the person codes."""
    secret = pyotp.random_base32()
    with room.app.app_context(), transaction() as session:
        session.execute(update(Person).where(Person.id == person).values(totp_secret=vault.lock(secret), totp_step=0))
        session.execute(update(SignIn).where(SignIn.person_id == person).values(second_factor_at=NOON))
    return secret


def take_part_as(room, person, part):
    with room.app.app_context(), transaction() as session:
        session.execute(update(Member).where(Member.person == person).values(parts=part))


def seal(room, data, after=timedelta(hours=1)):
    """How many seals were put on; what other tests left waiting is not touched."""
    with room.app.app_context():
        with transaction() as session:
            session.execute(update(ContractVersion).where(
                ContractVersion.host_id != room.small.host_id).values(sealed_at=NOON))
            give_certificate(session, room.small, data)
        return sealings.run(room.small.store, data, self_made=True, now=lambda: NOON + after)


def give_certificate(session: Session, small: projects.Small, folder: Path) -> None:
    """The same for every host, of elliptic curves: to make and to read an RSA key takes longer than all the rest."""
    path = folder / f"{session.get_one(Host, small.host_id).ref}.pem"
    if not path.exists():
        sealing.save(_certificate(), path)


@cache
def _certificate() -> sealing.Certificate:
    return made_with(ec.generate_private_key(ec.SECP256R1()), now=NOON)
