"""The charter's page: goals, conflicts, openness, and agreeing to it."""

import re

from tests.support import stories
from tests.support.facts import REASON
from tests.support.people import PASSWORD
from tests.support.rooms import by_link, proposal_of, text


class TestCharter:
    def test_all_parts_are_agreed_to_below_them_and_not_before_they_were_read(self, play):
        room = play()
        for part in ("purpose", "decisions"):
            room.maker.post(f"/charter/{part}", data={"text": "We meet every second Monday.", "reason": "To begin."})
        page = room.shop.get("/charter").text
        assert page.count("parts for Aurelis Hotels") == 1
        assert page.rindex("We meet every second Monday.") < page.index("parts for Aurelis Hotels")

    def test_whose_answers_are_awaited_is_said_once_on_top(self, play):
        room = play()
        assert "Answers of Aurelis Hotels are awaited." in text(room.maker.get("/charter"))
        assert "Answers of Tornby Furniture are awaited." in text(room.shop.get("/charter"))
        numbers = re.findall(r'name="number" value="(\d+)"', room.shop.get("/charter").text)
        room.shop.post("/charter/agree", data={"number": numbers})
        assert "are awaited" not in text(room.maker.get("/charter"))

    def test_nothing_is_to_be_agreed_to_while_the_project_rests(self, play):
        room = play()
        room.maker.post("/charter/purpose", data={"text": "We meet every second Monday.", "reason": "To begin."})
        assert "for your answer" in text(room.shop.get("/charter"))
        room.shop.post("/hold", data={"until": "2027-04-01", "reason": REASON})
        page = room.shop.get("/charter")
        assert "We meet every second Monday." in text(page)
        assert "for your answer" not in text(page) and "/charter/agree" not in page.text

    def test_agreeing_once_more_in_a_second_window_says_that_nothing_was_left(self, play):
        room = play()
        room.maker.post("/charter/purpose", data={"text": "We meet every second Monday.", "reason": "To begin."})
        numbers = re.findall(r'name="number" value="(\d+)"', room.shop.get("/charter").text)
        said = [text(room.shop.post("/charter/agree", data={"number": numbers}, follow_redirects=True)) for _ in "12"]
        assert "Agreed for Aurelis Hotels: Purpose, How we decide" in said[0]
        assert "Agreed for Aurelis Hotels" not in said[1]
        assert "Nothing was left to agree to: what you saw is answered already or has changed." in said[1]

    def test_goals_side_by_side_with_a_conflict(self, play):
        room = play()
        assert room.maker.get("/charter/goals:2").status_code == 403
        room.maker.post("/charter/goals:1", data={"goals-0-what": "Fewer new crates", "goals-0-measure": "pieces",
                                                  "goals-0-by": "2027-12-01"})
        wrong = room.shop.post("/charter/goals:2", data={"goals-0-owner": "Claire"})
        assert "Say what you want." in text(wrong, 422)
        room.shop.post("/charter/goals:2", data={"goals-0-what": "Never run out"})
        page = room.shop.get("/charter")
        assert "Fewer new crates" in text(page) and "Measure: pieces" in text(page)
        assert by_link(room.shop, room.small.shop).get("/charter/conflict/2.1").location == "/prove"
        room.shop.client.post("/prove", data={"password": PASSWORD})
        asked = room.shop.post("/charter/conflict/2.1", data={"other": "1.1", "reason": REASON}, follow_redirects=True)
        assert "'Fewer new crates' and 'Never run out' pull apart." in text(asked)
        number = proposal_of(room, "conflict")
        for client in (room.maker, room.shop):
            client.post(f"/proposals/{number}", data={"answer": "agree"})
        assert "Settled for all parties." in text(room.maker.get("/charter"))

    def test_openness_narrows_what_the_other_side_reads(self, play):
        room = play()
        data = {"text": "Costs stay with who bears them.", "costs": "own", "composition": "all", "volumes": "all",
                "designs": "all"}
        room.maker.post("/charter/openness", data=data)
        agree(room, room.shop)
        page = text(room.maker.get("/charter"))
        assert "Costs and prices only who gives it" in page and "Agreed by both on Mon 1 Mar, version 1." in page
        assert "Costs and prices only who gives it" in text(room.shop.get("/rules"))
        before = text(room.manager.get("/tasks/credit?party=1"))
        assert "Only Tornby Furniture and Aurelis Hotels see 'Credit'." in text(room.maker.get("/tasks/credit"))
        with room.app.app_context():
            stories.give(room.small, "credit")
        after = text(room.manager.get("/tasks/credit?party=1"))  # who neither accepts nor signs
        assert "Oslo" not in before and "Oslo" in after and "0.80" not in after
        assert "0.80" in text(room.shop.get("/tasks/credit?party=1"))

    def test_what_is_no_number_is_no_part_of_it(self, project):
        assert project().shop.post("/charter/agree", data={"number": ["\u00b2", "9" * 400]}).status_code == 303

    def test_it_names_whom_to_talk_to(self, play):
        page = text(play().manager.get("/charter"))
        assert "Tornby Furniture Ingrid Solvik" in page and "Neutral person nobody yet" in page
        assert "Propose words" not in page


def agree(room, client):
    numbers = re.findall(r'name="number" value="(\d+)"', client.get("/charter").text)
    client.post("/charter/agree", data={"number": numbers})
