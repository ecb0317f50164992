"""A document shown beside its download: pictures, the first pages of a PDF, the beginning of a text; or why not."""

import hashlib
import io
import re

import pytest

from tests.support.pictures import BLUE, HALVES, RED, page, pixels
from tests.support.rooms import text

LONG = page(HALVES, count=12)


class TestPdf:
    def test_its_first_pages_stand_on_the_page_for_all_who_may_see_it(self, room):
        there = share(room.maker, "plan.pdf", LONG)
        shown = room.shop.get(there)
        assert "The first 3 of 12 pages are shown; the download has all of them." in text(shown)
        pictures = re.findall(r'<img src="([^"]+)" alt="plan.pdf, version 1, page (\d)"', shown.text)
        assert [number for _url, number in pictures] == ["1", "2", "3"]
        answer = room.shop.client.get(pictures[0][0])
        _width, _height, at = pixels(answer.data)
        assert (at(10, 10), at(990, 10)) == (RED, BLUE)
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")

    def test_who_was_shown_its_last_page_has_read_it(self, room):
        short, long = share(room.maker, "one.pdf", page(HALVES)), share(room.maker, "plan.pdf", LONG)
        for there in (short, long):
            for url in re.findall(r'<img src="([^"]+)"', room.shop.get(there).text):
                assert room.shop.client.get(url).status_code == 200
        assert "read by Aurelis Hotels" in room.maker.get(short).text
        assert "not yet read by Aurelis Hotels" in room.maker.get(long).text

    def test_nobody_else_gets_its_pictures(self, room):
        there = share(room.maker, "limits.pdf", LONG, who="own")
        assert room.maker.get(f"{there}/1/pages/1").status_code == 200
        assert {client.get(f"{there}/1/pages/1").status_code for client in (room.shop, room.manager)} == {404}
        for missing in ("1/pages/0", "1/pages/4", "2/pages/1", "1/picture"):
            assert room.maker.get(f"{there}/{missing}").status_code == 404

    def test_one_that_cannot_be_drawn_says_so_and_can_be_had(self, room):
        """Such as one that passes the check and holds no page; it is drawn once."""
        body = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" \
               b"trailer<</Root 1 0 R>>\n%%EOF\n"
        there = share(room.maker, "nothing.pdf", body)
        for _ in range(2):
            shown = room.shop.get(there)
            assert "No preview: its pages cannot be drawn here. Download it to read it." in text(shown)
            assert "<img src" not in shown.text
        assert room.shop.get(f"{there}/1/pages/1").status_code == 404
        assert hashlib.sha256(room.shop.get(f"{there}/1").data).digest() == hashlib.sha256(body).digest()


class TestOthers:
    def test_a_kind_that_is_never_shown_says_so(self, room):
        from tests import corpus
        name, body = next((case.name, case.data) for case in corpus.good() if case.name.endswith(".docx"))
        assert "No preview of this kind of file." in text(room.shop.get(share(room.maker, name, body)))

    def test_a_text_stands_as_text(self, room):
        shown = room.shop.get(share(room.maker, "notes.txt", b"Ramps <b>first</b>."))
        assert "Ramps &lt;b&gt;first&lt;/b&gt;." in shown.text


def share(client, name, body, who="all"):
    answer = client.post("/documents/new", content_type="multipart/form-data", data={
        "who": who, "note": "", "upload": (io.BytesIO(body), name)})
    assert answer.status_code == 303, text(answer, answer.status_code)
    return answer.location.removeprefix(client.start)


@pytest.fixture
def room(project):
    return project()
