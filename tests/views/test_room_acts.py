"""The dialogs of a room as a browser sends them: hold, decline, leave, withdraw, people, proposals, nudges."""

import json
import re

import pytest

from cocreate.db import db
from cocreate.services import hosts, people
from tests.support import inviting, projects, stories
from tests.support.clock import NOON
from tests.support.people import PASSWORD, browser, someone
from tests.support.rooms import buttons, links, more, proposal_of, text

REASON = "The ramp is being rebuilt until then."
WHY = "Say why in 10 letters or more: all parties read it."
ALWAYS = ["Raise a concern", "Rules of this project", "Export the record"]


class TestNow:
    def test_offers_what_one_can_do(self, play):
        room = play()
        assert more(room.maker) == [
            "Put on hold", "Hand over my part", "Add a party", "Withdraw the project",
            "Decline for Tornby Furniture", *ALWAYS]
        assert more(room.manager) == [
            "Put on hold", "Add a party", "Hand over the project", "Withdraw the project", *ALWAYS]

    def test_and_a_nudge_beside_what_is_missing(self, play):
        room = play()
        link = next(url for url in links(room.maker.get("")) if "/nudge/" in url)
        assert link.endswith("/nudge/task:returns:2/2")
        room.maker.post("/nudge/task:returns:2/2", data={"words": "We wait"})
        assert "Nudged today, next possible Wed 3 Mar" in text(room.maker.get(""))
        assert "nudged about this already" in text(room.maker.get("/nudge/task:returns:2/2"), 409)

    def test_a_nudge_says_who_gets_it(self, play):
        room = play()
        page = text(room.maker.get("/nudge/task:returns:2/2"))
        assert "A mail with your line goes to Claire Duval of Aurelis Hotels." in page and "Nudge Claire Duval" in page
        answer = room.maker.post("/nudge/task:returns:2/2", data={"words": "We wait."}, follow_redirects=True)
        assert "Sent to Claire Duval." in text(answer)
        assert "Write your message." in text(room.maker.post("/nudge/task:credit:1/1", data={"words": ""}), 422)


class TestHold:
    def test_from_the_link_to_the_band_and_back(self, play):
        room = play()
        assert "is the latest day that is possible" in text(room.maker.get("/hold"))
        answer = room.maker.post("/hold", data={"reason": REASON, "until": "2027-03-12"}, follow_redirects=True)
        page = text(answer)
        assert "On hold until Fri 12 Mar. Everybody has been told." in page and REASON in page
        assert more(room.shop) == ["Resume the project", *ALWAYS]
        assert "The project is on hold until Fri 12 Mar." in text(
            room.shop.post("/nudge/task:credit:1/1", data={"words": "x"}), 409)
        refused = room.shop.post("/nudge/task:credit:1/1", data={"words": "x"})
        assert "This is not possible now The project is on hold until" in text(refused, 409)
        assert {f"/p/{room.small.ref}", f"/p/{room.small.ref}/resume"} <= {link.rstrip("/") for link in links(refused)}
        assert room.shop.get("/tasks/returns").status_code == 200
        room.clock.go(days=3)
        room = play.again(room)
        page = text(room.shop.get("/resume"))
        assert "Open dates move by 3 working days" in page and "Crates per year" in page
        assert "Going on again." in text(room.shop.post("/resume", follow_redirects=True))
        assert "resumed the project. Open dates moved by 3 working days." in text(room.shop.get("/record"))

    def test_one_can_still_hand_over_ones_part(self, play):
        room = play()
        tom = room.colleague()
        room.maker.post("/hold", data={"reason": REASON, "until": "2027-03-12"})
        data = {"to": str(tom), "parts": ["champion"], "how": "time", "starts": "2027-03-02", "until": "2027-03-05"}
        answer = room.maker.post(f"/people/{room.small.maker}/hand-over", data=data, follow_redirects=True)
        assert "Tom Baker stands in for" in text(answer)

    @pytest.mark.parametrize(("data", "said"), [
        ({"reason": "x", "until": "2027-03-12"}, WHY), ({"reason": REASON}, "Give the day as year"),
        ({"reason": REASON, "until": "2027-02-01"}, "Choose a day after today."),
        ({"reason": REASON, "until": "2031-02-01"}, "is the latest day that is possible")])
    def test_what_is_wrong_is_said_and_kept(self, play, data, said):
        answer = play().maker.post("/hold", data=data)
        assert said in text(answer, 422) and data["reason"] in answer.text

    def test_all_of_it_in_one_round(self, play):
        page = text(play().maker.post("/hold", data={"reason": "x", "until": "2027-02-01"}), 422)
        assert WHY in page and "Choose a day after today." in page


