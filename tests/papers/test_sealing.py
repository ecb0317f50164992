"""The seal: what it adds, what it protects, when it refuses."""

import hashlib
import os
import random
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfReader, PdfWriter

from cocreate.papers.sealing import CannotSeal, load, save, seal, self_made
from tests.support.seals import check, made_with

NOW = datetime(2026, 3, 18, 16, 20, tzinfo=UTC)
HOST = "Eco-park Center, 울산"


class TestSeal:
    def test_the_sealed_file_begins_with_the_signed_bytes(self, pdf, sealed):
        assert sealed.startswith(pdf)
        assert len(sealed) > len(pdf)

    def test_poppler_finds_it_valid_over_the_whole_file(self, sealed, tmp_path):
        said = pdfsig(sealed, tmp_path)
        assert "Signature is Valid." in said
        assert "Total document signed" in said
        assert "Certificate issuer is unknown." in said
        assert "ETSI.CAdES.detached" in said
        assert "Mar 18 2026" in said

    def test_it_approves_and_does_not_certify(self, sealed):
        assert b"/DocMDP" not in sealed
        assert "/Perms" not in PdfReader(BytesIO(sealed)).trailer["/Root"]

    def test_its_field_has_no_room_on_the_page(self, sealed):
        field = PdfReader(BytesIO(sealed)).pages[0]["/Annots"][-1].get_object()
        left, bottom, right, top = field["/Rect"]
        assert (left, bottom) == (right, top)
        assert field["/F"] & 4  # prints, which PDF/A asks of every annotation

    def test_the_host_is_the_signer_and_the_reason_is_kept(self, sealed, pdf, certificate):
        report = check(sealed, sha256(pdf))
        assert (report.signer, report.certificate_sha256, report.at) == (HOST, certificate.sha256, NOW)
        assert b"Sealed by the host" in sealed

    def test_an_elliptic_key_seals_as_well(self, pdf, certificate, tmp_path):
        key = ec.generate_private_key(ec.SECP256R1())
        file = seal(pdf, certificate=made_with(key, now=NOW), at=NOW, reason="r")
        assert check(file, sha256(pdf)).valid
        assert "Signature is Valid." in pdfsig(file, tmp_path)


class TestRefuse:
    def test_an_expired_certificate_seals_nothing(self, pdf, certificate):
        with pytest.raises(CannotSeal, match=r"^seal\.expired$") as refused:
            seal(pdf, certificate=certificate, at=NOW + timedelta(days=3653), reason="r")
        assert refused.value.values == {"until": certificate.until}

    def test_a_certificate_of_tomorrow_seals_nothing(self, pdf, certificate):
        with pytest.raises(CannotSeal, match=r"^seal\.not_yet_valid$"):
            seal(pdf, certificate=certificate, at=NOW - timedelta(days=1), reason="r")

    def test_the_key_of_another_certificate_seals_nothing(self, pdf, certificate):
        with pytest.raises(CannotSeal, match=r"^seal\.wrong_key$"):
            seal(pdf, certificate=replace(certificate, key=ec.generate_private_key(ec.SECP256R1())), at=NOW, reason="r")

    @pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\n", b"<html>", b"\x00" * 2000])
    def test_what_is_no_pdf_is_not_sealed(self, junk, certificate):
        with pytest.raises(CannotSeal, match=r"^seal\.not_a_pdf$"):
            seal(junk, certificate=certificate, at=NOW, reason="r")


class TestCheck:
    def test_an_untouched_file_has_no_problem(self, pdf, sealed, certificate):
        report = check(sealed, sha256(pdf), sealed_sha256=sha256(sealed), certificate_sha256=certificate.sha256)
        assert report.problems == ()
        assert report.begins_with_signed

    def test_every_flipped_bit_is_detected(self, pdf, sealed):
        missed = [bit for bit in bits(sealed, 50) if check(flipped(sealed, bit), sha256(pdf)).valid]
        assert missed == []

    def test_every_flipped_bit_is_detected_by_the_stored_hash(self, pdf, sealed):
        stored = sha256(sealed)
        missed = [bit for bit in bits(sealed, 400)
                  if "file.changed" not in check(flipped(sealed, bit), sha256(pdf), sealed_sha256=stored).problems]
        assert missed == []

    def test_nothing_hides_in_the_room_of_the_signature(self, pdf, sealed):
        end = sealed.index(b">", sealed.rindex(b"/Contents <"))
        assert sealed[end - 8:end] == b"0" * 8
        changed = sealed[:end - 8] + b"DEADBEEF" + sealed[end:]
        assert "seal.broken" in check(changed, sha256(pdf)).problems

    def test_a_revision_after_the_seal_is_detected(self, pdf, sealed):
        report = check(appended(sealed), sha256(pdf))
        assert report.begins_with_signed
        assert {"seal.not_whole_file", "seal.more_revisions"} <= set(report.problems)

    def test_a_revision_between_text_and_seal_is_detected(self, pdf, certificate):
        forged = seal(appended(pdf), certificate=certificate, at=NOW, reason="r")
        report = check(forged, sha256(pdf))
        assert report.begins_with_signed
        assert report.problems == ("seal.more_revisions",)

    def test_another_text_under_a_true_seal_is_detected(self, pdf, certificate):
        other = seal(a_pdf(pages=2), certificate=certificate, at=NOW, reason="r")
        assert check(other, sha256(pdf)).problems == ("first_revision.changed",)

    def test_a_seal_in_the_same_name_of_another_key_is_detected(self, pdf, certificate):
        forged = seal(pdf, certificate=self_made(HOST, now=NOW), at=NOW, reason="r")
        assert check(forged, sha256(pdf)).signer == HOST
        problems = check(forged, sha256(pdf), certificate_sha256=certificate.sha256).problems
        assert problems == ("seal.other_certificate",)

    def test_a_second_seal_is_detected(self, pdf, sealed, certificate):
        assert "seal.missing" in check(pdf, sha256(pdf)).problems
        twice = resealed(sealed, certificate)
        assert "seal.several" in check(twice, sha256(pdf)).problems

    @pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\n%%EOF", b"\xff" * 5000, b"%%EOF" * 3000])
    def test_junk_is_a_finding_and_no_error(self, junk):
        assert check(junk, "0" * 64).problems == ("first_revision.changed", "seal.unreadable")

    def test_half_a_file_is_a_finding(self, pdf, sealed):
        assert not check(sealed[:-200], sha256(pdf)).valid


