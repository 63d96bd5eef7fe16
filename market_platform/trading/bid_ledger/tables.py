"""Tables of bids, their events, messages, awards and deliveries, and of the risk limits' refusals and stops.

Events, messages, awards, deliveries and refusals are append-only: triggers in the migration refuse to change a row.
"""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from market_platform.errors import StoreError
from market_platform.store.ledger import UtcDateTime, metadata

DECIMALS = 6


class ExactDecimal(sa.types.TypeDecorator[Decimal]):
    """A Decimal kept to the last of six digits: NUMERIC on Postgres, text on SQLite, which knows only floats."""

    impl = sa.String(40)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Pick the column type of the database."""
        exact: sa.types.TypeEngine[Any] = sa.Numeric(24, DECIMALS) if dialect.name == "postgresql" else sa.String(40)
        return dialect.type_descriptor(exact)

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Decimal | str | None:
        """Refuse what would be rounded."""
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite() or round(value, DECIMALS) != value:
            msg = f"the ledger keeps finite Decimal values of at most {DECIMALS} decimals, got {value!r}"
            raise StoreError(msg)
        return value if dialect.name == "postgresql" else f"{value:f}"

    def process_result_value(self, value: Decimal | str | None, dialect: sa.Dialect) -> Decimal | None:  # noqa: ARG002
        """Give the Decimal back."""
        return None if value is None else Decimal(value)


ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")

bids = sa.Table(
    "bids",
    metadata,
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
    sa.Column("interval_start", UtcDateTime, nullable=False),
    sa.Column("interval_end", UtcDateTime, nullable=False),
    sa.Column("shape", sa.String(16), nullable=False),
    sa.Column("points_json", sa.Text, nullable=False),
    sa.Column("self_schedule_mw", ExactDecimal),
    sa.Column("soc_json", sa.Text),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("market_reference", sa.String(120)),
    sa.Column("held_mw", ExactDecimal, nullable=False),
    sa.Column("held_usd", ExactDecimal, nullable=False),
    sa.Column("registered_at", UtcDateTime, nullable=False),
)

bid_events = sa.Table(
    "bid_events",
    metadata,
    sa.Column("event_id", ROW_ID, primary_key=True, autoincrement=True),
    sa.Column("bid_id", sa.String(40), sa.ForeignKey("bids.bid_id"), nullable=False, index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("from_state", sa.String(16), nullable=False),
    sa.Column("to_state", sa.String(16), nullable=False),
    sa.Column("actor", sa.String(80), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("message_id", sa.String(40)),
)

bid_messages = sa.Table(
    "bid_messages",
    metadata,
    sa.Column("message_id", sa.String(40), primary_key=True),
    sa.Column("iso", sa.String(16), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("delivery", sa.String(16), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("answers_message_id", sa.String(40)),
)

bid_awards = sa.Table(
    "bid_awards",
    metadata,
    sa.Column("bid_id", sa.String(40), sa.ForeignKey("bids.bid_id"), primary_key=True),
    sa.Column("interval_start", UtcDateTime, primary_key=True),
    sa.Column("interval_end", UtcDateTime, nullable=False),
    sa.Column("awarded_mw", ExactDecimal, nullable=False),
    sa.Column("price_usd_per_mwh", ExactDecimal, nullable=False),
    sa.Column("known_at", UtcDateTime, nullable=False),
)

bid_deliveries = sa.Table(
    "bid_deliveries",
    metadata,
    sa.Column("bid_id", sa.String(40), sa.ForeignKey("bids.bid_id"), primary_key=True),
    sa.Column("delivered_mwh", ExactDecimal, nullable=False),
    sa.Column("known_at", UtcDateTime, nullable=False),
)

risk_refusals = sa.Table(
    "risk_refusals",
    metadata,
    sa.Column("refusal_id", ROW_ID, primary_key=True, autoincrement=True),
    sa.Column("bid_id", sa.String(40), sa.ForeignKey("bids.bid_id"), nullable=False, index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("limit_name", sa.String(40), nullable=False),
    sa.Column("asked", ExactDecimal),
    sa.Column("allowed", ExactDecimal),
    sa.Column("message", sa.Text, nullable=False),
)

risk_stops = sa.Table(
    "risk_stops",
    metadata,
    sa.Column("stop_id", ROW_ID, primary_key=True, autoincrement=True),
    sa.Column("resource", sa.String(80), nullable=False, index=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("entry_usd_per_mwh", ExactDecimal, nullable=False),
    sa.Column("mark_usd_per_mwh", ExactDecimal, nullable=False),
    sa.Column("stop_usd_per_mwh", ExactDecimal, nullable=False),
    sa.Column("released_at", UtcDateTime),
    sa.Column("released_by", sa.String(80)),
    sa.Column("release_reason", sa.Text),
)

risk_lock = sa.Table(
    "risk_lock",
    metadata,
    sa.Column("lock_id", sa.Integer, primary_key=True),
    sa.Column("turns", sa.BigInteger, nullable=False),
)
