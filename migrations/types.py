"""Types as the revisions write them; the models may change theirs, these stay."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


def Utc() -> sa.types.TypeEngine:
    return sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def Exact() -> sa.types.TypeEngine:
    return sa.Text().with_variant(sa.Numeric(), "postgresql")
