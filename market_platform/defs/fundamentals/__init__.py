"""Gas, storage, carbon, weather and heat: what is worked out from their feeds."""

import dagster as dg

from market_platform.defs.fundamentals import carbon, checks, chp, gas, history, pipelines, spark, storage, weather

ASSETS = (
    history.fundamentals_history,
    gas.gas_basis,
    gas.gas_spreads,
    gas.gas_front_month,
    storage.storage_surplus,
    storage.driver_correlations,
    carbon.carbon_levels,
    spark.spark_spreads,
    weather.place_degree_days,
    weather.renewable_outlook,
    pipelines.pipeline_utilisation,
    chp.chp_decisions,
)


def definitions() -> dg.Definitions:
    """Return the assets with their job and schedule."""
    job = dg.define_asset_job(
        "fundamentals",
        selection=dg.AssetSelection.assets(*(asset.key for asset in ASSETS)),
        executor_def=dg.in_process_executor,
        description="Looks back where history is missing, then works out what drives power prices",
    )
    schedule = dg.ScheduleDefinition(
        name="fundamentals_schedule",
        job_name="fundamentals",
        cron_schedule="10 7,19 * * *",
        execution_timezone="America/New_York",
    )
    decide_again = dg.define_asset_job(
        chp.CHP_JOB,
        selection=dg.AssetSelection.assets("chp_decisions"),
        executor_def=dg.in_process_executor,
        description="Decides for every facility with the prices as they are now",
    )
    return dg.Definitions(
        assets=list(ASSETS),
        asset_checks=list(checks.CHECKS),
        jobs=[job, decide_again],
        schedules=[schedule],
        sensors=[chp.chp_follows_prices],
    )
