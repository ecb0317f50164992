"""Freezing the contract and signing exactly that."""

import json
from dataclasses import replace

import pytest

from cocreate.domain.audience import of_parties
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from cocreate.services.acts.accessions import Accede
from cocreate.services.acts.contracts import Freeze, Seal, SendCode, require_preparing
from cocreate.services.acts.proposals import Answer, Propose
from tests.support.facts import FACILITATOR, MANAGER, REASON, TWO_SIDES, Story, begin, champion, signatory
from workflows import progression
from workflows.facts import ContractState

QUIET = "need: {of: [giver, taker], kind: sign, agreement: Quiet.,"


class TestFreeze:
    def test_makes_a_version_that_all_can_read(self):
        contract = begin().to_terms().freeze().facts.contract
        assert (contract.number, contract.state) == (1, ContractState.FROZEN)

    def test_a_new_version_ends_the_one_that_stood_and_its_agreement(self):
        story = begin().to_terms().freeze().agree("our_contract").freeze(text="other words")
        assert [(one.number, one.state, one.ended_because) for one in story.facts.contracts] == [
            (1, "ended", "replaced"), (2, "frozen", None)]
        assert {one.state for one in story.facts.asked_at("our_contract")} == {"lapsed"}

    def test_the_same_text_is_no_new_version(self):
        with pytest.raises(Conflict, match="contract.same"):
            begin().to_terms().freeze().freeze()

    def test_only_of_the_facts_it_was_composed_from(self):
        with pytest.raises(Conflict, match="project.moved"):
            begin().to_terms().act(Freeze("0" * 64, 1, "", "c", "t", "p", 1), champion(1))

    @pytest.mark.parametrize("person", [13, 14, champion(3), signatory(3), FACILITATOR])
    def test_not_by_who_only_proposes_reads_or_does_not_contract(self, person):
        story = begin(carrier=1).to_trial().give("haul").give("batch").agree("passed").go("to_terms")
        with pytest.raises(Forbidden) as refused:
            story.freeze(person=person)
        assert refused.value.values["persons"] == (11, 21)

    @pytest.mark.parametrize("person", [champion(2), signatory(1), MANAGER])
    def test_by_who_agrees_clauses_or_looks_after_the_project(self, person):
        assert begin().to_terms().freeze(person=person).facts.contract

    def test_only_in_the_stage_that_writes_it(self):
        with pytest.raises(Conflict, match="contract.not_here"):
            begin().freeze()

    def test_not_after_the_end(self):
        story = begin().to_signature().sign("giver").sign("taker")
        with pytest.raises(Conflict, match="project.ended"):
            require_preparing(story.facts)


class TestSign:
    def test_the_last_signature_takes_the_project_to_agreed(self):
        story = begin().to_signature().sign("taker")
        assert (story.stage, story.change.answer) == ("signature", {"last": False})
        story.sign("giver")
        assert (story.stage, story.change.answer) == ("agreed", {"last": True})
        assert story.facts.contract.state is ContractState.SIGNED

    def test_everybody_signed_the_same_bytes(self):
        facts = begin().to_signature().sign("taker").sign("giver").facts
        assert {(one.text_sha256, one.pdf_sha256) for one in facts.signatures} == {
            (facts.contract.text_sha256, facts.contract.pdf_sha256)}

    @pytest.mark.parametrize("other", [{"text": "f" * 64}, {"pdf": "f" * 64}])
    def test_only_what_one_saw(self, other):
        with pytest.raises(Conflict, match="contract.changed"):
            begin().to_signature().sign("giver", **other)

    def test_once_for_a_party(self):
        with pytest.raises(Conflict, match="contract.already_signed"):
            begin().to_signature().sign("giver").sign("giver")

    def test_not_before_its_stage(self):
        with pytest.raises(Refused):
            begin().to_terms().freeze().agree("our_contract").sign("giver")
        with pytest.raises(Refused) as refused:
            begin().to_terms().freeze().sign("giver")
        assert {one.code for one in refused.value.reasons} == {"gate.missing"}

    def test_not_without_a_version(self):
        with pytest.raises(Refused) as refused:
            begin().sign("giver")
        assert [one.code for one in refused.value.reasons] == ["clauses.open"]

    def test_only_by_signatories_of_parties_that_sign(self):
        story = begin(carrier=1).to_trial().give("haul").give("batch").agree("passed").go("to_terms").freeze()
        story.agree("our_contract").go("to_signature")
        with pytest.raises(Forbidden) as refused:
            story.sign("carrier")
        assert refused.value.values["persons"] == (signatory(1),)
        with pytest.raises(Forbidden):
            story.act(SendCode(1, "1", "h", story.facts.now), champion(1))

    def test_a_code_goes_to_the_signatory_alone(self):
        story = begin().to_signature()
        before = story.facts
        story.act(SendCode(1, "123456", "hash", story.facts.now), signatory(1))
        letter, = story.change.letters
        assert (letter.recipient, letter.values["secret"]) == (signatory(1), "123456")
        assert "123456" not in str(story.change.details) + str(story.change.rows)
        assert story.facts.signatures == before.signatures


