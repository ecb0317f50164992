"""Files that no row names go after a day; what a row names stays (P-09)."""

from datetime import timedelta

from cocreate.db import db, transaction
from cocreate.models.hosts import Host
from cocreate.models.work import Draft
from cocreate.papers.copies import Copies
from cocreate.rasterising.kept import Pictures
from cocreate.services import sweeping
from cocreate.services.files import prefix
from tests.support import stories
from tests.support.clock import NOON
from tests.support.stores import age

# A SHA-256 that is not of a file in the store.
OTHERS = {
    "contract_version.content_sha256", "contract_version.text_sha256", "signature.text_sha256",
    "upload.sha256",  # that takes room while it is there
    "signature.pdf_sha256",  # that of its contract_version
    "accession.text_sha256", "template_version.sha256", "project.definition_sha256", "event.request_sha256",
    "event.details_sha256", "host_invitation.token_sha256", "sign_in.token_sha256",
    "token.token_sha256", "member.token_sha256", "member.again_sha256"}


def test_every_column_with_a_hash_is_known_to_name_a_file_or_not():
    found = {str(column) for table in db.metadata.sorted_tables for column in table.columns
             if column.name.endswith("sha256")}
    names = {f"{column.class_.__tablename__}.{column.key}" for column in (*sweeping.NAMES, Host.logo_sha256)}
    assert found - OTHERS == names


def test_once_a_day_what_no_row_names_goes(fresh_database, new_app):
    with new_app(fresh_database).app_context():
        small = stories.opened()
        project = stories.facts(small).project.id
        with transaction() as session:
            place = prefix(session, small.host_id)
            put = lambda body: small.store.put(place, body).sha256  # noqa: E731
            drafted, logo, orphan, young = map(put, (b"drafted", b"logo", b"orphan", b"young"))
            session.get_one(Host, small.host_id).logo_sha256 = logo
            session.add(Draft(project_id=project, task="credit", party=1, host_id=small.host_id, typed="{}",
                              files=f'{{"proof": {{"sha256": "{drafted}"}}}}',
                              number=1, person=small.maker, at=NOON))
        pictures = Pictures(small.store.folder.parent / "previews")
        copies = Copies(small.store.folder.parent / "copies")
        copies.of(place, "a text", lambda: b"%PDF")
        for sha256 in (drafted, orphan):
            (pictures.folder / place / sha256).mkdir(parents=True)
        for path in small.store.folder.rglob("*"):
            if path.is_file() and path.name != young:
                age(path)
        assert sweeping.sweep(small.store, pictures, copies, now=lambda: NOON) == 1
        assert [small.store.exists(place, one) for one in (drafted, logo, orphan, young)] == [True, True, False, True]
        assert [path.name for path in pictures.folder.glob("*/*")] == [drafted]
        assert not copies.folder.exists()
        age(small.store.folder / place / young[:2] / young)
        assert sweeping.sweep(small.store, pictures, copies, now=lambda: NOON + timedelta(hours=23)) == 0
        assert sweeping.sweep(small.store, pictures, copies, now=lambda: NOON + timedelta(hours=24)) == 1
