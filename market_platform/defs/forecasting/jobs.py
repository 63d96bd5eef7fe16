"""When forecasts are issued: a job a market, before its gate; and one job for everything, for `make run`."""

from datetime import timedelta
from typing import Any

import dagster as dg

from market_platform.defs.forecasting.subjects import SUBJECTS, MarketSubjects
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, today
from market_platform.platform import wall_clock
from market_platform.trading.bids.gates import gate_of

ALL = "forecasts"
SCORING = ["forecast_scores", "forecast_leaderboard"]
NEXT_HOURS_CRON = "*/15 * * * *"
GAS_CRON = "30 8 * * 1-5"
SCORING_CRON = "45 5 * * *"


def jobs(asset_keys: list[str]) -> list[Any]:
    """Return the jobs: a market's next day, a market's next hours, gas, the scores, and everything."""
    made = []
    for market in SUBJECTS:
        hours = f"{market}_real_time_price_forecast"
        own = [key for key in asset_keys if key.startswith(f"{market}_") and key != hours]
        made += [
            _job(f"{market}_forecasts", own, "Issues the market's next day; what did not change since stands"),
            _job(f"{market}_next_hours", [hours], "Issues the real-time prices of the next four hours"),
        ]
    gas = [key for key in asset_keys if key.startswith("gas_")]
    return [
        *made,
        _job("gas_forecasts", gas, "Issues gas basis and storage change"),
        _job("forecast_scoring", SCORING, "Scores the forecasts whose outcome is known, and ranks the models"),
        _job(ALL, [*asset_keys, *SCORING], "Issues every forecast and scores those whose outcome is known"),
    ]


def schedules() -> list[dg.ScheduleDefinition]:
    """Return the schedules, off until a person turns them on."""
    made = []
    for subjects in SUBJECTS.values():
        made += [
            market_schedule(subjects),
            _schedule(f"{subjects.market}_next_hours", NEXT_HOURS_CRON, subjects.zone.key),
        ]
    eastern = MARKETS["nyiso"].zone_name
    return [
        *made,
        _schedule("gas_forecasts", GAS_CRON, eastern),
        _schedule("forecast_scoring", SCORING_CRON, eastern),
    ]


def market_schedule(subjects: MarketSubjects) -> dg.ScheduleDefinition:
    """Return its schedule, in the market's zone, the subjects' lead before the day-ahead gate."""
    day = today(wall_clock(), subjects.zone) + timedelta(days=1)
    gate = gate_of(subjects.market, "dam", day_bounds(day, subjects.zone)[0]).closes_at
    at = (gate - subjects.issue_lead).astimezone(subjects.zone)
    return dg.ScheduleDefinition(
        name=f"{subjects.market}_forecasts_schedule",
        job_name=f"{subjects.market}_forecasts",
        cron_schedule=f"{at.minute} {at.hour} * * *",
        execution_timezone=subjects.zone.key,
        description="Before the market's gate",
    )


def _schedule(job: str, cron: str, zone: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(name=f"{job}_schedule", job_name=job, cron_schedule=cron, execution_timezone=zone)


def _job(name: str, keys: list[str], description: str) -> Any:  # noqa: ANN401 - Dagster keeps the type private
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*keys),
        executor_def=dg.in_process_executor,
        description=description,
    )
