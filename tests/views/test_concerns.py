"""Concerns, as people raise, answer and end them in a browser without scripts."""

import html
import re

from sqlalchemy import update

from cocreate.models.projects import Member
from tests.support import projects
from tests.support.rooms import links, mails, more, text, words


def number_of(client, kind="answer"):
    """Of the one concern on the page, as it stands in addresses."""
    [found] = re.findall(rf"/concerns/(\d+)/{kind}", client.get("/concerns").text)
    return found


def raised(room, **given):
    """Tom of the shop has raised one for his champion."""
    tom = room.sign_in(room.colleague(2))
    tom.post("/concern", data={"to": "mine", "text": "canary-concern", **given})
    return tom


class TestRaised:
    def test_only_the_chosen_read_it_and_the_record_says_nothing(self, project):
        room = project()
        tom = room.sign_in(room.colleague(2))
        before = room.facts().project.version
        assert "There is no neutral person in this project." in tom.get("/concern").text
        answer = tom.post("/concern", data={"to": "mine", "text": "canary-concern"}, follow_redirects=True)
        assert "canary-concern" in answer.text and "canary-concern" in room.shop.get("/concerns").text
        for client in (room.maker, room.manager):
            assert "canary-concern" not in client.get("/concerns").text
        assert room.facts().project.version == before

    def test_with_its_authors_leave_the_record_says_that_there_was_one(self, project):
        room = project()
        tom = room.sign_in(room.colleague(2))
        for _ in range(2):
            tom.post("/concern", data={"to": "mine", "text": "canary-concern", "record": "y", "key": "c" * 20})
        record = room.maker.get("/record").text
        assert record.count("A concern was raised.") == 1
        assert "Tom Baker" not in room.maker.get("/record.json").text.split("raise_concern")[1][:600]


class TestAnswered:
    def test_it_is_a_row_of_your_turn_until_it_is(self, project):
        room = project()
        raised(room)
        for page in (room.shop.get(""), room.shop.client.get("/your-turn")):
            assert "Answer the concern of" in text(page) and "canary-concern" not in page.text
        assert "Concerns (1 open)" in text(room.shop.get(""))
        room.shop.post(f"/concerns/{number_of(room.shop)}/answer", data={"text": "Let us talk."})
        for page in (room.shop.get(""), room.shop.client.get("/your-turn")):
            assert "Answer the concern of" not in text(page)
        assert "Concerns (1 open)" in text(room.shop.get(""))

    def test_its_author_reads_on_now_and_on_your_turn_what_became_of_it(self, project):
        room = project()
        tom = raised(room)
        for page in (tom.get(""), tom.client.get("/your-turn")):
            assert re.search(r"Your concern of \w+ \d+ \w+: not answered yet by Claire Duval\.", text(page))
        room.shop.post(f"/concerns/{number_of(room.shop)}/answer", data={"text": "Let us talk."})
        for page in (tom.get(""), tom.client.get("/your-turn")):
            assert "answered by Claire Duval." in text(page)
        page = text(tom.get("/concerns"))
        assert "Claire Duval answered" in page and "Let us talk." in page
        assert ("concern_answered", room.person("Tom Baker")) in mails(room)

    def test_who_reads_the_words_is_said_before_they_are_written(self, project):
        room = project()
        raised(room)
        page = text(room.shop.get(f"/concerns/{number_of(room.shop)}/answer"))
        assert "canary-concern" in page and "Only you and Tom Baker read what you say here." in page
        empty = room.shop.post(f"/concerns/{number_of(room.shop)}/answer", data={"text": ""})
        assert empty.status_code == 422 and "Fill in 'Your answer'." in html.unescape(empty.text)

    def test_to_anybody_else_there_is_nothing(self, project):
        room = project()
        raised(room)
        number = number_of(room.shop)
        for kind in ("answer", "again", "end"):
            for client in (room.maker, room.manager):
                assert client.get(f"/concerns/{number}/{kind}").status_code == 404
                assert client.post(f"/concerns/{number}/{kind}", data={"text": "x"}).status_code == 404
        assert room.shop.get(f"/concerns/{10**30}/answer").status_code == 404

    def test_each_has_the_ways_that_are_theirs(self, project):
        room = project()
        tom = raised(room)
        kinds = [{url.rsplit("/", 1)[1] for url in links(client.get("/concerns")) if "/concerns/" in url}
                 for client in (room.shop, tom)]
        assert kinds == [{"answer", "end"}, {"again", "end"}]
        number = number_of(room.shop)
        refused = tom.get(f"/concerns/{number}/answer")
        assert refused.status_code == 403 and "Only Claire Duval can do this." in words(refused)
        assert room.shop.get(f"/concerns/{number}/again").status_code == 403


