"""What belongs to others does not exist: not in an answer, not in a mail, not in a search, not by a guess (P-02)."""

import hashlib
import html
import re
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from itertools import cycle

import pytest
from flask.testing import FlaskClient
from sqlalchemy import String, Text, select
from werkzeug.test import TestResponse

from cocreate.db import db, transaction
from cocreate.domain.answers import Answer
from cocreate.mail import compose
from cocreate.models.contracts import ContractVersion
from cocreate.models.mails import Outbox
from cocreate.models.work import Contribution
from cocreate.services import contributions, letters, outbox
from cocreate.services.files import prefix
from tests.support import projects
from tests.support.clock import NOON
from tests.support.routes import MISSING, NOBODY, Route, ask, routes, said
from tests.support.strangers import signed_in, strangers
from tests.support.worlds import World, Worlds, worlds


def long(value: object) -> object:
    return pytest.param(value, marks=pytest.mark.long)


KINDS = ("nobody", "customer_of_another_host", "invited_and_not_come", "manager_of_another_host",
         "administrator_of_another_host", "manager_without_the_project", "administrator_without_a_seat",
         "in_another_project", "removed", "guest", "by_link", "signed_out")
# Of their own host these two see more than a project: its openings, its people and templates.
OWN_HOST = {"manager_without_the_project": ("desk.opening",), "administrator_without_a_seat": ("admin.",)}
# Columns in which nobody writes words; what is JSON among them holds codes and numbers.
STRUCTURE = frozenset("""
    act action answers_sha256 basis clause content_sha256 country definition_sha256 details_sha256 digest email gate
    grade hash head key kind language message_id method missing needs agreed newest_sha256 outcome path parts pdf_sha256
    paper period personal_salt personal_sha256 prev_hash ref reply request_sha256 role salt seal_error sealed_sha256
    evidence_sha256 seat sha256 skeleton stage state strategy subject task text_sha256 theme token_sha256 unit
    public_buyer currency zone working_days media_type mentions ended_because changed code_hash narrower files
    password_hash totp_secret roles values details compared reader waits_for again_sha256 shared dates
    box supports helpers chosen written""".split())

# Where a project has more than one of a kind, the others too: what one party says among itself stands there.
MORE = ("/tasks/credit?party=1", "/tasks/credit/versions/1?party=1", "/tasks/offer?party=1", "/tasks/ramp_0?party=2",
        "/talk?topic=task:credit:1", "/gates/our_contract", "/documents/2", "/documents/2/1", "/documents/3",
        "/record?page=2")


class TestForeign:
    """Every address with an id, asked for something of theirs and for something that nobody has."""

    @pytest.mark.parametrize("kinds", [1, long(len(KINDS))])
    def test_is_answered_like_missing_and_nothing_is_done(self, both, kinds):
        before = rows_of(both.theirs)
        asked = set()
        who = {kind: make() for kind, make in strangers(both).items()}
        turn = cycle(KINDS)
        for real, none in pairs(both):
            for kind in (next(turn) for _ in range(kinds)):
                if not real.endpoint.startswith(OWN_HOST.get(kind, "-")):
                    foreign = said(ask(who[kind], real), *refs(both.theirs))
                    assert foreign == said(ask(who[kind], none), MISSING), (kind, str(real))
                    assert foreign[0] in (302, 401, 403, 404) or foreign[1]["Location"] == "/prove", (kind, str(real))
                    assert not any(word in foreign[2] for word in closed_to(kind, both)), (kind, str(real))
                    asked.add((kind, str(real)))
        assert len(asked) > 100 * kinds
        assert rows_of(both.theirs) == before

    def test_what_was_dropped_is_answered_like_missing(self, both):
        client = signed_in(both.app, both.theirs.manager)
        for real, none in pairs(both, ref=both.theirs.dropped):
            if real.endpoint.startswith("desk.opening"):
                answer = said(ask(client, real), both.theirs.dropped)
                assert answer == said(ask(client, none), MISSING), str(real)
                assert answer[0] == 404

    def test_whose_account_was_closed_is_nobody(self, both):
        from cocreate.db import transaction
        from cocreate.services import accounts
        from tests.support.people import someone
        with both.app.app_context(), transaction() as session:
            person = someone(session, "Closed").id
        client = signed_in(both.app, person)
        assert client.get("/account").status_code == 200
        with both.app.app_context(), transaction() as session:
            accounts.deactivate(session, person, NOON)
        for path in ("/account", f"/p/{both.theirs.ref}", f"/p/{MISSING}"):
            assert client.get(path).location == "/sign-in"

    def test_a_person_of_theirs_in_a_room_of_ours_is_answered_like_nobody(self, both):
        client = signed_in(both.app, both.ours.manager)
        for real, none in zip(routes(both.app, both.ours, person=both.theirs.hand),
                              routes(both.app, both.ours, person=NOBODY), strict=True):
            if "person" in real.of:
                foreign = said(ask(client, real))
                assert foreign == said(ask(client, none)), str(real)
                assert foreign[0] in (303, 403, 404, 409), str(real)
                assert_silent(foreign[2], both.theirs, str(real))

    def test_a_person_of_theirs_chosen_in_a_form_of_ours_is_refused_like_nobody(self, both):
        """Where a form names somebody by number: nobody but those it offers."""
        shop, ref = both.ours.small.shop, both.ours.ref
        before = rows_of(both.ours), rows_of(both.theirs)
        for person, path, data in (
            (shop, f"/p/{ref}/people/{shop}/hand-over", {"how": "good", "parts": "contributor"}),
            (both.ours.manager, f"/desk/hand-over/{ref}", {})):
            client = signed_in(both.app, person)
            foreign, nobody = (said(client.post(path, data=data | {"to": str(one)}))
                               for one in (both.theirs.colleague, NOBODY))
            assert foreign == nobody and foreign[0] == 422, path
            assert_silent(foreign[2], both.theirs, path)
        assert (rows_of(both.ours), rows_of(both.theirs)) == before


