"""People, their passwords and how they want to be reached."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, union, update
from sqlalchemy.orm import Session

from cocreate.db import insert_into, new_ref
from cocreate.domain import passwords
from cocreate.domain.addresses import address
from cocreate.errors import Conflict, Invalid, NotFound
from cocreate.models.hosts import Host, HostMember
from cocreate.models.people import Person, RecoveryCode, Token
from cocreate.models.projects import Member, Party
from cocreate.services import digests, hashing, outbox, sign_ins, throttling
from cocreate.services.sign_ins import Device, Me

RESET_LIFE = timedelta(minutes=30)
RESET_AGAIN = timedelta(minutes=10)  # before which no other link is mailed, as long as nobody used the one
WELCOME_LIFE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class SignInOutcome:
    """What came of showing address and password; ``person_id`` is None where one of them is not right."""

    person_id: int | None
    second_step: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What somebody may change about oneself, and what is set up."""

    email: str
    name: str
    addressed: str
    language: str
    zone: str
    numbers: str
    theme: str
    digest: str
    password: bool
    totp: bool
    recovery_codes: int  # not used yet


# People


def create_person(session: Session, *, email: str, name: str, now: datetime, zone: str = "UTC") -> int:
    """A person who can be invited or given a password; raises Invalid or Conflict about the address."""
    email = one_address(email)
    new = _insert_person(session, email, name, now, "en", zone)
    if new is None:
        raise Conflict("person.exists", email=email)
    return new


def find_or_invite_person(session: Session, *, email: str, name: str, language: str = "en", zone: str = "UTC",
                          now: datetime) -> int:
    """Whoever has this address, or a new person who has not signed in yet; the answer looks the same."""
    email = one_address(email)
    known = select(Person.id).where(Person.email == email)
    found = session.scalar(known) or _insert_person(session, email, name, now, language, zone)
    return found or session.scalars(known).one()  # somebody else has entered them in this moment


def invite_person(session: Session, *, email: str, name: str, language: str = "en", by: int, now: datetime) -> int:
    """The same for a mail that ``by`` causes, to somebody who may never have asked for one. Raises: TooOften."""
    throttling.take(session, [throttling.of_invitations(by)], now)
    return find_or_invite_person(session, email=email, name=name, language=language, now=now)


def set_profile(session: Session, person_id: int, *, name: str, addressed: str, language: str, zone: str,
                numbers: str, theme: str, digest: str) -> None:
    """digest: how often; where it is what the person's parts suggest, it goes on following them."""
    chosen = "" if digest == digests.usual(session, person_id) else digest
    session.execute(update(Person).where(Person.id == person_id)
                    .values(name=name, addressed=addressed, language=language, zone=zone, numbers=numbers,
                            theme=theme, digest=chosen))


def deactivate(session: Session, person_id: int, now: datetime) -> None:
    """Let somebody in no more; ends what is open, at once."""
    session.execute(update(Person).where(Person.id == person_id, Person.deactivated_at.is_(None))
                    .values(deactivated_at=now))
    sign_ins.end_all(session, person_id, now)


def reopen(session: Session, person_id: int) -> None:
    """Take a deactivation back; password and second step are as they were, sessions and links stay ended."""
    session.execute(update(Person).where(Person.id == person_id, Person.deactivated_at.is_not(None))
                    .values(deactivated_at=None))


def look(session: Session, person_id: int) -> Account:
    unused = select(func.count()).where(RecoveryCode.person_id == person_id,
                                        RecoveryCode.used_at.is_(None)).scalar_subquery()
    person, codes = session.execute(select(Person, unused).where(Person.id == person_id)).one()
    return Account(person.email, person.name, person.addressed, person.language, person.zone, person.numbers,
                   person.theme,
                   person.digest or digests.usual(session, person.id),
                   password=person.password_hash is not None, totp=person.totp_secret is not None,
                   recovery_codes=codes)


