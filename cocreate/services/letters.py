"""What a mail is about, read at the moment it goes out: what it may say to whom, and whether anybody needs it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from cocreate.domain import audience
from cocreate.domain.causes import still
from cocreate.domain.hearing import Subject
from cocreate.models.contracts import ContractVersion, SigningCode
from cocreate.models.hosts import Host, HostInvitation
from cocreate.models.mails import Reminder
from cocreate.models.people import Person
from cocreate.models.projects import Member, Project
from cocreate.models.records import EventDetail
from cocreate.models.talk import Comment
from cocreate.models.work import WHOLE_PARTY, Draft
from cocreate.services import concerns, contracts, digests, hashing, sent_back
from cocreate.services.facts import look
from cocreate.services.outbox import SECRET, Claimed
from cocreate.words import Reader, tag
from workflows.facts import Facts, MemberFact
from workflows.guards import accepting


@dataclass(frozen=True, slots=True)
class Happened:
    """The event behind a mail, as far as its recipient may read it."""

    at: datetime
    act: str
    actor: int | None
    party: int | None
    details: Mapping[str, Any]
    words: Mapping[str, Any]  # names, reasons: what people wrote


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What mails of a host begin and end with. ``sender`` and ``address``: "" for those of host and installation."""

    host_ref: str = ""
    sender: str = ""
    address: str = ""
    legal_note: str = ""
    logo_sha256: str = ""
    logo_type: str = ""


@dataclass(frozen=True, slots=True)
class MailContext:
    """Everything a mail is composed from. ``facts`` and what follows are only there for mails of a project."""

    kind: str
    message_id: str
    to: str  # address
    person: int
    name: str
    reader: Reader
    values: Mapping[str, Any] = field(repr=False)
    unreachable: bool = False  # the last mail to this address came back
    facts: Facts | None = None
    host: str = ""
    seq: int = 0
    subject: Subject | None = None
    also: tuple[tuple[str, Subject | None, int], ...] = ()  # what else it asks for: kind, subject, event
    happened: Happened | None = None
    sender: str = ""  # name of the person who caused it; "" for the product itself
    reply_to: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)  # what only this kind of mail needs
    head: Letterhead = Letterhead()


def context(session: Session, mail: Claimed, now: datetime) -> MailContext | None:
    """What one mail is about; None where it has lost its cause or its recipient."""
    return contexts(session, [mail], now)[mail.message_id]


def contexts(session: Session, mails: Sequence[Claimed], now: datetime) -> dict[str, MailContext | None]:
    """By message id. Each project is read once, however many of the mails are about it."""
    people = {person.id: person for person in session.scalars(
        select(Person).where(Person.id.in_({mail.recipient for mail in mails})))}
    projects = {row.id: row for row in session.execute(
        select(Project.id, Project.ref, Host).join(Host, Host.id == Project.host_id)
        .where(Project.id.in_({mail.project_id for mail in mails if mail.project_id is not None})))}
    facts = {key: look(session, project.ref, person=None, now=now).facts for key, project in projects.items()}
    found: dict[str, MailContext | None] = {}
    for mail in mails:
        about = None if mail.project_id is None else (facts[mail.project_id], projects[mail.project_id].Host)
        found[mail.message_id] = _read(session, mail, people[mail.recipient], about, now)
    return found


def _read(session: Session, mail: Claimed, person: Person, about: tuple[Facts, Host] | None, now: datetime,
          ) -> MailContext | None:
    """about: the project and its host, of a mail of one."""
    if person.deactivated_at is not None:
        return None
    zone = about[1].zone if about and person.activated_at is None else person.zone  # who is new has chosen none yet
    base = MailContext(mail.kind, mail.message_id, person.email, person.id, person.name,
                       Reader(tag(person.language, person.numbers), zone, now), mail.values,
                       person.unreachable_at is not None, seq=mail.seq, subject=mail.subject)
    if mail.kind == "digest":
        digest = digests.content(session, person.id, mail.values, zone=person.zone, now=now)
        return replace(base, more={"digest": digest}) if digest else None
    if mail.kind == "staff_invitation":
        return _of_host(session, mail, base, person, now)
    if about is None:
        return base if _in_time(mail, now) else None
    return _of_project(session, mail, base, *about)


def _of_host(session: Session, mail: Claimed, base: MailContext, person: Person, now: datetime) -> MailContext | None:
    """An invitation to work for a host, unless it was answered, taken back or replaced; who is new reads its clock."""
    host, waiting = session.get_one(Host, mail.values["host_id"]), session.get(
        HostInvitation, (mail.values["host_id"], mail.recipient))
    token_sha256 = hashing.digest(str(mail.values.get(SECRET)))
    if waiting is None or waiting.token_sha256 != token_sha256 or not _in_time(mail, now):
        return None
    zone = person.zone if person.activated_at else host.zone
    return replace(base, name=waiting.name, host=host.name, head=_head(host), sender=str(mail.values["who"]),
                   reader=replace(base.reader, zone=zone))


