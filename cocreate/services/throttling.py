"""Slows down who guesses: tries are counted in the database, for all processes and over a restart.

A try is counted before it is looked at, so that a hundred at once are not a hundred tries; a right one is given back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from cocreate.db import insert_into
from cocreate.errors import TooOften
from cocreate.models.people import Throttle

LIMIT = 10
NETWORK_LIMIT = 100  # a whole office may be behind one address
SPAN = timedelta(minutes=15)
DAY_LIMIT = 50  # somebody may open five projects of ten seats in one day
DAY = timedelta(days=1)



def take(session: Session, buckets: Iterable[str], now: datetime) -> None:
    """Count one try in each bucket; raises TooOften, after which the caller's transaction must not be committed."""
    buckets = sorted(buckets)  # always in this order: two who count the same buckets must not wait for each other
    one_more = insert_into(session, Throttle)
    session.execute(one_more.on_conflict_do_update(
        index_elements=["bucket", "window"], set_={"count": Throttle.count + 1}), [
        {"bucket": bucket, "window": _window(now), "count": 1} for bucket in buckets])
    counted = session.execute(
        select(Throttle.bucket, Throttle.window, Throttle.count)
        .where(or_(*(and_(Throttle.bucket == bucket, Throttle.window > now - _span(bucket)) for bucket in buckets)))
        .order_by(Throttle.window)
    ).all()
    again = {bucket: _again([(window, count) for of, window, count in counted if of == bucket], bucket)
             for bucket in buckets}
    if full := {bucket: until for bucket, until in again.items() if until}:
        last = max(full, key=lambda bucket: full[bucket])
        raise TooOften("too_often.invitations" if _kind(last) == "day" else "too_often", until=full[last])


def give_back(session: Session, buckets: Iterable[str], now: datetime) -> None:
    """Take back what ``take`` counted at the same moment."""
    session.execute(update(Throttle).where(Throttle.bucket.in_(list(buckets)), Throttle.window == _window(now))
                    .values(count=Throttle.count - 1))


def lift(session: Session, purpose: str, email: str) -> None:
    """Forget the tries for an address's account, also in browsers it knows; not those of a network."""
    session.execute(delete(Throttle).where(or_(
        Throttle.bucket == of_mailbox(purpose, email),
        Throttle.bucket.startswith(of_browser(purpose, email, ""), autoescape=True))))


def forget(session: Session, now: datetime) -> None:
    """Delete what no longer counts."""
    session.execute(delete(Throttle).where(or_(
        Throttle.window <= now - DAY, and_(Throttle.window <= now - SPAN, Throttle.bucket.not_like("%:day:%")))))


def of_mailbox(purpose: str, email: str) -> str:
    """The bucket of an address, whether or not it is anybody's."""
    return f"{purpose}:mailbox:{_digest(email)}"


def of_browser(purpose: str, email: str, known: str) -> str:
    """The bucket of a browser that an account knows."""
    return f"{purpose}:browser:{_digest(email)}:{known}"


def of_network(purpose: str, address: str) -> str:
    """The bucket of where a request comes from; a home has 2^64 addresses of version 6."""
    try:
        found = ip_address(address)
    except ValueError:
        return f"{purpose}:network:unknown"
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return f"{purpose}:network:{found.exploded[:19]}"
    return f"{purpose}:network:{getattr(found, 'ipv4_mapped', None) or found}"


def of_invitations(actor: int) -> str:
    """The bucket of the mails by which somebody asks others in, within a day."""
    return f"invitations:day:{actor}"


def _digest(email: str) -> str:
    return sha256(email.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _kind(bucket: str) -> str:
    return "".join(bucket.split(":")[1:2])


def _limit(bucket: str) -> int:
    return {"network": NETWORK_LIMIT, "day": DAY_LIMIT}.get(_kind(bucket), LIMIT)


def _span(bucket: str) -> timedelta:
    return DAY if _kind(bucket) == "day" else SPAN


def _window(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _again(counted: list[tuple[datetime, int]], bucket: str) -> datetime | None:
    """When the next try is possible; None: now."""
    limit, span = _limit(bucket), _span(bucket)
    total = sum(count for _, count in counted)
    if total <= limit:
        return None
    for window, count in counted:
        total -= count
        if total <= limit:
            return window + span
    return counted[-1][0] + span
