"""The page on which administrators read what was done at their host; each of their forms leaves a line there."""

import re
from datetime import timedelta

from sqlalchemy import func, select, update

from cocreate.models.hosts import HostInvitation, Template
from cocreate.models.people import Person
from cocreate.models.records import HostEvent
from cocreate.services import host_records, hosts, staff
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import entered, someone
from tests.support.rooms import text
from workflows import library

# Forms of administrators that change nothing of their host.
WITHOUT = {"admin.health_mail", "admin.health_records"}
ROLE = {"roles": ["account_manager"]}


class TestEveryForm:
    def test_of_administrators_leaves_exactly_one_line_of_theirs(self, app, administrator, session, small, petra, ben):
        done = set()
        for endpoint, path, data in self.steps(app, session, small, ben):
            before = count(session, small)
            answer = administrator.post(f"/admin{path}", data=data)
            assert answer.status_code == 303, (endpoint, text(answer))
            session.rollback()
            newest = session.scalars(lines(small).order_by(HostEvent.seq.desc())).first()
            assert (count(session, small), newest.actor) == (before + 1, petra.id), endpoint
            done.add(endpoint)
        assert done == {rule.endpoint for rule in app.url_map.iter_rules()
                        if rule.endpoint.startswith("admin.") and "POST" in rule.methods} - WITHOUT

    def steps(self, app, session, small, ben):
        """(endpoint, address, what is sent): one after the other, on one host."""
        anna, his = (f"/people/{ref_of(session, one)}" for one in (small.manager, ben.id))
        eve = f"eve{small.host_id}@host.example"
        yield "admin.people_invite", "/people/invite", {"name": "Eve Roth", "email": eve, **ROLE}
        yield "admin.person_send", f"/people/{waiting(session, small)}/send", {}
        yield "admin.person_address", f"/people/{waiting(session, small)}/address", {"email": f"other{eve}"}
        yield "admin.person_take_back", f"/people/{waiting(session, small)}/take-back", {}
        yield "admin.person_roles", f"{his}/roles", {"roles": ["account_manager", "administrator"]}
        yield "admin.person_sessions", f"{his}/sessions", {}
        yield "admin.person_second_step", f"{his}/second-step", {}
        until = (NOON + timedelta(days=9)).date().isoformat()
        yield "admin.person_substitute", f"{anna}/substitute", {"to": str(ben.id), "until": until}
        yield "admin.person_back", f"{anna}/back", {}
        yield "admin.person_hand_over", f"{anna}/hand-over", {"to": str(ben.id)}
        yield "admin.person_deactivate", f"{his}/deactivate", {"to": str(small.manager)}
        yield "admin.person_again", f"{his}/again", ROLE
        yield "admin.host", "/host", {"name": f"Other {projects.key()}", "country": "NL", "zone": "Europe/Amsterdam",
                                      "days": ["1", "2"], "second_step": "choice"}
        yield "admin.template_start", "/templates/start", {"template": "platform"}
        ref = session.scalar(select(Template.ref).where(Template.host_id == small.host_id, Template.key == "platform"))
        seen = {"seen": library.load("platform").sha256}
        yield "admin.template_publish", f"/templates/{ref}/publish", seen
        yield "admin.template_draft", f"/templates/{ref}/1/draft", {}
        yield "admin.template_discard", f"/templates/{ref}/discard", seen
        yield "admin.template_retire", f"/templates/{ref}/retire", {}
        yield "admin.template_back", f"/templates/{ref}/back", {}
        changed = projects.SMALL.replace("Returned crates", "Crates that come back", 1)
        yield "admin.template_import", "/templates/import", {"text": changed, "save": "1"}


class TestPage:
    def test_says_who_did_what_and_when_where_the_reader_is(self, app, administrator, session, small, petra, ben):
        session.execute(update(Person).where(Person.id == petra.id).values(zone="Asia/Seoul"))
        staff.end_sessions(session, small.host_id, ben.id, by=petra.id, now=NOON)
        session.commit()
        page = text(administrator.get("/admin/host/record"))
        assert re.search(r"Petra Sool signed Ben Ito out everywhere\. Mon 1 Mar 21:00 \(Seoul\) Line \d", page)
        assert "What was done here" in text(administrator.get("/admin/host"))

    def test_has_what_a_setting_was_and_what_it_is(self, administrator, session, small, petra):
        administrator.post("/admin/host", data={
            "name": f"Crates {small.host_id}", "country": "NL", "zone": "Europe/Amsterdam", "days": ["1", "2"],
            "second_step": "choice", "legal_note": "<b>Register</b>"})
        page = administrator.get("/admin/host/record").text
        assert "&lt;b&gt;Register&lt;/b&gt;" in page and "<b>Register" not in page
        assert "before: none now: <b>Register</b>" in text(administrator.get("/admin/host/record"))

    def test_leads_on_to_older_lines(self, administrator, session, small, petra, ben):
        for _ in range(host_records.PAGE + 3):
            staff.end_sessions(session, small.host_id, ben.id, by=petra.id, now=NOON)
        session.commit()
        first = administrator.get("/admin/host/record").text
        (older,) = re.findall(r'href="([^"]*\?below=\d+)"', first)
        rest = administrator.get(older).text
        numbers = [re.findall(r'id="line-(\d+)"', page) for page in (first, rest)]
        assert len(numbers[0]) == host_records.PAGE and not set(numbers[0]) & set(numbers[1])
        assert numbers[1][-1] == "1" and "below=" not in rest
        for wrong in ("0", "-3", "x", "9" * 30):
            assert administrator.get(f"/admin/host/record?below={wrong}").status_code == 200

    def test_costs_the_same_however_much_was_done(self, administrator, session, small, petra, ben, query_counter):
        for _ in range(30):
            staff.end_sessions(session, small.host_id, ben.id, by=petra.id, now=NOON)
        session.commit()
        administrator.get("/admin/host/record")
        with query_counter(max=4):  # who, which host, the lines, which hosts
            administrator.get("/admin/host/record")

    def test_is_for_administrators_of_this_host(self, app, administrator, session, small, petra, ben):
        assert "Only administrators can do this." in text(entered(app, ben.email).get("/admin/host/record"), 403)
        other = someone(session, "Olga Far")
        far = hosts.create_host(session, name=f"Far {projects.key()}", first=other.id, now=NOON)
        staff.end_sessions(session, small.host_id, ben.id, by=petra.id, now=NOON)
        session.commit()
        page = text(entered(app, other.email).get("/admin/host/record"))
        assert "with Olga Far as its first administrator" in page and "Ben Ito" not in page
        assert administrator.get(f"/admin/host/record?host={far.ref}").status_code == 404


def lines(small):
    return select(HostEvent).where(HostEvent.host_id == small.host_id)


def count(session, small):
    return session.scalar(select(func.count()).select_from(lines(small).subquery()))


def ref_of(session, person):
    return session.scalar(select(Person.ref).where(Person.id == person))


def waiting(session, small):
    """Of who is invited now."""
    session.rollback()
    return session.scalar(select(Person.ref).join(HostInvitation, HostInvitation.person_id == Person.id).where(
        HostInvitation.host_id == small.host_id))
