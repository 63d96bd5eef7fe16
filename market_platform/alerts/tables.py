"""Ledger tables of alerts: what was found, while it lasted, and every attempt to tell somebody."""

import sqlalchemy as sa

from market_platform.store.ledger import UtcDateTime, metadata

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("alert_id", sa.String(40), primary_key=True),
    sa.Column("rule", sa.String(60), nullable=False, index=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("severity", sa.String(16), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("value", sa.Float),
    sa.Column("threshold", sa.Float),
    sa.Column("unit", sa.String(20), nullable=False),
    sa.Column("raised_at", UtcDateTime, nullable=False, index=True),
    sa.Column("last_seen_at", UtcDateTime, nullable=False),
    sa.Column("cleared_at", UtcDateTime),
    sa.Column("simulated", sa.Boolean, nullable=False),
)

alert_deliveries = sa.Table(
    "alert_deliveries",
    metadata,
    sa.Column("delivery_id", ROW_ID, primary_key=True, autoincrement=True),
    sa.Column("alert_id", sa.String(40), sa.ForeignKey("alerts.alert_id"), nullable=False, index=True),
    sa.Column("channel", sa.String(200), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)
