"""The contract: frozen as agreed, signed by both or by nobody, sealed once."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from cocreate import vault
from cocreate.db import db, transaction
from cocreate.domain import contract as domain
from cocreate.domain import openness, saying
from cocreate.domain.answers import Answer
from cocreate.domain.differences import differences
from cocreate.domain.prose import plain
from cocreate.errors import CocreateError, Conflict, Forbidden, Invalid, NotFound, Refused, TooOften
from cocreate.models.contracts import ContractVersion, Signature
from cocreate.models.hosts import Host
from cocreate.models.mails import Outbox
from cocreate.models.projects import Project
from cocreate.papers import sealing, typesetting
from cocreate.services import composing, contracts, contributions, missing, records, sealings, signing, stages
from cocreate.storage import LocalStore
from tests.support import projects
from tests.support.clock import NOON
from tests.support.projects import facts, key
from workflows.exchange.yaml_text import read

LATER = NOON + timedelta(hours=1)
ROUNDS = 20


class TestSalt:
    def test_nobody_can_try_by_the_hashes_of_a_version_what_it_says(self, session, app):
        small = projects.frozen(session)
        found = contracts.version(session, facts(session, small), 1)
        row, text = found.row, found.text
        guessed = replace(text, salt="")
        assert len(text.salt) == 32 and domain.text_sha256(guessed) != row.text_sha256
        pdf = typesetting.contract_pdf(guessed, text_sha256=row.text_sha256)
        assert hashlib.sha256(pdf).hexdigest() != row.pdf_sha256
        again = typesetting.contract_pdf(text, text_sha256=row.text_sha256)
        assert hashlib.sha256(again).hexdigest() == row.pdf_sha256


class TestAnswers:
    """What hangs on an answer, from the row in which the answer is kept to the text of the contract."""

    @pytest.mark.parametrize(("said", "state"), [("deposit", "given"), ("none", "struck")])
    def test_what_it_makes_pointless_is_neither_asked_nor_printed(self, session, said, state):
        data, only = json.loads(read(projects.SMALL).canonical()), {"answer": "figures.returns.kind", "is": ["deposit"]}
        stage = data["stages"]["figures"]["tasks"]
        stage["returns"]["fields"]["kind"] = {"type": "choice", "label": "Kind", "of": ["none", "deposit"]}
        stage["custody"] = {**stage["credit"], "after": ["returns"], "only_if": only}
        data["clauses"]["custody"] = {"title": "Custody", "only_if": only, "text": "Kept apart: $amount.",
                                      "needs": {"amount": "figures.custody.amount"}}
        small = projects.open_small(session, definition=json.dumps(data))
        projects.give(session, small, "returns", projects.answers("returns") | {"kind": Answer(said)})
        projects.give_all(session, small)
        here = facts(session, small)
        assert here.chosen("figures.returns.kind") == {2: (said,)}
        assert bool(here.instances("custody")) == (said == "deposit")
        clause = next(one for one in composing.compose(session, here).clauses if one.key == "custody")
        assert (clause.state, clause.gaps, "Kept apart" in clause.body) == (state, (), said == "deposit")

    @pytest.mark.parametrize("given", [{}, {"amount": Answer(not_available="Nobody has counted.")}])
    def test_who_may_not_see_it_reads_the_same_whatever_it_is(self, session, given):
        read_by = {said: hangs_on_a_kept_answer(session, said, given) for said in ("deposit", "none")}
        for of in ("manager", "maker"):
            texts = [found[of][0] for found in read_by.values()]
            clauses = [next(one for one in text.clauses if one.key == "custody") for text in texts]
            annexes = [next(one for one in text.annexes if one.key == "kept") for text in texts]
            same = clauses[0] == clauses[1] and annexes[0] == annexes[1]
            assert same == (of == "manager")
        assert clauses[0].state != clauses[1].state  # the maker's, who may see it
        (text, missing), who = read_by["deposit"]["manager"], "only Tornby Furniture and Aurelis Hotels may see it"
        assert plain(text.clauses[-1].body) == f"[whether this applies hangs on “Kind”: {who}]"
        assert not text.clauses[-1].gaps and not text.clauses[-1].sources
        assert [(one.code, "n" in one.values) for one in missing] == ([("contract.lacks", False)] if given else [])

    @pytest.mark.parametrize("said", ["deposit", "none"])
    def test_who_may_not_see_it_reads_no_version_that_was_made_of_it(self, session, said):
        small = hanging_on_kept(session, said)
        projects.freeze(session, small)
        standing = contracts.row(session, facts(session, small))
        assert [contracts.may_read(facts(session, small, person=one), standing)
                for one in (small.manager, small.maker, small.shop)] == [False, True, True]

    def test_what_is_missing_in_it_is_not_told_to_who_may_not_see_it(self, session):
        small = hanging_on_kept(session, "deposit", {"amount": Answer(not_available="Nobody has counted.")})
        for person, code in ((small.manager, "contract.lacks"), (small.maker, "contract.gaps")):
            with pytest.raises(Invalid, match=code):
                contracts.prepare(session, small.ref, store=small.store, actor=person, now=NOON)

    def test_the_charter_does_not_keep_it_from_who_signs(self, session):
        data = json.loads(kept_among(read(projects.SMALL)))
        del data["stages"]["figures"]["tasks"]["returns"]["fields"]["kind"]["visible_to"]
        data["stages"]["figures"]["tasks"]["returns"]["fields"]["kind"]["matter"] = "costs"
        assert "figures.returns.kind" in openness.in_contract(read(json.dumps(data)))

    @pytest.mark.parametrize(("said", "heads"), [("deposit", ("Place", "Lorries")), ("none", ("Place",))])
    def test_a_column_it_makes_pointless_is_in_no_version_no_figure_and_no_annex(self, session, said, heads):
        data = json.loads(read(projects.SMALL).canonical())
        stage = data["stages"]["figures"]["tasks"]
        stage["returns"]["fields"]["kind"] = {"type": "choice", "label": "Kind", "of": ["none", "deposit"]}
        stage["credit"]["after"] = ["returns"]
        stage["credit"]["fields"]["places"]["columns"]["lorries"]["only_if"] = {
            "answer": "figures.returns.kind", "is": ["deposit"]}
        small = projects.open_small(session, definition=json.dumps(data))
        projects.give(session, small, "returns", projects.answers("returns") | {"kind": Answer(said)})
        projects.give(session, small, "credit")  # as a case does: with all that it has
        here = facts(session, small)
        _, given = contributions.counting(session, here)["credit", 1]
        assert [len(row) for row in given["places"].value] == [len(heads)] * 2
        cells = [one.path for one in here.figures if one.path.startswith("figures.credit.places")]
        assert len(cells) == (2 if said == "deposit" else 0)
        (shown,) = (one for one in saying.shown(here.task_of(here.task("credit", 1)), given) if one.key == "places")
        (annex,) = composing.compose(session, here).annexes
        assert annex.columns == shown.columns == heads
        assert [len(row) for row in annex.rows] == [len(heads)] * 2

    def test_the_rows_of_several_parties_are_one_table(self, session):
        data = json.loads(read(projects.SMALL).canonical())
        task = data["stages"]["figures"]["tasks"]["credit"]
        task["of"], task["accepted_by"] = ["maker", "shop"], "nobody"
        del data["clauses"]["credit"], data["clauses"]["places"]  # they print what one party gave
        columns = task["fields"]["places"]["columns"]
        columns["lorries"] = {"type": "money", "label": "Rent", "per": "a", "grade": True}
        small = projects.open_small(session, definition=json.dumps(data))
        for party, currency, grade in ((1, "EUR", "measured"), (2, "USD", None)):
            rent = Answer(Decimal(5), currency=currency, price_year=2027, grade=grade)
            contributions.submit(
                session, small.ref, task="credit", party=party, seen=0, draft=0, actor=small.people[party], key=key(),
                now=NOON, answers=projects.answers("credit") | {
                    "places": Answer(({"place": Answer(f"Place {party}"), "lorries": rent},))})
        (annex,) = composing.compose(session, facts(session, small)).annexes
        assert annex.columns == ("Place", "Rent, per year", "How do you know?")  # no currency: they differ
        assert annex.rows == (("Place 1", "5 EUR, prices of 2027", "measured"),
                              ("Place 2", "5 USD, prices of 2027", ""))


class TestFreeze:
    def test_keeps_the_text_and_the_pdf_made_of_it(self, session):
        small = projects.frozen(session)
        kept = contracts.version(session, facts(session, small))
        assert domain.text_sha256(kept.text) == kept.row.text_sha256
        pdf = contracts.pdf(session, facts(session, small), small.store, 1, kind="signed")
        assert hashlib.sha256(pdf).hexdigest() == kept.row.pdf_sha256
        assert "12,500" in _words(pdf)

    def test_a_blank_is_never_frozen(self, session):
        small = projects.open_small(session)
        projects.give(session, small, "returns", {"crates": Answer(not_available="nobody counted")})
        projects.give(session, small, "credit")
        projects.go_on(session, small, "to_terms")
        with pytest.raises(Invalid, match="contract.gaps") as refused:
            projects.freeze(session, small)
        assert refused.value.values["numbers"] == (2,)
        assert facts(session, small).contract is None

    def test_the_same_words_are_not_frozen_twice(self, session):
        small = projects.frozen(session)
        with pytest.raises(Conflict, match="contract.same") as same:
            projects.freeze(session, small, now=LATER)
        assert same.value.values["n"] == 1
        assert facts(session, small).contract.number == 1

    def test_sent_twice_it_happens_once(self, session):
        small = projects.in_terms(session)
        prepared = contracts.prepare(session, small.ref, store=small.store, actor=small.maker, now=NOON)
        first, second = (contracts.freeze(session, small.ref, prepared, actor=small.maker, key="one-key", now=NOON)
                         for _ in range(2))
        assert first == second
        assert len(facts(session, small).contracts) == 1

    def test_what_was_prepared_before_something_happened_is_refused(self, session):
        small = projects.in_terms(session)
        prepared = contracts.prepare(session, small.ref, store=small.store, actor=small.maker, now=NOON)
        projects.freeze(session, small)
        with pytest.raises(Conflict, match="project.moved"):
            contracts.freeze(session, small.ref, prepared, actor=small.maker, key=key(), now=NOON)

    def test_other_words_end_the_version_that_stood_and_its_decisions(self, session):
        small = projects.frozen(session)
        projects.agree(session, small, 1)
        _rename(session, small, "Crates and lids come back")
        assert projects.freeze(session, small, now=LATER) == 2
        here = facts(session, small, now=LATER)
        first = next(c for c in here.contracts if c.number == 1)
        assert (first.state, first.ended_because) == ("ended", "replaced")
        assert here.decision("our_contract", 1).state == "lapsed"

    def test_is_not_for_another_stage_nor_for_who_is_not_asked(self, session):
        small = projects.open_small(session)
        with pytest.raises(Conflict, match="contract.not_here"):
            contracts.prepare(session, small.ref, store=small.store, actor=small.manager, now=NOON)
        with pytest.raises(NotFound):
            contracts.prepare(session, small.ref, store=small.store, actor=10**9, now=NOON)

    def test_nothing_is_frozen_after_the_end(self, session):
        small = projects.agreed(session)
        with pytest.raises(Conflict, match="project.ended"):
            contracts.prepare(session, small.ref, store=small.store, actor=small.manager, now=LATER)


class TestSign:
    def test_the_last_signature_takes_the_project_to_agreed(self, session):
        small = projects.ready_to_sign(session)
        assert projects.sign(session, small, 1).values == {"last": False}
        receipt = projects.sign(session, small, 2)
        assert (receipt.values, receipt.stage) == ({"last": True}, "agreed")
        assert facts(session, small).contract.state == "signed"
        assert records.check(session, facts(session, small).project.id) is None

    @pytest.mark.parametrize("wrong", [{"text_sha256": "0" * 64}, {"pdf_sha256": "0" * 64}, {"version": 2}])
    def test_counts_for_exactly_what_was_shown(self, session, wrong):
        small = projects.ready_to_sign(session)
        standing = facts(session, small).contract
        shown = {"version": 1, "text_sha256": standing.text_sha256, "pdf_sha256": standing.pdf_sha256} | wrong
        with pytest.raises(Conflict, match="contract.changed"):
            signing.require_signable(facts(session, small), **shown)
        with pytest.raises(Conflict, match="contract.changed"):
            signing.sign(session, small.ref, **shown, evidence={}, code=False, actor=small.maker, key=key(), now=NOON)
        assert facts(session, small).signatures == ()

    def test_once_for_each_party(self, session):
        small = projects.ready_to_sign(session)
        projects.sign(session, small, 1)
        with pytest.raises(Conflict, match="contract.already_signed"):
            projects.sign(session, small, 1)

    def test_needs_a_signatory(self, session):
        small = projects.ready_to_sign(session)
        standing = facts(session, small).contract
        with pytest.raises(Forbidden) as refused:
            signing.sign(session, small.ref, version=1, text_sha256=standing.text_sha256,
                           pdf_sha256=standing.pdf_sha256, evidence={}, code=False, actor=small.manager, key=key(),
                           now=NOON)
        assert refused.value.values["persons"] == (small.maker,)

    def test_needs_both_decisions(self, session):
        small = projects.frozen(session)
        projects.agree(session, small, 1)
        with pytest.raises(Refused):
            projects.sign(session, small, 1)

    def test_a_change_of_what_it_rests_on_ends_version_and_signature(self, session):
        small = projects.ready_to_sign(session)
        projects.sign(session, small, 1)
        projects.go_on(session, small, "too_early", reason="The crates were counted wrongly.", now=LATER)
        here = facts(session, small, now=LATER)
        assert here.contract is None
        assert [s.ended_at for s in here.signatures] == [LATER]


class TestRefuseToSign:
    def test_ends_the_version_and_every_signature_and_tells_all(self, session):
        small = projects.ready_to_sign(session)
        projects.sign(session, small, 1)
        signing.refuse_to_sign(session, small.ref, version=1, reason="Clause 2 has no index.", actor=small.shop,
                                 key=key(), now=LATER)
        here = facts(session, small, now=LATER)
        assert (here.contract, here.project.stage) == (None, "terms")
        assert [s.ended_at for s in here.signatures] == [LATER]
        said = signing.unwilling(session, here)[1]
        assert (said.party, said.person, said.reason, said.at) == (2, "Claire Duval", "Clause 2 has no index.", LATER)
        told = set(session.scalars(select(Outbox.recipient).where(Outbox.kind == "signing_declined")))
        assert {small.maker, small.manager} <= told and small.shop not in told

    def test_needs_a_reason_that_can_be_answered(self, session):
        small = projects.ready_to_sign(session)
        with pytest.raises(Invalid, match="reason.short"):
            signing.refuse_to_sign(session, small.ref, version=1, reason="  no  ", actor=small.shop, key=key(),
                                     now=NOON)

    def test_the_same_words_can_be_agreed_and_signed_again(self, session):
        small = projects.ready_to_sign(session)
        signing.refuse_to_sign(session, small.ref, version=1, reason="Not before Monday.", actor=small.shop,
                                 key=key(), now=NOON)
        assert projects.freeze(session, small, now=LATER) == 2
        for party in small.people:
            projects.agree(session, small, party, now=LATER)
        projects.go_on(session, small, "to_signature", now=LATER)
        for party in small.people:
            projects.sign(session, small, party, now=LATER)
        assert facts(session, small, now=LATER).project.stage == "agreed"


class TestCode:
    def test_is_mailed_and_counts(self, session):
        small = projects.ready_to_sign(session)
        code = _send(session, small)
        assert signing.code_waits(session, facts(session, small), version=1, actor=small.maker)
        assert _check(session, small, code)
        assert _check(session, small, f"{code[:4]} {code[4:]}")  # as people type it

    def test_wrong_tries_count_and_the_fifth_is_the_last(self, session):
        small = projects.ready_to_sign(session)
        code = _send(session, small)
        wrong = f"{(int(code) + 1) % 10**8:08d}"
        assert [_check(session, small, wrong) for _ in range(5)] == [False] * 5
        assert not _check(session, small, code)
        assert not signing.code_waits(session, facts(session, small), version=1, actor=small.maker)

    def test_ends_after_ten_minutes(self, session):
        small = projects.ready_to_sign(session)
        code = _send(session, small)
        assert _check(session, small, code, now=NOON + timedelta(minutes=10))
        assert not _check(session, small, code, now=NOON + timedelta(minutes=10, seconds=1))

    def test_is_for_one_version_and_one_person(self, session):
        small = projects.ready_to_sign(session)
        code = _send(session, small)
        assert not signing.check_code(session, small.ref, version=2, code=code, actor=small.maker, now=NOON)
        assert not signing.check_code(session, small.ref, version=1, code=code, actor=small.shop, now=NOON)

    def test_a_new_one_ends_the_old(self, session):
        small = projects.ready_to_sign(session)
        old, new = _send(session, small), _send(session, small)
        assert not _check(session, small, old)
        assert _check(session, small, new)

    def test_is_used_up_by_the_signature(self, session):
        small = projects.ready_to_sign(session)
        code = _send(session, small)
        standing = facts(session, small).contract
        signing.sign(session, small.ref, version=1, text_sha256=standing.text_sha256,
                       pdf_sha256=standing.pdf_sha256, evidence=projects.evidence(small, 1), code=True,
                       actor=small.maker, key=key(), now=NOON)
        session.expire_all()
        assert not _check(session, small, code)

    def test_nobody_fills_a_mailbox(self, session):
        small = projects.ready_to_sign(session)
        for _ in range(10):
            _send(session, small)
        with pytest.raises(TooOften):
            _send(session, small)

    def test_a_request_sent_twice_mails_once(self, session):
        small = projects.ready_to_sign(session)
        for _ in range(2):
            signing.send_code(session, small.ref, version=1, actor=small.maker, key="one-code", now=NOON)
        assert len(_codes(session, small)) == 1


class TestDifferences:
    def test_words_that_changed_stand_between_those_that_did_not(self, session):
        small = projects.in_terms(session)
        before = composing.compose(session, facts(session, small))
        projects.go_on(session, small, "figures_wrong", reason="Counted again.", now=LATER)
        projects.give(session, small, "returns", projects.answers("returns", crates=9_000), now=LATER)
        projects.give(session, small, "credit", now=LATER)
        after = composing.compose(session, facts(session, small, now=LATER))
        clause, figures = differences(before, after)
        assert (clause.part, clause.label, figures.part) == ("clause", "2 Credit", "figures")
        assert ("deleted", "12,500 ") in clause.pieces
        assert ("inserted", "9,000 ") in clause.pieces

    def test_none_between_the_same_words(self, session):
        small = projects.in_terms(session)
        text = composing.compose(session, facts(session, small))
        assert differences(text, text) == ()


class TestSeal:
    def test_of_what_all_have_signed(self, session, app, tmp_path):
        small = _committed(session, projects.agreed)
        assert _run(small, tmp_path) == 1
        here = facts(db.session(), small, now=LATER)
        sealed = contracts.pdf(db.session(), here, small.store, 1, kind="sealed")
        row = contracts.version(db.session(), here, 1).row
        assert sealing.check(sealed, row.pdf_sha256, sealed_sha256=row.sealed_sha256).valid
        assert "Claire Duval" in _words(contracts.pdf(db.session(), here, small.store, 1, kind="evidence"))
        assert _run(small, tmp_path) == 0

    def test_without_a_certificate_nothing_is_sealed_and_nothing_lost(self, session, app, tmp_path):
        small = _committed(session, projects.agreed)
        assert _run(small, tmp_path, self_made=False) == 0
        row = contracts.version(db.session(), facts(db.session(), small), 1).row
        assert (row.state, row.seal_attempts, row.seal_error, row.sealed_at) == ("signed", 1, "seal.unreadable", None)
        assert not list(tmp_path.iterdir())
        with pytest.raises(NotFound):
            contracts.pdf(db.session(), facts(db.session(), small), small.store, 1, kind="sealed")

    def test_is_tried_again_after_pauses_that_grow(self, session, app, tmp_path):
        small = _committed(session, projects.agreed)
        signed = NOON + timedelta(minutes=2)
        dues = [sealings.due_at(sealings.Waiting("", "", 1, "", "", tries, signed)) - signed for tries in (0, 1, 2, 3)]
        assert dues == [timedelta(minutes=minutes) for minutes in (0, 1, 3, 7)]
        assert _run(small, tmp_path, self_made=False, now=signed) == 0
        assert _run(small, tmp_path, now=signed + timedelta(seconds=59)) == 0
        assert _run(small, tmp_path, now=signed + timedelta(seconds=60)) == 1

    def test_the_pause_never_ends_in_giving_up(self):
        long = sealings.Waiting("", "", 1, "", "", 1000, NOON)
        longer = sealings.Waiting("", "", 1, "", "", 1001, NOON)
        assert sealings.due_at(longer) - sealings.due_at(long) == sealings.LONGEST_PAUSE

    def test_changed_bytes_are_never_sealed(self, session, app, tmp_path):
        small = _committed(session, projects.agreed)
        host = db.session().get(Host, small.host_id)
        digest = facts(db.session(), small).contract.pdf_sha256
        (small.store.folder / host.ref / digest[:2] / digest).write_bytes(b"%PDF-1.7 another")
        assert _run(small, tmp_path) == 0
        row = contracts.version(db.session(), facts(db.session(), small), 1).row
        assert (row.seal_error, row.sealed_at) == ("contract.bytes_differ", None)

    def test_only_the_first_sealed_file_counts(self, session, app, tmp_path):
        small = _committed(session, projects.agreed)
        certificate = sealing.self_made("Host", now=NOON)
        first, second = (sealings.sealed_files(db.session(), small.ref, 1, store=small.store, certificate=certificate,
                                                now=NOON + timedelta(minutes=n)) for n in (5, 6))
        assert first.sealed_sha256 != second.sealed_sha256
        with transaction() as writing:
            sealings.seal(writing, small.ref, first, now=LATER)
        with pytest.raises(Conflict, match="key.used"), transaction() as writing:
            sealings.seal(writing, small.ref, second, now=LATER)
        assert contracts.version(db.session(), facts(db.session(), small), 1).row.sealed_sha256 == first.sealed_sha256

    def test_no_transaction_is_open_while_it_is_made(self, session, app, tmp_path):
        """A slow machine would find its connection closed by the database."""
        small, open_ = _committed(session, projects.agreed), []

        class Watching(LocalStore):
            def put(self, *given, **more):
                open_.append(db.session().in_transaction())
                return super().put(*given, **more)

        assert _run(replace(small, store=Watching(small.store.folder)), tmp_path) == 1
        assert open_ == [False, False]

    def test_a_lost_connection_is_noted_and_stops_nothing(self, session, app, tmp_path):
        small = _committed(session, projects.agreed)

        class Losing(LocalStore):
            def read(self, *_):
                db.session().connection().invalidate()
                raise ConnectionResetError

        assert _run(replace(small, store=Losing(small.store.folder)), tmp_path) == 0
        row = contracts.version(db.session(), facts(db.session(), small), 1).row
        assert (row.seal_attempts, row.seal_error) == (1, "our fault: ConnectionResetError")

    def test_is_not_for_a_contract_that_somebody_has_not_signed(self, session, app, tmp_path):
        small = _committed(session, projects.ready_to_sign)
        assert small.ref not in [waiting.ref for waiting in sealings.waiting_for_seal(db.session())]


class TestAtTheSameMoment:
    def test_two_signatories_are_two_signatures(self, new_app, fresh_database):
        app = new_app(fresh_database)
        for _ in range(ROUNDS):
            with app.app_context():
                with transaction() as session:
                    small = projects.ready_to_sign(session)
                standing = facts(db.session(), small).contract
            outcomes = _together(app, *[_signing(small, standing, party) for party in small.people])
            assert outcomes == ["done", "done"]
            with app.app_context():
                here = facts(db.session(), small)
                assert here.project.stage == "agreed"
                assert [s.ended_at for s in here.signatures] == [None, None]
                assert records.check(db.session(), here.project.id) is None
                row = db.session().scalars(select(ContractVersion).where(
                    ContractVersion.project_id == here.project.id)).one()
                assert row.state == "signed"

    def test_two_schedulers_seal_once(self, new_app, fresh_database, tmp_path):
        app = new_app(fresh_database)
        with app.app_context(), transaction() as session:
            small = projects.agreed(session)
        run = lambda: sealings.run(small.store, tmp_path / "seal", self_made=True, now=lambda: LATER)  # noqa: E731
        assert _together(app, run, run) == ["done", "done"]
        with app.app_context():
            lines = records.lines(db.session(), facts(db.session(), small, now=LATER))
            assert [line.act for line in lines].count("seal") == 1
            row = contracts.version(db.session(), facts(db.session(), small, now=LATER)).row
            assert (row.seal_attempts, row.seal_error) == (0, None)

    def test_nobody_signs_what_has_just_ended(self, new_app, fresh_database):
        app = new_app(fresh_database)
        for _ in range(ROUNDS):
            with app.app_context():
                with transaction() as session:
                    small = projects.ready_to_sign(session)
                standing = facts(db.session(), small).contract
                visit = facts(db.session(), small).project.visit

            def back(small=small, visit=visit):
                with transaction() as session:
                    stages.go_on(session, small.ref, transition="too_early", visit=visit, actor=small.shop,
                                 reason="Counted wrongly.", key=key(), now=LATER)

            signed, gone = _together(app, _signing(small, standing, 1), back)
            assert gone == "done" and signed in ("done", "refused")
            with app.app_context():
                rows = db.session().scalars(select(Signature).join(
                    ContractVersion, (ContractVersion.project_id == Signature.project_id)
                    & (ContractVersion.number == Signature.version))
                    .where(ContractVersion.state == "ended", Signature.ended_at.is_(None))).all()
                assert rows == []
                assert facts(db.session(), small).contract is None

    def test_one_signatory_who_clicks_twice_signs_once(self, new_app, fresh_database):
        app = new_app(fresh_database)
        with app.app_context():
            with transaction() as session:
                small = projects.ready_to_sign(session)
            standing = facts(db.session(), small).contract
        act = _signing(small, standing, 1, key="the-same-form")
        assert _together(app, act, act) == ["done", "done"]
        with app.app_context():
            assert len(facts(db.session(), small).signatures) == 1


# helpers


def _signing(small, standing, party, **given):
    def act():
        with transaction() as session:
            signing.sign(session, small.ref, version=standing.number, text_sha256=standing.text_sha256,
                           pdf_sha256=standing.pdf_sha256, evidence=projects.evidence(small, party), code=False,
                           actor=small.people[party], key=given.get("key") or key(), now=NOON)
    return act


def _together(app, *acts):
    """What came of each: "done", "refused", or the error."""
    start = threading.Barrier(len(acts))

    def run(act):
        with app.app_context():
            start.wait()
            try:
                act()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        errors = [future.exception() for future in [pool.submit(run, act) for act in acts]]
    return ["done" if error is None else "refused" if isinstance(error, CocreateError) else repr(error)
            for error in errors]


def _committed(session, make):
    small = make(session)
    session.commit()
    return small


def _run(small, folder, *, self_made=True, now=LATER):
    """Seals whatever waits in this worker's database; what earlier tests left is put aside."""
    with transaction() as session:
        session.execute(update(ContractVersion).where(
            ContractVersion.host_id != small.host_id, ContractVersion.state == "signed",
            ContractVersion.sealed_at.is_(None)).values(sealed_at=NOON))
    return sealings.run(small.store, folder, self_made=self_made, now=lambda: now)


