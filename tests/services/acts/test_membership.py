"""Changing who is in it, and letting an organisation in."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from cocreate.domain.audience import without_earlier
from cocreate.domain.rights import PROPOSALS
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid
from cocreate.services.acts.endings import Decline
from cocreate.services.acts.expiring import ExpireInvitation
from cocreate.services.acts.holds import Hold, Resume
from cocreate.services.acts.passing import PassOn
from cocreate.services.acts.people import (
    Arrival,
    ChangeParts,
    CorrectAddress,
    HandOverProject,
    RemoveMember,
    Resend,
    WithdrawInvitation,
)
from cocreate.services.acts.proposals import KINDS, Answer, Propose
from tests.support.facts import FACILITATOR, MANAGER, REASON, begin, champion, signatory
from workflows.facts import ContractState, TaskState

GIVER, TAKER, CARRIER = 1, 2, 3
CHAMPION, SIGNATORY, TOM, OBSERVER, NEW = 11, 12, 13, 14, 90
BODY = json.dumps({"seat": "carrier", "name": "Freight Ltd", "kind": "company", "country": "NL", "champion": "Fritz",
                   "email": "fritz@freight.example", "reason": "Somebody has to carry it.", "greeting": ""})


class TestRemove:
    def test_open_tasks_go_to_who_is_named(self):
        story = begin().act(ChangeParts(TOM, ("champion", "contributor")), CHAMPION)
        story.act(ChangeParts(SIGNATORY, ("champion", "signatory")), CHAMPION)
        story.act(RemoveMember(CHAMPION, TOM), SIGNATORY)
        assert story.facts.member(CHAMPION).left_at and story.task("stream").asked == TOM
        assert ("ask", TOM) in story.mails() and ("left", TOM) in story.mails()

    @pytest.mark.parametrize("to", [None, OBSERVER, champion(TAKER), CHAMPION])
    def test_somebody_of_the_party_has_to_take_them(self, to):
        story = begin().act(ChangeParts(TOM, ("champion",)), CHAMPION)
        with pytest.raises(Invalid, match=r"member\.heir"):
            story.act(RemoveMember(CHAMPION, to), TOM)

    def test_the_last_champion_stays(self):
        with pytest.raises(Conflict, match=r"member\.last_champion"):
            begin().act(RemoveMember(CHAMPION, TOM), CHAMPION)
        with pytest.raises(Conflict, match=r"member\.last_champion"):
            begin().act(ChangeParts(CHAMPION, ("contributor",)), CHAMPION)

    def test_who_looks_after_the_project_hands_it_over_first(self):
        story = begin()
        story.facts = story.facts.with_member(replace(story.facts.member(TOM), parts=frozenset({"manager"})))
        with pytest.raises(Conflict, match=r"member\.looks_after"):
            story.act(RemoveMember(TOM), CHAMPION)

    @pytest.mark.parametrize("person", [champion(TAKER), SIGNATORY, TOM, FACILITATOR, MANAGER])
    def test_is_for_the_own_champion(self, person):
        with pytest.raises(Forbidden):
            begin().act(RemoveMember(OBSERVER), person)
        assert begin().act(RemoveMember(OBSERVER), CHAMPION).facts.member(OBSERVER).left_at


class TestUnderTheSignedContract:
    """It is reported on and ended by people: who leads for a party names them as before."""

    def test_the_own_champion_names_who_signs(self):
        assert signed().act(ChangeParts(TOM, ("signatory",)), CHAMPION).facts.member(TOM).own == {"signatory"}
        assert signed().invite(NEW, "giver", "signatory").come(NEW).facts.member(NEW).present

    def test_an_invitation_is_sent_again_corrected_and_taken_back(self):
        story = signed().invite(NEW, "giver", "signatory")
        story.act(Resend(NEW, "t", "h2", story.facts.now), CHAMPION)
        story.act(CorrectAddress(NEW, 91, "t", "h3", story.facts.now), CHAMPION)
        assert story.act(WithdrawInvitation(91), CHAMPION).facts.member(91).left_at

    def test_one_that_expired_is_the_turn_of_who_can_send_it_again(self):
        story = signed().invite(NEW, "giver", "signatory")
        story.act(ExpireInvitation(NEW, story.facts.member(NEW).invited_at, CHAMPION), 0)
        assert ("invite_again", str(NEW)) in {(turn.act, turn.key) for turn in turns(story.facts, CHAMPION)}

    def test_who_goes_hands_on_no_task_since_none_is_asked_any_more(self):
        story = signed()
        story.facts = story.facts.with_task(replace(story.task("stream"), state=TaskState.OPEN, asked=TOM))
        assert story.act(RemoveMember(TOM), CHAMPION).facts.member(TOM).left_at

    def test_an_account_manager_names_the_first_champion_and_nobody_else_does(self):
        for person in (SIGNATORY, TOM, champion(TAKER), FACILITATOR, MANAGER):
            with pytest.raises(Forbidden):
                signed().act(ChangeParts(TOM, ("signatory",)), person)
        story = signed()
        story.facts = story.facts.with_member(replace(story.facts.member(CHAMPION), left_at=story.facts.now))
        assert story.invite(NEW, "giver", "champion", by=MANAGER).facts.member(NEW)

    def test_nobody_is_named_where_a_project_ended_otherwise(self):
        with pytest.raises(Conflict, match=r"project\.ended"):
            begin().act(Decline("Steam", REASON), CHAMPION).act(ChangeParts(TOM, ("signatory",)), CHAMPION)


class TestParts:
    def test_are_changed_at_once(self):
        story = begin().act(ChangeParts(OBSERVER, ("signatory",)), CHAMPION)
        assert story.facts.member(OBSERVER).own == {"signatory"}

    def test_who_only_reads_is_asked_for_nothing(self):
        story = begin().act(ChangeParts(TOM, ("champion",)), CHAMPION)
        story.act(ChangeParts(CHAMPION, ("observer",)), CHAMPION)
        assert story.task("stream").asked == TOM

    def test_a_contributor_only_proposes_people(self):
        with pytest.raises(Forbidden):
            begin().invite(NEW, "giver", "observer", by=TOM)


class TestInvitations:
    def test_a_new_link_is_mailed(self):
        story = begin().invite(NEW, "giver", "contributor")
        story.act(Resend(NEW, "t2", "h2", story.facts.now), CHAMPION)
        assert [(letter.kind, letter.values) for letter in story.change.letters] == [("invitation", {"secret": "t2"})]

    def test_taken_back_nobody_hears_a_no(self):
        story = begin().invite(NEW, "giver", "contributor").act(WithdrawInvitation(NEW), CHAMPION)
        assert story.facts.member(NEW).left_at and not story.mails()

    def test_a_corrected_address_is_invited_instead(self):
        story = begin().invite(NEW, "giver", "contributor")
        story.act(CorrectAddress(NEW, 91, "t2", "h2", story.facts.now), CHAMPION)
        assert story.facts.member(NEW).left_at and story.facts.member(91).parts == {"contributor"}
        assert not story.mails() and [letter.recipient for letter in story.change.letters] == [91]

    def test_and_keeps_the_fields_that_were_passed_on(self):
        story = begin().act(PassOn("stream", GIVER, NEW, name="Ola", token="t", token_sha256="h", fields=("mass",),
                                   expires_at=begin().facts.now), CHAMPION)
        story.act(CorrectAddress(NEW, 91, "t2", "h2", story.facts.now), CHAMPION)
        assert story.task("stream").shared_with == {91: ("mass",)}

    def test_nobody_is_invited_twice(self):
        story = begin().invite(NEW, "giver", "contributor")
        with pytest.raises(Conflict, match=r"member\.elsewhere"):
            story.act(CorrectAddress(NEW, champion(TAKER), "t2", "h2", story.facts.now), CHAMPION)

    def test_who_has_come_is_not_invited_any_more(self):
        story = begin().invite(NEW, "giver", "contributor").come(NEW)
        for act in (Resend(NEW, "t2", "h2", story.facts.now), WithdrawInvitation(NEW)):
            with pytest.raises(Conflict, match=r"invitation\.answered"):
                story.act(act, CHAMPION)


class TestHandOver:
    def test_the_other_looks_after_it(self):
        story = begin()
        story.facts = story.facts.with_project(manager_id=MANAGER)
        story.act(HandOverProject(NEW, "Ben"), MANAGER)
        assert story.facts.member(NEW).own == {"manager"} and story.facts.member(NEW).present
        assert story.facts.member(MANAGER).left_at and story.facts.project.manager_id == NEW
        assert {kind for kind, person in story.mails()} == {"handed_over"}
        assert ("handed_over", NEW) in story.mails()

    def test_with_the_seat_and_the_tasks(self):
        story = begin()
        story.facts = story.facts.with_member(replace(
            story.facts.member(CHAMPION), parts=frozenset({"champion", "manager"})))
        story.act(HandOverProject(NEW, "Ben"), CHAMPION)
        assert story.facts.member(NEW).own == {"champion", "manager"} and story.facts.member(NEW).party == GIVER
        assert story.task("stream").asked == NEW

    def test_only_who_has_it(self):
        with pytest.raises(Forbidden) as refused:
            begin().act(HandOverProject(NEW, "Ben"), CHAMPION)
        assert refused.value.values["persons"] == (MANAGER,)
        with pytest.raises(Conflict, match=r"member\.elsewhere"):
            begin().act(HandOverProject(champion(TAKER), "Paul"), MANAGER)

    @pytest.mark.parametrize(("of", "actor"), [(None, MANAGER), (MANAGER, 0)], ids=["oneself", "an administrator"])
    def test_on_hold_too_and_it_stays_on_hold(self, of, actor):
        story = begin()
        story.facts = story.facts.with_project(manager_id=MANAGER)
        story.act(Hold(REASON, date(2027, 3, 12)), champion(1))
        story.act(HandOverProject(NEW, "Ben", of=of), actor)
        assert story.facts.project.manager_id == NEW and story.facts.on_hold
        assert story.facts.project.hold_until == date(2027, 3, 12)
        assert story.act(Resume(), NEW).facts.project.hold_until is None

    def test_not_once_it_has_ended_without_a_contract(self):
        story = begin()
        story.act(Decline(story.facts.project.title, REASON), champion(1))
        for of, actor in ((None, MANAGER), (MANAGER, 0)):
            with pytest.raises(Conflict, match=r"project\.ended"):
                story.act(HandOverProject(NEW, "Ben", of=of), actor)


class TestAddParty:
    def test_comes_in_when_all_agree(self):
        story = begin().to_terms().freeze().act(Propose("add_party", "carrier", BODY), MANAGER)
        story.act(Answer(1, agree=True), champion(GIVER))
        with pytest.raises(Conflict, match=r"project\.moved"):
            story.act(Answer(1, agree=True), champion(TAKER))
        story.act(Answer(1, agree=True, arrival=arrival(story)), champion(TAKER))
        newcomer = story.facts.party(CARRIER)
        assert (newcomer.seat, newcomer.organisation, newcomer.name) == ("carrier", 77, "Freight Ltd")
        assert story.facts.member(NEW).party == CARRIER and not story.facts.member(NEW).present
        assert story.facts.contracts[0].state is ContractState.ENDED  # it does not name the newcomer
        assert [letter.recipient for letter in story.change.letters] == [NEW]
        assert ("joined", MANAGER) in story.mails()

    def test_is_asked_at_once_what_its_seat_is_asked(self):
        story = begin().to_trial().act(Propose("add_party", "carrier", BODY), champion(GIVER))
        story.act(Answer(1, agree=True, arrival=arrival(story)), champion(TAKER))
        assert story.task("haul", "Freight Ltd").asked == NEW

    def test_a_no_keeps_them_out(self):
        story = begin().act(Propose("add_party", "carrier", BODY), champion(GIVER))
        story.act(Answer(1, agree=False, reason=REASON), champion(TAKER))
        assert len(story.facts.parties) == 2

    @pytest.mark.parametrize(("change", "code"), [
        ({"seat": "giver"}, "seat.full"), ({"seat": "none"}, "seat.full"), ({"name": "taker"}, "seat.twice"),
        ({"reason": "no"}, "reason.why")])
    def test_what_cannot_be_proposed(self, change, code):
        body = json.dumps(json.loads(BODY) | change)
        with pytest.raises(Invalid, match=code.replace(".", r"\.")):
            begin().act(Propose("add_party", "carrier", body), champion(GIVER))

    def test_who_left_does_not_come_again(self):
        story = begin(carrier=1).leave("carrier")
        body = json.dumps(json.loads(BODY) | {"name": "carrier"})
        with pytest.raises(Invalid, match=r"party\.left"):
            story.act(Propose("add_party", "carrier", body), champion(GIVER))

    def test_a_seat_that_filled_meanwhile(self):
        story = begin().act(Propose("add_party", "carrier", BODY), champion(GIVER)).seat("carrier")
        with pytest.raises(Conflict, match=r"seat\.full"):
            story.act(Answer(1, agree=True, arrival=arrival(story)), champion(TAKER))

    def test_a_person_of_another_party_does_not_change_sides(self):
        story = begin().act(Propose("add_party", "carrier", BODY), champion(GIVER))
        with pytest.raises(Conflict, match=r"member\.elsewhere"):
            story.act(Answer(1, agree=True, arrival=arrival(story, person=signatory(GIVER))), champion(TAKER))


def test_every_kind_of_proposal_has_its_row_in_the_table_of_rights():
    assert {name: kind.act for name, kind in KINDS.items()} == PROPOSALS


def arrival(story, person=NEW):
    return Arrival(77, person, "t", "h", story.facts.now + timedelta(days=30))


class TestNewcomer:
    def test_reads_no_word_from_before(self):
        story = begin().submit("need").send_back("need", "giver").seat("carrier").wait(days=1)
        party = replace(story.facts.party(CARRIER), joined_at=story.facts.now)
        facts = story.facts.with_party(party)
        seen = {number: without_earlier(replace(facts, actor=facts.member(champion(number)))).task("need", TAKER).reason
                for number in (GIVER, CARRIER)}
        assert seen == {GIVER: REASON, CARRIER: None}


def signed():
    return begin().to_signature().sign("giver").sign("taker")
