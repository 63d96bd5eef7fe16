"""Day-ahead prices of every hub and zone, one asset a market, issued before the market's gate."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg
import pandas as pd

from market_platform.defs.forecasting import reading
from market_platform.defs.forecasting.asset import forecast_asset
from market_platform.defs.forecasting.daily_inputs import DAILY_INPUTS, daily_feeds, daily_known
from market_platform.defs.forecasting.subjects import MarketSubjects, Source
from market_platform.errors import Infeasible
from market_platform.markets.market_day import day_bounds, today
from market_platform.platform import Platform
from market_platform.trading.bids.gates import gate_of

if TYPE_CHECKING:
    from market_platform.defs.forecasting.issuing import Order


def asset_key(market: str) -> str:
    """Return the key of a market's asset."""
    return f"{market}_day_ahead_price_forecast"


def price_asset(subjects: MarketSubjects) -> dg.AssetsDefinition:
    """Return the asset that issues the next market day's prices."""
    return forecast_asset(
        asset_key(subjects.market),
        lambda platform, moment: price_order(platform, subjects, moment),
        deps=[*feeds_read(subjects), *daily_feeds()],
        description="Day-ahead prices of the market's hubs and zones for the next market day, hour by hour with quantiles: a "
        "pool of models combined by recent error, down a ladder to the seasonal naive where history is short. From past prices, "
        "the ISO's forecasts of load, wind and solar, Henry Hub's price, the region's degree days and the calendar, as known at "
        "the moment of issue.",
    )


def feeds_read(subjects: MarketSubjects) -> list[str]:
    """Return the feeds of a market's prices and of what is known ahead."""
    sources = [subjects.day_ahead, subjects.load_forecast, *subjects.renewables.values()]
    return list(dict.fromkeys(feed for source in sources for feed in source.feeds))


def price_order(platform: Platform, subjects: MarketSubjects, moment: datetime) -> "Order":
    """Return the order for the next market day without prices, from what was known at ``moment``."""
    from market_platform.defs.forecasting.issuing import Order
    from market_platform.forecasting.issue import Request, panel_from_frames

    prices = reading.by_location(reading.outcomes(platform, subjects.day_ahead, moment))
    day = next_day(prices, moment, subjects)
    ahead = known_ahead(platform, subjects, moment, day)
    daily = daily_known(platform, subjects, moment, day)
    missing = [name for name in (*DAILY_INPUTS, *inputs_ahead(subjects)) if name not in {**daily, **ahead}]
    note = f"none known of {', '.join(missing)}: left out" if missing else ""
    panels, refused = {}, {}
    for location in reading.locations_wanted(platform.settings.forecast_locations, subjects.market, list(prices)):
        request = Request(location, "day_ahead_price", day, subjects.zone, moment, subjects.calendar)
        try:
            panels[location] = panel_from_frames(request, prices[location], ahead, daily)
        except Infeasible as refusal:
            refused[location] = str(refusal)
    gate = gate_of(subjects.market, "dam", day_bounds(day, subjects.zone)[0]).closes_at
    return Order(
        asset_key(subjects.market), subjects.market, "day_ahead_price", "usd_per_mwh", day, subjects.zone, moment, panels,
        refused, dict.fromkeys(panels, note), gate=gate,
    )  # fmt: skip


def inputs_ahead(subjects: MarketSubjects) -> dict[str, Source]:
    """Return by name what the ISO says ahead."""
    return {"load_forecast": subjects.load_forecast, **subjects.renewables}


def known_ahead(platform: Platform, subjects: MarketSubjects, moment: datetime, day: date) -> dict[str, pd.DataFrame]:
    """Return what the ISO says ahead of load, wind and solar, as known at ``moment``, by name."""
    found = {}
    for name, source in inputs_ahead(subjects).items():
        rows = reading.issued_ahead(platform, source, moment, day, subjects.zone)
        if len(rows):
            found[name] = rows.groupby("interval_start", as_index=False)["value"].sum(min_count=1).dropna()
    return found


def next_day(prices: dict[str, pd.DataFrame], moment: datetime, subjects: MarketSubjects) -> date:
    """Return the day after the last one with prices, at the earliest tomorrow: once results are out, the day after them."""
    tomorrow = today(moment, subjects.zone) + timedelta(days=1)
    if not prices:
        return tomorrow
    last = max(rows["interval_start"].max() for rows in prices.values())
    return max(tomorrow, last.tz_convert(subjects.zone).date() + timedelta(days=1))
