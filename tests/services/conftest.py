"""What several tests of services need, in the session of the test."""

import pytest

from tests.support import projects
from tests.support.inviting import invite


@pytest.fixture
def small(session):
    return projects.open_small(session)


@pytest.fixture
def token(session, small):
    """Of Tom's invitation."""
    return invite(session, small, "tom")