class TestWithoutItsAuthor:
    def test_it_is_said_that_they_are_gone_and_it_is_ended_all_the_same(self, project):
        room = project()
        raised(room)
        number, tom = number_of(room.shop), room.person("Tom Baker")
        assert "Tom Baker gets a mail that there is an answer" in text(room.shop.get(f"/concerns/{number}/answer"))
        room.shop.post(f"/people/{tom}/remove")
        page = text(room.shop.get(f"/concerns/{number}/answer"))
        assert "Tom Baker, who raised it, is not in this project any more." in page and "gets a mail" not in page
        assert "Only you read what you say here: nobody else who could is here any more." in page
        page = text(room.shop.get(f"/concerns/{number}/end"))
        assert "They get a mail" not in page and "raise it anew" not in page
        room.shop.post(f"/concerns/{number}/end", data={"text": "Tom has left us."})
        assert "Concerns (" not in text(room.shop.get(""))


class TestOnTheBoard:
    def test_it_comes_before_whatever_the_project_waits_for(self, project):
        room = project(facilitating)
        assert "The customers' turn 1" in text(room.manager.client.get("/desk"))
        for _ in range(2):
            room.shop.post("/concern", data={"to": "facilitator", "text": "canary-concern"})
        page = room.manager.client.get("/desk")
        assert "Your turn 1" in text(page) and "The customers' turn" not in text(page)
        assert "Answer the concern of Mon 1 Mar and 1 more" in text(page)
        assert "canary" not in page.text and "Nudge" not in text(page)
        url, = (url for url in links(page) if "/concerns" in url)
        assert f'id="{url.partition("#")[2]}"' in room.manager.client.get(url).text

    def test_answered_it_is_gone(self, project):
        room = project(facilitating)
        room.shop.post("/concern", data={"to": "facilitator", "text": "canary-concern"})
        room.manager.client.get("/desk")
        room.manager.post(f"/concerns/{number_of(room.manager)}/answer", data={"text": "Let us talk."})
        page = text(room.manager.client.get("/desk"))
        assert "The customers' turn 1" in page and "concern" not in page

    def test_whatever_else_is_asked_of_the_reader_is_counted(self, project):
        room = project(ready_and_facilitating)
        assert "Your turn 1" in text(room.manager.client.get("/desk"))
        room.shop.post("/concern", data={"to": "facilitator", "text": "canary-concern"})
        assert "Answer the concern of Mon 1 Mar and 1 more" in text(room.manager.client.get("/desk"))


def facilitating(session):
    """The account manager is the neutral person, too."""
    small = projects.open_small(session)
    session.execute(update(Member).where(Member.person == small.manager).values(parts="manager facilitator"))
    return small


def ready_and_facilitating(session):
    small = facilitating(session)
    projects.give_all(session, small)
    projects.go_on(session, small, "to_terms")
    return small


class TestEnded:
    def test_it_is_shown_as_ended_and_can_be_raised_anew(self, project):
        room = project()
        tom = raised(room)
        number = number_of(room.shop)
        ended = room.shop.post(f"/concerns/{number}/end", data={"text": "We meet on Friday."}, follow_redirects=True)
        assert "Claire Duval" not in words(ended).partition("You ended it")[0].partition("canary")[2]
        page = text(tom.get("/concerns"))
        assert "ended" in page and "Claire Duval ended it" in page and "We meet on Friday." in page
        assert "Concerns (" not in text(tom.get("")) and "Concerns" in more(tom) and "Concerns" in more(room.shop)
        assert "Concerns" not in more(room.maker)
        assert "Raise it anew" in page and "Raise it anew" not in text(room.shop.get("/concerns"))
        tom.post(f"/concerns/{number}/again", data={"text": "It is not settled."})
        assert "Concerns (1 open)" in text(room.shop.get("")) and "Answer the concern of" in text(room.shop.get(""))
        assert "Tom Baker raised it anew" in text(room.shop.get("/concerns"))

    def test_an_answer_that_comes_too_late_keeps_its_words(self, project):
        room = project()
        tom = raised(room)
        number = number_of(room.shop)
        tom.post(f"/concerns/{number}/end", data={"text": "It is settled."})
        late = room.shop.post(f"/concerns/{number}/answer", data={"text": "Let us talk."})
        assert late.status_code == 422 and "Let us talk." in late.text
        assert "This concern was ended meanwhile." in words(late)
        assert room.shop.get(f"/concerns/{number}/answer").status_code == 409

    def test_the_record_says_so_where_its_author_let_it(self, project):
        room = project()
        tom = raised(room, record="y")
        number = number_of(room.shop)
        assert "The record says that a concern was ended, without a name." in text(
            room.shop.get(f"/concerns/{number}/end"))
        room.shop.post(f"/concerns/{number}/end", data={"text": "We meet on Friday."})
        tom.post(f"/concerns/{number}/again", data={"text": "It is not settled."})
        record = text(room.maker.get("/record"))
        assert "A concern was ended." in record and "A concern was raised anew." in record
        assert "Friday" not in record and "settled" not in room.maker.get("/record.json").text
