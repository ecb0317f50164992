"""Going on and back."""

import pytest

from cocreate.domain.answers import Answer
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, Invalid, Refused
from cocreate.services.acts.changing import ToChange
from cocreate.services.acts.contracts import RefuseToSign
from cocreate.services.acts.contributions import Submit
from cocreate.services.acts.stages import GoOn
from tests.support.facts import MANAGER, REASON, TWO_SIDES, Story, begin, champion, signatory
from workflows.facts import UNDECIDED, TaskState

GIVER, TAKER = 1, 2
# In the stage of the terms a sheet that the contract prints, who signs, a review of the sheet, and what stays.
TEXT = TWO_SIDES.replace("""    contract: prepared
""", """    contract: prepared
    tasks:
      sheet: {of: giver, fields: {price: {type: number}}}
      names: {of: [giver, taker]}
      look: {of: taker, kind: review, reviews: sheet}
      fixed: {of: giver, final: true}
""").replace("""\
  agreed: {from""", """\
  text: {from: signature, to: terms, reason: required, reopens: [look, our_contract]}
  agreed: {from""").replace("""\
clauses:
""", """\
clauses:
  price: {needs: {price: terms.sheet.price}, text: "$price"}
""")


class TestGoOn:
    def test_to_the_next_stage(self):
        story = begin().to_trial()
        assert (story.stage, story.facts.project.visit) == ("trial", 2)
        assert story.change.details == {"transition": "to_trial", "back": False}

    def test_says_everything_it_waits_for(self):
        with pytest.raises(Refused) as refused:
            begin().go("to_trial")
        assert [one.code for one in refused.value.reasons] == ["task.not_begun"] * 2 + ["gate.not_open"]

    def test_from_the_visit_the_button_stood_on(self):
        story = begin().to_trial()
        with pytest.raises(Conflict, match="stage.changed"):
            story.act(GoOn("to_terms", 1), champion(1))
        with pytest.raises(Conflict, match="stage.changed"):
            story.go("to_trial")

    @pytest.mark.parametrize("transition", ["agreed", "nowhere"])
    def test_only_ways_that_people_take(self, transition):
        with pytest.raises(Invalid, match="transition.unknown"):
            begin().to_signature().go(transition)

    @pytest.mark.parametrize("person", [13, 14, MANAGER])
    def test_only_by_whom_the_template_names(self, person):
        story = begin().give("stream").give("need").agree("picture")
        with pytest.raises(Forbidden) as refused:
            story.act(GoOn("to_trial", 1), person)
        assert set(refused.value.values["persons"]) == {11, 12, 21, 22}
        assert story.act(GoOn("to_trial", 1), signatory(2)).stage == "trial"

    def test_the_hosts_account_manager_where_the_host_is_named(self):
        story = begin(TWO_SIDES.replace("to: trial, when", "to: trial, by: [host], when"))
        story.give("stream").give("need").agree("picture")
        with pytest.raises(Forbidden) as refused:
            story.go("to_trial")
        assert refused.value.values["persons"] == (MANAGER,)
        assert story.act(GoOn("to_trial", 1), MANAGER).stage == "trial"


class TestGoBack:
    def test_with_a_reason(self):
        story = begin().to_trial()
        with pytest.raises(Invalid, match="reason.why"):
            story.go("wrong", reason=" too  low ")
        assert story.go("wrong").stage == "figures"
        assert story.change.personal == {"reason": REASON}
        assert story.change.details == {"transition": "wrong", "back": True}

    def test_what_it_reopens_carries_the_reason(self):
        assert begin().to_trial().go("wrong").task("stream").reason == REASON

    def test_what_is_final_stays_though_an_older_version_of_a_template_reopens_it(self):
        story = begin(TWO_SIDES.replace("stream: {of: giver,", "stream: {of: giver, final: true,")).to_trial()
        assert story.go("wrong").task("stream").state is TaskState.ACCEPTED
        assert story.task("stream").round == 1
        assert all(one.state in UNDECIDED for one in story.facts.asked_at("picture"))


