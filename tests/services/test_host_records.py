"""Every act of administration is one line of the host's record, in the transaction of the act."""

import json
import threading
from datetime import date

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from cocreate.db import transaction
from cocreate.domain.hosts import HostAct, Said
from cocreate.errors import Conflict
from cocreate.models.hosts import Host, HostInvitation
from cocreate.models.people import Person
from cocreate.models.records import HostEvent
from cocreate.services import host_records, hosts, joining, second_steps, staff, substitutes, templates
from cocreate.telling import hosts as telling
from cocreate.words import Reader
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import OTHER, last_secret, someone
from workflows.exchange.yaml_text import read

READER = Reader(now=NOON)


class Here:
    """A host with its administrator Petra, its account managers Anna and Ben, and Eve, who is invited."""

    def __init__(self, session, small):
        self.session, self.id, self.anna = session, small.host_id, small.manager
        self.petra, self.ben = (someone(session, name).id for name in ("Petra Sool", "Ben Ito"))
        hosts.employ(session, self.id, self.petra, hosts.ADMINISTRATOR, now=NOON)
        hosts.employ(session, self.id, self.ben, hosts.ACCOUNT_MANAGER, now=NOON)
        self.eve = staff.invite(session, self.id, email=self.address("eve"), name="Eve Roth",
                                roles=[hosts.ACCOUNT_MANAGER], by=self.petra, now=NOON)
        self.template = session.execute(text("SELECT id FROM template WHERE host_id = :host"),
                                        {"host": self.id}).scalar_one()

    def address(self, name):
        return f"{name}{self.id}@host.example"

    def draft(self):
        return templates.save_draft(self.session, self.id, read(projects.SMALL.replace("Returned", "Taken back", 1)),
                                    note="Shorter", actor=self.petra, now=NOON)

    def stand_in(self):
        substitutes.name(self.session, self.id, self.anna, to=self.ben, until=date(2027, 3, 10), by=self.petra,
                         now=NOON)

    def said(self, **change):
        host = self.session.get_one(Host, self.id)
        return Said(**{"name": host.name, "country": host.country, "zone": host.zone,
                       "opens": frozenset({self.anna, self.ben})} | change)


def _by(here):
    return {"by": here.petra, "now": NOON}


def _as(here):
    return {"actor": here.petra, "now": NOON}


# Each act: what comes before it, then the act itself.
ACTS = {
    HostAct.CHANGED: (None, lambda h, _: hosts.settle(
        h.session, h.id, h.said(zone="Asia/Seoul", second_step="required"), **_by(h))),
    HostAct.INVITED: (None, lambda h, _: staff.invite(h.session, h.id, email=h.address("tom"), name="Tom New",
                                                         roles=[hosts.ADMINISTRATOR], **_by(h))),
    HostAct.INVITED_AGAIN: (None, lambda h, _: staff.send_again(h.session, h.id, h.eve, **_by(h))),
    HostAct.TAKEN_BACK: (None, lambda h, _: joining.take_back(h.session, h.id, h.eve, **_by(h))),
    HostAct.ADDRESS: (None, lambda h, _: staff.correct_address(h.session, h.id, h.eve, email=h.address("eva"),
                                                                **_by(h))),
    HostAct.ROLES: (None, lambda h, _: staff.change_roles(h.session, h.id, h.ben, staff.ROLES, **_by(h))),
    HostAct.SESSIONS: (None, lambda h, _: staff.end_sessions(h.session, h.id, h.ben, **_by(h))),
    HostAct.SECOND_STEP: (None, lambda h, _: staff.reset_second_step(h.session, h.id, h.ben, **_by(h))),
    HostAct.HANDED_OVER: (None, lambda h, _: staff.hand_over_all(h.session, h.id, h.anna, to=h.ben, **_by(h))),
    HostAct.SUBSTITUTE: (None, lambda h, _: h.stand_in()),
    HostAct.BACK: (lambda h: h.stand_in(), lambda h, _: substitutes.end(h.session, h.id, h.anna, **_by(h))),
    HostAct.DEACTIVATED: (None, lambda h, _: staff.deactivate(h.session, h.id, h.anna, to=h.ben, **_by(h))),
    HostAct.SAVED: (None, lambda h, _: h.draft()),
    HostAct.DISCARDED: (lambda h: h.draft().number,
                        lambda h, number: templates.discard(h.session, h.id, h.template, number, **_as(h))),
    HostAct.PUBLISHED: (lambda h: h.draft().number,
                        lambda h, number: templates.publish(h.session, h.id, h.template, number, **_as(h))),
    HostAct.RETIRED: (None, lambda h, _: templates.retire(h.session, h.id, h.template, **_as(h))),
    HostAct.BROUGHT_BACK: (lambda h: templates.retire(h.session, h.id, h.template, **_as(h)),
                           lambda h, _: templates.bring_back(h.session, h.id, h.template, **_as(h))),
}
SAYS = {
    HostAct.CHANGED: "Petra Sool changed the settings of the host.",
    HostAct.INVITED: "Petra Sool invited Tom New (tom%d@host.example) to work here, as administrator.",
    HostAct.INVITED_AGAIN: "Petra Sool sent Eve Roth another link.",
    HostAct.TAKEN_BACK: "Petra Sool took the invitation of Eve Roth back.",
    HostAct.ADDRESS: "Petra Sool corrected the address of Eve Roth: eva%d@host.example in place of eve%d@host.example.",
    HostAct.ROLES: "Petra Sool made Ben Ito administrator and account manager; before: account manager.",
    HostAct.SESSIONS: "Petra Sool signed Ben Ito out everywhere.",
    HostAct.SECOND_STEP: "Petra Sool reset the second step of Ben Ito.",
    HostAct.HANDED_OVER: "Petra Sool handed 1 project over from Anna Berg to Ben Ito.",
    HostAct.SUBSTITUTE: "Petra Sool let Ben Ito stand in for Anna Berg in 1 project until Wed 10 Mar.",
    HostAct.BACK: "Petra Sool let nobody stand in for Anna Berg any more.",
    HostAct.DEACTIVATED: "Petra Sool deactivated Anna Berg, who was account manager. 1 project went to Ben Ito.",
    HostAct.SAVED: "Petra Sool saved version 2 of the template 'Taken back crates' as a draft.",
    HostAct.DISCARDED: "Petra Sool discarded the draft version 2 of the template 'Taken back crates'.",
    HostAct.PUBLISHED: "Petra Sool published version 2 of the template 'Taken back crates', in place of version 1.",
    HostAct.RETIRED: "Petra Sool retired the template 'Returned crates'.",
    HostAct.BROUGHT_BACK: "Petra Sool took the template 'Returned crates' into use again.",
}


