"""Each way in which something does not happen, as the page that says so: its words, and one way on."""

import re
from io import BytesIO

import pytest
from sqlalchemy import update

from cocreate.models.projects import Member
from cocreate.views import policy
from tests.support.people import PASSWORD, browser, entered
from tests.support.rooms import words
from tests.support.stores import Full

GONE = "0" * 26


class TestSigningIn:
    def test_401_leads_back_to_exactly_here(self, app, small):
        client = browser(app)
        assert client.get(f"/p/{small.ref}/tasks").location == "/sign-in"
        page = client.get("/sign-in")
        assert "Please sign in to go on. You come back to exactly here." in words(page)
        assert enter(client, small).location == f"/p/{small.ref}/tasks"

    def test_401_keeps_what_was_sent(self, app, small):
        answer = browser(app).post(f"/p/{small.ref}/tasks/returns", data={"f-crates": "12500"})
        assert answer.status_code == 401 and 'name="f-crates" value="12500"' in answer.text
        assert "Your text is kept on this page." in words(answer)


class TestNotDone:
    def test_403_names_who_can_and_how_to_ask(self, shop, small):
        answer = shop.get(f"/desk/hand-over/{small.ref}")
        assert answer.status_code == 403 and "Only account managers can do this." in words(answer)
        answer = shop.get(f"/p/{small.ref}/people/invite/1")
        assert answer.status_code == 403
        assert re.search(r"Only .*Ingrid Solvik.* can do this\. You can read it, or ask them\.", words(answer))
        assert f'href="/p/{small.ref}/people">Ask</a>' in answer.text

    @pytest.mark.parametrize("path", ["/p/{}", "/nothing/at/all", "/p/{}/tasks", "/account/organisations/{}/leave"])
    def test_404_is_the_same_for_foreign_deleted_and_random(self, shop, path):
        answer = shop.get(path.format(GONE))
        assert answer.status_code == 404
        assert "This does not exist, or it is not yours to see. Perhaps the link is old." in words(answer)
        assert '>Your turn</a>' in answer.text

    def test_409_keeps_the_text(self, manager, small):
        step = manager.post("/desk/openings/new", data={"template": "returned_crates"}).location
        manager.post(step, data={"affected": "Neighbours", "version": "1"})
        answer = manager.post(step, data={"affected": "Drivers of lorries", "version": "1"})
        assert answer.status_code == 409 and "Changed meanwhile" in words(answer)
        assert "Affected groups Drivers of lorries" in words(answer) and "version 1" not in words(answer)
        assert f'href="{step}">Back to the page</a>' in answer.text  # "Look at it again before you go on."

    def test_409_in_a_project_keeps_the_text_and_leads_back_into_it(self, shop, small):
        answer = shop.post(f"/p/{small.ref}/nudge/task:returns:1/1", data={"words": "Before Friday, please."})
        assert answer.status_code == 409 and "Your line Before Friday, please." in words(answer)
        assert f'href="/p/{small.ref}">Open the project</a>' in answer.text

    def test_who_cannot_leave_reads_that_nothing_changed(self, shop, small):
        answer = shop.get(f"/p/{small.ref}/leave")
        assert answer.status_code == 409 and "Changed meanwhile" not in words(answer)
        assert "The project cannot go on without Aurelis Hotels. Declining ends it for all." in words(answer)

    def test_403_keeps_the_text_too(self, shop, small):
        answer = shop.post(f"/p/{small.ref}/people/neutral", data={"name": "Ada", "reason": "She knows both of us."})
        assert answer.status_code in (403, 422) and "She knows both of us." in words(answer)

    def test_403_asks_nobody_where_nobody_can(self, shop, small, session):
        session.execute(update(Member).where(Member.person == small.maker).values(accepted_at=None))
        session.commit()
        answer = shop.get(f"/p/{small.ref}/people/invite/1")
        assert answer.status_code == 403 and "Nobody in this project can do this yet." in words(answer)
        assert f'href="/p/{small.ref}">Open the project</a>' in answer.text and ">Ask</a>" not in answer.text

    def test_410_of_a_link(self, app, clock):
        client = browser(app)
        client.get("/r/nothing")
        answer = client.get("/reset")
        assert answer.status_code == 410
        assert "This link has ended It works once and for a short time. Ask for a new one." in words(answer)

    def test_422_lists_what_needs_a_look_and_leads_there(self, shop):
        answer = shop.post("/account", data={"name": "", "zone": "Mars"})
        assert answer.status_code == 422 and "Two things need a look:" in words(answer)
        assert '<a href="#name">' in answer.text and "autofocus" in answer.text

    def test_429_says_when_it_works_again(self, app, small):
        client = browser(app)
        answers = [client.post("/sign-in/mail", data={"email": "nobody@wmata.example"}) for _ in range(11)]
        assert answers[-1].status_code == 429 and int(answers[-1].headers["Retry-After"]) > 0
        assert "Please wait a little Too many tries" in words(answers[-1])
        assert re.search(r"Too many tries\. It works again at .*\d\d:\d\d \(UTC\)\.", words(answers[-1]))

    def test_a_form_that_was_open_for_long_is_sent_again(self, new_app, database):
        client = browser(new_app(database, csrf=True))
        answer = client.post("/sign-in/mail", data={"email": "kept@wmata.example"})
        assert answer.status_code == 400
        assert "Please send it again This page was open for long. Your text is kept." in words(answer)
        assert 'value="kept@wmata.example"' in answer.text and ">Send it again</button>" in answer.text


