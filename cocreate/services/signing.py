"""Signing what was frozen, and refusing to: the mailed code, the signature, the reason."""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cocreate.domain import audience
from cocreate.models.contracts import SigningCode
from cocreate.models.projects import Project
from cocreate.models.records import Event, EventDetail
from cocreate.services import accepted, composing, hashing, progress, throttling
from cocreate.services.acts import contracts as acts
from cocreate.services.acts.contracts import RefuseToSign, SendCode, Sign
from cocreate.services.facts import look
from cocreate.services.stages import NOTHING, to_change
from workflows.facts import Facts

CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5


def require_signable(facts: Facts, *, version: int, text_sha256: str, pdf_sha256: str, paper: str = "") -> None:
    """Raises what ``sign`` would raise now, before anybody is asked for a password."""
    acts.sign(facts, Sign(version, text_sha256, pdf_sha256, "", code=False, paper=paper))


def send_code(session: Session, ref: str, *, version: int, actor: int, key: str, now: datetime,
              paper: str = "") -> progress.Receipt:
    """Mail a code that counts for exactly this version and this person, for ten minutes.

    Raises: TooOften.
    """
    code, hashed = new_code(session, actor, now)
    return progress.act(session, ref, SendCode(version, code, hashed, now + CODE_LASTS, paper), actor=actor, key=key,
                        now=now)


def new_code(session: Session, actor: int, now: datetime) -> tuple[str, str]:
    """A code to be mailed, and what is kept of it.

    Raises: TooOften.
    """
    throttling.take(session, [f"signing-code:{actor}"], now)
    code = f"{secrets.randbelow(10**8):08d}"
    return code, hashing.slow(code)


def check_code(session: Session, ref: str, *, version: int, code: str, actor: int, now: datetime,
               paper: str = "") -> bool:
    """Whether this is the code that was mailed. Commit also when it is not: the try counts."""
    row = session.scalars(
        select(SigningCode).join(Project, Project.id == SigningCode.project_id)
        .where(Project.ref == ref, SigningCode.paper == paper, SigningCode.version == version,
               SigningCode.person == actor)
        .with_for_update()).one_or_none()
    if row is None or row.used_at is not None or row.expires_at < now or row.tries >= CODE_TRIES:
        return False
    row.tries += 1
    session.flush()  # counted before it is looked at
    return hashing.matches(row.code_hash, re.sub(r"\s", "", code))


def code_waits(session: Session, facts: Facts, *, version: int, actor: int, paper: str = "") -> bool:
    """Whether a code was mailed that can still be used."""
    return session.scalar(select(SigningCode.person).where(
        SigningCode.project_id == facts.project.id, SigningCode.paper == paper, SigningCode.version == version,
        SigningCode.person == actor, SigningCode.used_at.is_(None), SigningCode.expires_at >= facts.now,
        SigningCode.tries < CODE_TRIES)) is not None


def sign(session: Session, ref: str, *, version: int, text_sha256: str, pdf_sha256: str, evidence: dict[str, object],
         code: bool, actor: int, key: str, now: datetime, paper: str = "") -> progress.Receipt:
    """Sign for one's own party; the last signature under the contract takes the project to agreed.

    Password and second factor were checked by the caller in a transaction of their own, where a wrong try counts.
    """
    body = json.dumps(evidence, ensure_ascii=False, sort_keys=True)
    request = Sign(version, text_sha256, pdf_sha256, body, code, paper=paper)
    if not paper:
        # Read before the lock: what duties rest on is in the frozen text, and a change of it ends the version.
        facts = look(session, ref, person=actor, now=now).facts
        request = replace(request, duties=composing.duties(facts, accepted.answers(session, facts)))
    return progress.act(session, ref, request, actor=actor, key=key, now=now)


def refuse_to_sign(session: Session, ref: str, *, version: int, reason: str, actor: int, key: str, now: datetime,
                   paper: str = "", changes: Mapping[tuple[str, int], str] = NOTHING,
                   wording: bool = False) -> progress.Receipt:
    """Do not sign. changes, wording: of the contract, what has to change, as in ``stages.go_on``."""
    return progress.act(session, ref, RefuseToSign(version, reason, paper, to_change(changes), wording), actor=actor,
                        key=key, now=now)


@dataclass(frozen=True, slots=True)
class Unwilling:
    """Somebody did not sign a version, and said why."""

    party: int | None
    person: str
    reason: str
    at: datetime


def unwilling(session: Session, facts: Facts, paper: str = "") -> dict[int, Unwilling]:
    """Version -> who did not sign it; all parties may read that."""
    actor = facts.actor
    mask = audience.reader(actor)
    rows = session.execute(
        select(EventDetail, Event.at)
        .join(Event, (Event.project_id == EventDetail.project_id) & (Event.seq == EventDetail.seq))
        .where(EventDetail.project_id == facts.project.id, EventDetail.act == "refuse_to_sign",
               EventDetail.sees.bitwise_and(mask) != 0))
    found = {}
    for detail, at in rows:
        said = json.loads(detail.personal) if detail.personal else {}
        details = json.loads(detail.details)
        if details.get("paper", "") == paper:
            found[details["version"]] = Unwilling(detail.party, said.get("actor", ""), said.get("reason", ""), at)
    return found
