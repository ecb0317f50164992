"""From a field of a task to what is said about it."""

import pytest

from tests.journeys.sides import started

pytestmark = pytest.mark.browser


class TestComment:
    def test_beside_a_field_opens_the_form_about_that_field(self, live, new_page):
        renee = started(live, new_page)
        renee.page.get_by_role("link", name="Comment on: Energy").first.click()
        text = renee.page.locator("#talk textarea[name=text]")
        assert text.evaluate("it => it === document.activeElement")
        text.press_sequentially("Of all garages?")
        renee.press("^Say it")
        assert renee.reads("about: Energy")

    def test_words_begun_about_something_else_stay_about_that(self, live, new_page):
        renee = started(live, new_page)
        renee.page.locator("#talk summary").first.click()
        renee.page.locator("#talk textarea[name=text]").fill("When is this due?")
        renee.page.get_by_role("link", name="Comment on: Energy").first.click()
        assert renee.page.locator("#talk [name=about] option:checked").inner_text() == "the whole task"
