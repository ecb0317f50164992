"""The page of a gate: what is asked, what others said, and what stands against it."""

import io
import json
import re
from datetime import timedelta
from html import unescape

import pytest

from tests.support import handmade, stories
from tests.support.facts import REASON
from tests.support.rooms import hidden, text, words


class TestGate:
    def test_who_has_decided_reads_that_it_stands_and_changes_it_in_a_fold(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.give_all(room.small)
        bar = 'form="decide"'  # the one act, at hand on a phone
        assert bar in room.maker.get("/gates/picture").text
        with room.app.app_context():
            stories.decide(room.small, "picture", 1)
        page = room.maker.get("/gates/picture")
        assert "It stands as you see it above. Change it" in text(page) and bar not in page.text
        assert bar in room.shop.get("/gates/picture").text

    def test_a_no_after_which_it_is_the_readers_turn_waits_for_nobody_else(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.give_all(room.small)
            stories.decide(room.small, "picture", 1)
            stories.decide(room.small, "picture", 2, answer="refused", reason="Too early.", wanted="A month more.")
        mine, _head, others = text(room.maker.client.get("/your-turn")).partition("Waiting for others")
        assert "Is this our picture?" in mine
        assert "did not agree" not in others.partition("Your projects")[0]

    def test_a_reservation_is_said_back_with_the_answer(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.give_all(room.small)
        seen = re.search(r'name="seen" value="([^"]+)"', room.maker.get("/gates/picture").text)[1]
        said = room.maker.post("/gates/picture", data={"seen": unescape(seen), "answer": "reserved",
                                                       "reason": "Not in August."}, follow_redirects=True)
        assert "Recorded for Tornby Furniture: agreed with a reservation on" in text(said)

    def test_words_beside_a_plain_yes_are_not_put_away_as_a_remark(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.give_all(room.small)
        page = room.maker.get("/gates/picture").text
        for typed in ({"reason": "If our council agrees.", "wanted": ""}, {"reason": "", "wanted": "A month more."}):
            answer = room.maker.post("/gates/picture", data=hidden(page) | typed | {"answer": "agreed"})
            assert ("Words do not go with a plain 'Agree'. If they count, press 'Agree with a reservation' or "
                    "'Do not agree'; else leave both fields empty and agree again.") in text(answer, 422)
            assert all(word in answer.text for word in typed.values())
            assert room.facts().decision("picture", 1).state == "asked"
        room.maker.post("/gates/picture", data=hidden(page) | {"reason": " ", "wanted": "", "answer": "agreed"})
        assert room.facts().decision("picture", 1).state == "agreed"

    def test_who_changes_a_decision_finds_the_words_that_were_said_and_not_those_of_another_party(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.give_all(room.small)
            stories.decide(room.small, "picture", 1, answer="refused", reason="Not in August.", wanted="A month more.")
        page = room.maker.get("/gates/picture").text
        assert re.search(r'<textarea[^>]*name="reason"[^>]*>\s*Not in August\.</textarea>', page)
        assert re.search(r'<textarea[^>]*name="wanted"[^>]*>\s*A month more\.</textarea>', page)
        assert not re.search(r"<textarea[^>]*>\s*Not in August", room.shop.get("/gates/picture").text)
        room.maker.post("/gates/picture", data=hidden(page) | {"answer": "agreed"})  # what is sent counts alone
        assert room.facts().decision("picture", 1).reason is None

    def test_what_would_help_is_asked_and_kept_of_a_no_only(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.give_all(room.small)
        page = room.maker.get("/gates/picture/outside").text
        assert re.search(r'<div class="field on-refused">.*?name="wanted"', page, re.S)
        answer = room.maker.post("/gates/picture/outside", data={
            **hidden(page), "answer": "agreed", "body": "The board", "on": "2027-02-26", "reason": "",
            "wanted": "A month more.", "proof": (io.BytesIO(handmade.pdf()), "minutes.pdf")})
        assert answer.status_code == 303, text(answer, answer.status_code)
        assert "A month more." not in room.shop.get("/gates/picture").text

    def test_a_condition_beside_what_was_decided_outside_is_no_plain_agreement(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.give_all(room.small)

        def record(answer):
            return room.maker.post("/gates/picture/outside", data={
                **hidden(room.maker.get("/gates/picture/outside").text), "answer": answer, "body": "The board",
                "on": "2027-02-26", "reason": "Only if the ramp is built.",
                "proof": (io.BytesIO(handmade.pdf()), "minutes.pdf")})

        refused = record("agreed")
        assert refused.status_code == 422
        assert "choose 'It agrees with a reservation'" in text(refused, 422)
        assert "Only if the ramp is built.</textarea>" in refused.text
        assert "Choose the file once more" in text(refused, 422)
        assert not room.facts().decision("picture", 1).agreed
        assert record("reserved").status_code == 303
        assert room.facts().decision("picture", 1).state == "reserved"

    def test_what_is_needed_for_some_answers_is_not_called_optional(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.give_all(room.small)
        page = text(room.maker.get("/gates/picture"))
        assert "Reason or reservation All parties read it, also in the record. Needed unless you simply agree." in page
        assert "What would help? Needed if you do not agree." in page

    def test_who_does_not_agree_and_gives_no_words_is_told_of_both_that_are_needed_at_once(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.give_all(room.small)
        page = room.maker.get("/gates/picture").text
        said = text(room.maker.post("/gates/picture", data=hidden(page) | {"answer": "refused"}), 422)
        assert "Two things need a look:" in said and "Say what would help." in said
        said = text(room.maker.post("/gates/picture", data=hidden(page) | {"answer": "reserved"}), 422)
        assert "One thing needs a look:" in said and "Say what would help." not in said

    def test_what_lapsed_says_when_it_did_and_not_that_somebody_said_so_then(self, play):
        room = play(definition=stories.definition())
        with room.app.app_context():
            stories.give_all(room.small)
            stories.decide(room.small, "picture", 2, answer="refused", reason=REASON, wanted=REASON)
        room.clock.moment += timedelta(minutes=5)
        again = "/tasks/credit/reopen?party=1"
        room.maker.post(again, data=hidden(room.maker.get(again).text) | {"reason": REASON})
        with room.app.app_context():
            stories.give(room.small, "credit", now=room.clock.moment)
        page = " ".join(text(room.maker.get("/gates/picture")).split())
        assert re.search(r"lapsed, decides again because .*, Mon 1 Mar 12:05 \(UTC\)\. Claire Duval: The", page)

    def test_after_a_no_it_is_said_who_can_change_what_it_is_about(self, play):
        room = refused(play, wanted=REASON)
        for client in (room.maker, room.shop):
            page = " ".join(text(client.get("")).split())
            assert "Change what it is about: then all decide again." in page
            assert "Ingrid Solvik or Claire Duval can act." in page
        assert "Talk, or change what it is about: then all decide again." in text(room.maker.get("/gates/picture"))

    def test_and_it_is_their_turn_on_now_on_your_turn_and_on_the_page_of_the_question(self, play):
        room = refused(play, wanted="More.")
        asked = {room.maker: "Change what was not agreed, or talk: Is this our picture?",
                 room.shop: "Change what was not agreed, talk, or decide otherwise: Is this our picture?"}
        for client, label in asked.items():
            page, home = text(client.get("")), text(client.client.get("/your-turn"))
            assert "Nothing is asked of you." not in page
            assert label in page and page.count(REASON) == 2  # as what it waits for, and under the question
            assert label in home and f"Aurelis Hotels: {REASON}" in home
            assert f'href="/p/{room.ref}/gates/picture"' in client.client.get("/your-turn").text
        page = room.maker.get("/gates/picture")
        assert "Open 'Offer' of Tornby Furniture again" in text(page)
        assert f'href="/p/{room.ref}/tasks/offer/reopen?party=1"' in page.text
        assert "Nothing is asked of you." in text(room.manager.get(""))
        board = text(room.manager.client.get("/desk"))
        assert "The customers' turn" in board and "Nobody can act Crates" not in board

    def test_and_who_waits_for_it_nudges_each_party_that_can_act_from_now_and_from_the_question(self, play):
        room = refused(play, wanted="More.")
        ours, theirs = (f'href="/p/{room.ref}/nudge/after_no:picture:{party}/{party}"' for party in (1, 2))
        assert theirs in room.maker.get("").text and ours not in room.maker.get("").text
        assert ours in room.shop.get("").text and theirs not in room.shop.get("").text
        for page in (room.manager.get("").text, room.manager.get("/gates/picture").text,
                     room.manager.client.get("/desk").text):
            assert page.count(ours) == page.count(theirs) == 1
        about = text(room.maker.get("/nudge/after_no:picture:2/2"))
        assert "About: What was not agreed: Is this our picture?" in about
        assert "A mail with your line goes to Claire Duval of Aurelis Hotels." in about
        sent = room.maker.post("/nudge/after_no:picture:2/2", data={"words": "Shall we talk?"}, follow_redirects=True)
        assert "Sent to Claire Duval." in text(sent) and "Aurelis Hotels was nudged today, next possible" in text(sent)
        assert "nudged Claire Duval of Aurelis Hotels" in text(room.shop.get("/record"))


class TestDays:
    def test_nothing_waits_for_less_than_no_day_where_the_clock_stands_before_it_began(self, play):
        room = play()
        began = words(room.shop.get(""))
        assert "In this stage since Mon 1 Mar day 1 of" in began and "Since Mon 1 Mar." in began
        room.clock.go(days=-90)
        before = words(play.again(room).shop.get(""))
        assert "In this stage since Mon 1 Mar day 1 of" in before and "Since Mon 1 Mar." in before


class TestDecisions:
    def test_the_ring_and_the_sentence_count_the_same_parties(self, play):
        data = json.loads(stories.definition())
        data["stages"]["figures"]["gates"]["picture"]["rule"] = {"at_least": 1, "of": "shop"}
        room = play(definition=json.dumps(data))
        with room.app.app_context():
            stories.give_all(room.small)
        answer = room.maker.get("")
        said = " ".join(text(answer).split())
        assert "needs 1 of 1 parties; 0 agreed so far. Still to decide: Aurelis Hotels." in said
        assert "At least 1 of 1 as Shop must agree. Nobody has agreed yet." in said
        ring = re.search(r'<svg class="ring big".*?</svg>', answer.text, re.S)[0]
        assert ring.count('class="seg') == 1

    @pytest.mark.parametrize(("rule", "said"), [
        ("all", ("All parties asked must agree. Nobody has agreed yet.",
                 "All parties asked must agree. 1 of 2 has agreed.", "All parties asked must agree. All have agreed.")),
        ("any", ("One party that agrees is enough. Nobody has agreed yet.",
                 "One party that agrees is enough. 1 of 2 has agreed.",
                 "One party that agrees is enough. All have agreed.")),
        ({"at_least": 1}, ("At least 1 of 2 must agree. Nobody has agreed yet.",
                           "At least 1 of 2 must agree. 1 of 2 has agreed.",
                           "At least 1 of 2 must agree. All have agreed.")),
        ("one_per_side", (
            "One party of each side must agree: Tornby Furniture; Aurelis Hotels. No side has agreed yet.",
            "One party of each side must agree: Tornby Furniture; Aurelis Hotels. 1 of 2 sides has agreed.",
            "One party of each side must agree: Tornby Furniture; Aurelis Hotels. Each side has agreed."))])
    def test_how_far_it_is_is_said_in_the_words_of_the_rule(self, play, rule, said):
        data = json.loads(stories.definition())
        data["stages"]["figures"]["gates"]["picture"] |= {"rule": rule, "veto": ["shop"]}
        room = play(definition=json.dumps(data))
        with room.app.app_context():
            stories.give_all(room.small)
        for party, words_ in enumerate(said):
            if party:
                with room.app.app_context():
                    stories.decide(room.small, "picture", party)
            page = " ".join(text(room.maker.get("")).split())
            of_rule, of_state = words_.split(". ", 1)
            assert f"{of_rule}. Aurelis Hotels has a veto. {of_state}" in page

    def test_several_have_a_veto(self, play):
        data = json.loads(stories.definition())
        data["stages"]["figures"]["gates"]["picture"]["veto"] = ["maker", "shop"]
        room = play(definition=json.dumps(data))
        with room.app.app_context():
            stories.give_all(room.small)
        assert "Tornby Furniture and Aurelis Hotels have a veto." in text(room.maker.get(""))


def refused(play, *, wanted):
    """A room in which the second party does not agree to the question."""
    room = play(definition=stories.definition())
    with room.app.app_context():
        stories.give_all(room.small)
        stories.decide(room.small, "picture", 1)
        stories.decide(room.small, "picture", 2, answer="refused", reason=REASON, wanted=wanted)
    return room
