"""Late inputs: a market's forecasts are issued again, marked, where an input came after the issue and the gate is ahead."""

from datetime import datetime

import dagster as dg

from market_platform.contracts.families.forecasts import FORECASTS
from market_platform.defs.forecasting import price_assets, reading
from market_platform.defs.forecasting.subjects import CORRECTIONS, MarketSubjects, Source
from market_platform.markets.market_day import day_bounds
from market_platform.platform import Platform
from market_platform.trading.bids.gates import gate_of

ASK_AGAIN_SECONDS = 300


def late_inputs_sensor(subjects: MarketSubjects) -> dg.SensorDefinition:
    """Return the sensor of a market; it starts the market's job, which leaves alone what did not change."""

    @dg.sensor(
        name=f"{subjects.market}_late_forecast_inputs",
        job_name=f"{subjects.market}_forecasts",
        minimum_interval_seconds=ASK_AGAIN_SECONDS,
        description="Issues again, marked as reissued, where inputs came after the issue and the gate is still ahead",
    )
    def sensor(platform: dg.ResourceParam[Platform]) -> dg.RunRequest | dg.SkipReason:
        newest = input_after_issue(platform, subjects, platform.clock())
        if newest is None:
            return dg.SkipReason("no forecast awaits its gate, or no input has come since it was issued")
        return dg.RunRequest(run_key=f"{subjects.market}-late-inputs-{newest.isoformat()}")

    return sensor


def input_after_issue(platform: Platform, subjects: MarketSubjects, now: datetime) -> datetime | None:
    """Return when the newest input came, where it came after the last issue for a day whose gate is still ahead."""
    asset = price_assets.asset_key(subjects.market)
    rows = platform.lake.read(FORECASTS, f"feed = '{asset}' AND kind = 'issued' AND market_day >= DATE '{now.date()}'")
    if rows.empty:
        return None
    last = rows.loc[rows["issued_at"].idxmax()]
    gate = gate_of(subjects.market, "dam", day_bounds(last["market_day"], subjects.zone)[0]).closes_at
    newest = max(filter(None, (reading.last_read(platform, source, now) for source in _inputs(subjects))), default=None)
    return newest if newest is not None and last["issued_at"] < newest and now < gate else None


def _inputs(subjects: MarketSubjects) -> list[Source]:
    own = [each for each in CORRECTIONS if each.market == subjects.market]
    return [subjects.day_ahead, subjects.load_forecast, *subjects.renewables.values(), *(each.forecast for each in own)]
