"""Fields come and go while one chooses."""

import json

import pytest

from cocreate.clock import now
from cocreate.db import transaction
from tests.support import projects
from tests.support.walking import PHONE, Walker
from workflows.exchange.yaml_text import read

pytestmark = pytest.mark.browser


class TestOnTwoAnswers:
    def test_it_is_there_until_one_of_them_is_otherwise(self, asked):
        held = asked.locator("[data-field=held]")
        for kind, sure, there in (("deposit", "yes", True), ("deposit", "no", False), ("none", "yes", False),
                                  ("deposit", "yes", True)):
            asked.locator(f"[name=f-kind][value={kind}]").check()
            asked.locator(f"[name=f-sure][value={sure}]").check()
            assert held.is_visible() is there, (kind, sure)


class TestAColumn:
    def test_it_is_there_until_the_answer_is_otherwise_in_rows_that_were_added_too(self, asked):
        heads = asked.locator("[data-field=grades] thead th[data-hangs-on]")
        asked.locator("[data-field=grades] [data-rows-add]").click()
        cells = asked.locator("[data-field=grades] tbody td[data-hangs-on]")
        assert cells.count() == 2
        for kind, there in (("none", False), ("deposit", True)):
            asked.locator(f"[name=f-kind][value={kind}]").check()
            assert [cell.is_visible() for cell in cells.all()] == [there] * 2
            assert heads.get_attribute("hidden") == (None if there else "")
        asked.locator("[name=f-kind][value=none]").check()
        asked.locator("[data-field=grades] [data-rows-add]").click()
        assert [cell.is_visible() for cell in cells.all()] == [False] * 3


@pytest.fixture
def asked(live, new_page):
    """A telephone at a task with a field that hangs on two answers of the same task."""
    data = json.loads(read(projects.SMALL).canonical())
    fields = data["stages"]["figures"]["tasks"]["credit"]["fields"]
    fields |= {"kind": {"type": "choice", "label": "Kind", "of": ["none", "deposit"]},
               "sure": {"type": "yes_no", "label": "Sure"},
               "held": {"type": "text", "label": "Who holds it", "only_if": [
                   {"answer": "figures.credit.kind", "is": "deposit"},
                   {"answer": "figures.credit.sure", "is": "yes"}]},
               "grades": {"type": "table", "label": "Grades", "columns": {
                   "grade": {"type": "text", "label": "Grade"},
                   "back": {"type": "number", "label": "Back of the deposit",
                            "only_if": {"answer": "figures.credit.kind", "is": "deposit"}}}}}
    with live.app.app_context(), transaction() as session:
        small = projects.open_small(session, now=now(), definition=json.dumps(data))
    maker = Walker(live, new_page(**PHONE), small.emails[small.maker])
    maker.signs_in()
    maker.page.goto(f"{live.url}/p/{small.ref}/tasks/credit")
    return maker.page
