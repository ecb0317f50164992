"""People, passwords, resets."""

from contextlib import contextmanager
from datetime import timedelta
from time import process_time

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from cocreate.db import new_ref
from cocreate.errors import Conflict, Ended, Invalid, TooOften
from cocreate.models.people import Person
from cocreate.services import accounts, hashing, sign_ins
from cocreate.services.sign_ins import Device
from cocreate.services.throttling import NETWORK_LIMIT, of_network, take
from tests.support.clock import NOON
from tests.support.people import HERE, OTHER, PASSWORD, last_secret, mails_to, someone


class TestPeople:
    def test_an_address_is_kept_in_small_letters(self, session):
        person_id = accounts.create_person(session, email=" New.Person@WMATA.example ", name="New", now=NOON)
        assert session.get(Person, person_id).email == "new.person@wmata.example"

    @pytest.mark.parametrize("email", [
        "", "nobody", "a@b", "a@b.example, c@d.example", "Anna <a@b.example>", "a@b.example\nBcc: c@d.example",
        "alice@example.org)bob@example.com", '"a b"@c.example', "a@[192.0.2.1]", "a b@c.example", "a@b.example;",
    ])
    def test_anything_but_exactly_one_address_is_refused(self, session, email):
        with pytest.raises(Invalid, match="email.not_one_address"):
            accounts.find_or_invite_person(session, email=email, name="X", now=NOON)

    def test_inviting_a_known_address_finds_the_person(self, session):
        anna = someone(session, "Anna Berg")
        assert accounts.find_or_invite_person(session, email=anna.email.upper(), name="Y", now=NOON) == anna.id
        assert session.get(Person, anna.id).name == "Anna Berg"

    def test_numbers_tell_neither_how_many_people_there_are_nor_who_was_known_before(self, session):
        found = [accounts.find_or_invite_person(session, email=f"{n}.{new_ref()}@wmata.example", name="X", now=NOON)
                 for n in range(12)]
        assert found != sorted(found) and min(found) > 2**40

    def test_a_second_account_of_one_address_is_refused(self, session):
        anna = someone(session)
        with pytest.raises(Conflict, match="person.exists"):
            accounts.create_person(session, email=anna.email, name="Y", now=NOON)

    def test_an_invitation_never_replaces_a_password(self, session):
        anna = someone(session)
        with pytest.raises(Conflict, match="person.active"):
            accounts.activate(session, anna.id, name="Mallory", password=OTHER, now=NOON)

    def test_an_invited_person_becomes_one_who_can_sign_in(self, session):
        person_id = accounts.find_or_invite_person(session, email="fresh@wmata.example", name="?", now=NOON)
        accounts.activate(session, person_id, name="Tom", password=PASSWORD, now=NOON)
        assert check(session, "fresh@wmata.example").person_id == person_id
        assert mails_to(session, person_id) == []  # nothing changed that anybody had


class TestCheckPassword:
    def test_right(self, session, anna):
        assert check(session, anna.email) == accounts.SignInOutcome(anna.id, second_step=False)

    def test_the_address_may_be_typed_in_any_letters(self, session, anna):
        assert check(session, f" {anna.email.upper()} ").person_id == anna.id

    @pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD.upper(), "\ud800", "x" * 100_000])
    def test_wrong(self, session, anna, password):
        assert check(session, anna.email, password).person_id is None

    def test_deactivated(self, session, anna):
        accounts.deactivate(session, anna.id, NOON)
        assert check(session, anna.email).person_id is None

    def test_a_person_without_a_password_cannot_come_in_with_none(self, session):
        accounts.find_or_invite_person(session, email="invited@wmata.example", name="I", now=NOON)
        assert check(session, "invited@wmata.example", "").person_id is None

    def test_a_hash_with_other_parameters_is_renewed(self, session, anna):
        weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        session.execute(update(Person).where(Person.id == anna.id).values(password_hash=weak))
        assert check(session, anna.email).person_id == anna.id
        stored = session.scalar(select(Person.password_hash).where(Person.id == anna.id))
        assert "m=19456,t=2,p=1" in stored
        assert check(session, anna.email).person_id == anna.id


class TestStranger:
    """Whether an address has an account cannot be told from outside."""

    def test_costs_the_same_statements_and_the_same_hashing(self, session, anna, query_counter, hashed):
        with query_counter() as known:
            check(session, anna.email, "wrong")
        with query_counter() as unknown:
            check(session, "nobody@wmata.example", "wrong")
        assert unknown.statements == known.statements
        hers = session.get_one(Person, anna.id).password_hash
        assert [hash_ == hers for hash_ in hashed] == [True, False]  # against her hash, against nobody's

    def test_is_compared_with_a_password_of_nobody(self):
        stored, spent = hashing.slow("violet harbour lanterns sway"), []
        for one in (stored, None):
            hashing.matches(one, "once before: nobody's is made at the first time")
            begun = process_time()
            for _ in range(5):
                hashing.matches(one, "wrong")
            spent.append(process_time() - begun)
        assert 0.5 < spent[0] / spent[1] < 2, spent  # of the processor: what else runs here does not count

    def test_gets_no_mail_and_no_other_answer(self, session, anna):
        for ask in (sign_ins.ask_link, accounts.ask_reset):
            assert ask(session, "nobody@wmata.example", device=HERE, now=NOON) is None
            assert ask(session, "not an address", device=HERE, now=NOON) is None
            assert ask(session, anna.email, device=HERE, now=NOON) is None
        assert [kind for kind, _ in mails_to(session, anna.id)] == ["sign_in_link", "reset"]


