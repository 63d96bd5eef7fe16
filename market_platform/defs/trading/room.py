"""What the trading room brings to the graph: assets, jobs and schedules, all in the markets' own time."""

from datetime import timedelta
from typing import Any

import dagster as dg

from market_platform.defs.trading.real_time_assets import real_time_offers
from market_platform.defs.trading.result_assets import ISOS, awards, bids, resource_dispatch, trading_kpis
from market_platform.defs.trading.schedule_assets import schedule_asset, trading_resources
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import today

RESULTS = ("bids", "awards", "resource_dispatch", "trading_kpis")
# Twenty to thirty minutes before each day-ahead gate (bids/tables/timetable.csv), outside ERCOT's quiet minutes.
BEFORE_THE_GATE = {"nyiso": "35 4 * * *", "ercot": "35 9 * * *", "caiso": "35 9 * * *", "pjm": "5 10 * * *"}


def definitions() -> dg.Definitions:
    """Return the room's assets, jobs and schedules; the schedules are off until a person turns them on."""
    return dg.Definitions(
        assets=[
            trading_resources,
            *(schedule_asset(iso) for iso in ISOS),
            real_time_offers,
            bids,
            awards,
            resource_dispatch,
            trading_kpis,
        ],
        jobs=[*_day_jobs(), *_jobs_without_partition()],
        schedules=[
            *(_before_the_gate(iso) for iso in ISOS),
            _following(),
            dg.ScheduleDefinition(
                name="real_time_reoptimisation_schedule",
                job_name="real_time_reoptimisation",
                cron_schedule="*/5 * * * *",
                description="Every five minutes, after the five-minute feeds",
            ),
        ],
    )


def _day_jobs() -> list[Any]:
    schedules = [f"{iso}_bid_schedule" for iso in ISOS]
    jobs = [
        ("trading", [*schedules, *RESULTS], "Plans, submits, follows and judges one market day in all markets"),
        ("trading_results", list(RESULTS), "Follows one market day: states, awards, dispatch, key figures"),
    ]
    jobs += [
        (f"{iso}_bidding", [f"{iso}_bid_schedule", "bids"], f"Plans and submits tomorrow's bids in {iso.upper()}")
        for iso in ISOS
    ]
    return [
        dg.define_asset_job(
            name,
            selection=dg.AssetSelection.assets(*keys),
            executor_def=dg.in_process_executor,
            description=description,
        )
        for name, keys, description in jobs
    ]


def _jobs_without_partition() -> list[Any]:
    return [
        dg.define_asset_job(
            name,
            selection=dg.AssetSelection.assets(key),
            executor_def=dg.in_process_executor,
            description=description,
        )
        for name, key, description in (
            ("real_time_reoptimisation", "real_time_offers", "Offers the next open real-time hour anew"),
            ("trading_fleet", "trading_resources", "Reads the resources that are traded"),
        )
    ]


def _before_the_gate(iso: str) -> dg.ScheduleDefinition:
    zone = MARKETS[iso].zone

    @dg.schedule(
        name=f"{iso}_bidding_schedule",
        job_name=f"{iso}_bidding",
        cron_schedule=BEFORE_THE_GATE[iso],
        execution_timezone=zone.key,
        description=f"Before the day-ahead gate of {iso.upper()}, for tomorrow",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        at = context.scheduled_execution_time
        day = (today(at, zone) + timedelta(days=1)).isoformat()
        return dg.RunRequest(run_key=f"{iso}-{day}", partition_key=day)

    return schedule


def _following() -> dg.ScheduleDefinition:
    @dg.schedule(
        name="trading_results_schedule",
        job_name="trading_results",
        cron_schedule="50 * * * *",
        description="Every hour: yesterday's, today's and tomorrow's bids, awards, dispatch and key figures",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
        at = context.scheduled_execution_time
        days = [(at.date() + timedelta(days=step)).isoformat() for step in (-1, 0, 1)]
        return [dg.RunRequest(run_key=f"results-{day}-{at.isoformat()}", partition_key=day) for day in days]

    return schedule
