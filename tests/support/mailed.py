"""What a mail of each kind is about, out of a project in the database, and what arrives of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from functools import cache

from sqlalchemy import select, update

from cocreate.mail import compose
from cocreate.models.contracts import ContractVersion, Duty, Signature, SigningCode
from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.projects import Absence, Member, Project
from cocreate.models.proposals import Proposal
from cocreate.models.talk import Comment
from cocreate.models.work import Decision, Task
from cocreate.services import hashing, outbox
from cocreate.services import letters as reading
from cocreate.services.letters import MailContext
from cocreate.settings import Settings
from cocreate.words import Reader
from tests.support.clock import NOON
from tests.support.lighting import PHILIPS, WMATA, add, event, lighting
from tests.support.lighting import mail as post
from tests.support.spaces import spaced

SETTINGS = Settings(base_url="https://room.example", sender="cocreate@room.example")

ACCOUNT = {"sign_in_link", "reset", "welcome", "password_changed", "new_sign_in", "second_step_changed", "test",
           "signed_out", "staff_invitation", "suggestion", "suggestion_answered", "record_broken", "projects_taken",
           "projects_given"}


def written(context):
    """The mail as it arrives."""
    return message_from_bytes(bytes(compose(context, SETTINGS)), policy=policy.default)


def body(message, subtype="plain"):
    return spaced(message.get_body((subtype,)).get_content()).replace("\r\n", "\n")


def mailed(session, small, person, kind, *, last=False):
    """The mail of this kind that somebody of a project gets, as it arrives; the only one, or the last."""
    session.flush()
    rows = session.scalars(select(Outbox).join(Project, Project.id == Outbox.project_id).where(
        Project.ref == small.ref, Outbox.recipient == person, Outbox.kind == kind).order_by(Outbox.seq)).all()
    assert rows and (last or len(rows) == 1)
    return written(reading.context(session, outbox.read(rows[-1]), NOON))


def about(session):
    """``about(session)(kind)``: what a mail of this kind is about, read from a project in the database."""
    room = lighting(session)

    @cache
    def make(kind):
        return _account(kind) if kind in ACCOUNT else _project(session, room, kind)

    return make


def _account(kind):
    values = {"secret": "t0ken", "until": (NOON + timedelta(minutes=10)).isoformat(), "at": NOON.isoformat(),
              "device": "Firefox on Linux", "what": "on", "who": "Claire Duval", "own": "Aurelis", "host": "Philips",
              "line": 88, "project": "7f3a", "other": "Ben Ito", "count": 7,
              "titles": ["Garage lighting", "Take back our chairs", "Steam", "Paper", "Hotel beds"],
              "roles": ["account_manager", "administrator"],
              "title": "Take back our chairs", "words": "We have 300 of them.", "by": NOON.date().isoformat()}
    return MailContext(kind, "a" * 40, "renee.kim@wmata.example", 1, "Renee Kim",
                       Reader("en", "America/New_York", NOON), values)


def _project(session, room, kind):
    event(session, room, actor=room.anna, party=PHILIPS, reason="Only one garage? See https://evil.example/x",
          wanted="The staff cost.", words="Only one garage?")
    person, subject, values = _what(session, room, kind)
    message_id = post(session, room, kind, person, subject=subject, **values)
    session.execute(update(Outbox).where(Outbox.message_id != message_id).values(state="sent"))
    claimed, = (one for one in outbox.claim(session, NOON, 100) if one.message_id == message_id)
    context = reading.context(session, claimed, NOON)
    session.expire_all()
    assert context is not None
    if kind == "overdue":
        return replace(context, more={**context.more, "draft_at": datetime(2027, 3, 2, 9, tzinfo=UTC)})
    if kind == "hold":
        return replace(context, facts=context.facts.with_project(hold_until=date(2027, 3, 31)))
    return context


def _what(session, room, kind):
    """Recipient, subject and values of a mail, with the project brought into a state that asks for it."""
    task = update(Task).where(Task.project_id == room.id)
    decision = update(Decision).where(Decision.project_id == room.id, Decision.party == WMATA)
    member = update(Member).where(Member.person == room.renee)
    match kind:
        case "invitation" | "invitation_again":
            session.execute(member.values(
                accepted_at=None, token_sha256=hashing.digest("t0ken"), again_sha256=hashing.digest("t0ken"),
                greeting="See you on Monday.", invited_by=room.anna, invited_at=NOON,
                expires_at=NOON + timedelta(days=14)))
            return room.renee, f"member:{room.renee}", {"secret": "t0ken"}
        case "submitted" | "entered" | "returned":
            session.execute(task.values(state=kind))
            return (room.anna if kind == "submitted" else room.renee), "task:cost:2", {}
        case "overdue":
            return room.renee, "task:cost:2", {"announces": date(2027, 3, 11)}
        case "ask" | "due_soon" | "due_today" | "escalation":
            return room.renee, "task:cost:2", {}
        case "decision_lapsed" | "decision_asked":
            session.execute(task.values(state="accepted", number=4))  # a gate opens when what it is about is accepted
            if kind == "decision_lapsed":
                session.execute(decision.values(state="lapsed", changed="cost@2=3>4"))
            return room.grace, "decision:common:2", {}
        case "decision_agreed" | "not_agreed":
            return room.grace, "decision:common:2", {}
        case "ready_to_read" | "please_sign" | "signed" | "signature_ended" | "all_signed" | "signing_code":
            return room.grace, _contract(session, room, kind), (
                {"secret": "123456", "version": 1} if kind == "signing_code" else {})
        case "handed_over":
            add(session, room, Absence, number=1, person=room.renee, substitute=room.grace, parts="champion",
                starts=NOON.date(), until=NOON.date(), began_at=NOON)
            session.flush()
            return room.anna, "absence:1", {}
        case "nudge":
            return room.renee, "task:cost:2", {}
        case _:
            return _of_people(session, room, kind) or _of_talk(session, room, kind) or (room.renee, "stage:today", {})


def _of_people(session, room, kind):
    match kind:
        case "left" | "invitation_accepted" | "invitation_declined":
            return room.renee, f"member:{room.grace}", {}
        case "invitation_unanswered" | "invitation_expired" | "invitation_wanted":
            session.execute(update(Member).where(Member.person == room.grace).values(
                accepted_at=None, invited_at=NOON, token_sha256="t",
                expired_at=NOON if kind == "invitation_expired" else None))
            return room.renee, f"member:{room.grace}", {}
        case "mail_came_back":
            session.execute(update(Person).where(Person.id == room.grace).values(unreachable_at=NOON))
            return room.renee, f"member:{room.grace}", {"reply": "550 no such user"}
        case "joined":
            return room.renee, "party:2", {}
    return None


def _of_talk(session, room, kind):
    task = update(Task).where(Task.project_id == room.id)
    match kind:
        case "mention" | "comment" | "help" | "help_ended":
            session.execute(task.values(help=1))
            add(session, room, Comment, number=1, kind="comment", subject="task:cost:2", party=PHILIPS,
                person=room.anna, at=NOON, text="Is the bill of May in it? See https://evil.example/x", sees=-1)
            session.flush()
            return room.renee, "task:cost:2", {}
        case "concern" | "concern_answered" | "concern_ended":
            add(session, room, Comment, number=-7, kind="concern", subject="project", party=None, person=room.anna,
                at=NOON, text="We are not heard. See https://evil.example/x", mentions=str(room.renee), sees=0,
                resolved_at=NOON if kind == "concern_ended" else None)
            add(session, room, Comment, number=-8, kind="answer", subject="project", party=None, person=room.jan,
                reply_to=-7, at=NOON, text="Let us talk.", sees=0)
            session.flush()
            return room.anna if kind == "concern_answered" else room.renee, "concern:-7", {}
        case "waiting_outside":
            session.execute(task.values(outsider="the energy supplier", outside_until=NOON.date()))
            return room.anna, "task:cost:2", {}
        case "decided" | "decided_back":
            _contract(session, room, kind)
            session.execute(update(Duty).where(Duty.project_id == room.id).values(
                decide=True, **({"outcome": "ends", "done_at": NOON} if kind == "decided" else {})))
            return room.anna, "duty:1:2", {}
        case "contract_ends":
            subject = _contract(session, room, kind)
            add(session, room, Proposal, number=1, kind="end", subject="", party=PHILIPS, person=room.anna, at=NOON,
                needs="1 2", agreed="1 2", state="agreed", since=NOON,
                body='{"day": "2027-12-30", "reason": "The garage is sold.", "stay": []}')
            session.flush()
            return room.renee, subject, {}
        case "duty_doubted":
            _contract(session, room, kind)
            session.execute(update(Duty).where(Duty.project_id == room.id).values(
                done_at=NOON, doubted='{"1": "The report has no figures."}'))
            return room.renee, "duty:1:2", {}
        case "notice_given" | "notice_back" | "duty_back" | "duty_due" | "duty_overdue" | "still_you":
            _contract(session, room, kind)
            if kind == "notice_given":
                session.execute(update(Duty).where(Duty.project_id == room.id).values(outcome="others", done_at=NOON))
            return room.renee, "duties:2028:2" if kind == "still_you" else "duty:1:2", {}
        case "settled" | "two_values":
            return room.renee, "figure:today.cost.energy", {}
        case "nobody_can_act":
            return room.renee, "decision:common:2", {}
        case "proposal" | "proposal_refused" | "clause_proposed" | "clause_objected":
            strikes = kind.startswith("clause")
            add(session, room, Proposal, number=1, kind="strike" if strikes else "withdraw",
                subject="c2" if strikes else "", party=PHILIPS, person=room.anna, at=NOON, needs="1 2", agreed="1",
                state="open", since=NOON, body='{"reason": "See https://evil.example/x, the garage is sold."}')
            session.flush()
            return room.renee, "proposal:1:2", {}
    return None


def _contract(session, room, kind):
    add(session, room, ContractVersion, number=1, state="frozen", text="{}", content_sha256="c" * 64,
        text_sha256="3f9a77c2" * 8, pdf_sha256="b" * 64, sealed_sha256="d" * 64, clauses=4, sees=0,
        frozen_at=NOON)
    add(session, room, Duty, number=1, party=WMATA, what="Energy report", due=date(2027, 10, 1))
    add(session, room, SigningCode, version=1, person=room.grace, code_hash="h", sent_at=NOON,
        expires_at=NOON + timedelta(minutes=10))
    session.flush()
    if kind == "signature_ended":
        add(session, room, Signature, version=1, party=WMATA, person=room.grace, seq=1, at=NOON, text_sha256="t" * 64,
            pdf_sha256="p" * 64, evidence="{}", ended_at=NOON)
        session.flush()
    return "signature:1:2" if kind in ("please_sign", "signed", "signature_ended") else "contract:1"
