"""Now says what the contract still lacks, and the ways out of it, before it asks anybody to make it ready."""

import re
from html import unescape

from cocreate.db import transaction
from cocreate.services import proposals
from tests.support import projects
from tests.support.clock import NOON

LATER = {"who": "2", "by": "2027-06-01", "rule": "as counted by the lorry", "reason": "Nobody has counted yet."}


class TestWhatIsMissing:
    def test_is_what_comes_next_with_three_ways(self, project):
        optional = projects.SMALL.replace("    title: Credit\n", "    title: Credit\n    optional: true\n")
        room = project(lambda session: projects.with_gap(session, definition=optional))
        for page in ("", "/contract"):
            said = room.maker.get(page).text
            assert "Clause 2: &#39;Crates that come back&#39; is not given (nobody counted)." in said, page
            for way in ("tasks/returns", "contract/later?need=figures.returns.crates", "contract/strike?clause=credit"):
                assert f'href="/p/{room.ref}/{way}"' in said, (page, way)
        now = room.maker.get("").text
        assert "Settle what the contract lacks" in now and "Make the contract ready to read" not in now
        assert "The contract is not ready to read yet" not in now
        manager = room.manager.get("").text
        assert "Nothing is asked of you." in manager and "contract/later" not in manager

    def test_is_told_on_now_as_far_as_it_fits_and_whole_in_the_contract(self, project):
        more = "".join(f"  more_{n}: {{title: More, needs: {{crates: figures.returns.crates}}, text: About $crates.}}\n"
                       for n in range(9))
        many = projects.SMALL.replace("annexes:\n", f"{more}annexes:\n")
        room = project(lambda session: projects.with_gap(session, definition=many))
        now, contract = (unescape(room.maker.get(page).text) for page in ("", "/contract"))
        assert (now.count("is not given (nobody counted)"), contract.count("is not given (nobody counted)")) == (6, 10)
        assert "4 more values are missing." in now and "See all that is missing" in now

    def test_is_given_in_its_task_by_its_own_party_and_no_clause_is_struck_that_has_to_stand(self, project):
        room = project(projects.with_gap)
        assert "Give the value" in room.shop.get("").text and "Give the value" not in room.maker.get("").text
        assert "contract/strike" not in room.maker.get("").text

    def test_is_answered_where_it_is_proposed_and_asked_no_more_once_all_agreed(self, project):
        room = project(projects.with_gap)
        number = int(room.maker.post("/contract/later?need=figures.returns.crates",
                                     data=LATER).location.rpartition("/")[2])
        now = room.maker.get("").text
        assert "See what is proposed" in now and "Settle what the contract lacks" not in now
        with room.app.app_context(), transaction() as session:
            proposals.answer(session, room.ref, number=number, agree=True, actor=room.small.shop,
                             key=projects.key(), now=NOON)
        now = room.maker.get("").text
        assert "Make the contract ready to read" in now and "is not given" not in now

    def test_who_was_named_to_sign_is_invited_from_now_by_who_may(self, project):
        room = project(lambda session: projects.in_terms(session, definition=projects.WHO_SIGNS))
        with room.app.app_context(), transaction() as session:
            projects.say_who_signs(session, room.small, 2, "Rosa Marin, CFO", "Gran Via 3, Madrid")
        said = "Aurelis Hotels named Rosa Marin, CFO to sign; here only Claire Duval can sign for it."
        shop, maker = room.shop.get("").text, room.maker.get("").text
        assert said in shop and said in maker
        invite = f"/p/{room.ref}/people/invite/2?part=signatory&amp;name=Rosa%20Marin"
        assert invite in shop and invite not in maker
        form = room.shop.get(unescape(invite.removeprefix(f"/p/{room.ref}"))).text
        assert 'value="Rosa Marin"' in form and re.search(r'<input checked[^>]+value="signatory"', form)
        assert "Make the contract ready to read" not in shop  # the maker has not said yet who signs for it
