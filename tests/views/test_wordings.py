"""Other words of a clause: one party proposes them, and once all agree they stand in the contract."""

import re
from html import unescape

from cocreate.services import proposals
from tests.support import printing, projects, stories
from tests.support.clock import NOON
from tests.support.rooms import text

OTHER = ("[Maker] takes back about [Crates that come back], at most 300 a week, and pays [Credit] for each that can be "
         "used again, in US$ where both say so.")
GIVEN = {"text": OTHER, "reason": "Our yard holds 300."}
CLAUSE = "/contract/clauses/credit"


def proposed(client, **more):
    """The address of what was proposed."""
    sent = client.post("/contract/wording?clause=credit", data=GIVEN | more)
    assert sent.status_code == 303, sent.text
    return f"/proposals/{sent.location.rpartition('/')[2]}"


class TestOtherWords:
    def test_are_written_over_those_that_stand_there_with_each_value_by_its_name(self, project):
        room = project(projects.in_terms)
        assert "/contract/wording?clause=credit" in unescape(room.shop.get(CLAUSE).text)
        form = unescape(room.shop.get("/contract/wording?clause=credit").text)
        assert "**[Maker]** takes back about [Crates that come back] and pays [Credit] for each" in form
        assert "**Words between two asterisks** are printed bold." in form
        assert 'lang="en"' in re.search(r"<textarea[^>]*id=\"text\"[^>]*>", form)[0]

    def test_stand_in_the_contract_once_all_have_agreed(self, project):
        room = project(projects.frozen)
        number = proposed(room.shop)
        assert room.facts().contract is not None
        said = text(room.maker.get(number))
        assert "at most 300 a week" in said and "Our yard holds 300." in said and "takes back about" in said
        assert "A version of the contract that is ready to read ends." in said
        assert room.maker.post(number, data={"answer": "agree"}).status_code == 303
        assert room.facts().contract is None
        page = text(room.shop.get(CLAUSE))
        assert "Tornby Furniture takes back about 12,500 pieces/a, at most 300 a week" in page
        assert "in US$ where both say so" in page and "agreed by all" in page
        assert "proposed other words for the clause 'Credit'" in text(room.shop.get("/record"))
        with room.app.app_context():
            stories.freeze(room.small)
        paper = printing.words(room.shop.get("/contract/versions/2/check.pdf").data)
        assert "takes back about 12,500 pieces/a, at most 300 a week" in paper

    def test_read_beside_those_that_stand_there_as_the_contract_prints_them(self, project):
        room = project(projects.in_terms)
        page = room.maker.get(proposed(room.shop, text="**[Maker]** pays [Credit], in US$.")).text
        assert "<strong>[Maker]</strong> pays [Credit], in US$." in page
        assert "<strong>[Maker]</strong> takes back about" in page and "**" not in page

    def test_end_no_version_where_none_is_ready_to_read(self, project):
        room = project(projects.in_terms)
        said = text(room.maker.get(proposed(room.shop)))
        assert "These words stand in the contract in place of those that stand there now." in said
        assert "ready to read ends" not in said

    def test_that_were_proposed_before_end_what_is_being_signed_and_say_so(self, project):
        room = project(one_signed_before_all_answered)
        asked = [one for one in room.facts().proposals if one.kind in ("wording", "strike", "later")]
        for one in asked:
            assert ("The version that is being signed ends, with every signature under it, and the project goes back "
                    "to make the next one.") in text(room.maker.get(f"/proposals/{one.number}"))
        room.maker.post(f"/proposals/{asked[0].number}", data={"answer": "agree"})
        facts = room.facts()
        assert (facts.contract, facts.project.stage) == (None, "terms")
        assert [one.ended_at is None for one in facts.signatures] == [False]

    def test_leave_the_clause_as_it_is_where_somebody_does_not_agree(self, project):
        room = project(projects.in_terms)
        room.maker.post(proposed(room.shop), data={"answer": "refuse", "reason": "We cannot count each week."})
        assert "at most 300" not in text(room.shop.get(CLAUSE))

    def test_that_were_refused_say_by_whom_and_not_what_would_follow(self, project):
        room = project(projects.in_terms)
        number = proposed(room.shop)
        assert "If all agree" in text(room.shop.get(number))
        room.maker.post(number, data={"answer": "refuse", "reason": "We cannot count each week."})
        said = text(room.shop.get(number))
        assert "does not agree" in said and "has not answered" not in said and "If all agree" not in said
        assert "It said then" in said

    def test_that_leave_a_value_out_do_not_wait_for_it_and_say_so_before_anybody_agrees(self, project):
        room = project(projects.with_gap)
        assert "Crates that come back" in text(room.maker.get("/contract"))
        number = proposed(room.shop, text="[Maker] takes back what comes and pays [Credit] for each.")
        assert "No longer in it: Crates that come back." in text(room.maker.get(number))
        room.maker.post(number, data={"answer": "agree"})
        assert "'Crates that come back' of Aurelis Hotels is not given" not in text(room.maker.get("/contract"))

    def test_name_only_values_of_their_clause(self, project):
        room = project(projects.in_terms)
        sent = room.shop.post("/contract/wording?clause=credit", data=GIVEN | {"text": "[Makers] takes back all."})
        assert sent.status_code == 422
        assert "'[Makers]' is none of the values of this clause" in text(sent, 422)

    def test_name_values_no_more_often_than_a_clause_needs(self, project):
        """Each is filled in anew: a long text a thousand times took half a minute to typeset."""
        room = project(projects.in_terms)
        sent = room.shop.post("/contract/wording?clause=credit", data=GIVEN | {"text": "[Credit] " * 101})
        assert "Name values at most 100 times in one clause: each is filled in anew." in text(sent, 422)
        proposed(room.shop, text="$" * 7000 + "[Credit] " * 100)

    def test_are_other_than_those_that_stand_there(self, project):
        room = project(projects.in_terms)
        sent = room.shop.post("/contract/wording?clause=credit", data=GIVEN | {
            "text": "**[Maker]** takes back about [Crates that come back] and pays [Credit] for each that can be used "
                    "again."})
        assert "These are the words that stand there now." in text(sent, 422)

    def test_are_not_proposed_while_it_is_signed_and_the_clause_says_what_to_do(self, project):
        room = project(projects.one_signed)
        page = text(room.shop.get(CLAUSE))
        assert "To have other words here, go back with a reason first: the contract is being signed." in page
        assert "/contract/wording" not in room.shop.get(CLAUSE).text
        sent = room.shop.post("/contract/wording?clause=credit", data=GIVEN)
        assert "go back with a reason first" in text(sent, sent.status_code)
        assert not [one for one in room.facts().proposals if one.kind == "wording"]

    def test_that_were_proposed_are_answered_before_others_are(self, project):
        room = project(projects.in_terms)
        number = proposed(room.shop)
        page = room.maker.get(CLAUSE).text
        assert number in page and "/contract/wording" not in page

    def test_of_what_no_contract_has_are_not_found(self, project):
        room = project(projects.in_terms)
        assert room.shop.get("/contract/wording?clause=nothing").status_code == 404


def one_signed_before_all_answered(session):
    """What the shop proposed of the clause in three ways waits for the maker, who has signed."""
    small = projects.frozen(session)
    for kind, subject, body in (
            ("wording", "credit", {"text": "$maker pays $amount."}), ("strike", "credit", {}),
            ("later", "figures.credit.amount", {"parties": [1], "by": "2099-01-01", "rule": "As weighed."})):
        proposals.propose(session, small.ref, kind=kind, subject=subject, body=body | {"reason": GIVEN["reason"]},
                          actor=small.shop, key=projects.key(), now=NOON)
    for party in small.people:
        projects.agree(session, small, party)
    projects.go_on(session, small, "to_signature")
    projects.sign(session, small, 1)
    return small
