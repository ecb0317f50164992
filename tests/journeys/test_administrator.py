"""The fourth journey: an administrator adds an optional guarantor, sees the dead end, repairs it and publishes."""

import pytest

from cocreate.db import transaction
from cocreate.models.projects import Project
from cocreate.services.openings import Seating
from tests.journeys.sides import HERE, Side, new_address, new_host
from tests.support.walking import DESK, Walker

pytestmark = pytest.mark.browser

TEXT = (HERE / "garage_lighting.yaml").read_text(encoding="utf-8")
WITH_GUARANTOR = TEXT.replace("""
  customer: {name: Customer, contracting: true, side: use}
""", """
  customer: {name: Customer, contracting: true, side: use}
  guarantor: {name: Guarantor, required: false}
""").replace("""
    gates:
      common:""", """
    gates:
      guarantee: {question: Is the guarantee enough?, of: [guarantor], due: {days: 3}}
      common:""").replace("{all: [tasks, {gate: common}]}", "{all: [tasks, {gate: common}, {gate: guarantee}]}")
REPAIRED = WITH_GUARANTOR.replace("of: [guarantor], due", "of: [customer, guarantor], rule: any, due")
UNREADABLE = WITH_GUARANTOR.replace("{name: Guarantor, required: false}", "{name: Guarantor, requird: false}").replace(
    "target: 10", "target: soon")


class TestAtTheDesk:
    def test_a_template_grows_a_guarantor_and_nothing_that_runs_changes(self, live, new_page):
        host = new_host(live, "Philips Lighting", "Anna Berg", "garage_lighting.yaml")
        running = Side.opens(live, host, "garage_lighting", "Garage lighting", Seating(
            "customer", "WMATA", "public_body", "US", "Renee Kim", new_address("Renee Kim", "wmata")),
            own_seat="provider")
        before = on_version(live, running)
        petra = Walker(live, new_page(**DESK), host.administrator_mail)
        petra.signs_in()
        assert petra.reads("Garage lighting as a service")

        imports(petra, UNREADABLE)
        assert petra.reads("Two things need a look. Nothing was stored.")
        assert petra.reads("'requird' is not known here; did you mean 'required'?")
        assert petra.reads("stages.today.target: 'soon' must be a whole number")

        imports(petra, WITH_GUARANTOR)
        sees_the_dead_end(petra)
        petra.press("^Save as draft")
        assert petra.reads("2 errors stand in the way of publishing.")
        sees_the_dead_end(petra)
        assert petra.reads("Supplier can accept contributions of the others; Customer cannot.")
        assert not petra.page.get_by_role("link", name="Publish version").count()

        imports(petra, REPAIRED)
        petra.press("^Save as draft")
        petra.press("^Publish version")
        assert petra.reads("1 running project stays on version 1.")
        petra.type("What changed", "A bank may guarantee; the customer says whether it is enough.")
        petra.press("^Publish version")
        assert petra.reads("published") and petra.reads("Customer can decide this; Supplier cannot.")
        assert on_version(live, running) == before


def imports(person: Walker, text: str) -> None:
    person.open("/admin/templates/import")
    person.type("paste|text", text)
    person.press("^Check the template")


def sees_the_dead_end(person: Walker) -> None:
    assert person.reads("From Where we stand today no success can be reached any more")
    assert person.reads("Every seat that may be empty is empty, every other has as few as it may.")
    assert person.reads("nobody decides 'Is the guarantee enough?' while guarantor is empty")


def on_version(live, side: Side) -> tuple[int, str]:
    with live.app.app_context(), transaction() as session:
        project = session.query(Project).where(Project.ref == side.ref).one()
        return project.template_version, project.definition_sha256
