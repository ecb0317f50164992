"""When a mail may come: in its reader's working hours, one for several asks of an hour, only so many a day.

What somebody waits for with the page open never waits: links, codes, invitations, what concerns an account. All this is
decided when mails are claimed, so that one which is put off is read again, with all its checks, when it goes out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cocreate.domain.news import ASKING, REMINDERS
from cocreate.models.mails import Outbox
from cocreate.services import outbox, working
from cocreate.services.outbox import Claimed
from workflows.calendars import Calendar, at, local_day, next_open

MOST = 10  # mails of projects to one person in one day; more wait for the next working morning
APART = timedelta(hours=1)  # between two mails of asks
PROMPT = frozenset({"invitation", "signing_code", "mail_came_back"})
# What asks for something; of one project and hour it is one mail that names them all, whatever their kinds.
TOGETHER = frozenset({*ASKING, "proposal", "clause_proposed"})
GATHERED = frozenset({"submitted"})  # five days are left to check it: it waits an hour for further ones


def pace(session: Session, claimed: Sequence[Claimed], now: datetime) -> tuple[Claimed, ...]:
    """Those of the claimed mails that may go out now; the others are put off, or stand in one of them."""
    slow = [mail for mail in claimed if mail.table is Outbox and mail.kind not in PROMPT]
    persons = {mail.recipient for mail in slow}
    calendars = working.calendars(session, persons, now) if persons else {}
    sent, latest = _sent_today(session, calendars, now), _last_asks(session, persons, now)
    going: list[Claimed] = []  # each speaks for what else of its kind waits for its reader
    for mail in claimed:
        if mail not in slow:
            going.append(mail)
            continue
        until = _until(mail, calendars[mail.recipient], sent.get(mail.recipient, 0), latest, now)
        if until > now:
            outbox.put_off(session, mail, until)
            continue
        same = _place(mail, going)
        if same is not None:
            going[same] = _joined(session, going[same], mail)
        else:
            sent[mail.recipient] = sent.get(mail.recipient, 0) + 1
            going.append(mail)
    for mail in outbox.claim_along(session, [(one, _speaks_for(one)) for one in going if _speaks_for(one)], now):
        place = _place(mail, going)
        if place is not None:
            going[place] = _joined(session, going[place], mail)
    return tuple(going)


def _speaks_for(mail: Claimed) -> frozenset[str]:
    """The kinds of mails that go out as a part of this one."""
    if mail.table is not Outbox:
        return frozenset()
    return TOGETHER if mail.kind in TOGETHER else frozenset({mail.kind}) & REMINDERS


def _until(mail: Claimed, calendar: Calendar, sent: int, latest: Mapping[tuple[int | None, int], datetime],
           now: datetime) -> datetime:
    """The first moment at which it may come; now where it may."""
    opens = next_open(now, calendar)
    if opens <= now and sent >= MOST:
        tomorrow = local_day(now, calendar.zone) + timedelta(days=1)
        opens = next_open(at(tomorrow, calendar.start, calendar.zone), calendar)
    if mail.kind in GATHERED:
        opens = max(opens, mail.created_at + APART)
    before = latest.get((mail.project_id, mail.recipient)) if mail.kind in TOGETHER else None
    return max(opens, before + APART) if before is not None else opens


def _place(mail: Claimed, going: Sequence[Claimed]) -> int | None:
    """Where a mail stands that goes out now and speaks for this one too."""
    return next((place for place, one in enumerate(going) if mail.kind in _speaks_for(one) and (
        one.project_id, one.recipient) == (mail.project_id, mail.recipient)), None)


def _joined(session: Session, first: Claimed, further: Claimed) -> Claimed:
    """The first mail, which speaks for a further one too."""
    also = [(kind, str(subject or ""), seq) for kind, subject, seq in (*first.asks[1:], *further.asks)]
    both = replace(first, values={**first.values, outbox.ALSO: also})
    outbox.join(session, both, further)
    return both


def _sent_today(session: Session, calendars: Mapping[int, Calendar], now: datetime) -> dict[int, int]:
    """How many mails each person has got since midnight where they are."""
    found: dict[int, int] = {}
    for person, calendar in calendars.items():
        midnight = at(local_day(now, calendar.zone), datetime.min.time(), calendar.zone)
        found[person] = session.scalar(select(func.count()).select_from(Outbox).where(
            Outbox.state == "sent", Outbox.recipient == person, Outbox.sent_at >= midnight,
            Outbox.kind.not_in(PROMPT))) or 0
    return found


def _last_asks(session: Session, persons: Collection[int], now: datetime,
               ) -> dict[tuple[int | None, int], datetime]:
    """When asks were last sent within the hour, by project and person."""
    rows = session.execute(
        select(Outbox.project_id, Outbox.recipient, func.max(Outbox.sent_at).label("at"))
        .where(Outbox.state == "sent", Outbox.recipient.in_(persons), Outbox.sent_at > now - APART,
               Outbox.kind.in_(TOGETHER))
        .group_by(Outbox.project_id, Outbox.recipient))
    return {(row.project_id, row.recipient): row.at for row in rows}
