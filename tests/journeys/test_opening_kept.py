"""What is typed into a step of opening a project is kept, though a phone ends the page before anything is sent."""

import re

import pytest

from tests.journeys.sides import new_host
from tests.support.rooms import sign_in
from tests.support.walking import PHONE

pytestmark = pytest.mark.browser
GROUPS = "The neighbours of the yard"


def test_what_was_typed_is_there_after_the_tab_is_gone(live, new_page):
    page, address = typed(live, new_page)
    at = page.url
    page.close()
    again = new_page(**PHONE)
    sign_in(again, address)
    again.goto(at)
    assert again.locator("[name=affected]").input_value() == GROUPS


def test_the_next_save_goes_on_from_it_and_leaving_asks_nothing(live, new_page):
    page, _address = typed(live, new_page)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("[name=affected]").fill(f"{GROUPS}, the harbour")
    page.get_by_role("button", name="Save and close").click()
    page.wait_for_url("**/desk")
    assert "Saved. You can go on later from your board." in page.inner_text("body")
    assert asked == []


def typed(live, new_page):
    """Somebody's page and address, once what they typed into the second step was saved."""
    host = new_host(live, "Philips Lighting", "Anna Berg", "garage_lighting.yaml")
    page = new_page(**PHONE)
    sign_in(page, host.manager_mail)
    page.goto("/desk/openings/new")
    page.get_by_role("button", name=re.compile("^Choose")).first.click()
    page.wait_for_url("**/seats")
    page.locator("[name=affected]").fill(GROUPS)
    page.wait_for_selector("[data-save-status=saved]:has-text('Saved ')")
    return page, host.manager_mail
