"""Acceding to a sealed contract: one organisation, a document of its own, at any time after."""

import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from cocreate.db import db, transaction
from cocreate.domain import contract as domain
from cocreate.domain.turns import turns
from cocreate.errors import Conflict, Forbidden, NotFound
from cocreate.models.contracts import Accession, ContractVersion
from cocreate.models.mails import Outbox
from cocreate.services import accessions, bundles, records, sealings
from tests.support import projects
from tests.support.clock import NOON
from tests.support.mailed import body, mailed
from tests.support.projects import facts, key
from tests.support.signing import give_certificate

LATER = NOON + timedelta(days=40)


def accede(session, small, *, actor=None, seen=None, made_at=LATER):
    actor = actor or small.shop
    if seen is None:
        seen = accessions.document(session, facts(session, small, person=actor), made_at=made_at).text_sha256
    return accessions.accede(session, small.ref, store=small.store, seen=seen, made_at=made_at,
                             evidence=projects.evidence(small, 2), code=False, actor=actor, key=key(), now=LATER)


class TestDocument:
    def test_names_the_sealed_contract_by_its_hashes_and_binds_one_party(self, session, sealed):
        contract = session.scalars(select(ContractVersion).where(ContractVersion.host_id == sealed.host_id)).one()
        made = accessions.document(session, facts(session, sealed, person=sealed.shop), made_at=LATER)
        said = "".join(clause.body for clause in made.text.clauses)
        assert all(sha256 in said for sha256 in (contract.text_sha256, contract.pdf_sha256, contract.sealed_sha256))
        assert made.text.title == "Accession to: Agreement on returned crates"
        assert [(party.organisation, party.signs) for party in made.text.parties] == [
            ("Tornby Furniture", False), ("Aurelis Hotels", True)]
        assert not domain.gaps(made.text)

    def test_its_sheet_is_of_the_one_who_signs_it_and_names_nobody_who_is_touched(self, session, sealed):
        made = accessions.document(session, facts(session, sealed, person=sealed.shop), made_at=LATER)
        said = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(made.pdf)).pages).split())
        assert re.search(r"signed by (AH )?Aurelis Hotels", said) and "between" not in said
        assert "ffected groups" not in said and "None are named" not in said
        assert "takes part as Maker company, Norway does not sign this accession" in said

    def test_of_one_moment_is_the_same_bytes(self, session, sealed):
        looked = facts(session, sealed, person=sealed.shop)
        one, other = (accessions.document(session, looked, made_at=LATER) for _ in range(2))
        assert (one.pdf, one.text_sha256) == (other.pdf, other.text_sha256)
        assert accessions.document(session, looked, made_at=NOON).text_sha256 != one.text_sha256

    def test_waits_for_the_seal(self, session):
        small = projects.agreed_with_one_to_accede(session)
        with pytest.raises(Conflict, match="contract.not_sealed"):
            accessions.document(session, facts(session, small, person=small.shop), made_at=LATER)


