"""Giving, taking back, accepting and returning: facts in, change out."""

from dataclasses import replace
from datetime import date

import pytest

from cocreate.domain import owing
from cocreate.domain.answers import Answer
from cocreate.domain.audience import bit
from cocreate.errors import Conflict, Forbidden, Invalid, Refused
from cocreate.services import composing
from cocreate.services.acts.contracts import NewDuty
from cocreate.services.acts.contributions import Accept, Return, Submit, TakeBack
from cocreate.services.acts.reopening import Reopen
from tests.support.facts import FACILITATOR, MANAGER, REASON, TWO_SIDES, Story, begin, champion, signatory
from workflows.facts import TaskState

OWED = TWO_SIDES.replace("fields: {mass: {type: quantity, unit: t/a}}}", """fields: {rows: {type: table, columns: {
        what: {type: text, label: What}, who: {type: organisation, label: Who}, due: {type: date, label: When}}}}}""",
    ).replace("needs: {mass: figures.stream.mass}, text: \"$mass a year\"}", """needs: {rows: figures.stream.rows},
        text: $rows}
duties: [{rows: figures.stream.rows, what: what, party: who, due: due}]""")


def row(who):
    return {"what": Answer("Wash"), "who": Answer(who), "due": Answer(date(2028, 3, 1))}


def rows(story: Story, table: str) -> list[dict]:
    return [row for write in story.change.rows if getattr(write, "table", None) is not None
            and write.table.name == table for row in write.rows]


