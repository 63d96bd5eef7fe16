"""What people read: marts by dbt, their publication, and the daily brief."""

from datetime import timedelta

import dagster as dg

from market_platform.defs.marts.brief_asset import ZONE, market_brief
from market_platform.defs.marts.mart_assets import mart_assets
from market_platform.defs.marts.postgres import marts_in_postgres


def definitions() -> dg.Definitions:
    """Return the marts and the brief with their jobs and schedules."""
    marts_job = dg.define_asset_job(
        "marts",
        selection=dg.AssetSelection.groups("staging", "marts") | dg.AssetSelection.assets("marts_in_postgres"),
        executor_def=dg.in_process_executor,
        description="Builds the marts over the lake with dbt, tests them and publishes them whole, in Postgres too if asked",
    )
    brief_job = dg.define_asset_job(
        "brief",
        selection=dg.AssetSelection.assets("market_brief"),
        executor_def=dg.in_process_executor,
        description="Writes the market brief of a day",
    )

    @dg.schedule(job_name="brief", cron_schedule="30 6 * * *", execution_timezone=ZONE)
    def market_brief_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        """Ask for the brief of the day that has just ended in the West."""
        ended = context.scheduled_execution_time - timedelta(days=1)
        return dg.RunRequest(partition_key=f"{ended:%Y-%m-%d}")

    return dg.Definitions(
        assets=[mart_assets(), market_brief, marts_in_postgres],
        jobs=[marts_job, brief_job],
        schedules=[
            dg.ScheduleDefinition(name="marts_schedule", job_name="marts", cron_schedule="40 * * * *"),
            market_brief_schedule,
        ],
    )