class TestRefuseToSign:
    def test_ends_the_version_and_opens_the_contract_again(self):
        story = begin().to_signature().sign("giver").refuse_to_sign("taker")
        assert (story.stage, story.facts.contract) == ("terms", None)
        assert story.facts.contracts[0].ended_because == "refused:wording"
        assert {one.state for one in story.facts.asked_at("our_contract")} == {"lapsed"}
        assert {letter.kind for letter in story.change.letters} == {"signing_declined"}
        assert signatory(2) not in {letter.recipient for letter in story.change.letters}

    def test_also_by_who_signed_and_thought_again(self):
        assert begin().to_signature().sign("giver").refuse_to_sign("giver").stage == "terms"

    def test_says_why(self):
        with pytest.raises(Invalid, match="reason.short"):
            begin().to_signature().refuse_to_sign("giver", "No.")

    def test_then_the_next_version_is_agreed_and_signed_anew(self):
        story = begin().to_signature().sign("giver").refuse_to_sign("taker")
        story.freeze(text="better words").agree("our_contract").go("to_signature").sign("giver").sign("taker")
        assert story.stage == "agreed"
        assert [(one.version, one.party, one.ended_at is None) for one in story.facts.signatures] == [
            (1, 1, False), (2, 1, True), (2, 2, True)]


class TestSeal:
    def test_of_what_all_signed(self):
        story = begin().to_signature().sign("giver").sign("taker").act(Seal(1, "s", "e"), None)
        assert {letter.recipient for letter in story.change.letters} == {m.person for m in story.facts.members}

    def test_of_nothing_else(self):
        for story in (begin(), begin().to_signature().sign("giver")):
            with pytest.raises(Conflict, match="contract.not_signed"):
                story.act(Seal(1, "s", "e"), None)
        with pytest.raises(Conflict, match="contract.not_signed"):
            begin().to_signature().sign("giver").sign("taker").act(Seal(2, "s", "e"), None)


class TestShortAgreement:
    """What is signed before the contract, with the same steps."""

    def test_holds_when_everybody_asked_has_signed_the_same_bytes(self):
        story = quiet().sign_agreement("need", "giver")
        assert (story.task("need", "giver").state, story.facts.standing("need").state) == ("accepted", "frozen")
        story.sign("taker", paper="need")
        assert (story.task("need", "taker").state, story.facts.standing("need").state) == ("accepted", "signed")
        assert story.change.answer == {"last": True} and story.stage == "figures"
        assert len({(one.text_sha256, one.pdf_sha256) for one in story.facts.signatures}) == 1
        story.facts = story.seat("carrier").facts  # of whom it is not asked
        letters = story.act(Seal(1, "s", "e", "need"), None).change.letters
        assert {letter.subject for letter in letters} == {"agreement:need"}
        assert {letter.recipient for letter in letters} == {
            one.person for one in story.facts.members if one.party != len(story.facts.parties)}

    def test_is_no_contract_and_its_signatures_are_none_of_the_contract(self):
        story = quiet().sign_agreement("need", "giver").sign("taker", paper="need")
        assert (story.facts.contract, story.facts.contracts) == (None, ())
        assert story.facts.signature(1) is None and story.facts.signature(1, "need") is not None

    @pytest.mark.parametrize("person", [champion(1), 13, 14, FACILITATOR, MANAGER])
    def test_only_by_who_signs_for_a_party_that_is_asked(self, person):
        with pytest.raises(Forbidden):
            quiet().freeze(paper="need").sign("giver", paper="need", person=person)

    def test_is_not_submitted_like_a_form(self):
        with pytest.raises(Conflict, match="agreement.is_signed"):
            quiet().submit("need", "giver")

    def test_once_for_each_party(self):
        with pytest.raises(Conflict, match="contract.already_signed"):
            quiet().sign_agreement("need", "giver").sign("giver", paper="need")

    def test_what_is_fixed_stands_for_all(self):
        with pytest.raises(Conflict, match="contract.same"):
            quiet().freeze(paper="need").freeze("taker", paper="need", text="other words")

    @pytest.mark.parametrize("key", ["stream", "nothing"])
    def test_nothing_else_is_one(self, key):
        with pytest.raises(NotFound):
            quiet().freeze(paper=key)

    def test_not_signing_asks_everybody_again_with_the_reason(self):
        story = quiet().sign_agreement("need", "giver").refuse_to_sign("taker", paper="need")
        assert {(one.state, one.reason) for one in story.facts.instances("need")} == {("open", REASON)}
        assert (story.facts.standing("need"), story.stage) == (None, "figures")
        assert [one.ended_at is None for one in story.facts.signatures] == [False]
        story.sign_agreement("need", "giver").sign("taker", paper="need")
        assert story.facts.standing("need").number == 2

    def test_not_signing_is_told_to_who_takes_part_and_why_to_who_may_see_it(self):
        text = TWO_SIDES.replace("need: {of: taker,", f"{QUIET} visible_to: [giver, taker],")
        story = begin(text, carrier=1).sign_agreement("need", "giver").refuse_to_sign("taker", paper="need")
        assert story.change.sees == of_parties([1, 2])
        told = {letter.recipient for letter in story.change.letters}
        assert told & {champion(1), signatory(1), champion(3), signatory(3)} == {champion(1), signatory(1)}

    def test_ends_when_it_is_asked_anew(self):
        story = quiet().sign_agreement("need", "giver").sign("taker", paper="need")
        again = Story(progression.settle(progression.reopen(story.facts, story.task("need", "giver"), REASON)))
        assert (again.facts.standing("need"), again.facts.versions("need")[0].ended_because) == (None, "reopened")
        assert {one.state for one in again.facts.instances("need")} == {"open"}