class TestAccede:
    def test_is_kept_with_its_bytes_and_is_a_line_of_the_same_record(self, session, sealed):
        assert [turn.act for turn in turns(facts(session, sealed, person=sealed.shop), sealed.shop)] == ["accede"]
        receipt = accede(session, sealed)
        session.expire_all()
        looked = facts(session, sealed, person=sealed.maker)
        assert (looked.accession(2).person, looked.accession(2).at) == (sealed.shop, LATER)
        assert turns(looked, sealed.shop) == ()
        row = session.scalars(select(Accession).where(Accession.host_id == sealed.host_id)).one()
        assert row.seq == receipt.seq == looked.project.version
        title, body = accessions.pdf(session, looked, sealed.store, 2, kind="signed")
        assert (title[:12], body[:5]) == ("Accession to", b"%PDF-")
        assert records.check(session, looked.project.id) is None

    def test_the_contract_itself_does_not_change(self, session, sealed):
        before = facts(session, sealed).contract
        accede(session, sealed)
        session.expire_all()
        assert facts(session, sealed).contract == before
        assert facts(session, sealed).project.outcome == "agreed"

    def test_once(self, session, sealed):
        accede(session, sealed)
        session.expire_all()
        with pytest.raises(Conflict, match="contract.already_signed"):
            accede(session, sealed, seen="0" * 64)

    def test_is_for_the_signatory_of_who_accedes(self, session, sealed):
        with pytest.raises(Forbidden) as refused:
            accede(session, sealed, actor=sealed.maker, seen="0" * 64)
        assert refused.value.values["persons"] == (sealed.shop,)

    def test_counts_for_exactly_what_was_shown(self, session, sealed):
        with pytest.raises(Conflict, match="contract.changed"):
            accede(session, sealed, seen="0" * 64)

    def test_who_accedes_is_asked_when_the_seal_is_on_it(self, session, sealed):
        asked = session.scalars(select(Outbox.recipient).where(
            Outbox.kind == "please_sign", Outbox.subject == "accession:1:2")).all()
        assert sealed.shop in asked

    def test_the_mail_says_what_is_acceded_to_and_who_signed_it(self, session, sealed):
        asked = mailed(session, sealed, sealed.shop, "please_sign", last=True)
        said = " ".join(body(asked).split())
        assert asked["subject"] == "Please accede: Agreement on returned crates, version 1 (Crates come back)"
        assert "version 1, is signed by ● Tornby Furniture and sealed. Aurelis Hotels is asked to accede to it" in said
        assert "Read and accede" in said and "Read and sign" not in said
        assert "It stops when Aurelis Hotels has acceded." in said


class TestSeal:
    def test_has_its_own_seal_evidence_and_bundle_that_holds_without_us(self, session, sealed, tmp_path):
        accede(session, sealed)
        session.commit()
        looked = facts(db.session(), sealed, person=sealed.maker, now=LATER)
        with pytest.raises(NotFound):
            bundles.of_accession(db.session(), looked, sealed.store, 2)
        with transaction() as writing:  # what other tests left
            writing.execute(update(Accession).where(Accession.host_id != sealed.host_id).values(sealed_at=NOON))
        seal = lambda: sealings.run(sealed.store, tmp_path / "seal", self_made=True, now=lambda: LATER)  # noqa: E731
        assert (seal(), seal()) == (1, 0)
        db.session().rollback()
        looked = facts(db.session(), sealed, person=sealed.maker, now=LATER)
        assert accessions.sealed(db.session(), looked) == {2}
        _title, evidence = accessions.pdf(db.session(), looked, sealed.store, 2, kind="evidence")
        words = " ".join(page.extract_text() for page in PdfReader(BytesIO(evidence)).pages)
        assert "Claire Duval" in words and "Ingrid Solvik" not in words
        name, body = bundles.of_accession(db.session(), looked, sealed.store, 2)
        assert name == "Accession to: Agreement on returned crates, Aurelis Hotels, version 1.zip"
        folder = tmp_path / "bundle"
        zipfile.ZipFile(BytesIO(body)).extractall(folder)
        check = lambda: subprocess.run([sys.executable, "-I", "check.py"], cwd=folder, capture_output=True,  # noqa: E731
                                       text=True, check=False)
        assert check().returncode == 0, check().stdout
        assert "Aurelis Hotels signed once" in check().stdout
        seen = subprocess.run(["pdfsig", "contract.pdf"], cwd=folder, capture_output=True, text=True, check=False)
        assert "Signature is Valid" in seen.stdout
        (folder / "agreement.pdf").write_bytes(b"%PDF another agreement")
        assert check().returncode == 1 and "WRONG   The agreement acceded to" in check().stdout
        assert records.check(db.session(), looked.project.id) is None

    def test_what_was_acceded_to_never_changes(self, session, sealed):
        accede(session, sealed)
        with pytest.raises(IntegrityError, match="accessions never change"):
            session.execute(update(Accession).where(Accession.host_id == sealed.host_id).values(text="{}"))
        session.rollback()


@pytest.fixture
def sealed(session, tmp_path):
    small = projects.agreed_with_one_to_accede(session)
    session.commit()
    with transaction() as writing:
        writing.execute(update(ContractVersion).where(ContractVersion.host_id != small.host_id).values(sealed_at=NOON))
        give_certificate(writing, small, tmp_path)
    sealings.run(small.store, tmp_path, self_made=True, now=lambda: NOON + timedelta(hours=1))
    db.session().rollback()
    session.expire_all()
    return small