class TestWords:
    """Every text of theirs holds a word; it is nowhere that others can read."""

    def test_stand_in_every_column_in_which_people_write(self, both):
        tables = [table for table in db.metadata.sorted_tables if {"project_id", "host_id"} & set(table.c.keys())]
        texts = [(table, column) for table in tables for column in table.c if isinstance(column.type, String | Text)
                 and column.name not in STRUCTURE and f"{table.name}.{column.name}" != "event.answer"]
        assert len(texts) > 25
        signed_in(both.app, both.theirs.manager).get("/desk")  # what the board says is kept
        silent = []
        with both.app.app_context():
            for table, column in texts:
                own = table.c.project_id.in_(projects_of(both.theirs)) if "project_id" in table.c else (
                    table.c.host_id == both.theirs.small.host_id)
                found = " ".join(str(text) for text in db.session.scalars(select(column).where(own)))
                if not any(word in found for word in both.theirs.words.all):
                    silent.append(f"{table.name}.{column.name}")
        # What comes of duties, and accessions, come with the last signature or after it. Another column is filled in
        # tests/support/worlds.py, or named in STRUCTURE.
        assert set(silent) == {"duty.gives", "duty.said", "duty.doubted", "accession.text",
                               "accession.evidence", "host_invitation.name"}, silent

    @pytest.mark.parametrize("kind", ["customer_of_another_host", long("manager_of_another_host"),
                                      long("administrator_of_another_host")])
    def test_are_on_no_page_of_another_tenant(self, both, kind):
        client, looked = strangers(both)[kind](), 0
        for path, body in pages(client, both, both.ours):
            assert_silent(body, both.theirs, path)
            looked += both.ours.words.tenant in body or both.ours.words.inside in body
        assert looked > (50 if kind == "customer_of_another_host" else 15)  # those pages do say something

    @pytest.mark.parametrize("kind", [long("manager_without_the_project"), "administrator_without_a_seat",
                                      long("in_another_project")])
    def test_from_inside_a_project_are_on_no_page_of_the_same_host(self, both, kind):
        client, looked = strangers(both)[kind](), 0
        for path, body in pages(client, both, both.theirs):
            found = body.replace(path, "")
            assert not any(word in found for word in (both.theirs.ref, *closed_to(kind, both))), (kind, path)
            looked += 1
        assert looked > 50

    @pytest.mark.parametrize("who", ["shop", long("hand"), long("manager")])
    def test_of_one_party_are_on_no_page_of_the_others(self, both, who):
        world = both.theirs
        person = world.hand if who == "hand" else getattr(world.small, who)
        client, secret = signed_in(both.app, person), world.words.secret
        read = 0
        for path, body in pages(client, both, world):
            assert secret not in body, (who, path)
            read += world.words.inside in body
        assert read > 30
        mine = signed_in(both.app, world.small.maker)
        for path in ("/documents/2", "/tasks/credit", "/tasks/offer", "/record"):  # where it may, it does
            assert secret in mine.get(f"/p/{world.ref}{path}").text, path

    def test_are_in_no_search(self, both):
        client = signed_in(both.app, both.ours.manager)
        for q in ("crates", "Crates", both.theirs.words.inside[:5], "Aurelis", "Ingrid", "Kan", "%", "_"):
            body = client.get("/desk", query_string={"q": q}).text
            assert_silent(body.replace(q, ""), both.theirs, q)
            assert both.theirs.ref not in body

    def test_are_in_no_mail_to_another_tenant(self, both):
        written = 0
        with both.app.app_context():
            for world, other in ((both.ours, both.theirs), (both.theirs, both.ours)):
                for person, context in mails(world):
                    text = str(compose(context, both.app.config["SETTINGS"]))
                    written += 1
                    assert_silent(text.replace(f"To: {context.name}", ""), other, context.kind)
                    if person != world.small.maker:
                        assert world.words.secret not in text, context.kind
        assert written > 20

    def test_are_in_no_contract_of_another_tenant_and_secrets_in_none(self, both):
        for world, other in ((both.ours, both.theirs), (both.theirs, both.ours)):
            with both.app.app_context():
                sha256 = db.session.scalars(select(ContractVersion.pdf_sha256).where(
                    ContractVersion.host_id == world.small.host_id)).one()
                body = world.small.store.read(prefix(db.session, world.small.host_id), sha256)
            text = text_of(body)
            assert world.words.tenant in text and world.words.inside in text
            assert_silent(text, other, "contract")
            assert world.words.secret not in text

    def test_are_opened_in_a_downloaded_record_only_for_who_may_read_them(self, both):
        for person, sees in (("maker", True), ("shop", False), ("manager", False)):
            client = signed_in(both.app, getattr(both.theirs.small, person))
            body = client.get(f"/p/{both.theirs.ref}/record.json").text
            assert_silent(body, both.ours, person)
            assert both.theirs.words.inside in body
            assert (both.theirs.words.secret in body) is sees