class TestWithoutASignature:
    """An authority reads, and cannot sign such a text: all who are asked can agree that the others sign without it."""

    def test_the_others_sign_it_once_all_have_agreed(self):
        story = unsigned(with_carrier(carrier=1))
        assert story.facts.proposals[0].parties == (1, 2, 3)
        assert story.task("need", "carrier").state == "open"
        agreed(story, 1, 2)
        assert story.task("need", "carrier").state == "lapsed"
        assert [party.number for party in story.facts.signers("need")] == [1, 2]
        assert {turn.key for turn in turns(story.facts, signatory(3))}.isdisjoint({"need"})
        story.sign_agreement("need", "giver").sign("taker", paper="need")
        assert story.facts.standing("need").state is ContractState.SIGNED
        assert story.give("stream").agree("picture").go("to_trial").stage == "trial"

    def test_what_names_it_ends_and_who_signed_that_is_asked_again(self):
        story = with_carrier(carrier=1).sign_agreement("need", "giver")
        agreed(unsigned(story), 1, 2)
        assert (story.facts.standing("need"), story.facts.versions("need")[0].ended_because) == (None, "parties")
        assert story.task("need", "giver").state == "open"

    def test_who_came_later_need_not_accede_and_what_was_signed_stays(self):
        story = agreed(unsigned(signed_by_both().seat("carrier")), 1, 2)
        assert (story.task("need", "carrier").state, story.facts.acceding("need")) == ("lapsed", ())
        assert story.facts.standing("need").state is ContractState.SIGNED

    def test_who_has_signed_meanwhile_stays_bound(self):
        story = agreed(unsigned(with_carrier(carrier=1)), 1)
        agreed(story.freeze(paper="need").sign("carrier", paper="need"), 2)
        assert story.task("need", "carrier").state == "accepted"
        assert len(story.facts.signers("need")) == 3

    def test_two_have_to_be_left_who_sign(self):
        with pytest.raises(Conflict, match=r"agreement\.two_left"):
            unsigned(with_carrier(), "taker")

    @pytest.mark.parametrize("subject", ["need@9", "stream@1", "nothing@1", "need", "need@x"])
    def test_it_is_about_somebody_who_is_asked_to_sign(self, subject):
        with pytest.raises(Invalid, match=r"proposal\.unknown"):
            unsigned(with_carrier(carrier=1), subject=subject)

    def test_who_looks_after_the_project_proposes_it_and_only_who_is_asked_to_sign_answers(self):
        story = begin(CARRIER.replace("[giver, taker, carrier], kind", "[taker, carrier, giver], kind"), carrier=1)
        unsigned(story, person=MANAGER)
        assert (story.facts.proposals[0].agreeing, story.facts.proposals[0].parties) == ((), (1, 2, 3))
        agreed(story, 1, 2, 3)
        assert story.task("need", "carrier").state == "lapsed"
        with pytest.raises(Forbidden):
            unsigned(with_carrier(carrier=1), person=13)


