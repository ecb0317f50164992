"""Whether all is well, as an administrator reads it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from cocreate.models.mails import AccountMail, Lease, Outbox
from cocreate.models.projects import Project
from cocreate.models.work import Upload
from cocreate.services import health as health_service
from tests.support import projects
from tests.support.clock import NOON
from tests.support.rooms import Played, text


class TestHealth:
    @pytest.fixture(autouse=True)
    def _nobody_has_run(self, session):
        """Leases are the installation's: other tests on this worker's database may have left some."""
        session.execute(delete(Lease))
        session.commit()

    def test_says_that_nobody_runs(self, client):
        assert "Start the scheduler." in text(client.get("/admin/health"))

    def test_says_that_all_is_well(self, app, client, session, clock):
        all_ran(session)
        health_service.keep(app.config["SETTINGS"].folder, {"at": NOON.isoformat(), "hosts": {}})
        # PostgreSQL has a clock of its own, which these tests do not set: the page says that the two are apart.
        well = "All is well." if session.get_bind().dialect.name == "sqlite" else "Set both clocks by the network."
        assert well in text(client.get("/admin/health"))

    def test_says_since_when_nothing_runs(self, client, session, clock):
        all_ran(session, at=NOON - timedelta(minutes=12))
        assert "No run for 12 minutes. Start the scheduler." in text(client.get("/admin/health"))

    def test_names_failed_mails_by_address_and_kind_only(self, client, session, small):
        session.execute(update(Outbox).where(Outbox.host_id == small.host_id, Outbox.kind == "invitation").values(
            state="failed", reply="550 no such mailbox"))
        session.commit()
        page = text(client.get("/admin/health"))
        assert "2 mails could not be delivered." in page and "550 no such mailbox" in page
        assert small.emails[small.shop] in page and "Invitation" in page and "Crates come back" not in page

    def test_a_mail_server_that_is_down_is_told_from_the_first_try_on(self, app, client, session, small, clock):
        all_ran(session)
        health_service.keep(app.config["SETTINGS"].folder, {"at": NOON.isoformat(), "hosts": {}})
        session.execute(update(Outbox).where(Outbox.host_id == small.host_id, Outbox.kind == "invitation").values(
            state="waiting", created_at=NOON, attempts=1, reply="no connection: [Errno 111] Connection refused"))
        session.commit()
        page = text(client.get("/admin/health"))
        assert "2 of them were tried and not taken." in page and "All is well." not in page
        assert "See the reason below; they are tried again by themselves." in page

    def test_tries_whether_files_can_be_written(self, app, client):
        """A folder of another user, a disk that was mounted to be read: nobody would hear of it before an upload."""
        new = app.extensions["store"].folder / ".new"
        assert "Nothing can be written" not in text(client.get("/admin/health")) and list(new.iterdir()) == []
        aside = new.rename(new.with_name("aside"))
        new.touch()
        try:
            page = text(client.get("/admin/health"))
        finally:
            new.unlink()
            aside.rename(new)
        assert "Nothing can be written: Not a directory." in page and "Tell the operator" in page

    @pytest.mark.parametrize(("used", "todo"), [(899, False), (950, True)])
    def test_says_how_much_room_the_files_of_a_party_take_before_it_is_all(self, client, session, small, used, todo):
        project = session.execute(select(Project.id, Project.host_id).where(Project.ref == small.ref)).one()
        session.add_all(Upload(project_id=project.id, party=party, sha256=str(party) * 64, host_id=project.host_id,
                               size=size * 2**20, at=NOON) for party, size in ((1, used), (2, 40)))
        session.commit()
        page = text(client.get("/admin/health"))
        assert f"A party may use 1,000 MB in a project; the most is {used} MB." in page
        assert ("Raise COCREATE_PROJECT_MB" in page) is (small.ref in page) is todo

    def test_on_a_phone_the_bar_leads_to_all_administration_and_marks_where_one_is(self, client):
        page = client.get("/admin/health").text
        bar = re.search(r'<nav class="bottom-bar" aria-label="Main">.*?</nav>', page, re.S)[0]
        assert all(f'href="/admin/{page}"' in bar for page in ("templates", "people", "host", "health"))
        assert '<summary aria-current="true">' in bar and 'href="/admin/health" aria-current="page"' in bar

    def test_says_nothing_of_other_hosts(self, client, session):
        other = projects.open_small(session)
        session.execute(update(Outbox).where(Outbox.host_id == other.host_id).values(
            state="failed", reply="551 elsewhere"))
        session.commit()
        page = client.get("/admin/health").text
        assert "551 elsewhere" not in page and other.emails[other.shop] not in page

    def test_sends_a_test_mail(self, client, session, petra):
        assert "A test mail to" in text(client.post("/admin/health/mail", follow_redirects=True))
        session.rollback()
        assert session.scalars(select(AccountMail.kind).where(AccountMail.person_id == petra.id)).all() == ["test"]

    def test_checks_all_records_of_the_host(self, client, session, small):
        assert client.get("/admin/health/records").location == "/admin/health"
        said = "1 record is whole, checked Mon 1 Mar 12:00"
        assert text(client.post("/admin/health/records", follow_redirects=True)).count(said) == 2
        assert said in text(client.get("/admin/health"))
        whole = session.scalar(select(Project.head).where(Project.ref == small.ref))
        set_head(session, small, "0" * 64)
        page = text(client.post("/admin/health/records", follow_redirects=True))
        set_head(session, small, whole)
        assert re.search(rf"1 record does not fit, checked Mon 1 Mar 12:00[^:]*: project {small.ref}, line", page)
        assert "(head)" in page

    def test_whoever_opens_a_record_that_does_not_fit_is_told_the_truth(self, app, clock, session, small, petra):
        room = Played(app, small, clock)
        whole = session.scalar(select(Project.head).where(Project.ref == small.ref))
        set_head(session, small, "0" * 64)
        pages = [room.shop.get("/record").text for _ in range(2)]
        set_head(session, small, whole)
        assert all("The administrator has been told" in page for page in pages)
        assert session.scalars(select(AccountMail.kind).where(AccountMail.person_id == petra.id)).all() == [
            "record_broken"]


def set_head(session, small, head):
    session.execute(update(Project).where(Project.ref == small.ref).values(head=head))
    session.commit()


def all_ran(session, at=NOON):
    from cocreate import jobs
    for job in jobs.JOBS:
        lease = session.get(Lease, job.name) or Lease(job=job.name, holder="test", epoch=1, expires_at=at)
        lease.ran_at = at
        session.add(lease)
    session.execute(update(Outbox).where(Outbox.state == "waiting").values(state="sent"))
    session.execute(update(AccountMail).where(AccountMail.state == "waiting").values(state="sent"))
    session.commit()


@pytest.fixture
def client(administrator):
    return administrator
