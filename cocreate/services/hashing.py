"""How secrets are kept: passwords slowly hashed, long random tokens as their SHA-256."""

import secrets
from functools import cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# A hash names its own parameters; one made with others is renewed at the next sign-in.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def slow(secret: str) -> str:
    return _hasher.hash(secret.encode("utf-8", "surrogatepass"))


def matches(stored: str | None, secret: str) -> bool:
    """Whether this is the secret; takes as long where there is none."""
    try:
        return _hasher.verify(stored or _nobodys(), secret.encode("utf-8", "surrogatepass")) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    return _hasher.check_needs_rehash(stored)


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _nobodys() -> str:
    return slow(new_token())
