"""A small project in the database, row by row: Philips and WMATA, the garage lights, one task and one gate."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from cocreate.db import new_ref
from cocreate.models.hosts import Host, Organisation, Template, TemplateVersion
from cocreate.models.mails import Outbox, Reminder
from cocreate.models.people import Person
from cocreate.models.projects import Member, Party, Project
from cocreate.models.records import Event, EventDetail
from cocreate.models.work import Decision, Task
from cocreate.services import outbox
from tests.support.clock import NOON
from workflows.definition import Definition

DEFINITION = {
    "format": 1, "key": "lighting", "name": "Lighting", "strategy": "customer_cooperation", "summary": "Light",
    "ends_in": "an agreement", "contract_title": "Lighting service agreement",
    "parties": {
        "company": {"name": "Supplier", "contracting": True, "side": "supply"},
        "customer": {"name": "Customer", "contracting": True, "side": "use"},
        "logistics": {"name": "Logistics", "required": False}, "carrier": {"name": "Carrier", "required": False},
    },
    "stages": {
        "today": {
            "name": "Where we stand today", "purpose": "Figures that both sides trust.", "target": 10,
            "tasks": {
                "cost": {
                    "title": {"en": "Total cost today", "de": "Gesamtkosten heute"}, "minutes": 15,
                    "why": "Philips needs this to calculate the offer.", "unlocks": "Philips can start the offer.",
                    "of": "customer", "due": {"days": 5}, "accepted_by": "company", "fields": {
                        "energy": {"label": "Energy", "type": "quantity", "unit": "MWh"},
                        "staff": {"label": "Staff cost", "type": "money", "currency": "USD"},
                        "bill": {"label": "Last energy bill", "type": "file"},
                    }},
                "offer": {
                    "title": "Price sheet", "why": "The price.", "of": "company", "due": {"days": 5}, "after": ["cost"],
                    "required": False, "fields": {"price": {"label": "Price", "type": "money", "currency": "USD"}}},
                "secrecy": {"title": "Confidentiality", "why": "Trust.", "of": ["company", "customer"], "kind": "sign",
                            "required": False, "agreement": "We keep it.", "due": {"days": 5}},
            },
            "gates": {"common": {"question": "Is this our common picture?", "of": ["company", "customer"],
                                 "about": ["cost"], "due": {"days": 3}}},
        },
        "contract": {"name": "Contract", "purpose": "The text", "target": 10, "contract": "prepared"},
    },
    "transitions": {"on": {"from": "today", "to": "contract"}, "done": {"from": "contract", "to": "agreed"}},
    "clauses": {f"c{n}": {"title": f"Clause {n}", "text": "We agree."} for n in range(1, 5)},
    "terminal": {"agreed": "success", "declined": "failure"},
}
PHILIPS, WMATA = 1, 2
DUE = datetime(2027, 3, 5, 17, tzinfo=UTC)  # a Friday
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Lighting:
    """Ids of what is there."""

    id: int
    ref: str
    host_id: int
    anna: int  # champion of Philips, account manager
    jan: int  # signatory of Philips
    renee: int  # champion and contributor of WMATA
    grace: int  # signatory of WMATA


def lighting(session: Session) -> Lighting:
    """A project in its first stage; WMATA's task is asked of Renee Kim and due on Friday."""
    people = {name: _person(session, name) for name in ("Anna Berg", "Jan Vos", "Renee Kim", "Grace Lee")}
    host = Host(ref=new_ref(), name="Philips Lighting", country="", zone="UTC", created_at=NOON)
    session.add_all([host, *people.values()])
    session.flush()
    organisations = [Organisation(host_id=host.id, ref=new_ref(), name=name, skeleton=f"{name}{host.id}",
                                  kind="company", created_at=NOON) for name in ("Philips", "WMATA")]
    template = Template(host_id=host.id, ref=new_ref(), key="lighting")
    session.add_all([template, *organisations])
    session.flush()
    definition = Definition.model_validate(DEFINITION)
    anna, jan, renee, grace = (person.id for person in people.values())
    session.add(TemplateVersion(
        template_id=template.id, number=1, host_id=host.id, definition=definition.canonical().decode(),
        sha256=definition.sha256, saved_by=anna, saved_at=NOON, published_at=NOON))
    session.flush()
    project = Project(
        ref=new_ref(), host_id=host.id, template_id=template.id, template_version=1,
        definition_sha256=definition.sha256, title="Garage lighting", purpose="Light", language="en", stage="today",
        visit=1, entered_at=NOON, version=1, head="9c41" * 16, target=date(2027, 9, 1), manager_id=anna,
        opened_at=NOON)
    session.add(project)
    session.flush()
    room = Lighting(project.id, project.ref, host.id, anna, jan, renee, grace)
    add(session, room, Party, number=PHILIPS, seat="company", organisation=organisations[0].id, name="Philips",
        joined_at=NOON)
    add(session, room, Party, number=WMATA, seat="customer", organisation=organisations[1].id, name="WMATA",
        joined_at=NOON)
    session.flush()
    for name, party, parts in (("Anna Berg", PHILIPS, "champion manager"), ("Jan Vos", PHILIPS, "signatory"),
                               ("Renee Kim", WMATA, "champion contributor"), ("Grace Lee", WMATA, "signatory")):
        add(session, room, Member, person=people[name].id, party=party, name=name, parts=parts, accepted_at=NOON)
    add(session, room, Task, key="cost", party=WMATA, round=1, state="open", since=NOON, due_at=DUE, asked=renee)
    for party in (PHILIPS, WMATA):
        add(session, room, Decision, gate="common", party=party, round=1, state="asked", since=NOON, due_at=DUE)
    session.flush()
    return room


def _person(session: Session, name: str) -> Person:
    email = f"{name.lower().replace(' ', '.')}{next(_numbers)}@wmata.example"
    return Person(ref=new_ref(), email=email, name=name, created_at=NOON, activated_at=NOON,
                  zone="America/New_York")


def add(session: Session, room: Lighting, model: Any, **columns: Any) -> Any:
    row = model(project_id=room.id, host_id=room.host_id, **columns)
    session.add(row)
    return row


def mail(session: Session, room: Lighting, kind: str, person: int, *, subject: str = "", seq: int = 1,
         now: datetime = NOON, **values: Any) -> str:
    """A waiting mail; its message id."""
    row = outbox.row(room.id, room.host_id, seq, kind, person, subject, values, now)
    session.add(Outbox(**row))
    session.flush()
    return row["message_id"]


def event(session: Session, room: Lighting, *, seq: int = 1, actor: int, party: int, sees: int = -1,
          **personal: str) -> None:
    """The event behind a mail: who did it, for whom, and what they wrote."""
    add(session, room, Event, seq=seq, prev_hash="0" * 64, at=NOON, details_sha256="0" * 64, hash="0" * 64,
        key=f"key-{seq}", request_sha256="0" * 64, answer="{}")
    session.flush()
    add(session, room, EventDetail, seq=seq, act="test", party=party, sees=sees, salt="s",
        details=json.dumps({"actor": actor}), personal=json.dumps(personal))
    session.flush()


def reminder(session: Session, room: Lighting, *, person: int, due_at: datetime, kind: str = "due_soon",
             subject: str = "task:cost:2", rule: int = 0, round: int = 1, days: int = 0, **more: Any) -> Reminder:
    row = add(session, room, Reminder, subject=subject, round=round, rule=rule,
              occurrence=(due_at + timedelta(days=days)).date(), recipient=person, kind=kind, due_at=due_at, **more)
    session.flush()
    return row
