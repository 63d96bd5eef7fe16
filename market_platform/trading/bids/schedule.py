"""Bid schedules as tables, for assets, plots and people: one row a corner, one row a rule."""

from collections.abc import Sequence

import pandas as pd

from market_platform.trading.bids.bid import Bid, CurvePoint
from market_platform.trading.bids.checker import Verdict
from market_platform.trading.bids.gates import gate_of

CORNER_COLUMNS = (
    "bid_id", "iso", "market", "product", "resource", "location", "portfolio", "interval_start", "interval_end",
    "market_day", "point", "mw", "price_usd_per_mwh", "self_schedule_mw", "gate_closes_at",
)  # fmt: skip
RULE_COLUMNS = ("bid_id", "rule", "broken", "status", "message", "source")


def schedule_frame(bids: Sequence[Bid]) -> pd.DataFrame:
    """Return one row for each corner of each bid, a self-schedule without curve as one row with ``point`` 0.

    MW and $/MWh as float64, times in UTC, the gate of each bid beside it.
    """
    rows = [
        (
            bid.bid_id, bid.iso, bid.market, bid.product, bid.resource, bid.location, bid.portfolio, bid.start, bid.end,
            bid.market_day, n, None if point is None else float(point.mw),
            None if point is None else float(point.price_usd_per_mwh),
            None if bid.self_schedule_mw is None else float(bid.self_schedule_mw),
            gate_of(bid.iso, bid.market, bid.start).closes_at,
        )
        for bid in bids
        for n, point in _corners(bid)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(CORNER_COLUMNS))
    for name in ("interval_start", "interval_end", "gate_closes_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    for name in ("mw", "price_usd_per_mwh", "self_schedule_mw"):
        frame[name] = frame[name].astype("float64")
    return frame


def _corners(bid: Bid) -> list[tuple[int, CurvePoint | None]]:
    return [*enumerate(bid.points, 1)] or [(0, None)]


def verdict_frame(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Return one row for each rule applied to each bid, with the status of the rule itself."""
    rows = [
        (verdict.bid_id, finding.rule, finding.broken, finding.status, finding.message, finding.source)
        for verdict in verdicts
        for finding in verdict.findings
    ]
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS))
