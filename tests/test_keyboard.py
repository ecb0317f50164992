"""Every page with the keyboard alone: what can be reached is seen when it is, in the order of the page, and every page
says by its title which it is. What people type on is 40 % longer than in English, on half a screen of 1280 px.
"""

import json
from urllib.parse import urlsplit

import pytest

from tests.support.house import opened_as, pages
from tests.support.walking import MADE_OF, WIDER

pytestmark = pytest.mark.browser
PEOPLE = ("administrator", "account manager", "customer champion", "checks", "signs", "reads", "rests", "has signed",
          "bargains", "leaves")
HALF = {"width": 640, "height": 450}  # 1280 px at 200 %
# Focus goes to each stop in the order of the page; what is wrong there.
STOPS = """(() => {
  const found = [], tell = (e, what) => found.push(`${what}: ${e.outerHTML.slice(0, 140)}`);
  const stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(
    e => e.tabIndex >= 0 && !e.matches(':disabled') && e.type !== 'hidden'
      && e.checkVisibility({visibilityProperty: true}));
  if (!stops[0]?.matches('.skip')) tell(stops[0] || document.body, 'the first stop is not the way to the content');
  for (const e of document.querySelectorAll('[tabindex]')) if (e.tabIndex > 0) tell(e, 'stands out of order');
  for (const e of document.querySelectorAll('th')) if (!e.scope) tell(e, 'says not of what it is the head');
  for (const e of stops) {
    e.focus({focusVisible: true});
    if (document.activeElement !== e) { tell(e, 'cannot be reached'); continue; }
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== 'none';
    if (!seen) tell(e, 'does not show that it has the focus');
    if (e.matches('input[type=text], textarea, select') && box.width < 64) tell(e, 'is too narrow for what is typed');
    if (box.width < 2 || box.height < 2) continue;  // a box drawn by its label
    // Of a link over two lines, the first.
    const line = e.getClientRects()[0], within = (at, most) => Math.max(1, Math.min(most - 1, at));
    const x = line.left + Math.min(line.width, 20) / 2, y = line.top + Math.min(line.height, 20) / 2;
    const top = document.elementFromPoint(within(x, innerWidth), within(y, innerHeight));
    const own = top && (e.contains(top) || top.contains(e) || [...(e.labels || [])].some(l => l.contains(top)));
    if (!own && line.top > 0 && line.top < innerHeight) tell(e, `is covered by ${top?.outerHTML.slice(0, 60)}`);
  }
  return found;
})()"""


@pytest.fixture
def live(house):
    return house.live


@pytest.mark.parametrize("kind", ["customer champion", *(
    pytest.param(kind, marks=pytest.mark.long) for kind in PEOPLE if kind != "customer champion")])
def test_every_stop_is_seen_and_every_page_has_its_own_title(house, new_page, kind):
    page, wrong, titles, seen = opened_as(house, new_page, kind), {}, {}, set()
    page.set_viewport_size(HALF)

    def fetch(path: str) -> tuple[str, str]:
        answer = page.context.request.get(house.live.url + path)
        url = urlsplit(answer.url)
        html = answer.text() if "text/html" in answer.headers["content-type"] else ""
        return ("", "") if answer.status == 404 else (url.path + (f"?{url.query}" if url.query else ""), html)

    for endpoint, path, _text in pages(house, kind, fetch, per_page=2):
        if endpoint == "admin.mail_html":  # as a mail reader draws it
            continue
        page.goto(house.live.url + path)
        other = titles.setdefault(page.title(), path)
        if urlsplit(other).path != urlsplit(path).path and endpoint != "room.contract_version":  # also the contract's
            wrong[path] = [f"has the title of {other}: {page.title()}"]
        made_of = json.dumps(page.evaluate(MADE_OF))
        if made_of not in seen:
            seen.add(made_of)
            wrong[path] = [*wrong.get(path, ()), *map(str, page.evaluate(WIDER)), *page.evaluate(STOPS)]
    said = [f"{where}: {what}" for where, found in wrong.items() for what in found]
    assert not said, "\n".join(said)


TABS = """[...document.querySelectorAll('.tabs a')].filter(link => {
  const box = link.getBoundingClientRect();
  return [.2, .5, .9].some(part => {
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * part);
    return !link.contains(hit); });
}).map(link => link.innerText)"""


def test_with_a_mouse_the_tabs_of_a_room_are_pressed_in_all_of_their_height(house, new_page):
    page = opened_as(house, new_page, "customer champion")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{house.live.url}/your-turn")
    room = "/".join(page.locator("main a[href^='/p/']").first.get_attribute("href").split("/")[:3])
    page.goto(house.live.url + room)
    assert page.locator(".tabs a").count() > 5
    assert page.evaluate(TABS) == []
