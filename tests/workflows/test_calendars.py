"""Working days of one and of several organisations, and the hours that come twice or never."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflows.calendars import (
    Calendar,
    NoCommonDay,
    add_working_days,
    at,
    is_working,
    local_day,
    working_days_between,
)

BERLIN = Calendar("Europe/Berlin", holidays=frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)}))
SEOUL = Calendar("Asia/Seoul", holidays=frozenset({date(2026, 12, 28)}))
DUBAI = Calendar("Asia/Dubai", working_days=frozenset({6, 0, 1, 2, 3}))

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
counts = st.integers(-300, 300)
calendars = st.lists(
    st.builds(Calendar, st.just("UTC"), st.frozensets(st.integers(0, 6), min_size=5),
              st.frozensets(st.dates(date(2025, 1, 1), date(2027, 1, 1)), max_size=20)), max_size=3)


class TestWorkingDays:
    def test_a_day_counts_only_where_all_work(self):
        assert is_working(date(2026, 12, 28), [BERLIN])
        assert not is_working(date(2026, 12, 28), [BERLIN, SEOUL])
        assert not is_working(date(2026, 11, 27), [BERLIN, DUBAI])  # a Friday

    def test_over_the_turn_of_the_year(self):
        assert add_working_days(date(2026, 12, 23), 2, [BERLIN]) == date(2026, 12, 28)
        assert add_working_days(date(2026, 12, 23), 2, [BERLIN, SEOUL]) == date(2026, 12, 29)

    def test_backwards(self):
        assert add_working_days(date(2026, 11, 9), -1, [BERLIN]) == date(2026, 11, 6)
        assert add_working_days(date(2026, 11, 8), -1, [BERLIN]) == date(2026, 11, 6)

    def test_nought_is_the_day_itself_or_the_next_working_one(self):
        assert add_working_days(date(2026, 11, 6), 0, [BERLIN]) == date(2026, 11, 6)
        assert add_working_days(date(2026, 11, 7), 0, [BERLIN]) == date(2026, 11, 9)

    def test_calendars_without_a_common_day_say_so(self):
        weekend = Calendar("UTC", working_days=frozenset({5, 6}))
        with pytest.raises(NoCommonDay, match="no common working day"):
            add_working_days(date(2026, 1, 1), 1, [BERLIN, weekend])

    @given(days, counts, calendars)
    def test_between_undoes_add(self, start, count, many):
        end = add_working_days(start, count, many)
        assert is_working(end, many)
        if count:
            assert working_days_between(start, end, many) == count

    @given(days, counts, counts, calendars)
    def test_two_steps_are_one(self, start, one, other, many):
        assume(one * other > 0)
        assert add_working_days(add_working_days(start, one, many), other, many) == \
            add_working_days(start, one + other, many)

    @given(days, st.integers(0, 300), calendars, calendars)
    def test_another_calendar_never_brings_a_day_nearer(self, start, count, some, others):
        assume(frozenset(range(7)).intersection(*(one.working_days for one in some + others)))
        assert add_working_days(start, count, some + others) >= add_working_days(start, count, some)


class TestInstants:
    def test_the_hour_that_never_comes_is_its_end(self):
        assert at(date(2026, 3, 29), time(2, 30), "Europe/Berlin") == datetime(2026, 3, 29, 1, tzinfo=UTC)

    def test_the_hour_that_comes_twice_is_the_first(self):
        assert at(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_a_skipped_day_is_the_day_after(self):
        """Samoa had no 30 December 2011."""
        assert at(date(2011, 12, 30), time(9), "Pacific/Apia") == datetime(2011, 12, 30, 10, tzinfo=UTC)

    def test_a_moment_is_two_dates(self):
        moment = datetime(2026, 11, 20, 20, tzinfo=UTC)
        assert local_day(moment, "America/New_York") == date(2026, 11, 20)
        assert local_day(moment, "Asia/Seoul") == date(2026, 11, 21)

    @given(days, st.times(), st.sampled_from(["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]))
    def test_what_clocks_show_is_never_before_what_was_asked(self, day, clock, zone):
        moment = at(day, clock, zone)
        shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        asked = datetime.combine(day, clock)
        assert asked <= shown <= asked + timedelta(hours=1)
        assert moment.tzinfo is UTC