class TestGoBackFromTheSignature:
    """Whoever goes back says what has to change: it is opened again in the same act, so that it is somebody's turn."""

    def test_needs_something_that_has_to_change(self):
        story = signing()
        with pytest.raises(Invalid, match=r"back\.nothing") as refused:
            story.act(back(), champion(GIVER))
        assert refused.value.values["field"] == "wording"
        assert story.stage == "signature"

    def test_opens_again_what_was_chosen_each_with_its_reason(self):
        story = signing().act(back(ToChange("sheet", GIVER, "The price of March."), ToChange("names", TAKER)),
                              champion(TAKER))
        assert [(one.key, one.party, one.round, one.reason) for one in story.facts.tasks
                if one.state is TaskState.OPEN] == [
            ("sheet", GIVER, 2, "The price of March."), ("names", TAKER, 2, REASON), ("look", TAKER, 2, REASON)]
        assert {("fill_in", "sheet")} <= {(turn.act, turn.key) for turn in turns(story.facts, champion(GIVER))}
        assert {("fill_in", "names")} <= {(turn.act, turn.key) for turn in turns(story.facts, champion(TAKER))}
        assert story.stage == "terms" and story.facts.contract is None  # it was made of the sheet
        assert {("ask", champion(GIVER)), ("gone_back", champion(GIVER))} <= story.mails()

    def test_is_kept_in_the_record(self):
        story = signing().act(back(ToChange("sheet", GIVER, "The price of March.")), champion(TAKER))
        assert story.change.details == {"transition": "text", "back": True, "wording": False, "changes": [
            {"task": "sheet", "of": GIVER, "number": 1}]}
        assert story.change.personal == {"reason": REASON, "reasons": {"sheet@1": "The price of March."}}

    def test_keeps_a_reason_from_who_may_not_see_its_task(self):
        text = TEXT.replace("sheet: {of: giver,", "sheet: {of: giver, visible_to: [giver, taker],")
        story = signing(text).act(back(ToChange("sheet", GIVER, "The price of March.")), champion(TAKER))
        assert story.change.personal == {"reason": REASON}
        assert story.task("sheet").reason == "The price of March."

    def test_with_the_wording_the_version_ends_and_is_made_ready_anew(self):
        story = signing().sign("giver").act(back(wording=True), champion(TAKER))
        assert story.facts.contract is None and story.facts.contracts[0].ended_because == "wording"
        assert all(one.ended_at for one in story.facts.signatures)
        review(story)
        assert "freeze" in {turn.act for turn in turns(story.facts, champion(GIVER))}

    @pytest.mark.parametrize(("change", "code"), [
        (("stream", 1), "back.not_here"), (("nowhere", 1), "back.not_here"), (("sheet", 2), "back.not_here"),
        (("look", 2), "back.not_here"), (("fixed", 1), "back.not_here")])
    def test_takes_only_what_was_accepted_where_it_leads_to(self, change, code):
        story = signing()
        with pytest.raises(Invalid, match=code.replace(".", r"\.")):
            story.act(back(ToChange(*change)), champion(GIVER))

    def test_a_reason_of_its_own_is_long_enough_to_be_one(self):
        with pytest.raises(Invalid, match=r"reason\.short") as refused:
            signing().act(back(ToChange("sheet", GIVER, "No.")), champion(GIVER))
        assert refused.value.values["field"] == "why-sheet-1"

    def test_twice_named_is_opened_once(self):
        story = signing().act(back(ToChange("sheet", GIVER), ToChange("sheet", GIVER)), champion(GIVER))
        assert story.task("sheet").round == 2

    def test_asks_nothing_more_where_the_way_opens_a_task_by_itself(self):
        story = signing(TEXT.replace("reopens: [look, our_contract]", "reopens: [sheet, our_contract]"))
        assert story.act(back(), champion(GIVER)).task("sheet").round == 2

    def test_from_another_stage_nothing_is_chosen(self):
        story = begin().to_trial()
        with pytest.raises(Invalid, match=r"back\.not_here"):
            story.act(GoOn("wrong", story.facts.project.visit, REASON, (ToChange("stream", GIVER),)), champion(GIVER))


def signing(text: str = "") -> Story:
    story = begin(text or TEXT).to_terms()
    for key, of in (("sheet", None), ("names", "giver"), ("names", "taker"), ("fixed", None)):
        story.submit(key, of)
    return review(story).freeze().agree("our_contract").go("to_signature")


def review(story: Story) -> Story:
    return story.act(Submit("look", TAKER, story.task("look").number, 0, {"verdict": Answer("fine")}), champion(TAKER))


class TestNotSigning:
    """Asks the same as going back from the signature: what has to change is somebody's turn at once."""

    def test_needs_something_that_has_to_change(self):
        with pytest.raises(Invalid, match=r"back\.nothing"):
            signing().act(RefuseToSign(1, REASON), signatory(GIVER))
        with pytest.raises(Invalid, match=r"back\.not_here"):
            signing().act(RefuseToSign(1, REASON, changes=(ToChange("stream", GIVER),)), signatory(GIVER))

    def test_opens_again_what_was_chosen_each_with_its_reason(self):
        story = signing().act(RefuseToSign(1, REASON, changes=(
            ToChange("sheet", GIVER, "The price of March."), ToChange("names", TAKER))), signatory(TAKER))
        assert [(task.state, task.reason) for task in (story.task("sheet"), story.task("names", "taker"))] == [
            (TaskState.OPEN, "The price of March."), (TaskState.OPEN, REASON)]
        assert story.task("names", "giver").state is TaskState.ACCEPTED
        assert story.change.details["changes"] == [{"task": "sheet", "of": GIVER, "number": 1},
                                                   {"task": "names", "of": TAKER, "number": 1}]
        assert story.facts.contracts[-1].ended_because == "refused"


def back(*changes: ToChange, wording: bool = False) -> GoOn:
    return GoOn("text", 4, REASON, changes, wording)
