"""Back from the signature: the page asks what has to change, and that is somebody's turn at once."""

import html
import re

import pytest

from tests.support import projects
from tests.support.clock import NOON
from tests.support.rooms import text

WAY = "  text_reopened: {name: Reopened, from: signature, to: terms, reason: required, reopens: [our_contract]}\n"
REASON = "The address of the shop is that of a branch."
OWN = "It is the address of a branch."
NOTHING = "Choose what has to change: at least one task, or the wording of the contract."
SHOP = "change-signatories-2"


class TestBack:
    def test_asks_what_has_to_change_of_what_was_accepted_there(self, project):
        page = text(project(signing).shop.get("/go-back/text_reopened"))
        assert "What has to change?" in page and "The wording of the contract" in page
        assert "Who signs (Tornby Furniture)" in page and "Who signs (Aurelis Hotels)" in page
        assert "Crates per year (" not in page  # it is asked in an earlier stage: one goes back further for it

    def test_with_nothing_chosen_says_so_and_keeps_everything_typed(self, project):
        room = project(signing)
        sent = {"visit": "3", "reason": REASON, "why-signatories-2": OWN}
        answer = room.shop.post("/go-back/text_reopened", data=sent)
        page = text(answer, 422)
        assert NOTHING in page and "Tick this one too, or delete what is typed here." in page
        assert html.escape(REASON) in answer.text and OWN in answer.text
        assert room.facts().project.stage == "signature"

    def test_says_all_that_is_wrong_in_one_round_and_keeps_what_was_ticked(self, project):
        room = project(signing)
        answer = room.shop.post("/go-back/text_reopened", data={
            "visit": "3", "reason": "no", SHOP: "y", "why-signatories-2": "Wrong."})
        assert text(answer, 422).count("Say why in 10 letters or more") == 4  # each at its field and on top
        assert re.search(rf'name="{SHOP}"[^>]* checked|checked[^>]*name="{SHOP}"', answer.text), answer.text
        assert "Wrong." in answer.text

    def test_opens_what_was_ticked_again_and_tells_who_gave_it(self, project):
        room = project(signing)
        answer = room.maker.post("/go-back/text_reopened", follow_redirects=True, data={
            "visit": "3", "reason": REASON, SHOP: "y", "why-signatories-2": OWN})
        assert "Back since today. Claire Duval has been told." in text(answer)
        assert "Fill in: Who signs" in text(room.shop.client.get("/your-turn"))
        assert OWN in room.shop.get("/tasks/signatories").text
        told = text(room.shop.get("/record"))
        assert "took the project back to Terms. To be changed: 'Who signs' of Aurelis Hotels." in told
        assert f"Who signs: {OWN}" in told and REASON in told
        assert room.facts().task("signatories", 1).round == 1

    def test_with_the_wording_alone_it_is_the_turn_of_who_makes_the_contract_ready(self, project):
        room = project(signing)
        assert room.shop.post("/go-back/text_reopened", data={
            "visit": "3", "reason": REASON, "wording": "y"}).status_code == 303
        asks = "Change the wording of the contract, then make it ready to read"
        for client in (room.maker, room.shop):
            assert asks in text(client.client.get("/your-turn"))
        assert "To be changed: the wording of the contract." in text(room.maker.get("/record"))
        assert "Version 1 ended on Mon 1 Mar: its wording has to change." in text(room.maker.get("/contract"))

    def test_sent_for_a_task_that_is_not_there_is_no_choice(self, project):
        room = project(signing)
        sent = {"visit": "3", "reason": REASON, "change-returns-2": "y"}
        answer = room.shop.post("/go-back/text_reopened", data=sent)
        assert NOTHING in text(answer, 422)

    def test_to_where_tasks_are_opened_by_the_way_itself_more_can_be_chosen(self, project):
        room = project(signing)
        page = text(room.shop.get("/go-back/too_early"))
        assert "Reopens: Crates per year (Aurelis Hotels), Credit per crate (Tornby Furniture)." in page
        assert room.shop.post("/go-back/too_early", data={"visit": "3", "reason": REASON}).status_code == 303


class TestNotSigning:
    def test_asks_the_same_and_is_said_on_now_and_in_the_record(self, project):
        room = project(signing)
        page = room.shop.get("/contract/refuse")
        assert "What has to change?" in text(page) and "Who signs (Tornby Furniture)" in text(page)
        sent = {"version": "1", "reason": REASON}
        answer = room.shop.post("/contract/refuse", data=sent | {"why-signatories-2": OWN})
        assert NOTHING in text(answer, 422) and html.escape(REASON) in answer.text and OWN in answer.text
        room.shop.post("/contract/refuse", data=sent | {SHOP: "y", "why-signatories-2": OWN, "wording": "y"})
        assert "Fill in: Who signs" in text(room.shop.client.get("/your-turn"))
        said = "To be changed: 'Who signs (Aurelis Hotels)' and the wording of the contract."
        for client in (room.shop, room.maker, room.manager):
            assert said in text(client.get("")) and REASON in text(client.get(""))
        assert "To be changed: 'Who signs' of Aurelis Hotels and the wording" in text(room.maker.get("/record"))

    def test_with_the_wording_alone_it_is_the_turn_of_who_makes_the_contract_ready(self, project):
        room = project(signing)
        room.shop.post("/contract/refuse", data={"version": "1", "reason": REASON, "wording": "y"})
        assert "Change the wording of the contract, then make it ready to read" in text(
            room.maker.client.get("/your-turn"))
        assert "did not sign it for Aurelis Hotels" in text(room.maker.get("/contract"))
        now = text(room.maker.get(""))
        assert "because version 1 of the contract does not stand any more" in now and "to 0" not in now


@pytest.mark.parametrize(("page", "seen"), [
    ("/go-back/text_reopened", {"visit": "3"}), ("/contract/refuse", {"version": "1"})])
def test_where_somebody_else_was_faster_keeps_all_that_was_typed(project, page, seen):
    room = project(signing)
    sent = seen | {"reason": REASON, SHOP: "y", "why-signatories-2": OWN}
    room.maker.post(page, data=sent)
    late = room.shop.post(page, data=sent | {"key": "another-page-of-the-shop"})
    assert late.status_code == 409 and REASON in late.text and OWN in late.text


def signing(session, *, now=NOON):
    definition = projects.WHO_SIGNS.replace("reminders:\n", f"{WAY}reminders:\n")
    small = projects.in_terms(session, now=now, definition=definition)
    for party, name in ((1, "Ingrid Solvik, director"), (2, "Claire Duval, director")):
        projects.say_who_signs(session, small, party, name, "Ramp Street 1", now=now)
    projects.freeze(session, small, now=now)
    for party in small.people:
        projects.agree(session, small, party, now=now)
    projects.go_on(session, small, "to_signature", now=now)
    return small
