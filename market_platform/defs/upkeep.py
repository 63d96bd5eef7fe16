"""The catalog as an asset, and the upkeep of lake and run history."""

from datetime import timedelta

import dagster as dg

from market_platform.contracts.families import CONTRACTS
from market_platform.defs.jobs import CATALOG_JOB
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS
from market_platform.upkeep.seals import seal_fresh_files

KEEP_RUNS = timedelta(days=30)
PURGED_AT_ONCE = 500


@dg.asset(
    key="market_catalog",
    group_name="store",
    kinds={"duckdb"},
    deps=list(FEEDS),
    description="`market.duckdb`: views over the lake that any DuckDB opens; swapped in by rename.",
)
def market_catalog(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Build the catalog where the lake has moved on."""
    built = platform.catalog.refresh()
    return dg.MaterializeResult(metadata={"built": built, "path": dg.MetadataValue.path(str(platform.catalog.path))})


@dg.asset(
    key="lake_upkeep",
    group_name="store",
    kinds={"deltalake"},
    description="Merges small files, writes checkpoints, drops files that no version within a week needs, and seals the others.",
)
def lake_upkeep(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Compact and vacuum every table, and note the hash of each live file, so that the doctor sees what changes it."""
    lines = ["| table | files removed | files added | vacuumed |", "|---|---:|---:|---:|"]
    for contract in CONTRACTS.values():
        done = platform.lake.compact(contract)
        context.log.info(f"{contract.name}: {done}")
        lines.append(
            f"| {contract.name} | {done['files_removed']} | {done['files_added']} | {done['files_vacuumed']} |"
        )
    platform.catalog.refresh()
    sealed = seal_fresh_files(platform)
    return dg.MaterializeResult(metadata={"tables": dg.MetadataValue.md("\n".join(lines)), "files_sealed": sealed})


@dg.op(description="Deletes runs and their events that ended more than thirty days ago.")
def purge_old_runs(context: dg.OpExecutionContext, platform: dg.ResourceParam[Platform]) -> None:
    """Keep the event log from growing without end."""
    before = platform.clock() - KEEP_RUNS
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    old = context.instance.get_run_records(
        filters=dg.RunsFilter(statuses=ended, created_before=before), limit=PURGED_AT_ONCE
    )
    for record in old:
        context.instance.delete_run(record.dagster_run.run_id)
    context.log.info(f"{len(old)} runs from before {before:%Y-%m-%d} are gone")


@dg.job(executor_def=dg.in_process_executor, description="Deletes old runs and their events")
def purge_runs() -> None:
    """Delete old runs and their events."""
    purge_old_runs()


catalog_job = dg.define_asset_job(
    CATALOG_JOB, selection=dg.AssetSelection.assets("market_catalog"), executor_def=dg.in_process_executor
)
maintenance_job = dg.define_asset_job(
    "maintenance",
    selection=dg.AssetSelection.assets("lake_upkeep"),
    executor_def=dg.in_process_executor,
    description="Compacts, checkpoints and vacuums the lake",
)
maintenance_schedules = [
    dg.ScheduleDefinition(name="maintenance_schedule", job_name="maintenance", cron_schedule="30 3 * * *"),
    dg.ScheduleDefinition(name="purge_runs_schedule", job_name="purge_runs", cron_schedule="50 3 * * 0"),
]
