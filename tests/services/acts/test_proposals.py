"""What needs every party: who reads of it, who answers it, and what a party that leaves makes of it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cocreate.domain import audience
from cocreate.errors import Conflict
from cocreate.services.acts.endings import Leave
from cocreate.services.acts.proposals import Answer, Propose, TakeBackProposal
from tests.services.acts.test_colleagues import contributor
from tests.support.facts import FACILITATOR, REASON, TWO_SIDES, begin, champion, signatory
from workflows.facts import ProposalState

GIVER, TAKER, CARRIER = 1, 2, 3
BOTH = audience.of_parties([GIVER, TAKER])
MASS = "figures.stream.mass"
COUNTS = json.dumps({"sees": BOTH, "value": "9", "unit": "t/a", "period": None, "price_year": None, "source": None,
                     "by": GIVER, "of": "1=1", "reason": REASON})


@pytest.fixture
def settling():
    """Which value counts is proposed to the two who contract; the carrier does not see the figure."""
    text = TWO_SIDES.replace("unit: t/a}", "unit: t/a, visible_to: [taker]}")
    story = begin(text, carrier=1).submit("stream", mass=9)
    story.facts = replace(story.facts, figures=())  # as under the lock, where no condition looks at it
    return story.act(Propose("settle", MASS, COUNTS), champion(GIVER))


class TestWhoReadsOfIt:
    """Whoever may read a proposal reads what becomes of it, and nobody else."""

    @pytest.mark.parametrize(("given", "person"), [
        (Answer(1, agree=True), champion(TAKER)), (Answer(1, agree=False, reason=REASON), champion(TAKER)),
        (TakeBackProposal(1), champion(GIVER))])
    def test_that_it_was_answered_or_taken_back(self, settling, given, person):
        assert settling.change.sees == settling.act(given, person).change.sees == BOTH

    def test_that_all_settled_it(self, settling):
        settling.act(Answer(1, agree=True), champion(TAKER))
        assert "settled" in settling.kinds()
        assert not {("settled", champion(CARRIER)), ("settled", signatory(CARRIER))} & {
            *settling.mails(), *settling.lines()}


class TestAnswer:
    def test_once_for_each_party(self):
        story = begin(carrier=1).act(Propose("withdraw", "", json.dumps({"reason": REASON})), champion(GIVER))
        story.act(Answer(1, agree=True), champion(TAKER))
        with pytest.raises(Conflict, match=r"proposal\.ended"):
            story.act(Answer(1, agree=True), champion(TAKER))
        assert story.act(Answer(1, agree=False, reason=REASON), champion(TAKER)).facts.proposals[-1].state is \
            ProposalState.REFUSED


class TestWhoOnlyProposes:
    """What a contributor proposes the own party has not agreed to: its champions and signatories do."""

    @pytest.mark.parametrize(("kind", "subject", "body"), [
        ("later", MASS, {"parties": [GIVER], "by": "2099-01-01", "rule": "As weighed."}),
        ("charter", "purpose", {"text": "Steam for two."})])
    def test_asks_the_own_party_too(self, kind, subject, body):
        story = begin().act(Propose(kind, subject, json.dumps(body | {"reason": REASON})), contributor(GIVER))
        assert story.facts.proposals[-1].agreeing == ()
        assert {champion(GIVER), signatory(GIVER)} <= {letter.recipient for letter in story.change.letters}
        story.act(Answer(1, agree=True), champion(TAKER))
        assert story.facts.proposals[-1].state is ProposalState.OPEN
        story.act(Answer(1, agree=True), champion(GIVER))
        assert story.facts.proposals[-1].state is ProposalState.AGREED


class TestLeaving:
    def test_is_not_kept_by_a_proposal_to_rest_whose_day_has_passed(self):
        text = TWO_SIDES + "\nmay: {hold: [carrier, facilitator]}\n"
        story = begin(text, carrier=1)
        until = (story.facts.now + timedelta(days=3)).date().isoformat()
        story.act(Propose("hold", "", json.dumps({"until": until, "reason": REASON})), FACILITATOR)
        story.wait(days=9).act(Leave(REASON), champion(CARRIER))
        assert not story.facts.on_hold and story.facts.proposals[-1].state is ProposalState.ENDED
