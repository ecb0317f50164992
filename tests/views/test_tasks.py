"""A task's pages: read ahead, saved, submitted with its files, opened again, compared, listed."""

import io
import re
from datetime import timedelta
from functools import partial

import pytest

from cocreate.clock import now
from cocreate.db import transaction
from cocreate.services import contributions
from tests.support import handmade, projects, stories
from tests.support.clock import NOON
from tests.support.people import PASSWORD
from tests.support.rooms import by_link, decided, hidden, returned, sign_in, text, with_later_tasks, with_offer

PDF = handmade.pdf()
FINAL = projects.SMALL.replace("title: Crates per year\n", "title: Crates per year\n        final: true\n").replace(
    "reopens: [returns, credit]", "reopens: [credit]")


class TestEnter:
    def test_enter_in_a_text_saves_and_stays(self, project):
        room = project()
        page = room.maker.get("/tasks/credit").text
        assert re.search(r'<button [^>]*type="submit"[^>]*>', page[page.index('<form id="task"'):])[0].count('"stay"')
        answer = room.maker.post("/tasks/credit", data=hidden(page) | {"f-places-0-place": "Oslo", "stay": "1"})
        assert answer.status_code == 200 and 'value="Oslo"' in answer.text
        assert room.facts().drafts == {("credit", 1): 1}


class TestSubmitted:
    def test_what_nobody_has_to_accept_is_not_called_accepted(self, play):
        room = play(definition=stories.definition(tasks=1))
        with room.app.app_context():
            stories.give(room.small, "ramp_0")
            stories.give(room.small, "returns")
        assert "Submitted on Mon 1 Mar. It counts." in text(room.maker.get("/tasks/ramp_0?party=2"))
        assert "Accepted on Mon 1 Mar." in text(room.maker.get("/tasks/returns?party=2"))

    def test_who_checks_it_reads_that_it_is_their_turn_and_until_when(self, play):
        room = play()
        with room.app.app_context():
            stories.submit(room.small, "returns")
        page = "/tasks/returns?party=2"
        mine = "It is your turn: accept it or return it with a reason, by Mon 8 Mar."
        theirs = "Submitted. Tornby Furniture accepts it or returns it with a reason by Mon 8 Mar."
        assert mine in text(room.maker.get(page)) and theirs not in text(room.maker.get(page))
        assert theirs in text(room.shop.get(page)) and mine not in text(room.shop.get(page))


class TestManyColumns:
    @pytest.mark.browser
    def test_on_a_desk_each_cell_can_be_read(self, live, new_page):
        more = "".join(f"\n              c{n}: {{label: Column {n}, type: text, required: false}}" for n in range(7))
        after = "lorries: {label: Lorries, type: whole, min: 0}"
        with live.app.app_context(), transaction() as session:
            small = projects.open_small(session, definition=projects.SMALL.replace(after, after + more), now=now())
        page = new_page(viewport={"width": 1280, "height": 900})
        sign_in(page, small.emails[small.maker])
        page.goto(f"/p/{small.ref}/tasks/credit")
        widths = page.locator("tbody [data-row]:first-child input:visible").evaluate_all(
            "(all) => all.map(i => [i.getBoundingClientRect().width, i.getBoundingClientRect().right])")
        edge = page.locator("#task .col-lg-8").first.bounding_box()
        assert len(widths) == 9
        assert all(width >= 150 and right <= edge["x"] + edge["width"] for width, right in widths), widths