class TestNarrowed:
    """What a field keeps for fewer is for everybody else on no page, in no file, no record, and in no hash of it."""

    def test_is_nowhere_that_a_reader_who_may_not_see_it_can_fetch(self, app, clock):
        with app.app_context():
            with transaction() as session:
                small = narrowed(session)
            body = db.session.scalars(select(Contribution.answers).where(Contribution.task == "margin").order_by(
                Contribution.project_id.desc())).first()
            sha256 = hashlib.sha256(body.encode()).hexdigest()
        for reader, sees in ((small.manager, False), (small.shop, False), (small.maker, True)):
            read = dict(within(signed_in(app, reader), f"/p/{small.ref}"))
            assert len(read) > 30
            for canary in ("31,477", "31477", "Zanzibarra", "Quillfeather"):
                # Not as a part of a hash, which may hold any digits.
                found = [path for path, body in read.items() if re.search(rf"(?<![0-9a-f]){canary}(?![0-9a-f])", body)]
                assert bool(found) is sees, (reader, canary, found)
            assert not any(sha256 in body for body in read.values())
            assert any("Oslo" in body for path, body in read.items() if "/contract" in path)

    def test_a_version_made_ready_is_read_whole_by_who_contracts_and_by_no_other(self, app, clock):
        with app.app_context(), transaction() as session:
            small = narrowed(session)
            projects.freeze(session, small)
        for reader, sees in ((small.manager, False), (small.shop, True)):
            client = signed_in(app, reader)
            read = dict(within(client, f"/p/{small.ref}"))
            for canary in ("31,477", "Zanzibarra", "Quillfeather"):
                assert any(canary in body for body in read.values()) is sees, (reader, canary)
            status = {client.get(f"/p/{small.ref}/contract/versions/1{rest}").status_code
                      for rest in ("", "/check.pdf", "/signed.pdf")}
            assert status == ({200} if sees else {200, 403})
            assert client.get(f"/p/{small.ref}/contract/evidence").status_code == 200


