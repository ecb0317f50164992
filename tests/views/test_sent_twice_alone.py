"""What the walk of every form does not reach, sent twice: one effect and one answer, also where the first was lost."""

import re

import pytest

from tests.support import projects, stories
from tests.support.forms import forms_of, parsed
from tests.support.inviting import invite
from tests.support.openings import SHOP, begin, host_ref, publish
from tests.support.people import PASSWORD, browser
from tests.support.rooms import owing, text
from tests.support.signing import TICKED, code, seal
from tests.support.writing import writes
from workflows.exchange.yaml_text import read


class TestSigning:
    def test_of_the_contract(self, project):
        room = project(projects.ready_to_sign)
        page = ask_for_a_code(room.maker, "/contract/sign")
        twice(room.maker, page, "/contract/sign", TICKED | {
            "password": PASSWORD, "code": code(room, room.small.maker)})
        assert len(room.facts().signatures) == 1

    def test_a_refusal(self, project):
        room = project(projects.ready_to_sign)
        twice(room.maker, room.maker.get("/contract/refuse"), "/contract/refuse", {
            "reason": "The price is not ours.", "wording": "y"})
        assert room.facts().contract is None and room.facts().signatures == ()

    def test_of_an_accession(self, project, tmp_path):
        room = project(projects.agreed_with_one_to_accede)
        seal(room, tmp_path)
        page = ask_for_a_code(room.shop, "/contract/accede")
        twice(room.shop, page, "/contract/accede", TICKED | {
            "password": PASSWORD, "code": code(room, room.small.shop)})
        assert len(room.facts().accessions) == 1


class TestInvitation:
    @pytest.mark.parametrize(("path", "given", "joins"), [
        ("/invitation", {"name": "Tom Vos", "password": PASSWORD}, True),
        ("/invitation/no", {"words": "No time."}, False),
        ("/invitation/someone-else", {"name": "Eva", "email": "eva@crates.example"}, False)])
    def test_is_answered(self, app, session, clock, small, path, given, joins):
        token = invite(session, small, "tom")
        session.commit()
        manager = browser(app)
        manager.get(f"/i/{token}", follow_redirects=True)
        twice(manager, manager.get(path), path, given)
        session.rollback()
        tom, = (one for one in projects.facts(session, small).members if one.name.startswith("Tom"))
        assert (tom.accepted_at is not None, tom.left_at is None) == (joins, joins)

    def test_is_sent_and_withdrawn(self, play):
        room = play()
        given = {"name": "Ola Nord", "email": f"ola{room.small.shop}@crates.example", "parts": "observer"}
        twice(room.maker, room.maker.get("/people/invite/1"), "/people/invite/1", given)
        person = room.person("Ola Nord")
        twice(room.maker, room.maker.get("/people"), f"/people/{person}/withdraw-invitation")
        assert room.facts().member(person).left_at is not None


class TestOpening:
    @pytest.mark.parametrize("then", ["", "board", "look"])
    def test_each_step_is_saved_and_the_project_opened_once(self, manager, then):
        new = manager.get("/desk/openings/new")
        twice(manager, new, "/desk/openings/new", {"template": "returned_crates"})
        seats = begin(manager, template="returned_crates")
        last = {"then": then} if then else {}
        for step, given in (("seats", {"own_seat": "maker"} | SHOP), ("goal", {"title": "Crates"}), ("check", {})):
            path = seats.replace("seats", step)
            twice(manager, manager.get(path), path, given | last)
        if not then:
            assert "/p/" in manager.post(seats.replace("seats", "check")).location

    def test_one_more_card_is_one_more(self, manager, session, small):
        publish(session, small, read(projects.SMALL.replace("key: returned_crates", "key: several").replace(
            "shop: {name: Shop, ", "shop: {name: Shop, many: {min: 1, max: 3}, ")))
        seats = begin(manager, template="several")
        twice(manager, manager.get(seats), seats, {"own_seat": "maker", "add": "shop"} | SHOP)
        page = text(manager.get(seats))
        assert "Shop 2" in page and "Shop 3" not in page

    def test_is_dropped(self, manager):
        seats = begin(manager, template="returned_crates")
        drop = seats.replace("seats", "drop")
        twice(manager, manager.get(drop), drop)
        assert manager.get(seats).status_code == 404

    def test_a_suggestion_is_made_and_answered(self, manager, shop):
        given = {"host": host_ref(shop), "title": "Take back our chairs", "words": "They last ten years."}
        twice(shop, shop.get("/suggest"), "/suggest", given)
        path = re.search(r'href="(/desk/openings/\w+/answer)"', manager.get("/desk").text)[1]
        twice(manager, manager.get(path), path, {"words": "We would like to, from next year on."})
        assert path not in manager.get("/desk").text and manager.get(path).status_code == 404