def nothing_set_up(session: Session) -> bool:
    """Whether this installation has no host yet."""
    return session.scalar(select(Host.id).limit(1)) is None


def one_address(email: str) -> str:
    """The address as it is stored; raises Invalid where the text is not exactly one."""
    found = address(email)
    if found is None:
        raise Invalid("email.not_one_address", field="email")
    return found


# Passwords


def check_password(session: Session, email: str, password: str, *, device: Device, now: datetime) -> SignInOutcome:
    """Whether these are right; a stranger's address costs the same statements and the same time.

    Raises TooOften. Commit also when it is not right: the try counts.
    """
    email = address(email) or email
    # A browser that this account knows counts by itself: nobody can lock its owner out from elsewhere.
    buckets = ([throttling.of_browser("password", email, device.known)] if device.known else
               [throttling.of_mailbox("password", email), throttling.of_network("password", device.address)])
    throttling.take(session, buckets, now)
    # Locked: a new password, which ends all sessions, must not fall between looking and the session that follows.
    person = session.execute(
        select(Person.id, Person.password_hash, Person.totp_secret)
        .where(Person.email == email, Person.deactivated_at.is_(None)).with_for_update(key_share=True)).one_or_none()
    given = passwords.prepared(password)
    if not hashing.matches(person and person.password_hash, given) or person is None:
        return SignInOutcome(None)
    throttling.give_back(session, buckets, now)
    if hashing.outdated(person.password_hash):
        session.execute(update(Person).where(Person.id == person.id).values(password_hash=hashing.slow(given)))
    return SignInOutcome(person.id, second_step=person.totp_secret is not None)


def confirm_password(session: Session, person_id: int, password: str, now: datetime) -> bool:
    """Whether somebody who is signed in knows the password. Raises TooOften; commit also when it is not right."""
    bucket = f"password:again:{person_id}"
    throttling.take(session, [bucket], now)
    stored = session.scalar(select(Person.password_hash).where(Person.id == person_id))
    if not hashing.matches(stored, passwords.prepared(password)):
        return False
    throttling.give_back(session, [bucket], now)
    return True


def activate(session: Session, person_id: int, *, name: str, password: str, zone: str = "", context: Sequence[str] = (),
             now: datetime) -> None:
    """Turn an invited person into one who can sign in; raises Invalid, or Conflict if that has happened.

    context: further words everybody knows of the person.
    """
    known = session.scalar(select(Person.password_hash).where(Person.id == person_id).with_for_update())
    if known is not None:
        raise Conflict("person.active")  # an invitation must not replace a password
    session.execute(update(Person).where(Person.id == person_id).values(name=name, **({"zone": zone} if zone else {})))
    set_password(session, person_id, password, context=context, now=now)


def change_password(session: Session, me: Me, until_now: str, password: str, *, now: datetime) -> str | None:
    """Let somebody choose another password; ends all other sessions.

    Returns: the session's new token, None if ``until_now`` is wrong. Raises Invalid with the reason.
    """
    if not confirm_password(session, me.id, until_now, now):
        return None
    set_password(session, me.id, password, now=now, but=me.sign_in)
    return sign_ins.renew(session, me.sign_in, now)


def set_password(session: Session, person_id: int, password: str, *, now: datetime, but: str | None = None,
                 context: Sequence[str] = ()) -> None:
    """Give somebody a password; raises Invalid with the reason.

    Ends all sessions and links (``but`` this session), and mails the owner unless it is the first one.
    """
    person = session.execute(select(Person.id, Person.name, Person.email, Person.password_hash, Person.totp_secret)
                             .where(Person.id == person_id)).one_or_none()
    if person is None:
        raise NotFound
    password = passwords.prepared(password)
    _check(session, person, password, context)
    session.execute(update(Person).where(Person.id == person_id).values(
        password_hash=hashing.slow(password), activated_at=func.coalesce(Person.activated_at, now)))
    sign_ins.end_all(session, person_id, now, but=but)
    if person.password_hash is not None:
        outbox.post_account(session, person_id=person_id, kind="password_changed", values={"at": now}, now=now)


