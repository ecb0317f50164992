"""What the acts let each part of a project do is what the table of rights says, act by act and part by part."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cocreate.domain.answers import Answer
from cocreate.domain.rights import PARTS, Act, may, may_answer
from cocreate.errors import CocreateError, Forbidden, NotFound
from cocreate.services.acts import ACTS
from cocreate.services.acts.absences import Substitute
from cocreate.services.acts.comments import AskHelp, Say
from cocreate.services.acts.contributions import Accept, NewFile, Return, Submit, TakeBack
from cocreate.services.acts.documents import Share, Widen
from cocreate.services.acts.endings import Decline, WithdrawEarly
from cocreate.services.acts.entering import Confirm, EnterFor
from cocreate.services.acts.gates import Decide, DecideOutside
from cocreate.services.acts.holds import Hold, Resume
from cocreate.services.acts.neutral import HandOverNeutral
from cocreate.services.acts.nudges import Nudge
from cocreate.services.acts.passing import PassOn, WaitOutside
from cocreate.services.acts.people import ChangeParts, CorrectAddress, Invite, RemoveMember, Resend
from cocreate.services.acts.proposals import KINDS, Propose
from cocreate.services.acts.proposals import Answer as AnswerProposal
from cocreate.services.acts.sharing import ShareProject
from cocreate.services.acts.stages import GoOn
from tests.support.facts import MONDAY, REASON, begin, champion
from workflows.facts import MemberFact
from workflows.progression import subject

GIVER, TAKER = 1, 2
FILE = NewFile("upload", "0" * 64, "a.pdf", "application/pdf", 3)
LATER = MONDAY + timedelta(days=30)
ASKED, INVITED, NEW = 77, 90, 99  # who tries; somebody invited by the taker; nobody yet
ONE = {"value": Answer(Decimal(1))}
PLACES = {part: TAKER if part in PARTS[:4] else None for part in PARTS}


def started():
    """The taker owes 'need', and has one contributor more, invited."""
    return begin().invite(INVITED, "taker", "contributor")


def submitted():
    return started().submit("stream", by="giver")


def decidable():
    return started().give("stream").give("need")


def entered():
    return started().act(EnterFor("need", TAKER, 0, ONE), champion(GIVER))


def resting():
    return started().act(Hold(REASON, date(2027, 3, 20)), champion(GIVER))


# (act of the table, project, request, party it is for, asks the one asked, only proposing is enough)
ROWS = [
    (Act.SUBMIT, started, Submit("need", TAKER, 0, 0, {}), TAKER),
    (Act.SUBMIT, lambda: started().submit("need", by="taker"), TakeBack("need", TAKER, 1), TAKER),
    (Act.ACCEPT, submitted, Accept("stream", GIVER, 1), TAKER),
    (Act.ACCEPT, submitted, Return("stream", GIVER, 1, REASON), TAKER),
    (Act.CONFIRM, entered, Confirm("need", TAKER, 1, ONE), TAKER),
    (Act.PASS_ON, started, PassOn("need", TAKER, champion(TAKER)), TAKER),
    (Act.COMMENT, started, Say("comment", "task:need:2", "Hello."), TAKER),
    (Act.UPLOAD, started, Share(FILE), None),
    (Act.WIDEN, lambda: started().act(Share(FILE, ()), champion(TAKER)), Widen(1, None), TAKER),
    (Act.DECIDE, decidable, lambda f: Decide("picture", subject(f, "picture"), "agreed"), TAKER),
    (Act.DECIDE_OUTSIDE, decidable, lambda f: DecideOutside(
        "picture", subject(f, "picture"), "agreed", "The board", MONDAY.date(), FILE), TAKER),
    (Act.DECLINE, started, Decline("Steam", REASON), TAKER),
    (Act.HOLD, started, Hold(REASON, date(2027, 3, 20)), None),
    (Act.HOLD, resting, Resume(), None),
    (Act.WITHDRAW_EARLY, started, WithdrawEarly(REASON), None),
    (Act.HELP, started, AskHelp("need", TAKER, REASON), TAKER),
    (Act.HELP, started, WaitOutside("need", TAKER, "The lab", date(2027, 3, 20), move=False), TAKER),
    (Act.PEOPLE, started, Invite(NEW, "N", TAKER, ("observer",), "", "t", "h", LATER), TAKER),
    (Act.SHARE, started, ShareProject(NEW, "N"), None),
    (Act.PEOPLE, started, Resend(INVITED, "t", "h", LATER), TAKER),
    (Act.PEOPLE, started, ChangeParts(INVITED, ("observer",)), TAKER),
    (Act.PEOPLE, started, RemoveMember(INVITED), TAKER),
    (Act.CORRECT_ADDRESS, started, CorrectAddress(INVITED, NEW, "t", "h", LATER, came_back=True), TAKER),
    (Act.NUDGE, started, Nudge("task:stream:1", GIVER, "We wait."), None),
    *((KINDS[kind].act, started, Propose(kind, "purpose" if kind == "charter" else "x", body), TAKER)
      for kind, body in (("withdraw", '{"reason": "Nobody needs it any more."}'), ("charter", '{"text": "Words."}'),
                         ("waive", '{"reason": "Nobody measures it here."}'),
                         ("hold", '{"reason": "The ramp is rebuilt.", "until": "2027-03-20"}'))),
]


def somebody(part):
    return MemberFact(ASKED, "Somebody", PLACES[part], frozenset({part}), MONDAY)


def tried(facts, request, member):
    """Whether the act lets them: any other refusal comes after that question. What one cannot see is not there."""
    try:
        ACTS[type(request)][1](replace(facts, actor=member), request)
    except (Forbidden, NotFound):
        return False
    except CocreateError:
        return True
    return True


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("act", "project", "request_", "party"), ROWS,
                         ids=[f"{row[0].value}-{n}" for n, row in enumerate(ROWS)])
def test_an_act_lets_those_whom_the_table_lets(act, project, request_, party, part):
    story, member = project(), somebody(part)
    facts = story.facts.with_member(member)
    for task in facts.tasks:  # whoever tries is the one asked
        if task.party == TAKER:
            facts = facts.with_task(replace(task, asked=ASKED))
    request = request_(facts) if callable(request_) else request_
    proposes = isinstance(request, Propose)
    for_party = party if party is not None or member.party is None else member.party
    asked = None if act is Act.ACCEPT else ASKED  # nobody is named to accept
    allowed = may(act, member, party=PLACES[part] if proposes else for_party, asked=asked, directly=not proposes
                  and act in (Act.HOLD, Act.PEOPLE, Act.WITHDRAW))
    if act is Act.HELP:  # who only helps asks for nothing
        allowed = allowed and member.party == TAKER
    if act is Act.UPLOAD and member.party is None:
        allowed = may(act, member)
    assert tried(facts, request, member) is allowed


class TestOfTheirOwnKind:
    @pytest.mark.parametrize("part", PARTS)
    def test_going_on_needs_the_part_and_the_seat(self, part):
        facts = begin().give("stream").give("need").agree("picture").facts
        member = somebody(part)
        allowed = may(Act.GO_ON, member, party=member.party) and member.party is not None  # the host is not named
        assert tried(facts.with_member(member), GoOn("to_trial", facts.project.visit), member) is allowed

    @pytest.mark.parametrize("part", PARTS)
    def test_answering_is_for_champions_and_signatories(self, part):
        facts = begin().act(Propose("charter", "purpose", '{"text": "W"}'), champion(GIVER)).facts
        number = max(one.number for one in facts.proposals)
        member = somebody(part)
        allowed = member.party == TAKER and may_answer(Act.CHARTER, member)
        assert tried(facts.with_member(member), AnswerProposal(number, agree=True), member) is allowed
        assert allowed is (part in ("champion", "signatory"))

    @pytest.mark.parametrize("part", PARTS)
    def test_entering_is_for_others(self, part):
        member = somebody(part)
        facts = begin().facts.with_member(member)
        for party in (GIVER, TAKER):
            task = "stream" if party == GIVER else "need"
            assert tried(facts, EnterFor(task, party, 0, {}), member) is may(Act.ENTER_FOR, member, party=party)

    @pytest.mark.parametrize("part", PARTS)
    def test_a_part_is_handed_over_by_who_has_it_or_leads(self, part):
        member = somebody(part)
        facts = begin().facts.with_member(member)
        own = Substitute(ASKED, champion(TAKER), (part,), None, date(2027, 3, 5))
        assert tried(facts, own, member) is (part in PARTS[:3])
        theirs = Substitute(champion(TAKER), 22, ("champion",), None, date(2027, 3, 5))
        assert tried(facts, theirs, member) is (part == "champion")
        assert tried(facts, HandOverNeutral(NEW, "N", "", "t", "h", LATER), member) is (part == "facilitator")


class TestNobodyDecidesForTwo:
    def test_who_is_of_one_party_is_not_invited_into_another(self):
        story = begin()
        with pytest.raises(CocreateError, match=r"member\.elsewhere|member\.there"):
            story.act(Invite(champion(TAKER), "X", GIVER, ("signatory",), "", "t", "h", LATER), champion(GIVER))
