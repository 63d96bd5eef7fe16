"""Real-time prices of the next hours: price, spread to day-ahead, quantiles and spike probability; one asset a market."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg
import pandas as pd

from market_platform.contracts.families.forecasts import FORECASTS, LEVELS_PERCENT, QUANTILES
from market_platform.defs.forecasting import reading
from market_platform.defs.forecasting.asset import GROUP, TABLE_METADATA
from market_platform.defs.forecasting.showing import issue_metadata
from market_platform.defs.forecasting.subjects import MarketSubjects
from market_platform.errors import Infeasible
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.markets.market_day import market_day_of, today
from market_platform.platform import Platform

if TYPE_CHECKING:
    from market_platform.defs.forecasting.issuing import Issued, Order
    from market_platform.forecasting.realtime import RealTimeForecast

HORIZON = timedelta(hours=4)
HISTORY = timedelta(days=182)
SPIKE_USD_PER_MWH = 200.0


def asset_key(market: str) -> str:
    """Return the key of a market's asset."""
    return f"{market}_real_time_price_forecast"


def real_time_asset(subjects: MarketSubjects) -> dg.AssetsDefinition:
    """Return the asset that issues the next four hours."""

    @dg.asset(
        key=asset_key(subjects.market),
        group_name=GROUP,
        kinds={"deltalake", "scikitlearn"},
        deps=[*subjects.real_time.feeds, *subjects.day_ahead.feeds],
        description=f"Real-time prices of the next four hours on {subjects.real_time_minutes}-minute intervals: the spread to "
        "the day-ahead price from its recent course, quantiles from the latest issues kept out of the fit, and the "
        f"probability of a price above {SPIKE_USD_PER_MWH:.0f} USD/MWh.",
        metadata=TABLE_METADATA,
    )
    def issue(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
        order, issued = issue_real_time(platform, subjects, platform.clock())
        return dg.MaterializeResult(metadata=issue_metadata(platform, order, issued))

    return issue


def issue_real_time(platform: Platform, subjects: MarketSubjects, moment: datetime) -> "tuple[Order, Issued]":
    """Forecast every hub and zone with both prices, lay the rows in, and return what came of it."""
    from market_platform.defs.forecasting.issuing import Issued, Order
    from market_platform.forecasting.realtime import real_time_or_day_ahead

    minutes = subjects.real_time_minutes
    since = (moment - HISTORY).date()
    real_time = reading.by_location(
        reading.outcomes(platform, subjects.real_time, moment, minutes=minutes, since=since)
    )
    day_ahead = reading.by_location(reading.outcomes(platform, subjects.day_ahead, moment, since=since))
    order = Order(
        asset_key(subjects.market), subjects.market, "real_time_price", "usd_per_mwh", today(moment, subjects.zone),
        subjects.zone, moment, {},
    )  # fmt: skip
    frames, refused = [], {}
    wanted = reading.locations_wanted(platform.settings.forecast_locations, subjects.market, list(real_time))
    for location in (name for name in wanted if name in day_ahead):
        past, ahead = _series(real_time[location]), _series(day_ahead[location])
        horizon = intervals_covered(past, ahead, timedelta(minutes=minutes))
        if not horizon:
            refused[location] = "no day-ahead price after the last real-time price: wait for the day-ahead results"
            continue
        try:
            made = real_time_or_day_ahead(past, ahead, horizon, SPIKE_USD_PER_MWH)
        except Infeasible as refusal:
            refused[location] = str(refusal)
            continue
        frames.append(_rows(order, location, made, minutes, hash_of([real_time[location], day_ahead[location]])))
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(FORECASTS.row_columns))
    if frames:
        digest = hash_of([rows[["location", "inputs_hash"]]])
        lay_in(platform.lake, FORECASTS, order.asset, rows, read_at=platform.clock(), inputs=digest)
    return order, Issued(rows, 0, (), refused)


def intervals_covered(real_time: pd.Series, day_ahead: pd.Series, step: timedelta) -> int:
    """Return how many intervals of the horizon have a day-ahead price: before the next day's results fewer than all."""
    left = day_ahead.index.max() + pd.Timedelta(hours=1) - real_time.index.max() - step
    return int(max(timedelta(0), min(HORIZON, left)) / step)


def _series(frame: pd.DataFrame) -> pd.Series:
    return frame.set_index("interval_start")["value"]


def _rows(order: "Order", location: str, made: "RealTimeForecast", minutes: int, digest: str) -> pd.DataFrame:
    from market_platform.forecasting.issue import version

    starts = pd.Series(made.start)
    rows = pd.DataFrame(
        {
            "market_day": market_day_of(starts, order.zone), "interval_start": starts,
            "interval_end": starts + pd.Timedelta(minutes=minutes), "market": order.market, "quantity": order.quantity,
            "location": location, "kind": "issued", "issued_at": order.issued_at, "before_gate": None, "reissued": False,
            "unit": order.unit, "value": made.price_usd_per_mwh, "spike_probability": made.spike_probability,
            "spike_usd_per_mwh": SPIKE_USD_PER_MWH, "model": made.rung.replace(" ", "_"), "version": version(),
            "inputs_hash": digest, "rung": made.rung, "reason": "; ".join(made.notes) or None,
        }
    )  # fmt: skip
    rows[list(QUANTILES)] = made.quantiles[:, [level - 1 for level in LEVELS_PERCENT]]
    return rows