class TestSubmit:
    def test_waits_for_acceptance_where_somebody_accepts(self):
        story = begin().submit("stream", mass=12)
        assert (story.task("stream").state, story.task("stream").number) == (TaskState.SUBMITTED, 1)
        assert story.change.answer == {"number": 1, "state": "submitted"}

    def test_counts_at_once_where_nobody_does(self):
        assert begin().to_trial().submit("batch").task("batch").state is TaskState.ACCEPTED

    def test_keeps_the_version_its_figures_and_who_sees_them(self):
        text = TWO_SIDES.replace("{mass: {type: quantity, unit: t/a}}",
                                 "{mass: {type: quantity, unit: t/a}, cost: {type: money, currency: EUR, "
                                 "visible_to: own}}")
        story = begin(text).submit("stream", mass=12, cost=7)
        version, = rows(story, "contribution")
        assert (version["number"], version["round"], version["person"]) == (1, 1, champion(1))
        assert {row["path"]: (row["value"], row["sees"] & bit(2) != 0) for row in rows(story, "figure")} == {
            "figures.stream.mass": (12, True), "figures.stream.cost": (7, False)}

    def test_every_version_has_the_next_number(self):
        story = begin().submit("stream").take_back("stream").submit("stream")
        assert story.task("stream").number == 2
        story.accept("stream", "taker").give("need").agree("picture").go("to_trial").go("wrong").submit("stream")
        assert (story.task("stream").number, story.task("stream").round) == (3, 2)

    def test_only_the_newest_figures_count(self):
        story = begin().submit("stream", mass=12).take_back("stream").submit("stream", mass=13)
        assert [figure.value for figure in story.facts.values("figures.stream.mass")] == [13]

    def test_counts_what_is_not_available(self):
        task = begin().submit("stream", mass="not available").task("stream")
        assert (task.fields, task.given, [*task.absent]) == (1, 0, ["mass"])

    def test_a_dated_row_is_owed_by_who_is_named_and_by_nobody_else(self):
        story = begin(OWED)
        with pytest.raises(Invalid, match="duty.nobodys") as refused:
            story.submit("stream", rows=(row("Somebody Ltd"),))
        assert (refused.value.values["field"], refused.value.values["name"]) == ("rows", "Somebody Ltd")
        counted = {("stream", 1): (1, {"rows": Answer((row("Somebody Ltd"), row("TAKER")))})}
        assert composing.duties(story.facts, counted) == (NewDuty(2, "Wash", date(2028, 3, 1), "quantity"),)
        assert story.submit("stream", rows=(row("taker"),)).task("stream").number == 1

    def test_the_parties_are_offered_where_a_row_asks_who_owes_it(self):
        facts = begin(OWED).facts
        found = owing.offered(facts, "stream")
        assert found.columns == {("rows", "who")} and found.parties == tuple(party.name for party in facts.present)
        assert all(found.knows(word) for word in (*found.parties, "taker", " TAKER")) and not found.knows("Somebody")
        assert not owing.offered(facts, "need").columns

    def test_who_is_not_bound_by_the_contract_owes_no_row_of_it_and_is_not_offered(self):
        story = begin(OWED, carrier=1)
        found = owing.offered(story.facts, "stream")
        assert found.bound == ("giver", "taker") and "carrier" in found.parties and not found.knows("carrier")
        with pytest.raises(Invalid, match="duty.nobodys") as refused:
            story.submit("stream", rows=(row("carrier"),))
        assert refused.value.values["parties"] == (1, 2)
        counted = {("stream", 1): (1, {"rows": Answer((row("carrier"),))})}
        assert composing.duties(story.facts, counted) == ()

    def test_old_words_that_name_nobody_are_missing_in_the_contract(self):
        facts, counted = begin(OWED).facts, {("stream", 1): (1, {"rows": Answer((row("Somebody Ltd"),))})}
        value = composing.value_of("figures.stream.rows", facts, counted, None, "en")
        assert value.missing_reason == "'Somebody Ltd' is no party that the contract binds"

    def test_ends_waiting_for_somebody_outside(self):
        story = begin()
        waiting = replace(story.task("stream"), outsider="lab", outside_until=date(2028, 1, 1))
        story.facts = story.facts.with_task(waiting)
        task = story.submit("stream").task("stream")
        assert (task.outsider, task.outside_until) == (None, None)

    def test_a_file_is_a_document_and_its_next_version(self):
        text = TWO_SIDES.replace("need: {of: taker, accepted_by: giver}",
                                 "need: {of: taker, fields: {report: {type: file}}}")
        story = begin(text).submit("need", report="a")
        document, = story.facts.documents
        assert (document.path, document.party, document.newest) == ("figures.need.report", 2, 1)
        anew = story.give("stream").agree("picture").go("to_trial").go("wrong")
        anew.facts = anew.facts.with_task(replace(anew.task("need"), state=TaskState.OPEN))
        assert [one.newest for one in anew.submit("need", report="b").facts.documents] == [2]

    @pytest.mark.parametrize("person", [signatory(1), 14, champion(2), MANAGER, FACILITATOR])
    def test_is_for_the_party_asked(self, person):
        with pytest.raises(Forbidden) as refused:
            begin().submit("stream", person=person)
        assert set(refused.value.values["persons"]) == {11, 13}

    def test_is_for_a_signatory_who_is_asked(self):
        story = begin()
        story.facts = story.facts.with_task(replace(story.task("stream"), asked=signatory(1)))
        assert story.submit("stream", person=signatory(1)).task("stream").number == 1

    def test_on_what_one_saw(self):
        story = begin().submit("stream").take_back("stream")
        with pytest.raises(Conflict, match="contribution.changed"):
            story.submit("stream", seen=0)

    def test_on_the_draft_one_saw(self):
        story = begin()
        story.facts = replace(story.facts, drafts={("stream", 1): 3})
        with pytest.raises(Conflict, match="draft.changed"):
            story.submit("stream")

    def test_once(self):
        with pytest.raises(Conflict, match="contribution.not_open"):
            begin().submit("stream").submit("stream")

    def test_not_before_what_it_follows(self):
        with pytest.raises(Refused) as refused:
            begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, after: [stream],")).submit("need")
        assert [one.code for one in refused.value.reasons] == ["task.must_follow"]

    def test_not_with_open_fields(self):
        with pytest.raises(Invalid, match="contribution.incomplete") as refused:
            begin().submit("stream", mass=False)
        assert refused.value.values == {"field": "mass", "fields": ("mass",)}

    def test_not_what_was_never_asked(self):
        with pytest.raises(Conflict, match="task.not_begun_yet"):
            begin().act(Submit("batch", 2, 0, 0, {}), champion(2))

    def test_not_what_lapsed(self):
        story = begin(carrier=1).to_trial().leave("carrier")
        with pytest.raises(Conflict, match="task.lapsed"):
            story.act(Submit("haul", 3, 0, 0, {}), champion(1))

    def test_not_on_hold_nor_afterwards(self):
        for code, change in (("project.on_hold", {"hold_until": date(2027, 9, 1)}),
                             ("project.ended", {"ended_at": begin().facts.now, "outcome": "declined"})):
            story = begin()
            story.facts = story.facts.with_project(**change)
            with pytest.raises(Conflict, match=code):
                story.submit("stream")