class TestFiles:
    def test_a_refused_file_and_all_other_errors_come_back_in_one_round(self, project):
        room = project(with_offer)
        page = room.maker.get("/tasks/offer").text
        answer = room.maker.post("/tasks/offer", data=hidden(page) | {
            "f-price": "cheap", "f-proof": (io.BytesIO(b"MZ" + bytes(200)), "offer.pdf")},
            content_type="multipart/form-data")
        assert answer.status_code == 415 and 'value="cheap"' in answer.text
        assert re.findall(r'<li><a href="#([^"]+)">', answer.text) == [
            "f-price", "f-price-year", "f-margin", "f-proof"]
        assert "This file is a program disguised as a PDF. We did not keep it." in answer.text
        assert room.facts().documents == ()

    def test_a_file_that_came_stays_while_the_rest_is_put_right(self, project):
        room = project(with_offer)
        page = room.maker.get("/tasks/offer").text
        answer = room.maker.post("/tasks/offer", data=hidden(page) | {
            "f-price": "", "f-proof": (io.BytesIO(PDF), "offer.pdf")}, content_type="multipart/form-data")
        assert answer.status_code == 422 and "offer.pdf, " in answer.text
        answer = room.maker.post("/tasks/offer", data=hidden(answer.text) | {
            "f-price": "1", "f-price-year": "2027", "f-margin": "12"})
        assert answer.status_code == 303
        assert room.maker.get("/tasks/offer/versions/1/files/proof").data == PDF

    def test_a_file_that_comes_again_unchanged_is_no_new_version(self, project):
        room = project(with_offer)
        page = room.maker.get("/tasks/offer").text
        data = {"f-price": "1", "f-price-year": "2027", "f-margin": "12"}
        answer = room.maker.post("/tasks/offer", data=hidden(page) | data | {
            "f-proof": (io.BytesIO(PDF), "offer.pdf")}, content_type="multipart/form-data")
        assert answer.status_code == 303, re.findall(r"error\d?\">.*?</p>", answer.text)
        room.maker.post("/tasks/offer/take-back", data={"party": 1, "seen": 1})
        page = room.maker.get("/tasks/offer").text
        assert room.maker.post("/tasks/offer", data=hidden(page) | data).status_code == 303
        assert [one.newest for one in room.facts().documents] == [1]
        assert room.maker.get("/tasks/offer/versions/2/files/proof").data == PDF


class TestReturned:
    def test_the_reason_stands_once_on_top_and_each_marked_field_leads_up_to_it(self, project):
        page = project(returned).shop.get("/tasks/returns").text
        assert page.count("Only one garage, it seems.") == 1
        above, field = page.split("Marked when it was returned")
        assert above.index('id="returned"') < above.index("Only one garage, it seems.")
        assert above.rstrip().endswith('href="#returned">') and 'id="f-crates"' in field

    def test_what_was_not_marked_has_no_mark(self, project):
        page = project(partial(returned, marked=())).shop.get("/tasks/returns").text
        assert "Marked when it was returned" not in page and "Only one garage, it seems." in page