def _in_time(mail: Claimed, now: datetime) -> bool:
    until = mail.values.get("until")
    return until is None or now < datetime.fromisoformat(until)


def _of_project(session: Session, mail: Claimed, base: MailContext, facts: Facts, host: Host,
                ) -> MailContext | None:
    due = _due(mail, facts)
    if not _may_hear(mail, facts) or not due:
        return None
    kind, subject, seq = due[0]
    mail = replace(mail, kind=kind, subject=subject, seq=seq)
    more = _more(session, mail, facts)
    if more is None:
        return None
    happened = _happened(session, mail, facts)
    if happened and kind == "invitation" and (inviter := facts.member(more["by"])):  # not whose yes was the last
        happened = replace(happened, actor=inviter.person, party=inviter.party)
    sender = facts.member(happened.actor) if happened else None
    writes = None if subject and subject.matter == "concern" else (
        sender or _across(facts, mail) or facts.member(facts.project.manager_id))
    reply_to = session.scalar(select(Person.email).where(Person.id == writes.person)) if writes else None
    return MailContext(
        kind, base.message_id, base.to, base.person, base.name, base.reader, mail.values, base.unreachable,
        facts=facts, host=host.name, seq=seq, subject=subject, also=due[1:], happened=happened,
        sender=sender.name if sender else "", reply_to=reply_to if reply_to != base.to else None, more=more,
        head=_head(host))


def _due(mail: Claimed, facts: Facts) -> tuple[tuple[str, Subject | None, int], ...]:
    """What of all that a mail stands for is still owed."""
    return tuple((kind, subject, seq) for kind, subject, seq in mail.asks if still(kind, subject, facts))


def joined(context: MailContext, mail: Claimed) -> MailContext:
    """The context of a mail that by now may stand for further ones, as ``pacing`` joined them."""
    also = _due(mail, context.facts)[1:] if context.facts else ()
    return replace(context, values=mail.values, also=also)


def _across(facts: Facts, mail: Claimed) -> MemberFact | None:
    """Who answers to a mail that nobody caused, such as a reminder: a champion of the side that waits."""
    subject, own = mail.subject, facts.member(mail.recipient)
    if subject is None or subject.party is None or own is None:
        return None
    task = facts.task(*subject.task) if subject.matter in ("task", "entries") else None
    waiting = (facts.party(task.party),) if task and task.party != subject.party else \
        accepting(facts, task) if task else ()
    parties = [party.number for party in waiting or facts.contracting if party.number != own.party]
    return next((member for number in parties for member in facts.people(number, "champion") if member.present), None)


def _head(host: Host) -> Letterhead:
    return Letterhead(host.ref, host.sender_name, host.sender_address, host.legal_note, host.logo_sha256 or "",
                      host.logo_type or "")


_INVITING = frozenset({"invitation", "invitation_again"})


def _may_hear(mail: Claimed, facts: Facts) -> bool:
    """Whether the recipient is still somebody to whom the project may say this."""
    member = facts.member(mail.recipient)
    if member is None:
        return False
    if member.left_at is not None:  # that they are out, and no more
        return mail.kind == "left" and str(mail.subject) in (f"member:{member.person}", f"party:{member.party}")
    return (mail.kind in _INVITING) != member.present


def _happened(session: Session, mail: Claimed, facts: Facts) -> Happened | None:
    """The event; its words only where the recipient is in its audience. Reminders (seq below 0) have none."""
    row = session.get(EventDetail, (mail.project_id, mail.seq)) if mail.seq > 0 else None
    if row is None:
        return None
    sees = row.sees & audience.reader(facts.member(mail.recipient))
    details = json.loads(row.details)
    words = json.loads(row.personal) if row.personal and sees else {}
    return Happened(mail.created_at, row.act, details.get("actor"), row.party, details, words)


