"""What the pages are made of: one style sheet, modules, icons and short templates, as the policy allows."""

import re

import pytest

from cocreate.web import assets, icons
from tests.support.sampler import TEMPLATES, tiny_app


class TestAssets:
    def test_the_style_sheet_holds_nothing_the_policy_refuses(self):
        css = assets.bundle().decode()
        assert not re.search(r"url\([\"']?data:", css)
        assert "sourceMappingURL" not in css
        assert "--paper" in css and ".row-cols-1" in css

    def test_an_address_changes_with_the_content_and_is_kept_for_ever(self, client):
        with client.application.test_request_context():
            url = client.application.jinja_env.globals["asset"]("theme.css")
        answer = client.get(url, headers={"Accept-Encoding": "gzip"})
        assert re.fullmatch(r"/static/[0-9a-f]{16}/theme\.css", url)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.data) < 60_000

    def test_another_version_is_answered_but_not_kept(self, client):
        answer = client.get("/static/0000000000000000/autosave.js")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.content_type.startswith("text/javascript")

    def test_a_file_that_does_not_exist_is_not_found(self, client):
        assert client.get("/static/0000000000000000/other.css").status_code == 404

    def test_modules_stand_alone(self):
        for module in assets.STATIC.glob("*.js"):
            text = module.read_text()
            assert not re.search(
                r"^\s*import\b|localStorage|sessionStorage|indexedDB|innerHTML|\.style\b", text, re.MULTILINE
            ), module


class TestIcons:
    def test_every_allowed_icon_is_in_the_file(self):
        assert icons.symbols().keys() >= icons.ALLOWED

    def test_every_icon_a_template_names_is_allowed(self):
        used = {
            name
            for page in TEMPLATES.rglob("*.html")
            for name in re.findall(r"""icon\(\s*["']([a-z0-9-]+)["']""", page.read_text())
        }
        used |= {
            name
            for page in TEMPLATES.rglob("*.html")
            for name in re.findall(r"""symbol=["']([a-z0-9-]+)["']""", page.read_text())
        }
        assert used
        assert used <= icons.ALLOWED

    def test_an_unknown_icon_is_an_error(self, client):
        with pytest.raises(KeyError):
            client.application.jinja_env.globals["icon"]("moon")

    def test_a_ring_of_two_is_two_halves(self):
        assert icons.ring_arc(0, 2) == "M10.13 20.80A9 9 0 0 1 10.13 3.20"
        assert icons.ring_arc(1, 3) == "M13.87 3.20A9 9 0 0 1 20.56 14.78"


class TestTemplates:
    def test_are_short_and_hold_nothing_inline(self):
        for page in TEMPLATES.rglob("*.html"):
            if page.parts[len(TEMPLATES.parts)] in ("mail", "contract"):
                continue
            text = page.read_text()
            assert text.count("\n") <= 120, page
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|https?://", text), page


@pytest.fixture
def client():
    return tiny_app().test_client()
