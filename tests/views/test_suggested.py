"""What a customer suggested: their organisation sees on Your turn what became of it, and nobody else does."""

import re

from sqlalchemy import select

from cocreate.models.openings import Opening
from cocreate.services import people
from cocreate.services.throttling import LIMIT
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import PASSWORD, browser, entered, someone
from tests.support.rooms import text

WORDS = {"title": "Take back our chairs", "words": "We have 300 chairs that stand in the cellar."}


class TestWhatOneSuggested:
    def test_waits_for_an_answer_and_says_until_when(self, shop):
        suggest(shop)
        page = text(shop.get("/your-turn"))
        assert re.search(r"Take back our chairs Suggested to (.+) by you on Mon 1 Mar\. "
                         r"Waits for an answer from \1, promised by Mon 8 Mar\.", page)
        assert "We have 300 chairs" in page

    def test_stands_there_with_the_answer_in_full(self, shop, manager, session, small):
        suggest(shop)
        answer(manager, session, small, words := "Gladly, but after the summer. " * 20)
        page = text(shop.get("/your-turn"))
        assert "answered on Mon 1 Mar:" in page and words.strip() in page and "Waits for an answer" not in page

    def test_leads_to_the_project_that_came_of_it(self, shop, manager, session, small):
        suggest(shop)
        ref = opened(manager, session, small)
        assert f'href="/p/{ref}">' not in shop.get("/your-turn").text  # invited only: one is not in it yet
        assert "Opened on Mon 1 Mar. Whoever is to be in it is invited." in text(shop.get("/your-turn"))
        assert shop.post("/invitation", data={"project": ref, "name": "Claire"}).status_code in (200, 303)
        assert f'Opened on Mon 1 Mar: <a href="/p/{ref}">Chairs come back</a>' in shop.get("/your-turn").text

    def test_keeps_ones_own_words_while_the_host_writes_others(self, shop, manager, session, small):
        suggest(shop)
        goal = begun(manager, session, small).replace("seats", "goal")
        manager.post(goal, data={"title": "Chairs come back", "purpose": "A margin of nine."})
        page = text(shop.get("/your-turn"))
        assert "Take back our chairs Suggested" in page
        assert "Chairs come back" not in page and "A margin of nine" not in page

    def test_whoever_opens_it_reads_that_the_words_were_for_them_alone(self, shop, manager, session, small):
        suggest(shop)
        page = text(manager.get(begun(manager, session, small).replace("seats", "goal")))
        assert "We have 300 chairs" in page and "Claire Duval wrote these words to you alone. All parties read" in page
        own = manager.post("/desk/openings/new", data={"template": "returned_crates"}).location
        assert "wrote these words" not in text(manager.get(own.replace("seats", "goal")))

    def test_is_seen_by_a_colleague_and_not_by_the_other_organisation(self, app, shop, session, small):
        suggest(shop)
        colleague, _tom = invited(app, session, small, "observer")
        assert "Take back our chairs" not in colleague.get("/your-turn").text  # invited only
        colleague.post("/invitation", data={"project": small.ref, "name": "Tom"})
        assert "by Claire Duval on Mon 1 Mar." in text(colleague.get("/your-turn"))
        assert "Take back our chairs" not in entered(app, small.emails[small.maker]).get("/your-turn").text
        assert "by Claire Duval on" not in text(entered(app, small.emails[small.manager]).get("/your-turn"))

    def test_of_who_is_of_no_organisation_is_theirs_alone(self, shop, manager):
        suggest(manager)
        assert "by you on Mon 1 Mar." in text(manager.get("/your-turn"))
        assert "Take back our chairs" not in shop.get("/your-turn").text

    def test_is_seen_no_more_by_who_left(self, app, shop, session, small):
        suggest(shop)
        colleague, tom = invited(app, session, small, "contributor")
        colleague.post("/invitation", data={"project": small.ref, "name": "Tom"})
        assert "Take back our chairs" in colleague.get("/your-turn").text
        people.remove(session, small.ref, person=tom.id, to=small.shop, actor=small.shop, key=projects.key(), now=NOON)
        session.commit()
        assert "Take back our chairs" not in colleague.get("/your-turn").text


    def test_nobody_floods_a_desk_and_its_account_managers_with_mails(self, shop):
        for _ in range(LIMIT):
            suggest(shop)
        host = re.search(r'name="host"[^>]*value="([0-9a-z]{26})"', shop.get("/suggest").text)[1]
        answer = shop.post("/suggest", data=WORDS | {"host": host})
        assert answer.status_code == 429 and WORDS["words"] in answer.text


