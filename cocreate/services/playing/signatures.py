"""The signatures of a played case: of the contract, and of every short agreement before it."""

from datetime import datetime

from sqlalchemy import select

from cocreate.db import db, transaction
from cocreate.models.people import Person
from cocreate.papers import paper_words
from cocreate.services import accounts, contracts, sign_ins, signing
from cocreate.services.playing.told import Told, secrets_in_mails
from workflows import engine
from workflows.facts import Facts, MemberFact, TaskFact


def sign(told: Told) -> bool:
    """Everybody who has not yet: password, mailed code, and the hash of what was read."""
    facts = told.facts()
    if not engine.waits_for_signatures(told.definition, facts.project.stage) or facts.contract is None:
        return False
    waiting = [party.number for party in facts.signing if facts.signature(party.number) is None]
    for person in told.signatories(facts, waiting):
        _sign_for(told, person)
    return bool(waiting)


def sign_agreement(told: Told, task: TaskFact) -> None:
    """A short agreement is fixed by the first who signs it, then signed as the contract is."""
    for person in told.signatories(told.facts(), [task.party]):
        facts, moment = told.facts(person.person), told.now()
        if facts.standing(task.key) is None:
            db.session.rollback()
            prepared = contracts.prepare(db.session(), told.ref, store=told.store, actor=person.person, now=moment,
                                         paper=task.key)
            with transaction() as session:
                contracts.freeze(session, told.ref, prepared, actor=person.person, key=told.key(), now=moment)
        _sign_for(told, person, task.key)


def _sign_for(told: Told, signatory: MemberFact, paper: str = "") -> None:
    facts, person = told.facts(signatory.person), signatory.person
    standing = facts.standing(paper)
    if standing is None:
        raise told.stuck()
    number = standing.number
    with transaction() as session:
        signing.send_code(session, told.ref, version=number, actor=person, key=told.key(), now=told.now(),
                          paper=paper)
        session.flush()  # the code is read as the person reads it in the mail
        (code,) = secrets_in_mails(session, told.ref, "signing_code", person)
    with transaction() as session:
        address = session.scalars(select(Person.email).where(Person.id == person)).one()
        if not (accounts.confirm_password(session, person, told.passwords[person], told.now())
                and signing.check_code(session, told.ref, version=number, code=code, actor=person,
                                       now=told.now(), paper=paper)):
            raise told.stuck()
    with transaction() as session:
        signing.sign(
            session, told.ref, version=number, text_sha256=standing.text_sha256, pdf_sha256=standing.pdf_sha256,
            evidence=_evidence(facts, signatory, number, address, told.now()), code=True, actor=person,
            key=told.key(), now=told.now(), paper=paper)


def _evidence(facts: Facts, person: MemberFact, number: int, address: str, now: datetime) -> dict[str, object]:
    """What the signature rests on, as on the page, with the basis of a stand-in."""
    own, basis = facts.party(person.party or 0).name, "stand-in of a specimen"
    return {"name": person.name, "basis": basis, "methods": [paper_words.by_mail("en", sign_ins.masked(address))],
            "statements": [f"I have read version {number}.", f"I may sign for {own}, as {basis}.",
                           "I agree to sign electronically."],
            "zone": "UTC", "language": "en", "address": "by command", "agent": "cocreate cases play",
            "opened_at": now.isoformat()}
