"""Types as the revisions write them; the models may change theirs, these stay."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


def Utc() -> sa.types.TypeEngine:
    return sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