class TestCanvas:
    def test_an_entry_is_written_supported_and_withdrawn_and_the_canvas_given(self, project):
        room = project(lambda session: projects.open_small(session, definition=stories.later_definition()))
        path = "/tasks/board?party=1"

        def write(box, words):
            twice(room.maker, room.maker.get(path), "/tasks/board/entries", {"box": box, "text": words})
            return re.findall(r'id="e-(\d+)"', room.maker.get(path).text)

        first, = write("aim", "Fewer crates")
        for given in ({}, {"back": "1"}):
            twice(room.shop, room.shop.get(path), f"/tasks/board/entries/{first}/support", given)
        twice(room.maker, room.maker.get(path), f"/tasks/board/entries/{first}/withdraw")
        for box in ("aim", "fear"):
            write(box, "Mud")
        twice(room.maker, room.maker.get(path), "/tasks/board/canvas")
        assert room.facts().task("board", 1).number == 1


class TestDuty:
    @pytest.mark.parametrize(("path", "given", "changed"), [
        ("/duties/who", {"who": "me"}, "confirmed_at"),
        ("/duties/who", {"who": "new", "name": "Ola Nord", "email": "{new}"}, "confirmed_at"),
        ("/duties/1/done", {}, "done_at"), ("/duties/1/hand-over", {"to": "{tom}"}, "owner")])
    def test_is_looked_after_done_and_handed_on(self, play, path, given, changed):
        room = play()
        known = {"{new}": f"ola{room.small.maker}@crates.example", "{tom}": room.colleague()}
        owing(room, party=1)
        page = room.maker.get("/duties" if path.endswith("/done") else path)
        before, = room.facts().duties
        twice(room.maker, page, path, {name: known.get(one, one) for name, one in given.items()})
        after, = room.facts().duties
        assert getattr(before, changed) is None and getattr(after, changed) is not None


def twice(client, page, path, given=None):
    """Send the form of a page that goes to this address, twice, as a browser does: with what it hides."""
    assert page.status_code == 200, said(page)
    forms = [form for form in forms_of(parsed(page.text), page.request.path) if form.action.split("?")[0].endswith(
        path.split("?")[0])]
    assert forms, f"{page.request.path} has no form that goes to {path}"
    data = dict(forms[0].filled(lambda _one: None)) | (given or {})
    first = client.post(path, data=data)
    assert first.status_code == 303, said(first)
    with writes() as changed:
        second = client.post(path, data=data)
    assert (second.status_code, second.location) == (first.status_code, first.location), said(second)
    assert not changed


def said(answer):
    """The title, and what is on the page."""
    return answer.text.partition("<title>")[2][:60], text(answer, answer.status_code)[-600:]


def ask_for_a_code(client, path):
    client.get(path)
    page = client.get(path)
    form = next(one for one in forms_of(parsed(page.text), path) if one.action.endswith("/code"))
    return client.post(f"{path}/code", data=dict(form.filled(lambda _one: None)) | TICKED)
