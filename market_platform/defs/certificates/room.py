"""The room's definitions: assets, checks, jobs, schedules and sensors of certificates."""

import dagster as dg

from market_platform.defs.certificates import calendar_watch, checks, compliance_assets, esg_assets, registry_assets

ASSETS = (
    registry_assets.registry_exports,
    registry_assets.mrets_holdings,
    registry_assets.certificate_ledger,
    registry_assets.certificate_positions,
    compliance_assets.compliance_obligations,
    compliance_assets.compliance_deadlines,
    compliance_assets.compliance_standing,
    esg_assets.esg_metrics,
    calendar_watch.certificate_reminders,
)
JOB = "certificates"


def assemble() -> dg.Definitions:
    """Return the definitions of the room."""
    everything = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.assets(*(asset.key for asset in ASSETS)),
        executor_def=dg.in_process_executor,
        description="Registries, ledger, positions, obligations, compliance and ESG, in this order",
    )
    reminding = dg.define_asset_job(
        calendar_watch.REMINDERS_JOB,
        selection=dg.AssetSelection.assets("certificate_reminders"),
        executor_def=dg.in_process_executor,
        description="What the next ninety days ask for",
    )
    return dg.Definitions(
        assets=list(ASSETS),
        asset_checks=[*checks.CHECKS, esg_assets.nothing_is_claimed_twice],
        jobs=[everything, reminding, *calendar_watch.JOBS],
        schedules=[dg.ScheduleDefinition(name=f"{JOB}_schedule", job_name=JOB, cron_schedule="45 5 * * *")],
        sensors=list(calendar_watch.SENSORS),
    )
