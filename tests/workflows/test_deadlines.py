"""What is due when, and which reminders follow."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendars import Calendar, add_working_days, at, local_day
from workflows.deadlines import MOST, due, reminders
from workflows.definition import Due, ReminderRule

MADRID = Calendar("Europe/Madrid")
SEOUL = Calendar("Asia/Seoul", holidays=frozenset({date(2026, 11, 12)}))
ENTERED = datetime(2026, 11, 9, 8, tzinfo=UTC)  # a Monday
OPENED = datetime(2026, 11, 2, 8, tzinfo=UTC)
LADDER = [
    ReminderRule(on="task_due", at=[-7, -2, 0]),
    ReminderRule.model_validate({"on": "task_overdue", "every": 3, "most": 3, "then": {"after": 2, "to": "champion"}}),
    ReminderRule(on="decision_due", at=[-1]),
]


def when(rule: dict, *, accepted=None, target=None, calendars=(MADRID,), entered=ENTERED):
    return due(Due(**rule), stage_entered=entered, project_opened=OPENED, accepted=accepted or {}, target=target,
               calendars=calendars)


class TestDue:
    def test_ends_with_the_working_day_of_the_party_asked(self):
        assert when({"days": 3}) == datetime(2026, 11, 12, 16, tzinfo=UTC)
        assert when({"days": 3}, calendars=[Calendar("Europe/Madrid", end=time(18, 30))]).hour == 17

    def test_counts_the_days_on_which_all_work(self):
        assert when({"days": 3}, calendars=[MADRID, SEOUL]) == datetime(2026, 11, 13, 16, tzinfo=UTC)
        assert when({"days": 3}, calendars=[SEOUL, MADRID]) == datetime(2026, 11, 13, 8, tzinfo=UTC)

    def test_after_the_opening_of_the_project(self):
        assert when({"days": 1, "after": "project"}) == datetime(2026, 11, 3, 16, tzinfo=UTC)

    def test_after_a_task_there_is_no_date_until_it_is_accepted(self):
        rule = {"days": 2, "after": "task:report"}
        assert when(rule) is None
        assert when(rule, accepted={"report": datetime(2026, 11, 13, 15, tzinfo=UTC)}) == \
            datetime(2026, 11, 17, 16, tzinfo=UTC)

    def test_before_the_agreed_day_of_signing(self):
        assert when({"days": 2, "before": "target"}) is None
        assert when({"days": 2, "before": "target"}, target=date(2026, 12, 1)) == datetime(2026, 11, 27, 16, tzinfo=UTC)

    def test_nobody_is_late_from_the_first_minute(self):
        evening = datetime(2026, 11, 13, 21, tzinfo=UTC)
        assert when({"days": 0}, entered=evening) == datetime(2026, 11, 16, 16, tzinfo=UTC)


class TestReminders:
    def planned(self, rules=LADDER, matter="task", zone="Europe/Madrid"):
        return reminders(rules, matter, datetime(2026, 11, 20, 16, tzinfo=UTC), [MADRID], zone=zone)

    def test_ladder(self):
        assert [(one.kind, one.occurrence.isoformat(), one.to) for one in self.planned()] == [
            ("due_soon", "2026-11-11", "asked"), ("due_soon", "2026-11-18", "asked"),
            ("due_today", "2026-11-20", "asked"),
            ("overdue", "2026-11-25", "asked"), ("overdue", "2026-11-30", "asked"), ("overdue", "2026-12-03", "asked"),
            ("escalation", "2026-12-07", "champion")]

    def test_the_last_reminder_announces_the_escalation(self):
        *_, before, last, escalation = self.planned()
        assert before.announces_escalation is None
        assert last.announces_escalation == escalation.occurrence

    def test_mornings_are_those_of_the_person_asked(self):
        for zone in ("Europe/Madrid", "Asia/Seoul", "America/Los_Angeles"):
            assert {one.due_at.astimezone(ZoneInfo(zone)).time() for one in self.planned(zone=zone)} == {time(9)}

    def test_no_morning_of_before_it_is_due_comes_after_it(self):
        """Closing time in Madrid is after midnight in Seoul; what is due on a Saturday is done by Friday."""
        friday, saturday = (datetime(2026, 11, day, 16, tzinfo=UTC) for day in (20, 21))
        for zone, due_at in (("Asia/Seoul", friday), ("Europe/Madrid", saturday), ("Asia/Seoul", saturday)):
            found = reminders(LADDER, "task", due_at, [MADRID], zone=zone)
            before = [one for one in found if one.kind in ("due_soon", "due_today")]
            assert before[-1].occurrence == date(2026, 11, 20) and before[-1].due_at < due_at
            assert "due_today" not in {one.kind for one in before}
            assert all(one.due_at > due_at for one in found if one not in before)

    def test_only_rules_of_the_matter(self):
        assert [one.rule for one in self.planned(matter="decision")] == [2]
        assert self.planned(matter="signature") == ()

    def test_two_rules_do_not_write_twice_on_one_day(self):
        twice = [ReminderRule(on="task_due", at=[-2, 0]), ReminderRule(on="task_due", at=[-2, -1])]
        assert [one.occurrence.day for one in self.planned(twice)] == [18, 19, 20]

    @given(st.lists(st.integers(-400, 400), min_size=1, max_size=60), st.integers(0, 30))
    def test_capped_in_order_and_on_working_days(self, at, wait):
        rule = ReminderRule.model_validate({"on": "task_due", "at": at, "then": {"after": wait, "to": "champion"}})
        planned = self.planned([rule])
        assert len(planned) <= MOST + 1
        assert all(one.due_at <= other.due_at for one, other in pairwise(planned))
        assert all(add_working_days(one.occurrence, 0, [MADRID]) == one.occurrence for one in planned)


# P-12: days and nights that are not like others. (The day that Apia left out is in test_calendars.)
ODD = {
    "Europe/Berlin": [date(2027, 3, 28), date(2027, 10, 31)],
    "America/New_York": [date(2027, 3, 14), date(2027, 11, 7)],
    "Pacific/Apia": [date(2027, 1, 1), date(2028, 2, 29)], "Pacific/Kiritimati": [date(2027, 12, 31)],
    "Australia/Lord_Howe": [date(2027, 4, 4), date(2027, 10, 3)], "Africa/Casablanca": [date(2027, 2, 7)],
    "Asia/Kathmandu": [date(2028, 2, 29), date(2029, 2, 28)], "UTC": [date(2027, 12, 31), date(2028, 2, 29)],
}
EVERY_DAY = frozenset(range(7))


@pytest.mark.parametrize(("zone", "odd"), [(zone, day) for zone, days in ODD.items() for day in days])
class TestOddDays:
    def test_a_deadline_is_the_closing_hour_there_and_never_before_it(self, zone, odd):
        own = Calendar(zone, working_days=EVERY_DAY)
        for start in (odd + timedelta(days=days) for days in range(-4, 3)):
            for hour in range(0, 24, 3):
                entered = datetime.combine(start, time(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)
                for days in range(4):
                    found = when({"days": days}, calendars=[own], entered=entered)
                    local = found.astimezone(ZoneInfo(zone))
                    assert local.time() == own.end
                    assert found > entered
                    late = days == 0 and entered >= datetime.combine(
                        local_day(entered, zone), own.end, tzinfo=ZoneInfo(zone)).astimezone(UTC)
                    assert local.date() == local_day(entered, zone) + timedelta(days=days + late)

    def test_each_reminder_comes_once_on_its_own_morning(self, zone, odd):
        own = Calendar(zone, working_days=EVERY_DAY)
        rules = [ReminderRule(on="task_due", at=[-3, -2, -1, 0]), ReminderRule(on="task_overdue", every=1, most=4)]
        until = datetime.combine(odd, own.end, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        planned = reminders(rules, "task", until, [own], zone=zone)
        assert len({(one.rule, one.occurrence) for one in planned}) == len(planned) == 8
        for one in planned:
            local = one.due_at.astimezone(ZoneInfo(zone))
            assert local.time() == time(9) and one.due_at.tzinfo is UTC
            assert local.date() == one.occurrence
        assert [one.due_at for one in planned] == sorted({one.due_at for one in planned})
        assert {later.occurrence - earlier.occurrence for earlier, later in pairwise(planned)} == {timedelta(days=1)}

    def test_an_hour_that_is_left_out_or_comes_twice_is_one_moment(self, zone, odd):
        for hour in range(24):
            for minute in (0, 30):
                found = at(odd, time(hour, minute), zone)
                assert found.tzinfo is UTC
                assert found <= at(odd, time(23, 59), zone)
        moments = [at(odd, time(hour, minute), zone) for hour in range(24) for minute in (0, 30)]
        assert moments == sorted(moments)