class TestFiles:
    def test_413_names_the_limit(self, new_app, database, small):
        client = browser(new_app(database, upload_mb="1"))
        answer = client.post("/sign-in", data={"email": (BytesIO(b"x" * 3 * 2**20), "plan.zip")})
        assert answer.status_code == 413 and "Up to 1 MB are possible." in words(answer)

    @pytest.mark.parametrize(("path", "said"), [
        ("templates/import", "A template has at most 1 MB."), ("host", "A logo has at most 200 KB.")])
    def test_413_says_what_the_form_of_a_template_or_a_logo_takes(self, new_app, database, petra, path, said):
        client = entered(new_app(database, upload_mb="1"), petra.email)
        answer = client.post(f"/admin/{path}", data={"file": (BytesIO(b"x" * 3 * 2**20), "plan.yaml")})
        assert answer.status_code == 413 and said in words(answer) and "in parts" not in words(answer)

    def test_413_leads_back_to_where_the_file_was_chosen(self, new_app, database, small):
        client = browser(new_app(database, upload_mb="1"))
        enter(client, small)
        answer = upload(client, small, b"x" * 3 * 2**20, "plan.pdf")
        assert answer.status_code == 413
        assert f'href="/p/{small.ref}/documents/new">Back to the page</a>' in answer.text

    def test_415_says_what_we_take(self, shop, small):
        answer = upload(shop, small, b"MZ" + bytes(300), "offer.pdf")
        assert answer.status_code == 415 and "disguised" in words(answer)
        answer = upload(shop, small, b"MZ" + bytes(300), "setup.exe")
        assert answer.status_code == 415 and "PDF" in words(answer)

    def test_507_when_the_disk_is_full(self, new_app, database, small):
        app = new_app(database)
        app.extensions["store"] = Full(app.config["SETTINGS"].folder / "files")
        client = browser(app)
        enter(client, small)
        answer = upload(client, small, b"Ramp count\n", "count.txt")
        assert answer.status_code == 507
        said = "The file could not be stored, the rest of your text is saved. The operator has been told."
        assert said in words(answer)


class TestOurFault:
    @pytest.fixture
    def broken(self, new_app, database):
        app = new_app(database)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.add_url_rule("/broken", "broken", lambda: 1 / 0, methods=["GET", "POST"])
        policy.POLICY["broken"] = policy.PUBLIC
        yield browser(app)
        del policy.POLICY["broken"]

    def test_500_has_a_number_and_is_tried_again(self, broken):
        answer = broken.get("/broken?q=steam")
        assert answer.status_code == 500 and "500" not in words(answer)
        assert re.search(r"Something went wrong on our side Nothing was changed\. Error [0-9A-Z]{4}; the operator can "
                         r"find it\.", words(answer))
        assert 'href="/broken?q=steam">Try again</a>' in answer.text

    def test_500_keeps_what_was_sent(self, broken):
        answer = broken.post("/broken", data={"words": "kept"})
        assert 'name="words" value="kept"' in answer.text and ">Try again</button>" in answer.text

    def test_503_comes_back_by_itself(self, new_app, tmp_path):
        app = new_app(f"sqlite:///{tmp_path / 'gone' / 'db.sqlite'}")
        app.config["PROPAGATE_EXCEPTIONS"] = False
        answer = browser(app).get("/sign-in")
        assert answer.status_code == 503 and answer.headers["Refresh"] == answer.headers["Retry-After"] == "5"
        assert "Back in a moment What you saved is safe. We try again by ourselves." in words(answer)

    def test_503_does_not_promise_to_send_by_itself_what_was_sent(self, new_app, tmp_path):
        app = new_app(f"sqlite:///{tmp_path / 'gone' / 'db.sqlite'}")
        app.config["PROPAGATE_EXCEPTIONS"] = False
        answer = browser(app).post("/forgot", data={"email": "renee.kim@wmata.example"})
        assert answer.status_code == 503 and "Refresh" not in answer.headers
        assert "What you just sent has most likely not arrived: look before you send it again." in words(answer)
        assert "We try again by ourselves" not in words(answer)


def upload(client, small, body, name):
    return client.post(f"/p/{small.ref}/documents/new", content_type="multipart/form-data", data={
        "upload": (BytesIO(body), name), "who": "all", "note": ""})


def enter(client, small):
    return client.post("/sign-in", data={"email": small.emails[small.shop], "password": PASSWORD})
