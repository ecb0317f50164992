"""A file chosen in a task's form is kept with the draft: of one's own party, on any device, until it is submitted."""

import re
from contextlib import contextmanager

import pytest

from cocreate.db import db
from cocreate.services.files import prefix
from tests.support import handmade
from tests.support.drafting import post_offer, save_offer
from tests.support.rooms import hidden, text, with_offer
from tests.support.spaces import spaced
from tests.support.stores import Full

PDF = handmade.pdf()
GIVEN = {"f-price": "1", "f-price-year": "2027", "f-margin": "12"}


class TestWhileTyping:
    def test_it_is_kept_and_there_on_another_device(self, room):
        saved = save_offer(room.maker, file=("offer.pdf", PDF))
        assert saved.status_code == 200
        assert spaced(saved.json["texts"]["f-proof-chosen"]) == f"offer.pdf, {len(PDF)} bytes"
        page = room.sign_in(room.small.maker).get("/tasks/offer").text
        assert f"offer.pdf, {len(PDF)} bytes" in text_of(page)
        assert room.sign_in(room.small.maker).get("/tasks/offer/draft/files/proof").data == PDF

    def test_texts_without_a_file_leave_it(self, room):
        save_offer(room.maker, file=("offer.pdf", PDF))
        saved = save_offer(room.maker, **{"f-margin": "12"})
        assert saved.json["texts"]["f-proof-chosen"].startswith("offer.pdf")

    def test_another_one_takes_its_place_and_it_can_be_removed(self, room):
        save_offer(room.maker, file=("offer.pdf", PDF))
        assert save_offer(room.maker, file=("better.pdf", PDF)).json["texts"]["f-proof-chosen"].startswith("better.pdf")
        assert save_offer(room.maker, **{"drop-file": "proof"}).json["texts"]["f-proof-chosen"] == ""
        assert room.maker.get("/tasks/offer/draft/files/proof").status_code == 404

    def test_sent_twice_it_is_one_save(self, room):
        page = room.maker.get("/tasks/offer").text
        first = save_offer(room.maker, page, file=("offer.pdf", PDF))
        again = save_offer(room.maker, page, file=("offer.pdf", PDF))
        assert (again.status_code, again.json["values"]) == (200, first.json["values"])
        other = save_offer(room.maker, page, file=("offer.pdf", handmade.pdf(tail=b"/Other")))
        assert other.status_code == 409

    @pytest.mark.parametrize(("name", "body", "status", "sentence"), [
        ("offer.pdf", b"MZ" + bytes(200), 415, "This file is a program disguised as a PDF. We did not keep it."),
        ("offer.exe", b"MZ" + bytes(200), 415, "We do not keep programs."),
        ("offer.pdf", PDF + bytes(25 * 2**20), 413, "the limit is 25")])
    def test_one_that_is_refused_leaves_nothing_and_the_texts_are_kept(self, room, name, body, status, sentence):
        before = disk(room)
        saved = save_offer(room.maker, file=(name, body), **{"f-margin": "12"})
        assert saved.status_code == status and sentence in saved.json["errors"]["f-proof"]
        assert "Draft saved" not in saved.json["status"] and saved.json["texts"]["f-proof-chosen"] == ""
        assert disk(room) == before
        page = room.maker.get("/tasks/offer").text
        assert 'value="12"' in page and saved.json["values"]["draft"] == hidden(page)["draft"]

    def test_it_costs_three_statements_more_than_texts(self, room, query_counter):
        page = room.maker.get("/tasks/offer").text
        with query_counter(max=12):  # as without, whose part of the store it is, and what room is used and taken
            assert save_offer(room.maker, page, file=("offer.pdf", PDF)).status_code == 200