class TestCertificateFile:
    def test_it_comes_back_and_only_its_owner_reads_it(self, certificate, tmp_path):
        path = tmp_path / "seal.pem"
        save(certificate, path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert load(path).sha256 == certificate.sha256
        assert os.listdir(tmp_path) == ["seal.pem"]

    def test_a_passphrase_locks_the_key(self, certificate, tmp_path):
        path = tmp_path / "seal.pem"
        save(certificate, path, passphrase=b"four unrelated words")
        assert load(path, passphrase=b"four unrelated words").key.public_key() == certificate.key.public_key()
        with pytest.raises(CannotSeal, match=r"^seal\.key_encrypted$"):
            load(path)
        with pytest.raises(CannotSeal, match=r"^seal\.unreadable$"):
            load(path, passphrase=b"another")

    def test_a_key_is_never_overwritten(self, certificate, tmp_path):
        path = tmp_path / "seal.pem"
        path.write_text("kept")
        with pytest.raises(FileExistsError):
            save(certificate, path)
        assert path.read_text() == "kept"
        assert os.listdir(tmp_path) == ["seal.pem"]

    @pytest.mark.parametrize("body", [b"", b"junk", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    def test_a_file_that_is_no_certificate_is_refused(self, body, tmp_path):
        (tmp_path / "seal.pem").write_bytes(body)
        with pytest.raises(CannotSeal, match=r"^seal\.unreadable$"):
            load(tmp_path / "seal.pem")

    def test_a_missing_file_is_refused(self, tmp_path):
        with pytest.raises(CannotSeal, match=r"^seal\.unreadable$"):
            load(tmp_path / "none.pem")

    def test_key_and_certificate_of_two_pairs_are_refused(self, certificate, tmp_path):
        save(replace(certificate, key=ec.generate_private_key(ec.SECP256R1())), tmp_path / "seal.pem")
        with pytest.raises(CannotSeal, match=r"^seal\.wrong_key$"):
            load(tmp_path / "seal.pem")

    def test_a_kind_of_key_that_readers_do_not_know_is_refused(self, certificate, tmp_path):
        key = ed25519.Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        public = certificate.public.public_bytes(serialization.Encoding.PEM)
        (tmp_path / "seal.pem").write_bytes(key + public)
        with pytest.raises(CannotSeal, match=r"^seal\.key_kind$"):
            load(tmp_path / "seal.pem")

    def test_the_key_does_not_print(self, certificate):
        assert "key" not in repr(certificate)

    def test_a_name_may_be_long(self):
        assert self_made("Ä" * 200, now=NOW).until == NOW + timedelta(days=3652)


# --- what the tests need ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate():
    return self_made(HOST, now=NOW)


@pytest.fixture(scope="module")
def pdf():
    return a_pdf()


@pytest.fixture(scope="module")
def sealed(pdf, certificate):
    return seal(pdf, certificate=certificate, at=NOW, reason="Sealed by the host")


def resealed(sealed, certificate):
    """The sealed file with a second seal in a field of another name."""
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name="Another", md_algorithm="sha256"),
        signer=signers.SimpleSigner(
            asn1_x509.Certificate.load(certificate.public.public_bytes(serialization.Encoding.DER)),
            keys.PrivateKeyInfo.load(certificate.key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())),
            SimpleCertificateStore(),
        ),
    )
    with ThreadPoolExecutor(1) as thread:  # a browser test before may have left an event loop running
        return thread.submit(signer.sign_pdf, IncrementalPdfFileWriter(BytesIO(sealed))).result().getvalue()


def a_pdf(pages=1):
    writer, out = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def appended(pdf):
    """The file with one more revision, as somebody with an editor makes it."""
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    writer.root["/Lang"] = generic.pdf_string("xx")
    writer.update_root()
    writer.write(out)
    return out.getvalue()


def sha256(body):
    return hashlib.sha256(body).hexdigest()


def bits(body, count):
    return random.Random(46).sample(range(len(body) * 8), count)


def flipped(body, bit):
    changed = bytearray(body)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def pdfsig(body, folder):
    (folder / "sealed.pdf").write_bytes(body)
    return subprocess.run(["pdfsig", folder / "sealed.pdf"], capture_output=True, text=True, check=False).stdout
