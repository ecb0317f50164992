"""The seal on what all have signed: tried until it is done, once, and never without the certificate that was shown."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from cocreate.db import db, transaction
from cocreate.errors import Conflict, NotFound
from cocreate.models.contracts import ContractVersion
from cocreate.models.hosts import Host
from cocreate.papers import sealing
from cocreate.services import contracts, sealings
from cocreate.storage import LocalStore
from tests.support import projects, stories
from tests.support.clock import LATER, NOON
from tests.support.printing import words
from tests.support.projects import facts
from tests.support.seals import check


class TestSeal:
    def test_of_what_all_have_signed(self, session, app, tmp_path):
        small = _committed(session, projects.agreed)
        assert _run(small, tmp_path) == 1
        here = facts(db.session(), small, now=LATER)
        sealed = contracts.pdf(db.session(), here, small.store, 1, kind="sealed")
        row = contracts.version(db.session(), here, 1).row
        assert check(sealed, row.pdf_sha256, sealed_sha256=row.sealed_sha256).valid
        assert "Claire Duval" in words(contracts.pdf(db.session(), here, small.store, 1, kind="evidence"))
        assert _run(small, tmp_path) == 0

    def test_the_evidence_says_with_what_reservation_a_party_agreed_to_this_very_text(self, session, app, tmp_path):
        small = _committed(session, projects.frozen)
        for said in ("Not these words any more.", "Our board meets\nin June."):
            stories.decide(small, "our_contract", 1, answer="reserved", reason=said)
        stories.decide(small, "our_contract", 2)
        stories.go_on(small, "to_signature")
        for party in small.people:
            stories.sign(small, party)
        assert _run(small, tmp_path) == 1
        here = facts(db.session(), small, now=LATER)
        said = words(contracts.pdf(db.session(), here, small.store, 1, kind="evidence"))
        assert "Tornby Furniture agreed with a reservation Ingrid Solvik, Mon 1 Mar 2027" in said
        assert "Our board meets in June." in said and "Not these words" not in said
        assert "Aurelis Hotels agreed with a reservation" not in said

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
