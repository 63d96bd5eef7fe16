"""Bids, events, messages, awards, deliveries, risk refusals and stops."""

import sqlalchemy as sa
from alembic import op

revision = "bids_0001"
down_revision = None
branch_labels = ("bids",)
depends_on = None

APPEND_ONLY = ("bid_events", "bid_messages", "bid_awards", "bid_deliveries", "risk_refusals")
ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
EXACT = sa.Numeric(24, 6).with_variant(sa.String(40), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, the one row that risk decisions queue for, and the triggers that keep history unchanged."""
    op.create_table(
        "bids",
        sa.Column("bid_id", sa.String(40), primary_key=True),
        sa.Column("iso", sa.String(16), nullable=False),
        sa.Column("market", sa.String(8), nullable=False),
        sa.Column("product", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("resource", sa.String(80), nullable=False),
        sa.Column("location", sa.String(80), nullable=False),
        sa.Column("participant", sa.String(80), nullable=False),
        sa.Column("portfolio", sa.String(80), nullable=False),
        sa.Column("market_day", sa.Date, nullable=False, index=True),
        sa.Column("interval_start", MOMENT, nullable=False),
        sa.Column("interval_end", MOMENT, nullable=False),
        sa.Column("shape", sa.String(16), nullable=False),
        sa.Column("points_json", sa.Text, nullable=False),
        sa.Column("self_schedule_mw", EXACT),
        sa.Column("soc_json", sa.Text),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("market_reference", sa.String(120)),
        sa.Column("held_mw", EXACT, nullable=False),
        sa.Column("held_usd", EXACT, nullable=False),
        sa.Column("registered_at", MOMENT, nullable=False),
    )
    op.create_table(
        "bid_events",
        sa.Column("event_id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("bid_id", sa.String(40), sa.ForeignKey("bids.bid_id"), nullable=False, index=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("from_state", sa.String(16), nullable=False),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("message_id", sa.String(40)),
    )
    op.create_table(
        "bid_messages",
        sa.Column("message_id", sa.String(40), primary_key=True),
        sa.Column("iso", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("delivery", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("answers_message_id", sa.String(40)),
    )
    op.create_table(
        "bid_awards",
        sa.Column("bid_id", sa.String(40), sa.ForeignKey("bids.bid_id"), primary_key=True),
        sa.Column("interval_start", MOMENT, primary_key=True),
        sa.Column("interval_end", MOMENT, nullable=False),
        sa.Column("awarded_mw", EXACT, nullable=False),
        sa.Column("price_usd_per_mwh", EXACT, nullable=False),
        sa.Column("known_at", MOMENT, nullable=False),
    )
    op.create_table(
        "bid_deliveries",
        sa.Column("bid_id", sa.String(40), sa.ForeignKey("bids.bid_id"), primary_key=True),
        sa.Column("delivered_mwh", EXACT, nullable=False),
        sa.Column("known_at", MOMENT, nullable=False),
    )
    op.create_table(
        "risk_refusals",
        sa.Column("refusal_id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("bid_id", sa.String(40), sa.ForeignKey("bids.bid_id"), nullable=False, index=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("limit_name", sa.String(40), nullable=False),
        sa.Column("asked", EXACT),
        sa.Column("allowed", EXACT),
        sa.Column("message", sa.Text, nullable=False),
    )
    op.create_table(
        "risk_stops",
        sa.Column("stop_id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("resource", sa.String(80), nullable=False, index=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("entry_usd_per_mwh", EXACT, nullable=False),
        sa.Column("mark_usd_per_mwh", EXACT, nullable=False),
        sa.Column("stop_usd_per_mwh", EXACT, nullable=False),
        sa.Column("released_at", MOMENT),
        sa.Column("released_by", sa.String(80)),
        sa.Column("release_reason", sa.Text),
    )
    lock = op.create_table(
        "risk_lock",
        sa.Column("lock_id", sa.Integer, primary_key=True),
        sa.Column("turns", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(lock, [{"lock_id": 1, "turns": 0}])
    _keep_history()


def _keep_history() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION bid_history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        for table in APPEND_ONLY:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION bid_history_is_append_only()"
            )
        return
    for table in APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
