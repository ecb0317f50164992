"""Importing a template from a file or a text: it is shown before it is stored."""

import html
import json
import re
from io import BytesIO

import pytest
from sqlalchemy import select

from cocreate.models.hosts import Template
from cocreate.services import templates
from tests.support import projects
from tests.support.openings import versions
from tests.support.rooms import text
from workflows import library
from workflows.exchange.yaml_text import read, write


class TestImport:
    def test_shows_before_it_stores(self, client, session, small):
        answer = client.post("/admin/templates/import", data={"text": projects.SMALL})
        page = text(answer)
        assert "Save 'Returned crates' as a draft" in page and "It says the same as version 1." in page
        assert versions(session, small) == 1 and "to_signature" in answer.text  # the text is kept in the form

    def test_offers_to_ask_where_the_parties_are_registered(self, client, session, small):
        page = client.post("/admin/templates/import", data={"text": projects.SMALL}).text
        assert re.search(r'<input [^>]*checked[^>]+name="ask_address"', page)
        assert "A task in &#39;Terms&#39; is added" in page
        client.post("/admin/templates/import", data={"text": projects.SMALL, "ask_address": "y", "save": "1"})
        (ref,) = session.scalars(select(Template.ref).where(Template.host_id == small.host_id)).all()
        draft = templates.one(session, [small.host_id], ref).newest.definition
        assert draft.party_details.address == "terms.registered_address.address"
        page = client.post("/admin/templates/import", data={"text": write(draft)}).text
        assert "ask_address" not in page and "where its parties are registered" not in page

    def test_saves_when_asked_to_and_once(self, client, session, small):
        changed = {"text": projects.SMALL.replace("target: 10", "target: 12"), "save": "1"}
        assert [client.post("/admin/templates/import", data=changed).status_code for _ in range(2)] == [303, 303]
        assert versions(session, small) == 2
        assert templates.ever_published(session, small.host_id, "returned_crates").number == 1

    def test_says_what_differs_from_what_projects_open_with(self, client, ref):
        changed = {"text": projects.SMALL.replace("target: 10", "target: 12")}
        said = "1 difference from version 1 Changed stages.figures.target 10 12"
        assert said in text(client.post("/admin/templates/import", data=changed))
        client.post("/admin/templates/import", data=changed | {"save": "1"})
        assert said in text(client.get(f"/admin/templates/{ref}"))
        assert said in text(client.get(f"/admin/templates/{ref}/publish"))
        assert "difference" not in text(client.get(f"/admin/templates/{ref}?version=1"))

    def test_a_corrected_import_replaces_the_draft_that_one_saw_and_no_newer_one(self, client, session, small, ref):
        def send(target, **more):
            return client.post("/admin/templates/import", follow_redirects=True, data={
                "text": projects.SMALL.replace("target: 10", f"target: {target}"), **more})

        send(11, save="1")
        page = send(12)
        assert "There is a draft already: version 2." in text(page)
        assert re.search(r'<input [^>]*checked[^>]+name="replace"', page.text)
        assert 'name="draft" type="hidden" value="2"' in page.text
        done = send(12, save="1", replace="y", draft="2")
        assert "Version 3 is saved as a draft in place of version 2." in text(done) and versions(session, small) == 2
        stays = text(send(13, save="1", replace="y", draft="2"))
        assert "Version 4 is saved as a draft." in stays and "Version 3 is an older draft" in stays
        assert versions(session, small) == 3

    def test_asks_whether_units_that_are_no_measures_are_meant(self, client):
        page = text(client.post("/admin/templates/import", data={
            "text": projects.SMALL.replace("unit: pieces/a", "unit: furlongz/a")}))
        assert "Counted as things of their own kind, compared with nothing else: 'furlongz' and 'piece'." in page

    def test_makes_no_second_draft_of_the_same_content(self, client, session, small, ref):
        first = {"text": projects.SMALL.replace("target: 10", "target: 12"), "save": "1"}
        second = {"text": projects.SMALL.replace("target: 10", "target: 13"), "save": "1"}
        for sent in (first, second, first, {"text": projects.SMALL, "save": "1"}):
            answer = client.post("/admin/templates/import", data=sent, follow_redirects=True)
        assert "This is version 1 already." in text(answer)  # what is published
        assert versions(session, small) == 3

    def test_reads_a_file(self, fresh):
        body = BytesIO(write(library.load("proximity")).encode())
        answer = fresh.post("/admin/templates/import", data={"file": (body, "proximity.yaml")})
        assert "It becomes a new template" in text(answer)

    def test_names_every_mistake_at_once_with_its_line(self, client, session, small):
        wrong = projects.SMALL.replace("unit: pieces/a, ", "").replace("target: 10", "target: soon")
        answer = client.post("/admin/templates/import", data={"text": wrong, "save": "1"})
        page = html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
        assert answer.status_code == 422 and "Two things need a look. Nothing was stored." in page
        assert "stages.figures.tasks.returns.fields.crates" in page and re.search(r"Line\s+\d+", page)
        assert "Example:" in page and "target: soon" in page and versions(session, small) == 1

    def test_a_wrong_name_comes_with_its_line_and_what_was_meant(self, client):
        wrong = projects.SMALL.replace("        of: shop\n", "        of: shopp\n", 1)
        page = text(client.post("/admin/templates/import", data={"text": wrong}))
        line = wrong.split("\n").index("        of: shopp") + 1
        assert "There is no seat 'shopp'; did you mean 'shop'?" in page
        assert f"Line {line} stages.figures.tasks.returns.of" in page

    def test_asks_for_a_file_where_none_came_and_does_not_show_one_that_is_too_large(self, client):
        nothing = client.post("/admin/templates/import", data={"text": " "})
        assert "Choose a file or paste its text." in text(nothing, 422)
        empty = client.post("/admin/templates/import", data={"file": (BytesIO(b""), "x.yaml"), "text": ""})
        assert "This file is empty." in text(empty, 422)
        assert "Line 1 This is not" not in text(client.post("/admin/templates/import", data={"text": "words"}), 422)

    def test_says_how_a_file_is_written_with_texts_to_begin_from(self, fresh):
        page = fresh.get("/admin/templates/import")
        assert "How such a file is written" in text(page)
        began = fresh.get("/admin/templates/shipped/take_back.yaml")
        assert began.location is None and read(began.data).sha256 == library.load("take_back").sha256
        assert fresh.get("/admin/templates/shipped/none.yaml").status_code == 404
        assert json.loads(fresh.get("/admin/templates/schema.json").data)["title"] == "Template"
        assert all(f'href="/admin/templates/{path}"' in page.text for path in ("shipped/open.yaml", "schema.json"))

    @pytest.mark.parametrize("body", [b"%PDF-1.7\n\x00\xff", b"\xff\xfe", b"just words", b"a: b", b"- 1", b"{"])
    def test_a_wrong_kind_is_no_template_file(self, client, body):
        answer = client.post("/admin/templates/import", data={"file": (BytesIO(body), "x.yaml"), "text": ""})
        assert answer.status_code == 422 and "This is not a template file." in answer.text

    def test_a_large_one_is_refused(self, client):
        body = (b'--end\r\nContent-Disposition: form-data; name="file"; filename="x.yaml"\r\n\r\n' + b"a" * 1_000_001
                + b"\r\n--end--\r\n")  # written by hand: the test client leaves its own large file open
        answer = client.post("/admin/templates/import", data=body, content_type="multipart/form-data; boundary=end")
        assert answer.status_code == 422 and "larger than 1 MB" in answer.text and "aaaa" not in answer.text


@pytest.fixture
def client(administrator):
    return administrator
