"""Sessions on the server, and the mailed links that begin one.

The browser holds a random token, the database its hash. A session ends at once when its row says so, whatever copies
of the cookie exist. A session that a mailed link began may read and contribute only, until ``prove``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from cocreate.domain.addresses import address
from cocreate.errors import Ended
from cocreate.models.hosts import Host, HostMember
from cocreate.models.people import Person, SignIn, Token
from cocreate.services import hashing, outbox, throttling
from cocreate.words import tag

IDLE = timedelta(minutes=30)
LIFE = timedelta(hours=12)
SECOND_STEP_WITHIN = timedelta(minutes=10)
PROOF = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)
LINK_LIFE = timedelta(minutes=10)
KEPT = timedelta(days=90)  # what has ended tells for so long which devices are known


@dataclass(frozen=True, slots=True)
class Device:
    """Where a request comes from."""

    name: str  # "Firefox on Windows"
    address: str
    known: str | None = None  # names a browser in which this very account signed in before


@dataclass(frozen=True, slots=True)
class Me:
    """Who is asking, in which session."""

    id: int
    ref: str
    name: str
    email: str
    language: str
    zone: str
    theme: str
    roles: tuple[tuple[int, str], ...]  # (host id, "administrator" or "account_manager")
    totp: bool  # an app code is set up
    sign_in: str  # hash of the session's token
    method: str  # "password" or "link"
    proved: bool  # the password was shown within half an hour
    complete: bool  # False: the second step is still to come, and nothing is open yet
    seen_at: datetime
    addressed: str = ""  # how they want to be spoken to
    proved_until: datetime | None = None  # when that half hour is over
    second_step_due: bool = False  # a host for which one works asks for an app code, and none is set up

    def is_(self, role: str, host_id: int | None = None) -> bool:
        """Whether one has the role, at this host or at any."""
        return any(has == role and host_id in (None, at) for at, has in self.roles)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One line of the devices somebody is signed in on."""

    sign_in: str
    device: str
    method: str
    created_at: datetime
    seen_at: datetime
    mine: bool  # the one that is asking


# Sessions


# Asked by every request: put together once.
_HOLDER = (
    select(SignIn, Person, HostMember.host_id, HostMember.role, Host.second_step)
    .join(Person, Person.id == SignIn.person_id)
    .outerjoin(HostMember, (HostMember.person_id == Person.id) & HostMember.left_at.is_(None))
    .outerjoin(Host, Host.id == HostMember.host_id)
    .where(SignIn.token_sha256 == bindparam("token"), Person.deactivated_at.is_(None), SignIn.ended_at.is_(None),
           SignIn.seen_at > bindparam("used"), SignIn.created_at > bindparam("begun"))
    .order_by(HostMember.host_id, HostMember.role)
)


def find(session: Session, token: str, now: datetime) -> Me | None:
    """Who holds this token, if its session lives."""
    asked = {"token": hashing.digest(token), "used": now - IDLE, "begun": now - LIFE}
    rows = session.execute(_HOLDER, asked).all()
    if not rows:
        return None
    sign_in, person = rows[0][:2]
    complete = person.totp_secret is None or sign_in.second_factor_at is not None
    if not complete and sign_in.created_at <= now - SECOND_STEP_WITHIN:
        return None
    return Me(
        person.id, person.ref, person.name, person.email, tag(person.language, person.numbers),
        person.zone, person.theme,
        roles=tuple((row.host_id, row.role) for row in rows if row.role), totp=person.totp_secret is not None,
        addressed=person.addressed or person.name,
        second_step_due=person.totp_secret is None and any(row.second_step == "required" for row in rows),
        sign_in=sign_in.token_sha256, method=sign_in.method, complete=complete, seen_at=sign_in.seen_at,
        proved=sign_in.proved_at is not None and sign_in.proved_at > now - PROOF,
        proved_until=sign_in.proved_at + PROOF if sign_in.proved_at else None,
    )


