"""Talking, sharing files and deciding outside, as people do it in a browser without scripts."""

import html
import io
import re
from html import unescape

import pytest
from sqlalchemy import select

from cocreate.db import db
from cocreate.models.mails import Outbox
from cocreate.models.talk import Comment
from cocreate.models.work import DocumentRead
from tests.support import handmade, projects, stories
from tests.support.rooms import decided, hidden, with_offer, words
from tests.support.stores import Full

PDF = handmade.pdf()
XSS = "<script>alert(1)</script> [x](javascript:alert(1)) {{ 7919*7927 }} https://evil.example/a"


class TestTalk:
    def test_a_comment_with_an_answer_stands_on_the_page_of_its_thing(self, project):
        room = project()
        said = room.maker.post("/talk", data={"topic": "task:returns:2", "text": XSS,
                                               "about": "field:returns:2:crates"})
        assert said.status_code == 303 and "#c-" in said.location
        page = room.shop.get("/tasks/returns").text
        assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page and "62773913" not in page
        assert 'href="javascript' not in page and 'href="https://evil' not in page and 'src="https://evil' not in page
        assert "about: Crates that come back" in page
        number = re.search(r'id="c-(\d+)"', page)[1]
        form = room.shop.get(f"/talk?topic=task:returns:2&reply_to={number}").text
        assert f'value="{number}"' in form
        room.shop.post("/talk", data={"topic": "task:returns:2", "text": "All shops.", "reply_to": number})
        assert "All shops." in room.maker.get("/tasks/returns?party=2").text

    def test_of_a_long_talk_the_last_stand_open_and_what_was_answered_of_late(self, project):
        room = project()
        about = {"topic": "task:returns:2"}
        said = [room.maker.post("/talk", data=about | {"text": f"Said {number}."}) for number in range(24)]
        first = re.search(r"#c-(\d+)", said[0].location)[1]
        folded, _end, open_ = room.shop.get("/tasks/returns").text.partition("</ol></details>")
        assert "4 earlier comments" in folded and "Said 3." in folded and "Said 4." in open_ and "Said 23." in open_
        room.shop.post("/talk", data=about | {"text": "All shops.", "reply_to": first})
        folded, _end, open_ = room.shop.get("/tasks/returns").text.partition("</ol></details>")
        assert "Said 1." in folded and "Said 0." in open_ and "All shops." in open_ and "Said 5." in open_

    def test_who_reads_it_is_said_before_one_types(self, project):
        room = project(with_offer)
        assert "All parties read what you say here: Tornby Furniture and Aurelis Hotels." in unescape(
            room.maker.get("/tasks/returns?party=2").text)
        own = unescape(room.maker.get("/talk?topic=field:offer:1:margin").text)
        assert "Only Tornby Furniture reads what you say here." in own

    def test_notes_are_private_and_only_their_number_is_known(self, project):
        room = project()
        room.maker.post("/talk", data={"topic": "task:returns:2", "text": "canary-note", "private": "y"})
        assert "canary-note" in room.maker.get("/tasks/returns?party=2").text
        for client in (room.shop, room.manager):
            page = client.get("/tasks/returns?party=2").text
            assert "canary-note" not in page
            assert "One note of Tornby Furniture is private to Tornby Furniture." in page
            assert "canary-note" not in client.get("/record.json").text + client.get("/record").text
        number = _numbers(room, "note")[0]
        answer = room.shop.post("/talk", data={"topic": "task:returns:2", "text": "x", "reply_to": number})
        assert answer.status_code == 404

    def test_notes_stand_on_a_page_that_the_charter_leads_to(self, project):
        room = project()
        room.maker.post("/talk", data={"topic": "task:returns:2", "text": "Ask the depot.", "private": "y"})
        room.maker.post("/talk", data={"topic": "task:returns:2", "text": "Which shops?"})
        assert f'href="/p/{room.ref}/notes"' in room.maker.get("/charter").text
        page = room.maker.get("/notes").text
        assert "Ask the depot." in page and "Which shops?" not in page
        assert f'href="/p/{room.ref}/tasks/returns?party=2#c-{_numbers(room, "note")[0]}"' in page
        assert "Ask the depot." not in room.shop.get("/notes").text
        assert f'href="/p/{room.ref}/notes"' not in room.manager.get("/charter").text
        assert room.manager.get("/notes").status_code == 404

    def test_a_name_behind_an_at_is_a_mention(self, project):
        room = project()
        room.maker.post("/talk", data={"topic": "task:returns:2", "text": "@Claire Duval, please."})
        assert "To: Claire Duval" in room.shop.get("/tasks/returns").text
        room.maker.post("/talk", data={"topic": "task:returns:2", "text": "Claire Duvalier @Claire Duvalier"})
        assert _mentions(room) == [str(room.small.shop), ""]

    def test_an_empty_one_comes_back_on_its_own_page(self, project):
        room = project()
        answer = room.maker.post("/talk", data={"topic": "task:returns:2", "text": " "})
        assert answer.status_code == 422 and "Write your message." in answer.text
        assert room.maker.post("/talk", data={"topic": "task:nothing:2", "text": "x"}).status_code == 404

    @pytest.mark.parametrize("huge", [10**20, 10**23, 10**400, -2**63 - 1])
    def test_a_number_no_column_holds_is_of_nothing(self, project, huge):
        shop = project().shop
        assert shop.get(f"/talk?topic=task:returns:2&reply_to={huge}").status_code == 200
        answer = shop.post("/talk", data={"topic": "task:returns:2", "text": "Yes.", "reply_to": huge})
        assert answer.status_code == 422
        assert shop.post(f"/tasks/returns/entries/{huge}/support").status_code == 404
        assert shop.get(f"/documents/{huge}").status_code == 404

    def test_sent_twice_it_is_said_once(self, project):
        room = project()
        for _ in range(2):
            room.maker.post("/talk", data={"topic": "task:returns:2", "text": "Once.", "key": "k" * 20})
        assert room.maker.get("/tasks/returns?party=2").text.count("Once.") == 1

    def test_observers_read_and_find_no_form(self, project):
        room = project()
        reads = room.sign_in(room.colleague(2, "observer"))
        page = reads.get("/tasks/returns?party=2").text
        assert "Say something" not in page and 'id="talk"' in page
        assert reads.post("/talk", data={"topic": "task:returns:2", "text": "x"}).status_code == 403


