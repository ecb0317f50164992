"""Inviting somebody, and the token that only the mail holds."""

import json

from sqlalchemy import select

from cocreate import vault
from cocreate.models.mails import Outbox
from cocreate.services import people
from tests.support import projects
from tests.support.clock import NOON


def invite(session, small, email):
    """Invite a contributor of the maker; the token that was mailed."""
    people.invite(session, small.ref, party=1, email=email if "@" in email else f"{email}-{small.ref}@crates.example",
                  name="Tom", parts=("contributor",), greeting="You know the ramp.", actor=small.maker,
                  key=projects.key(), now=NOON)
    return mailed(session)


def mailed(session):
    """The token of the newest invitation."""
    values = session.scalars(
        select(Outbox.values).where(Outbox.kind == "invitation", Outbox.state == "waiting")
        .order_by(Outbox.project_id.desc(), Outbox.seq.desc()).limit(1)).one()
    return vault.unlock(json.loads(values)["secret"])
