"""How many statements a page costs: few, however much there is to show."""

import pytest
from sqlalchemy import update

from cocreate.db import transaction
from cocreate.models.projects import Member
from cocreate.services import concerns
from tests.support import projects, stories
from tests.support.rooms import Played, hidden, with_offer

ROOM = {"": 10, "/tasks": 10, "/tasks/returns?party=2": 10, "/people": 10, "/charter": 10, "/documents": 10,
        "/rules": 10, "/record": 10, "/contract": 12}


@pytest.fixture
def room(app, clock):
    with app.app_context():
        return Played(app, stories.opened(12), clock)


@pytest.mark.parametrize("page", ROOM)
def test_a_page_of_the_room(room, query_counter, page):
    assert room.shop.get(page, follow_redirects=True).status_code == 200  # what a process reads once is read
    with query_counter(max=ROOM[page]):
        room.shop.get(page, follow_redirects=True)


@pytest.mark.parametrize(("person", "page"), [("manager", "/desk"), ("shop", "/your-turn"), ("shop", "/projects")])
def test_a_home_page_however_many_projects(room, query_counter, person, page):
    for _ in range(4):
        with room.app.app_context():
            stories.another(room.small)
    with room.app.app_context(), transaction() as session:  # a concern for who looks after the first is one row more
        session.execute(update(Member).where(Member.person == room.small.manager).values(parts="manager facilitator"))
        concerns.raise_concern(session, room.ref, to="facilitator", text="We are not heard.", record=False,
                               actor=room.small.shop, key=projects.key(), now=room.clock.moment)
    client = getattr(room, person).client
    assert client.get(page).status_code == 200
    with query_counter(max=6):
        client.get(page)


def test_a_task_is_read_saved_and_submitted(project, session, query_counter):
    room = project(with_offer)
    with query_counter(max=8):  # who, facts, versions, draft, case, talk twice, what one has not said yet
        page = room.shop.get("/tasks/returns").text
    with query_counter(max=9):  # who, facts, versions, draft, case, currency; lock, facts, save
        room.shop.post("/tasks/returns/draft", data=hidden(page) | {"f-crates": "9000"})
    page = room.shop.get("/tasks/returns").text
    with query_counter(max=18 if session.get_bind().dialect.name == "sqlite" else 9):  # five to read, then the act
        answer = room.shop.post("/tasks/returns", data=hidden(page) | {
            "f-crates": "9000", "f-crates-grade": "estimated", "f-crates-source": "Ramp, 2026"})
    assert answer.status_code == 303
