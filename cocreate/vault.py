"""Encrypts the few secrets that must lie in the database for a while: links in waiting mails, app-code secrets.

The key comes from the settings, so a stolen copy of the database opens nothing. While the secret is being changed the
former one still opens what it locked.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_box: MultiFernet | None = None
_stamp = b""


class Unreadable(Exception):
    """Locked under a secret that is neither the present nor the former one."""


def configure(secret: str, former: str = "") -> None:
    """Derive the keys; called once at start."""
    global _box, _stamp
    _box = MultiFernet([_key(one) for one in (secret, former) if one])
    _stamp = _derived(secret, b"cocreate stamp 1")


def lock(text: str) -> str:
    return _open().encrypt(text.encode()).decode()


def unlock(text: str) -> str:
    """Raises: Unreadable."""
    try:
        return _open().decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def relock(text: str) -> str:
    """The same under the present secret. Raises: Unreadable."""
    return lock(unlock(text))


def stamp(text: str) -> str:
    """Recognises the same text again; without the secret nobody can try texts until one fits. Keyed BLAKE2b, hex."""
    return hashlib.blake2b(text.encode(), key=_stamp, digest_size=32).hexdigest()


def _key(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(secret, b"cocreate vault 1")))


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def _open() -> MultiFernet:
    if _box is None:
        raise RuntimeError("vault.configure was not called")
    return _box