class TestVersions:
    def test_what_was_left_out_and_need_not_be_given_does_not_read_as_owed(self, project):
        room = project(with_offer)
        page = room.maker.get("/tasks/offer").text
        room.maker.post("/tasks/offer", data=hidden(page) | {"f-price": "1", "f-price-year": "2027", "f-margin": "12"})
        page = room.shop.get("/tasks/offer?party=1").text
        assert re.search(r'id="a-proof">[^<]*</dt>\s*<dd><span class="soft">not given</span>', page)
        assert "not yet" not in page

    def test_any_two_side_by_side(self, project):
        room = project(returned)
        page = room.shop.get("/tasks/returns").text
        assert "Answer without changing" in page
        room.shop.post("/tasks/returns", data=hidden(page) | {
            "f-crates": "9000", "f-crates-grade": "estimated", "f-crates-source": "Ramp, 2026"})
        page = room.maker.get("/tasks/returns/versions/1/2?party=2").text
        marked = re.findall(r"<(?:del|ins)>(.*?)</(?:del|ins)>", page, re.S)
        assert "12,500" in marked[0] and "9,000" in marked[1] and len(marked) == 2
        assert page.count("Source: Ramp, 2026") == 2 and "Ramp" not in "".join(marked)
        assert "Compare it with" in room.maker.get("/tasks/returns/versions/1?party=2").text
        assert room.maker.get("/tasks/returns/versions/7?party=2").status_code == 404

    def test_who_checks_it_again_has_the_way_to_what_changed_beside_the_question(self, project):
        room = project(returned)
        room.shop.post("/tasks/returns", data=hidden(room.shop.get("/tasks/returns").text) | {
            "f-crates": "9000", "f-crates-grade": "estimated", "f-crates-source": "Ramp, 2026"})
        page = room.maker.get("/tasks/returns?party=2").text
        question = page[page.index("It is your turn: accept it"):]
        link = question[:question.index("</a>")]
        assert "/tasks/returns/versions/1/2?party=2" in link and link.endswith("What changed since version 1"), link

    def test_taken_back_after_it_was_submitted_again_the_reason_and_the_marks_stand_there_still(self, project):
        room = project(returned)
        with room.app.app_context():
            stories.submit(room.small, "returns")
            stories.take_back(room.small, "returns")
        page = room.shop.get("/tasks/returns").text
        assert "Tornby Furniture returned this on Mon 1 Mar:" in text(room.shop.get("/tasks/returns"))
        assert "Only one garage, it seems." in page and "Marked when it was returned" in page

    def test_taken_back_after_it_was_opened_again_the_reason_stands_there_still(self, project):
        room = project(returned)
        with room.app.app_context():
            stories.submit(room.small, "returns")
            stories.accept(room.small, "returns")
            page = room.shop.get("/tasks/returns/reopen?party=2").text
            room.shop.post("/tasks/returns/reopen", data=hidden(page) | {"reason": "A second garage was found."})
            stories.submit(room.small, "returns")
            stories.take_back(room.small, "returns")
        page = room.shop.get("/tasks/returns").text
        assert "A second garage was found." in page and "None" not in page and "Only one garage" not in page

    def test_gone_back_to_after_it_was_opened_again_it_says_when_that_was(self, project):
        """Not when somebody opened it before: what nobody accepts counts as soon as it is given again."""
        room = project(partial(projects.open_small, definition=projects.SMALL.replace("accepted_by: maker", "")))
        with room.app.app_context():
            stories.submit(room.small, "returns")
            stories.give(room.small, "credit")
            with transaction() as session:
                contributions.reopen(session, room.small.ref, task="returns", party=2, seen=1, actor=room.small.shop,
                                     reason="A second garage was found.", key=projects.key(), now=NOON)
            stories.submit(room.small, "returns")
            stories.go_on(room.small, "to_terms")
            stories.go_on(room.small, "figures_wrong", reason="Half of the year is missing.",
                          now=NOON + timedelta(days=3))
        page = text(room.shop.get("/tasks/returns"))
        assert "This was reopened on Thu 4 Mar: Half of the year is missing." in page

    def test_answering_without_changing_is_a_new_version_with_the_same_values(self, project):
        room = project(returned)
        page = room.shop.get("/tasks/returns").text
        given = {"f-crates": "", "f-crates-source": "A new list"}
        answer = room.shop.post("/tasks/returns", data=hidden(page) | given | {"unchanged": "1"})
        assert answer.status_code == 409 and "What you typed differs from version 1." in answer.text
        assert 'value="A new list"' in room.shop.get("/tasks/returns").text
        room.shop.post("/tasks/returns", data=hidden(answer.text) | given | {"unchanged": "1"})
        task = room.facts().task("returns", 2)
        assert (task.number, task.state) == (2, "submitted")
        page = room.maker.get("/tasks/returns/versions/1/2?party=2").text
        assert "Both versions say the same." in page


class TestWordsToWhoReturnedIt:
    WORDS = "It is one garage: the other was sold in March."

    def answered(self, project, reply=WORDS):
        room = project(returned)
        room.shop.post("/tasks/returns", data=hidden(room.shop.get("/tasks/returns").text) | {
            "reply": reply, "unchanged": "1", "drop": "1"})
        return room

    def test_who_returned_it_reads_them_with_the_answer_beside_others_and_in_the_record(self, project):
        room = self.answered(project)
        for address in ("/tasks/returns?party=2", "/tasks/returns/versions/2?party=2",
                        "/tasks/returns/versions/1/2?party=2", "/record"):
            assert room.maker.get(address).text.count(f"<q>{self.WORDS}</q>") == 1, address
        assert self.WORDS not in room.maker.get("/tasks/returns/versions/1?party=2").text

    def test_they_may_be_left_out(self, project):
        room = self.answered(project, reply="")
        assert room.facts().task("returns", 2).number == 2
        assert "<q>" not in room.maker.get("/tasks/returns/versions/2?party=2").text

    def test_they_go_with_changed_values_too(self, project):
        room = project(returned)
        page = room.shop.get("/tasks/returns").text
        assert page.index("Marked for you to look at") < page.index("Your answer to Tornby Furniture")
        room.shop.post("/tasks/returns", data=hidden(page) | {
            "f-crates": "9000", "f-crates-grade": "estimated", "f-crates-source": "Ramp, 2026", "reply": self.WORDS})
        assert self.WORDS in room.maker.get("/tasks/returns?party=2").text

    def test_too_many_say_so_at_their_place_and_nothing_is_submitted(self, project):
        room = project(returned)
        data = hidden(room.shop.get("/tasks/returns").text) | {"unchanged": "1", "drop": "1", "reply": "x" * 2001}
        answer = room.shop.post("/tasks/returns", data=data)
        assert answer.status_code == 422 and 'href="#reply"' in answer.text
        assert "Too long: 2001 of 2000 characters." in answer.text
        assert room.facts().task("returns", 2).number == 1

    def test_they_are_kept_while_one_types_and_after_it_was_taken_back(self, project):
        room = project(returned)
        page = room.shop.get("/tasks/returns").text
        room.shop.post("/tasks/returns/draft", data=hidden(page) | {"reply": self.WORDS})
        page = room.shop.get("/tasks/returns").text
        assert f"{self.WORDS}</textarea>" in page
        room.shop.post("/tasks/returns", data=hidden(page) | {"reply": self.WORDS, "unchanged": "1", "drop": "1"})
        room.shop.post("/tasks/returns/take-back", data={"party": 2, "seen": 2})
        assert f"{self.WORDS}</textarea>" in room.shop.get("/tasks/returns").text

    def test_before_anything_was_returned_there_is_no_place_for_them(self, project):
        assert 'name="reply"' not in project(with_offer).maker.get("/tasks/offer").text


