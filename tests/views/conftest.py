"""What several tests of pages need."""

import pytest
from sqlalchemy import select, update

from cocreate.models.hosts import Template
from cocreate.models.projects import Member
from cocreate.services import hosts
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import browser, employed, entered, someone
from tests.support.rooms import Played


@pytest.fixture
def anna(session):
    """Somebody with a password, in no project."""
    found = someone(session)
    session.commit()
    return found


@pytest.fixture
def small(app, clock, session):
    """A small project whose people came in; the pages see it."""
    found = projects.open_small(session)
    session.commit()
    return found


@pytest.fixture
def manager(app, small):
    """The account manager of the small project, signed in."""
    return entered(app, small.emails[small.manager])


@pytest.fixture
def shop(app, small):
    """Its customer, signed in."""
    return entered(app, small.emails[small.shop])


@pytest.fixture
def petra(session, small):
    """An administrator of the small project's host, without a place in the project."""
    return employed(session, small, "Petra Sool", hosts.ADMINISTRATOR)


@pytest.fixture
def ben(session, small):
    """Another account manager of the host."""
    return employed(session, small, "Ben Ito", hosts.ACCOUNT_MANAGER)


@pytest.fixture
def administrator(app, petra):
    """Petra, signed in."""
    return entered(app, petra.email)


@pytest.fixture
def client(app):
    """A browser in which nobody is signed in."""
    return browser(app)


@pytest.fixture
def project(app, session, clock):
    """``room = project(make)``: what ``make(session)`` opened, with ``room.maker``, ``room.shop``, ``room.manager``."""
    def start(make=projects.open_small):
        small = make(session)
        session.commit()
        return Played(app, small, clock)

    return start


@pytest.fixture
def play(app, project, clock):
    """``room = play()``: a small project with a carrier's seat."""
    def start(*, nobody_came=False, definition=projects.WITH_CARRIER):
        def make(session):
            small = projects.open_small(session, definition=definition)
            if nobody_came:
                session.execute(update(Member).where(Member.person.in_([small.maker, small.shop])).values(
                    accepted_at=None))
            return small

        return project(make)

    def again(room):
        """Everybody signs in anew: sessions end after half an hour."""
        return Played(app, room.small, clock)

    start.again = again
    return start


@pytest.fixture
def ref(session, small):
    """Of the template that the small project was opened with."""
    return session.scalar(select(Template.ref).where(Template.host_id == small.host_id))


@pytest.fixture
def fresh(app, clock, session):
    """An administrator of a host that has nothing yet."""
    petra = someone(session, "Petra Sool")
    host = hosts.create_host(session, name=f"New Host {projects.key()}", now=NOON)
    hosts.employ(session, host.id, petra.id, hosts.ADMINISTRATOR, now=NOON)
    session.commit()
    return entered(app, petra.email)
