"""What people read: marts by dbt, their publication, and the daily brief."""

import dagster as dg

from market_platform.defs.marts.mart_assets import mart_assets


def definitions() -> dg.Definitions:
    """Return the marts with their job and schedule."""
    job = dg.define_asset_job(
        "marts",
        selection=dg.AssetSelection.groups("staging", "marts"),
        executor_def=dg.in_process_executor,
        description="Builds the marts over the lake with dbt, tests them and publishes them whole",
    )
    schedule = dg.ScheduleDefinition(name="marts_schedule", job_name="marts", cron_schedule="40 * * * *")
    return dg.Definitions(assets=[mart_assets()], jobs=[job], schedules=[schedule])
