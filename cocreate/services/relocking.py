"""A new secret for the installation: what lies locked in the database is locked anew under it."""

import json
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cocreate import vault
from cocreate.models.mails import AccountMail, Outbox
from cocreate.models.people import Person
from cocreate.services.outbox import SECRET


def relock(session: Session) -> tuple[int, int]:
    """Lock app codes and the links of waiting mails under the present secret; (locked anew, lost).

    Lost is what neither the present nor the former secret opens.
    """
    done = [_app_code(session, row.id, row.totp_secret or "") for row in session.execute(
        select(Person.id, Person.totp_secret).where(Person.totp_secret.is_not(None)))]
    for table in (AccountMail, Outbox):
        for row in session.execute(select(table.message_id, table.values).where(
                table.state == "waiting", table.values.contains(f'"{SECRET}"'))):
            done.append(_mail(session, table, row.message_id, json.loads(row.values)))
    return done.count(True), done.count(False)


def _app_code(session: Session, person_id: int, locked: str) -> bool:
    try:
        session.execute(update(Person).where(Person.id == person_id).values(totp_secret=vault.relock(locked)))
    except vault.Unreadable:
        return False
    return True


def _mail(session: Session, table: type[AccountMail] | type[Outbox], message_id: str, values: dict[str, Any]) -> bool:
    try:
        values[SECRET] = vault.relock(values[SECRET])
    except vault.Unreadable:
        return False
    session.execute(update(table).where(table.message_id == message_id).values(
        values=json.dumps(values, ensure_ascii=False, sort_keys=True)))
    return True
