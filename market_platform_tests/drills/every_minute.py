"""A code location for the two daemons: two feeds with the sensor that ships, and a schedule that comes every minute."""

import warnings

import dagster as dg

from market_platform.defs.feed_assets import feed_asset
from market_platform.defs.jobs import IngestJob
from market_platform.defs.sensors import late_publication
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS, PUBLISHERS

FEED_KEYS = ("nyiso_load_hourly", "nyiso_dam_lbmp_zone")
DAYS = ("2026-03-08", "2026-11-01")  # both clock changes


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions over the platform that the environment describes."""
    warnings.simplefilter("ignore", dg.BetaWarning)
    feeds = tuple(FEEDS[key] for key in FEED_KEYS)
    job = IngestJob(PUBLISHERS["nyiso"], "market_day", feeds[0].zone, feeds)

    @dg.schedule(name="every_minute", job_name=job.name, cron_schedule="* * * * *")
    def every_minute(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        at = context.scheduled_execution_time
        return dg.RunRequest(run_key=at.isoformat(), partition_key=DAYS[at.minute % len(DAYS)])

    return dg.Definitions(
        assets=[feed_asset(feed) for feed in feeds],
        jobs=[dg.define_asset_job(job.name, selection=list(FEED_KEYS), executor_def=dg.in_process_executor)],
        schedules=[every_minute],
        sensors=[late_publication(job)],
        resources={"platform": Platform(Settings())},
    )
