"""Sessions that end when their row says so; links that work once; the second step."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select, update

from cocreate.errors import Ended, Invalid, TooOften
from cocreate.models.hosts import Host, HostMember
from cocreate.models.people import Person, RecoveryCode, SignIn, Token
from cocreate.services import hashing, second_steps, sign_ins
from cocreate.services.sign_ins import Device
from tests.support.clock import NOON
from tests.support.people import HERE, PASSWORD, last_secret, mails_to, someone

MINUTE = timedelta(minutes=1)
ELSEWHERE = Device("Safari on iPhone", "198.51.100.4")


class TestSession:
    def test_its_token_has_256_bits_and_is_nowhere_in_the_database(self, session, anna):
        token = signed_in(session, anna)
        assert len(token) == 43
        assert session.scalar(select(func.count()).where(SignIn.token_sha256 == token)) == 0
        assert session.scalar(select(SignIn.token_sha256).where(SignIn.person_id == anna.id)) == hashing.digest(token)

    def test_tells_who_and_with_which_roles(self, session, anna):
        host = Host(ref=f"h{anna.id}".ljust(26, "0"), name="Philips", created_at=NOON)
        session.add(host)
        session.flush()
        session.add_all([HostMember(host_id=host.id, person_id=anna.id, role="administrator", since=NOON, left_at=NOON),
                         HostMember(host_id=host.id, person_id=anna.id, role="account_manager", since=NOON)])
        session.flush()
        me = sign_ins.find(session, signed_in(session, anna), NOON)
        assert (me.id, me.email, me.roles) == (anna.id, anna.email, ((host.id, "account_manager"),))
        assert me.is_("account_manager") and me.is_("account_manager", host.id)
        assert not me.is_("administrator") and not me.is_("account_manager", host.id + 1)

    def test_ends_after_half_an_hour_without_use(self, session, anna):
        token = signed_in(session, anna)
        assert sign_ins.find(session, token, NOON + 29 * MINUTE)
        assert sign_ins.find(session, token, NOON + 30 * MINUTE) is None

    def test_goes_on_while_it_is_used_but_not_over_twelve_hours(self, session, anna):
        token = signed_in(session, anna)
        now = NOON
        while now < NOON + timedelta(hours=12) - 20 * MINUTE:
            now += 20 * MINUTE
            me = sign_ins.find(session, token, now)
            if me is None:
                break
            sign_ins.touch(session, me, now)
        assert now == NOON + timedelta(hours=12) - 20 * MINUTE or me is None
        assert sign_ins.find(session, token, NOON + timedelta(hours=12)) is None

    def test_a_new_one_ends_the_one_of_the_same_browser(self, session, anna):
        before = signed_in(session, anna)
        sign_ins.begin(session, anna.id, method="password", device=HERE, now=NOON, instead_of=hashing.digest(before))
        assert sign_ins.find(session, before, NOON) is None

    def test_renewing_leaves_the_old_token_worth_nothing_and_the_twelve_hours_running(self, session, anna):
        before = signed_in(session, anna)
        token = sign_ins.renew(session, hashing.digest(before), NOON + 20 * MINUTE, proved=True)
        assert sign_ins.find(session, before, NOON + 20 * MINUTE) is None
        assert sign_ins.find(session, token, NOON + 21 * MINUTE).proved
        assert session.scalar(select(SignIn.created_at).where(SignIn.person_id == anna.id)) == NOON

    def test_nobody_ends_the_session_of_somebody_else(self, session, anna):
        token, tom = signed_in(session, anna), someone(session)
        sign_ins.end(session, tom.id, hashing.digest(token), NOON)
        assert sign_ins.find(session, token, NOON)

    def test_devices_are_listed_and_ended_one_by_one(self, session, anna):
        here, there = signed_in(session, anna), signed_in(session, anna, ELSEWHERE)
        me = sign_ins.find(session, here, NOON)
        assert [(row.device, row.mine) for row in sign_ins.devices(session, me, NOON)] == [
            (HERE.name, True), (ELSEWHERE.name, False)]
        sign_ins.end(session, anna.id, hashing.digest(there), NOON)
        assert sign_ins.find(session, there, NOON) is None
        assert [row.mine for row in sign_ins.devices(session, me, NOON)] == [True]

    def test_old_ones_are_forgotten(self, session, anna):
        token = signed_in(session, anna)
        sign_ins.end(session, anna.id, hashing.digest(token), NOON)
        sign_ins.forget(session, NOON + sign_ins.KEPT)
        assert count(session, SignIn, anna) == 1
        sign_ins.forget(session, NOON + sign_ins.KEPT + MINUTE)
        assert count(session, SignIn, anna) == 0


class TestNewDevice:
    def test_the_owner_is_told(self, session, anna):
        signed_in(session, anna)
        signed_in(session, anna, ELSEWHERE)
        [(kind, values)] = mails_to(session, anna.id)
        assert (kind, values["device"]) == ("new_sign_in", ELSEWHERE.name)

    def test_the_first_and_the_known_are_no_news(self, session, anna):
        signed_in(session, anna)
        signed_in(session, anna)
        assert mails_to(session, anna.id) == []

    def test_where_a_code_is_asked_it_is_news_once_the_code_was_right(self, session, anna):
        secret = enrolled(session, anna)
        before = len(mails_to(session, anna.id))
        half = sign_ins.find(session, signed_in(session, anna, ELSEWHERE), NOON)
        assert len(mails_to(session, anna.id)) == before
        second_steps.pass_step(session, half, code(secret, NOON + MINUTE), now=NOON + MINUTE)
        assert mails_to(session, anna.id)[-1][0] == "new_sign_in"


class TestLink:
    def test_opens_a_session_that_may_not_decide(self, session, anna):
        token = sign_ins.begin_by_link(session, link(session, anna), device=HERE, now=NOON)
        me = sign_ins.find(session, token, NOON)
        assert (me.id, me.method, me.proved, me.complete) == (anna.id, "link", False, True)

    def test_works_once(self, session, anna):
        secret = link(session, anna)
        sign_ins.begin_by_link(session, secret, device=HERE, now=NOON)
        with pytest.raises(Ended, match="link"):
            sign_ins.begin_by_link(session, secret, device=HERE, now=NOON)

    def test_lives_ten_minutes(self, session, anna):
        secret = link(session, anna)
        assert sign_ins.whose(session, secret, "sign_in", NOON + 9 * MINUTE)
        with pytest.raises(Ended, match="link"):
            sign_ins.begin_by_link(session, secret, device=HERE, now=NOON + 10 * MINUTE)

    def test_looking_at_it_uses_nothing_up_and_hides_the_address(self, session, anna):
        secret = link(session, anna)
        assert sign_ins.whose(session, secret, "sign_in", NOON) == "p***@wmata.example"
        sign_ins.begin_by_link(session, secret, device=HERE, now=NOON)

    def test_whatever_is_wrong_the_answer_is_the_same(self, session, anna, query_counter):
        reset = sign_ins.issue(session, anna.id, "reset", until=NOON + MINUTE, now=NOON)
        expired = sign_ins.issue(session, anna.id, "sign_in", until=NOON, now=NOON)
        newest = sign_ins.issue(session, anna.id, "sign_in", until=NOON + MINUTE, now=NOON)
        sign_ins.use_up(session, newest, "sign_in", NOON)
        answers = set()
        for secret in (reset, expired, newest, "", "x" * 43, "\ud800"):
            with query_counter() as counted, pytest.raises(Ended) as refused:
                sign_ins.use_up(session, secret, "sign_in", NOON)
            answers.add((refused.value.code, *refused.value.values.items(), *counted.statements))
        assert len(answers) == 1

    def test_only_its_hash_is_stored(self, session, anna):
        secret = link(session, anna)
        stored = session.execute(select(Token).where(Token.person_id == anna.id)).scalar_one()
        assert secret not in "".join(str(getattr(stored, column.key)) for column in Token.__table__.columns)

    def test_an_app_code_is_still_asked(self, session, anna):
        secret = enrolled(session, anna)
        token = sign_ins.begin_by_link(session, link(session, anna), device=HERE, now=NOON)
        half = sign_ins.find(session, token, NOON)
        assert not half.complete
        token = second_steps.pass_step(session, half, code(secret, NOON + MINUTE), now=NOON + MINUTE)
        me = sign_ins.find(session, token, NOON + MINUTE)
        assert (me.complete, me.proved) == (True, False)


class TestSecondStep:
    def test_waits_ten_minutes_and_gives_a_new_token(self, session, anna):
        secret = enrolled(session, anna)
        half = signed_in(session, anna)
        assert not sign_ins.find(session, half, NOON).complete
        assert sign_ins.find(session, half, NOON + 10 * MINUTE) is None
        me = sign_ins.find(session, half, NOON)
        token = second_steps.pass_step(session, me, code(secret, NOON + MINUTE), now=NOON + MINUTE)
        assert sign_ins.find(session, half, NOON + MINUTE) is None
        assert sign_ins.find(session, token, NOON + MINUTE).complete

    def test_a_code_counts_once(self, session, anna):
        secret = enrolled(session, anna)
        now = NOON + MINUTE
        first, second = (sign_ins.find(session, signed_in(session, anna, now=now), now) for _ in range(2))
        assert second_steps.pass_step(session, first, code(secret, now), now=now)
        assert second_steps.pass_step(session, second, code(secret, now), now=now) is None

    def test_clocks_may_differ_by_half_a_minute(self, session, anna):
        secret = enrolled(session, anna)
        now = NOON + 5 * MINUTE
        me = sign_ins.find(session, signed_in(session, anna, now=now), now)
        assert second_steps.pass_step(session, me, code(secret, now - MINUTE), now=now) is None
        assert second_steps.pass_step(session, me, code(secret, now - MINUTE / 2), now=now)

    def test_guessing_stops_after_ten(self, session, anna):
        secret = enrolled(session, anna)
        me = sign_ins.find(session, signed_in(session, anna), NOON)
        for number in range(10):
            assert second_steps.pass_step(session, me, f"00000{number}", now=NOON + MINUTE) is None
        with pytest.raises(TooOften):
            second_steps.pass_step(session, me, code(secret, NOON + MINUTE), now=NOON + MINUTE)

    @pytest.mark.parametrize("typed", ["", "abc", "１２３４５６", "12 34", "9999999", "\ud800"])
    def test_nonsense_is_wrong(self, session, anna, typed):
        enrolled(session, anna)
        me = sign_ins.find(session, signed_in(session, anna), NOON)
        assert second_steps.pass_step(session, me, typed, now=NOON) is None

    def test_the_secret_is_unreadable_in_the_database(self, session, anna):
        secret = enrolled(session, anna)
        assert secret not in session.scalar(select(Person.totp_secret).where(Person.id == anna.id))

    def test_setting_up_ends_the_other_sessions_and_tells_the_owner(self, session, anna):
        other = signed_in(session, anna)
        enrolled(session, anna)
        assert sign_ins.find(session, other, NOON) is None
        [(kind, values)] = mails_to(session, anna.id)
        assert (kind, values["what"]) == ("second_step_changed", "on")

    def test_setting_up_needs_a_right_code(self, session, anna):
        me = sign_ins.find(session, signed_in(session, anna), NOON)
        assert second_steps.enrol(session, me, second_steps.new_secret(), "123", now=NOON) is None
        assert session.scalar(select(Person.totp_secret).where(Person.id == anna.id)) is None

    def test_switching_off_needs_the_password(self, session, anna):
        secret = enrolled(session, anna)
        me = passed(session, anna, secret, NOON + MINUTE)
        assert not second_steps.switch_off(session, me, "wrong", now=NOON + MINUTE)
        assert second_steps.switch_off(session, me, PASSWORD, now=NOON + MINUTE)
        assert sign_ins.find(session, signed_in(session, anna), NOON).complete
        assert count(session, RecoveryCode, anna) == 0

    def test_a_short_password_cannot_stand_alone(self, session, anna):
        me = passed(session, anna, enrolled(session, anna), NOON + MINUTE)
        session.execute(update(Person).where(Person.id == anna.id).values(password_hash=hashing.slow("x7kPm2qzRt")))
        with pytest.raises(Invalid, match="password.too_short_alone"):
            second_steps.switch_off(session, me, "x7kPm2qzRt", now=NOON + MINUTE)


class TestRecoveryCodes:
    def test_each_of_ten_works_once(self, session, anna):
        codes = recovery_codes(session, anna)
        assert len(set(codes)) == 10
        for typed in (codes[0], codes[9].upper(), codes[3].replace("-", " ")):
            me = sign_ins.find(session, signed_in(session, anna), NOON)
            assert second_steps.pass_step(session, me, typed, now=NOON)
            me = sign_ins.find(session, signed_in(session, anna), NOON)
            assert second_steps.pass_step(session, me, typed, now=NOON) is None

    def test_the_owner_hears_whether_one_was_used_or_new_ones_were_made(self, session, anna):
        codes = recovery_codes(session, anna)
        second_steps.pass_step(session, sign_ins.find(session, signed_in(session, anna), NOON), codes[0], now=NOON)
        told = [(values["what"], values.get("left")) for _kind, values in mails_to(session, anna.id)]
        assert told[-2:] == [("made", None), ("used", 9)]

    def test_new_ones_end_the_old(self, session, anna):
        old = recovery_codes(session, anna)
        second_steps.keep_recovery_codes(session, anna.id, ["x"], now=NOON)
        me = sign_ins.find(session, signed_in(session, anna), NOON)
        assert second_steps.pass_step(session, me, old[0], now=NOON) is None

    def test_are_slowly_hashed(self, session, anna):
        recovery_codes(session, anna)
        stored = session.scalars(select(RecoveryCode.code_hash).where(RecoveryCode.person_id == anna.id)).all()
        assert all(code.startswith("$argon2id$") for code in stored)


class TestProve:
    def test_lets_even_a_session_by_link_decide_for_half_an_hour(self, session, anna):
        me = sign_ins.find(session, sign_ins.begin_by_link(session, link(session, anna), device=HERE, now=NOON), NOON)
        assert second_steps.prove(session, me, "wrong", "", now=NOON) is None
        token = second_steps.prove(session, me, PASSWORD, "", now=NOON)
        assert sign_ins.find(session, token, NOON + 29 * MINUTE).proved
        sign_ins.touch(session, sign_ins.find(session, token, NOON), NOON + 20 * MINUTE)
        assert not sign_ins.find(session, token, NOON + 30 * MINUTE).proved

    def test_asks_for_the_code_where_one_is_set_up(self, session, anna):
        secret = enrolled(session, anna)
        me = passed(session, anna, secret, NOON + MINUTE)
        now = NOON + 2 * MINUTE
        assert second_steps.prove(session, me, PASSWORD, "", now=now) is None
        assert second_steps.prove(session, me, PASSWORD, code(secret, now), now=now)

    def test_guessing_stops_after_ten(self, session, anna):
        me = sign_ins.find(session, signed_in(session, anna), NOON)
        for _ in range(10):
            second_steps.prove(session, me, "wrong", "", now=NOON)
        with pytest.raises(TooOften):
            second_steps.prove(session, me, PASSWORD, "", now=NOON)


def signed_in(session, person, device=HERE, now=NOON):
    return sign_ins.begin(session, person.id, method="password", device=device, now=now)


def link(session, person):
    sign_ins.ask_link(session, person.email, device=HERE, now=NOON)
    return last_secret(session, person.id, "sign_in_link")


def enrolled(session, person):
    """Her app's secret; the code of NOON is used."""
    secret = second_steps.new_secret()
    me = sign_ins.find(session, signed_in(session, person), NOON)
    assert second_steps.enrol(session, me, secret, code(secret, NOON), now=NOON)
    return secret


def passed(session, person, secret, now):
    half = sign_ins.find(session, signed_in(session, person, now=now), now)
    return sign_ins.find(session, second_steps.pass_step(session, half, code(secret, now), now=now), now)


def recovery_codes(session, person):
    enrolled(session, person)
    codes = second_steps.draw_recovery_codes()
    second_steps.keep_recovery_codes(session, person.id, second_steps.recovery_hashes(codes), now=NOON)
    return codes


def code(secret, now):
    return pyotp.TOTP(secret).at(now)


def count(session, table, person):
    return session.scalar(select(func.count()).select_from(table).where(table.person_id == person.id))


@pytest.fixture
def anna(session):
    return someone(session)
