"""Schedules in the market's own zone, at publication time. They are off until a person turns them on."""

from collections.abc import Callable
from datetime import date, timedelta

import dagster as dg

from market_platform.defs.jobs import KINDS, fast_feeds, job_name, list_feeds, market_day_feeds, monthly_feeds
from market_platform.markets.market_day import today
from market_platform.sources.catalogue import PUBLISHERS
from market_platform.sources.feed import Publisher


def ingest_schedules() -> list[dg.ScheduleDefinition]:
    """Return the schedules of all publishers."""
    schedules: list[dg.ScheduleDefinition] = []
    for publisher in PUBLISHERS.values():
        zone = publisher.feeds[0].zone.key
        if fast_feeds(publisher):
            schedules.append(_by_day(publisher, "fast", "*/5 * * * *", zone, lambda day: [day]))
        if market_day_feeds(publisher):
            schedules.append(_by_day(publisher, "market_day", "20 1,8,11,14,18 * * *", zone, _yesterday_to_tomorrow))
            schedules.append(_corrections(publisher, zone))
        if list_feeds(publisher):
            schedules.append(
                dg.ScheduleDefinition(
                    name=f"{job_name(publisher, 'lists')}_schedule",
                    job_name=job_name(publisher, "lists"),
                    cron_schedule="40 6 * * *",
                    execution_timezone=zone,
                )
            )
        if monthly_feeds(publisher):
            schedules.append(_by_day(publisher, "monthly", "0 13 * * *", zone, lambda day: [day.replace(day=1)]))
    return schedules


def _yesterday_to_tomorrow(day: date) -> list[date]:
    return [day + timedelta(days=step) for step in (-1, 0, 1)]


def _by_day(
    publisher: Publisher, kind: str, cron: str, zone: str, days: Callable[[date], list[date]]
) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=f"{job_name(publisher, kind)}_schedule",
        job_name=job_name(publisher, kind),
        cron_schedule=cron,
        execution_timezone=zone,
        description=KINDS[kind][1],
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
        at = context.scheduled_execution_time
        local = today(at, publisher.feeds[0].zone)
        return [
            dg.RunRequest(run_key=f"{kind}-{day}-{at.isoformat()}", partition_key=day.isoformat())
            for day in days(local)
        ]

    return schedule


def _corrections(publisher: Publisher, zone: str) -> dg.ScheduleDefinition:
    """Read again, once a night, the days that a publisher may still correct."""

    @dg.schedule(
        name=f"{publisher.key}_corrections_schedule",
        job_name=job_name(publisher, "market_day"),
        cron_schedule="40 4 * * *",
        execution_timezone=zone,
        description="Reads the days again that may still be corrected; a changed value becomes a new version",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        at = context.scheduled_execution_time
        local = today(at, publisher.feeds[0].zone)
        requests = []
        for age in range(2, 1 + max(feed.revision_days for feed in publisher.feeds)):
            feeds = [dg.AssetKey(feed.key) for feed in market_day_feeds(publisher) if feed.revision_days >= age]
            day = (local - timedelta(days=age)).isoformat()
            requests.append(
                dg.RunRequest(run_key=f"correction-{day}-{at.date()}", partition_key=day, asset_selection=feeds)
            )
        return requests or dg.SkipReason("nothing that this publisher puts out is corrected later")

    return schedule
