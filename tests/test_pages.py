"""Every page as its people get it, in a real browser: narrow with long words, wide and dark, without a finding.

The pages come from an installation in which everything has something to show (tests/support/house.py), in the made-up
language whose texts are 40 % longer.
"""

import json
from urllib.parse import urlsplit

import pytest

from tests.support.axe import WCAG, findings
from tests.support.house import PER_PAGE, opened_as, pages
from tests.support.run import Run
from tests.support.walking import MADE_OF, WIDER

pytestmark = pytest.mark.browser
PEOPLE = ("administrator", "account manager", "customer champion", "checks", "signs", "has signed", "rests",
          "bargains", "leaves")
COLOURS = ("color-contrast", "link-in-text-block")  # all else is alike in the dark
@pytest.fixture
def live(house):
    return house.live


@pytest.mark.parametrize(("kind", "per_page"), [("customer champion", 2), *(
    pytest.param(kind, PER_PAGE, marks=pytest.mark.long) for kind in ("customer champion", "signs"))])
def test_on_a_phone_no_page_is_wider_than_the_screen_or_has_an_axe_finding(house, new_page, kind, per_page):
    page, wrong = opened_as(house, new_page, kind), {}
    page.set_viewport_size({"width": 360, "height": 780})
    for path in _paths(house, page, kind, f"phone of {kind}", per_page):
        _fits(wrong, path, page)
        _has_no_finding(wrong, path, page)
    assert not wrong, "\n".join(f"{where}: {what}" for where, what in wrong.items())


@pytest.mark.long
@pytest.mark.parametrize("kind", PEOPLE)
def test_at_every_width_and_in_both_schemes(house, new_page, kind):
    """Each page that is made of something else than the pages of the others is looked at once in the whole run."""
    page, wrong = opened_as(house, new_page, kind), {}
    for path in _paths(house, page, kind, "every width"):
        for width in (360, 390, 768, 1280, 1600):
            page.set_viewport_size({"width": width, "height": 780})
            _fits(wrong, path, page)
            if width in (390, 1280):
                _has_no_finding(wrong, path, page)
                page.emulate_media(color_scheme="dark")
                _has_no_finding(wrong, path, page, COLOURS)
                page.emulate_media(color_scheme="light")
    assert not wrong, "\n".join(f"{where}: {what}" for where, what in wrong.items())


def _paths(house, page, kind, what, per_page=PER_PAGE):
    """Opens one page after the other, and gives those whose like was not looked at in this way."""
    def fetch(path: str) -> tuple[str, str]:
        answer = page.context.request.get(house.live.url + path)
        url = urlsplit(answer.url)
        there = url.path + (f"?{url.query}" if url.query else "")
        if answer.status == 404:
            return "", ""
        return there, answer.text() if "text/html" in answer.headers["content-type"] else ""

    for endpoint, path, _text in pages(house, kind, fetch, per_page=per_page):
        if endpoint == "admin.mail_html":
            continue  # shown without scripts: what is asked of it is never answered
        page.goto(house.live.url + path)
        made_of = json.dumps(page.evaluate(MADE_OF))
        if Run.current().first(f"{what} {made_of}"):
            yield path


def _fits(wrong, path, page):
    if wide := page.evaluate(WIDER):
        wrong[path, page.viewport_size["width"]] = wide


def _has_no_finding(wrong, path, page, rules=WCAG):
    if found := findings(page, *rules):
        wrong[path, page.viewport_size["width"], rules] = found
