"""The room's pages as each of its people sees them."""

import re
from datetime import date

import pytest
from sqlalchemy import update

from cocreate.clock import now
from cocreate.db import transaction
from cocreate.models.people import Person
from cocreate.services import accounts, boards, contributions, people, progress
from cocreate.services.acts.people import AcceptInvitation
from tests.support import projects, rooms, stories
from tests.support.clock import NOON
from tests.support.facts import REASON
from tests.support.people import PASSWORD
from tests.support.rooms import Client, buttons, links, more, proposal_of, sign_in, text


class TestNow:
    def test_a_champion_reads_what_is_asked_and_what_is_waited_for(self, play):
        page = text(play().maker.get(""))
        assert page.index("For you") < page.index("Going on to Terms waits for") < page.index("The way to agreement")
        assert "Since Mon 1 Mar." in page and "Claire Duval can act." in page and "Next reminder" in page
        assert "In this stage since Mon 1 Mar day 1 of 10" in page and "Signing date Tue 1 Jun" in page

    def test_the_head_says_what_the_template_calls_each_party(self, play):
        page = text(play(definition=stories.definition()).shop.get(""))
        assert "TF Tornby Furniture , Maker AH Aurelis Hotels (you) , Shop Stage 1 of 3: Figures" in page

    def test_the_head_counts_many_parties_on_a_phone_and_the_foot_names_them(self, project):
        room = project(projects.in_a_crowd)
        page = room.manager.get("").text
        assert f'<li class="only-narrow"><a href="/p/{room.ref}/people">5 parties</a></li>' in page
        assert page.count('<li class="only-wide"><span class="seat">') == 5
        assert "Shop 4" in text(room.manager.get("")).partition("This page is seen by")[2]
        few = project().manager.get("").text
        assert "2 parties" not in few and '<li class="only-wide"><span class="seat">' not in few

    def test_what_many_parties_owe_alike_is_one_line_that_opens(self, project):
        room = project(projects.in_a_crowd)
        page = " ".join(text(room.manager.get("")).split())
        assert page.count("4 parties owe 'Crates per year': Shop 1, Shop 2, Shop 3 and Shop 4.") == 1
        assert '<details class="mt-4"><summary>4 parties owe' in room.manager.get("").text
        assert "Nobody at Shop 4 is named for 'Crates per year'." in page

    def test_what_both_still_owe_from_an_earlier_stage_stands_once_with_each(self, play):
        room = play(definition=stories.later_definition())
        with room.app.app_context(), transaction() as session:
            for task in ("returns", "credit"):
                projects.give(session, room.small, task)
            projects.go_on(session, room.small, "to_terms")
        assert whose(room.maker).count("How ready are we") == 2

    def test_what_has_ended_counts_no_open_task(self, play):
        room = play()
        assert re.search(r"Tasks <span class=\"count\">2<", room.shop.get("").text)
        room.shop.post("/decline", data={"reason": "They went bankrupt.", "title": "Crates come back"})
        assert not re.search(r"Tasks <span", room.shop.get("").text)

    def test_whose_turn_it_is_counts_what_is_checked_decided_and_signed(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.submit(room.small, "returns")
        assert "Your turn TF Tornby Furniture (you) Check: Crates per year from Aurelis Hotels" in whose(room.maker)
        with room.app.app_context():
            stories.accept(room.small, "returns")
            stories.give_all(room.small)
        assert whose(room.maker).count("Decide: Is this our picture?") == 2
        with room.app.app_context():
            stories.decide(room.small, "picture", 1)
        assert "Decide" not in whose(room.maker).partition("Their turn")[0]
        assert "Their turn AH Aurelis Hotels Decide: Is this our picture?" in whose(room.maker)

    def test_what_is_given_stands_apart_from_what_is_to_do(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.submit(room.small, "returns")
        said = whose(room.maker)
        assert "Given Crates per year submitted" in said and "Your turn TF Tornby Furniture (you) Check:" in said

    def test_who_has_nothing_to_do_yet_reads_when_the_next_task_comes(self, play):
        room = play()
        with room.app.app_context(), transaction() as session:
            projects.give(session, room.small, "credit")
        for client in (room.maker, room.shop):
            numbers = re.findall(r'name="number" value="(\d+)"', client.get("/charter").text)
            client.post("/charter/agree", data={"number": numbers})
        said = text(room.maker.get(""))
        assert re.search(r"Nothing is asked of you\. (The next task comes in the stage|No further task is asked)", said)

    def test_what_is_asked_of_the_reader_is_told_once_and_what_follows_has_no_act_of_its_own(self, play):
        room = play()
        shop, manager = room.shop.get(""), room.manager.get("")
        told = text(shop).partition("Going on to Terms waits for")[2].partition("Dates")[0]
        assert "What is asked of you above, and this: What we wait for Tornby Furniture has not started" in told
        assert "Aurelis Hotels has not started" not in told
        assert "Aurelis Hotels has not started" in text(manager) and "asked of you above" not in text(manager)
        with room.app.app_context(), transaction() as session:
            projects.give(session, room.small, "credit")
        assert "Only what is asked of you above." in text(room.shop.get(""))
        assert "Aurelis Hotels has not started" in text(room.maker.get(""))

    def test_why_it_was_returned_stands_with_what_is_asked(self, project):
        room = project(rooms.returned)
        page = text(room.shop.get(""))
        asked = page.partition("For you")[2].partition("Going on to Terms")[0]
        assert "Change and submit: Crates per year" in asked and "Only one garage, it seems." in asked
        assert "Only one garage" not in page.partition("Going on to Terms")[2].partition("Dates")[0]

    def test_the_next_reminder_is_said_at_the_hour_of_whom_it_reaches(self, play):
        room = play()
        with room.app.app_context(), transaction() as session:
            session.execute(update(Person).where(Person.id == room.small.shop).values(zone="Asia/Seoul"))
        assert re.search(r"Claire Duval can act\. .*?Next reminder [^.]*\(Seoul\)\.", text(room.maker.get("")))

    def test_every_shape_of_the_plan_has_its_name_below_it(self, play):
        page = text(play().maker.get(""))
        assert "Tornby Furniture Aurelis Hotels Carrier (empty) task accepted task open" in page

    def test_an_observer_sees_all_and_no_act(self, play):
        room = play()
        observer = joined(room, "observer", 2)
        page = observer.get("")
        assert "Nothing is asked of you." in text(page)
        assert more(observer) == ["Raise a concern", "Rules of this project", "Export the record"]
        assert not any("/nudge/" in url for url in links(page)) and "Go on" not in " ".join(buttons(page))

    def test_a_neutral_person_proposes_and_reads_concerns(self, play):
        room = play()
        sofia = neutral(room)
        assert more(sofia)[:2] == ["Propose to put on hold", "Add a party"]
        room.shop.post("/concern", data={"to": "facilitator", "text": "We are not heard.", "record": ""})
        assert "Sofia Marin came in, for no party." in text(sofia.get("/record"))
        assert sofia.get("/concern").status_code == 403
        assert "Concerns (1 open)" in text(sofia.get("")) and "Concerns (" not in text(room.maker.get(""))
        asked = sofia.post("/hold", data={"reason": REASON, "until": "2027-03-12"}, follow_redirects=True)
        assert "The project rests until Fri 12 Mar as soon as one champion agrees." in text(asked)
        number = proposal_of(room, "hold")
        assert "Answer: Put on hold until Fri 12 Mar" in text(room.shop.get(""))
        room.shop.post(f"/proposals/{number}", data={"answer": "agree"})
        band = text(room.maker.get(""))
        assert "On hold until Fri 12 Mar. Sofia Marin wanted it:" in band and REASON in band
        page = text(room.shop.get(""))
        assert "Whose turn it is when the project goes on" in page and "Your turn" not in page.partition("On hold")[2]

    def test_where_mail_comes_back_the_board_leads_to_a_page_that_is_there(self, play):
        room = play()
        neutral(room)
        for person in (room.small.shop, room.person("Sofia Marin")):
            with room.app.app_context(), transaction() as session:
                session.execute(update(Person).where(Person.id == person).values(unreachable_at=room.clock.moment))
        board = room.manager.client.get("/desk")
        ways = [url for url in links(board) if "/people" in url and room.ref in url]
        assert len(ways) == 2 and all(room.manager.client.get(url).status_code == 200 for url in ways)

    def test_what_is_ready_to_go_on_is_said_once_beside_its_button(self, play):
        room = play()
        with room.app.app_context():
            stories.give_all(room.small)
        for client in (room.maker, room.shop):
            numbers = re.findall(r'name="number" value="(\d+)"', client.get("/charter").text)
            client.post("/charter/agree", data={"number": numbers})
        said = text(room.maker.get("")).partition("Everything is ready.")
        assert "For you" not in said[0] and said[2].strip().startswith("Go on to Terms")
        assert "Nothing is asked of you" not in said[0]

    def test_who_proposed_something_reads_who_has_not_answered_until_they_have(self, play):
        room = play()
        room.maker.post("/withdraw", data={"reason": "They went bankrupt."})
        said = "Aurelis Hotels has not answered 'Withdraw the project' (Claire Duval)."
        assert f"{said} Nudge Claire Duval" in text(room.maker.get(""))
        nudge = f"/nudge/proposal:{proposal_of(room, 'withdraw')}/2"
        assert room.maker.post(nudge, data={"words": "Do you agree?"}).status_code == 303
        assert f"{said} Nudged today, next possible Wed 3 Mar" in text(room.maker.get(""))
        shop = text(room.shop.get(""))
        assert "has not answered 'Withdraw the project'" not in shop and "Answer: Withdraw the project" in shop
        room.shop.post(f"/proposals/{proposal_of(room, 'withdraw')}", data={"answer": "refuse", "reason": REASON})
        assert "has not answered 'Withdraw the project'" not in text(room.maker.get(""))

    def test_back_says_who_and_why(self, play):
        room = play()
        with room.app.app_context():
            stories.give_all(room.small)
        room.maker.post("/go-on/to_terms", data={"visit": "1"})
        page = text(room.maker.get("/go-back/figures_wrong"))
        assert "Reopens: Crates per year" in page and "Kept:" not in page
        room.maker.post("/go-back/figures_wrong", data={"visit": "2", "reason": REASON})
        assert f"Back in Figures since Mon 1 Mar. Ingrid Solvik: {REASON}" in text(room.shop.get(""))

    def test_back_says_what_becomes_of_a_signature_that_was_given(self, project):
        room = project(_once_signed)
        page = text(room.shop.get("/go-back/text_reopened"))
        assert ("Version 1 is signed by Tornby Furniture. That stands while the text stays; if the text changes it "
                "ends, and whoever signed is asked again.") in page
        assert "of the contract ends" not in page

    def test_the_end_says_who_and_why_and_what_was_learned(self, play):
        room = play()
        given = {"reason": REASON, "title": "Crates come back", "lessons": "Count before you ask."}
        room.shop.post("/decline", data=given)
        page = text(room.maker.get(""))
        assert f"Declined on Mon 1 Mar. Claire Duval: {REASON} What was learned: Count before you ask." in page
        assert "Everything stays readable, nothing can be changed." in page
        assert more(room.maker) == ["Rules of this project", "Export the record"]

    def test_who_ended_in_the_first_stage_has_done_none(self, play):
        room = play()
        room.shop.post("/decline", data={"reason": REASON, "title": "Crates come back"})
        page = room.maker.get("")
        assert "Figures ended here" in text(page) and "done" not in text(page)
        assert 'id="score-stage-figures" class="node"' in page.text

    def test_each_party_has_one_shape_also_in_the_diagram(self, play):
        page = play().shop.get("").text  # of the shop, though the template names the carrier before it
        assert re.search(r'<rect id="score-task-returns-shop" class="mk sp2 fp2', page)


class TestHead:
    UNDER_A_TAB = ("tasks", "documents", "contract", "contract/clauses", "contract/evidence", "people", "charter",
                   "record", "rules")

    def test_what_a_tab_leads_to_has_the_title_of_the_project(self, play):
        room = play()
        for name in self.UNDER_A_TAB:
            head = re.search(r"<h1>(.*?)</h1>", room.maker.get(f"/{name}").text, re.S)[1]
            assert '<span class="only-wide">Crates come back</span><span class="only-narrow">' in head, (name, head)

    @pytest.mark.browser
    @pytest.mark.parametrize("width", [718, 1100])
    def test_printed_it_names_the_page_and_the_project(self, live, new_page, width):
        with live.app.app_context(), transaction() as session:
            small = projects.open_small(session, now=now())
        page = new_page(viewport={"width": width, "height": 900})
        sign_in(page, small.emails[small.maker])
        for path, title in (("rules", "Rules of this project"), ("tasks/returns?party=2", "Crates per year")):
            page.goto(f"/p/{small.ref}/{path}")
            page.emulate_media(media="print")
            lines = [line for line in page.locator(".room-head").inner_text().split("\n") if line]
            assert lines[:2] == ["Crates come back", title], lines
            page.emulate_media(media="screen")


class TestOnAPhone:
    def test_the_bar_stays_that_of_the_project_also_where_one_act_has_its_page(self, project):
        room = project(projects.ready_to_sign)
        for path in ("", "/contract/sign", "/contract/refuse", "/hold"):
            answer = room.maker.get(path)
            assert answer.status_code == 200, path
            bar = re.findall(r'<nav class="bottom-bar" aria-label="([^"]+)">.*?</nav>', answer.text, re.S)
            assert bar == ["Project"], path
            assert 'class="back only-narrow" href="/your-turn"' in answer.text, path

    def test_a_form_that_comes_back_with_a_mistake_is_still_under_tasks(self, project):
        answer = project().shop.post("/tasks/returns", data={"party": 2, "seen": "0", "draft": "0"})
        bar = re.search(r'<nav class="bottom-bar".*?</nav>', answer.text, re.S)[0]
        assert answer.status_code == 422 and re.search(r'/tasks" aria-current="page"', bar)


class TestRefusals:
    def test_say_who_can_where_to_ask_and_where_the_rules_are(self, play):
        room = play()
        answer = room.manager.get("/decline")
        assert "Only Ingrid Solvik and Claire Duval can do this. You can read it, or ask them." in text(answer, 403)
        assert f"/p/{room.small.ref}/people" in links(answer) and f"/p/{room.small.ref}/rules" in links(answer)

    def test_on_hold_reading_and_drafts_stay_possible(self, play):
        room = play()
        room.maker.post("/hold", data={"reason": REASON, "until": "2027-03-12"})
        page = room.shop.get("/tasks/returns")
        assert "Save and close" in buttons(page) and not any("Submit" in one for one in buttons(page))
        assert "The project is on hold until Fri 12 Mar. Drafts are kept" in text(page)
        kept = room.shop.post("/tasks/returns/draft", data={"party": "2", "draft": "0", "seen": "0", "crates": "12"})
        assert kept.status_code == 200, kept.text

    def test_on_hold_the_day_is_shown_on_which_it_will_be_due_and_nothing_is_late(self, play):
        room = play()
        assert "due Mon 8 Mar" in text(room.maker.get("/tasks"))
        room.maker.post("/hold", data={"reason": REASON, "until": "2027-03-12"})
        for path in ("", "/tasks", "/tasks/credit"):
            page = text(room.maker.get(path))
            assert "due Fri 19 Mar" in page and "due Mon 8 Mar" not in page, path
        room.clock.go(days=9)
        maker = room.sign_in(room.small.maker)
        for path in ("", "/tasks", "/tasks/credit"):
            assert "was due" not in text(maker.get(path)), path

    def test_on_hold_what_is_to_be_checked_shows_when_it_will_be_due(self, play):
        room = play()
        with room.app.app_context(), transaction() as session:
            contributions.submit(session, room.ref, task="credit", party=1, seen=0, draft=0,
                                 answers=projects.answers("credit"), actor=room.small.maker, key="submit", now=NOON)
        assert "Mon 8 Mar" in text(room.shop.get("/tasks/credit?party=1"))
        room.maker.post("/hold", data={"reason": REASON, "until": "2027-03-12"})
        for path in ("", "/tasks/credit?party=1"):
            page = text(room.shop.get(path))
            assert "Fri 19 Mar" in page and "Mon 8 Mar" not in page, path
        room.clock.go(days=9)
        assert "was due" not in text(room.sign_in(room.small.maker).get(""))

    def test_on_hold_the_signing_date_is_the_one_after_it(self, play):
        room = play()
        room.maker.post("/hold", data={"reason": REASON, "until": "2027-03-12"})
        assert "Signing date Mon 14 Jun" in text(room.maker.get(""))
        assert boards.signing(room.facts()) == date(2027, 6, 14)

    def test_on_hold_nothing_that_was_proposed_is_taken_back(self, play):
        room = play()
        assert "Take it back" in text(room.manager.get("/charter"))
        room.maker.post("/hold", data={"reason": REASON, "until": "2027-03-12"})
        assert "Take it back" not in text(room.manager.get("/charter"))

    @pytest.mark.parametrize("path", [
        "/gates/our_contract", "/charter", "/tasks", "/people", "/documents", "/tasks/credit"])
    def test_on_hold_every_page_says_so_in_place_of_what_it_asks(self, project, path):
        room = project(projects.frozen)
        room.maker.post("/hold", data={"reason": REASON, "until": "2027-03-12"})
        page = text(room.shop.get(path))
        assert page.count("The project is on hold until Fri 12 Mar.") == 1
        assert "Only Claire Duval decides" not in page  # who reads it is Claire Duval


class TestSeveral:
    def test_who_is_in_two_projects_reads_each_as_its_own(self, play):
        room = play()
        with room.app.app_context():
            other = stories.another(room.small)
        assert room.maker.get("").status_code == 200
        assert room.maker.client.get(f"/p/{other.ref}").status_code == 200
        room.maker.post("/concern", data={"to": "champions", "text": "Only here.", "record": ""})
        assert "Only here." in text(room.shop.get("/concerns"))
        assert "Only here." not in text(room.shop.client.get(f"/p/{other.ref}/concerns"))

    def test_nobody_holds_parts_in_two_parties_of_one_project(self, play):
        room = play()
        answer = room.maker.post("/people/invite/1", data={
            "name": "Claire Duval", "email": room.small.emails[room.small.shop], "parts": ["observer"]})
        assert answer.status_code == 422
        asked = room.maker.post("/people/neutral", data={
            "name": "Claire Duval", "email": room.small.emails[room.small.shop], "reason": REASON})
        assert asked.status_code == 422


class TestRecord:
    def test_is_read_by_kind_and_by_party(self, play):
        room = play()
        page = text(room.shop.get("/record"))
        assert re.search(r"Complete: \d+ events checked just now, last fingerprint [0-9a-f]{16}", page)
        kept = text(room.shop.get("/record?kind=people&party=2"))
        assert "Claire Duval came in for Aurelis Hotels." in kept and "opened the project" not in kept
        assert "No event of this kind yet." in text(room.shop.get("/record?task=credit"))

    def test_its_lines_say_the_stage_before_and_after(self, play):
        room = play()
        with room.app.app_context():
            stories.give_all(room.small)
        room.maker.post("/go-on/to_terms", data={"visit": "1"})
        assert "Before: Figures. After: Terms." in text(room.shop.get("/record?kind=course"))


# What the tests do


def joined(room, part, party):
    """A further person of a party with one part, signed in."""
    return room.sign_in(room.colleague(party, part))


def neutral(room):
    """Sofia Marin, whom both parties named."""
    email = f"{projects.key()}@neutral.example"
    room.maker.post("/people/neutral", data={"name": "Sofia Marin", "email": email, "reason": "Both trust her."})
    room.shop.post(f"/proposals/{proposal_of(room, 'neutral')}", data={"answer": "agree"})
    with room.app.app_context(), transaction() as session:
        person = people.with_address(session, email)
        accounts.set_password(session, person, PASSWORD, now=room.clock.moment)
        progress.act(session, room.small.ref, AcceptInvitation(person, "Sofia Marin", ""), actor=None,
                     key=projects.key(), now=room.clock.moment)
    return Client(room.app, room.small.ref, email)


def whose(client: Client) -> str:
    """What Now says of whose turn it is, party by party."""
    return " ".join(text(client.get("")).split()).partition("Whose turn it is ")[2].partition(" Decisions ")[0]


def _once_signed(session, *, now=NOON):
    """Only the maker has signed, and the text can be reopened without that anything it prints is."""
    small = projects.in_terms(session, now=now, definition=projects.SMALL.replace(
        "reminders:\n",
        "  text_reopened: {name: Reopened, from: signature, to: terms, reason: required}\nreminders:\n"))
    projects.freeze(session, small, now=now)
    for party in small.people:
        projects.agree(session, small, party, now=now)
    projects.go_on(session, small, "to_signature", now=now)
    projects.sign(session, small, 1, now=now)
    return small
