"""Files as they come through the pages (P-18): what is refused leaves nothing, what is taken can do nothing here."""

import hashlib
import io
import re
import resource
import sys
import time

import pytest
from sqlalchemy import select

from cocreate.db import db
from cocreate.models.work import DocumentVersion
from cocreate.services.files import prefix
from tests import corpus
from tests.support import handmade, projects
from tests.support.strangers import signed_in

HOSTILE, GOOD = corpus.hostile(), list(corpus.good())
NAMES = {
    "../../etc/plan.pdf": "plan.pdf", "..\\..\\plan.pdf": "plan.pdf", "/etc/passwd/plan.pdf": "plan.pdf",
    "plan\0.pdf": "plan.pdf", "p" * 400 + ".pdf": "p" * 196 + ".pdf", "pl\u202efdp.pdf": "plfdp.pdf",
    "CON.pdf": "_CON.pdf", "plan.pdf. . .": "plan.pdf", "合同.pdf": "合同.pdf", "plan'.pdf": None, "a;b=c.pdf": None,
    "<b>.pdf": None, "'; DROP TABLE--.pdf": None, "%2e%2e%2fplan.pdf": None,
}


class TestRefused:
    @pytest.mark.parametrize("part", range(4))
    def test_a_hostile_file_leaves_no_row_and_nothing_on_disk(self, room, part):
        """Each of the corpus, under its own name, a quarter of them in each test."""
        before = room.rows(), room.disk()
        for case in HOSTILE[part::4]:
            if case.values.get("limit_mb", 25) != 25:
                continue
            began, memory = time.process_time(), peak()
            answer = room.share(case.name, case.data)
            assert answer.status_code in (413, 415), case.label
            assert "PDF, pictures, spreadsheets" in answer.text, case.label
            assert not re.search(r"<script>alert|javascript:", answer.text), case.label
            assert time.process_time() - began < 5, case.label
            assert peak() - memory < 100 * 2**20, case.label
        assert (room.rows(), room.disk()) == before

    def test_one_that_is_too_large_is_told_the_limit(self, room):
        before = room.rows(), room.disk()
        for size in (25 * 2**20 + 1, 40 * 2**20):
            answer = room.share("plan.pdf", handmade.pdf() + bytes(size))
            assert answer.status_code == 413
            assert "25 MB" in answer.text
        assert (room.rows(), room.disk()) == before

    def test_the_corpus_is_large_enough(self):
        assert sum(case.values.get("limit_mb", 25) == 25 for case in HOSTILE) >= 60


class TestTaken:
    def test_a_good_file_is_kept_under_its_hash_and_can_only_be_saved(self, room):
        for case in GOOD:
            answer = room.share(case.name, case.data)
            assert answer.status_code == 303, case.label
            version = room.rows()[-1]
            sha256 = hashlib.sha256(case.data).hexdigest()
            assert (version.sha256, version.name, version.size) == (sha256, case.name, len(case.data))
            assert f"{sha256[:2]}/{sha256}" in room.disk()
            answer = room.client.get(f"{answer.location}/1")
            assert answer.data == case.data
            assert_only_saved(answer, case.name)

    def test_a_name_reaches_neither_the_disk_nor_a_header(self, room):
        for number, (name, shown) in enumerate(NAMES.items()):
            body = handmade.pdf(tail=b"/N %d" % number)
            answer = room.share(name, body)
            assert answer.status_code == 303, ascii(name)
            version = room.rows()[-1]
            assert shown is None or version.name == shown
            assert not re.search(r"[\x00-\x1f/\\\u202a-\u202e\u2066-\u2069]", version.name), ascii(name)
            assert all(re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{64}", file) for file in room.disk())
            page = room.client.get(answer.location).text
            assert "<b>.pdf" not in page
            assert_only_saved(room.client.get(f"{answer.location}/1"), version.name)


def assert_only_saved(answer, name):
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    plain, encoded = r'attachment; filename="[^"\\\r\n]*"', r"(; filename\*=UTF-8''[\w.!~*'()%-]+)?"
    assert re.fullmatch(plain + encoded, disposition), name
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype not in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml")


def peak():
    """In bytes, as macOS counts; Linux counts kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class Room:
    """One project, one person of it, and the part of the store that is its host's."""

    def __init__(self, app, small):
        self.app, self.small = app, small
        self.client = signed_in(app, small.maker)
        with app.app_context():
            self.folder = small.store.folder
            self.prefix = prefix(db.session, small.host_id)

    def share(self, name, body):
        return self.client.post(f"/p/{self.small.ref}/documents/new", content_type="multipart/form-data", data={
            "who": "all", "note": "", "upload": (io.BytesIO(body), name)})

    def rows(self):
        with self.app.app_context():
            return list(db.session.execute(select(
                DocumentVersion.document, DocumentVersion.sha256, DocumentVersion.name, DocumentVersion.size)
                .where(DocumentVersion.host_id == self.small.host_id).order_by(DocumentVersion.document)))

    def disk(self):
        """Every file of the host, and every one that is not finished."""
        found = [*(self.folder / self.prefix).rglob("*"), *(self.folder / ".new").rglob("*")]
        return sorted("/".join(path.parts[-2:]) for path in found if path.is_file())


@pytest.fixture
def room(app, session, clock):
    small = projects.open_small(session)
    session.commit()
    return Room(app, small)
