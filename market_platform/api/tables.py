"""Ledger tables of the API: keys, audit, idempotency, and the numbered events of the live side."""

import sqlalchemy as sa

from market_platform.store.ledger import UtcDateTime, metadata

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("key_id", sa.String(16), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("secret_sha256", sa.String(64), nullable=False),
    sa.Column("scopes", sa.String(40), nullable=False),
    sa.Column("requests_per_minute", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("revoked_at", UtcDateTime),
    sa.Column("replaces", sa.String(16)),
)

api_audit = sa.Table(
    "api_audit",
    metadata,
    sa.Column("audit_id", ROW_ID, primary_key=True, autoincrement=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("caller", sa.String(120), nullable=False),
    sa.Column("client", sa.String(64), nullable=False),
    sa.Column("method", sa.String(16), nullable=False),
    sa.Column("path", sa.String(300), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("request_id", sa.String(40), nullable=False),
)

api_idempotency = sa.Table(
    "api_idempotency",
    metadata,
    sa.Column("caller", sa.String(120), primary_key=True),
    sa.Column("idempotency_key", sa.String(100), primary_key=True),
    sa.Column("request_sha256", sa.String(64), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("status", sa.Integer),
    sa.Column("content_type", sa.String(80)),
    sa.Column("body", sa.LargeBinary),
)

live_channels = sa.Table(
    "live_channels",
    metadata,
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("last_sequence", sa.BigInteger, nullable=False),
)

live_events = sa.Table(
    "live_events",
    metadata,
    sa.Column("channel", sa.String(64), primary_key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event_key", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("payload_json", sa.Text, nullable=False),
    sa.UniqueConstraint("channel", "event_key"),
)
