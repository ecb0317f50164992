"""Back in the browser, which may keep no page of ours: what is met after a form was refused, and after the next."""

import pytest

from tests.journeys.sides import started
from tests.support.people import OTHER, PASSWORD

pytestmark = pytest.mark.browser


class TestBack:
    def test_from_a_form_that_was_refused_leads_to_the_form_with_what_is_kept(self, live, new_page):
        renee = started(live, new_page)
        at = renee.page.url
        renee.type("^Energy", "420000")
        renee.press("^Submit to Philips")
        assert renee.reads("need a look")
        renee.page.go_back()
        assert renee.page.url == at and renee.page.locator(".errors").count() == 0
        assert renee.page.get_by_label("Energy").first.input_value() == "420000"

    def test_from_what_followed_it_leads_to_the_form_not_to_whether_to_send_it_again(self, live, new_page):
        renee = started(live, new_page)
        renee.open("/account/password")
        for current in ("not this one", PASSWORD):  # refused, and then done
            renee.page.locator("[name=current]").fill(current)
            renee.page.locator("[name=password]").fill(OTHER)
            renee.press("^Change")
        assert renee.reads("Changed.")
        renee.page.go_back()
        assert renee.page.url.endswith("/account/password") and renee.reads("New password")
        assert renee.page.locator("[name=password]").input_value() == ""

    def test_a_refused_page_that_is_loaded_anew_still_has_what_was_typed(self, live, new_page):
        """Only who sends it again gives up its place: till then nothing of it is anywhere else."""
        renee = started(live, new_page)
        renee.open("/account")
        renee.page.locator("[name=name]").fill("")
        renee.press("^Save")
        held = renee.page.locator("[name=name]").input_value()
        renee.page.reload()
        assert renee.page.locator("[name=name]").input_value() == held == "" and renee.reads("Type your name.")
