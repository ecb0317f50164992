"""Beginning a project from five questions or a published case."""

import html
import json
import re

import pytest
from sqlalchemy import select, update

from cocreate.models.projects import Member, Project
from cocreate.services import casebook
from tests.support import projects
from tests.support.clock import NOON
from tests.support.openings import SEATS, SHOP, begin, newest, publish
from tests.support.people import entered
from tests.support.rooms import text
from workflows import library
from workflows.exchange.yaml_text import read


class TestQuestions:
    def test_say_what_fits_and_why(self, manager):
        page = text(manager.post("/desk/openings/questions", data=dict(zip(
            ("what", "who", "own", "after", "back"), "aadaa", strict=True))))
        assert "Industrial symbiosis fits best." in page and "You want to use what is left over." in page
        assert "Today it is thrown away." in page and "All six with their points" in page

    def test_two_that_fit_are_both_shown(self, manager):
        page = text(manager.post("/desk/openings/questions", data=dict(zip(
            ("what", "who", "own", "after", "back"), "daxdd", strict=True))))
        assert "Cooperation with the customer fits best." in page or "Two fit." in page

    def test_of_two_that_fit_it_speaks_against_both(self, manager):
        page = html.unescape(text(manager.post("/desk/openings/questions", data=dict(zip(
            ("what", "who", "own", "after", "back"), "aabbe", strict=True)))))
        assert "Two fit." in page and "What speaks against both: You also said 'Long distances" in page

    def test_not_sure_starts_open(self, manager):
        page = text(manager.post("/desk/openings/questions", data=dict.fromkeys(
            ("what", "who", "own", "after", "back"), "x")))
        assert "Your answers do not point to one strategy yet." in page

    def test_where_one_had_best_start_open_each_other_tile_keeps_its_own_button(self, manager, small, session):
        publish(session, small, *map(library.load, ("industrial_symbiosis", "take_back", "open")))
        page = manager.post("/desk/openings/questions", data=dict(zip(
            ("what", "who", "own", "after", "back"), "xxxab", strict=True))).text
        assert page.count("Start with the open workflow") == 1
        assert "Choose this<span class=\"visually-hidden\">: Industrial symbiosis" in page

    def test_each_is_asked(self, manager):
        answer = manager.post("/desk/openings/questions", data={"what": "a"})
        assert answer.status_code == 422 and answer.text.count("Choose an answer") >= 4

    def test_the_answers_are_kept_with_the_project_also_when_another_template_is_chosen(self, manager, session):
        seats = begin(manager, answers="aadaa")
        manager.post("/desk/openings/new", data={"template": "returned_crates", "opening": newest(session).ref})
        assert '"answers": "aadaa"' in newest(session).typed and "Maker" in text(manager.get(seats))

    def test_the_answers_are_shown_to_every_party_of_the_project(self, app, manager, session, small):
        seats = begin(manager, template="returned_crates", answers="bbbbx")
        mail = small.emails[small.shop]
        manager.post(seats, data={"own_seat": "maker"} | SHOP | {"seat_shop-email": mail})
        manager.post(seats.replace("seats", "goal"), data={"title": "Crates"})
        assert "Products that could come back after use" in text(manager.get(seats.replace("seats", "check")))
        room = manager.post(seats.replace("seats", "check")).location
        session.rollback()
        project = session.scalars(select(Project.id).where(Project.ref == room.rpartition("/")[2])).one()
        session.execute(update(Member).where(Member.project_id == project, Member.person == small.shop)
                        .values(accepted_at=NOON))
        session.commit()
        page = text(entered(app, mail).get(f"{room}/charter"))
        assert "Products that could come back after use" in page and "Not sure" in page


class TestCases:
    def test_say_what_is_taken_over_and_what_is_not(self, manager):
        page = text(manager.get("/desk/openings/cases"))
        assert "We do not take over: anyone's figures." in page and "Hyosung" in page

    def test_can_be_those_of_one_strategy(self, manager):
        page = manager.get("/desk/openings/cases")
        few = next(link for link in re.findall(r'href="([^"]*strategy=[^"]*)"', page.text) if "symbiosis" in link)
        less = manager.get(few.replace("&amp;", "&"))
        assert 0 < less.text.count("<article") < page.text.count("<article")
        assert "Hyosung" in text(less) and "Venlo" in text(page) and "Venlo" not in text(less)
        other = manager.get("/desk/openings/cases?strategy=nothing")
        assert other.text.count("<article") == page.text.count("<article")

    def test_a_project_that_starts_from_one_knows_it(self, manager, session, small):
        seats = begin(manager, case="ulsan-sungam-hyosung-steam")
        assert '<option selected value="public_body">' in manager.get(seats).text.replace("  ", " ")
        assert ("Begun from the published case 'Ulsan" in text(manager.get(seats))
                and "the kinds of its parties are filled in" in text(manager.get(seats)))
        manager.post(seats, data=SEATS)
        manager.post(seats.replace("seats", "goal"), data={"title": "Steam"})
        room = manager.post(seats.replace("seats", "check"), data={})
        session.rollback()
        assert casebook.of_project(session, room.location.rsplit("/", 1)[1]).key == "ulsan-sungam-hyosung-steam"
        assert casebook.of_project(session, small.ref) is None

    def test_its_figures_stand_beside_the_fields_and_its_flows_are_rows_to_fill_in(self, manager, session, small):
        asks_for_flows(session, small)
        answer = manager.post("/desk/openings/new", data={"template": "with_flows", "case": "kalundborg-symbiosis"})
        step = answer.location
        manager.post(step, data={"own_seat": "maker", "public_buyer": "no", "seat_shop-organisation": "Gyproc Works",
                                "seat_shop-email": "a@gyproc.example"})
        manager.post(step.replace("seats", "goal"), data={"title": "Gypsum"})
        room = manager.post(step.replace("seats", "check"), data={}).location
        page = html.unescape(manager.get(f"{room}/tasks/flows").text)
        assert "150,000 t per year (2010) (The Kalundborg Symbiosis" in page  # beside the field, with its source
        assert 'value="cooling water"' in page and 'value="150000"' not in page


def asks_for_flows(session, small):
    """A template whose first stage asks for flows."""
    data = json.loads(read(projects.SMALL).canonical())
    task = json.loads(library.load("industrial_symbiosis").canonical())["stages"]["baseline"]["tasks"]["flows"]
    task |= {"of": "maker", "after": [], "accepted_by": "nobody", "due": {"days": 5}}
    next(iter(data["stages"].values()))["tasks"]["flows"] = task
    publish(session, small, read(json.dumps(data | {"key": "with_flows"})))


@pytest.fixture
def small(app, clock, session):
    found = projects.open_small(session)
    publish(session, found, library.load("industrial_symbiosis"))
    return found