def _more(session: Session, mail: Claimed, facts: Facts) -> dict[str, Any] | None:
    """What only this kind of mail needs; None where it has no sense any more."""
    match mail.kind:
        case "invitation" | "invitation_again":
            return _invitation(session, mail)
        case "signing_code":
            code = session.get(SigningCode, (mail.project_id, mail.values.get("paper", ""), mail.values.get("version"),
                                             mail.recipient))
            good = code is not None and code.used_at is None and facts.now < code.expires_at
            return {"until": code.expires_at} if code is not None and good else None
        case "due_soon" | "due_today" | "overdue" | "escalation" if mail.subject and mail.subject.matter == "task":
            draft = session.scalar(select(Draft.at).where(
                Draft.project_id == mail.project_id, Draft.task == mail.subject.key,
                Draft.party == mail.subject.party, Draft.owner.in_((WHOLE_PARTY, mail.recipient))))
            return {"draft_at": draft, "times": _times_reminded(session, mail)}
        case "escalation":
            return {"draft_at": None, "times": _times_reminded(session, mail)}
        case "comment" | "mention" | "help":
            said = _said(session, mail, facts)
            if said is None or not said.sees & audience.reader(facts.member(mail.recipient)):
                return None
            return {"said": said.text, "by": said.person}
        case "submitted" if mail.subject:
            return _returned_before(session, mail, mail.subject, facts)
        case "concern" | "concern_answered" | "concern_ended":
            return _concern(session, mail, replace(facts, actor=facts.member(mail.recipient)))
        case "mail_came_back":
            person = session.get(Person, int(mail.subject.key)) if mail.subject else None
            return {"address": person.email} if person and person.unreachable_at else None
        case "all_signed":
            return {"sealed": _sealed(session, mail, facts)}
        case _:
            return {"draft_at": None, "times": 0}


def _invitation(session: Session, mail: Claimed) -> dict[str, Any] | None:
    """None where it was answered, withdrawn, or replaced by a newer one."""
    invited = session.execute(
        select(Member.greeting, Member.invited_at, Member.expires_at, Member.token_sha256, Member.again_sha256,
               Member.invited_by)
        .where(Member.project_id == mail.project_id, Member.person == mail.recipient)).one()
    token = mail.values.get(SECRET)
    good = invited.token_sha256 if mail.kind == "invitation" else invited.again_sha256
    if invited.token_sha256 is None or (token and hashing.digest(token) != good):
        return None
    return {"greeting": invited.greeting, "invited_at": invited.invited_at, "until": invited.expires_at,
            "by": invited.invited_by}


def _concern(session: Session, mail: Claimed, facts: Facts) -> dict[str, Any] | None:
    """Where it is as the mail says: open, and for its reader to answer; answered; ended. Nothing of what was said."""
    number = int(mail.subject.key) if mail.subject else 0
    found = next((one for one in concerns.of(session, facts) if one.number == number), None)
    if found is None or found.open == (mail.kind == "concern_ended"):
        return None
    if mail.kind == "concern" and mail.recipient in found.fact.answered:
        return None
    if mail.kind == "concern_answered" and not found.answers:  # its author has said more since
        return None
    return {"again": any(line.kind == "again" for line in found.lines), "own": found.person == mail.recipient}


def _sealed(session: Session, mail: Claimed, facts: Facts) -> str:
    """The sealed file that a mail takes along: where the host wants that, for whoever may read that version."""
    if not session.get_one(Host, facts.project.host_id).attach_signed:
        return ""
    paper = mail.subject.key if mail.subject and mail.subject.matter == "agreement" else ""
    row = session.scalar(select(ContractVersion).where(
        ContractVersion.project_id == mail.project_id, ContractVersion.paper == paper,
        ContractVersion.sealed_sha256.is_not(None)).order_by(ContractVersion.number.desc()).limit(1))
    read = row is not None and contracts.may_read(replace(facts, actor=facts.member(mail.recipient)), row)
    return row.sealed_sha256 or "" if row is not None and read else ""


def _said(session: Session, mail: Claimed, facts: Facts) -> Comment | None:
    """The words of a mail; of a call that is asked again without new ones, those of the call."""
    said = session.get(Comment, (mail.project_id, mail.seq))
    if said is not None or mail.kind != "help" or mail.subject is None:
        return said
    task = facts.task(mail.subject.key, mail.subject.party or 0)
    return session.get(Comment, (mail.project_id, task.help)) if task and task.help else None


def _returned_before(session: Session, mail: Claimed, subject: Subject, facts: Facts) -> dict[str, Any]:
    """Whether what was submitted had been returned: by whom, when, and why, as far as the recipient may read it."""
    found = sent_back.last(session, facts.project.id, subject.task, before=mail.seq,
                           reader=audience.reader(facts.member(mail.recipient)))
    if found is None or found.act != "return":
        return {}
    return {"returned_at": found.at, "by": found.by, "party": found.party, "reason": found.reason}


def _times_reminded(session: Session, mail: Claimed) -> int:
    return session.scalar(select(func.count()).select_from(Reminder).where(and_(
        Reminder.project_id == mail.project_id, Reminder.subject == str(mail.subject), Reminder.state == "sent",
        Reminder.kind != "escalation"))) or 0
