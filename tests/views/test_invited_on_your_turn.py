"""An invitation as who has an account finds it under Your turn: they need no link."""

from tests.support.inviting import invited, present
from tests.support.people import browser, entered, someone


class TestOnYourTurn:
    def test_a_further_project_is_accepted_there(self, app, session, small, anna):
        invited(session, small, anna)
        client = entered(app, anna.email)
        page = client.get("/your-turn").text
        assert "Ingrid Solvik invites you to 'Crates come back'" in page and "One thing is your turn." in page
        assert "You would contribute for Tornby Furniture." in page and "Accept and start" in page
        given = {"project": small.ref, "name": "Anna Kim"}
        first, second = (client.post("/invitation", data=given) for _click in range(2))
        assert first.status_code == second.status_code == 303
        assert first.location == second.location == f"/p/{small.ref}"
        assert present(session, anna.id)
        assert "invites you to" not in client.get("/your-turn").text

    def test_it_can_be_read_and_declined(self, app, session, small, anna):
        invited(session, small, anna)
        client = entered(app, anna.email)
        page = client.get(f"/invitation?project={small.ref}").text
        assert "You know the ramp." in page and f"/invitation/no?project={small.ref}" in page
        assert client.post(f"/invitation/no?project={small.ref}", data={"words": ""}).status_code == 303
        assert "invites you to" not in client.get("/your-turn").text
        assert client.get(f"/invitation?project={small.ref}").status_code == 410

    def test_why_it_was_declined_stands_in_the_record_for_who_invites_there(self, app, session, small, anna):
        invited(session, small, anna)
        client, why = entered(app, anna.email), "I leave the firm in May."
        assert "Only who invites people for Tornby Furniture reads it." in client.get(
            f"/invitation/no?project={small.ref}").text
        client.post(f"/invitation/no?project={small.ref}", data={"words": why})
        for person, reads in ((small.maker, True), (small.manager, True), (small.shop, False)):
            room = entered(app, small.emails[person])
            for page in ("record", "record.json"):
                assert (why in room.get(f"/p/{small.ref}/{page}").text) is reads, (person, page)

    def test_it_is_nobody_elses(self, app, session, small, anna):
        invited(session, small, anna)
        other = someone(session)
        session.commit()
        for client in (browser(app), entered(app, other.email)):
            assert client.get(f"/invitation?project={small.ref}").status_code == 410
            assert client.post("/invitation", data={"project": small.ref, "name": "X"}).status_code == 410
        assert not present(session, anna.id)
