"""P-19: what a signatory was shown is, byte for byte, what was signed, sealed, stored and handed out."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cocreate.db import db, transaction
from cocreate.models.contracts import ContractVersion, Signature
from cocreate.services import records, sealings
from tests.support import projects
from tests.support.clock import NOON
from tests.views.test_contracts import Played, _form


@pytest.mark.parametrize("documents", [1, pytest.param(100, marks=pytest.mark.long)])
def test_every_byte_is_the_one_that_was_shown(app, session, clock, tmp_path, documents):
    for _ in range(documents):
        small = projects.ready_to_sign(session)
        session.commit()
        played = Played(app, small, clock)
        shown = _form(played.maker.get("/contract/sign").text)
        downloaded = played.maker.get("/contract/versions/1/signed.pdf").data
        assert _sha(downloaded) == shown["pdf_sha256"]
        with app.app_context():
            with transaction() as writing:
                for party in small.people:
                    projects.sign(writing, small, party)
                writing.execute(update(ContractVersion).where(
                    ContractVersion.host_id != small.host_id).values(sealed_at=NOON))
            assert sealings.run(small.store, tmp_path, self_made=True, now=lambda: NOON + timedelta(hours=1)) == 1
            project = projects.facts(db.session(), small).project
            row = db.session().get(ContractVersion, (project.id, "", 1))
            signatures = db.session().scalars(select(Signature).where(Signature.project_id == project.id)).all()
            told = records.lines(db.session(), projects.facts(db.session(), small))
            lines = {line.act: line.details for line in told}
        assert _sha(row.text.encode()) == shown["text_sha256"] == row.text_sha256
        assert {(one.text_sha256, one.pdf_sha256) for one in signatures} == {
            (shown["text_sha256"], shown["pdf_sha256"])}
        sealed = played.shop.get("/contract/versions/1/sealed.pdf").data
        assert sealed.startswith(downloaded)
        assert _sha(sealed) == row.sealed_sha256 == lines["seal"]["sealed_sha256"]
        evidence = played.shop.get("/contract/versions/1/evidence.pdf").data
        assert _sha(evidence) == row.evidence_sha256 == lines["seal"]["evidence_sha256"]
        assert lines["freeze"]["pdf_sha256"] == lines["sign"]["pdf_sha256"] == shown["pdf_sha256"]


def _sha(body):
    return hashlib.sha256(body).hexdigest()
