"""What is shown is what is signed is what is sealed is what is downloaded (P-19)."""

import hashlib
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from cocreate.db import db, table_of
from cocreate.models.contracts import ContractVersion, Signature
from cocreate.models.projects import Project
from cocreate.services import records, sealings
from cocreate.services.files import prefix
from tests.support import stories
from tests.support.clock import NOON
from tests.support.seals import check
from tests.support.strangers import signed_in


@pytest.mark.parametrize("many", [1, pytest.param(100, marks=pytest.mark.long)])
def test_bytes_are_one_from_the_page_to_the_download(here, clock, tmp_path, many):
    for number in range(many):
        small = stories.opened(1)
        mass = f"{number + 1}.5"
        for task in ("returns", "credit", "offer"):
            stories.give(small, task)
        stories.submit(small, "ramp_0", given=stories.answers("ramp_0", mass=mass))
        for party in (1, 2):
            stories.decide(small, "picture", party)
        stories.go_on(small, "to_terms")
        stories.freeze(small)
        for party in (1, 2):
            stories.decide(small, "our_contract", party)
        stories.go_on(small, "to_signature")
        client = signed_in(here, small.maker)
        row, store, place = version(small), small.store, prefix(db.session, small.host_id)
        # Shown: the hashes on the page to sign are those of the text and of the bytes in the store.
        assert hashlib.sha256(row.text.encode()).hexdigest() == row.text_sha256
        signed = store.read(place, row.pdf_sha256)
        assert hashlib.sha256(signed).hexdigest() == row.pdf_sha256
        shown = client.get(f"/p/{small.ref}/contract/sign").text
        assert row.pdf_sha256 in re.sub(r"\s|&#8203;|<wbr>|\u200b", "", shown)
        # Signed: each signature keeps both.
        for party in (1, 2):
            stories.sign(small, party)
        kept = db.session.execute(select(Signature.text_sha256, Signature.pdf_sha256).where(
            Signature.project_id == row.project_id)).all()
        assert {tuple(one) for one in kept} == {(row.text_sha256, row.pdf_sha256)} and len(kept) == 2
        db.session.rollback()
        # Sealed: the file begins with the signed bytes, and is stored under its own hash.
        assert sealings.run(store, tmp_path / "seal", self_made=True, now=lambda: NOON + timedelta(minutes=1)) == 1
        row = version(small)
        sealed = store.read(place, row.sealed_sha256)
        assert sealed.startswith(signed) and hashlib.sha256(sealed).hexdigest() == row.sealed_sha256
        assert check(sealed, row.pdf_sha256, sealed_sha256=row.sealed_sha256).valid
        # Downloaded, also by the other party.
        for person in (small.maker, small.shop):
            reader = signed_in(here, person)
            for kind, bytes_ in (("signed", signed), ("sealed", sealed)):
                answer = reader.get(f"/p/{small.ref}/contract/versions/1/{kind}.pdf")
                assert (answer.status_code, answer.data) == (200, bytes_), kind
        db.session.rollback()
        assert records.check(db.session, row.project_id) is None
    assert len(set(db.session.scalars(select(ContractVersion.pdf_sha256)))) == many


def version(small):
    db.session.rollback()
    table = table_of(ContractVersion)
    return db.session.execute(select(table).join(table_of(Project), table_of(Project).c.id == table.c.project_id)
                              .where(table_of(Project).c.ref == small.ref)).one()
