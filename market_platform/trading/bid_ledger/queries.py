"""Reading the book of bids as tables: bids by market, day and state, their events, awards, deliveries and refusals."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.drafts import bid_of
from market_platform.trading.bid_ledger.tables import (
    bid_awards,
    bid_deliveries,
    bid_events,
    bids,
    risk_refusals,
    risk_stops,
)
from market_platform.trading.bids.bid import Bid

LIVE = ("submitted", "accepted", "cleared", "partly", "uncleared", "delivered")


def find_bids(
    ledger: Ledger,
    *,
    iso: str | None = None,
    market: str | None = None,
    day: date | None = None,
    states: Sequence[str] = (),
    resource: str | None = None,
    limit: int | None = None,
) -> list[tuple[Bid, str]]:
    """Return bids with their states in time order, the latest of them where there are more than ``limit``."""
    conditions = [
        column == value
        for column, value in (
            (bids.c.iso, iso), (bids.c.market, market), (bids.c.market_day, day), (bids.c.resource, resource),
        )
        if value is not None
    ]  # fmt: skip
    if states:
        conditions.append(bids.c.state.in_(states))
    order = (bids.c.interval_start.desc(), bids.c.bid_id.desc())
    with ledger.read() as connection:
        rows = connection.execute(sa.select(bids).where(*conditions).order_by(*order).limit(limit)).all()
    return [(bid_of(row), row.state) for row in reversed(rows)]


def submitted_at(ledger: Ledger, iso: str, day: date) -> list[tuple[Bid, datetime]]:
    """Return the bids of a market day that stand or stood at the market, with the moment at which each was submitted."""
    query = (
        sa.select(bids, sa.func.min(bid_events.c.at).label("sent_at"))
        .join(bid_events, bid_events.c.bid_id == bids.c.bid_id)
        .where(
            bids.c.iso == iso, bids.c.market_day == day, bids.c.state.in_(LIVE), bid_events.c.to_state == "submitted"
        )
        .group_by(*bids.c)
        .order_by(sa.text("sent_at"), bids.c.interval_start, bids.c.bid_id)
    )
    with ledger.read() as connection:
        return [(bid_of(row), row.sent_at) for row in connection.execute(query)]


def last_events(ledger: Ledger, iso: str, day: date) -> pd.DataFrame:
    """Return the last event of each bid of a market day: bid_id, at, actor, reason."""
    newest = sa.select(sa.func.max(bid_events.c.event_id)).group_by(bid_events.c.bid_id)
    query = (
        sa.select(bid_events.c.bid_id, bid_events.c.at, bid_events.c.actor, bid_events.c.reason)
        .join(bids, bids.c.bid_id == bid_events.c.bid_id)
        .where(bids.c.iso == iso, bids.c.market_day == day, bid_events.c.event_id.in_(newest))
    )
    return _frame(ledger, query, ["bid_id", "at", "actor", "reason"])


def awards_of(ledger: Ledger, iso: str, day: date) -> pd.DataFrame:
    """Return the awards of a market day with what each bid delivered; amounts are Decimal."""
    query = (
        sa.select(
            bids.c.bid_id, bids.c.market, bids.c.resource, bids.c.product, bid_awards.c.interval_start,
            bid_awards.c.interval_end, bid_awards.c.awarded_mw, bid_awards.c.price_usd_per_mwh,
            bid_deliveries.c.delivered_mwh,
        )
        .join(bid_awards, bid_awards.c.bid_id == bids.c.bid_id)
        .outerjoin(bid_deliveries, bid_deliveries.c.bid_id == bids.c.bid_id)
        .where(bids.c.iso == iso, bids.c.market_day == day)
        .order_by(bid_awards.c.interval_start, bids.c.bid_id)
    )  # fmt: skip
    return _frame(ledger, query, [column.name for column in query.selected_columns])


def refusals(ledger: Ledger, limit: int = 20) -> pd.DataFrame:
    """Return the latest refusals of the risk limits: at, bid_id, resource, limit_name, asked, allowed, message."""
    query = (
        sa.select(
            risk_refusals.c.at, risk_refusals.c.bid_id, bids.c.resource, risk_refusals.c.limit_name,
            risk_refusals.c.asked, risk_refusals.c.allowed, risk_refusals.c.message,
        )
        .join(bids, bids.c.bid_id == risk_refusals.c.bid_id)
        .order_by(risk_refusals.c.refusal_id.desc())
        .limit(limit)
    )  # fmt: skip
    return _frame(ledger, query, [column.name for column in query.selected_columns])


def open_stops(ledger: Ledger) -> pd.DataFrame:
    """Return the stops that no person has released."""
    columns = (risk_stops.c.resource, risk_stops.c.at, risk_stops.c.entry_usd_per_mwh,
               risk_stops.c.mark_usd_per_mwh, risk_stops.c.stop_usd_per_mwh)  # fmt: skip
    query = sa.select(*columns).where(risk_stops.c.released_at.is_(None)).order_by(risk_stops.c.at)
    return _frame(ledger, query, [column.name for column in columns])


def bound(ledger: Ledger, day: date, holding: Sequence[str]) -> pd.DataFrame:
    """Return what is bound on a market day: portfolio, resource, bids, held_mw (the largest at once), held_usd."""
    query = sa.select(
        bids.c.portfolio, bids.c.resource, bids.c.market, bids.c.interval_start, bids.c.held_mw, bids.c.held_usd
    ).where(bids.c.market_day == day, bids.c.state.in_(holding))
    rows = _frame(ledger, query, [column.name for column in query.selected_columns])
    if rows.empty:
        return pd.DataFrame(columns=["portfolio", "resource", "bids", "held_mw", "held_usd"])
    keys = ["portfolio", "resource"]
    at_once = rows.groupby([*keys, "interval_start"])["held_mw"].sum().groupby(keys).max()
    grouped = rows.groupby(keys)
    return pd.DataFrame(
        {"bids": grouped.size(), "held_mw": at_once, "held_usd": grouped["held_usd"].sum()}
    ).reset_index()


def _frame(ledger: Ledger, query: sa.Select[Any], columns: Sequence[str]) -> pd.DataFrame:
    with ledger.read() as connection:
        return pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=list(columns))