class TestHelp:
    def test_the_form_says_that_its_words_go_out_by_mail(self, project):
        form = project().shop.get("/tasks/returns/help?party=2").text
        assert "They get your words by mail" in form and "not in the mail" not in form

    def test_stands_on_top_until_it_helped(self, project):
        room = project()
        answer = room.shop.post("/tasks/returns/help", data={
            "party": 2, "text": "Which ramp is meant here?", "who": "all"}, follow_redirects=True)
        assert "Claire Duval asks for help:" in answer.text and "That helped" in answer.text
        now = room.maker.get("").text
        assert "Aurelis Hotels asks for help: Crates per year" in now
        page = room.maker.get("/tasks/returns?party=2").text
        assert "Which ramp is meant here?" in page and "That helped" not in page
        number = _numbers(room, "help")[0]
        turns = room.maker.client.get("/your-turn").text
        assert "Claire Duval: Which ramp is meant here?" in turns
        answers = room.maker.get(f"/talk?topic=task:returns:2&reply_to={number}").text
        assert "<h1>Which ramp is meant here?</h1>" in answers
        assert "Claire Duval asks for help with" in answers
        room.maker.post("/talk", data={"topic": "task:returns:2", "text": "The one at gate 3.", "reply_to": number})
        assert "asks for help" not in room.maker.get("").text
        assert "Did it help? Crates per year" in room.shop.get("").text
        turns = room.shop.client.get("/your-turn").text
        assert turns.index("Ingrid Solvik: The one at gate 3.") < turns.index("Fill in:")
        assert room.maker.get("/tasks/returns/helped?party=2").status_code == 403
        question = room.shop.get("/tasks/returns/helped?party=2").text
        assert "The one at gate 3." in question and "Yes, it helped" in question
        room.shop.post("/tasks/returns/helped", data={
            "party": 2, "number": number, "stuck": "1", "text": "There are two."})
        assert "asks for help" in room.maker.get("").text
        assert "There are two." in room.maker.get("/tasks/returns?party=2").text
        room.maker.post("/talk", data={"topic": "task:returns:2", "text": "Both.", "reply_to": number})
        first, second = (room.shop.post("/tasks/returns/helped", data={
            "party": 2, "number": number, "key": "a-key-of-one-click"}) for _click in range(2))
        assert (first.status_code, first.location) == (second.status_code, second.location)
        assert first.status_code == 303
        assert "Did it help?" not in room.shop.get("").text
        assert "help no longer needed" in room.maker.get("/tasks/returns?party=2").text
        assert room.shop.get("/tasks/returns/helped?party=2").status_code == 409

    def test_ends_visibly_with_the_task(self, project):
        room = project()
        room.shop.post("/tasks/returns/help", data={"party": 2, "text": "Which ramp is meant here?", "who": "all"})
        number = _numbers(room, "help")[0]
        room.maker.post("/talk", data={"topic": "task:returns:2", "text": "The one at gate 3.", "reply_to": number})
        room.shop.post("/tasks/returns/helped", data={"party": 2, "number": number, "stuck": "1", "text": ""})
        with room.app.app_context():
            stories.submit(room.small, "returns")
            assert db.session.scalars(select(Outbox.recipient).where(Outbox.kind == "help_ended",
                                                                     Outbox.state == "waiting")).all() == [
                                                                         room.small.maker]
        page = room.maker.get("/tasks/returns?party=2").text
        assert "help no longer needed" in page and "asks for help" not in page
        assert "The call for help with 'Crates per year' ended with it." in unescape(room.maker.get("/record").text)

    def test_of_the_own_party_nobody_else_hears(self, project):
        room = project()
        room.shop.post("/tasks/returns/help", data={"party": 2, "text": "canary-help please", "who": "own"})
        for client in (room.maker, room.manager):
            assert "canary-help" not in client.get("/tasks/returns?party=2").text
            assert "asks for help" not in client.get("").text


