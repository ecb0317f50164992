"""Deciding for one's party, on exactly the versions one saw."""

import pytest
from sqlalchemy import select

from cocreate.db import db, transaction
from cocreate.errors import Conflict, Forbidden, Invalid, Refused
from cocreate.letters.digesting import sections
from cocreate.models.mails import Outbox
from cocreate.services import digests, gates, records
from cocreate.words import Reader
from tests.support import stories
from tests.support.clock import NOON
from tests.support.projects import key
from tests.support.stories import REASON, facts
from workflows.progression import subject


class TestDecide:
    def test_says_what_it_is_about(self, asked):
        stories.decide(asked, "picture", 1)
        decision = facts(asked).decision("picture", 1)
        assert (decision.state, decision.person) == ("agreed", asked.maker)
        assert decision.subject == "credit@1=1 offer@1=1 ramp_0@2=1 returns@2=1"

    def test_may_be_changed_until_the_project_goes_on(self, asked):
        stories.decide(asked, "picture", 1)
        stories.decide(asked, "picture", 1, answer="refused", reason=REASON, wanted="More.")
        stories.decide(asked, "picture", 2)
        with pytest.raises(Refused):
            stories.go_on(asked, "to_terms")
        stories.decide(asked, "picture", 1, answer="reserved", reason=REASON)
        assert stories.go_on(asked, "to_terms").stage == "terms"
        with pytest.raises(Conflict, match=r"gate\.passed"):
            stories.decide(asked, "picture", 1)

    def test_only_on_what_is_there_now(self, asked):
        with pytest.raises(Conflict, match=r"gate\.changed"):
            decide(asked, asked.maker, seen="credit@1=9")

    def test_is_asked_anew_when_the_project_went_back(self, asked):
        stories.decide(asked, "picture", 1)
        stories.decide(asked, "picture", 2)
        stories.go_on(asked, "to_terms")
        stories.go_on(asked, "figures_wrong", reason=REASON)
        stories.give(asked, "returns")
        assert {d.state for d in facts(asked).asked_at("picture")} == {"asked"}

    def test_before_there_is_anything_to_decide_on(self, small):
        with pytest.raises(Refused):
            decide(small, small.maker, seen="")

    @pytest.mark.parametrize(("more", "code"), [
        ({"answer": "refused", "reason": "no", "wanted": "More."}, "reason.short"),
        ({"answer": "reserved"}, "reason.short"), ({"answer": "refused", "reason": REASON}, "decision.wanted_missing"),
        ({"answer": ""}, "decision.unknown"), ({"answer": "lapsed"}, "decision.unknown"),
        ({"gate": "no_such_gate"}, "decision.unknown")])
    def test_what_is_not_a_decision(self, asked, more, code):
        with pytest.raises(Invalid) as refused:
            decide(asked, asked.maker, **more)
        assert refused.value.code == code

    def test_only_a_signatory_decides_and_the_others_hear_who(self, asked):
        tom = stories.colleague(asked, 2)
        for person in (tom, asked.manager):
            with pytest.raises(Forbidden) as refused:
                decide(asked, person)
            assert refused.value.values["persons"]

    def test_the_reason_is_read_by_all_and_can_be_erased(self, asked):
        receipt = stories.decide(asked, "picture", 1, answer="refused", reason=REASON, wanted="More.")
        for person in (asked.maker, asked.shop, asked.manager):
            line = records.lines(db.session, facts(asked, person=person), most=1)[0]
            assert (line.seq, line.personal["reason"]) == (receipt.seq, REASON)
            assert REASON not in str(line.details)

    def test_the_others_are_told(self, asked):
        receipt = stories.decide(asked, "picture", 1, answer="refused", reason=REASON, wanted="More.")
        told = db.session.execute(select(Outbox.kind, Outbox.recipient).where(
            Outbox.project_id == facts(asked).project.id, Outbox.seq == receipt.seq))
        assert {tuple(row) for row in told} == {("not_agreed", asked.shop), ("not_agreed", asked.manager)}

    def test_after_a_no_the_digest_has_it_for_who_can_do_something_about_it(self, asked):
        stories.decide(asked, "picture", 1)
        stories.decide(asked, "picture", 2, answer="refused", reason=REASON, wanted="More.")
        assert rows(asked, asked.maker)[0] == (
            "Change what was not agreed, or talk: Is this our picture? (Crates come back)")
        assert rows(asked, asked.shop)[0] == (
            "Change what was not agreed, talk, or decide otherwise: Is this our picture? (Crates come back)")
        assert rows(asked, asked.manager) == ()

    def test_of_the_contract_is_about_its_version(self, asked):
        for party in (1, 2):
            stories.decide(asked, "picture", party)
        stories.go_on(asked, "to_terms")
        stories.freeze(asked)
        stories.decide(asked, "our_contract", 1)
        assert facts(asked).decision("our_contract", 1).subject == "contract=1"


def decide(small, person, *, gate="picture", seen=None, answer="agreed", **more):
    seen = subject(facts(small), "picture") if seen is None else seen
    with transaction() as session:
        return gates.decide(session, small.ref, gate=gate, seen=seen, answer=answer, actor=person, key=key(), now=NOON,
                            **more)


def rows(small, person):
    """What stands under Your turn in somebody's digest."""
    found = digests.content(db.session(), person, {"day": NOON.date().isoformat(), "news": []}, zone="UTC", now=NOON)
    said, _left = sections(found, Reader("en", "UTC", NOON)) if found else ((), 0)
    return next((section.rows for section in said if section.heading == "Your turn"), ())


@pytest.fixture
def small(app):
    with app.app_context():
        yield stories.opened(1)


@pytest.fixture
def asked(small):
    """Everything is accepted, both parties are asked."""
    stories.give_all(small)
    return small


