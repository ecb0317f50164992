"""The evidence bundle: whole for who may read it all and for who may not, and anything changed in it is found."""

import io
import json
import subprocess
import sys
import zipfile

import pytest
from sqlalchemy import update

from cocreate.db import db, transaction
from cocreate.errors import NotFound
from cocreate.models.contracts import ContractVersion
from cocreate.services import bundles, comments, contracts, sealings
from tests.support import projects
from tests.support.clock import LATER, NOON
from tests.support.projects import facts, key


class TestBundle:
    def test_holds_for_every_reader_who_opens_only_his_own_lines(self, sealed, tmp_path):
        for person, opened in ((sealed.maker, True), (sealed.shop, False)):
            folder = tmp_path / str(person)
            _unpack(sealed, person, folder)
            checked = _check(folder)
            assert checked.returncode == 0, checked.stdout
            assert "WRONG" not in checked.stdout and checked.stdout.count("holds") > 8
            lines = json.loads((folder / "record.json").read_text("utf-8"))["events"]
            notes = [line for line in lines if json.loads(line.get("details", "{}")).get("kind") == "note"]
            assert (len(notes), sum("details" not in line for line in lines)) == ((1, 0) if opened else (0, 1))

    def test_says_how_to_check_it_and_the_commands_are_right(self, sealed, tmp_path):
        _unpack(sealed, sealed.maker, tmp_path)
        said = (tmp_path / "README.txt").read_text("utf-8")
        size = int(said.partition("head -c ")[2].split()[0])
        row = contracts.version(db.session(), facts(db.session(), sealed), 1).row
        first = subprocess.run(["sh", "-c", f"head -c {size} contract.pdf | sha256sum"], cwd=tmp_path,
                               capture_output=True, text=True, check=True).stdout
        assert first.split()[0] == row.pdf_sha256
        seal = subprocess.run(["pdfsig", "contract.pdf"], cwd=tmp_path, capture_output=True, text=True,
                              check=False).stdout
        assert "Signature is Valid" in seal and "Total document signed" in seal

    def test_the_same_reader_gets_the_same_bytes(self, sealed):
        assert _bundle(sealed, sealed.maker) == _bundle(sealed, sealed.maker)

    @pytest.mark.parametrize(("name", "old", "new"), [
        ("text.json", b"Tornby", b"Torn.y"), ("contract.pdf", b"/Type", b"/Tipe"), ("evidence.pdf", b"/Type", b"/Tipe"),
        ("record.json", b"Ingrid Solvik", b"Ingrid Solvak"), ("signatures.json", b"managing director", b"janitor"),
        ("record.json", b'"seq": 3', b'"seq": 4'),
    ])
    def test_what_was_changed_is_found(self, bundle, tmp_path, name, old, new):
        _extract(bundle, tmp_path)
        path = tmp_path / name
        body = path.read_bytes()
        assert old in body
        path.write_bytes(body.replace(old, new, 1))
        checked = _check(tmp_path)
        assert checked.returncode == 1 and "WRONG" in checked.stdout

    @pytest.mark.parametrize("cut", ["record", "signature", "file"])
    def test_what_is_missing_is_found(self, bundle, tmp_path, cut):
        _extract(bundle, tmp_path)
        if cut == "file":
            (tmp_path / "evidence.pdf").unlink()
        else:
            path = tmp_path / {"record": "record.json", "signature": "signatures.json"}[cut]
            held = json.loads(path.read_text("utf-8"))
            (held["events"] if cut == "record" else held).pop()
            path.write_text(json.dumps(held), "utf-8")
        assert _check(tmp_path).returncode == 1

    def test_there_is_none_before_the_seal(self, session, app):
        small = projects.agreed(session)
        with pytest.raises(NotFound):
            bundles.bundle(session, facts(session, small), small.store, 1)


def _bundle(small, person):
    here = facts(db.session(), small, person=person, now=LATER)
    return bundles.bundle(db.session(), here, small.store, 1)[1]


def _unpack(small, person, folder):
    _extract(_bundle(small, person), folder)


def _extract(bundle, folder):
    zipfile.ZipFile(io.BytesIO(bundle)).extractall(folder)


def _check(folder):
    return subprocess.run([sys.executable, "-I", "check.py"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
def bundle(app, kept, tmp_path_factory):
    """The maker's; made once for all who spoil a copy of it."""
    if app not in kept:
        with app.app_context():
            small = _seal(db.session(), tmp_path_factory)
            kept[app] = _bundle(small, small.maker)
            db.session.remove()
    return kept[app]


@pytest.fixture
def sealed(session, tmp_path_factory):
    return _seal(session, tmp_path_factory)


def _seal(session, tmp_path_factory):
    """A sealed contract whose record has a line of one party's own."""
    small = projects.ready_to_sign(session)
    comments.say(session, small.ref, kind="note", topic="clause:credit", text="our margin is thin", actor=small.maker,
                 key=key(), now=NOON)
    for party in small.people:
        projects.sign(session, small, party)
    session.commit()
    with transaction() as writing:
        writing.execute(update(ContractVersion).where(ContractVersion.host_id != small.host_id).values(sealed_at=NOON))
    assert sealings.run(small.store, tmp_path_factory.mktemp("seal"), self_made=True, now=lambda: LATER) == 1
    return small