class TestDocuments:
    def test_shared_with_all_it_says_who_has_read_it(self, project):
        room = project()
        number = _share(room.maker, who="all")
        page = room.shop.get("/documents").text
        assert "plan.pdf" in page and "not yet read by Aurelis Hotels" in room.maker.get("/documents").text
        for _ in range(2):
            got = room.shop.get(f"/documents/{number}/1")
        assert got.data == PDF and got.headers["Content-Disposition"].startswith("attachment")
        assert "read by Aurelis Hotels" in room.maker.get(f"/documents/{number}").text
        assert "Claire Duval" not in room.maker.get(f"/documents/{number}").text.split('id="talk"')[0]
        with room.app.app_context():
            assert len(db.session.scalars(select(DocumentRead)).all()) >= 1

    def test_of_the_own_party_others_find_nothing(self, project):
        room = project()
        number = _share(room.maker, who="own")
        assert "Only your party" in room.maker.get("/documents").text
        assert "plan.pdf" not in room.shop.get("/documents").text
        assert "One file is private to another party." in room.shop.get("/documents").text
        for path in ("", "/1", "/new-version", "/seen-by", "/withdraw"):
            assert room.shop.get(f"/documents/{number}{path}").status_code == 404
        assert "plan.pdf" not in room.shop.get("/record").text + room.shop.get("/record.json").text

    def test_widened_and_narrowed_by_its_owner(self, project):
        room = project()
        number = _share(room.maker, who="own")
        assert room.maker.post(f"/documents/{number}/seen-by", data={"who": "all"}).status_code == 303
        assert room.shop.get(f"/documents/{number}/1").status_code == 200
        assert "Aurelis Hotels has downloaded it already." in room.maker.get(f"/documents/{number}/seen-by").text
        room.maker.post(f"/documents/{number}/seen-by", data={"who": "own"})
        assert room.shop.get(f"/documents/{number}/1").status_code == 404
        assert room.shop.post(f"/documents/{number}/seen-by", data={"who": "all"}).status_code == 404

    def test_a_new_version_says_what_changed(self, project):
        room = project()
        number = _share(room.maker, who="all")
        data = {"seen": 1, "note": "Page 3 is new.", "upload": (io.BytesIO(PDF), "plan-2.pdf")}
        same = room.maker.post(f"/documents/{number}/new-version", data=data, content_type="multipart/form-data")
        assert same.status_code == 422 and "This is the file that is there already." in same.text
        data["upload"] = (io.BytesIO(PDF.replace(b"%%EOF", b"% three\n%%EOF")), "plan-2.pdf")
        new = room.maker.post(f"/documents/{number}/new-version", data=data, content_type="multipart/form-data")
        assert new.status_code == 303, _text(new.text)
        page = room.shop.get(f"/documents/{number}").text
        assert "Page 3 is new." in page and "plan-2.pdf" in page
        assert room.facts().documents[0].name == "plan.pdf"
        data["upload"] = (io.BytesIO(PDF), "plan-3.pdf")
        late = room.maker.post(f"/documents/{number}/new-version", data=data, content_type="multipart/form-data")
        assert late.status_code == 409 and "There is a newer version of this document." in late.text

    def test_withdrawn_it_is_gone(self, project):
        room = project()
        number = _share(room.maker, who="all")
        room.maker.post(f"/documents/{number}/withdraw", data={"seen": 1})
        assert room.shop.get(f"/documents/{number}").status_code == 404
        assert room.maker.get(f"/documents/{number}/1").status_code == 404

    @pytest.mark.parametrize(("name", "body", "said"), [
        ("plan.pdf", b"MZ" + bytes(99), "This file is a program disguised as a PDF. We did not keep it."),
        ("plan.exe", b"MZ" + bytes(99), "is a program. We do not keep programs."),
        ("plan.zip", b"PK", "is an archive. Unpack it"), ("plan.pdf", b"", "is empty."),
        ("plan.docm", b"PK", "may hold macros."), ("", b"", "Choose the file.")])
    def test_a_refused_file_says_the_rule_and_the_way_out(self, project, name, body, said):
        room = project()
        answer = room.maker.post("/documents/new", data={
            "who": "all", "note": "My words", "upload": (io.BytesIO(body), name)},
            content_type="multipart/form-data")
        assert answer.status_code == (415 if name else 422) and said in _text(answer.text) and "My words" in answer.text
        assert room.facts().documents == ()

    def test_what_tasks_ask_for_stands_there_before_it_comes(self, project):
        room = project(_needs)
        assert "Tornby Furniture uploads it by" in room.shop.get("/documents").text

    def test_a_hidden_character_in_a_name_is_told(self, project):
        room = project()
        answer = room.maker.post("/documents/new", data={
            "who": "all", "upload": (io.BytesIO(PDF), "pl\u202ean.pdf")}, content_type="multipart/form-data",
            follow_redirects=True)
        assert "The name contained hidden characters; we show it as" in answer.text

    def test_a_full_store_is_said_and_what_was_typed_stays(self, project, monkeypatch):
        room = project()
        monkeypatch.setitem(room.app.extensions, "store", Full(room.app.extensions["store"].folder))
        answer = room.maker.post("/documents/new", data={
            "who": "all", "note": "My words", "upload": (io.BytesIO(PDF), "plan.pdf")},
            content_type="multipart/form-data")
        assert "The file could not be stored, the rest of your text is saved." in answer.text
        assert "My words" in answer.text


