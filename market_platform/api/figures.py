"""Figures of the business for metrics and dashboard: price changes, spreads, revenue, win rate, settlement accuracy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from market_platform.alerts.rules import SEVERITIES
from market_platform.alerts.tables import alerts
from market_platform.api.reading import Reader
from market_platform.contracts.families import CONTRACTS
from market_platform.platform import Platform

# Real-time runs whose last two intervals tell a change of price, by market.
REAL_TIME = {"nyiso": "RTD", "pjm": "RTD", "caiso": "RTD", "ercot": "RTM"}
Point = tuple[tuple[str, ...], float]


@dataclass(frozen=True)
class Figure:
    """One figure with its labels: a Prometheus gauge, a tile of the dashboard."""

    name: str
    description: str
    labels: tuple[str, ...]
    points: Sequence[Point]


LAST_TWO = """
SELECT market, location, lmp_usd_per_mwh AS price, lag(lmp_usd_per_mwh) OVER series AS before, interval_end
FROM lmp
WHERE market = ? AND market_run = ? AND location_type IN ('hub', 'zone')
  AND market_day >= (SELECT max(market_day) FROM lmp WHERE market = ? AND market_run = ?)
WINDOW series AS (PARTITION BY location ORDER BY interval_end)
QUALIFY row_number() OVER (PARTITION BY location ORDER BY interval_end DESC, feed) = 1
ORDER BY location
"""


def figures(platform: Platform, reader: Reader) -> list[Figure]:
    """Return all figures that the platform can give now; one without data has no points."""
    changes, levels, spreads = [], [], []
    for market, run in REAL_TIME.items():
        rows = reader.rows(LAST_TWO, [market, run, market, run])
        prices = [float(str(row["price"])) for row in rows if row["price"] is not None]
        for row in rows:
            price, before = row["price"], row["before"]
            if isinstance(price, float):
                levels.append(((market, str(row["location"])), price))
                if isinstance(before, float) and before:
                    changes.append(((market, str(row["location"])), 100.0 * (price - before) / abs(before)))
        if prices:
            spreads.append(((market,), max(prices) - min(prices)))
    return [
        Figure("price_usd_per_mwh", "Last real-time price", ("market", "location"), levels),
        Figure("price_change_percent", "Change against the interval before", ("market", "location"), changes),
        Figure("spread_usd_per_mwh", "Dearest less cheapest hub or zone, real time", ("market",), spreads),
        *_trading(reader),
        *_settlement(reader),
        _standing_alerts(platform),
    ]


def _trading(reader: Reader) -> Iterator[Figure]:
    if "trading_kpis" not in CONTRACTS:
        return
    rows = reader.rows(
        "SELECT market, resource, kpi, value FROM trading_kpis WHERE value IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY market, resource, kpi ORDER BY interval_end DESC) = 1"
    )
    for kpi, name, description in (
        ("revenue", "revenue_usd", "Revenue of the last market day"),
        ("win_rate", "win_rate", "Share of active intervals on the right side of breakeven"),
        ("spread_captured", "spread_captured_usd_per_mwh", "Mean price of sales less that of purchases"),
    ):
        points = [
            ((str(row["market"]), str(row["resource"])), float(str(row["value"]))) for row in rows if row["kpi"] == kpi
        ]
        yield Figure(name, description, ("market", "resource"), points)


def _settlement(reader: Reader) -> Iterator[Figure]:
    if "settlement_variances" not in CONTRACTS:
        return
    rows = reader.rows(
        "SELECT lines.market, sum(abs(amount_usd)) AS billed, any_value(coalesce(gap, 0)) AS gap FROM settlement_lines AS lines "
        "LEFT JOIN (SELECT market, sum(abs(variance_usd)) AS gap FROM settlement_variances GROUP BY market) USING (market) "
        "WHERE side = 'billed' GROUP BY lines.market ORDER BY lines.market"
    )
    points: list[Point] = []
    for row in rows:
        billed, gap = float(str(row["billed"])), float(str(row["gap"]))
        if billed > 0:
            points.append(((str(row["market"]),), 1.0 - min(1.0, gap / billed)))
    yield Figure("settlement_accuracy", "1 less absolute variances over absolute amounts billed", ("market",), points)


def _standing_alerts(platform: Platform) -> Figure:
    query = (
        sa.select(alerts.c.severity, sa.func.count()).where(alerts.c.cleared_at.is_(None)).group_by(alerts.c.severity)
    )
    with platform.ledger.read() as connection:
        counts = {str(row[0]): float(row[1]) for row in connection.execute(query)}
    points = [((severity,), counts.get(severity, 0.0)) for severity in SEVERITIES]
    return Figure("alerts_standing", "Alerts that stand", ("severity",), points)
