"""An assessment: each person answers alone, the spread counts, nobody is read too early."""

import re

from tests.support.rooms import hidden, text, with_later_tasks
from workflows.guards import why_open


class TestAssessment:
    def test_each_party_answers_before_it_reads_the_other(self, project):
        room = project(with_later_tasks)
        page = room.maker.get("/tasks/mood").text
        answer = room.maker.post("/tasks/mood", data=hidden(page) | {"f-open": "s1", "f-open_comment": "No figures."})
        assert answer.status_code == 303
        page = room.shop.get("/tasks/mood?party=1").text
        assert "No figures." not in page and "as soon as your own party has answered" in page
        assert room.shop.get("/tasks/mood/versions/1?party=1").status_code == 404
        assert "No figures." in room.manager.get("/tasks/mood?party=1").text
        page = room.shop.get("/tasks/mood").text
        room.shop.post("/tasks/mood", data=hidden(page) | {"f-open": "cannot_say"})
        assert "No figures." in room.shop.get("/tasks/mood?party=1").text

    def test_each_person_answers_alone_and_the_spread_counts(self, project):
        room = project(with_later_tasks)
        tom = room.sign_in(room.colleague(1))
        page = room.maker.get("/tasks/mood").text
        assert "Two people answer for" in page and "Pass to a colleague" not in page
        tom.post("/tasks/mood/draft", data=hidden(page) | {"f-open": "s3"})
        assert not re.search(r'checked[^>]*value="s3"|value="s3"[^>]*checked', room.maker.get("/tasks/mood").text)
        done = room.maker.post("/tasks/mood", data=hidden(page) | {
            "f-open": "s1", "f-open_comment": "No figures."}, follow_redirects=True).text
        assert "Tom Baker has not answered yet." in done and room.facts().task("mood", 1).state == "open"
        theirs = tom.get("/tasks/mood").text
        assert "No figures." not in theirs and re.search(r'value="s3"[^>]*checked|checked[^>]*value="s3"', theirs)
        answer = tom.post("/tasks/mood", data=hidden(theirs) | {"f-open": "s4"}, follow_redirects=True).text
        assert "It counts from now on." in answer and room.facts().task("mood", 1).voices == ""
        read = tom.get("/tasks/mood").text
        row = re.search(r"<li(?:(?!</li>).)*/tasks/mood.*?</li>", tom.get("/tasks").text, re.DOTALL)[0]
        assert "<span>submitted</span>" in row and "<span>accepted</span>" not in row  # nobody did
        assert "2.5 on average (2 people)" in read and "No figures." in read

    def test_who_has_begun_reads_so_where_it_is_their_turn_and_nobody_else_reads_of_whom_it_is(self, project):
        room = project(with_later_tasks)
        tom = room.sign_in(room.colleague(1))
        tom.post("/tasks/mood/draft", data=hidden(tom.get("/tasks/mood").text) | {"f-open": "s3"})
        begun = "draft of"
        mine = "Fill in: How ready are we due Mon 8 Mar (in 7 days) about 10 minutes draft of Mon 1 Mar"
        assert mine in text(tom.get("")) and begun not in text(room.maker.get("")) + text(room.shop.get(""))
        facts = room.facts()
        why = why_open(facts, facts.task("mood", 1))
        assert (why.code, facts.drafts) == ("task.draft", {})
        tom.post("/tasks/mood", data=hidden(tom.get("/tasks/mood").text) | {"f-open": "s4"})
        assert begun not in text(tom.get("")) and room.facts().begun == frozenset()

    def test_a_champion_lets_count_what_is_there(self, project):
        room = project(with_later_tasks)
        tom = room.sign_in(room.colleague(1))
        assert "nothing to count" in room.maker.post("/tasks/mood/count", data={"party": 1}).text
        others = [room.sign_in(room.colleague(1)) for _ in range(2)]
        assert "4 people answer for" in tom.get("/tasks/mood").text
        for answered, client in enumerate((tom, *others), 1):
            client.post("/tasks/mood", data=hidden(client.get("/tasks/mood").text) | {"f-open": "s5"})
            if answered < 3:  # or all would read what one person said
                assert "/tasks/mood/count" not in room.maker.get("/tasks/mood").text
                early = room.maker.post("/tasks/mood/count", data={"party": 1})
                assert early.status_code == 409 and "3 people or more have answered" in early.text
        assert tom.post("/tasks/mood/count", data={"party": 1}).status_code == 403
        assert "Let it count without the others" in room.maker.get("/tasks/mood").text
        read = room.maker.post("/tasks/mood/count", data={"party": 1}, follow_redirects=True).text
        assert "5 on average (3 people)" in read
        assert "let &#39;How ready are we&#39; count" in room.shop.get("/record").text

    def test_a_low_answer_says_why(self, project):
        room = project(with_later_tasks)
        page = room.maker.get("/tasks/mood").text
        answer = room.maker.post("/tasks/mood", data=hidden(page) | {"f-open": "s2"})
        assert answer.status_code == 422 and "You chose 1 or 2: say why" in answer.text
