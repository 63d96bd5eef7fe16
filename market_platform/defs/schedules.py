"""Schedules in the market's own zone, at publication time. They are off until a person turns them on."""

from collections.abc import Callable
from datetime import date, timedelta

import dagster as dg

from market_platform.defs.jobs import IngestJob, all_ingest_jobs
from market_platform.markets.market_day import today

CRONS = {"fast": "*/5 * * * *", "market_day": "20 1,8,11,14,18 * * *", "lists": "40 6 * * *", "monthly": "0 13 * * *"}
CORRECTIONS_CRON = "40 4 * * *"


def ingest_schedules() -> list[dg.ScheduleDefinition]:
    """Return the schedules of all publishers."""
    schedules: list[dg.ScheduleDefinition] = []
    for job in all_ingest_jobs():
        schedules.append(_schedule(job))
        if job.kind == "market_day" and any(feed.revision_days > 1 for feed in job.feeds):
            schedules.append(_corrections(job))
    return schedules


def _yesterday_to_tomorrow(day: date) -> list[date]:
    return [day + timedelta(days=step) for step in (-1, 0, 1)]


DAYS: dict[str, Callable[[date], list[date]]] = {
    "fast": lambda day: [day],
    "market_day": _yesterday_to_tomorrow,
    "monthly": lambda day: [day.replace(day=1)],
}


def _schedule(job: IngestJob) -> dg.ScheduleDefinition:
    if job.kind == "lists":
        return dg.ScheduleDefinition(
            name=f"{job.name}_schedule",
            job_name=job.name,
            cron_schedule=CRONS["lists"],
            execution_timezone=job.zone.key,
        )

    @dg.schedule(
        name=f"{job.name}_schedule",
        job_name=job.name,
        cron_schedule=CRONS[job.kind],
        execution_timezone=job.zone.key,
        description=job.description,
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
        at = context.scheduled_execution_time
        days = DAYS[job.kind](today(at, job.zone))
        return [
            dg.RunRequest(run_key=f"{job.name}-{day}-{at.isoformat()}", partition_key=day.isoformat()) for day in days
        ]

    return schedule


def _corrections(job: IngestJob) -> dg.ScheduleDefinition:
    """Read again, once a night, the days that a publisher may still correct."""

    @dg.schedule(
        name=f"{job.name}_corrections_schedule",
        job_name=job.name,
        cron_schedule=CORRECTIONS_CRON,
        execution_timezone=job.zone.key,
        description="Reads the days again that may still be corrected; a changed value becomes a new version",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
        at = context.scheduled_execution_time
        requests = []
        for age in range(2, 1 + max(feed.revision_days for feed in job.feeds)):
            feeds = [dg.AssetKey(feed.key) for feed in job.feeds if feed.revision_days >= age]
            day = (today(at, job.zone) - timedelta(days=age)).isoformat()
            key = f"{job.name}-correction-{day}-{at.date()}"
            requests.append(dg.RunRequest(run_key=key, partition_key=day, asset_selection=feeds))
        return requests

    return schedule