class TestOpeningAgain:
    def test_says_what_lapses_and_begins_a_new_round(self, project):
        room = project(decided)
        page = room.shop.get("/tasks/returns").text
        assert "Open it again" in page
        page = room.shop.get("/tasks/returns/reopen?party=2").text
        assert "The decision of Tornby Furniture on 'Is this our picture?' lapses." in page
        link = by_link(room.shop, room.small.shop)  # who came so could not decide, and undoes no decision
        assert link.get("/tasks/returns/reopen?party=2").location == "/prove"
        asked = link.post("/tasks/returns/reopen", data={"party": 2, "seen": 1, "reason": "Two shops were left out."})
        assert asked.status_code == 401 and room.facts().task("returns", 2).round == 1
        room.shop.client.post("/prove", data={"password": PASSWORD})
        answer = room.shop.post("/tasks/returns/reopen", data=hidden(page) | {
            "reason": "Two shops were left out."}, follow_redirects=True)
        assert "Open again. The others have been told why." in answer.text
        assert "Two shops were left out." in answer.text
        assert room.facts().task("returns", 2).round == 2
        assert {one.state for one in room.facts().asked_at("picture")} == {"lapsed"}
        assert "Version 1" in room.shop.get("/tasks/returns").text

    def test_is_not_offered_for_what_is_final_and_refused_with_the_sentence_that_says_so(self, project):
        room = project(_final)
        for party in (room.shop, room.maker):
            page = text(party.get("/tasks/returns?party=2"))
            assert "Open it again" not in page and "It is final: it is not opened again." in page
            for answer in (party.get("/tasks/returns/reopen?party=2"), party.post("/tasks/returns/reopen", data={
                    "party": 2, "seen": 1, "reason": "Two shops were left out."})):
                assert "This stays as it is 'Crates per year' is not opened again" in text(answer, 409)
        assert room.facts().task("returns", 2).round == 1

    def test_who_accepts_what_is_final_reads_that_before(self, project):
        room = project(lambda session: projects.open_small(session, definition=FINAL))
        page = room.shop.get("/tasks/returns").text
        assert "Once accepted it is not opened again." in page
        with room.app.app_context():
            stories.submit(room.small, "returns")
        assert "Once accepted it is not opened again." in room.maker.get("/tasks/returns?party=2").text

    def test_also_by_who_accepted_it_but_not_without_a_reason(self, project):
        room = project(decided)
        answer = room.maker.post("/tasks/returns/reopen", data={"party": 2, "seen": 1, "reason": "no"})
        assert answer.status_code == 422 and "10 letters or more" in answer.text
        assert room.manager.post("/tasks/returns/reopen", data={
            "party": 2, "seen": 1, "reason": "Two shops were left out."}).status_code == 403