class TestWithoutScripts:
    def test_saved_by_the_button_and_used_by_the_next_submission(self, room):
        page = room.maker.get("/tasks/offer").text
        answer = post_offer(room.maker, page, file=("offer.pdf", PDF), save="1")
        assert answer.status_code == 303
        page = room.maker.get("/tasks/offer").text
        assert "offer.pdf" in page and not room.facts().documents
        assert post_offer(room.maker, page, **GIVEN).status_code == 303
        assert [one.name for one in room.facts().documents] == ["offer.pdf"]
        assert room.maker.get("/tasks/offer/versions/1/files/proof").data == PDF

    def test_removed_by_its_button_the_rest_stays(self, room):
        save_offer(room.maker, file=("offer.pdf", PDF))
        page = room.maker.get("/tasks/offer").text
        answer = post_offer(room.maker, page, **{"drop-file": "proof", "f-margin": "12"})
        assert answer.status_code == 200 and 'value="12"' in answer.text and "offer.pdf" not in text(answer)
        assert "offer.pdf" not in room.maker.get("/tasks/offer").text

    def test_a_refused_one_is_said_before_a_colleague_is_asked(self, room):
        page = room.maker.get("/tasks/offer").text
        answer = post_offer(room.maker, page, file=("offer.pdf", b"MZ" + bytes(200)), ask="proof")
        assert answer.status_code == 415 and "program disguised as a PDF" in text(answer, 415)

    def test_a_full_disk_keeps_the_rest(self, room, full):
        page = room.maker.get("/tasks/offer").text
        with full():
            answer = post_offer(room.maker, page, file=("offer.pdf", PDF), save="1", **{"f-margin": "12"})
        assert answer.status_code == 507 and 'value="12"' in answer.text
        assert 'value="12"' in room.maker.get("/tasks/offer").text


class TestWhoseItIs:
    def test_nobody_of_another_party_gets_it_or_reads_of_it(self, room):
        save_offer(room.maker, file=("offer.pdf", PDF))
        for other in (room.shop, room.manager):
            assert other.get("/tasks/offer/draft/files/proof?party=1").status_code == 404
            kept = save_offer(other, page=room.maker.get("/tasks/offer").text, file=("b.pdf", PDF))
            assert kept.status_code in (403, 404)
            for path in ("", "/tasks/offer", "/documents", "/record"):
                assert "offer.pdf" not in other.get(path).text
        for path in ("", "/documents", "/record"):
            assert "offer.pdf" not in room.maker.get(path).text

    def test_it_goes_with_the_submission(self, room):
        save_offer(room.maker, file=("offer.pdf", PDF))
        post_offer(room.maker, room.maker.get("/tasks/offer").text, **GIVEN)
        assert room.maker.get("/tasks/offer/draft/files/proof").status_code == 404

    def test_taken_back_with_other_words_the_file_given_stays(self, room):
        page = room.maker.get("/tasks/offer").text
        post_offer(room.maker, page, file=("offer.pdf", PDF), **GIVEN)
        room.maker.post("/tasks/offer/take-back", data={"party": 1, "seen": 1, "mine": "1", "f-margin": "13"})
        page = room.maker.get("/tasks/offer").text
        assert 'value="13"' in page and f"offer.pdf, {len(PDF)} bytes" in text_of(page)


class TestTwoAtOnce:
    def test_the_slower_ones_file_is_kept_where_the_faster_one_chose_none(self, room):
        tom = room.sign_in(room.colleague())
        mine = room.maker.get("/tasks/offer").text
        save_offer(tom, **{"f-margin": "9"})
        answer = post_offer(room.maker, mine, file=("offer.pdf", PDF), save="1", **{"f-margin": "12"})
        assert answer.status_code == 409 and "offer.pdf" in answer.text
        assert post_offer(room.maker, answer.text, save="1", **{"f-margin": "12"}).status_code == 303
        assert "offer.pdf" in room.maker.get("/tasks/offer").text

    def test_where_both_chose_one_the_slower_is_told_that_his_is_not_kept(self, room):
        tom = room.sign_in(room.colleague())
        mine = room.maker.get("/tasks/offer").text
        save_offer(tom, file=("toms.pdf", PDF))
        answer = post_offer(room.maker, mine, file=("offer.pdf", handmade.pdf(tail=b"/Mine")), save="1")
        said = text(answer, 409)
        assert "toms.pdf" in said and "'offer.pdf' is not kept: Tom Baker chose 'toms.pdf' meanwhile." in said


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def disk(room):
    with room.app.app_context():
        folder = room.small.store.folder / prefix(db.session, room.small.host_id)
        return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def full(app):
    """``with full():`` the disk has no room."""
    @contextmanager
    def no_room():
        store = app.extensions["store"]
        app.extensions["store"] = Full(store.folder)
        yield
        app.extensions["store"] = store
    return no_room


@pytest.fixture
def room(project):
    return project(with_offer)
