"""Now says what the contract still lacks, and the ways out of it, before it asks anybody to make it ready; the board,
Your turn and the digest say the same.
"""

import re
from html import unescape

from cocreate.db import transaction
from cocreate.domain.answers import Answer
from cocreate.letters.digesting import sections
from cocreate.services import digests, proposals
from cocreate.words import Reader
from tests.support import projects, several
from tests.support.clock import NOON
from tests.support.rooms import hidden, mails, text

LATER = {"who": "2", "by": "2027-06-01", "rule": "as counted by the lorry", "reason": "Nobody has counted yet."}


class TestWhatIsMissing:
    def test_waits_for_the_task_while_that_is_still_owed(self, project):
        terms = projects.SMALL.replace("    contract: prepared\n", """    contract: prepared
    tasks:
      notice: {title: Notice, why: Nobody is bound for ever., of: shop, due: {days: 2}, fields: {
        months: {label: Months of notice, type: whole}}}
""").replace("{places: figures.credit.places}", "{places: figures.credit.places, notice: terms.notice.months}")
        room = project(lambda session: projects.in_terms(session, definition=terms.replace(
            "places of $places.", "places of $places. Notice is given $notice months before.")))
        contract = text(room.maker.get("/contract"))
        assert "Aurelis Hotels has not started 'Notice'" in contract
        assert "'Months of notice' of Aurelis Hotels is not given" not in contract

    def test_is_what_comes_next_with_three_ways(self, project):
        optional = projects.SMALL.replace("    title: Credit\n", "    title: Credit\n    optional: true\n")
        room = project(lambda session: projects.with_gap(session, definition=optional))
        for page in ("", "/contract"):
            answer = room.maker.get(page)
            said = unescape(answer.text)
            assert "Clause 2: 'Crates that come back' of Aurelis Hotels is not given (nobody counted)." in text(answer)
            for way in ("tasks/returns", "contract/later?need=figures.returns.crates", "contract/strike?clause=credit"):
                assert f'href="/p/{room.ref}/{way}"' in said, (page, way)
        now = room.maker.get("").text
        assert "Settle what the contract lacks" in now and "Make the contract ready to read" not in now
        assert "The contract is not ready to read yet" not in now
        manager = room.manager.get("").text
        assert "Nothing is asked of you." in manager and "contract/later" not in manager

    def test_is_told_on_now_as_far_as_it_fits_and_whole_in_the_contract(self, project):
        more = "".join(f"  more_{n}: {{title: More, needs: {{crates: figures.returns.crates}}, text: About $crates.}}\n"
                       for n in range(9))
        many = projects.SMALL.replace("annexes:\n", f"{more}annexes:\n")
        room = project(lambda session: projects.with_gap(session, definition=many))
        now, contract = (unescape(room.maker.get(page).text) for page in ("", "/contract"))
        assert (now.count("is not given (nobody counted)"), contract.count("is not given (nobody counted)")) == (6, 10)
        assert "4 more values are missing." in now and "See all that is missing" in now

    def test_is_given_in_its_task_by_its_own_party_and_no_clause_is_struck_that_has_to_stand(self, project):
        room = project(projects.with_gap)
        assert "Give the value" in room.shop.get("").text and "Give the value" not in room.maker.get("").text
        assert "contract/strike" not in room.maker.get("").text

    def test_in_a_project_that_has_ended_nobody_is_told_to_give_it(self, project):
        room = project(projects.with_gap)
        assert "Give the value" in room.shop.get("/contract/clauses/credit").text
        room.shop.post("/decline", data={"reason": "They went bankrupt.", "title": "Crates come back"})
        page = room.shop.get("/contract/clauses/credit").text
        assert "See the task" in page and "Give the value" not in page

    def test_of_one_clause_stands_below_its_words_and_is_folded_in_the_whole_text(self, project):
        room = project(projects.open_small)
        clause, contract = text(room.maker.get("/contract/clauses/credit")), text(room.maker.get("/contract"))
        assert clause.index("takes back about") < clause.index("What is missing in it Crates that come back: not given")
        assert clause.count("What is missing in it") == 1 and "Credit: not given." in clause
        assert "2 values are missing Crates that come back: not given." in contract

    def test_is_answered_where_it_is_proposed_and_asked_no_more_once_all_agreed(self, project):
        room = project(projects.with_gap)
        number = int(room.maker.post("/contract/later?need=figures.returns.crates",
                                     data=LATER).location.rpartition("/")[2])
        now = room.maker.get("").text
        assert "See what is proposed" in now and "Settle what the contract lacks" not in now
        with room.app.app_context(), transaction() as session:
            proposals.answer(session, room.ref, number=number, agree=True, actor=room.small.shop,
                             key=projects.key(), now=NOON)
        now = room.maker.get("").text
        assert "Make the contract ready to read" in now and "is not given" not in now

    def test_who_was_named_to_sign_is_invited_from_now_by_who_may(self, project):
        room = project(lambda session: projects.in_terms(session, definition=projects.WHO_SIGNS))
        with room.app.app_context(), transaction() as session:
            projects.say_who_signs(session, room.small, 2, "Rosa Marin, CFO", "Gran Via 3, Madrid")
        said = "Aurelis Hotels named Rosa Marin, CFO to sign; here only Claire Duval can sign for it."
        shop, maker = room.shop.get("").text, room.maker.get("").text
        assert said in now_of(room.shop) and said in now_of(room.maker)
        invite = f"/p/{room.ref}/people/invite/2?part=signatory&amp;name=Rosa%20Marin"
        assert invite in shop and invite not in maker
        change = f'href="/p/{room.ref}/tasks/signatories">Change &#39;Who signs&#39;</a>'
        assert change in shop and change not in maker
        form = room.shop.get(unescape(invite.removeprefix(f"/p/{room.ref}"))).text
        assert 'value="Rosa Marin"' in form and re.search(r'<input checked[^>]+value="signatory"', form)
        assert "Make the contract ready to read" not in shop  # the maker has not said yet who signs for it


