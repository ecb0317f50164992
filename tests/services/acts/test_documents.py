"""Sharing files, and decisions made outside, without a database."""

from datetime import date

import pytest

from cocreate.domain.audience import bit, everybody
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound
from cocreate.services.acts.contributions import NewFile
from cocreate.services.acts.documents import Narrow, NewVersion, Share, Widen, Withdraw
from cocreate.services.acts.gates import DecideOutside
from tests.support.facts import FACILITATOR, MANAGER, begin, champion, signatory
from workflows.progression import subject

FILE = NewFile("upload", "0" * 64, "plan.pdf", "application/pdf", 7)


class TestShare:
    def test_with_all_with_some_or_with_the_own_party(self):
        for parties, sees in ((None, None), ((2,), bit(1) | bit(2)), ((), bit(1))):
            story = begin().act(Share(FILE, parties), champion(1))
            document, = story.facts.documents
            assert document.sees == (everybody(story.facts) if sees is None else sees) == story.change.sees

    def test_only_with_parties_that_are_there_and_not_by_observers(self):
        with pytest.raises(Invalid, match="document.parties"):
            begin().act(Share(FILE, (9,)), champion(1))
        with pytest.raises(Forbidden):
            begin().act(Share(FILE), 14)

    def test_the_facilitator_may_too(self):
        assert begin().act(Share(FILE), FACILITATOR).facts.documents[0].party is None


class TestChange:
    def test_a_new_version_keeps_the_old_ones(self):
        story = begin().act(Share(FILE), champion(1)).act(NewVersion(1, 1, FILE, "a page more"), 13)
        assert story.facts.documents[0].newest == 2
        with pytest.raises(Conflict, match="document.changed"):
            story.act(NewVersion(1, 1, FILE), champion(1))

    def test_its_owner_lets_more_and_fewer_see_it(self):
        story = begin().act(Share(FILE, ()), champion(1)).act(Widen(1, (2,)), champion(1))
        assert story.facts.documents[0].sees == bit(1) | bit(2)
        story.act(Narrow(1, ()), champion(1))
        assert story.facts.documents[0].sees == bit(1)
        assert story.change.sees == bit(1) | bit(2)  # those who saw it read in the record that they do not any more
        with pytest.raises(Conflict, match="seen_already"):
            story.act(Narrow(1, ()), champion(1))

    def test_what_the_neutral_person_shared_with_all_the_hosts_people_do_not_change(self):
        story = begin().act(Share(FILE), FACILITATOR)
        for request in (NewVersion(1, 1, FILE, by=FACILITATOR), Withdraw(1, 1, by=FACILITATOR)):
            with pytest.raises(Forbidden) as refused:
                story.act(request, MANAGER)
            assert refused.value.values["persons"] == (FACILITATOR,)
        story.act(Withdraw(1, 1, by=FACILITATOR), FACILITATOR)

    def test_others_do_not_and_who_cannot_see_it_finds_nothing(self):
        story = begin().act(Share(FILE), champion(1))
        for request in (NewVersion(1, 1, FILE), Widen(1, None), Narrow(1, ()), Withdraw(1, 1)):
            with pytest.raises(Forbidden):
                story.act(request, champion(2))
        hidden = begin().act(Share(FILE, ()), champion(1))
        for request in (NewVersion(1, 1, FILE), Widen(1, None), Withdraw(1, 1)):
            with pytest.raises(NotFound):
                hidden.act(request, champion(2))

    def test_withdrawn_it_is_gone(self):
        story = begin().act(Share(FILE), champion(1)).act(Withdraw(1, 1), champion(1))
        with pytest.raises(NotFound):
            story.act(NewVersion(1, 1, FILE), champion(1))


class TestDecidedOutside:
    def test_counts_and_is_marked_and_its_file_is_shared(self):
        story = begin().give("stream").give("need")
        story.act(_outside(story), signatory(1))
        decision = story.decision("picture", "giver")
        assert (decision.state, decision.outside, decision.body, decision.decided_on, decision.document) == (
            "agreed", True, "The board", date(2027, 2, 26), 1)
        assert story.facts.documents[0].sees == everybody(story.facts)

    def test_changing_it_afterwards_unmarks_it(self):
        story = begin().give("stream").give("need")
        story.act(_outside(story), signatory(1)).decide("picture", "giver", "refused")
        decision = story.decision("picture", "giver")
        assert (decision.outside, decision.body, decision.document) == (False, None, None)

    def test_only_by_who_decides_for_that_party(self):
        story = begin().give("stream").give("need")
        with pytest.raises(Forbidden):
            story.act(_outside(story), champion(1))

    @pytest.mark.parametrize(("wrong", "code"), [
        ({"on": date(2027, 4, 1)}, "outside.future"), ({"body": " "}, "outside.body"),
        ({"answer": "refused"}, "reason.short"), ({"answer": "maybe"}, "decision.unknown"),
        ({"reason": "If the ramp comes."}, "outside.words_left")])
    def test_with_body_day_and_reason(self, wrong, code):
        story = begin().give("stream").give("need")
        with pytest.raises(Invalid, match=code):
            story.act(_outside(story, **wrong), signatory(1))

    def test_not_on_what_changed_meanwhile(self):
        story = begin().give("stream").give("need")
        with pytest.raises(Conflict, match="gate.changed"):
            story.act(_outside(story, seen="stream@1=7"), signatory(1))


def _outside(story, **given):
    return DecideOutside(**{"gate": "picture", "seen": subject(story.facts, "picture"), "answer": "agreed",
                            "body": "The board", "on": date(2027, 2, 26), "file": FILE, **given})
