"""Encrypts the few secrets that must lie in the database for a while: links in waiting mails, app-code secrets.

The key comes from the settings, so a stolen copy of the database opens nothing.
"""

import base64

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_box: Fernet | None = None


def configure(secret: str) -> None:
    """Derive the key; called once at start."""
    global _box
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"cocreate vault 1").derive(secret.encode())
    _box = Fernet(base64.urlsafe_b64encode(key))


def lock(text: str) -> str:
    return _open().encrypt(text.encode()).decode()


def unlock(text: str) -> str:
    return _open().decrypt(text.encode()).decode()


def _open() -> Fernet:
    if _box is None:
        raise RuntimeError("vault.configure was not called")
    return _box
