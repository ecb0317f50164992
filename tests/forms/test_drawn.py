"""The form of a task in a real browser: it fits, can be read by everyone, and loses nothing."""

from pathlib import Path
from threading import Thread

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from werkzeug.serving import WSGIRequestHandler, make_server

from cocreate import words
from cocreate.domain.answers import Answer
from cocreate.domain.saying import compared, shown
from cocreate.forms.contributions import ContributionForm
from cocreate.web import assets, icons
from cocreate.words import Reader
from tests.support.asking import FORM, HANGING, TYPED, WRONG
from tests.support.axe import WCAG, findings

ROOT = Path(__file__).parents[2]

PAGE = """<!doctype html><html lang="en"{% if theme %} data-theme="{{ theme }}"{% endif %}><head><title>Task</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{{ asset('mark.svg') }}"><link rel="stylesheet" href="{{ asset('theme.css') }}">
<script type="module" src="{{ asset('rows.js') }}"></script>
<script type="module" src="{{ asset('tasks.js') }}"></script>
</head><body><main id="main"><div class="frame pad stack-lg"><h1>Total cost today</h1>
{% from "room/tasks/_fields.html" import task_fields %}{% from "macros/forms.html" import error_summary %}
{% from "room/tasks/_answers.html" import answers_compared, answers_table %}
{% if form %}<form method="post" class="stack-lg" novalidate>{{ error_summary(form) }}
{{ task_fields(form, file_rule="PDF, pictures, spreadsheets, up to 25 MB") }}</form>{% endif %}
{% if shown %}{{ answers_table(shown, {"report": "/report"}) }}{{ answers_compared(pairs, "Version 1", "Version 2") }}
{% endif %}</div></main></body></html>"""

POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'"


class TestPages:
    @pytest.mark.parametrize(("width", "theme"), [
        (360, "light"), (390, "dark"), (1280, "light"),
        *(pytest.param(width, theme, marks=pytest.mark.long) for width, theme in (
            (360, "dark"), (390, "light"), (1280, "dark")))])
    @pytest.mark.parametrize("kind", ["new", "wrong", "read"])
    def test_fit_and_can_be_read_by_everyone(self, open_page, kind, width, theme):
        page = open_page(f"/{kind}/{theme}", viewport={"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert findings(page, *WCAG) == []

    def test_not_available_closes_the_field_and_loses_nothing(self, open_page):
        page = open_page("/wrong/light")
        mass = page.locator("#f-mass")
        page.check("#f-mass-na")
        page.fill("#f-mass-na-why", "The landlord knows")
        assert mass.evaluate("input => [input.readOnly, !!input.closest('[inert]'), input.value]") == [
            True, True, "43,000 t/a"]
        page.uncheck("#f-mass-na")
        assert mass.is_editable()

    def test_a_row_goes_with_its_errors_and_a_new_one_has_its_names(self, open_page):
        page = open_page("/wrong/light")
        rows = page.locator("#f-items [data-row]")
        page.locator("#f-items [data-rows-remove]").nth(1).click()
        assert (rows.count(), page.locator("#f-items [data-row-errors]").count()) == (1, 0)
        page.click("#f-items [data-rows-add]")
        assert page.locator("#f-items-8-amount").get_attribute("aria-label") == "Items, row 2, Amount, per year"

    def test_on_a_phone_what_one_presses_is_large(self, open_page):
        page = open_page("/new/light", viewport={"width": 390, "height": 900})
        small = page.evaluate("""() => [...document.querySelectorAll(
            'button, input:not([type=checkbox]):not([type=radio]), select, textarea')]
            .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.id)""")
        assert small == []


class TestHangingOnAPage:
    def test_a_field_comes_and_goes_with_the_answer_and_keeps_what_was_typed(self, open_page):
        page = open_page("/hanging/light")
        amount = page.locator("[data-field=sum]")
        assert amount.is_visible() and page.get_by_text("Only if").is_hidden()
        page.fill("[name=f-sum]", "25")
        page.check("[name=f-kind][value=none]")
        assert amount.is_hidden()
        page.check("[name=f-kind][value=deposit]")
        assert amount.is_visible() and page.input_value("[name=f-sum]") == "25"

    def test_without_scripts_it_says_when_it_is_asked(self, open_page):
        page = open_page("/hanging/light", java_script_enabled=False)
        assert page.get_by_text("Only if “Kind” is: A deposit.").is_visible()


# helpers


@pytest.fixture
def open_page(browser, address):
    contexts, complaints = [], []

    def open_(path, **options):
        context = browser.new_context(base_url=address, **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def address():
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals["csrf_token"] = str
    app.jinja_env.filters["lang"] = lambda _text: ""
    app.jinja_env.filters.update(day=str, things=lambda count: words.things(count, Reader()))
    Babel(app)
    assets.init_app(app)
    icons.init_app(app)

    @app.get("/<kind>/<theme>")
    def page(kind, theme):
        form = ContributionForm(HANGING) if kind == "hanging" else ContributionForm(
            FORM, typed=TYPED if kind == "read" else WRONG if kind == "wrong" else {},
            marked={"mass"})
        if kind == "wrong":
            form.validate()
        now = form.answers()
        before = {**now, "unit": Answer("lamp"), "items": Answer(now["items"].value[:1])} if kind == "read" else {}
        return render_template_string(
            PAGE, form=None if kind == "read" else form, theme=theme,
            shown=shown(FORM, now) if kind == "read" else None, pairs=compared(FORM, before, now))

    @app.after_request
    def policy(response):
        response.headers["Content-Security-Policy"] = POLICY
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Quiet(WSGIRequestHandler):
    def log_request(self, *_args):
        pass
