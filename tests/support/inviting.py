"""Inviting somebody, and the token that only the mail holds."""

import json

from sqlalchemy import select, true

from cocreate import vault
from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.services import people
from tests.support import projects
from tests.support.clock import NOON


def invite(session, small, email):
    """Invite a contributor of the maker; the token that was mailed."""
    people.invite(session, small.ref, party=1, email=email if "@" in email else f"{email}-{small.ref}@crates.example",
                  name="Tom", parts=("contributor",), greeting="You know the ramp.", actor=small.maker,
                  key=projects.key(), now=NOON)
    return mailed(session)


def mailed(session, to=None):
    """The token of the newest invitation, or of the newest to this address."""
    values = session.scalars(
        select(Outbox.values).join(Person, Person.id == Outbox.recipient)
        .where(Outbox.kind == "invitation", Outbox.state == "waiting", Person.email == to if to else true())
        .order_by(Outbox.project_id.desc(), Outbox.seq.desc()).limit(1)).one()
    return vault.unlock(json.loads(values)["secret"])
