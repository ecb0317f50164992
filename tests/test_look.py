"""How pages look and answer in a real browser: no findings, nothing too wide or too small, drafts save themselves."""

from threading import Thread
from urllib.parse import parse_qs

import pytest
from werkzeug.serving import make_server

from tests.support.axe import WCAG, findings
from tests.support.sampler import PATHS, tiny_app

WIDER = """(() => {
  const limit = document.documentElement.clientWidth;
  const hidden = '.visually-hidden, .scroll-x, caption, thead, .skip, details:not([open]) > :not(summary)';
  const wide = [...document.querySelectorAll('body *')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width && !e.closest(hidden) && (box.right > limit + .5 || box.left < -.5);
  });
  if (document.documentElement.scrollWidth > limit) wide.push(document.body);
  return wide.map(e => e.outerHTML.slice(0, 120));
})()"""
SPACED = """(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
})()"""
SMALL = """[...document.querySelectorAll(`.btn, .bottom-bar a, .bottom-bar summary, .tools summary, .back, select,
    summary, .crumbs a, .tabs a, .turns .t a, .turn-card h3 a, .docs a, .choices .form-check,
    input:not([type=hidden], [type=checkbox], [type=radio])`)]
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
UNSEEN = """(() => { const e = document.activeElement, style = getComputedStyle(e);
  const seen = e === document.body || style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  return seen ? null : e.outerHTML; })()"""
HIDDEN = """(() => { const e = document.activeElement, box = e.getBoundingClientRect();
  if (e === document.body || e.closest('.bottom-bar, .next-bar, .topbar') || box.height > 200) return null;
  const over = [...document.querySelectorAll('.bottom-bar, .next-bar')].map(b => b.getBoundingClientRect());
  return over.some(bar => bar.height && box.bottom > bar.top + 1 && box.top < bar.bottom) ? e.outerHTML : null; })()"""
CUT = """(() => { document.documentElement.style.fontSize = '200%';
  const cut = [...document.querySelectorAll('body *')].filter(e => /hidden|clip/.test(getComputedStyle(e).overflowX) &&
    e.scrollWidth > e.clientWidth + 1 && !e.closest('.visually-hidden, svg, select, input, textarea, thead'));
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) cut.push(document.body);
  return cut.map(e => e.outerHTML.slice(0, 120)); })()"""
LANES = """count => { const lane = `<div class="party-col"><ul class="turns big"><li>
    <span class="t"><a href="#x">We keep the figures of the others to ourselves</a></span>
    <span class="side"><span class="badge">due Mon 14 Dec</span></span></li></ul></div>`;
  const all = document.createElement('div'); all.className = 'party-cols'; all.innerHTML = lane.repeat(count);
  document.querySelector('main .frame, main').append(all);
  return [...all.querySelectorAll('.t')].map(e => e.getBoundingClientRect().width); }"""
DATED = """dates => { const cells = row => ['from', 'to', 'value'].map(name =>
    `<input name="rows-${row}-${name}" type="${name === 'value' ? 'text' : 'date'}">`).join('');
  document.querySelectorAll('[data-row]').forEach((row, at) => { row.firstElementChild.innerHTML = cells(at);
    row.querySelector('[name$=-from]').value = dates[at]; });
  document.querySelector('[data-rows] template').content.querySelector('td').innerHTML = cells('__index__'); }"""
STICKS = """Math.max(...[...document.querySelectorAll('.next-bar, .bottom-bar')].map(e => e.getBoundingClientRect())
  .filter(box => box.top < innerHeight).map(box => innerHeight - box.top))"""
STATUS = "[data-save-status]"
SUBMIT = "#task button[type=submit]:visible >> nth=-1"
UNSUBMITTED = "Not submitted: no connection. Keep this page open and press it again when you are back."


@pytest.mark.browser
class TestPages:
    @pytest.mark.parametrize("views", [
        pytest.param(((390, "light"), (1280, "dark")), id="one"),
        pytest.param(((390, "dark"), (1280, "light")), id="other", marks=pytest.mark.long)])
    @pytest.mark.parametrize("path", PATHS)
    def test_quiet_and_free_of_findings(self, look, path, views):
        for width, scheme in views:
            page, said = look(path, width=width, scheme=scheme)
            assert findings(page, *WCAG) == []
            assert said == []

    def test_what_is_wrong_would_be_found(self, look):
        page, _ = look("/turn", width=390)
        page.evaluate("""document.querySelector('main').append(
            Object.assign(document.createElement('p'), {innerText: 'hardly seen', style: 'color: #ddd'}), new Image)""")
        assert [rule for rule, _where in findings(page, *WCAG)] == ["color-contrast", "image-alt"]
        assert [rule for rule, _where in findings(page, "color-contrast")] == ["color-contrast"]

    @pytest.mark.parametrize("path", PATHS)
    def test_nothing_is_wider_than_the_screen(self, look, path):
        for width in (360, 768, 992, 1600):
            page, _ = look(path, width=width)
            assert page.evaluate(WIDER) == []

    @pytest.mark.parametrize("parties", [2, 5, 12])
    def test_whose_turn_it_is_can_be_read_however_many_take_part(self, look, parties):
        page, _ = look("/room", width=1280)
        titles = page.evaluate(LANES, parties)
        assert len(titles) == parties and min(titles) >= 200

    def test_text_can_be_spaced_out(self, look):
        page, _ = look("/room", width=360)
        page.evaluate(SPACED)
        assert page.evaluate(WIDER) == []

    def test_with_letters_of_twice_the_size_nothing_is_cut_off(self, look):
        for path in PATHS:
            page, _ = look(path, width=1280)
            assert page.evaluate(CUT) == []

    def test_at_twice_the_zoom_what_sticks_leaves_the_page_its_room(self, look):
        page, _ = look("/task", width=640)
        page.set_viewport_size({"width": 640, "height": 450})
        page.evaluate("window.scrollTo(0, 0)")
        assert page.evaluate(STICKS) < 450 / 4

    def test_on_paper_a_table_keeps_its_columns(self, look):
        page, _ = look("/task", width=680)  # a sheet of A4
        page.emulate_media(media="print")
        page.evaluate("document.querySelector('.grid-table tbody td').replaceChildren()")
        cells = "[...document.querySelectorAll('.grid-table tbody td')]"
        shown = page.evaluate(cells + ".map(e => getComputedStyle(e).display)")
        assert set(shown) == {"table-cell"}

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_a_link_on_a_marked_place_can_be_read_in_forced_colours(self, look, scheme):
        page, _ = look("/turn", width=390, scheme=scheme)
        page.emulate_media(forced_colors="active", color_scheme=scheme)
        ground, text = page.evaluate("""(() => { const mark = document.querySelector('main').appendChild(
            Object.assign(document.createElement('mark'), {innerHTML: '<a href="#here">not given</a>'}));
          return [getComputedStyle(mark).backgroundColor, getComputedStyle(mark.firstChild).color]; })()""")
        assert {ground, text} == {"rgb(255, 255, 0)", "rgb(0, 0, 0)"}

    def test_the_choice_of_a_scheme_wins_over_the_system(self, look):
        page, _ = look("/turn?theme=dark", width=390, scheme="light")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(12, 22, 24)"

    def test_the_answer_to_an_act_has_the_focus(self, look):
        page, _ = look("/room?said", width=390)
        assert page.evaluate("document.activeElement.id") == "answer"

    def test_a_refused_form_leads_to_its_fields(self, look):
        page, _ = look("/task", width=390)
        assert page.evaluate("document.activeElement.id") == "errors"
        page.click("#errors a >> nth=0")
        assert page.evaluate("document.activeElement.id") == "store"
        described = page.get_attribute("#store", "aria-describedby").split()
        assert described == ["store-help", "store-published", "store-read", "store-unit", "store-error"]
        assert all(page.locator(f"#{part}").count() == 1 for part in described)

    def test_escape_closes_the_menu(self, look):
        page, _ = look("/turn", width=1280)
        page.click(".tools summary")
        page.keyboard.press("Escape")
        assert page.evaluate("document.querySelector('.tools details').open") is False
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"

    def test_on_a_phone_what_is_pressed_is_44_px_high(self, look):
        for path in PATHS:
            page, _ = look(path, width=390)
            assert page.evaluate(SMALL) == []

    def test_the_focus_can_be_seen(self, look):
        page, _ = look("/task", width=1280)
        for _i in range(30):
            page.keyboard.press("Tab")
            assert page.evaluate(UNSEEN) is None

    def test_the_focus_is_never_under_the_bars(self, look):
        page, _ = look("/task", width=390)
        for _i in range(45):
            page.keyboard.press("Tab")
            assert page.evaluate(HIDDEN) is None

    def test_the_bar_of_a_phone_rests_while_the_same_button_is_in_sight(self, look):
        page, _ = look("/turn", width=390)
        bar = page.locator(".next-bar")
        bar.wait_for(state="hidden")
        assert page.locator("main .btn-primary").first.is_visible()
        page.set_viewport_size({"width": 390, "height": 300})
        bar.wait_for(state="visible")
        assert bar.is_visible()

    def test_the_bar_of_a_phone_stays_beside_a_button_of_another_act(self, look):
        page, _ = look("/room", width=390)
        assert page.locator("main .statement .btn-primary").is_visible()
        page.wait_for_timeout(200)
        assert page.locator(".next-bar").is_visible()


@pytest.mark.browser
class TestAutosave:
    def test_says_when_the_draft_is_saved(self, look):
        page, _ = look("/task", width=1280)
        with page.expect_response("**/draft") as saved:
            page.fill("#name", "Furniture")
        assert "csrf_token" in saved.value.request.post_data
        page.wait_for_selector("[data-save-status=saved]")
        assert page.inner_text(STATUS) == "Draft saved 10:42, only Aurelis sees it"

    def test_without_connection_it_says_so_and_tries_again(self, look):
        page, _ = look("/task", width=1280)
        page.context.set_offline(True)
        page.fill("#name", "Furniture")
        page.wait_for_selector("[data-save-status=waiting]")
        assert page.inner_text(STATUS) == "No connection. Keep this page open; we save as soon as you are back."
        with page.expect_response("**/draft") as saved:
            page.context.set_offline(False)
        assert "Furniture" in saved.value.request.post_data
        page.wait_for_selector("[data-save-status=saved]")

    def test_without_connection_nothing_is_sent_and_the_page_stays(self, look):
        page, _ = look("/task", width=390)
        page.context.set_offline(True)
        page.fill("#name", "Furniture")
        page.click(SUBMIT)
        page.wait_for_selector("[data-save-status=waiting]")
        assert page.input_value("#name") == "Furniture"
        page.context.set_offline(False)
        page.wait_for_selector("[data-save-status=saved]")
        with page.expect_navigation():
            page.click(SUBMIT)

    def test_without_connection_it_says_that_nothing_was_submitted_until_somebody_is_reached(self, look):
        page, _ = look("/task", width=390)
        page.fill("#name", "Furniture")
        page.wait_for_selector("[data-save-status=saved]:has-text('10:42')")
        page.context.set_offline(True)
        page.fill("#name", "Furniture of his")
        page.wait_for_selector("text=No connection. Keep this page open; we save as soon as you are back.")
        page.click(SUBMIT)
        page.wait_for_selector(f"text={UNSUBMITTED}")
        with page.expect_event("requestfailed"):
            page.evaluate("window.dispatchEvent(new Event('online'))")  # the next save, which reaches nobody either
        page.wait_for_timeout(100)
        assert page.inner_text(STATUS) == UNSUBMITTED
        page.context.set_offline(False)
        page.wait_for_selector("[data-save-status=saved]")
        page.context.set_offline(True)
        page.fill("#name", "Furniture of hers")
        page.wait_for_selector("text=No connection. Keep this page open; we save as soon as you are back.")

    def test_without_connection_another_form_of_the_page_says_so_too(self, look):
        page, _ = look("/task", width=1280)
        page.evaluate("""document.querySelector('main').insertAdjacentHTML('beforeend',
            '<form method="post"><button id="other">Take back</button></form>')""")
        page.context.set_offline(True)
        page.fill("#name", "Furniture")
        page.click("#other")
        page.wait_for_selector(f"text={UNSUBMITTED}")
        assert page.input_value("#name") == "Furniture"

    def test_where_the_browser_wrongly_believes_to_be_without_connection_a_form_is_submitted(self, look):
        page, _ = look("/task", width=390)
        page.evaluate("Object.defineProperty(Navigator.prototype, 'onLine', {get: () => false})")
        with page.expect_navigation(timeout=3_000) as answer:
            page.click(SUBMIT)
        assert answer.value.request.method == "POST"

    def test_a_faster_colleague_is_told_with_a_way_on(self, look):
        page, _ = look("/task", width=1280)
        asked = []

        def faster(route):
            asked.append(route.request.post_data)
            route.fulfill(status=409, json={
                "status": "Tom was faster, at 10:44.", "url": "/room", "label": "Compare and decide"})
        page.route("**/draft", faster)
        page.fill("#name", "Furniture")
        page.wait_for_selector("[data-save-status=stopped]")
        assert page.inner_text(STATUS) == "Tom was faster, at 10:44. Compare and decide"
        assert page.get_attribute(f"{STATUS} a", "href").endswith("/room")
        page.fill("#name", "Furniture of his")
        page.evaluate("window.dispatchEvent(new Event('online'))")  # saves at once, unless a person has to go on
        page.wait_for_timeout(100)
        assert len(asked) == 1 and page.input_value("#name") == "Furniture of his"

    def test_new_values_of_hidden_fields_are_taken_over(self, look):
        page, _ = look("/task", width=1280)
        page.route(
            "**/draft", lambda route: route.fulfill(json={"status": "Saved at noon", "values": {"csrf_token": "fresh"}})
        )
        page.fill("#name", "Furniture")
        page.wait_for_selector("text=Saved at noon")
        assert page.evaluate("document.forms.task.elements.csrf_token.value") == "fresh"


@pytest.mark.browser
class TestRows:
    def test_added_and_removed_without_a_round_trip(self, look):
        page, _ = look("/task", width=1280)
        page.click("text=Add a row")
        assert page.evaluate("document.activeElement.name") == "rows-2-hotel"
        page.click("text=Remove row 1")
        assert page.locator("[data-row]").count() == 2

    @pytest.mark.parametrize(("before", "after"), [
        (["2026-12-01", "2027-01-01"], "2027-02-01"), (["2027-01-04", "2027-01-11"], "2027-01-18"),
        (["2027-07-01", "2028-07-01"], "2029-07-01"), (["2027-07-01", ""], ""), (["2027-07-01", "2027-06-01"], "")])
    def test_a_row_of_a_schedule_begins_as_far_after_the_last_one_as_that_after_the_one_before(
            self, look, before, after):
        page, _ = look("/task", width=390)
        page.evaluate(DATED, before)
        page.click("text=Add a row")
        assert page.input_value("[name=rows-2-from]") == after
        assert page.evaluate("document.activeElement.name") == ("rows-2-value" if after else "rows-2-from")

    def test_a_row_of_a_schedule_begins_the_day_after_the_last_one_ends(self, look):
        page, _ = look("/task", width=390)
        page.evaluate(DATED, ["", "2027-01-01"])
        page.fill("[name=rows-1-to]", "2027-03-31")
        page.click("text=Add a row")
        assert page.input_value("[name=rows-2-from]") == "2027-04-01"

    def test_a_row_of_a_schedule_in_which_nothing_was_typed_is_sent_as_empty(self, look):
        page, _ = look("/task", width=390)
        page.evaluate(DATED, ["2026-12-01", "2027-01-01"])
        page.click("text=Add a row")
        page.click("text=Add a row")
        page.fill("[name=rows-2-value]", "34")
        with page.expect_request(lambda sent: sent.method == "POST" and sent.url.endswith("/task")) as sent:
            page.click(SUBMIT)
        typed = parse_qs(sent.value.post_data, keep_blank_values=True)
        assert [typed[f"rows-{row}-from"] for row in (2, 3)] == [["2027-02-01"], [""]]

    def test_a_beginning_that_somebody_changed_or_that_is_enough_for_a_row_is_sent(self, look):
        page, _ = look("/task", width=390)
        page.evaluate(DATED, ["2026-12-01", "2027-01-01"])
        page.click("text=Add a row")
        page.fill("[name=rows-2-from]", "2027-02-15")
        page.evaluate("document.querySelector('template').content.querySelector('[name$=-value]').name += '-note'")
        page.click("text=Add a row")
        assert page.evaluate("[2, 3].map(row => new FormData(document.forms.task).get(`rows-${row}-from`))") == [
            "2027-02-15", "2027-04-01"]


# helpers


@pytest.fixture(scope="module")
def address():
    server = make_server("127.0.0.1", 0, tiny_app(), threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def look(browser, address):
    """Opens a page at a width and in a scheme; returns it and what the console said."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    def opened(path: str, *, width: int, scheme: str = "light"):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        assert page.goto(address + path).ok
        return page, said

    yield opened
    context.close()
