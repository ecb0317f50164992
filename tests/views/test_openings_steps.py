"""Opening in four steps, from a choice, five questions, a published case or a customer's suggestion."""

import html
import json
import re

import pytest
from sqlalchemy import func, select

from cocreate.models.mails import AccountMail
from cocreate.models.openings import Opening
from cocreate.models.projects import Project
from cocreate.services import casebook, templates
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import PASSWORD, browser
from workflows import library
from workflows.exchange.yaml_text import read

SEATS = {"own_seat": "giver", "public_buyer": "no", "affected": "Neighbours",
         "seat_taker-organisation": "Hyosung", "seat_taker-kind": "company", "seat_taker-country": "KR",
         "seat_taker-name": "Kim Dahye", "seat_taker-email": "kim@hyosung.example"}


class TestChoosing:
    def test_shows_a_tile_for_each_template_with_picture_and_end(self, client):
        page = text(client.get("/desk/openings/new"))
        assert "What one of us has left over becomes the other's input." in page
        assert "Published example: Ulsan, steam for a chemical plant" in page
        assert "strategy-industrial_symbiosis.svg" in client.get("/desk/openings/new").text

    def test_four_inputs_are_enough(self, client, session, small):
        seats = begin(client)
        goal = client.post(seats, data=SEATS)
        assert goal.location.endswith("/goal")
        check = client.post(goal.location, data={"title": "Steam for the plant"})
        assert check.location.endswith("/check")
        page = text(client.get(check.location))
        assert "To kim@hyosung.example: Anna Berg invites you: Steam for the plant" in page
        assert opened(session, small) == 1  # the mail was only looked at
        room = client.post(check.location, data={"greeting": "As discussed."})
        assert room.status_code == 303 and "Opened. Kim Dahye is invited." in text(client.get(room.location))
        assert client.post(check.location, data={}).location == room.location  # sent twice: the same project
        assert opened(session, small) == 2

    def test_can_be_opened_now_and_invited_later(self, client, session, small):
        seats = begin(client)
        client.post(seats, data=SEATS)
        client.post(seats.replace("seats", "goal"), data={"title": "Steam"})
        room = client.post(seats.replace("seats", "check"), data={"then": "later"})
        assert room.status_code == 303 and opened(session, small) == 2

    def test_is_saved_with_each_step_and_resumed_from_the_board(self, client):
        seats = begin(client)
        answer = client.post(seats, data={**SEATS, "seat_taker-organisation": "Hyo", "then": "board"})
        assert answer.location == "/desk"
        board = client.get("/desk")
        assert "Saved. You can go on later from your board." in text(board)
        assert "Not opened yet: 'without a title yet'" in text(board) and seats in board.text
        assert 'value="Hyo"' in client.get(seats).text

    def test_what_is_wrong_comes_back_saved(self, client):
        seats = begin(client)
        answer = client.post(seats, data={**SEATS, "seat_taker-email": "nonsense"})
        assert answer.status_code == 422 and "This is not one complete address" in html.unescape(answer.text)
        assert 'value="nonsense"' in client.get(seats).text

    def test_nothing_opens_before_everything_needed_is_there(self, client, session, small):
        seats = begin(client)
        answer = client.post(seats.replace("seats", "check"), data={})
        assert answer.status_code == 422 and "Before it can be opened:" in html.unescape(answer.text)
        assert opened(session, small) == 1

    def test_a_colleague_who_was_faster_is_told(self, client):
        seats = begin(client)
        client.post(seats, data=SEATS)
        assert client.post(seats, data={**SEATS, "version": "1"}).status_code == 409

    def test_an_early_date_says_which_is_not(self, client):
        seats = begin(client)
        client.post(seats, data=SEATS)
        client.post(seats.replace("seats", "goal"), data={"title": "Steam", "target": "2027-03-08"})
        assert "Mon 8 Mar leaves 5 working days for" in text(client.get(seats.replace("seats", "check")))

    def test_can_be_dropped(self, client):
        seats = begin(client)
        assert client.post(seats.replace("/seats", "/drop")).location == "/desk"
        assert client.get(seats).status_code == 404

    def test_is_nobody_elses(self, client, app, session, small):
        seats = begin(client)
        other = projects.open_small(session)
        session.commit()
        assert entered(app, other.emails[other.manager]).get(seats).status_code == 404


class TestQuestions:
    def test_say_what_fits_and_why(self, client):
        page = text(client.post("/desk/openings/questions", data=dict(zip(
            ("what", "who", "own", "after", "back"), "aadaa", strict=True))))
        assert "Industrial symbiosis fits best." in page and "You want to use what is left over." in page
        assert "Today it is thrown away." in page and "All six with their points" in page

    def test_two_that_fit_are_both_shown(self, client):
        page = text(client.post("/desk/openings/questions", data=dict(zip(
            ("what", "who", "own", "after", "back"), "daxdd", strict=True))))
        assert "Cooperation with the customer fits best." in page or "Two fit." in page

    def test_not_sure_starts_open(self, client):
        page = text(client.post("/desk/openings/questions", data=dict.fromkeys(
            ("what", "who", "own", "after", "back"), "x")))
        assert "Your answers do not point to one strategy yet." in page

    def test_each_is_asked(self, client):
        answer = client.post("/desk/openings/questions", data={"what": "a"})
        assert answer.status_code == 422 and answer.text.count("Choose an answer") >= 4

    def test_the_answers_are_kept_with_the_project(self, client, session):
        begin(client, answers="aadaa")
        assert '"answers": "aadaa"' in newest(session).typed


