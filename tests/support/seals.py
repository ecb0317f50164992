"""Whether a sealed file is still what was sealed, as a reader of PDF that knows nothing of the product finds it."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from cocreate.papers.sealing import Certificate, self_made


@dataclass(frozen=True, slots=True)
class SealReport:
    """What a check found. ``problems`` are codes, empty if and only if the seal holds.

    begins_with_signed: some whole first revision has the SHA-256 that the parties signed.
    signer, certificate_sha256, at: what the file says of its seal; anybody can make a certificate in any name, so
    compare the fingerprint with the host's.
    """

    problems: tuple[str, ...]
    begins_with_signed: bool = False
    signer: str = ""
    certificate_sha256: str = ""
    at: datetime | None = None

    @property
    def valid(self) -> bool:
        return not self.problems


def check(
    sealed: bytes, original_sha256: str, *, sealed_sha256: str | None = None, certificate_sha256: str | None = None
) -> SealReport:
    """Whether ``sealed`` is the PDF of that SHA-256, with one untouched seal after it and nothing else.

    sealed_sha256: the stored hash of the whole file; only it covers the few bytes that hold the signature itself.
    certificate_sha256: the host's certificate, if the seal has to be its.
    Problems: file.changed, first_revision.changed, seal.unreadable, seal.missing, seal.several, seal.certifies,
    seal.broken, seal.not_whole_file, seal.more_revisions, seal.other_certificate, seal.outside_validity.
    """
    begins = any(digest == original_sha256 for digest in _revision_digests(sealed))
    own = [] if begins else ["first_revision.changed"]
    if sealed_sha256 is not None and hashlib.sha256(sealed).hexdigest() != sealed_sha256:
        own.append("file.changed")
    try:
        found = _read(sealed, certificate_sha256)
    except Exception:  # noqa: BLE001 - a damaged file may break the reader anywhere; whatever breaks it is the finding
        return SealReport((*own, "seal.unreadable"), begins)
    return SealReport((*own, *found.problems), begins, found.signer, found.certificate_sha256, found.at)


def _revision_digests(pdf: bytes) -> Iterator[str]:
    """SHA-256 of every beginning of the file that ends like a revision."""
    digest, done, at = hashlib.sha256(), 0, pdf.find(b"%%EOF")
    while at >= 0:
        end = at + len(b"%%EOF")
        for stop in (end, *(end + len(line) for line in (b"\n", b"\r", b"\r\n") if pdf.startswith(line, end))):
            digest.update(pdf[done:stop])
            done = stop
            yield digest.hexdigest()
        at = pdf.find(b"%%EOF", end)


def _read(sealed: bytes, expected: str | None) -> SealReport:
    reader = PdfFileReader(BytesIO(sealed))
    seals = reader.embedded_signatures
    if len(seals) != 1:
        return SealReport(("seal.several" if seals else "seal.missing",))
    one = seals[0]
    with ThreadPoolExecutor(max_workers=1) as apart:  # pyHanko starts an event loop; a test under a browser has one
        status = apart.submit(validate_pdf_signature, one, ValidationContext(
            trust_roots=[one.signer_cert], allow_fetching=False), skip_diff=True).result()
    fingerprint = hashlib.sha256(one.signer_cert.dump()).hexdigest()
    at, first, last = one.self_reported_timestamp, one.signer_cert.not_valid_before, one.signer_cert.not_valid_after
    found = {
        "seal.certifies": one.docmdp_level is not None,
        "seal.broken": not (status.intact and status.valid and _tight(sealed, one)),
        "seal.not_whole_file": one.coverage != SignatureCoverageLevel.ENTIRE_FILE,
        # What the parties signed, then the seal: a revision between them could show another text.
        "seal.more_revisions": reader.xrefs.total_revisions != 2,
        "seal.other_certificate": expected is not None and fingerprint != expected,
        "seal.outside_validity": at is None or not first <= at <= last,
    }
    problems = tuple(code for code, is_so in found.items() if is_so)
    return SealReport(problems, False, one.signer_cert.subject.native.get("common_name", ""), fingerprint, at)


def _tight(sealed: bytes, one: EmbeddedPdfSignature) -> bool:
    """Nothing hides in the room that the signature leaves for itself: capital hex digits, then zeros."""
    _, start, end, _ = map(int, one.byte_range)
    digits = sealed[start + 1:end - 1]
    content = core.load(bytes.fromhex(digits.decode("ascii"))).dump()
    written = content.hex().upper().encode()
    return bool(digits == written + b"0" * (len(digits) - len(written)))


def made_with(key: ec.EllipticCurvePrivateKey, *, now: datetime) -> Certificate:
    """A certificate for a key of another kind than we make."""
    base = self_made("EC", now=now)
    name = base.public.subject
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1).not_valid_before(now).not_valid_after(base.until)
    for extension in base.public.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return replace(base, public=builder.sign(key, hashes.SHA256()), key=key)