class TestTooManyTries:
    def test_per_account_from_anywhere(self, session, anna):
        for number in range(10):
            assert check(session, anna.email, "wrong", address=f"192.0.2.{number}").person_id is None
        with pytest.raises(TooOften):
            check(session, anna.email, address="198.51.100.1")

    def test_per_network_at_any_account(self, session, anna):
        for number in range(NETWORK_LIMIT):
            check(session, f"nobody{number}@wmata.example", "wrong", address="203.0.113.9")
        with pytest.raises(TooOften):
            check(session, anna.email, address="203.0.113.9")

    def test_one_who_forgot_does_not_keep_an_office_out(self, session, anna):
        for _ in range(10):
            check(session, "forgetful@wmata.example", "wrong", address="203.0.113.10")
        for _ in range(5):
            with pytest.raises(TooOften), session.begin_nested():
                check(session, "forgetful@wmata.example", "wrong", address="203.0.113.10")
        assert check(session, anna.email, address="203.0.113.10").person_id == anna.id

    @pytest.mark.parametrize("known", [None, "her own browser"])
    def test_a_reset_lets_the_new_password_in_at_once(self, session, anna, known):
        for _ in range(10):
            check(session, anna.email, "wrong", known=known)
        accounts.ask_reset(session, anna.email, device=HERE, now=NOON)
        accounts.reset(session, last_secret(session, anna.id, "reset"), OTHER, now=NOON)
        assert check(session, anna.email, OTHER, known=known).person_id == anna.id

    def test_a_reset_lifts_nothing_of_the_network(self, session, anna):
        for _ in range(NETWORK_LIMIT):  # counted as ``check`` counts them, without a hundred slow comparisons
            take(session, [of_network("password", "203.0.113.11")], NOON)
        accounts.ask_reset(session, anna.email, device=HERE, now=NOON)
        accounts.reset(session, last_secret(session, anna.id, "reset"), OTHER, now=NOON)
        with pytest.raises(TooOften):
            check(session, anna.email, OTHER, address="203.0.113.11")

    def test_unknown_accounts_are_slowed_down_alike(self, session):
        for number in range(10):
            check(session, "nobody@wmata.example", "wrong", address=f"192.0.2.{number}")
        with pytest.raises(TooOften):
            check(session, "nobody@wmata.example", "wrong", address="198.51.100.1")

    def test_cannot_lock_the_owner_out_of_a_browser_that_is_known(self, session, anna):
        for number in range(10):
            check(session, anna.email, "wrong", address=f"192.0.2.{number}")
        assert check(session, anna.email, known="her own browser").person_id == anna.id

    def test_a_known_browser_has_ten_tries_as_well(self, session, anna):
        for _ in range(10):
            check(session, anna.email, "wrong", known="stolen laptop")
        with pytest.raises(TooOften):
            check(session, anna.email, known="stolen laptop")

    def test_right_ones_are_not_counted(self, session, anna):
        for _ in range(12):
            assert check(session, anna.email).person_id == anna.id

    def test_mails_to_one_address(self, session):
        for number in range(10):
            sign_ins.ask_link(session, "somebody@wmata.example", device=Device("", f"192.0.2.{number}"), now=NOON)
        with pytest.raises(TooOften):
            sign_ins.ask_link(session, "somebody@wmata.example", device=Device("", "198.51.100.1"), now=NOON)


class TestSetPassword:
    def test_ends_every_session_and_link_and_tells_the_owner(self, session, anna):
        token = sign_ins.begin(session, anna.id, method="password", device=HERE, now=NOON)
        sign_ins.ask_link(session, anna.email, device=HERE, now=NOON)
        link = last_secret(session, anna.id, "sign_in_link")
        accounts.set_password(session, anna.id, OTHER, now=NOON)
        assert sign_ins.find(session, token, NOON) is None
        with pytest.raises(Ended):
            sign_ins.whose(session, link, "sign_in", NOON)
        assert mails_to(session, anna.id)[-1][0] == "password_changed"

    def test_may_keep_the_session_that_asks(self, session, anna):
        token = sign_ins.begin(session, anna.id, method="password", device=HERE, now=NOON)
        accounts.set_password(session, anna.id, OTHER, now=NOON, but=hashing.digest(token))
        assert sign_ins.find(session, token, NOON).id == anna.id

    def test_refuses_what_everybody_knows_of_the_person(self, session, anna):
        with pytest.raises(Invalid, match="password.about_you"):
            accounts.set_password(session, anna.id, "Renee Kim Renee Kim", now=NOON)

    def test_ten_characters_do_with_an_app_code(self, session, anna):
        with pytest.raises(Invalid, match="password.too_short"):
            accounts.set_password(session, anna.id, "x7kPm2qzRt", now=NOON)
        session.execute(update(Person).where(Person.id == anna.id).values(totp_secret="set up"))
        accounts.set_password(session, anna.id, "x7kPm2qzRt", now=NOON)