class TestCases:
    def test_say_what_is_taken_over_and_what_is_not(self, client):
        page = text(client.get("/desk/openings/cases"))
        assert "We do not take over: anyone's figures." in page and "Hyosung" in page

    def test_a_project_that_starts_from_one_knows_it(self, client, session, small):
        seats = begin(client, case="ulsan-sungam-hyosung-steam")
        assert '<option selected value="public_body">' in client.get(seats).text.replace("  ", " ")
        client.post(seats, data=SEATS)
        client.post(seats.replace("seats", "goal"), data={"title": "Steam"})
        room = client.post(seats.replace("seats", "check"), data={})
        session.rollback()
        assert casebook.of_project(session, room.location.rsplit("/", 1)[1]).key == "ulsan-sungam-hyosung-steam"
        assert casebook.of_project(session, small.ref) is None


    def test_its_figures_stand_beside_the_fields_and_its_flows_are_rows_to_fill_in(self, client, session, small):
        asks_for_flows(session, small)
        answer = client.post("/desk/openings/new", data={"template": "with_flows", "case": "kalundborg-symbiosis"})
        step = answer.location
        client.post(step, data={"own_seat": "maker", "public_buyer": "no", "seat_shop-organisation": "Gyproc Works",
                                "seat_shop-email": "a@gyproc.example"})
        client.post(step.replace("seats", "goal"), data={"title": "Gypsum"})
        room = client.post(step.replace("seats", "check"), data={}).location
        page = html.unescape(client.get(f"{room}/tasks/flows").text)
        assert "150,000 t per year (2010) (The Kalundborg Symbiosis" in page  # beside the field, with its source
        assert 'value="cooling water"' in page and 'value="150000"' not in page


def asks_for_flows(session, small):
    """A template whose first stage asks for flows."""
    data = json.loads(read(projects.SMALL).canonical())
    task = json.loads(library.load("industrial_symbiosis").canonical())["stages"]["baseline"]["tasks"]["flows"]
    task |= {"of": "maker", "after": [], "accepted_by": "nobody", "due": {"days": 5}}
    next(iter(data["stages"].values()))["tasks"]["flows"] = task
    draft = templates.save_draft(session, small.host_id, read(json.dumps(data | {"key": "with_flows"})), note="",
                                 actor=small.manager, now=NOON)
    templates.publish(session, small.host_id, draft.template_id, draft.number, now=NOON)
    session.commit()


class TestSuggesting:
    WORDS = {"title": "Take back our chairs", "words": "We have 300 chairs that stand in the cellar."}

    def test_arrives_on_the_desk_in_the_customers_own_words(self, client, customer, session, small):
        page = text(customer.get("/suggest"))
        assert "will answer by Mon 8 Mar" in page
        answer = customer.post("/suggest", data=self.WORDS | {"host": host_ref(page, customer)})
        assert answer.status_code == 303
        board = client.get("/desk")
        assert "Suggested by Claire Duval on Mon 1 Mar: 'Take back our chairs'" in text(board)
        new = re.search(r'/desk/openings/new\?opening=[0-9a-z]{26}', board.text)[0]
        chosen = client.post("/desk/openings/new", data={"template": "industrial_symbiosis",
                                                         "opening": new.rpartition("=")[2]})
        goal = client.get(chosen.location.replace("seats", "goal")).text
        assert "We have 300 chairs that stand in the cellar." in goal and "Take back our chairs" in goal

    def test_twice_is_one(self, client, customer, session):
        page = customer.get("/suggest").text
        data = self.WORDS | {"host": host_ref(page, customer), "key": "k" * 24}
        for _ in range(2):
            assert customer.post("/suggest", data=data).status_code == 303
        assert text(client.get("/desk")).count("Take back our chairs") == 3  # once, with its two buttons

    def test_is_answered_by_mail(self, client, customer, session, small):
        customer.post("/suggest", data=self.WORDS | {"host": host_ref("", customer)})
        ref = newest(session).ref
        assert client.post(f"/desk/openings/{ref}/answer", data={"words": "No."}).status_code == 422
        answer = client.post(f"/desk/openings/{ref}/answer", data={"words": "Gladly, but after the summer."})
        assert answer.location == "/desk" and "Take back our chairs" not in text(client.get("/desk"))
        session.rollback()
        kinds = session.scalars(select(AccountMail.kind).where(AccountMail.person_id == small.shop)).all()
        assert "suggestion_answered" in kinds

    def test_only_to_hosts_one_works_with(self, customer):
        assert customer.post("/suggest", data=self.WORDS | {"host": "nothing"}).status_code == 422


def begin(client, **more):
    answer = client.post("/desk/openings/new", data={"template": "industrial_symbiosis", **more})
    assert answer.status_code == 303, answer.text
    return answer.location


def host_ref(_page, client):
    found = re.search(r'name="host"[^>]*value="([0-9a-z]{26})"', client.get("/suggest").text)
    return found[1]


def newest(session):
    session.rollback()
    return session.scalars(select(Opening).order_by(Opening.id.desc()).limit(1)).one()



def opened(session, small):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Project).where(Project.host_id == small.host_id))


def text(answer):
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def entered(app, email):
    client = browser(app)
    assert client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303
    return client


@pytest.fixture
def small(app, clock, session):
    found = projects.open_small(session)
    draft = templates.save_draft(session, found.host_id, library.load("industrial_symbiosis"), note="",
                                 actor=found.manager, now=NOON)
    templates.publish(session, found.host_id, draft.template_id, draft.number, now=NOON)
    session.commit()
    return found


@pytest.fixture
def client(app, small):
    return entered(app, small.emails[small.manager])


@pytest.fixture
def customer(app, small):
    return entered(app, small.emails[small.shop])
