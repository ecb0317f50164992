"""Who leads and does not sign reads in the mail about a way back that signatures have ended with it."""

import pytest

from cocreate.services import signing
from tests.support import projects, stories
from tests.support.clock import NOON
from tests.support.facts import REASON
from tests.support.mailed import body, mailed

GONE = "The signatures on version 1 have ended: nobody is bound by it."


@pytest.mark.parametrize("signed", [True, False])
def test_signatures_that_were_there(session, signed):
    small = projects.ready_to_sign(session)
    session.commit()
    tom = stories.colleague(small, 1, "champion")
    if signed:
        projects.sign(session, small, 1)
    signing.refuse_to_sign(session, small.ref, version=1, reason=REASON, wording=True, actor=small.shop,
                           key=projects.key(), now=NOON)
    assert (GONE in " ".join(body(mailed(session, small, tom, "gone_back")).split())) is signed
