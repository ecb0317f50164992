"""Seals a PDF with the host's certificate.

The seal is a PAdES B-B approval signature in a field without appearance, written as the last revision: the sealed file
begins with the bytes it was given. It says that the file has not changed; it signs for nobody. No time stamp, no
revocation data, no network.
"""

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from cocreate.errors import CocreateError

FIELD = "Seal"
LIFE = timedelta(days=3652)  # ten years

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class CannotSeal(CocreateError):
    """Nothing was sealed.

    Codes: seal.unreadable (file), seal.key_encrypted, seal.key_kind, seal.wrong_key, seal.not_yet_valid (since),
    seal.expired (until), seal.not_a_pdf.
    """


@dataclass(frozen=True, slots=True)
class Certificate:
    """The host's certificate and key. ``chain``: the certificates between it and its issuer's root, if any."""

    public: x509.Certificate
    key: Key = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def sha256(self) -> str:
        return self.public.fingerprint(hashes.SHA256()).hex()

    @property
    def until(self) -> datetime:
        return self.public.not_valid_after_utc


# --- sealing ---------------------------------------------------------------------------------------------------------


def seal(pdf: bytes, *, certificate: Certificate, at: datetime, reason: str) -> bytes:
    """The PDF with the seal as its last revision; the result begins with ``pdf``.

    at: the time the seal claims, from the caller's clock; nobody else confirms it.
    Raises: CannotSeal if the certificate does not hold at that time, the key is not its key, or this is no PDF.
    """
    require_usable(certificate, at)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", reason=reason, subfilter=SigSeedSubFilter.PADES
    )
    signer = _DatedSigner(metadata, signer=_signer(certificate), new_field_spec=_FIELD_SPEC)
    signer.at = at
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        with ThreadPoolExecutor(max_workers=1) as apart:  # pyHanko starts an event loop; the caller may run one
            sealed: bytes = apart.submit(signer.sign_pdf, writer).result().getvalue()
    except PdfError as error:
        raise CannotSeal("seal.not_a_pdf") from error
    if not sealed.startswith(pdf):
        raise AssertionError("the seal rewrote the bytes that were signed")
    return sealed


def require_usable(certificate: Certificate, at: datetime) -> None:
    """Raises: CannotSeal if this certificate cannot seal at ``at``."""
    if certificate.public.public_key() != certificate.key.public_key():
        raise CannotSeal("seal.wrong_key")
    if at < certificate.public.not_valid_before_utc:
        raise CannotSeal("seal.not_yet_valid", since=certificate.public.not_valid_before_utc)
    if at > certificate.until:
        raise CannotSeal("seal.expired", until=certificate.until)


# Without appearance PDF/A wants the print flag and PDF/UA a box outside the page.
_FIELD_SPEC = SigFieldSpec(FIELD, invis_sig_settings=InvisSigSettings(set_print_flag=True, box_out_of_bounds=True))


class _DatedSigner(signers.PdfSigner):
    """pyHanko's signer, with the caller's time in place of its own clock."""

    at: datetime

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def _signer(certificate: Certificate) -> signers.SimpleSigner:
    store: SimpleCertificateStore = SimpleCertificateStore.from_certs(map(_asn1, certificate.chain))  # type: ignore[no-untyped-call]
    key = certificate.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signers.SimpleSigner(_asn1(certificate.public), keys.PrivateKeyInfo.load(key), store)


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


# --- certificates ----------------------------------------------------------------------------------------------------


def self_made(host_name: str, *, now: datetime) -> Certificate:
    """A certificate that nobody vouches for: the host is its own issuer. RSA 3072, ten years.

    Readers show such a seal as valid, of an unknown issuer; its fingerprint has to be known from elsewhere.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    short = host_name.encode()[:64].decode(errors="ignore")  # 64 bytes: the limit of the library
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, short)])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))  # clocks differ
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Certificate(certificate, key)


_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336


def save(certificate: Certificate, path: Path, *, passphrase: bytes | None = None) -> None:
    """Write key and certificates as one PEM file that only its owner reads.

    Raises: FileExistsError; a key is never overwritten, and of two processes that make one, one wins.
    """
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    key = certificate.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    chain = [each.public_bytes(serialization.Encoding.PEM) for each in (certificate.public, *certificate.chain)]
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key + b"".join(chain))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # unlike a rename it fails if the name is taken
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def load(path: Path, *, passphrase: bytes | None = None) -> Certificate:
    """The key and certificates of one PEM file; the first certificate is the key's.

    Raises: CannotSeal if the file is missing, not such a file, locked by another passphrase, or key and certificate
    do not belong together.
    """
    try:
        body = path.read_bytes()
        key = serialization.load_pem_private_key(body, passphrase)
        first, *chain = x509.load_pem_x509_certificates(body)
    except TypeError as error:  # what cryptography raises for a passphrase missing, and for one too many
        raise CannotSeal("seal.key_encrypted" if passphrase is None else "seal.unreadable", file=path.name) from error
    except (OSError, ValueError) as error:
        raise CannotSeal("seal.unreadable", file=path.name) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CannotSeal("seal.key_kind", file=path.name)
    certificate = Certificate(first, key, tuple(chain))
    if first.public_key() != key.public_key():
        raise CannotSeal("seal.wrong_key")
    return certificate
