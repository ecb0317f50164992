"""The contract's pages in a real browser: nothing wider than the screen, nothing a reader cannot use."""

import pytest

from cocreate import clock
from cocreate.db import transaction
from cocreate.services import signing
from tests.support import projects
from tests.support.axe import WCAG, findings
from tests.support.clock import NOON
from tests.support.people import PASSWORD
from tests.support.rooms import sign_in
from tests.support.signing import last_code


class TestLook:
    @pytest.mark.parametrize("width", [360, *(pytest.param(w, marks=pytest.mark.long) for w in (768, 1280))])
    def test_every_page_fits_and_passes_axe(self, live, new_page, width):
        with live.app.app_context(), transaction() as session:
            ready, terms, done = (make(session, now=clock.now())
                                  for make in (projects.ready_to_sign, projects.in_terms, _refused))
        for small, page_names in ((ready, ("contract", "contract/sign", "contract/refuse")), (terms, ("contract",)),
                                  (done, ("contract", "contract/versions/1"))):
            page = new_page(viewport={"width": width, "height": 900})
            sign_in(page, small.emails[small.maker])
            for name in page_names:
                page.goto(f"/p/{small.ref}/{name}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert findings(page, *WCAG) == []

    def test_a_signature_in_the_browser(self, live, new_page):
        with live.app.app_context(), transaction() as session:
            small = projects.ready_to_sign(session, now=clock.now())
        page = new_page()
        sign_in(page, small.emails[small.maker])
        page.goto(f"/p/{small.ref}/contract/sign")
        page.get_by_label("I have read version 1.").check()
        page.get_by_label("I may sign for Tornby Furniture, as").check()
        page.get_by_label("Function or power").fill("managing director")
        page.get_by_label("I agree to sign electronically.").check()
        page.get_by_role("button", name="Mail me the code").click()
        page.get_by_label("Password").fill(PASSWORD)
        with live.app.app_context():
            page.get_by_label("8-digit code from our mail").fill(last_code(small.maker))
        page.get_by_role("button", name="Sign version 1 for Tornby Furniture").click()
        page.get_by_text("Signed for Tornby Furniture").wait_for()
        assert page.locator("#answer").evaluate("element => element === document.activeElement")


# helpers


def _refused(session, *, now=NOON):
    small = projects.one_signed(session, now=now)
    signing.refuse_to_sign(session, small.ref, version=1, reason="Clause 2 has no index.", wording=True,
                           actor=small.shop, key=projects.key(), now=now)
    return small