class TestTakeBack:
    def test_opens_it_again(self):
        assert begin().submit("stream").take_back("stream").task("stream").state is TaskState.OPEN

    def test_not_once_it_counts(self):
        with pytest.raises(Conflict, match="contribution.not_submitted"):
            begin().give("stream").take_back("stream")

    def test_not_by_others(self):
        with pytest.raises(Forbidden):
            begin().submit("stream").act(TakeBack("stream", 1, 1), champion(2))


class TestAcceptAndReturn:
    def test_is_for_the_seat_named(self):
        story = begin().submit("stream")
        for person in (champion(1), signatory(1), 23, 24, MANAGER, FACILITATOR):
            with pytest.raises(Forbidden) as refused:
                story.act(Accept("stream", 1, 1), person)
            assert set(refused.value.values["persons"]) == {21, 22}
        assert story.act(Accept("stream", 1, 1), signatory(2)).task("stream").state is TaskState.ACCEPTED

    def test_of_what_nobody_accepts_nobody_can(self):
        story = begin().to_trial().submit("batch")
        for request in (Accept("batch", 2, 1), Return("batch", 2, 1, REASON)):
            with pytest.raises(Forbidden) as refused:
                story.act(request, champion(1))
            assert refused.value.values["persons"] == ()

    def test_who_may_not_learns_nothing_of_its_state(self):
        with pytest.raises(Forbidden):
            begin().act(Accept("stream", 1, 7), champion(1))

    @pytest.mark.parametrize("request_", [Accept("stream", 1, 0), Return("stream", 1, 0, REASON)])
    def test_on_the_version_one_saw(self, request_):
        with pytest.raises(Conflict, match="contribution.changed"):
            begin().submit("stream").act(request_, champion(2))

    def test_once(self):
        with pytest.raises(Conflict, match="contribution.not_submitted"):
            begin().give("stream").accept("stream", "taker")

    def test_returning_says_why(self):
        task = begin().submit("stream").send_back("stream", "taker").task("stream")
        assert (task.state, task.reason) == (TaskState.RETURNED, REASON)
        with pytest.raises(Invalid, match="reason.short"):
            begin().submit("stream").send_back("stream", "taker", reason="  no         ")

    def test_the_reason_is_personal_the_rest_is_not(self):
        change = begin().submit("stream").send_back("stream", "taker").change
        assert change.personal == {"reason": REASON}
        assert REASON not in str(change.details)
        assert change.party == 2

    def test_the_reason_is_read_by_who_may_see_what_it_is_about(self):
        text = TWO_SIDES.replace("stream: {of: giver,", "stream: {of: giver, visible_to: [taker],")
        both = bit(1) | bit(2)
        returned = begin(text, carrier=1).submit("stream").send_back("stream", "taker")
        assert returned.change.sees == both
        answered = returned.submit("stream", reply="It is one site.").change
        assert (answered.sees, answered.personal) == (both, {"reply": "It is one site."})
        again = begin(text, carrier=1).give("stream").act(Reopen("stream", 1, 1, REASON), champion(2))
        assert again.change.sees == both

    def test_not_while_its_stage_rests(self):
        text = TWO_SIDES.replace("batch: {of: taker}", "batch: {of: taker, accepted_by: giver}")
        story = begin(text).to_trial().submit("batch").go("wrong")
        with pytest.raises(Conflict, match="task.not_begun_yet"):
            story.accept("batch", "giver")
