"""Fetches, payloads, coverage, quarantine."""

import sqlalchemy as sa
from alembic import op

revision = "feeds_0001"
down_revision = None
branch_labels = ("feeds",)
depends_on = None


def upgrade() -> None:
    """Make the tables that account for every byte and row that came in."""
    op.create_table(
        "payloads",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("publisher", sa.String(32), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("file_name", sa.String(512), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "fetches",
        sa.Column("fetch_id", sa.String(32), primary_key=True),
        sa.Column("feed", sa.String(64), nullable=False, index=True),
        sa.Column("market_day", sa.Date),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("source", sa.String(2048), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("sha256", sa.String(64)),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("rows_parsed", sa.BigInteger, nullable=False),
        sa.Column("rows_committed", sa.BigInteger, nullable=False),
        sa.Column("rows_changed", sa.BigInteger, nullable=False),
        sa.Column("rows_quarantined", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "coverage",
        sa.Column("feed", sa.String(64), primary_key=True),
        sa.Column("market_day", sa.Date, primary_key=True),
        sa.Column("expected", sa.BigInteger),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("last_interval_end", sa.DateTime(timezone=True)),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "quarantine",
        sa.Column("quarantine_id", sa.String(40), primary_key=True),
        sa.Column("feed", sa.String(64), nullable=False, index=True),
        sa.Column("fetch_id", sa.String(32), nullable=False, index=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(512), nullable=False),
        sa.Column("row_number", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("row_json", sa.Text, nullable=False),
        sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=False),
    )
