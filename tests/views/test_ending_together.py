"""Ending the contract together on its pages: who signs asks, who signs for the others agrees, and all read it."""

from datetime import date

from sqlalchemy import select

from cocreate.db import db
from cocreate.models.contracts import Duty
from cocreate.models.mails import Outbox
from cocreate.models.projects import Project
from cocreate.services import letters, outbox
from tests.support import projects
from tests.support.mailed import body, written
from tests.support.rooms import hidden, text, words


def test_from_asking_to_what_everybody_reads(project):
    room = project(_agreed)
    page = room.maker.get("/end-contract").text
    assert "The contract ends only when all who signed it agree. This asks Aurelis Hotels" in text(page_of(page))
    assert "Take the crates back (Tornby Furniture, due Thu 1 Jun 2034)" in page
    given = {"day": "2027-12-31", "reason": "The hotels have closed for good."}
    answer = room.maker.post("/end-contract", data=hidden(page) | given | {"day": "2020-01-01"})
    assert answer.status_code == 422 and "Choose today or a day that is to come" in answer.text
    stays = db.session.scalars(select(Duty.number).where(Duty.what == "Take the crates back").order_by(
        Duty.project_id.desc())).first()
    page = text(room.maker.post("/end-contract", data=hidden(page) | given | {"stay": str(stays)},
                                follow_redirects=True))
    assert "Asked. The contract ends on Fri 31 Dec 2027 when all agree. Not answered yet: Aurelis Hotels." in page
    assert "Answer: End the contract on" in text(room.shop.get("")) and _mailed(room, "proposal") == {room.small.shop}
    for client in (room.maker, room.manager):
        assert "proposed to end it on Fri 31 Dec 2027. Not answered yet: Aurelis Hotels." in text(client.get(""))
    number = room.facts().proposals[-1].number
    page = room.shop.get(f"/proposals/{number}")
    assert "Not owed any more, and not reminded of: Report of 2029 (Tornby Furniture)." in text(page)
    assert "Owed all the same: Take the crates back (Tornby Furniture)." in text(page)
    room.shop.post(f"/proposals/{number}", data=hidden(page.text) | {"answer": "agree"})
    for client in (room.maker, room.shop, room.manager):
        assert "It ends on Fri 31 Dec 2027, as all have agreed." in text(client.get(""))
    assert _mailed(room, "contract_ends") == {room.small.shop, room.small.maker, room.small.manager}
    assert "It ends on Fri 31 Dec 2027, as all have agreed." in text(room.shop.get("/contract"))
    page = text(room.shop.get("/duties"))
    assert "not owed any more" in page and "All ended the contract before it" in page
    assert "Next: Take the crates back" in page
    assert "The contract ends on Fri 31 Dec 2027, as all have agreed." in page
    assert "agreed for Aurelis Hotels: to end the contract. All have agreed." in text(room.manager.get("/record"))
    assert "ends on Fri 31 Dec 2027" in text(room.shop.client.get("/projects", follow_redirects=True))
    assert "End the contract together" not in room.maker.get("").text
    assert room.maker.get("/end-contract").status_code == 409


def test_now_says_what_goes_on_after_the_signature(project):
    room = project(_agreed)
    page = text(room.shop.get(""))
    assert ("Everything stays readable, and what was signed stays as it is. What can still change: what has been done "
            "of the duties, who acts for a party and when the contract ends, if all who signed it agree.") in page
    assert "nothing can be changed" not in page
    late = project(projects.agreed_with_one_to_accede)
    assert "What can still change: who has acceded, who acts for a party and" in text(late.maker.get(""))


def test_nobody_ends_what_is_not_signed_or_did_not_sign_it(project):
    assert project().maker.get("/end-contract").status_code == 409
    assert project(_agreed).manager.get("/end-contract").status_code == 403


def test_who_leads_names_somebody_who_signs_where_nobody_is_left_who_does(project):
    room = project(_agreed)
    tom = room.colleague(2, "contributor")
    _parts(room, room.small.shop, "champion")
    people = text(room.shop.get("/people"))
    assert "Aurelis Hotels has no signatory yet. Needed before the contract can be ended together." in people
    assert "Change parts" in people and "Hand over my part" not in people
    assert f"/people/{tom}/parts" not in room.maker.get("/people").text
    asked = hidden(room.maker.get("/end-contract").text) | {"day": "2027-12-31", "reason": "The hotels have closed."}
    answer = room.maker.post("/end-contract", data=asked)
    assert "cannot be ended here yet. Claire Duval can name somebody under People." in words(answer)
    _parts(room, tom, "contributor", "signatory")
    assert "Asked. The contract ends on Fri 31 Dec 2027 when all agree." in text(
        room.maker.post("/end-contract", data=asked, follow_redirects=True))
    assert "can answer" not in text(room.shop.get("/proposals/1"))  # of how to work together: nobody can any more
    proposal = f"/proposals/{room.facts().proposals[-1].number}"
    assert "For your party Tom Baker can answer." in text(room.shop.get(proposal))
    _parts(room, tom, "contributor")
    assert "Nobody of your party can answer this. Claire Duval can name somebody under People." in text(
        room.shop.get(proposal))


def test_who_is_named_to_sign_later_is_written_to_about_what_waits_for_their_answer(project):
    room = project(_agreed)
    tom = room.colleague(2, "contributor")
    room.maker.post("/end-contract", data=hidden(room.maker.get("/end-contract").text) | {
        "day": "2027-12-31", "reason": "The hotels have closed."})
    assert _mailed(room, "proposal") == {room.small.shop}
    _parts(room, tom, "contributor", "signatory")
    assert _mailed(room, "proposal") == {room.small.shop, tom}
    with room.app.app_context():
        row = db.session.scalars(select(Outbox).where(Outbox.kind == "proposal", Outbox.recipient == tom)).one()
        said = " ".join(body(written(letters.context(db.session, outbox.read(row), room.clock.moment))).split())
    assert "proposes to end the contract on Fri 31 Dec 2027." in said and "Aurelis Hotels is one of them" in said


def page_of(html):
    return type("Page", (), {"text": html, "status_code": 200})


def _agreed(session):
    small = projects.agreed(session)
    there = session.scalars(select(Project).where(Project.ref == small.ref)).one()
    session.add_all(Duty(project_id=there.id, host_id=there.host_id, number=number, party=1, what=what, due=due)
                    for number, what, due in ((71, "Take the crates back", date(2034, 6, 1)),
                                              (72, "Report of 2029", date(2029, 6, 1))))
    session.flush()
    return small


def _parts(room, person, *parts):
    """Who leads for the shop gives somebody these parts on the page."""
    form = hidden(room.shop.get(f"/people/{person}/parts").text)
    text(room.shop.post(f"/people/{person}/parts", data=form | {"parts": list(parts)}, follow_redirects=True))


def _mailed(room, kind):
    db.session.rollback()
    return set(db.session.scalars(select(Outbox.recipient).join(Project, Project.id == Outbox.project_id).where(
        Project.ref == room.small.ref, Outbox.kind == kind)))
