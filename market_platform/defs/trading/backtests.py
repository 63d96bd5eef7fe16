"""What a backtest on the lake's prices may see: each gate the prices that were out, and the forecast made from them."""

from datetime import date, datetime, timedelta

import pandas as pd

from market_platform.defs.trading.prices import HISTORY_DAYS
from market_platform.errors import Infeasible
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, interval_starts
from market_platform.trading.bids.gates import event_at, gate_of
from market_platform.trading.planning.expectation import seasonal_naive
from market_platform.trading.strategies import GatePlan, VersionedHistory


def whole_days(iso: str, location: str, prices: pd.Series) -> list[date]:
    """Return the market days of hourly prices, first to last. Raises Infeasible where there is none or one has a hole."""
    zone = MARKETS[iso].zone
    if len(prices) == 0:
        raise Infeasible(f"the lake holds no day-ahead prices of {iso} at {location}: backfill the feed first")
    first, last = prices.index[0].tz_convert(zone).date(), prices.index[-1].tz_convert(zone).date()
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    torn = [day for day in days if not interval_starts(day, zone, 60).isin(prices.index).all()]
    if torn:
        raise Infeasible(f"{iso} {location}: {torn[0]} is not whole in the lake: backfill it, or choose other days")
    return days


def seen_at_gates(iso: str, days: list[date], prices: pd.Series) -> tuple[pd.Series, VersionedHistory, list[GatePlan]]:
    """Return clearing prices from the second day on, the as-of reads, and one gate a day.

    A day's prices are known from the moment that its results are out; a day's forecast is the seasonal naive on what is
    known when its gate closes, for that day and the next.
    """
    zone = MARKETS[iso].zone
    out = {day: event_at(iso, "dam", "result", day) for day in days}
    local_days = prices.index.tz_convert(zone).date
    known = pd.DataFrame(
        {
            "interval_start": prices.index,
            "known_from": [out[day] for day in local_days],
            "usd_per_mwh": prices.to_numpy(),
        }
    )
    clearing = prices[local_days > days[0]]
    issues, gates, place = [], [], 0
    for day in days[1:]:
        closes = gate_of(iso, "dam", day_bounds(day, zone)[0]).closes_at
        hours = interval_starts(day, zone, 60)
        issues.append(
            _issue(
                prices,
                local_days,
                out,
                day,
                closes,
                hours.append(interval_starts(day + timedelta(days=1), zone, 60)),
                iso,
            )
        )
        gates.append(GatePlan(pd.Timestamp(closes), place, place + len(hours)))
        place += len(hours)
    return clearing, VersionedHistory(known, pd.concat(issues, ignore_index=True)), gates


def _issue(
    prices: pd.Series, local_days: pd.Index, out: dict[date, datetime], day: date, closes: datetime,
    hours: pd.DatetimeIndex, iso: str,
) -> pd.DataFrame:  # fmt: skip
    seen = [each for each in out if day - timedelta(days=HISTORY_DAYS) <= each < day and out[each] < closes]
    expectation = seasonal_naive(prices[pd.Index(local_days).isin(seen)], hours, MARKETS[iso].zone)
    if not expectation.is_known:
        raise Infeasible(f"{iso}: at the gate of {day} no earlier prices were out: begin a day later")
    values = expectation.prices
    return pd.DataFrame(
        {"issued_at": pd.Timestamp(closes), "interval_start": values.index, "usd_per_mwh": values.to_numpy()}
    )