class TestWhoJoinsLater:
    """The carrier's seat may stay empty; whoever takes it reads the others' figures."""

    def test_an_empty_seat_owes_nothing_and_a_taken_one_signs_with_the_others(self):
        assert {task.party for task in with_carrier().facts.instances("need")} == {1, 2}
        story = with_carrier(carrier=1).sign_agreement("need", "giver").sign("taker", paper="need")
        assert story.facts.standing("need").state is ContractState.FROZEN
        assert story.sign("carrier", paper="need").facts.standing("need").state is ContractState.SIGNED

    def test_accedes_to_what_all_have_signed_which_stays_as_it_is(self):
        story = signed_by_both().give("stream").agree("picture").go("to_trial").seat("carrier")
        assert (story.task("need", "carrier").state, story.task("need", "giver").state) == ("open", "accepted")
        assert [party.number for party in story.facts.acceding("need")] == [3]
        assert [party.number for party in story.facts.signers("need")] == [1, 2]
        assert {turn.key for turn in turns(story.facts, signatory(3))} >= {"need"}
        with pytest.raises((Conflict, Forbidden)):
            story.sign("carrier", paper="need")
        story.act(Accede(1, "h", "{}", "h", "p", "s", "{}", code=False, paper="need"), signatory(3))
        assert (story.task("need", "carrier").state, story.facts.standing("need").number) == ("accepted", 1)
        assert story.facts.accession(3, "need").person == signatory(3) and story.facts.accession(3) is None
        with pytest.raises(Conflict, match="contract.already_signed"):
            story.act(Accede(1, "h", "{}", "h", "p", "s", "{}", code=False, paper="need"), signatory(3))

    def test_keeps_nobody_from_going_on(self):
        story = signed_by_both().give("stream").agree("picture").go("to_trial").seat("carrier")
        assert story.give("batch").give("haul").agree("passed").go("to_terms").stage == "terms"

    def test_accedes_also_in_the_stage_in_which_all_have_signed(self):
        story = signed_by_both().seat("carrier")
        assert [party.number for party in story.facts.acceding("need")] == [3]
        assert story.facts.standing("need").state is ContractState.SIGNED

    def test_while_others_still_sign_all_sign_with_the_newcomer(self):
        story = with_carrier().sign_agreement("need", "giver").seat("carrier")
        assert story.facts.standing("need") is None and story.facts.acceding("need") == ()

    def test_is_not_asked_of_what_the_template_closes_or_of_what_nobody_signed(self):
        closed = begin(CARRIER.replace(", accede: true", ""))
        closed.sign_agreement("need", "giver").sign("taker", paper="need")
        assert closed.give("stream").agree("picture").go("to_trial").seat("carrier").task("need", "carrier") is None
        unsigned = begin(CARRIER.replace("accede: true", "accede: true, required: false"))
        story = unsigned.give("stream").agree("picture").go("to_trial").seat("carrier")
        assert story.task("need", "carrier") is None

    def test_is_not_acceded_to_while_the_project_rests_or_after_its_end(self):
        story = signed_by_both().give("stream").agree("picture").go("to_trial").seat("carrier")
        ended = replace(story, facts=story.facts.with_project(ended_at=story.facts.now, outcome="declined"))
        with pytest.raises(Conflict, match=r"project\.ended"):
            ended.act(Accede(1, "h", "{}", "h", "p", "s", "{}", code=False, paper="need"), signatory(3))


CARRIER = TWO_SIDES.replace("need: {of: taker, accepted_by: giver}",
                            "need: {of: [giver, taker, carrier], kind: sign, agreement: Quiet., accede: true}").replace(
    "picture: {of: [giver, taker],", "picture: {of: [giver, taker], about: [stream],")


def with_carrier(**seats):
    return begin(CARRIER, **seats)


def unsigned(story, party="carrier", *, subject=None, person=None):
    """It is proposed, by the party itself, that the others sign without it."""
    number = story.number(party)
    return story.act(Propose("unsigned", subject or f"need@{number}", json.dumps({"reason": REASON})),
                     person or champion(number))


def agreed(story, *parties):
    for party in parties:
        story.act(Answer(story.facts.proposals[-1].number, agree=True), champion(party))
    return story


def signed_by_both():
    return with_carrier().sign_agreement("need", "giver").sign("taker", paper="need")


def quiet():
    """A story with a short agreement between the two in its first stage."""
    return begin(TWO_SIDES.replace("need: {of: taker,", QUIET))
