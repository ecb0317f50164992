"""What Now and the board say of an invitation that nobody has answered."""

import re
from html import unescape

from sqlalchemy import update

from cocreate.models.projects import Member
from cocreate.models.work import Task
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.inviting import champion
from tests.support.people import entered
from tests.support.rooms import text


class TestUnanswered:
    def test_now_and_the_board_say_so_instead_of_not_started_with_the_ways_on(self, app, session, clock, small):
        ref, _token = champion(session, small)
        said = "Aurelis Hotels has not answered the invitation of Mon 1 Mar (Tom)."
        client = entered(app, small.emails[small.manager])
        answer, board = client.get(f"/p/{ref}"), unescape(client.get("/desk").text)
        room, told = unescape(answer.text), text(answer)
        assert told.count(said) == 1 and said in board and "Aurelis Hotels has not started" not in told
        for label, page in (("Remind with a new link", "#person-"), ("Correct address", "/address")):
            (url,) = re.findall(rf'href="([^"]*{page}[^"]*)">{label}<', room)
            assert client.get(url).status_code == 200

    def test_where_nobody_was_invited_it_leads_to_inviting_somebody(self, project):
        def make(session):
            small = projects.open_small(session)
            session.execute(update(Member).where(Member.person == small.shop).values(left_at=NOON))
            session.execute(update(Task).where(Task.asked == small.shop).values(asked=None))
            return small

        room = project(make)
        (url,) = re.findall(r'href="([^"]+)">Invite somebody for Aurelis Hotels</a>', room.manager.get("").text)
        assert url.endswith("/people/invite/2") and room.manager.client.get(url).status_code == 200
        assert "Invite somebody for" not in room.maker.get("").text  # who may not

    def test_what_only_follows_from_it_is_not_told_again(self, project):
        def make(session):
            small = projects.open_small(session, definition=stories.definition(3, after={
                "ramp_1": ["ramp_0"], "ramp_2": ["ramp_1"], "offer": ["ramp_2"]}))
            session.execute(update(Member).where(Member.person == small.shop).values(accepted_at=None))
            return small

        room = project(make)
        told = text(room.manager.get("")).partition("Going on to Terms waits for")[2].partition("Dates")[0]
        assert told.count("Aurelis Hotels has not answered the invitation of Mon 1 Mar (Claire Duval).") == 1
        assert "can start when" not in told and "can be decided when" not in told
        assert "Tornby Furniture has not started 'Credit per crate'" in told
        assert "and 1 more" in text(room.manager.client.get("/desk"))

    def test_the_board_has_the_button_that_now_has(self, app, session, clock, small):
        ref, _token = champion(session, small)
        client = entered(app, small.emails[small.manager])
        (url,) = re.findall(r'<a class="btn btn-sm" href="([^"]+)"><svg[^>]+>.*?</svg>Remind with a new link</a>',
                            client.get("/desk").text)
        row = url.partition("#")[2]
        people = client.get(url).text
        assert url.startswith(f"/p/{ref}/people#") and f'id="{row}"' in people
        assert "Remind with a new link" in people.partition(f'id="{row}"')[2].partition("</li>")[0]

    def test_who_may_not_invite_there_has_none(self, app, session, clock, small):
        ref, _token = champion(session, small)
        session.execute(update(Member).where(Member.party == 2, Member.accepted_at.is_(None)).values(
            parts="contributor"))
        session.commit()
        board = entered(app, small.emails[small.manager]).get("/desk").text
        assert ref in board and "Remind with a new link" not in board
