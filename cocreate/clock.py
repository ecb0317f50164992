"""The one clock. Everything inside is aware UTC; only pages and mails know zones."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
