"""A picture taken for a form is there on the next device, before anything is submitted."""

import re

import pytest

from tests.journeys.sides import started
from tests.support.walking import DESK, Walker

pytestmark = pytest.mark.browser
WMATA = 2
BILL = "^Last energy bill"


class TestOnThePhone:
    def test_a_picture_goes_with_the_draft_to_the_desk_and_is_submitted_there(self, live, new_page):
        renee = started(live, new_page)
        held = held_back(renee.page)
        renee.takes_picture(BILL)
        renee.page.wait_for_selector("text=Keeping 'IMG_2041.png' …")
        renee.type("^Energy", "420000")
        assert "Draft saved" not in bar(renee)
        held.clear()
        renee.until_kept()
        assert renee.reads("Chosen: IMG_2041.png") and "Draft saved" in bar(renee)
        assert renee.page.locator("input[type=file]").first.evaluate("input => input.files.length") == 0
        renee.look()

        desk = Walker(live, new_page(**DESK), renee.address)
        desk.signs_in()
        desk.open(renee.page.url)
        assert desk.reads("Chosen: IMG_2041.png")
        assert desk.page.get_by_label(re.compile("^Energy")).first.input_value() == "420000"
        desk.page.locator("[name='f-energy-year']").fill("2025")
        staff = desk.page.locator("[data-field=staff]")
        staff.get_by_label("Not available").check()
        staff.get_by_role("textbox", name="Why").fill("It is not kept per garage.")
        desk.press("^Submit to Philips")
        assert desk.reads("Submitted. Philips Lighting")
        desk.room = renee.room
        desk.enter("documents")
        assert desk.reads("IMG_2041.png")

    def test_a_link_after_draft_saved_leaves_without_a_question(self, live, new_page):
        renee, asked = started(live, new_page), []
        renee.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        renee.page.get_by_label(re.compile("^Energy")).first.press_sequentially("420000")
        renee.until_kept()
        renee.page.click("a.back")  # leaving the input tells of the change a second time
        renee.page.wait_for_url("**/your-turn")
        assert asked == []

    def test_one_that_is_refused_is_said_beside_its_field_and_one_can_be_removed(self, live, new_page, tmp_path):
        renee = started(live, new_page)
        bill = renee.page.get_by_label(re.compile(BILL)).first
        bill.set_input_files({"name": "bill.pdf", "mimeType": "application/pdf", "buffer": b"MZ" + bytes(200)})
        renee.page.wait_for_selector("text=This file is a program disguised as a PDF. We did not keep it.")
        assert "Draft saved" not in bar(renee)
        renee.look()
        with (large := tmp_path / "bill.pdf").open("wb") as file:
            file.truncate(26 * 2**20)
        bill.set_input_files(large)
        renee.page.wait_for_selector("text='bill.pdf' has 26 MB; the limit is 25.")
        renee.takes_picture(BILL)
        renee.until_kept()
        assert "the limit is 25" not in renee.page.inner_text("main")
        renee.page.get_by_role("button", name="Remove the file of: Last energy bill").click()
        renee.page.wait_for_selector("[data-chosen]", state="hidden")
        renee.until_kept()
        renee.page.reload()
        assert "IMG_2041.png" not in renee.page.inner_text("main")

    @pytest.mark.parametrize("pressed", ["while it is being kept", "just after it was refused"])
    def test_one_that_is_refused_stops_the_next_submit_and_is_said(self, live, new_page, pressed):
        renee = started(live, new_page)
        at = renee.page.url
        held = held_back(renee.page)
        bill = renee.page.get_by_label(re.compile(BILL)).first
        bill.set_input_files({"name": "bad.exe", "mimeType": "application/pdf", "buffer": b"MZ" + bytes(200)})
        renee.page.wait_for_selector("text=Keeping 'bad.exe' …")
        refused = renee.page.locator("text='bad.exe' is a program. We do not keep programs.")
        if pressed == "just after it was refused":
            held.clear()
            refused.wait_for()
        submit = renee.page.get_by_role("button", name=re.compile("^Submit to Philips"))
        submit.click()
        held.clear()
        refused.wait_for()
        renee.page.wait_for_function("document.activeElement.name === 'f-bill'")
        renee.page.wait_for_load_state("networkidle")
        assert renee.page.url == at and refused.is_visible()
        with renee.page.expect_navigation():  # told once, one may go on without it
            submit.click()

    def test_without_connection_the_bar_does_not_say_that_it_is_kept(self, live, new_page):
        renee = started(live, new_page)
        renee.page.context.set_offline(True)
        renee.takes_picture(BILL)
        renee.page.wait_for_selector("text=No connection. Keep this page open; we save as soon as you are back.")
        renee.page.context.set_offline(False)
        renee.until_kept()
        assert renee.reads("Chosen: IMG_2041.png")


def bar(walker):
    return walker.page.inner_text("[data-save-status]")


def held_back(page):
    """Uploads wait until it is cleared; texts do not."""
    held = [True]

    def hold(route):
        while held and b"filename=" in (route.request.post_data_buffer or b""):
            page.wait_for_timeout(50)
        route.continue_()
    page.route("**/draft", hold)
    return held