class TestReset:
    def test_sets_the_password_once_and_signs_nobody_in(self, session, anna):
        token = sign_ins.begin(session, anna.id, method="password", device=HERE, now=NOON)
        link = reset_link(session, anna)
        assert accounts.reset(session, link, OTHER, now=NOON) is None
        assert check(session, anna.email, OTHER).person_id == anna.id
        assert sign_ins.find(session, token, NOON) is None
        with dead():
            accounts.reset(session, link, PASSWORD, now=NOON)

    def test_an_older_link_dies_when_a_newer_is_made(self, session, anna):
        later = NOON + accounts.RESET_AGAIN
        older, newer = reset_link(session, anna), reset_link(session, anna, later)
        with dead():
            accounts.reset_needs(session, older, later)
        accounts.reset(session, newer, OTHER, now=later)
        assert check(session, anna.email, OTHER).person_id == anna.id

    def test_who_asks_in_somebodys_name_does_not_end_the_link_that_they_are_about_to_use(self, session, anna):
        link = reset_link(session, anna)
        assert reset_link(session, anna, NOON + accounts.RESET_AGAIN - timedelta(seconds=1)) == link
        assert len(mails_to(session, anna.id)) == 1
        accounts.reset(session, link, OTHER, now=NOON)
        assert reset_link(session, anna, NOON + timedelta(minutes=1)) != link  # it was used: another one may come

    def test_a_refused_password_leaves_the_link_good(self, session, anna):
        link = reset_link(session, anna)
        with pytest.raises(Invalid), session.begin_nested():
            accounts.reset(session, link, "short", now=NOON)
        accounts.reset(session, link, OTHER, now=NOON)

    def test_lives_half_an_hour(self, session, anna):
        link = reset_link(session, anna)
        with dead():
            accounts.reset(session, link, OTHER, now=NOON + accounts.RESET_LIFE)
        assert check(session, anna.email, PASSWORD).person_id == anna.id

    def test_asks_for_fewer_characters_with_an_app_code(self, session, anna):
        assert accounts.reset_needs(session, reset_link(session, anna), NOON)[1] == 15
        session.execute(update(Person).where(Person.id == anna.id).values(totp_secret="set up"))
        link = reset_link(session, anna, NOON + timedelta(seconds=1))
        assert accounts.reset_needs(session, link, NOON)[1] == 10

    def test_does_not_pass_by_the_app_code(self, session, anna):
        session.execute(update(Person).where(Person.id == anna.id).values(totp_secret="set up"))
        accounts.reset(session, reset_link(session, anna), OTHER, now=NOON)
        assert check(session, anna.email, OTHER).second_step

    def test_welcomes_whom_the_operator_entered(self, session):
        person_id = accounts.create_person(session, email="first@wmata.example", name="First", now=NOON)
        accounts.welcome(session, person_id, now=NOON)
        accounts.reset(session, last_secret(session, person_id, "welcome"), PASSWORD, now=NOON + timedelta(days=2))
        assert check(session, "first@wmata.example").person_id == person_id


class TestDeactivate:
    def test_ends_everything_at_once(self, session, anna):
        token = sign_ins.begin(session, anna.id, method="password", device=HERE, now=NOON)
        link = reset_link(session, anna)
        accounts.deactivate(session, anna.id, NOON)
        assert sign_ins.find(session, token, NOON) is None
        with dead():
            accounts.reset(session, link, OTHER, now=NOON)


def check(session, email, password=PASSWORD, *, address="192.0.2.50", known=None):
    return accounts.check_password(session, email, password, device=Device("", address, known), now=NOON)


def reset_link(session, person, now=NOON):
    accounts.ask_reset(session, person.email, device=HERE, now=now)
    return last_secret(session, person.id, "reset")


@contextmanager
def dead():
    with pytest.raises(Ended, match="link"):
        yield


@pytest.fixture
def anna(session):
    return someone(session)


@pytest.fixture
def hashed(monkeypatch):
    """The hash that each password was compared with."""
    seen = []
    real = PasswordHasher.verify

    def verify(hasher, stored, secret):
        seen.append(stored)
        return real(hasher, stored, secret)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    return seen