class TestDecidedOutside:
    def test_is_recorded_with_its_file(self, project):
        room = project(decided)
        page = room.shop.get("/gates/picture").text
        assert "Record what was decided outside" in page and "Agree for" in page
        page = room.shop.get("/gates/picture/outside").text
        answer = room.shop.post("/gates/picture/outside", data=hidden(page) | {
            "answer": "refused", "body": "The board", "on": "2027-02-26", "reason": "The price is not known yet.",
            "wanted": "A price.", "proof": (io.BytesIO(PDF), "minutes.pdf")},
            content_type="multipart/form-data", follow_redirects=True)
        assert "by The board on Fri 26 Feb" in answer.text and "see the file" in answer.text
        assert "minutes.pdf" in room.maker.get("/documents").text
        assert "recorded for Aurelis Hotels that The board did not agree" in room.maker.get("/record").text

    def test_without_its_file_it_comes_back(self, project):
        room = project(decided)
        page = room.shop.get("/gates/picture/outside").text
        answer = room.shop.post("/gates/picture/outside", data=hidden(page) | {
            "answer": "agreed", "body": "The board", "on": "2027-02-26"})
        assert answer.status_code == 422 and "Add the file that shows the decision." in answer.text
        assert 'value="The board"' in answer.text

    def test_not_by_who_does_not_decide(self, project):
        room = project(decided)
        assert room.manager.get("/gates/picture/outside").status_code == 403

    def test_who_comes_before_it_is_asked_reads_what_it_waits_for(self, project):
        room = project(with_offer)
        page = words(room.shop.get("/gates/picture/outside"))
        assert "Not possible yet 'Is this our picture?' can be decided when" in page and "Only" not in page


