"""Ledger tables that account for what came in: payloads, documents, fetches, coverage, quarantine."""

import sqlalchemy as sa

from market_platform.store.ledger import UtcDateTime, metadata

payloads = sa.Table(
    "payloads",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("publisher", sa.String(32), nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("file_name", sa.String(512), nullable=False),
    sa.Column("first_seen_at", UtcDateTime, nullable=False),
    sa.Column("published_at", UtcDateTime),
)

# Documents of a publisher's lists, by its own numbers: what a feed has read whole it need not fetch again.
documents = sa.Table(
    "documents",
    metadata,
    sa.Column("feed", sa.String(64), primary_key=True),
    sa.Column("document", sa.String(256), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("read_at", UtcDateTime, nullable=False),
)

fetches = sa.Table(
    "fetches",
    metadata,
    sa.Column("fetch_id", sa.String(32), primary_key=True),
    sa.Column("feed", sa.String(64), nullable=False, index=True),
    sa.Column("market_day", sa.Date),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("source", sa.String(2048), nullable=False),
    sa.Column("fetched_at", UtcDateTime, nullable=False, index=True),
    sa.Column("sha256", sa.String(64)),
    sa.Column("outcome", sa.String(32), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("rows_parsed", sa.BigInteger, nullable=False),
    sa.Column("rows_committed", sa.BigInteger, nullable=False),
    sa.Column("rows_changed", sa.BigInteger, nullable=False),
    sa.Column("rows_quarantined", sa.BigInteger, nullable=False),
)

coverage = sa.Table(
    "coverage",
    metadata,
    sa.Column("feed", sa.String(64), primary_key=True),
    sa.Column("market_day", sa.Date, primary_key=True),
    sa.Column("expected", sa.BigInteger),
    sa.Column("received", sa.BigInteger, nullable=False),
    sa.Column("last_interval_end", UtcDateTime),
    sa.Column("counted_at", UtcDateTime, nullable=False),
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("quarantine_id", sa.String(40), primary_key=True),
    sa.Column("feed", sa.String(64), nullable=False, index=True),
    sa.Column("fetch_id", sa.String(32), nullable=False, index=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("file_name", sa.String(512), nullable=False),
    sa.Column("row_number", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("row_json", sa.Text, nullable=False),
    sa.Column("quarantined_at", UtcDateTime, nullable=False),
)