def _rename(session, small, title):
    session.execute(update(Project).where(Project.ref == small.ref).values(title=title))


def _send(session, small, person=None):
    signing.send_code(session, small.ref, version=1, actor=person or small.maker, key=key(), now=NOON)
    session.expire_all()
    return _codes(session, small)[-1]


def _codes(session, small):
    rows = session.scalars(select(Outbox).where(
        Outbox.kind == "signing_code", Outbox.project_id == facts(session, small).project.id).order_by(Outbox.seq))
    return [vault.unlock(json.loads(row.values)["secret"]) for row in rows]


def _check(session, small, code, *, now=NOON):
    return signing.check_code(session, small.ref, version=1, code=code, actor=small.maker, now=now)


def _words(pdf):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def kept_among(definition):
    """A clause and an annex that hang on an answer of the shop, which its account manager may not see."""
    data, only = json.loads(definition.canonical()), {"answer": "figures.returns.kind", "is": ["deposit"]}
    stage = data["stages"]["figures"]["tasks"]
    stage["returns"]["fields"]["kind"] = {"type": "choice", "label": "Kind", "of": ["none", "deposit"],
                                          "visible_to": ["maker", "shop"]}
    stage["custody"] = {**stage["credit"], "after": ["returns"], "only_if": only}
    data["clauses"]["custody"] = {"title": "Custody", "only_if": only, "text": "Kept apart: $amount.",
                                  "needs": {"amount": "figures.custody.amount"}}
    data["annexes"]["kept"] = {"title": "Places", "only_if": only, "of": "figures.custody.places"}
    return json.dumps(data)


def hanging_on_kept(session, said, given=None):
    """In the stage of the contract. given: for the task that is asked only after a deposit."""
    small = projects.open_small(session, definition=kept_among(read(projects.SMALL)))
    projects.give(session, small, "returns", projects.answers("returns") | {"kind": Answer(said)})
    if said == "deposit":
        projects.give(session, small, "custody", projects.answers("custody") | (given or {}))
    projects.give_all(session, small)
    projects.go_on(session, small, "to_terms")
    return small


def hangs_on_a_kept_answer(session, said, given):
    """(the text as it would be, what is missing) as the account manager and as the maker may read it."""
    small = hanging_on_kept(session, said, given)
    found = {name: facts(session, small, person=getattr(small, name)) for name in ("manager", "maker")}
    return {name: (composing.compose(session, here), missing.known(session, here).missing)
            for name, here in found.items()}
