"""The ledger's table of seals: what each file of the lake hashed to when it was first found whole."""

import sqlalchemy as sa

from market_platform.store.ledger import UtcDateTime, metadata

lake_seals = sa.Table(
    "lake_seals",
    metadata,
    sa.Column("file", sa.String(512), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("sealed_at", UtcDateTime, nullable=False),
)
