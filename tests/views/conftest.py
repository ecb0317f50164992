"""What several tests of pages need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def small(app: Any, clock: Any, session: Any) -> Any:
    """A small project whose people came in; the pages see it."""
    from tests.support import projects
    found = projects.open_small(session)
    session.commit()
    return found


@pytest.fixture
def play(app: Any, session: Any, clock: Any) -> Callable[..., Any]:
    """``room = play()``: a small project with a carrier's seat, and ``room.maker``, ``room.shop``, ``room.manager``."""
    from sqlalchemy import update

    from cocreate.models.projects import Member
    from tests.services.test_holds import WITH_CARRIER
    from tests.support import projects
    from tests.support.rooms import Played

    def start(*, nobody_came=False, definition=WITH_CARRIER):
        small = projects.open_small(session, definition=definition)
        if nobody_came:
            session.execute(update(Member).where(Member.person.in_([small.maker, small.shop])).values(
                accepted_at=None))
        session.commit()
        return Played(app, small, clock)

    def again(room):
        """Everybody signs in anew: sessions end after half an hour."""
        return Played(app, room.small, clock)

    start.again = again
    return start