class TestOfAnother:
    def test_what_will_be_asked_is_read_as_a_list_and_not_as_a_form_of_empty_inputs(self, project):
        page = project(projects.open_small).maker.get("/tasks/returns")
        assert "What will be asked" in page.text and 'name="f-' not in page.text
        assert "Crates that come back pieces/a How do you know? Source" in text(page)


class TestAhead:
    def test_a_task_of_a_later_stage_is_read_by_all_and_written_by_nobody(self, project):
        room = project(with_later_tasks)
        assert "/tasks/recount" in room.maker.get("/tasks").text
        for reader in (room.maker, room.shop, room.manager):
            page = reader.get("/tasks/recount").text
            assert "Asked in a later stage, Terms." in page and "How many came back?" in page
            assert 'name="f-' not in page and "data-autosave" not in page
        answer = room.shop.post("/tasks/recount", data={"party": 2, "seen": 0, "draft": 0, "f-many": "1"})
        assert answer.status_code == 404
        assert room.shop.get("/tasks/nothing").status_code == 404


class TestList:
    def test_by_party_by_state_and_only_mine(self, project):
        room = project(returned)
        page = room.shop.get("/tasks").text
        assert "Crates per year" in page and "Credit per crate" in page
        assert "Credit per crate" not in room.shop.get("/tasks?party=2").text
        assert "Crates per year" not in room.shop.get("/tasks?whose=me&state=submitted").text
        assert "Crates per year" in room.shop.get("/tasks?whose=me&state=open").text
        page = room.maker.get("/tasks?party=2&state=open").text
        assert "Crates per year" in page and ">Terms</h" not in page  # a stage without such a task
        assert "No task of this kind is in this stage." in room.maker.get("/tasks?party=1&state=accepted").text


def test_the_currency_of_the_hosts_country_is_offered_first(project):
    room = project()
    page = room.maker.get("/tasks/credit").text
    assert '<option selected value="EUR">' in page


def test_a_computed_field_is_worked_out_from_what_the_reader_may_see(project):
    def computed(session):
        small = projects.open_small(session, definition=projects.SMALL.replace(
            "      amount: {label: Credit", "      total: {label: All crates, type: computed, operation: sum, "
            "of: [figures.returns.crates]}\n          amount: {label: Credit"))
        projects.give(session, small, "returns")
        return small
    assert "All crates" in (page := project(computed).maker.get("/tasks/credit").text)
    assert "12,500" in page


def test_nobody_is_asked_to_change_what_is_worked_out(project):
    def computed(session):
        small = projects.open_small(session, definition=projects.SMALL.replace(
            "      crates: {label:", "      total: {label: All crates, type: computed, operation: sum, "
            "of: [figures.returns.crates]}\n          crates: {label:", 1))
        projects.give(session, small, "returns")
        return small
    page = project(computed).maker.get("/tasks/returns/return?party=2").text
    assert "Which fields do you mean?" in page and 'value="crates"' in page and 'value="total"' not in page


class TestOtherLanguage:
    """A template text that the reader's language lacks: in the template's first, marked, and the language is named."""

    def test_a_template_of_another_language_says_so_and_its_texts_are_marked(self, play):
        german = projects.SMALL.replace("name: Returned crates", "name: Returned crates\nlanguage: de", 1)
        room = play(definition=german)
        page = room.shop.get("/tasks/returns").text
        assert "Texts of the template in another language: Deutsch" in page
        assert '<h1 lang="de">Crates per year</h1>' in page and 'mb-1" lang="de">The credit is calculated' in page
        assert re.search(r'<label [^>]*lang="de">Crates that come back', page)

    def test_of_single_texts_only_those_are_marked(self, play):
        room = play(definition=projects.SMALL.replace("title: Crates per year", "title: {de: Kisten im Jahr}"))
        page = room.shop.get("/tasks/returns").text
        assert '<h1 lang="de">Kisten im Jahr</h1>' in page
        assert page.count('lang="de"') == 1 and "The credit is calculated" in page
        assert "Texts of the template in another language: Deutsch" in page

    def test_of_ones_own_nothing_is_said(self, play):
        page = play().shop.get("/tasks/returns").text
        assert "Texts of the template" not in page and page.count(" lang=") == 1


def _final(session):
    """The crates per year accepted, which the template makes final."""
    small = projects.open_small(session, definition=FINAL)
    projects.give(session, small, "returns")
    return small