# Only the maker sees what its margin is, and the contract prints it.
NARROWED = projects.SMALL.replace("""\
  terms:
    name: Terms
""", """\
      margin:
        title: Margin
        why: The price follows from it.
        of: maker
        due: {days: 5}
        fields:
          rate: {label: Rate, type: money, per: piece, min: 0, visible_to: own}
          spot: {label: Spot, type: text, visible_to: own}
          rows: {label: Rows, type: table, visible_to: own, columns: {what: {label: What, type: text}}}
  terms:
    name: Terms
""", 1).replace("""\
annexes:
""", """\
  margin:
    title: Margin
    needs: {rate: figures.margin.rate, spot: figures.margin.spot, rows: figures.margin.rows}
    text: The rate is $rate at $spot, by $rows.
annexes:
  rows: {title: Rows, of: figures.margin.rows}
""", 1)
MARGIN = {"rate": Answer(value=Decimal(31477), currency="EUR", price_year=2027), "spot": Answer(value="Zanzibarra"),
          "rows": Answer(value=({"what": Answer(value="Quillfeather")},))}


# helpers


def narrowed(session):
    """A project whose maker has said what its margin is, ready for its contract."""
    small = projects.open_small(session, definition=NARROWED)
    for task in ("returns", "credit"):
        projects.give(session, small, task)
    contributions.submit(session, small.ref, task="margin", party=1, seen=0, draft=0, answers=MARGIN,
                         actor=small.maker, key=projects.key(), now=NOON)
    projects.go_on(session, small, "to_terms")
    return small


def within(client: FlaskClient, home: str) -> Iterator[tuple[str, str]]:
    """Every page and file under an address that links lead to, as somebody reads it."""
    waiting, seen = [home, f"{home}/record.json", f"{home}/contract/versions/1/check.pdf"], set()
    while waiting:
        if (path := waiting.pop()) in seen:
            continue
        seen.add(path)
        body = words_of(client.get(path))
        yield path, body
        waiting += [html.unescape(one).partition("#")[0] for one in re.findall(r'href="([^"]+)"', body)
                    if one.startswith(home)]


def pairs(both: Worlds, **instead: object) -> Iterator[tuple[Route, Route]]:
    """Every address with a reference of theirs, and beside it the same with one that nobody has."""
    for real, none in zip(routes(both.app, both.theirs, **instead), routes(both.app, both.theirs, ref=MISSING),
                          strict=True):
        if "ref" in real.of:
            yield real, none


def pages(client: FlaskClient, both: Worlds, world: World) -> Iterator[tuple[str, str]]:
    """What somebody reads at every address that only shows, with the ids of a world."""
    for route in routes(both.app, world):
        # But for the mails that are files: in development only, and everybody's.
        if route.method == "GET" and not route.endpoint.startswith("admin.mail"):
            yield route.path, words_of(client.get(route.path))
    for more in MORE:
        yield f"/p/{world.ref}{more}", words_of(client.get(f"/p/{world.ref}{more}"))


def words_of(answer: TestResponse) -> str:
    """What somebody can read of an answer, also of a PDF."""
    return text_of(answer.data) if answer.mimetype == "application/pdf" else answer.get_data(as_text=True)


def text_of(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=False).stdout.decode()


def closed_to(kind: str, both: Worlds) -> tuple[str, ...]:
    """What this stranger may read nowhere; names of people of the same host are nothing of a project."""
    words = both.theirs.words
    near = kind in ("manager_without_the_project", "administrator_without_a_seat", "in_another_project", "removed",
                    "guest")
    return (f"Crates {words.inside}", words.secret) if near else words.all


def assert_silent(text: str, world: World, where: str) -> None:
    for word in world.words.all:
        assert word not in text, (where, word)


def refs(world: World) -> tuple[str, ...]:
    return world.ref, world.template, world.opening, world.manager_ref


def projects_of(world: World):
    from cocreate.models.projects import Project
    return select(Project.id).where(Project.host_id == world.small.host_id)


def mails(world: World):
    """Everything that waits to be sent to people of a world, as its mail is written."""
    rows = [*db.session.scalars(select(Outbox).where(Outbox.host_id == world.small.host_id,
                                                     Outbox.state != outbox.FOR_DIGEST))]
    found = letters.contexts(db.session(), tuple(map(outbox.read, rows)), NOON)
    return [(row.recipient, found[row.message_id]) for row in rows if found[row.message_id]]


def rows_of(world: World) -> dict[str, list[str]]:
    """Everything that belongs to a tenant, row by row."""
    db.session.rollback()
    rows = {table.name: sorted(repr(row) for row in db.session.execute(
        select(table).where(table.c.host_id == world.small.host_id)))
        for table in db.metadata.sorted_tables if "host_id" in table.c}
    db.session.rollback()  # PostgreSQL ends who leaves a transaction open for half a minute
    return rows


@pytest.fixture
def both(app, clock) -> Iterator[Worlds]:
    with app.app_context():
        yield worlds(app)
