"""What a page asks for in words is kept while one types, for who types it only, until it is sent."""

import html
import re

import pytest

from cocreate.clock import now
from cocreate.db import transaction
from tests.support import projects
from tests.support.drafting import form_of, rows, save, saves
from tests.support.rooms import decided, proposal_of, sign_in, with_offer

WHY = "They went bankrupt."
HELP = "/tasks/returns/help?party=2"


class TestAnyPage:
    @pytest.mark.parametrize(("page", "name"), [
        ("/decline", "reason"), ("/decline", "lessons"), ("/withdraw", "reason"), ("/hold", "reason"),
        ("/concern", "text"), (HELP, "text"), ("/nudge/task:credit:1/1", "words"),
        ("/tasks/returns/pass?party=2", "words"), ("/people/propose", "reason"), ("/add-party", "reason"),
        ("/people/neutral", "reason"), ("/charter/purpose", "text"), ("/documents/new", "note")])
    def test_is_there_on_another_device_for_its_person_only(self, room, page, name):
        said = save(room.shop, page, **{name: WHY})
        assert re.fullmatch(r"Draft saved \d\d:\d\d, only you see it", said)
        elsewhere = room.sign_in(room.small.shop)
        assert form_of(elsewhere, page)[name] == WHY
        assert said in elsewhere.get(page).text
        for other in (room.maker, room.manager, room.sign_in(room.colleague(2, "champion", "contributor"))):
            assert WHY not in other.get(page).text

    def test_what_is_chosen_beside_comes_along(self, room):
        save(room.shop, "/hold", reason=WHY, until="2027-03-12")
        assert form_of(room.shop, "/hold")["until"] == "2027-03-12"
        save(room.shop, HELP, text="Who knows?", who="own")
        assert form_of(room.shop, HELP)["who"] == "own"

    def test_of_another_page_nothing_stands_on_this_one(self, room):
        save(room.shop, "/hold", reason=WHY)
        assert form_of(room.shop, "/decline")["reason"] == form_of(room.shop, "/withdraw")["reason"] == ""
        save(room.shop, "/concern", text="It worries me.")
        assert form_of(room.shop, HELP)["text"] == ""

    def test_what_is_typed_to_confirm_is_not_kept(self, room):
        assert save(room.shop, "/decline", title="Crates come back") == ""
        save(room.shop, "/decline", reason=WHY, title="Crates come back")
        assert form_of(room.shop, "/decline")["title"] == ""

    def test_is_gone_when_it_is_sent_also_for_a_save_that_comes_late(self, room):
        typed = form_of(room.shop, HELP) | {"text": "Who knows?"}
        address = saves(room.shop, HELP)
        room.shop.post(address, data=typed)
        assert room.shop.post(HELP, data=typed).status_code == 303
        room.shop.post(address, data=typed)
        assert rows(room) == []

    def test_is_gone_when_it_is_sent_from_the_page_that_went_on_with_it(self, room):
        save(room.shop, "/concern", text="It worries me.")
        assert room.shop.post("/concern", data=form_of(room.shop, "/concern") | {"to": "champions"}).status_code == 303
        assert rows(room) == [] and "It worries me." in room.shop.get("/concerns").text

    def test_is_kept_without_scripts_until_it_is_discarded(self, room):
        kept = room.shop.post("/decline", data=form_of(room.shop, "/decline") | {"reason": "Not yet", "keep": "1"},
                              follow_redirects=True)
        assert "Kept. Only you see it" in kept.text and not room.facts().ended
        again = form_of(room.shop, "/decline")
        assert again["reason"] == "Not yet"
        room.shop.post("/decline", data=again | {"discard": "1"})
        assert form_of(room.shop, "/decline")["reason"] == "" and rows(room) == []

    def test_is_kept_where_it_is_refused(self, room):
        assert room.shop.post("/decline", data=form_of(room.shop, "/decline") | {"reason": "Why"}).status_code == 422
        assert form_of(room.shop, "/decline")["reason"] == "Why"

    def test_is_gone_when_all_of_it_is_taken_out(self, room):
        save(room.shop, "/hold", reason=WHY, until="2027-03-12")
        assert save(room.shop, "/hold", reason=" ", until="2027-03-12") == ""
        assert rows(room) == []

    def test_of_two_windows_neither_text_is_lost(self, room):
        address, first, second = saves(room.shop, "/hold"), *(form_of(room.shop, "/hold") for _ in range(2))
        for form, text in ((first, "The harvest comes first."), (second, "The ramp is closed.")):
            room.shop.post(address, data=form | {"reason": text})
        page = html.unescape(room.shop.get("/hold").text)
        assert "The harvest comes first." in page and "The ramp is closed." in page and "have not said it" in page
        [url] = re.findall(r'href="([^"]*/hold\?begun=[^"]+)"', page)
        pages = ("/hold", url.removeprefix(room.shop.start))
        assert {form_of(room.shop, one)["reason"] for one in pages} == {
            "The harvest comes first.", "The ramp is closed."}

    def test_of_a_draft_of_another_day_the_day_is_said(self, room):
        save(room.shop, HELP, text="Who knows?")
        room.clock.go(days=1)
        again = room.sign_in(room.small.shop)
        assert re.search(r"Draft saved \w+ \d+ \w+ \d\d:\d\d \(\w+\), only you see it", again.get(HELP).text)

    def test_also_after_half_an_hour_when_the_password_has_to_be_shown_anew(self, room):
        address, typed = saves(room.shop, "/decline"), form_of(room.shop, "/decline") | {"reason": WHY}
        for _ in range(3):
            room.clock.go(minutes=14)
            room.shop.get("")
        assert room.shop.post("/decline", data=typed).status_code == 401
        assert "Draft saved" in room.shop.post(address, data=typed).json["status"]

    def test_to_who_is_not_in_the_project_it_does_not_exist(self, room, anna):
        stranger, address = room.sign_in(anna.id), saves(room.shop, "/hold")
        assert stranger.post(address, data={"reason": WHY}).status_code == 404
        assert rows(room) == []

    def test_an_address_of_no_page_keeps_nothing(self, room):
        for page in ("", "x" * 291):
            answer = room.shop.post(f"/asked/draft?words=reason&page={page}", data={"reason": WHY})
            assert answer.status_code == 404
        assert rows(room) == []