class TestAnAct:
    def test_of_each_kind_is_tried_here(self):
        assert set(ACTS) | {HostAct.CREATED, HostAct.JOINED} == set(HostAct)

    @pytest.mark.parametrize("act", ACTS)
    def test_writes_exactly_one_line(self, session, here, act):
        prepare, do = ACTS[act]
        prepared = prepare(here) if prepare else None
        before = count(session, here)
        do(here, prepared)
        assert count(session, here) == before + 1
        done = newest(session, here)
        row = session.get_one(HostEvent, (here.id, done.seq))
        assert (done.act, row.actor, done.personal["actor"]) == (act, here.petra, "Petra Sool")
        said = " ".join(telling.tell(done, READER).sentence.split())
        assert said == SAYS[act].replace("%d", str(here.id))

    @pytest.mark.parametrize("act", [HostAct.CHANGED, HostAct.DEACTIVATED])
    def test_that_fails_later_leaves_none(self, app, act):
        """One transaction: what was not done is not told."""
        with app.app_context():
            with transaction() as session:
                here = Here(session, projects.open_small(session))
                prepared = ACTS[act][0](here) if ACTS[act][0] else None
            with pytest.raises(ZeroDivisionError), transaction() as session:
                here.session = session
                before = count(session, here)
                ACTS[act][1](here, prepared)
                session.flush()
                raise ZeroDivisionError
            with transaction() as session:
                assert count(session, here) == before

    def test_of_who_comes_in_waits_for_that_of_who_takes_the_invitation_back(self, app):
        """Each has what it holds before it asks for what the other holds: no ring."""
        with app.app_context():
            with transaction() as session:
                here = Here(session, projects.open_small(session))
                token = last_secret(session, here.eve, "staff_invitation")
            failed = []
            taking_back = threading.Thread(target=_take_back, args=(app, here.id, here.eve, here.petra, failed))

            def after(_connection, _cursor, sql, *_):
                if sql.startswith("DELETE FROM host_invitation") and taking_back.ident is None:
                    taking_back.start()
                    taking_back.join(0.5)  # where it has to wait for us it cannot end yet

            event.listen(Engine, "after_cursor_execute", after)
            try:
                with transaction() as session:
                    joining.accept(session, token, name="Eve Roth", password=OTHER, now=NOON)
            finally:
                event.remove(Engine, "after_cursor_execute", after)
                taking_back.join()
            assert not failed
            with transaction() as session:
                assert host_records.lines(session, here.id)[0][0].act is HostAct.JOINED

    def test_that_is_refused_leaves_none(self, session, here):
        before = count(session, here)
        with pytest.raises(Conflict):
            staff.change_roles(session, here.id, here.eve, staff.ROLES, by=here.petra, now=NOON)
        assert count(session, here) == before

    def test_that_changes_nothing_leaves_none(self, session, here):
        templates.retire(session, here.id, here.template, **_as(here))
        hosts.settle(session, here.id, here.said(), **_by(here))
        before = count(session, here)
        templates.retire(session, here.id, here.template, **_as(here))
        hosts.settle(session, here.id, here.said(), **_by(here))
        substitutes.end(session, here.id, here.anna, **_by(here))
        assert count(session, here) == before

    def test_says_of_settings_what_was_and_what_is(self, session, here):
        hosts.settle(session, here.id, here.said(
            working_days="124", opens=frozenset({here.ben}), days_off="2027-03-08"),
                     logo=hosts.Logo("ab" * 32, "image/png"), **_by(here))
        told = telling.tell(newest(session, here), READER)
        assert {(one.label, one.before, one.after) for one in told.changed} >= {
            ("Working days", "Monday, Tuesday, Wednesday, Thursday and Friday", "Monday, Tuesday and Thursday"),
            ("Further days off", "none", "2027-03-08"), ("Logo", "none", "a picture, fingerprint abababababab"),
            ("May open projects no more", None, "Anna Berg")}

    def test_of_who_is_asked_back_says_so(self, session, here):
        staff.deactivate(session, here.id, here.ben, to=None, by=here.petra, now=NOON)
        email = session.scalar(select(Person.email).where(Person.id == here.ben))
        staff.invite(session, here.id, email=email, name="Ben Ito", roles=[hosts.ACCOUNT_MANAGER], by=here.petra,
                     now=NOON)
        assert telling.tell(newest(session, here), READER).sentence == (
            f"Petra Sool asked Ben Ito ({email}) to come back, as account manager.")

    def test_of_who_came_in_names_them(self, session, here):
        joining.accept(session, last_secret(session, here.eve, "staff_invitation"), name="Eva Roth",
                       password="a long sentence of my own", now=NOON)
        assert telling.tell(newest(session, here), READER).sentence == (
            "Eva Roth accepted the invitation and works here since, as account manager.")


