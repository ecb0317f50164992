"""What is written of who has not answered an invitation."""

from sqlalchemy import select, update

from cocreate.models.mails import Outbox
from cocreate.models.people import Person
from cocreate.models.work import Task
from cocreate.services import letters as reading
from cocreate.services import outbox, people
from tests.support import projects
from tests.support.clock import NOON
from tests.support.inviting import CARRIER, COMES_FIRST, LATER, champion
from tests.support.mailed import body, written


def test_who_leads_reads_that_the_colleague_who_is_asked_has_not_come_in(session):
    small = projects.open_small(session)
    email = f"tom-{small.ref}@aurelis.example"
    people.invite(session, small.ref, party=2, email=email, name="Tom", parts=("contributor",), greeting="",
                  actor=small.shop, key=projects.key(), now=NOON)
    tom = session.scalar(select(Person.id).where(Person.email == email))
    project = projects.facts(session, small).project.id
    session.execute(update(Task).where(Task.project_id == project, Task.key == "returns").values(asked=tom))
    row = session.scalars(select(Outbox).where(Outbox.project_id == project, Outbox.kind == "invitation_accepted",
                                               Outbox.state == "waiting").limit(1)).one()
    row.recipient, row.kind, row.subject = small.shop, "escalation", "task:returns:2"
    session.flush()
    message = written(reading.context(session, outbox.read(row), NOON))
    said = " ".join(body(message).split())
    assert "Tom has not answered the invitation of Mon 1 Mar to act for Aurelis Hotels. You can pass it on" in said


def test_who_has_nothing_to_do_yet_reads_what_comes_first(session):
    champion(session, projects.open_small(session, definition=LATER), CARRIER)
    row = session.scalars(select(Outbox).join(Person, Person.id == Outbox.recipient).where(
        Outbox.kind == "invitation", Person.email == CARRIER.email)).one()
    said = " ".join(body(written(reading.context(session, outbox.read(row), NOON))).split())
    assert COMES_FIRST in said


def test_who_comes_to_a_seat_that_accedes_reads_that_before_and_after_the_others_have_signed(session):
    for make, said in ((projects.in_terms, "Once others have signed 'Agreement on returned crates', Aurelis Hotels is "
                        "asked to accede to it, by a document of its own."),
                       (projects.agreed_with_one_to_accede, "Aurelis Hotels is asked to accede to 'Agreement on "
                        "returned crates', which others have signed, by a document of its own.")):
        small = make(session) if make is not projects.in_terms else make(
            session, definition=projects.SMALL.replace("side: using", "side: using, signs: accession"))
        for part, reads in (("signatory", True), ("contributor", False)):
            email = f"{part}-{small.ref}@aurelis.example"
            people.invite(session, small.ref, party=2, email=email, name="Tom", parts=(part,), greeting="",
                          actor=small.shop, key=projects.key(), now=NOON)
            row = session.scalars(select(Outbox).join(Person, Person.id == Outbox.recipient).where(
                Outbox.kind == "invitation", Person.email == email)).one()
            mail = " ".join(body(written(reading.context(session, outbox.read(row), NOON))).split())
            assert (said in mail) is reads and ("accede" in mail) is reads