def begin(session: Session, person_id: int, *, method: str, device: Device, now: datetime,
          instead_of: str | None = None) -> str:
    """Open a session and return its token; with an app code set up it is complete only after ``second_steps``.

    instead_of: hash of the session this browser had.
    """
    if instead_of:
        session.execute(update(SignIn).where(SignIn.token_sha256 == instead_of).values(ended_at=now))
    token = hashing.new_token()
    session.execute(insert(SignIn).values(
        token_sha256=hashing.digest(token), person_id=person_id, method=method, created_at=now, seen_at=now,
        proved_at=now if method == "password" else None, device=device.name[:200], address=device.address[:45],
    ))
    if session.scalar(select(Person.totp_secret).where(Person.id == person_id)) is None:
        _tell_of_new_device(session, hashing.digest(token), now)
    return token


def renew(session: Session, sign_in: str, now: datetime, *, second_factor: bool = False, proved: bool = False) -> str:
    """Replace a session by one with another token that may do more; its twelve hours run on."""
    row = session.execute(select(SignIn).where(SignIn.token_sha256 == sign_in, SignIn.ended_at.is_(None))
                          .with_for_update()).scalar_one_or_none()
    if row is None:
        raise Ended("link")
    token = hashing.new_token()
    session.execute(insert(SignIn).values(
        token_sha256=hashing.digest(token), person_id=row.person_id, method=row.method, created_at=row.created_at,
        seen_at=now, device=row.device, address=row.address, proved_at=now if proved else row.proved_at,
        second_factor_at=now if second_factor else row.second_factor_at,
    ))
    session.execute(delete(SignIn).where(SignIn.token_sha256 == sign_in))
    if second_factor and row.second_factor_at is None:
        _tell_of_new_device(session, hashing.digest(token), now)
    return token


def touch(session: Session, me: Me, now: datetime) -> None:
    """Note that the session is in use."""
    session.execute(update(SignIn).where(SignIn.token_sha256 == me.sign_in).values(seen_at=now))


def end(session: Session, person_id: int, sign_in: str, now: datetime) -> None:
    """End one of a person's own sessions; no matter if it has ended."""
    session.execute(update(SignIn).values(ended_at=now)
                    .where(SignIn.token_sha256 == sign_in, SignIn.person_id == person_id, SignIn.ended_at.is_(None)))


def end_all(session: Session, person_id: int, now: datetime, *, but: str | None = None) -> None:
    """End every session of a person, and every link that could begin one; ``but`` this one."""
    others = (SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.token_sha256 != (but or ""))
    # Links first: a link that is being used in this moment is waited for, and then its session is there to be ended.
    session.execute(update(Token).values(used_at=now).where(Token.person_id == person_id, Token.used_at.is_(None)))
    session.execute(update(SignIn).values(ended_at=now).where(*others))


def end_others(session: Session, me: Me, now: datetime, *, second_factor: bool = False) -> str:
    """End all but one's own session, which goes on with the token returned: a stolen copy of its cookie does not."""
    end_all(session, me.id, now, but=me.sign_in)
    return renew(session, me.sign_in, now, second_factor=second_factor)


def devices(session: Session, me: Me, now: datetime) -> Sequence[DeviceRow]:
    """Where one is signed in, this one first."""
    rows = session.scalars(select(SignIn).where(SignIn.person_id == me.id, *_alive(now))
                           .order_by(SignIn.token_sha256 != me.sign_in, SignIn.seen_at.desc()))
    return [DeviceRow(row.token_sha256, row.device, row.method, row.created_at, row.seen_at,
                      mine=row.token_sha256 == me.sign_in) for row in rows]


def forget(session: Session, now: datetime) -> None:
    """Delete sessions and links that ended long ago."""
    session.execute(delete(SignIn).where(or_(SignIn.ended_at < now - KEPT, SignIn.created_at < now - KEPT - LIFE)))
    session.execute(delete(Token).where(Token.expires_at < now - KEPT))


# Mailed links


def ask_link(session: Session, email: str, *, device: Device, now: datetime, towards: str = "") -> None:
    """Mail a sign-in link, if the address has an account; nobody learns whether it has.

    towards: address of our own to which it leads, in whichever browser it is opened.
    """
    if person_id := person_to_write_to(session, email, purpose="sign_in", device=device, now=now):
        until = now + LINK_LIFE
        secret = issue(session, person_id, "sign_in", until=until, now=now)
        outbox.post_account(session, person_id=person_id, kind="sign_in_link",
                            values={"secret": secret, "until": until, "towards": towards}, now=now)


