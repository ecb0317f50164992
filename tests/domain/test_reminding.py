"""Of what people are reminded, and when that ends."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from cocreate.domain import reminding
from tests.support.facts import MONDAY, TWO_SIDES, Story, begin, champion, definition, facts_of, signatory

GIVER, TAKER = champion(1), champion(2)
SIGNS, ALSO = signatory(1), signatory(2)


class TestReminders:
    def planned(self, story: Story) -> dict[str, list]:
        found: dict[str, list] = {}
        for row in story.plan()[1]:
            found.setdefault(row["subject"], []).append(row)
        return found

    def test_are_planned_with_what_is_asked(self):
        story = begin()
        planned = self.planned(story)
        assert set(planned) == {"task:stream:1", "task:need:2"}
        rows = [(row["recipient"], row["kind"], row["occurrence"].isoformat()) for row in planned["task:stream:1"]]
        assert rows == [(GIVER, "due_soon", "2027-03-04"), (GIVER, "due_today", "2027-03-08"),
                        (GIVER, "overdue", "2027-03-11"), (GIVER, "overdue", "2027-03-16"),
                        (GIVER, "escalation", "2027-03-18")]

    def test_of_whom_nobody_knows_the_zone_keep_to_the_mornings_of_the_host(self):
        text = TWO_SIDES.replace("- {\"on\": task_due,", "- {\"on\": invitation_open, at: [3]}\n  - {\"on\": task_due,")
        story = begin(text)
        story.facts = replace(story.facts, calendars=(replace(story.facts.calendars[0], zone="Asia/Seoul"),))
        rows = self.planned(story.invite(77, "taker", "contributor"))["member:77"]
        assert {row["due_at"].astimezone(ZoneInfo("Asia/Seoul")).hour for row in rows} == {9}

    def test_never_for_the_past(self):
        text = TWO_SIDES.replace("stream: {of: giver,", "stream: {of: giver, due: {days: 1},")
        rows = self.planned(begin(text))["task:stream:1"]
        assert all(row["due_at"] > begin(text).facts.now for row in rows)
        assert "due_soon" not in {row["kind"] for row in rows}

    def test_not_soon_on_the_day_on_which_somebody_is_asked(self):
        text = TWO_SIDES.replace("need: {of: taker,", """ready: {of: [taker], kind: assessment, due: {days: 3},
              statements: {trust: {text: We trust each other.}}}
      need: {of: taker,""")
        story = Story(replace(facts_of(definition(text)), now=MONDAY - timedelta(hours=2))).open()
        story.invite(77, "taker", "contributor").wait(days=1).come(77)
        first = {row["recipient"]: row["occurrence"] for row in reversed(self.planned(story)["task:ready:2"])}
        assert first == {TAKER: date(2027, 3, 2), 23: date(2027, 3, 2), 77: date(2027, 3, 4)}

    def test_end_with_what_they_are_about(self):
        story = begin().submit("stream")
        assert story.plan()[0] == ("task:stream:1",)
        assert "task:stream:1" not in self.planned(story)
        assert set(self.planned(story.send_back("stream", "taker"))) == {"task:stream:1"}

    def test_of_a_decision_go_to_who_signs(self):
        story = begin().give("stream").give("need")
        rows = self.planned(story)
        assert {key: {row["recipient"] for row in found} for key, found in rows.items()} == {
            "decision:picture:1": {SIGNS}, "decision:picture:2": {ALSO}}
        assert story.decide("picture", "giver").plan()[0] == ("decision:picture:1",)

    def test_of_a_signature_keep_to_their_date_when_it_has_passed(self):
        story = begin().to_signature()
        due = reminding.owed(story.facts)["signature:1:2"].due_at
        story.wait(days=30).sign("giver")
        assert set(reminding.owed(story.facts)) == {"signature:1:2"}
        assert reminding.owed(story.facts)["signature:1:2"].due_at == due
        assert story.plan()[0] == ("signature:1:1",)

    def test_follow_a_task_that_is_passed_on(self):
        story = begin()
        story.consequence(story.facts.with_task(replace(story.task("stream"), asked=13)))
        assert story.plan()[0] == ("task:stream:1",)
        to = {(row["kind"], row["recipient"]) for row in self.planned(story)["task:stream:1"]}
        assert ("overdue", 13) in to
        assert ("escalation", GIVER) in to
        assert ("overdue", GIVER) not in to

    def test_an_escalation_follows_a_new_champion(self):
        story = begin()
        story.consequence(story.facts.with_task(replace(story.task("stream"), asked=13)))
        new = replace(story.facts.member(14), parts=frozenset({"champion"}))
        old = replace(story.facts.member(GIVER), parts=frozenset({"contributor"}))
        story.consequence(story.facts.with_member(new).with_member(old))
        assert {row["recipient"] for row in self.planned(story)["task:stream:1"] if row["kind"] == "escalation"} == {14}

    def test_not_of_what_cannot_begin_yet(self):
        story = begin(TWO_SIDES.replace("need: {of: taker,", "need: {of: taker, after: [stream],"))
        assert "task:need:2" not in self.planned(story)
        assert "task:need:2" in self.planned(story.give("stream"))

    def test_none_while_on_hold_and_all_again_afterwards(self):
        facts = begin().facts
        held = facts.with_project(hold_until=date(2027, 9, 1))
        assert reminding.owed(held) == {}
        assert set(reminding.plan(facts, held)[0]) == {"task:stream:1", "task:need:2"}
        assert reminding.plan(facts, held)[1] == ()
        assert {row["subject"] for row in reminding.plan(held, facts)[1]} == {"task:stream:1", "task:need:2"}

    def test_none_after_the_end(self):
        facts = begin().facts
        after = facts.with_project(stage="declined", ended_at=facts.now)
        ended, planned = reminding.plan(facts, after)
        assert (set(ended), planned) == ({"task:stream:1", "task:need:2"}, ())

    def test_none_of_a_stage_that_rests(self):
        story = begin().to_terms().go("anew")
        assert set(reminding.owed(story.facts)) == {"task:stream:1"}

    def test_nothing_new_is_planned_when_nothing_changed(self):
        facts = begin().facts
        later = replace(facts, now=facts.now + timedelta(hours=1))
        assert reminding.plan(facts, later) == ((), ())