def check_first(session: Session, person_id: int, password: str, *, context: Sequence[str]) -> None:
    """Raise Invalid with the reason if somebody invited could not begin with this password; changes nothing."""
    person = session.execute(select(Person.id, Person.name, Person.email, Person.totp_secret)
                             .where(Person.id == person_id)).one()
    _check(session, person, passwords.prepared(password), context)


def _check(session: Session, person: Any, password: str, context: Sequence[str]) -> None:
    passwords.check(password, least=least(totp=person.totp_secret is not None),
                    words=[*context, *_words(session, person.id, person.name, person.email)])


def least(*, totp: bool) -> int:
    """How many characters a password needs."""
    return passwords.LEAST_WITH_CODE if totp else passwords.LEAST


def ask_reset(session: Session, email: str, *, device: Device, now: datetime) -> None:
    """Mail a link for a new password, if the address has an account; nobody learns whether it has.

    A newer link ends the older one: whoever asks in somebody's name must not end the one that they are about to use.
    """
    person_id = sign_ins.person_to_write_to(session, email, purpose="reset", device=device, now=now)
    if person_id and not sign_ins.waits(session, person_id, "reset", since=now - RESET_AGAIN, now=now):
        _mail_reset(session, person_id, "reset", until=now + RESET_LIFE, now=now)


def welcome(session: Session, person_id: int, *, now: datetime) -> None:
    """Mail somebody who was entered by the operator a link to choose the first password."""
    _mail_reset(session, person_id, "welcome", until=now + WELCOME_LIFE, now=now)


def reset_needs(session: Session, token: str, now: datetime) -> tuple[str, int, bool]:
    """Of a link that is still good: address (half hidden), least length, whether it is the first one; raises Ended."""
    email = sign_ins.whose(session, token, "reset", now)
    secret, before = session.execute(
        select(Person.totp_secret, Person.password_hash).join(Token, Token.person_id == Person.id)
        .where(Token.token_sha256 == hashing.digest(token))).one()
    return email, least(totp=secret is not None), before is None


def reset(session: Session, token: str, password: str, *, now: datetime) -> None:
    """Use a reset link up for a new password; signs nobody in. Raises Ended, or Invalid and the link stays good.

    Wrong tries with the password before count no longer.
    """
    person_id = sign_ins.use_up(session, token, "reset", now)
    set_password(session, person_id, password, now=now)
    throttling.lift(session, "password", session.scalars(select(Person.email).where(Person.id == person_id)).one())


def _mail_reset(session: Session, person_id: int, kind: str, *, until: datetime, now: datetime) -> None:
    secret = sign_ins.issue(session, person_id, "reset", until=until, now=now)
    outbox.post_account(session, person_id=person_id, kind=kind, values={"secret": secret, "until": until}, now=now)


def _insert_person(session: Session, email: str, name: str, now: datetime, language: str = "en",
                   zone: str = "UTC") -> int | None:
    """None where the address is somebody's."""
    # Drawn, not counted: addresses and forms of a room carry it, and a small number there would tell a champion that
    # the address just invited was known here before.
    number: int | None = session.execute(insert_into(session, Person).values(
        id=secrets.randbits(62), ref=new_ref(), email=email, name=name, language=language, zone=zone, created_at=now,
    ).on_conflict_do_nothing(index_elements=["email"]).returning(Person.id)).scalar()
    return number


def _words(session: Session, person_id: int, name: str, email: str) -> Sequence[str]:
    """What everybody knows of a person: name, address, organisations."""
    organisations = session.scalars(union(
        select(Host.name).join(HostMember, HostMember.host_id == Host.id).where(HostMember.person_id == person_id),
        select(Party.name).join(Member, (Member.project_id == Party.project_id) & (Member.party == Party.number))
        .where(Member.person == person_id),
    ))
    return [name, email, *organisations]