class TestStrangers:
    """Nothing here says to somebody outside whether a thing is there."""

    PATHS = ("/tasks/returns/pass", "/tasks/returns/let-in", "/tasks/returns/wait", "/tasks/returns/enter",
             "/tasks/returns/reopen", "/tasks/returns/help", "/tasks/returns/versions/1",
             "/tasks/returns/versions/1/2", "/tasks/returns/versions/1/files/x", "/talk?topic=task:returns:2",
             "/concern", "/concerns", "/concerns/7/answer", "/concerns/7/again", "/concerns/7/end",
             "/gates/picture/outside", "/documents/new", "/documents/1",
             "/documents/1/new-version", "/documents/1/seen-by", "/documents/1/withdraw")

    def test_get_the_answer_of_a_project_that_is_not_there(self, project):
        room, other = project(decided), project(with_offer)
        for path in self.PATHS:
            assert other.maker.client.get(f"/p/{room.ref}{path}").status_code == 404, path
            assert other.maker.client.get(f"/p/{'0' * 26}{path}").status_code == 404, path


# helpers


def _share(room, **given):
    answer = room.post("/documents/new", data={"note": "", "upload": (io.BytesIO(PDF), "plan.pdf"), **given},
                       content_type="multipart/form-data")
    assert answer.status_code == 303, _text(answer.text)
    return int(answer.location.rsplit("/", 1)[1])


def _text(page):
    return html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<script.*?</script>", "", page)))


def _comments(small):
    with small.app.app_context():
        return db.session.scalars(select(Comment).where(Comment.project_id == small.facts().project.id)
                                  .order_by(Comment.number)).all()


def _numbers(small, kind):
    return [one.number for one in _comments(small) if one.kind == kind]


def _mentions(small):
    return [one.mentions for one in _comments(small)]


def _needs(session):
    from tests.support import stories
    return projects.open_small(session, definition=stories.definition().replace(
        '"type": "file", "required": false', '"type": "file", "required": true'))