class TestWhatOtherPagesAsk:
    def test_why_a_contribution_is_returned(self, project):
        room = project(with_offer)
        save(room.shop, "/tasks/offer/return?party=1", reason="For which year?")
        assert form_of(room.shop, "/tasks/offer/return?party=1")["reason"] == "For which year?"

    def test_why_one_does_not_agree_to_a_proposal(self, room):
        room.maker.post("/withdraw", data={"reason": "The market is gone."})
        page = f"/proposals/{proposal_of(room, 'withdraw')}"
        save(room.shop, page, reason="We believe in it.")
        assert form_of(room.shop, page)["reason"] == "We believe in it."
        assert re.search(r"<details open><summary>Do not agree", room.shop.get(page).text)

    def test_why_one_does_not_agree_at_a_gate_and_what_one_says_about_it_are_two(self, project):
        room, page = project(decided), "/gates/picture"
        save(room.shop, page, reason="Too dear.", wanted="A lower price.")
        found = form_of(room.shop, page)
        assert (found["reason"], found["wanted"]) == ("Too dear.", "A lower price.")
        assert form_of(room.shop, page, "/talk")["text"] == ""


class TestInABrowser:
    def test_a_reason_is_there_again_whatever_one_presses(self, live, new_page):
        with live.app.app_context(), transaction() as session:
            small = projects.in_terms(session, now=now())
        page = new_page()
        sign_in(page, small.emails[small.maker])
        page.goto(f"/p/{small.ref}/tasks/returns/help?party=2")
        with page.expect_response(lambda answer: "/asked/draft" in answer.url):
            page.get_by_label("What would help?").fill("Which of the shops?")
        page.locator("a.brand").click()
        page.wait_for_url(lambda url: "/help" not in url)
        page.goto(f"/p/{small.ref}/tasks/returns/help?party=2")
        assert page.get_by_label("What would help?").input_value() == "Which of the shops?"

    def test_a_file_chosen_beside_a_reason_stays_chosen(self, live, new_page):
        """A draft of words has no place for it: it must not be taken out of its field as if it were kept."""
        with live.app.app_context(), transaction() as session:
            small = decided(session)
        page = new_page()
        sign_in(page, small.emails[small.maker])
        page.goto(f"/p/{small.ref}/gates/picture/outside")
        page.get_by_label("The file that shows it").set_input_files(
            {"name": "minutes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
        with page.expect_response(lambda answer: "/asked/draft" in answer.url):
            page.get_by_label("Reason or reservation").fill("Only until May.")
        page.get_by_text("only you see it").wait_for()
        assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1


@pytest.fixture
def room(play):
    return play()