class TestEndings:
    def test_declining_needs_the_name(self, play):
        room = play()
        page = text(room.shop.get("/decline"))
        assert "This ends the project for both parties. It cannot be undone." in page
        assert "Decline for Aurelis Hotels" in page
        assert "Type the name as it stands here: Crates come back" in text(
            room.shop.post("/decline", data={"reason": REASON, "title": "Crates"}), 422)
        answer = room.shop.post("/decline", data={"reason": REASON, "title": "Crates come back"}, follow_redirects=True)
        assert "Declined for Aurelis Hotels. The project has ended" in text(answer)

    def test_that_it_has_ended_is_said_once(self, play):
        room = play()
        room.shop.post("/decline", data={"reason": REASON, "title": "Crates come back"})
        page = text(room.maker.get("/hold"), 409)
        assert "The project has ended (declined, Mon 1 Mar)." in page and page.count("The project has ended") == 1

    def test_who_cannot_reads_who_can(self, play):
        room = play()
        assert "Only Ingrid Solvik and Claire Duval can do this." in text(room.manager.get("/decline"), 403)

    def test_who_only_signs_is_not_led_to_a_hold_that_they_cannot_ask_for(self, project):
        room = project(projects.open_small)
        with room.app.app_context():
            tom = room.sign_in(stories.colleague(room.small, 2, "signatory"))
        assert "/hold" in room.shop.get("/decline").text
        page = tom.get("/decline")
        assert page.status_code == 200 and "/hold" not in page.text
        assert "The project cannot go on without Aurelis Hotels." in text(room.shop.get("/leave"), 409)

    def test_withdrawing_asks_all_once_others_have_come(self, play):
        room = play()
        assert "This asks Aurelis Hotels." in text(room.maker.get("/withdraw"))
        room.maker.post("/withdraw", data={"reason": "The shop found another maker."})
        page = text(room.shop.get(""))
        assert "Answer: Withdraw the project" in page
        number = proposal_of(room, "withdraw")
        page = text(room.shop.get(f"/proposals/{number}"))
        assert "The shop found another maker." in page and "It cannot be undone." in page
        agree = "Agree for Aurelis Hotels"
        assert agree in page and not any("Agree" in one for one in buttons(room.maker.get(f"/proposals/{number}")))
        assert WHY in text(room.shop.post(f"/proposals/{number}", data={"answer": "refuse"}), 422)
        answer = room.shop.post(f"/proposals/{number}", data={"answer": "agree"}, follow_redirects=True)
        assert "All have agreed, it has taken effect." in text(answer)
        assert "proposed to withdraw the project." in text(room.shop.get("/record"))

    def test_alone_while_nobody_has_come(self, play, session):
        room = play(nobody_came=True)
        assert "you can do this alone" in text(room.manager.get("/withdraw"))
        answer = room.manager.post("/withdraw", data={"reason": "Opened for the wrong customer."},
                                   follow_redirects=True)
        assert "Withdrawn." in text(answer)