class TestEverywhereTheSame:
    """What is missing and whose it is, wherever somebody looks first."""

    def test_a_value_that_nobody_has(self, project):
        room = project(projects.with_gap)
        missing, asked = "Clause 2: 'Crates that come back' of Aurelis Hotels is not given", \
            "Settle what the contract lacks: 'Crates that come back'"
        assert f"Your turn: {asked}" in projects_of(room.shop)
        for page in (board(room), now_of(room.shop), now_of(room.manager)):
            assert missing in page and "not ready to read yet" not in page
        assert "Make the contract ready" not in board(room)
        for one in (room.shop, room.maker):
            assert asked in your_turn(one) and asked in now_of(one)
        for person in (room.small.shop, room.small.maker):
            assert asked in morning(room, person)
        assert "ready to read" not in morning(room, room.small.manager)

    def test_who_was_named_to_sign_and_cannot(self, project):
        room = project(lambda session: projects.in_terms(session, definition=projects.WHO_SIGNS))
        say(room, (1, "Ingrid Solvik", "Storgata 1, Oslo"), (2, "Rosa Marin, CFO", "Gran Via 3, Madrid"))
        missing, asked = "Aurelis Hotels named Rosa Marin, CFO to sign", \
            "Settle what the contract lacks: who signs for Aurelis Hotels"
        for page in (board(room), projects_of(room.maker), now_of(room.shop), now_of(room.maker)):
            assert missing in page and "not ready to read yet" not in page
        assert asked in your_turn(room.shop) and asked in now_of(room.shop)
        assert asked in morning(room, room.small.shop)
        assert "Settle what" not in your_turn(room.maker) + now_of(room.maker).partition("Going on to")[0]
        assert "Make the contract ready" not in board(room) + morning(room, room.small.manager)

    def test_a_name_that_the_reader_may_not_see_is_missing_without_being_told(self, project):
        among = projects.WHO_SIGNS.replace("        of: [maker, shop]\n", "        of: [maker, shop]\n"
                                           "        visible_to: [maker, shop]\n")
        room = project(lambda session: projects.in_terms(session, definition=among))
        say(room, (1, "Ingrid Solvik", "Storgata 1, Oslo"), (2, "Rosa Marin, CFO", "Gran Via 3, Madrid"))
        assert "named Rosa Marin" in now_of(room.maker)
        for page in (board(room), now_of(room.manager)):
            assert "Aurelis Hotels named somebody to sign who cannot sign for it here." in page
            assert "Rosa Marin" not in page and "Make the contract ready" not in page

    def test_what_is_still_owed_in_the_stage_comes_first(self, project):
        room = project(lambda session: projects.in_terms(session, definition=projects.WHO_SIGNS))
        say(room, (1, "Ingrid Solvik", "Storgata 1, Oslo"))
        for page in (board(room), projects_of(room.maker), now_of(room.maker), now_of(room.manager)):
            assert "Aurelis Hotels has not started 'Who signs' (Claire Duval" in page
            assert "not ready to read yet" not in page

    def test_once_nothing_is_missing_it_is_made_ready(self, project):
        room = project(lambda session: projects.in_terms(session, definition=projects.WHO_SIGNS))
        say(room, (1, "Ingrid Solvik", "Storgata 1, Oslo"), (2, "Claire Duval", "Gran Via 3, Madrid"))
        for page in (board(room), your_turn(room.maker), now_of(room.shop), morning(room, room.small.maker)):
            assert "Make the contract ready to read" in page and "lacks" not in page