class TestOnTheDesk:
    def test_has_the_day_on_which_it_was_suggested(self, shop, manager, session, small, clock):
        suggest(shop)
        goal = begun(manager, session, small).replace("seats", "goal")
        clock.go(days=1)
        again = browser(manager.application)
        again.post("/sign-in", data={"email": small.emails[small.manager], "password": PASSWORD})
        again.post(goal, data={"title": "Chairs come back"})
        assert "Suggested by Claire Duval (Aurelis Hotels) on Mon 1 Mar" in text(again.get("/desk"))

    def test_is_answered_beside_what_the_customer_wrote(self, shop, manager, session, small):
        suggest(shop)
        goal = begun(manager, session, small).replace("seats", "goal")
        manager.post(goal, data={"title": "Chairs come back", "purpose": "All parties earn by it."})
        asked = manager.get(f"/desk/openings/{newest(session, small)}/answer")
        assert WORDS["words"] in text(asked) and "All parties earn by it." not in asked.text
        assert "Answer: Take back our chairs" in text(asked)

    def test_waits_for_every_account_manager_until_it_is_answered(self, shop, manager, session, small):
        suggest(shop)
        turn = text(manager.get("/your-turn"))
        assert "One thing is your turn." in turn and "Suggestion: Take back our chairs" in turn and "Mon 8 Mar" in turn
        assert "Claire Duval (Aurelis Hotels) ·" in turn
        assert "Suggestion: Take back our chairs" not in text(shop.get("/your-turn"))
        answer(manager, session, small, "We begin with it next spring.")
        assert "Answer: Take back our chairs" not in text(manager.get("/your-turn"))

    def test_is_never_dropped_without_an_answer(self, shop, manager, session, small):
        suggest(shop)
        assert manager.post(f"/desk/openings/{newest(session, small)}/drop").status_code == 404
        assert "Take back our chairs" in text(manager.get("/desk"))


def invited(app, session, small, part):
    """Somebody of the shop who has not come in yet, signed in, and their person."""
    tom = someone(session, "Tom")
    people.invite(session, small.ref, party=2, email=tom.email, name="Tom", parts=(part,), greeting="",
                  actor=small.shop, key=projects.key(), now=NOON)
    session.commit()
    return entered(app, tom.email), tom


def suggest(client):
    host = re.search(r'name="host"[^>]*value="([0-9a-z]{26})"', client.get("/suggest").text)[1]
    assert client.post("/suggest", data=WORDS | {"host": host}).status_code == 303


def answer(client, session, small, words):
    said = client.post(f"/desk/openings/{newest(session, small)}/answer", data={"words": words})
    assert said.status_code == 303


def begun(client, session, small):
    """The address of the first step of opening what was suggested."""
    return client.post("/desk/openings/new", data={"template": "returned_crates",
                                                   "opening": newest(session, small)}).location


def opened(client, session, small):
    goal = client.post(begun(client, session, small), data={"own_seat": "maker"} | {
        "seat_shop-organisation": "Aurelis Hotels", "seat_shop-name": "Claire Duval",
        "seat_shop-email": small.emails[small.shop]}).location
    check = client.post(goal, data={"title": "Chairs come back"}).location
    return client.post(check, data={"greeting": "As discussed."}).location.rpartition("/")[2]


def newest(session, small):
    session.rollback()
    return session.scalars(select(Opening.ref).where(Opening.host_id == small.host_id)
                           .order_by(Opening.id.desc()).limit(1)).one()
