"""The second step: an app code, or one of ten recovery codes; and showing once more that it is oneself."""

import logging
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from cocreate import vault
from cocreate.domain import passwords
from cocreate.domain.hosts import HostAct
from cocreate.errors import Invalid, NotFound
from cocreate.models.hosts import Host, HostMember
from cocreate.models.people import Person, RecoveryCode
from cocreate.services import accounts, hashing, host_records, outbox, sign_ins, throttling
from cocreate.services.sign_ins import Me

log = logging.getLogger(__name__)

ISSUER = "cocreate"
STEP = 30  # seconds
CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_SIX = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """For an app, 160 bits."""
    return pyotp.random_base32()


def offered(locked: str = "") -> tuple[str, str]:
    """A secret that nobody has confirmed yet, and the same locked, as it may be kept until ``enrol``."""
    secret = vault.unlock(locked) if locked else new_secret()
    return secret, locked or vault.lock(secret)


def address_for_app(secret: str, email: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def enrol(session: Session, me: Me, secret: str, code: str, *, now: datetime) -> str | None:
    """Ask for an app code from now on, if this one is right; ends the other sessions, returns this one's new token."""
    throttling.take(session, [bucket := _bucket(me.id)], now)
    step = _step(secret, code, now)
    if step is None:
        return None
    throttling.give_back(session, [bucket], now)
    session.execute(update(Person).where(Person.id == me.id).values(totp_secret=vault.lock(secret), totp_step=step))
    _tell(session, me.id, "on", now)
    return sign_ins.end_others(session, me, now, second_factor=True)


def switch_off(session: Session, me: Me, password: str, *, now: datetime) -> str | None:
    """Ask for no app code any more, if the password is right; the recovery codes go too, other sessions end.

    Returns: the session's new token, None for a wrong password.
    Raises Invalid where the password is too short to stand alone, or a host for which one works asks for the code.
    """
    asked_by = session.scalars(select(Host.name).join(HostMember, HostMember.host_id == Host.id).where(
        HostMember.person_id == me.id, HostMember.left_at.is_(None), Host.second_step == "required")).first()
    if asked_by is not None:
        raise Invalid("second_step.required", field="password", host=asked_by)
    if not accounts.confirm_password(session, me.id, password, now):
        return None
    if (length := len(passwords.prepared(password))) < passwords.LEAST:
        raise Invalid("password.too_short_alone", field="password", length=length, least=passwords.LEAST)
    take_away(session, me.id, now)
    return sign_ins.end_others(session, me, now)


def take_away(session: Session, person_id: int, now: datetime, *, by: str = "") -> None:
    """Remove somebody's second step and tell them; whoever asks has been checked by the caller.

    by: the name of who did it for them.
    """
    session.execute(update(Person).where(Person.id == person_id).values(totp_secret=None, totp_step=None))
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    _tell(session, person_id, "off", now, **({"by": by} if by else {}))


def reset(session: Session, email: str, *, now: datetime) -> None:
    """By the operator, for somebody of whom no administrator decides: the next sign-in asks for the password alone.

    Every session ends and the person is told by mail; the record of each host for which they work says it. Raises:
    NotFound where nobody of this address has one.
    """
    person = session.scalars(select(Person).where(
        Person.email == accounts.one_address(email), Person.totp_secret.is_not(None))).one_or_none()
    if person is None:
        raise NotFound
    for host_id in session.scalars(select(HostMember.host_id).distinct().where(
            HostMember.person_id == person.id, HostMember.left_at.is_(None)).order_by(HostMember.host_id)).all():
        host_records.note_of(session, host_id, HostAct.SECOND_STEP, person.id, by=None, now=now)
    take_away(session, person.id, now)
    sign_ins.end_all(session, person.id, now)
    log.warning("the operator took the second step of person %s away", person.ref)


def draw_recovery_codes() -> Sequence[str]:
    """Ten new codes, each beginning with its number; 54 random bits each."""
    return [f"{number}{_random(3)}-{_random(4)}-{_random(4)}" for number in range(CODES)]


def recovery_hashes(codes: Sequence[str]) -> Sequence[str]:
    """Slow: to be done before the transaction begins."""
    return [hashing.slow(_compact(code)) for code in codes]


def keep_recovery_codes(session: Session, person_id: int, hashes: Sequence[str], *, now: datetime,
                        tell: bool = True) -> None:
    """Replace all recovery codes; ``tell`` unless another mail says so."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.execute(insert(RecoveryCode), [{"person_id": person_id, "number": number, "code_hash": code_hash}
                                           for number, code_hash in enumerate(hashes)])
    if tell:
        _tell(session, person_id, "made", now)


def left(session: Session, person_id: int) -> int:
    """How many recovery codes are not used yet."""
    return session.scalar(select(func.count()).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))) or 0


def pass_step(session: Session, me: Me, code: str, *, now: datetime) -> str | None:
    """Complete a session with an app or recovery code; returns its new token, None for a wrong code."""
    return sign_ins.renew(session, me.sign_in, now, second_factor=True) if is_right(session, me.id, code, now) else None


def prove(session: Session, me: Me, password: str, code: str, *, now: datetime) -> str | None:
    """Show once more that it is oneself; then even a session begun by a link may decide. Returns its new token."""
    if not accounts.confirm_password(session, me.id, password, now):
        return None
    if me.totp and not is_right(session, me.id, code, now):
        return None
    return sign_ins.renew(session, me.sign_in, now, proved=True, second_factor=me.totp)


def is_right(session: Session, person_id: int, code: str, now: datetime) -> bool:
    throttling.take(session, [bucket := _bucket(person_id)], now)
    code = _compact(code)
    right = _use_app_code(session, person_id, code, now) if _SIX.fullmatch(code) else \
        _use_recovery_code(session, person_id, code, now)
    if right:
        throttling.give_back(session, [bucket], now)
    return right


def _use_app_code(session: Session, person_id: int, code: str, now: datetime) -> bool:
    secret = session.scalar(select(Person.totp_secret).where(Person.id == person_id))
    try:
        step = secret and _step(vault.unlock(secret), code, now)
    except vault.Unreadable:  # the installation lost its secret: a recovery code still counts
        log.error("the app code of person %s was locked under another secret", person_id)
        return False
    if not step:
        return False
    # Each code counts once, also when it is sent twice at the same moment.
    newer = or_(Person.totp_step.is_(None), Person.totp_step < step)
    return session.scalar(update(Person).values(totp_step=step).where(Person.id == person_id, newer)
                          .returning(Person.id)) is not None


def _use_recovery_code(session: Session, person_id: int, code: str, now: datetime) -> bool:
    number = int(code[0]) if code[:1].isascii() and code[:1].isdigit() else -1
    unused = (RecoveryCode.person_id == person_id, RecoveryCode.number == number, RecoveryCode.used_at.is_(None))
    if not hashing.matches(session.scalar(select(RecoveryCode.code_hash).where(*unused)), code):
        return False
    if session.scalar(update(RecoveryCode).values(used_at=now).where(*unused).returning(RecoveryCode.number)) is None:
        return False
    _tell(session, person_id, "used", now, left=left(session, person_id))
    return True


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The time step of which this is the code: this one, or a neighbour for clocks that differ a little."""
    if not _SIX.fullmatch(code := _compact(code)):
        return None
    current = int(now.timestamp()) // STEP
    app = pyotp.TOTP(secret, interval=STEP)
    return next((step for step in (current, current - 1, current + 1)
                 if secrets.compare_digest(app.generate_otp(step), code)), None)


def _compact(code: str) -> str:
    return re.sub(r"[\s-]", "", code).lower()


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _bucket(person_id: int) -> str:
    return f"code:person:{person_id}"


def _tell(session: Session, person_id: int, what: str, now: datetime, **more: object) -> None:
    outbox.post_account(session, person_id=person_id, kind="second_step_changed",
                        values={"what": what, "at": now, **more}, now=now)
