"""The nightly check of the records, and the figures of the health page."""

import json
from datetime import timedelta

from sqlalchemy import delete, select, update

from cocreate.models.hosts import Host
from cocreate.models.mails import AccountMail, Lease
from cocreate.models.projects import Project
from cocreate.services import health, hosts, sign_ins, staff
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import HERE, someone


class TestNightlyCheck:
    def test_is_due_once_a_night(self, tmp_path):
        assert health.check_due(tmp_path, NOON)
        health.keep(tmp_path, {"at": NOON.isoformat(), "hosts": {}})
        assert not health.check_due(tmp_path, NOON + timedelta(hours=13))
        assert health.check_due(tmp_path, NOON + timedelta(hours=14))

    def test_keeps_for_each_host_its_own(self, session, small, tmp_path):
        other = projects.open_small(session)
        whole = session.scalar(select(Project.head).where(Project.ref == small.ref))
        set_head(session, small, "0" * 64)
        assert health.check_all(session, tmp_path, now=NOON, goes_on=lambda: True) >= 1
        set_head(session, small, whole)
        found = health.last_check(tmp_path, ref_of(session, small.host_id))
        assert (found.at, found.projects, [one.ref for one in found.broken]) == (NOON, 1, [small.ref])
        assert health.last_check(tmp_path, ref_of(session, other.host_id)).broken == ()

    def test_an_administrator_gets_one_mail_for_a_line_that_does_not_fit(self, session, small, tmp_path):
        petra = someone(session, "Petra Sool").id
        hosts.employ(session, small.host_id, petra, hosts.ADMINISTRATOR, now=NOON)
        set_head(session, small, "0" * 64)
        for _night in range(2):
            health.check_all(session, tmp_path, now=NOON, goes_on=lambda: True)
            health.tell(session, tmp_path, now=NOON)
        assert told(session, small) == [petra]

    def test_stopped_half_way_it_keeps_nothing(self, session, small, tmp_path):
        session.commit()
        health.check_all(session, tmp_path, now=NOON, goes_on=lambda: False)
        assert health.check_due(tmp_path, NOON) and health.last_check(tmp_path, "x") is None

    def test_a_torn_file_counts_as_none(self, tmp_path):
        (tmp_path / health.CHECK_FILE).write_text('{"at": ')
        assert health.check_due(tmp_path, NOON)


class TestFigures:
    def test_of_a_new_host(self, app, session, small):
        session.execute(delete(Lease))  # they are the installation's: other tests may have left some
        found = look(app, session, small)
        assert dict(found.jobs)["mails"] is None and found.waiting > 0 and found.oldest == NOON
        assert found.failed == 0 and found.unsealed == () and found.files.count == 0 and found.files.free > 0
        assert abs(found.clock_off) < timedelta(days=365) and found.database

    def test_counts_the_invitation_of_a_colleague_who_has_not_accepted(self, app, session, small):
        petra = someone(session, "Petra Sool").id
        before = look(app, session, small)
        staff.invite(session, small.host_id, email="otto@maker.example", name="Otto Ober", roles=[hosts.ADMINISTRATOR],
                     by=petra, now=NOON)
        assert look(app, session, small).waiting == before.waiting + 1
        session.execute(update(AccountMail).where(AccountMail.kind == "staff_invitation").values(
            state="failed", reply="550 no such mailbox"))
        found = look(app, session, small)
        assert (found.failed, [(mail.address, mail.kind) for mail in found.mails]) == (
            1, [("otto@maker.example", "staff_invitation")])
        assert found.mails[0].ref

    def test_says_nothing_of_mails_by_which_another_host_invites_or_of_who_has_gone(self, app, session, small):
        petra, other = someone(session, "Petra Sool"), projects.open_small(session)
        ben = someone(session, "Ben Ito")
        for one in (petra, ben):
            hosts.employ(session, small.host_id, one.id, hosts.ADMINISTRATOR, now=NOON)
        staff.change_roles(session, small.host_id, ben.id, [hosts.ACCOUNT_MANAGER], now=NOON)
        staff.deactivate(session, small.host_id, ben.id, to=None, now=NOON)
        before = look(app, session, small)
        staff.invite(session, other.host_id, email=petra.email, name="P.", roles=[hosts.ADMINISTRATOR],
                     by=other.manager, now=NOON)
        sign_ins.ask_link(session, ben.email, device=HERE, now=NOON)
        session.flush()
        session.execute(update(AccountMail).where(AccountMail.person_id.in_([petra.id, ben.id])).values(
            state="failed", reply="550 no such mailbox"))
        found = look(app, session, small)
        assert (found.waiting, found.failed, found.mails) == (before.waiting, before.failed, before.mails)

    def test_counts_files_of_the_host(self, app, session, small):
        small.store.put(ref_of(session, small.host_id), b"twelve bytes")
        found = look(app, session, small)
        assert (found.files.count, found.files.size) == (1, 12)

    def test_names_what_waits_for_its_seal(self, app, session):
        small = projects.agreed(session)
        session.flush()
        assert len(look(app, session, small).unsealed) == 1


def set_head(session, small, head):
    session.execute(update(Project).where(Project.ref == small.ref).values(head=head))
    session.commit()


def told(session, small):
    """Whom a mail says that this project's record does not fit."""
    rows = session.scalars(select(AccountMail).where(AccountMail.kind == "record_broken")).all()
    return [row.person_id for row in rows if json.loads(row.values)["project"] == small.ref]


def look(app, session, small):
    session.flush()
    return health.look(session, small.host_id, app.config["SETTINGS"].folder, app.extensions["store"],
                       now=lambda: NOON)


def ref_of(session, host_id):
    return session.scalar(select(Host.ref).where(Host.id == host_id))
