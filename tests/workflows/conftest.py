"""What several tests of workflows need."""

import pytest

from workflows import library
from workflows.definition import Definition


@pytest.fixture(params=library.names())
def shipped(request: pytest.FixtureRequest) -> Definition:
    return library.load(request.param)