class TestProposals:
    def test_words_that_stand_are_refused_and_a_proposal_is_taken_back(self, play):
        room = play()
        assert room.maker.post("/charter/purpose", data={"text": "No crate is thrown away."}).status_code == 303
        page = f"/proposals/{max(one.number for one in room.facts().proposals)}"
        assert "Take it back" in buttons(room.maker.get(page)) and "Take it back" not in buttons(room.shop.get(page))
        asked = text(room.shop.get(page))
        assert asked.index("Agree for") < asked.index("Do not agree") < asked.index("Back")
        same = room.shop.post("/charter/purpose", data={"text": "No crate is thrown away."})
        assert "These are the words that are proposed already." in text(same, 422)
        taken = room.maker.post(page, data={"answer": "take_back"}, follow_redirects=True)
        assert "Taken back. Nobody is asked any more" in text(taken)
        seen = room.shop.get(page)
        assert "Taken back on" in text(seen) and not any("Agree" in one for one in buttons(seen))
        assert "took a proposal back: words of the charter (purpose)." in text(room.shop.get("/record"))


class TestAddParty:
    DATA = {"seat": "carrier", "organisation": "Port authority", "country": "NL", "name": "Fritz", "reason": REASON}
    PORT = projects.WITH_CARRIER.replace("carrier: {name: Carrier,", "carrier: {name: Carrier, usually: public_body,")

    def test_presets_what_mostly_sits_in_the_free_seat(self, play):
        page = play(definition=self.PORT).maker.get("/add-party").text
        assert re.search(r'name="kind".*?<option selected value="([a-z_]+)"', page, re.S)[1] == "public_body"

    @pytest.mark.parametrize(("chosen", "kept"), [("", "public_body"), ("ngo", "ngo")])
    def test_where_several_are_free_what_is_usual_goes_with_the_seat(self, play, chosen, kept):
        two = self.PORT.replace("  shop: {name", "  bank: {name: Bank, required: false}\n  shop: {name")
        room = play(definition=two)
        assert ">As is usual in the seat</option>" in room.maker.get("/add-party").text
        room.maker.post("/add-party", data=self.DATA | {"kind": chosen, "email": f"{projects.key()}@port.example"})
        proposed = next(one for one in room.facts().proposals if one.kind == "add_party")
        assert json.loads(proposed.body)["kind"] == kept

    def test_from_asking_to_the_newcomers_room(self, play):
        room = play()
        page = text(room.maker.get("/add-party"))
        assert "All parties must agree. This asks Aurelis Hotels." in page
        assert "It does not see what was given, said, uploaded or recorded before." in page
        data = {"seat": "carrier", "organisation": "Freight Ltd", "kind": "company", "country": "NL", "name": "Fritz",
                "email": f"{projects.key()}@freight.example", "reason": REASON}
        assert "Asked. Freight Ltd is invited when every party has agreed." in text(
            room.maker.post("/add-party", data=data, follow_redirects=True))
        number = proposal_of(room, "add_party")
        page = text(room.shop.get(f"/proposals/{number}"))
        assert "Freight Ltd (Netherlands) shall take part as Carrier. Fritz is invited as its champion." in page
        assert "It does not see what was given" in page
        room.clock.go(minutes=5)
        room.shop.post(f"/proposals/{number}", data={"answer": "agree"})
        people = text(room.maker.get("/people"))
        assert "Freight Ltd" in people and "Fritz" in people and "invited Mon 1 Mar, not yet accepted" in people
        fritz = room.newcomer(3)
        record = text(fritz.get("/record"))
        assert "An event from before your party came in." in record and "keeps to itself" not in record
        assert fritz.get("").status_code == 200 and fritz.get("/people").status_code == 200
        assert fritz.get("/proposals/1").status_code == 404  # the charter of before
        assert "Leave the project" in more(fritz)
        room.maker.post("/people/neutral", data={"name": "Sofia Marin", "email": f"{projects.key()}@neutral.example",
                                                 "reason": "Both trust her."})
        page = text(fritz.get("/leave"))
        assert "Proposal on which the others decide without you: Sofia Marin as the neutral person" in page
        answer = fritz.post("/leave", data={"reason": "We do not drive to Norway."}, follow_redirects=True)
        assert "Freight Ltd has left" in text(answer)
        assert fritz.get("").status_code == 404

    def test_who_comes_in_late_is_not_told_that_everything_can_be_read_nor_that_nothing_was_said(self, play):
        room, email = play(), f"{projects.key()}@freight.example"
        room.maker.post("/talk", data={"topic": "task:returns:2", "text": "All shops are meant."})
        room.maker.post("/add-party", data={
            "seat": "carrier", "organisation": "Freight Ltd", "kind": "company", "country": "NL", "name": "Fritz",
            "email": email, "reason": REASON})
        room.clock.go(minutes=5)
        room.shop.post(f"/proposals/{proposal_of(room, 'add_party')}", data={"answer": "agree"})
        with room.app.app_context():
            token = inviting.mailed(db.session(), email)
        fritz = browser(room.app)
        fritz.get(f"/i/{token}")
        came = text(fritz.post("/invitation", data={"name": "Fritz", "password": PASSWORD}, follow_redirects=True))
        assert "you can read everything" not in came
        assert "Nothing is asked of you yet; you can read what is given from now on." in came
        page = text(fritz.get(f"/p/{room.ref}/tasks/returns?party=2"))
        assert "Nothing has been said about it since your party came in." in page and "All shops" not in page
        assert "Nothing has been said about it yet." in text(room.shop.get("/tasks/credit?party=1"))

    @pytest.mark.parametrize(("change", "said"), [
        ({"email": "nobody"}, "This is not one complete address"), ({"name": ""}, "Fill in 'Champion's name'."),
        ({"organisation": "Tornby-Furniture"}, "already sits as Maker"), ({"reason": "x"}, WHY)])
    def test_what_is_wrong_is_said(self, play, change, said):
        data = {"seat": "carrier", "organisation": "Freight Ltd", "kind": "company", "country": "NL", "name": "Fritz",
                "email": "fritz@freight.example", "reason": REASON} | change
        assert said in text(play().maker.post("/add-party", data=data), 422)