def begin_by_link(session: Session, token: str, *, device: Device, now: datetime,
                  instead_of: str | None = None) -> str:
    """Use a sign-in link up and open a session; raises Ended."""
    person_id = use_up(session, token, "sign_in", now)
    _end(session, person_id, "sign_in", now)
    return begin(session, person_id, method="link", device=device, now=now, instead_of=instead_of)


def person_to_write_to(session: Session, email: str, *, purpose: str, device: Device, now: datetime) -> int | None:
    """Whose address this is, if links may be mailed there; counts the request either way."""
    email = address(email) or email
    throttling.take(session, [throttling.of_mailbox(purpose, email),
                              throttling.of_network(purpose, device.address)], now)
    return session.scalar(select(Person.id).where(Person.email == email, Person.deactivated_at.is_(None)))


def issue(session: Session, person_id: int, purpose: str, *, until: datetime, now: datetime) -> str:
    """A new secret for one purpose; older ones for the same purpose end, but for links to sign in.

    Those are good for minutes: whoever asks for one in somebody's name must not end the one that they are about to use.
    """
    if purpose != "sign_in":
        _end(session, person_id, purpose, now)
    token = hashing.new_token()
    session.execute(insert(Token).values(token_sha256=hashing.digest(token), purpose=purpose, person_id=person_id,
                                         created_at=now, expires_at=until))
    return token


def waits(session: Session, person_id: int, purpose: str, *, since: datetime, now: datetime) -> bool:
    """Whether a link made since then can still be used."""
    return bool(session.scalar(select(exists().where(
        Token.person_id == person_id, Token.purpose == purpose, Token.used_at.is_(None), Token.created_at > since,
        Token.expires_at > now))))


def _end(session: Session, person_id: int, purpose: str, now: datetime) -> None:
    session.execute(update(Token).values(used_at=now)
                    .where(Token.person_id == person_id, Token.purpose == purpose, Token.used_at.is_(None)))


def whose(session: Session, token: str, purpose: str, now: datetime) -> str:
    """The address a link was mailed to, half hidden; raises Ended. Uses nothing up."""
    email = session.scalar(select(Person.email).join(Token, Token.person_id == Person.id)
                           .where(*_usable(token, purpose, now), Person.deactivated_at.is_(None)))
    if email is None:
        raise Ended("link")
    return masked(email)


def use_up(session: Session, token: str, purpose: str, now: datetime) -> int:
    """Whose link this is, once; whatever is wrong with it, the answer is the same: raises Ended."""
    person_id: int | None = session.scalar(update(Token).values(used_at=now).where(*_usable(token, purpose, now))
                                           .returning(Token.person_id))
    if person_id is None or session.scalar(select(Person.deactivated_at).where(Person.id == person_id)):
        raise Ended("link")
    return person_id


def masked(email: str) -> str:
    """Such as "r***@wmata.example"."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}"


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SignIn.ended_at.is_(None), SignIn.seen_at > now - IDLE, SignIn.created_at > now - LIFE


def _usable(token: str, purpose: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Token.token_sha256 == hashing.digest(token), Token.purpose == purpose, Token.used_at.is_(None),
            Token.expires_at > now)


def _tell_of_new_device(session: Session, sign_in: str, now: datetime) -> None:
    """Mail the owner when this device has not been seen before; the very first one is no news."""
    row = session.execute(select(SignIn.person_id, SignIn.device, SignIn.method)
                          .where(SignIn.token_sha256 == sign_in)).one()
    others = set(session.scalars(select(SignIn.device).distinct()
                                 .where(SignIn.person_id == row.person_id, SignIn.token_sha256 != sign_in)))
    if others and row.device not in others:
        outbox.post_account(session, person_id=row.person_id, kind="new_sign_in", now=now,
                            values={"device": row.device, "method": row.method, "at": now})
