"""The ways in, tried by who has no key: redirects, tokens, races, guessing, ids (P-05, P-26, P-28, P-30 to P-33)."""

import re
import statistics
import time
from contextlib import suppress
from datetime import timedelta
from itertools import product
from urllib.parse import urlsplit

import pyotp
import pytest
from sqlalchemy import func, select

from cocreate.db import db, transaction
from cocreate.errors import CocreateError, TooOften
from cocreate.models.mails import AccountMail, Outbox
from cocreate.models.people import SignIn, Throttle
from cocreate.services import accounts, hosts, outbox, people, second_steps, sign_ins, signing, staff
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import HERE, OTHER, PASSWORD, browser, last_secret, someone
from tests.support.routes import MISSING
from tests.support.stories import at_once
from tests.support.strangers import signed_in


def sizes(small, large):
    return pytest.mark.parametrize("many", [small, pytest.param(large, marks=pytest.mark.long)])


# Redirects

HEADS = ("//", "///", "////", "/\\", "\\\\", "/%09/", "/%5c", "/%2f/", "https:", "https://", "http:///", " //", "\t//",
         "\x01//", "//localhost@", "https://localhost:x@", "/ /", "/.//", "/..//", "\u2028//", "//%00", "http:\\\\",
         "/account//../..//", "/\u0000/", "\ufeff//")
TAILS = ("evil.example", "evil.example/", "evil.example/%2e%2e", "evil.example?x=localhost", "evil.example#@localhost",
         "localhost.evil.example", "evil%E3%80%82example", "[::1]")
OTHER_WAYS = ("javascript:alert(1)", "data:text/html,x", "%0d%0aLocation://evil.example", "vbscript:x",
              "JaVaScRiPt:alert(1)//", "\njavascript:alert(1)", "file:///etc/passwd", "ftp://evil.example")
NEXT = [head + tail for head, tail in product(HEADS, TAILS)] + list(OTHER_WAYS)
NAMES = ("next", "back", "to", "then", "url", "return_to", "redirect", "continue", "_external", "_scheme", "_anchor")