class TestNudging:
    """Whoever waits for it asks for it, as for a task."""

    NUDGE = "/nudge/lacks:contract:2/2"

    def test_who_can_give_it_once_in_two_working_days(self, project):
        room = project(projects.with_gap)
        for one in (room.maker, room.manager):
            now = unescape(one.get("").text)
            assert f'href="/p/{room.ref}{self.NUDGE}"' in now and "Claire Duval can give it." in now
        assert "/nudge/" not in room.shop.get("").text and self.NUDGE in board(room)
        page = text(room.maker.get(self.NUDGE))
        assert "About: What the contract lacks" in page and "Our own reminders" not in page
        assert "A mail with your line goes to Claire Duval of Aurelis Hotels." in page
        answer = room.maker.post(self.NUDGE, data={"words": "We count on it."}, follow_redirects=True)
        assert "Sent to Claire Duval." in text(answer) and ("nudge", room.small.shop) in mails(room)
        for one in (room.maker, room.manager):
            assert "Nudged today, next possible Wed 3 Mar" in text(one.get(""))
        assert "nudged about this already" in text(room.manager.post(self.NUDGE, data={"words": "Again"}), 409)
        assert "nudged Claire Duval of Aurelis Hotels" in text(room.shop.get("/record"))

    def test_from_the_page_of_the_contract_as_from_now(self, project):
        more = "  more: {title: More, needs: {crates: figures.returns.crates}, text: About $crates.}\nannexes:\n"
        several = projects.SMALL.replace("annexes:\n", more)
        room = project(lambda session: projects.with_gap(session, definition=several))
        for one in (room.maker, room.manager):
            page = one.get("/contract").text
            assert page.count("is not given (nobody counted)") == 2 and page.count(self.NUDGE) == 1
            assert "Nudge Claire Duval" in page
        assert "/nudge/" not in room.shop.get("/contract").text
        room.maker.post(self.NUDGE, data={"words": "We count on it."})
        page = room.manager.get("/contract")
        assert self.NUDGE not in page.text and "Nudged today, next possible Wed 3 Mar" in text(page)

    def test_one_form_that_is_sent_twice_is_one_nudge(self, project):
        room = project(projects.with_gap)
        form = hidden(room.maker.get(self.NUDGE).text) | {"words": "We count on it."}
        for _ in range(2):
            assert room.maker.post(self.NUDGE, data=form).status_code == 303
        assert text(room.maker.get("/record")).count("nudged Claire Duval") == 1

    def test_several_things_of_one_party_are_one_nudge(self, project):
        more = "  more: {title: More, needs: {crates: figures.returns.crates}, text: About $crates.}\nannexes:\n"
        several = projects.SMALL.replace("annexes:\n", more)
        room = project(lambda session: projects.with_gap(session, definition=several))
        now = room.maker.get("").text
        assert now.count("is not given") == 2 and now.count(self.NUDGE) == 1

    def test_what_is_proposed_or_given_is_nothing_to_nudge_about(self, project):
        room = project(projects.with_gap)
        room.maker.post("/contract/later?need=figures.returns.crates", data=LATER)
        assert self.NUDGE not in room.maker.get("").text
        for answer in (room.maker.get(self.NUDGE), room.maker.post(self.NUDGE, data={"words": "Please."})):
            assert "nothing left to nudge about" in text(answer, 409)

    def test_what_one_may_not_see_can_be_asked_for_without_being_told(self, project):
        def make(session):
            small, none = projects.open_small(session, definition=several.clause_on_kept()), Answer(not_available="No.")
            projects.give(session, small, "returns", {
                **projects.answers("returns"), **projects.answers("credit"), "kind": Answer("deposit"), "amount": none})
            projects.give_all(session, small)
            projects.go_on(session, small, "to_terms")
            return small

        room = project(make)
        for now in (unescape(room.manager.get(page).text) for page in ("", "/contract")):
            assert "still lacks something that you may not see" in now and "Kept apart" not in now and self.NUDGE in now
        page = text(room.manager.get(self.NUDGE))
        assert "About: What the contract lacks" in page and "Custody" not in page
        answer = room.manager.post(self.NUDGE, data={"words": "Soon?"}, follow_redirects=True)
        assert "Sent to Claire Duval." in text(answer)


def say(room, *given):
    """(party, who signs, address) of each who says it."""
    with room.app.app_context(), transaction() as session:
        for party, name, address in given:
            projects.say_who_signs(session, room.small, party, name, address)


def board(room):
    return unescape(room.manager.client.get("/desk").text)


def your_turn(one):
    return unescape(one.client.get("/your-turn").text)


def projects_of(one):
    return unescape(one.client.get("/projects").text)


def now_of(one):
    return text(one.get(""))


def morning(room, person):
    """What the next digest of a person says under "Your turn"."""
    with room.app.app_context(), transaction() as session:
        found = digests.content(session, person, {"day": "2027-03-02", "news": []}, zone="Europe/Oslo", now=NOON)
        rows = sections(found, Reader(now=NOON, zone="Europe/Oslo"))[0][0].rows if found and found.turns else ()
    return "\n".join(rows)
