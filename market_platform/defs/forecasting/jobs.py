"""When forecasts are issued: a job a market, before its gate; and one job for everything, for `make run`."""

from datetime import timedelta
from typing import Any

import dagster as dg

from market_platform.defs.forecasting.subjects import SUBJECTS, MarketSubjects
from market_platform.markets.market_day import day_bounds, today
from market_platform.platform import wall_clock
from market_platform.trading.bids.gates import gate_of

ALL = "forecasts"


def jobs(asset_keys: list[str]) -> list[Any]:
    """Return a job a market, that issues everything of its next day, and the one that issues and scores everything."""
    made = [
        _job(
            f"{market}_forecasts",
            dg.AssetSelection.assets(*(key for key in asset_keys if key.startswith(f"{market}_"))),
            "Issues the market's forecasts of the next market day; what did not change since stands",
        )
        for market in SUBJECTS
    ]
    everything = "Issues every forecast and scores those whose outcome is known"
    return [*made, _job(ALL, dg.AssetSelection.groups("forecasts"), everything)]


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


def _job(name: str, selection: dg.AssetSelection, description: str) -> Any:  # noqa: ANN401 - Dagster keeps the type private
    return dg.define_asset_job(name, selection=selection, executor_def=dg.in_process_executor, description=description)