class TestRedirects:
    def test_two_hundred_are_enough(self):
        assert len(set(NEXT)) >= 200

    @pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no row is looked at
    def test_lead_nowhere_but_here(self, app, anna):
        """Whatever is sent under whatever name, in the address or in the form."""
        client, stranger = signed_in(app, anna.id), browser(app)
        for number, payload in enumerate(NEXT):
            given = dict.fromkeys(NAMES, payload)
            for answer in (
                stranger.get("/account", query_string=given), client.get("/sign-in", query_string=given),
                client.post("/account/devices/end", query_string=given, data={**given, "sign_in": "x"}),
                client.get("/", query_string=given, headers={"Referer": payload.encode("ascii", "ignore").decode()
                                                             .translate(dict.fromkeys(range(32)))}),
            ):
                assert_here(answer, payload)
            if number % 8 == 0:  # as the address itself
                with suppress(ValueError, UnicodeError):
                    assert_here(stranger.get(f"http://localhost/{payload.lstrip('/')}"), payload)

    @sizes(4, len(NEXT))
    def test_nor_after_a_sign_in(self, app, anna, many):
        for payload in NEXT[::len(NEXT) // many][:many]:
            client, given = browser(app), dict.fromkeys(NAMES, payload)
            client.get("/account", query_string=given)
            answer = client.post("/sign-in", query_string=given,
                                 data={**given, "email": anna.email, "password": PASSWORD})
            assert answer.location.partition("?")[0] == "/account"  # the query is that of the page one came from


def assert_here(answer, payload):
    location = answer.location or ""
    assert urlsplit(location).netloc in ("", "localhost"), (payload, location)
    assert not location or re.match(r"/(?![/\\\s])|http://localhost/", location), (payload, location)
    assert "\n" not in location and "\t" not in location


# Tokens


class TestTokens:
    def test_no_secret_that_opens_something_lies_in_the_database(self, app, session, clock):
        small = projects.ready_to_sign(session)
        email = f"{projects.key()}@crates.example"
        people.invite(session, small.ref, party=2, email=email, name="Lea", parts=("contributor",), greeting="",
                      actor=small.shop, key=projects.key(), now=NOON)
        signing.send_code(session, small.ref, version=1, actor=small.maker, key=projects.key(), now=NOON)
        shop = someone(session, "Claire")
        for ask in (sign_ins.ask_link, accounts.ask_reset):
            ask(session, shop.email, device=HERE, now=NOON)
        cookie = sign_ins.begin(session, shop.id, method="password", device=HERE, now=NOON)
        secret, codes = second_steps.new_secret(), second_steps.draw_recovery_codes()
        me = sign_ins.find(session, cookie, NOON)
        second_steps.enrol(session, me, secret, pyotp.TOTP(secret).at(NOON), now=NOON)
        second_steps.keep_recovery_codes(session, shop.id, second_steps.recovery_hashes(codes), now=NOON)
        session.commit()
        mailed = [last_secret(session, shop.id, kind) for kind in ("sign_in_link", "reset")]
        rows = session.scalars(select(Outbox).where(Outbox.host_id == small.host_id, Outbox.values.contains("secret")))
        mailed += [outbox.read(row).values["secret"] for row in rows]
        assert len(mailed) >= 4
        dump = "\n".join(repr(tuple(row)) for table in db.metadata.sorted_tables
                         for row in session.execute(select(table)))
        assert shop.email in dump
        live = [cookie, secret, *codes, *mailed, PASSWORD]
        assert [one for one in live if one in dump] == []

    @sizes(8, 100)
    @pytest.mark.parametrize("purpose", ["sign_in", "reset"])
    def test_many_at_once_are_one(self, here, many, purpose):
        with transaction() as session:
            person = someone(session)
            token = sign_ins.issue(session, person.id, purpose, until=NOON + timedelta(minutes=10), now=NOON)

        def use():
            with transaction() as session:
                return sign_ins.use_up(session, token, purpose, NOON)

        found = [one for start in range(0, many, 10) for one in at_once(here, *[use] * min(10, many - start))]
        assert [one for one in found if not isinstance(one, CocreateError)] == [person.id]
        assert {one.code for one in found if isinstance(one, CocreateError)} == {"link"}


class TestResetRaces:
    @sizes(3, 60)
    @pytest.mark.parametrize("way", ["password", "link"])
    def test_a_sign_in_at_the_same_moment_does_not_outlive_it(self, here, many, way):
        """P-31: whoever is faster, nobody who came in with what was valid before is in afterwards."""
        for _ in range(many):
            with transaction() as session:
                person = someone(session)
                reset, link = (sign_ins.issue(session, person.id, purpose, until=NOON + timedelta(minutes=10), now=NOON)
                               for purpose in ("reset", "sign_in"))

            def sign_in(person=person, link=link):
                with transaction() as session:
                    if way == "link":
                        return sign_ins.begin_by_link(session, link, device=HERE, now=NOON)
                    found = accounts.check_password(session, person.email, PASSWORD, device=HERE, now=NOON)
                    return found.person_id and sign_ins.begin(session, found.person_id, method="password", device=HERE,
                                                              now=NOON)

            def change(reset=reset):
                with transaction() as session:
                    accounts.reset(session, reset, OTHER, now=NOON)

            outcomes = at_once(here, sign_in, change)
            assert outcomes[1] is None, outcomes
            assert not isinstance(outcomes[0], Exception) or isinstance(outcomes[0], CocreateError), outcomes
            db.session.rollback()
            assert db.session.scalar(select(func.count()).where(
                SignIn.person_id == person.id, SignIn.ended_at.is_(None))) == 0

    def test_of_two_links_the_older_is_dead_and_no_link_signs_in_or_skips_the_second_step(self, session, clock):
        person = someone(session)
        links = [sign_ins.issue(session, person.id, "reset", until=NOON + timedelta(minutes=10), now=NOON)
                 for _ in range(2)]
        with pytest.raises(CocreateError):
            accounts.reset(session, links[0], OTHER, now=NOON)
        accounts.reset(session, links[1], OTHER, now=NOON)
        assert session.scalar(select(func.count()).where(SignIn.person_id == person.id)) == 0
        session.flush()
        assert [kind for kind, in session.execute(select(AccountMail.kind).where(
            AccountMail.person_id == person.id))] == ["password_changed"]


# Sessions


class TestRoles:
    @pytest.mark.parametrize("change", ["taken", "deactivated", "signed_out"])
    def test_a_change_of_role_ends_every_session_at_once(self, app, session, clock, change):
        """P-26: there is no old session with a new role, and none with an old one."""
        admin, other = someone(session, "Ada"), someone(session, "Otto")
        host = hosts.create_host(session, name=f"Host {projects.key()}", now=NOON)
        for one in (admin, other):
            hosts.employ(session, host.id, one.id, hosts.ADMINISTRATOR, now=NOON)
        session.commit()
        clients = [signed_in(app, other.id) for _ in range(2)]
        assert {client.get("/admin/people").status_code for client in clients} == {200}
        with app.app_context(), transaction() as writing:
            match change:
                case "taken":
                    staff.change_roles(writing, host.id, other.id, {hosts.ACCOUNT_MANAGER}, now=NOON)
                case "deactivated":
                    staff.deactivate(writing, host.id, other.id, to=None, now=NOON)
                case "signed_out":
                    staff.end_sessions(writing, host.id, other.id, now=NOON)
        assert {client.get("/admin/people").location for client in clients} == {"/sign-in"}
        assert {client.post("/admin/people/invite").status_code for client in clients} == {401}


# Guessing


class TestGuessing:
    def test_is_counted_in_the_database_for_every_process_and_over_a_restart(self, new_app, fresh_database, clock):
        first, second = new_app(fresh_database), new_app(fresh_database)
        with first.app_context(), transaction() as session:
            anna = someone(session)
        for number in range(10):
            client = browser(first if number % 2 else second)
            assert client.post("/sign-in", data={"email": anna.email, "password": "wrong"}).status_code == 422
        third = new_app(fresh_database)  # after a restart
        for app in (first, second, third):
            for spoof in ({}, {"X-Forwarded-For": "198.51.100.9"}, {"X-Real-IP": "198.51.100.9"},
                          {"Forwarded": "for=198.51.100.9"}, {"Client-IP": "198.51.100.9"}):
                answer = browser(app).post("/sign-in", headers=spoof,
                                           data={"email": anna.email.upper(), "password": PASSWORD})
                assert answer.status_code == 429
                assert int(answer.headers.get("Retry-After", 900)) <= 900
        with third.app_context():
            assert db.session.scalar(select(func.sum(Throttle.count))) >= 10

    def test_locks_nobody_out_who_is_in(self, app, session, anna):
        """The victim's session goes on, and a browser that was in before comes in again (test_auth)."""
        client = signed_in(app, anna.id)
        with app.app_context():
            for _ in range(20):
                with suppress(TooOften), transaction() as writing:
                    accounts.check_password(writing, anna.email, "wrong", device=HERE, now=NOON)
        assert client.get("/account").status_code == 200

    @pytest.mark.parametrize(("path", "most"), [("/forgot", 1), ("/sign-in/mail", 10)])
    def test_mails_to_one_address_are_as_few_from_wherever_they_are_asked(self, app, session, anna, path, most):
        found = [browser(app).post(path, data={"email": anna.email}).status_code for _ in range(14)]
        session.commit()
        sent = session.scalar(select(func.count()).where(AccountMail.person_id == anna.id))
        assert sent == most
        nobody = [browser(app).post(path, data={"email": "nobody-at-all@wmata.example"}).status_code for _ in range(14)]
        assert found == nobody


class TestEnumeration:
    @pytest.mark.parametrize("path", ["/forgot", "/sign-in/mail"])
    def test_asking_costs_a_stranger_the_same_page_and_headers(self, app, anna, path):
        answers = [browser(app).post(path, data={"email": email}) for email in (anna.email, "nobody@wmata.example")]
        pages = [re.sub(r'value="[^"]+"', "", answer.text.replace(anna.email, "A").replace("nobody@wmata.example", "A"))
                 for answer in answers]
        assert pages[0] == pages[1]
        own = ("Set-Cookie", "Content-Length", "Date")
        heads = [[(name, value) for name, value in answer.headers if name not in own] for answer in answers]
        assert heads[0] == heads[1]

    def test_inviting_a_known_address_answers_like_an_unknown_one(self, app, session, clock, anna):
        said = []
        for email in (anna.email, f"{projects.key()}@wmata.example"):
            small = projects.open_small(session)
            session.commit()
            client = signed_in(app, small.shop)
            answer = client.post(f"/p/{small.ref}/people/invite/2", data={
                "name": "Mia", "email": email, "parts": "contributor"})
            page = client.get(answer.location).text
            assert (answer.status_code, "Mia is invited." in page) == (303, True)
            page = re.sub(r"(/people/|person-)\d+", r"\1N", re.sub(r'value="[^"]+"', "", page))
            page = re.sub(r"\b[0-9a-f]{64}\b", "HASH", page)
            for address in (email, *small.emails.values()):
                page = page.replace(address, "ADDRESS")
            said.append(re.sub(r"Crate Host \d+", "Host", page.replace(small.ref, "REF")))
        assert said[0] == said[1]

    @pytest.mark.long
    @pytest.mark.parametrize("path", ["/forgot", "/sign-in/mail", "/sign-in"])
    def test_takes_as_long_for_nobody_as_for_somebody(self, app, session, path):
        """P-32: medians of alternating tries."""
        took = {"known": [], "unknown": []}
        for number in range(60 if path == "/sign-in" else 300):
            known = someone(session) if number % 9 == 0 else known  # noqa: F821 - ten tries each
            session.commit()
            for kind, email in (("known", known.email), ("unknown", f"n{number}@wmata.example")):
                client = browser(app)
                began = time.perf_counter()
                client.post(path, data={"email": email, "password": "wrong"})
                took[kind].append(time.perf_counter() - began)
        known, unknown = (statistics.median(took[kind]) for kind in ("known", "unknown"))
        assert abs(known - unknown) < max(0.005, 0.05 * unknown), (known, unknown)


class TestIds:
    """P-05."""

    def test_in_addresses_are_random_or_belong_to_their_project(self, app):
        known = {"number", "version", "page", "other", "party", "person", "entry"}
        for rule in app.url_map.iter_rules():
            numbers = set(re.findall(r"<int:(\w+)>", rule.rule))
            assert numbers <= known and (not numbers or "<ref>" in rule.rule), rule.rule

    @pytest.mark.long
    def test_a_foreign_one_takes_as_long_as_a_missing_one(self, app, session, clock):
        small, anna = projects.open_small(session), someone(session)
        session.commit()
        client, took = signed_in(app, anna.id), {small.ref: [], MISSING: []}
        for _ in range(2000):
            for ref, found in took.items():
                began = time.perf_counter()
                assert client.get(f"/p/{ref}").status_code == 404
                found.append(time.perf_counter() - began)
        foreign, missing = (statistics.median(took[ref]) for ref in (small.ref, MISSING))
        assert abs(foreign - missing) / missing < 0.05, (foreign, missing)


@pytest.fixture
def anna(session, clock):
    found = someone(session)
    session.commit()
    return found
