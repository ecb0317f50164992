"""Who is in the room, and how one comes in and goes."""

import re

from tests.support import projects
from tests.support.rooms import buttons, links, proposal_of, text


class TestPeople:
    def test_who_has_come_in_can_be_written_to_and_who_has_not_is_read_by_who_invites(self, play):
        room, tom = play(), f"{projects.key()}@crates.example"
        room.maker.post("/people/invite/1", data={"name": "Tom Baker", "email": tom, "parts": ["contributor"]})
        for client, reads in ((room.maker, True), (room.shop, False), (room.manager, False)):
            page = client.get("/people").text
            assert f'<a href="mailto:{room.small.emails[room.small.shop]}">' in page
            assert (tom in page) is reads

    def test_a_name_that_poses_as_another_is_flagged(self, play):
        room, flag = play(), "mixes letters of different alphabets"
        assert flag not in text(room.shop.get("/people"))
        room.maker.post("/people/invite/1", data={
            "name": "\u0410nna Berg", "email": f"{projects.key()}@crates.example", "parts": ["observer"]})  # Cyrillic A
        assert flag in text(room.shop.get("/people"))

    def test_a_contributor_proposes_a_colleague_and_the_champion_invites(self, play):
        room = play()
        tom, email = room.sign_in(room.colleague(2)), f"{projects.key()}@hotels.example"
        assert "Propose a colleague" in text(tom.get("/people"))
        assert "Propose a colleague" not in text(room.shop.get("/people")) + text(room.maker.get("/people"))
        assert "Claire Duval can invite for your party" in text(tom.get("/people/propose"))
        short = tom.post("/people/propose", data={"name": "Lea Roth", "email": email, "parts": ["contributor"]})
        assert short.status_code == 422 and email in short.text
        asked = tom.post("/people/propose", follow_redirects=True, data={
            "name": "Lea Roth", "email": email, "parts": ["contributor"], "reason": "She counts the crates."})
        assert "Lea Roth is invited when a champion of your party agrees." in text(asked)
        assert "Answer: Invite Lea Roth for Aurelis Hotels" in text(room.shop.get(""))
        there = f"/proposals/{proposal_of(room, 'colleague')}"
        assert email in room.shop.get(there).text and room.maker.get(there).status_code == 404
        assert "Lea Roth" not in text(room.maker.get("/record"))
        room.shop.post(there, data={"answer": "agree"})
        assert "Lea Roth contributor · invited" in text(room.maker.get("/people")).replace("\xa0", " ")

    def test_a_contributor_proposes_other_parts_and_the_champion_gives_them(self, play):
        room = play()
        person = room.colleague(2)
        tom, url = room.sign_in(person), f"/people/{person}/propose-parts"
        assert url in str(links(tom.get("/people"))) and url not in str(links(room.shop.get("/people")))
        assert "Claire Duval can give parts for your party" in text(tom.get(url))
        assert "They have exactly these parts." in text(tom.post(url, data={
            "parts": ["contributor"], "reason": "She may sign for us."}), 422)
        asked = tom.post(url, follow_redirects=True, data={"parts": ["signatory", "contributor"],
                                                           "reason": "She may sign for us."})
        assert "It counts when a champion of your party agrees." in text(asked)
        assert "Answer: Other parts for Tom Baker" in text(room.shop.get(""))
        there = f"/proposals/{proposal_of(room, 'parts')}"
        page = text(room.shop.get(there))
        assert "Tom Baker shall do this for Aurelis Hotels: signatory and contributor." in page
        assert "Now it is: contributor." in page and "She may sign for us." in page
        assert "This page is seen by AH Aurelis Hotels (you) , Shop Now" in page  # then the bar of a phone
        assert "Take it back" in buttons(tom.get(there)) and "Keep for later" not in buttons(tom.get(there))
        assert room.maker.get(there).status_code == 404 and "other parts" not in text(room.maker.get("/record"))
        room.shop.post(there, data={"answer": "agree"})
        assert room.facts().member(person).own == {"signatory", "contributor"}
        assert "to give Tom Baker other parts. All have agreed." in text(room.maker.get("/record"))

    def test_other_parts_are_proposed_for_colleagues_alone(self, play):
        room = play()
        tom = room.sign_in(room.colleague(2))
        assert tom.get(f"/people/{room.small.maker}/propose-parts").status_code == 404
        assert tom.get(f"/people/{room.small.manager}/propose-parts").status_code == 404

    def test_that_somebody_should_go_is_said_to_the_own_champions_alone(self, play):
        room = play()
        tom = room.sign_in(room.colleague(2))
        [url] = [one for one in links(tom.get("/people")) if one.endswith("/concern?to=mine")]
        assert re.search(r'value="mine"[^>]*checked|checked[^>]*value="mine"', tom.client.get(url).text)
        assert "Somebody should go?" not in text(room.shop.get("/people")) + text(room.manager.get("/people"))
