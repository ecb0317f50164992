"""How much room files may take: so much for each party of a project, and the disk keeps some for everything else."""

import io
from datetime import timedelta

import pytest

from cocreate.db import db
from cocreate.papers.copies import Copies
from cocreate.rasterising.kept import Pictures
from cocreate.services import sweeping
from cocreate.services.files import prefix
from tests.support import handmade, projects, stories
from tests.support.clock import NOON
from tests.support.drafting import save_offer
from tests.support.rooms import Played, text
from tests.support.stores import age

FIRST, SECOND, THIRD = (handmade.pdf(tail=b"/N %d" % number) + bytes(900_000) for number in range(3))


class TestOfAParty:
    def test_more_than_its_room_is_refused_with_what_is_used_and_what_to_do(self, opened):
        room = opened(project_mb="2")
        share(room.maker, FIRST, 303)
        share(room.maker, SECOND, 303)
        before = disk(room)
        assert ("'plan.pdf' has 1 MB; Tornby Furniture has used 2 of the 2 MB it may use in this project. Make it "
                "smaller, or ask Anna Berg for more room.") in text(share(room.maker, THIRD, 413), 413)
        assert disk(room) == before and len(room.facts().documents) == 2

    def test_what_is_there_takes_no_room_again(self, opened):
        room = opened(project_mb="1")
        share(room.maker, FIRST, 303)
        share(room.maker, FIRST, 303)
        share(room.maker, SECOND, 413)
        assert len(room.facts().documents) == 2

    def test_a_draft_takes_it_too_and_what_it_replaced_until_that_is_gone(self, opened):
        room = opened(project_mb="2")
        for body in (FIRST, SECOND):
            assert save_offer(room.maker, file=("offer.pdf", body)).status_code == 200
        refused = save_offer(room.maker, file=("offer.pdf", THIRD), **{"f-margin": "12"})
        assert refused.status_code == 413 and "has used 2 of the 2 MB" in refused.json["errors"]["f-proof"]
        assert 'value="12"' in room.maker.get("/tasks/offer").text
        a_day_passes(room)
        assert save_offer(room.maker, file=("offer.pdf", THIRD)).status_code == 200
        assert save_offer(room.maker, file=("offer.pdf", FIRST)).status_code == 413

    def test_each_party_and_those_of_none_have_their_own(self, opened):
        room = opened(project_mb="1")
        for client, body in ((room.maker, FIRST), (room.shop, SECOND), (room.manager, THIRD)):
            share(client, body, 303)
        assert "the people of no party have used 1 of the 1 MB" in text(share(room.manager, SECOND, 413), 413)


class TestOfTheDisk:
    def test_it_keeps_room_for_what_is_no_upload(self, opened):
        room = opened(free_mb="999999999")
        assert "could not be stored" in text(share(room.maker, FIRST, 507), 507)
        assert disk(room) == [] and not room.facts().documents


def share(client, body, status):
    answer = client.post("/documents/new", content_type="multipart/form-data", data={
        "who": "all", "note": "", "upload": (io.BytesIO(body), "plan.pdf")})
    assert answer.status_code == status
    return answer


def a_day_passes(room):
    """For files and for what is remembered of them."""
    with room.app.app_context():
        store = room.app.extensions["store"]
        for path in store.folder.glob("*/*/*"):
            age(path)
        data = store.folder.parent
        sweeping.sweep(store, Pictures(data / "previews"), Copies(data / "copies"),
                       now=lambda: NOON + timedelta(days=2))


def disk(room):
    with room.app.app_context():
        folder = room.app.extensions["store"].folder / prefix(db.session, room.small.host_id)
        return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def opened(new_app, database, session, clock):
    """``opened(project_mb="2")``: a room of an installation with these settings."""
    def make(**settings):
        small = projects.open_small(session, definition=stories.definition())
        session.commit()
        return Played(new_app(database, **settings), small, clock)
    return make
