"""Values come back from both databases as they were, and a reference is hard to guess."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select, text
from sqlalchemy.exc import StatementError

from cocreate.db import Exact, Utc, db, moment, new_ref
from tests.support.clock import NOON

few = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


zones = st.timedeltas(min_value=timedelta(hours=-14), max_value=timedelta(hours=14)).map(
    lambda by: timezone(timedelta(minutes=by // timedelta(minutes=1))))


moments = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2199, 12, 30), timezones=zones)  # noqa: DTZ001


numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal(-10) ** 30, max_value=Decimal(10) ** 30)


class TestUtc:
    @few
    @given(moments)
    def test_comes_back_to_the_microsecond(self, connection, value):
        back = through(connection, value, Utc())
        assert back == value
        assert back.utcoffset() == timedelta(0)

    def test_none(self, connection):
        assert through(connection, None, Utc()) is None

    def test_a_moment_without_a_zone_is_refused(self, connection):
        with pytest.raises(StatementError, match="without a zone"):
            through(connection, datetime(2027, 3, 1), Utc())  # noqa: DTZ001

    @few
    @given(st.lists(moments, min_size=2, max_size=8, unique=True))
    def test_order_is_that_of_time(self, connection, values):
        rows = " UNION ALL ".join(f"SELECT {sql(connection, value)} AS at" for value in values)
        back = connection.execute(text(f"SELECT at FROM ({rows}) AS t ORDER BY at")).scalars()  # noqa: S608
        assert [moment(value) for value in back] == sorted(values)

    @pytest.mark.parametrize("written", ["2027-03-01T12:00:00+00:00", "2027-03-01T13:00:00+01:00",
                                         "2027-03-01T12:00:00.000000+00:00", "2027-03-01T21:00:00.0+09:00",
                                         1803902400000000, NOON])
    def test_out_of_json(self, written):
        assert moment(written) == NOON
        assert moment(written).tzinfo is UTC


class TestExact:
    @few
    @given(numbers)
    def test_comes_back_digit_for_digit(self, connection, value):
        back = through(connection, value, Exact())
        assert back == value
        assert format(back, "f") == format(value, "f").replace("-0", "0", 1 if not value else 0)

    @pytest.mark.parametrize("digits", ["0.10", "1.000", "1E+3", "0E-10", "12345678901234567890.12345678901234567890"])
    def test_no_digit_more_or_less(self, connection, digits):
        assert format(through(connection, Decimal(digits), Exact()), "f") == format(Decimal(digits), "f")

    def test_none(self, connection):
        assert through(connection, None, Exact()) is None


class TestRef:
    def test_ten_thousand_differ(self):
        refs = {new_ref() for _ in range(10_000)}
        assert len(refs) == 10_000
        assert {len(ref) for ref in refs} == {26}
        assert set("".join(refs)) == set("0123456789abcdefghjkmnpqrstvwxyz")

    def test_every_letter_of_one_is_drawn(self):
        refs = [new_ref() for _ in range(1_000)]  # that one of 32 never comes up at a place: once in 10^10 runs
        assert all(len({ref[place] for ref in refs}) == 32 for place in range(26))


def through(connection, value, type_):
    """As it comes out of the database."""
    return connection.execute(select(literal(value, type_))).scalar()


def sql(connection, value):
    if connection.dialect.name == "postgresql":
        return f"TIMESTAMP WITH TIME ZONE '{value.isoformat()}'"
    return str(Utc().process_bind_param(value, connection.dialect))


@pytest.fixture
def connection(app):
    with app.app_context(), db.engine.connect() as connection:
        yield connection
