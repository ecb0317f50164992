"""What the mail that asks for a task says of who does it."""

import pytest

from cocreate.db import db, transaction
from tests.support import projects, stories
from tests.support.mailed import body, mailed


class TestAssessment:
    def test_that_each_answers_alone_is_passed_on_by_nobody(self, asked_to_assess):
        assert "Everybody who works for Tornby Furniture here answers alone." in asked_to_assess
        assert "Pass it on" not in asked_to_assess


@pytest.fixture
def asked_to_assess(app, clock):
    """The mail to a colleague who came in while an assessment was open."""
    with app.app_context():
        with transaction() as session:
            small = projects.open_small(session, definition=stories.later_definition())
        tom = stories.colleague(small, 1)
        return " ".join(body(mailed(db.session(), small, tom, "ask", last=True)).split())