class TestPeople:
    def test_an_invitation_is_sent_again_corrected_and_taken_back(self, play):
        room = play()
        room.maker.post("/people/invite/1", data={"name": "Tom Baker", "email": f"{projects.key()}@crates.example",
                                                  "parts": ["contributor"]})
        page = room.maker.get("/people")
        assert {"Remind with a new link", "Withdraw invitation"} <= set(buttons(page))
        assert "Correct address" in text(page)
        tom = room.person("Tom Baker")
        assert "gets a new link" in text(room.maker.post(f"/people/{tom}/resend", follow_redirects=True))
        with room.app.app_context():
            until_now = people.address_of(db.session(), tom)
        for typed, said in (("tom", "This is not one complete address"),
                            (until_now, "This is the address until now. Write the right one.")):
            assert said in text(room.maker.post(f"/people/{tom}/address", data={"email": typed}), 422)
        email = f"{projects.key()}@crates.example"
        # The account manager would come in as the customer's own, where no mail came back.
        assert f"/people/{tom}/address" not in room.manager.get("/people").text
        for answer in (room.manager.get(f"/people/{tom}/address"),
                       room.manager.post(f"/people/{tom}/address", data={"email": "mine@host.example"})):
            assert answer.status_code == 403
        assert f"Tom Baker is invited at {email}." in text(
            room.maker.post(f"/people/{tom}/address", data={"email": email}, follow_redirects=True))
        tom = room.person("Tom Baker")
        assert "taken back" in text(room.maker.post(f"/people/{tom}/withdraw-invitation", follow_redirects=True))
        assert "Tom Baker" not in text(room.maker.get("/people"))
        assert room.shop.post(f"/people/{tom}/resend").status_code == 403

    def test_parts_and_removing(self, play):
        room = play()
        tom = room.colleague()
        page = text(room.maker.get(f"/people/{tom}/parts"))
        assert "It counts at once." in page
        assert "Choose at least one part." in text(room.maker.post(f"/people/{tom}/parts", data={}), 422)
        assert "Tom Baker: signatory and contributor." in text(room.maker.post(
            f"/people/{tom}/parts", data={"parts": ["signatory", "contributor"]}, follow_redirects=True))
        maker = room.small.maker
        assert "Name another champion first." in text(
            room.maker.post(f"/people/{maker}/parts", data={"parts": ["observer"]}), 422)
        assert "Name another champion first." in text(
            room.manager.post(f"/people/{maker}/remove", data={"to": str(tom)}), 422)
        assert "Open tasks: Credit per crate" in text(room.manager.get(f"/people/{maker}/remove"))
        assert "Tom Baker is not in this project any more." in text(
            room.maker.post(f"/people/{tom}/remove", follow_redirects=True))
        assert room.shop.get(f"/people/{maker}/parts").status_code == 403
        assert room.shop.get("/people/999999/parts").status_code == 404

    def test_handing_over_for_a_time_and_coming_back(self, play):
        room = play()
        tom, maker = room.colleague(), room.small.maker
        url = f"/people/{maker}/hand-over"
        assert 'name your colleague "for Ingrid Solvik"' in text(room.maker.get(url))
        assert "Until which day?" in text(room.maker.post(
            url, data={"to": str(tom), "parts": ["champion"], "how": "time"}), 422)
        answer = room.maker.post(url, data={"to": str(tom), "parts": ["champion"], "how": "time",
                                            "until": "2027-03-12", "starts": "2027-03-01"}, follow_redirects=True)
        assert "Tom Baker stands in for Ingrid Solvik until Fri 12 Mar." in text(answer)
        assert "away until Fri 12 Mar, Tom Baker stands in" in text(room.shop.get("/people"))
        assert "stands in for Ingrid Solvik until Fri 12 Mar" in text(room.shop.get("/people"))
        stands_in = room.sign_in(tom)
        assert "for Ingrid Solvik" in text(stands_in.get(""))
        assert "for Ingrid Solvik" in text(stands_in.client.get("/your-turn"))
        stands_in.post("/hold", data={"reason": REASON, "until": "2027-03-12"})
        who = "Tom Baker in place of Ingrid Solvik"
        assert f"{who} put the project on hold until Fri 12 Mar." in text(room.shop.get("/record"))
        assert who in text(room.shop.get("")).split("Skip to content")[1][:1500]
        assert "Nobody stands in any more." in text(
            room.maker.post("/people/absences/1/end", follow_redirects=True))

    def test_handing_over_for_good(self, play):
        room = play()
        tom, maker = room.colleague(), room.small.maker
        answer = room.maker.post(f"/people/{maker}/hand-over", follow_redirects=True, data={
            "to": str(tom), "parts": ["champion", "signatory", "contributor"], "how": "good"})
        assert "Handed over to Tom Baker." in text(answer)
        assert "handed their part over to Tom Baker for good." in text(room.shop.get("/record"))
        assert more(room.maker) == ALWAYS

    def test_the_project_goes_to_a_colleague_of_the_host(self, play, session):
        room = play()
        path = f"/desk/hand-over/{room.small.ref}"
        assert "Your host has no other account manager." in text(room.manager.client.get(path))
        ben = someone(session, "Ben Koch")
        hosts.employ(session, room.small.host_id, ben.id, hosts.ACCOUNT_MANAGER, now=NOON)
        session.commit()
        answer = room.manager.client.post(path, data={"to": str(ben.id)}, follow_redirects=True)
        assert "Ben Koch looks after &#39;Crates come back&#39; now." in answer.text
        assert room.manager.get("").status_code == 404
        assert room.maker.client.get(path).status_code == 403

    def test_also_while_it_is_on_hold(self, play, session):
        room = play()
        ben = someone(session, "Ben Koch")
        hosts.employ(session, room.small.host_id, ben.id, hosts.ACCOUNT_MANAGER, now=NOON)
        session.commit()
        room.maker.post("/hold", data={"reason": "The ramp is being rebuilt.", "until": "2027-03-12"})
        assert "Hand over the project" in more(room.manager) and "Hand over the project" not in more(room.maker)
        path = f"/desk/hand-over/{room.small.ref}"
        assert "It is on hold until" in text(room.manager.client.get(path))
        assert "Ben Koch looks after" in room.manager.client.post(path, data={"to": str(ben.id)},
                                                                  follow_redirects=True).text
        assert "On hold until" in text(room.maker.get(""))
