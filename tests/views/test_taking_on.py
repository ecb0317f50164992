"""A question that has to be talked about: where the answers differ, and who does what about it by when."""

import json

from tests.support import projects, stories
from tests.support.rooms import hidden, text

MOOD = {"title": "How ready are we", "why": "Gaps cost less now.", "of": ["maker", "shop"], "kind": "assessment",
        "due": {"days": 5},
        "statements": {"open": {"text": "They tell us early."}, "count": {"text": "We count alike."}}}
GIVEN = {"what": "We show Aurelis our counting sheet", "by": "2027-03-10"}


def asked(session):
    data = json.loads(stories.definition())
    figures = data["stages"]["figures"]
    figures["tasks"]["mood"] = MOOD
    figures["gates"]["picture"]["about"] = ["mood"]
    return projects.open_small(session, definition=json.dumps(data))


def answered(room):
    """Both parties answered; they are two apart about the first statement and alike about the second."""
    for client, early in ((room.maker, "s5"), (room.shop, "s3")):
        page = client.get("/tasks/mood").text
        assert client.post("/tasks/mood", data=hidden(page) | {"f-open": early, "f-count": "s4"}).status_code == 303


class TestTakingOn:
    def test_is_offered_where_the_difference_is_shown_and_read_there_by_all(self, project):
        room = project(asked)
        assert "Who does what about it" not in text(room.maker.get("/gates/picture"))
        answered(room)
        page = text(room.maker.get("/gates/picture"))
        assert "Where you differ" in page and "They tell us early." in page and "2 apart: talk about it" in page
        assert "We count alike." not in page.partition("Who does what about it")[0].partition("Where you differ")[2]
        assert "Nobody has taken anything on yet." in page
        dialog = room.maker.get("/gates/picture/take-on")
        assert "About: Is this our picture?" in text(dialog) and 'value="Ingrid' not in dialog.text
        data = hidden(dialog.text) | GIVEN | {"to": room.small.maker}
        done = text(room.maker.post("/gates/picture/take-on", data=data, follow_redirects=True))
        assert "Written down for Tornby Furniture." in done and GIVEN["what"] in done
        assert room.maker.post("/gates/picture/take-on", data=data).status_code == 303
        assert len(room.facts().duties) == 1  # the same form sent twice
        for client in (room.shop, room.manager):
            page = text(client.get("/gates/picture"))
            assert GIVEN["what"] in page and "Ingrid Solvik" in page and "10 Mar" in page
        assert "took on for Tornby Furniture by Wed 10 Mar" in text(room.shop.get("/record"))

    def test_is_on_your_turn_among_the_duties_and_done_like_any_other(self, project):
        room = project(asked)
        answered(room)
        room.maker.post("/gates/picture/take-on", data=GIVEN | {"to": room.small.maker})
        assert GIVEN["what"] in text(room.maker.client.get("/your-turn")) and GIVEN["what"] in text(room.shop.get(""))
        page = room.shop.get("/duties")
        assert "Is this our picture?" in text(page) and f'href="/p/{room.ref}/gates/picture"' in page.text
        assert "Report as done" not in text(page)
        room.maker.post("/duties/1/done")
        page = text(room.shop.get("/gates/picture"))
        assert "Reported by Ingrid Solvik" in page
        assert GIVEN["what"] not in text(room.maker.client.get("/your-turn"))

    def test_is_offered_beside_a_reservation_too(self, project):
        room = project(lambda session: projects.open_small(session, definition=stories.definition()))
        with room.app.app_context():
            stories.give_all(room.small)
            assert "Take something on" not in text(room.maker.get("/gates/picture"))
            stories.decide(room.small, "picture", 2, answer="reserved", reason="The second ramp has to be counted too.")
        assert "Take something on" in text(room.maker.get("/gates/picture"))
        assert "Take something on" not in text(room.manager.get("/gates/picture"))

    def test_what_is_wrong_is_said_at_its_field(self, project):
        room = project(asked)
        for change, said in (({"by": "2027-03-01"}, "Choose a day that is still to come"),
                             ({"what": ""}, "Write an answer to 'What do you do about it?'."),
                             ({"to": room.small.shop}, "Choose")):
            answer = room.maker.post("/gates/picture/take-on", data=GIVEN | {"to": room.small.maker} | change)
            assert said in text(answer, 422), said
        assert room.maker.get("/gates/nothing/take-on").status_code == 404
        assert room.manager.get("/gates/picture/take-on").status_code == 403