class TestTheOperator:
    def test_begins_the_record_with_the_host(self, session):
        first = someone(session, "Petra Sool").id
        host = hosts.create_host(session, name=f"New {projects.key()}", first=first, now=NOON)
        (done,), older = host_records.lines(session, host.id)
        assert (done.seq, done.by_operator, older) == (1, True, None)
        assert telling.tell(done, READER).sentence == (
            "The operator made this host, with Petra Sool as its first administrator.")

    def test_who_resets_a_second_step_stands_in_the_record_of_each_host(self, session, here):
        other = projects.open_small(session).host_id
        hosts.employ(session, other, here.ben, hosts.ADMINISTRATOR, now=NOON)
        session.execute(update(Person).where(Person.id == here.ben).values(totp_secret="locked"))
        second_steps.reset(session, session.scalar(select(Person.email).where(Person.id == here.ben)), now=NOON)
        for host_id in (here.id, other):
            done = host_records.lines(session, host_id)[0][0]
            assert telling.tell(done, READER).sentence == "The operator reset the second step of Ben Ito."


class TestARecord:
    def test_holds_nothing_that_opens_anything(self, session, here):
        for prepare, do in ACTS.values():
            with session.begin_nested() as step:
                do(here, prepare(here) if prepare else None)
                session.flush()
                rows = " ".join(str(row) for row in session.execute(
                    text("SELECT * FROM host_event WHERE host_id = :host"), {"host": here.id}))
                secrets = [*session.scalars(select(HostInvitation.token_sha256)),
                           last_secret(session, here.eve, "staff_invitation"),
                           *session.scalars(select(Person.password_hash).where(Person.password_hash.is_not(None)))]
                assert not [secret for secret in secrets if secret in rows]
                step.rollback()

    def test_is_of_one_host(self, session, here):
        other = projects.open_small(session)
        staff.invite(session, other.host_id, email=here.address("else"), name="Else Far", roles=[hosts.ADMINISTRATOR],
                     by=other.manager, now=NOON)
        assert "Else Far" not in str(host_records.lines(session, here.id))

    def test_is_read_by_pages_newest_first(self, session, here):
        for _ in range(host_records.PAGE):
            staff.send_again(session, here.id, here.eve, by=here.petra, now=NOON)
        first, below = host_records.lines(session, here.id)
        rest, end = host_records.lines(session, here.id, below=below)
        numbers = [done.seq for done in (*first, *rest)]
        assert len(first) == host_records.PAGE and end is None
        assert numbers == list(range(count(session, here), 0, -1))

    def test_tells_a_line_whose_names_were_erased(self, session, here):
        """Erased is all that it can be: what was done stays."""
        seq = newest(session, here).seq
        erase = update(HostEvent).where(HostEvent.host_id == here.id, HostEvent.seq == seq)
        session.execute(erase.values(personal=None))
        session.flush()
        session.expire_all()
        assert telling.tell(newest(session, here), READER).sentence == (
            "Somebody whose name was erased invited somebody whose name was erased (an address that was erased) to "
            "work here, as account manager.")
        for change in (erase.values(act="roles"), erase.values(personal=json.dumps({"actor": "Eve"})),
                       text("DELETE FROM host_event")):
            with pytest.raises(IntegrityError, match="what was done never changes"), session.begin_nested():
                session.execute(change)


def count(session, here):
    return session.scalar(text("SELECT count(*) FROM host_event WHERE host_id = :host"), {"host": here.id})


def newest(session, here):
    return host_records.lines(session, here.id)[0][0]


@pytest.fixture
def here(session, small):
    return Here(session, small)


def _take_back(app, host_id, person, by, failed):
    with app.app_context():
        try:
            with transaction() as session:
                joining.take_back(session, host_id, person, by=by, now=NOON)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            failed.append(error)
