"""Every page as its people get it, in a real browser: narrow with long words, wide and dark, without a finding.

The pages come from an installation in which everything has something to show (tests/support/house.py), in the made-up
language whose texts are 40 % longer.
"""

import json
from itertools import product
from urllib.parse import urlsplit

import pytest

from tests.support.house import pages, signed_in
from tests.support.walking import AXE, MADE_OF

pytestmark = pytest.mark.browser
PEOPLE = ("administrator", "account manager", "customer champion", "checks", "signs", "has signed", "rests",
          "bargains", "leaves")
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']}"
WIDER = """(() => {
  const limit = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= limit) return [];
  const wide = [...document.querySelectorAll('body *')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width && !e.closest('.visually-hidden, .scroll-x, .skip') && box.right > limit + .5;
  });
  return [document.documentElement.scrollWidth, ...wide.slice(-3).map(e => e.outerHTML.slice(0, 160))];
})()"""


@pytest.fixture
def live(house):
    return house.live


@pytest.mark.parametrize("kind", ["customer champion", pytest.param("signs", marks=pytest.mark.long)])
def test_on_a_phone_no_page_is_wider_than_the_screen_or_has_an_axe_finding(house, new_page, kind):
    page, wrong = _as(house, new_page, kind), {}
    page.set_viewport_size({"width": 360, "height": 780})
    for path in _paths(house, page, kind, set()):
        _fits(wrong, path, page)
        _has_no_finding(wrong, path, page)
    assert not wrong, "\n".join(f"{where}: {what}" for where, what in wrong.items())


@pytest.mark.long
@pytest.mark.parametrize("kind", PEOPLE)
def test_at_every_width_and_in_both_schemes(house, new_page, kind):
    page, wrong = _as(house, new_page, kind), {}
    for path in _paths(house, page, kind, SEEN):
        for width in (360, 390, 768, 1280, 1600):
            page.set_viewport_size({"width": width, "height": 780})
            _fits(wrong, path, page)
        for scheme, width in product(("light", "dark"), (390, 1280)):
            page.set_viewport_size({"width": width, "height": 780})
            page.emulate_media(color_scheme=scheme)
            _has_no_finding(wrong, path, page)
    assert not wrong, "\n".join(f"{where}: {what}" for where, what in wrong.items())


def _as(house, new_page, kind):
    """A browser with the cookie of somebody who has signed in."""
    page, client = new_page(reduced_motion="reduce"), signed_in(house, kind)
    cookie = client.get_cookie("cocreate", domain=urlsplit(house.live.url).hostname)
    page.context.add_cookies([{"name": "cocreate", "value": cookie.value, "url": house.live.url}])
    return page


SEEN: set[str] = set()  # what pages of others were made of: each kind is looked at once


def _paths(house, page, kind, seen):
    """Opens one page after the other, and gives those whose like was not seen."""
    def fetch(path: str) -> tuple[str, str]:
        answer = page.context.request.get(house.live.url + path)
        url = urlsplit(answer.url)
        there = url.path + (f"?{url.query}" if url.query else "")
        if answer.status == 404:
            return "", ""
        return there, answer.text() if "text/html" in answer.headers["content-type"] else ""

    for _endpoint, path, _text in pages(house, kind, fetch):
        page.goto(house.live.url + path)
        made_of = json.dumps(page.evaluate(MADE_OF))
        if made_of not in seen:
            seen.add(made_of)
            yield path


def _fits(wrong, path, page):
    if wide := page.evaluate(WIDER):
        wrong[path, page.viewport_size["width"]] = wide


def _has_no_finding(wrong, path, page):
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run({RULES})")["violations"]
    said = [(one["id"], [(node["html"][:160], node["failureSummary"]) for node in one["nodes"]][:3]) for one in found]
    if said:
        wrong[path, page.viewport_size["width"], "axe"] = said
