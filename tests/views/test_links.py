"""Mailed links: to sign in, and to choose a new password."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from cocreate import clock
from cocreate.db import db
from cocreate.models.mails import AccountMail
from cocreate.services import accounts, letters, outbox
from tests.support.mailed import body, written
from tests.support.people import OTHER, PASSWORD, browser, last_secret
from tests.support.signing_in import CLOSED, enrol, is_sent_to_sign_in, mailed, masked, sign_in, token, use_link


class TestLink:
    def test_opening_it_changes_nothing_however_often(self, app, client, anna):
        link = mailed(app, anna, "sign_in_link")
        for robot in (browser(app), browser(app)):
            answer = robot.get(f"/l/{link}", follow_redirects=True)
            assert "Sign in as p***@wmata.example" in answer.text
        client.get(f"/l/{link}")
        assert client.post("/sign-in/link").status_code == 303
        assert client.get(CLOSED).status_code == 200

    def test_its_token_leaves_the_address_at_once(self, app, client, anna):
        link = mailed(app, anna, "sign_in_link")
        answer = client.get(f"/l/{link}")
        assert (answer.status_code, answer.location) == (303, "/sign-in/link")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert link not in client.get("/sign-in/link").text

    @pytest.mark.parametrize("way", ["used", "expired", "replaced", "wrong", "of_a_reset", "none"])
    def test_every_dead_one_gets_the_same_answer(self, app, client, anna, clock, way):
        link = mailed(app, anna, "sign_in_link")
        if way == "used":
            browser(app).get(f"/l/{link}")
            use_link(browser(app), link)
        elif way == "expired":
            clock.go(minutes=11)
        elif way == "replaced":
            use_link(browser(app), mailed(app, anna, "sign_in_link"))
        elif way == "of_a_reset":
            link = mailed(app, anna, "reset")
        elif way == "wrong":
            link = "x" * 43
        if way != "none":
            client.get(f"/l/{link}")
        shown, used = client.get("/sign-in/link"), client.post("/sign-in/link")
        assert shown.status_code == used.status_code == 410
        assert "This link has ended" in shown.text and "Ask for a new link" in used.text
        assert anna.email not in shown.text
        assert 'href="/sign-in">Sign in</a>' in shown.text  # who knows the password needs no link

    def test_who_is_signed_in_already_goes_on_from_a_dead_one_to_where_it_led(self, app, client, anna, small):
        link, task = mailed(app, anna, "sign_in_link"), f"/p/{small.ref}/tasks/returns"
        use_link(client, link)
        client.get(f"/l/{link}?to={task}?party=2")
        page = client.get("/sign-in/link")
        assert page.status_code == 410 and "You are signed in already" in page.text
        assert f'<a class="btn btn-primary" href="{task}?party=2">Go on</a>' in page.text
        assert 'href="/sign-in/mail">Ask for a new link' in page.text

    def test_who_is_signed_in_finds_their_address_typed(self, app, client, anna):
        use_link(client, mailed(app, anna, "sign_in_link"))
        for page in ("/forgot", "/sign-in/mail"):
            assert f'value="{anna.email}"' in client.get(page).text
            assert "wmata.example" not in browser(app).get(page).text

    def test_one_that_somebody_else_asked_for_does_not_end_it(self, app, client, anna):
        link = mailed(app, anna, "sign_in_link")
        mailed(app, anna, "sign_in_link")
        assert use_link(client, link).status_code == 303
        assert client.get(CLOSED).status_code == 200

    def test_a_hundred_at_once_are_one(self, app, anna):
        link = mailed(app, anna, "sign_in_link")
        clients = [browser(app) for _ in range(8)]
        for client in clients:
            client.get(f"/l/{link}")
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda client: client.post("/sign-in/link").status_code, clients))
        assert sorted(answers) == [303] + [410] * 7

    def test_from_signing_in_it_takes_the_address_along_and_leads_to_where_one_was_going(self, app, client, small):
        task = f"/p/{small.ref}/tasks/returns?party=2"
        page = client.get(task, follow_redirects=True).text
        form = re.search(r'<form method="post" action="/sign-in".*?</form>', page, re.S)[0]
        assert 'name="email"' in form and 'formaction="/sign-in/mail"' in form
        sent = client.post("/sign-in/mail", data={"email": small.emails[small.shop], "password": "half typed"})
        assert sent.status_code == 200 and "a link is on its way" in sent.text and "half typed" not in sent.text
        assert "Before you decide, sign or invite we ask for your password." in sent.text  # no page before says so
        with app.app_context():
            link = last_secret(db.session, small.shop, "sign_in_link")
        assert use_link(client, link).location == task

    def test_it_leads_there_in_another_browser_too(self, app, client, small):
        """As in the window of a mail program on a phone."""
        task = f"/p/{small.ref}/tasks/returns?party=2"
        client.get(task)
        client.post("/sign-in/mail", data={"email": small.emails[small.shop]})
        other = browser(app)
        assert other.get(link_mailed(app, small.shop)).location == "/sign-in/link"
        assert other.post("/sign-in/link").location == task

    @pytest.mark.parametrize("place", ["//evil.example/x", "https://evil.example/", "/nowhere", "/sign-out",
                                       "x" * 9000])
    def test_it_leads_nowhere_else(self, app, client, anna, place):
        link = mailed(app, anna, "sign_in_link")
        client.get(f"/l/{link}", query_string={"to": place})
        assert client.post("/sign-in/link").location == "/your-turn"

    def test_the_secret_of_an_invitation_is_mailed_to_nobody(self, app, client, anna):
        client.get("/i/s3cret", follow_redirects=True)
        with client.session_transaction() as cookie:
            cookie["back"] = "portal.invitation_arrives", {"token": "s3cret"}
        client.post("/sign-in/mail", data={"email": anna.email})
        assert "s3cret" not in link_mailed(app, anna.id)

    def test_without_an_address_it_is_asked_for(self, client):
        answer = client.post("/sign-in/mail", data={"email": "", "password": "half typed"})
        assert answer.status_code == 422 and "A sign-in link by mail" in answer.text and "half typed" not in answer.text

    def test_asking_for_one_says_the_same_to_everybody(self, app, anna):
        answers = {masked(browser(app).post(path, data={"email": email}), email)
                   for path in ("/sign-in/mail",) for email in (anna.email, "nobody@wmata.example")}
        assert len(answers) == 1
        assert "If this address has an account, a link is on its way." in answers.pop()[1]

    @pytest.mark.parametrize("page", ["/sign-in/mail", "/forgot", "/invitation/again"])
    def test_what_is_no_address_is_said_at_once(self, client, page):
        answer = client.post(page, data={"email": "anna.wmata.example"})
        assert answer.status_code == 422 and "This is not one complete address" in answer.text

    def test_lets_read_but_asks_for_the_password_before_the_account_changes(self, app, client, anna):
        use_link(client, mailed(app, anna, "sign_in_link"))
        assert "You signed in with a mailed link." in client.get("/account").text
        answer = client.get("/account/app-code")
        assert answer.location == "/prove"
        assert "Please show that it is you." in client.get("/prove").text
        assert client.post("/prove", data={"password": "wrong"}).status_code == 422
        assert client.post("/prove", data={"password": PASSWORD}).location == "/account/app-code"
        assert client.get("/account/app-code").status_code == 200

    def test_after_proof_one_is_where_the_button_was_and_nothing_was_done(self, app, client, anna):
        other = browser(app)
        sign_in(other, anna)
        use_link(client, mailed(app, anna, "sign_in_link"))
        assert client.post("/account/devices/end-others").location == "/prove"
        assert client.post("/prove", data={"password": PASSWORD}).location == "/account"
        assert other.get(CLOSED).status_code == 200
        assert "Nothing has happened yet: use the button once more." in client.get("/account").text
        assert "Nothing has happened yet" not in client.get("/account").text

    def test_after_proof_nothing_is_said_where_a_page_was_only_opened(self, app, client, anna):
        use_link(client, mailed(app, anna, "sign_in_link"))
        client.post("/account/devices/end-others")
        client.get("/account/app-code")
        client.post("/prove", data={"password": PASSWORD})
        assert "Nothing has happened yet" not in client.get("/account/app-code").text

    def test_proof_gives_the_session_a_new_token(self, app, client, anna):
        use_link(client, mailed(app, anna, "sign_in_link"))
        before = token(client)
        client.post("/prove", data={"password": PASSWORD})
        assert token(client) != before


def link_mailed(app, person):
    """Path and question of the link in the last mail to sign in."""
    with app.app_context():
        row = db.session.scalars(select(AccountMail).where(
            AccountMail.person_id == person, AccountMail.kind == "sign_in_link").order_by(AccountMail.id)).all()[-1]
        text = body(written(letters.context(db.session, outbox.read(row), clock.now())))
    return re.search(r"https?://[^/\s]+(/l/\S+)", text)[1]


class TestReset:
    def test_a_first_password_is_called_no_new_one_and_signs_nobody_out(self, app, client, session):
        new = accounts.create_person(session, email="first.password@crates.example", name="Eva Roth", now=clock.now())
        accounts.welcome(session, new, now=clock.now())
        session.commit()
        client.get(f"/r/{last_secret(session, new, 'welcome')}")
        page = client.get("/reset").text
        assert "Choose a password" in page and "signed out" not in page and "Change the password" not in page
        assert "Your password is set." in client.post("/reset", data={"password": OTHER}, follow_redirects=True).text

    def test_changes_the_password_and_signs_nobody_in(self, app, client, anna):
        client.get(f"/r/{mailed(app, anna, 'reset')}")
        assert "15 characters or more. Four unrelated words work well." in client.get("/reset").text
        answer = client.post("/reset", data={"password": OTHER}, follow_redirects=True)
        assert "Changed. All other devices are signed out." in answer.text
        assert is_sent_to_sign_in(client.get(CLOSED))
        assert sign_in(client, anna, OTHER).status_code == 303

    @pytest.mark.parametrize(("password", "sentence"), [
        ("only eleven", "Too short: 11 of 15."),
        ("1q2w3e4r5t6y7u8i", "This password is on a public list of stolen ones."),
        ("wmata garage wmata", "Too close to &#39;wmata&#39;"),
    ])
    def test_a_refused_password_is_told_why_and_the_link_stays_good(self, app, client, anna, password, sentence):
        client.get(f"/r/{mailed(app, anna, 'reset')}")
        answer = client.post("/reset", data={"password": password})
        assert answer.status_code == 422
        assert sentence in answer.text and password not in answer.text.replace("wmata", "", 1)
        assert client.post("/reset", data={"password": OTHER}).status_code == 303

    def test_does_not_pass_by_the_app_code(self, app, client, anna):
        enrol(app, anna)
        client.get(f"/r/{mailed(app, anna, 'reset')}")
        client.post("/reset", data={"password": OTHER})
        assert sign_in(client, anna, OTHER).location == "/sign-in/code"
        assert client.get(CLOSED).location == "/sign-in/code"

    def test_a_used_one_is_dead(self, app, client, anna):
        link = mailed(app, anna, "reset")
        client.get(f"/r/{link}")
        client.post("/reset", data={"password": OTHER})
        client.get(f"/r/{link}")
        assert client.get("/reset").status_code == client.post("/reset", data={"password": PASSWORD}).status_code == 410
