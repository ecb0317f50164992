"""Inviting somebody, and the token that only the mail holds."""

import json
from datetime import date

from sqlalchemy import select, true

from cocreate import vault
from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Member
from cocreate.services import openings, people
from tests.support import projects
from tests.support.clock import NOON

# A seat that gets its first task in the second stage.
LATER = projects.WITH_CARRIER.replace("    contract: prepared\n", """\
    contract: prepared
    tasks:
      secrecy: {title: Secrecy, why: w, of: [maker, carrier], kind: sign, agreement: We keep it., due: {days: 2}}
      loads: {title: Loads per week, why: w, of: carrier, due: {days: 3}, fields: {n: {label: Loads, type: number}}}
""")
CARRIER = openings.Seating("carrier", "Freight Ltd", name="Eva", email="eva@freight.example")
COMES_FIRST = ("First you are asked to answer 'How we work together', on which all parties agree. "
               "In the stage 'Terms' Freight Ltd is asked to sign 'Secrecy'. "
               "The first task of Freight Ltd comes in the stage 'Terms': Loads per week.")


def invite(session, small, email):
    """Invite a contributor of the maker; the token that was mailed."""
    people.invite(session, small.ref, party=1, email=email if "@" in email else f"{email}-{small.ref}@crates.example",
                  name="Tom", parts=("contributor",), greeting="You know the ramp.", actor=small.maker,
                  key=projects.key(), now=NOON)
    return mailed(session)


def invited(session, small, person):
    """The same, of somebody with an account, where pages see it."""
    token = invite(session, small, person.email)
    session.commit()
    return token


def present(session, person):
    """Whether somebody who was in no project has come in."""
    session.rollback()
    return session.scalar(select(Member.accepted_at).where(Member.person == person)) is not None


def mailed(session, to=None):
    """The token of the newest invitation, or of the newest to this address."""
    values = session.scalars(
        select(Outbox.values).join(Person, Person.id == Outbox.recipient)
        .where(Outbox.kind == "invitation", Outbox.state == "waiting", Person.email == to if to else true())
        .order_by(Outbox.project_id.desc(), Outbox.seq.desc()).limit(1)).one()
    return vault.unlock(json.loads(values)["secret"])


def champion(session, small, *more):
    """A project like the small one whose shop has not answered; its reference and the token of its champion."""
    ref = openings.open_project(session, small.host_id, openings.NewProject(
        "returned_crates", "More crates", "Fewer new crates.", date(2027, 6, 1), None, (
            openings.Seating("maker", "Tornby Furniture"),
            openings.Seating("shop", "Aurelis Hotels", name="Tom", email=f"tom-{small.ref}@aurelis.example"),
            *more)),
        actor=small.manager, key=projects.key(), now=NOON)
    token = mailed(session)
    session.commit()
    return ref, token
