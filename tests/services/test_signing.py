"""Signing what was frozen, and refusing to: the mailed code, the signature, and several at the same moment."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from cocreate import vault
from cocreate.db import db, transaction
from cocreate.errors import CocreateError, Conflict, Forbidden, Invalid, Refused, TooOften
from cocreate.models.contracts import ContractVersion, Signature
from cocreate.models.mails import Outbox
from cocreate.services import contracts, records, sealings, signing, stages
from tests.support import projects
from tests.support.clock import LATER, NOON
from tests.support.projects import facts, key

ROUNDS = 5


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
        signing.refuse_to_sign(session, small.ref, version=1, reason="Clause 2 has no index.", wording=True,
                               actor=small.shop, key=key(), now=LATER)
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
        signing.refuse_to_sign(session, small.ref, version=1, reason="Not before Monday.", wording=True,
                               actor=small.shop, key=key(), now=NOON)
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
