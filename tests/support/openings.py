"""Opening a project over its pages, and the templates that one is opened from."""

import re

from sqlalchemy import func, select

from cocreate.models.hosts import TemplateVersion
from cocreate.models.openings import Opening
from cocreate.services import templates
from tests.support.clock import NOON

SEATS = {"own_seat": "giver", "public_buyer": "no", "affected": "Neighbours",
         "seat_taker-organisation": "Hyosung", "seat_taker-kind": "company", "seat_taker-country": "KR",
         "seat_taker-name": "Kim Dahye", "seat_taker-email": "kim@hyosung.example"}
SHOP = {"seat_shop-organisation": "Aurelis Hotels", "seat_shop-name": "Claire Duval",
        "seat_shop-email": "claire@aurelis.example"}


def publish(session, small, *definitions):
    """At the host of a project."""
    for definition in definitions:
        draft = templates.save_draft(session, small.host_id, definition, note="", actor=small.manager, now=NOON)
        templates.publish(session, small.host_id, draft.template_id, draft.number, now=NOON)
    session.commit()


def begin(client, **more):
    """The address of the second step."""
    answer = client.post("/desk/openings/new", data={"template": "industrial_symbiosis"} | more)
    assert answer.status_code == 303, answer.text
    return answer.location


def host_ref(client):
    """Of the one host to which a customer can suggest a project."""
    found = re.search(r'name="host"[^>]*value="([0-9a-z]{26})"', client.get("/suggest").text)
    return found[1]


def newest(session):
    """What was begun last."""
    session.rollback()
    return session.scalars(select(Opening).order_by(Opening.id.desc()).limit(1)).one()


def versions(session, small):
    session.rollback()
    return session.scalar(select(func.count()).select_from(TemplateVersion).where(
        TemplateVersion.host_id == small.host_id))
