"""What the settlement room brings to the graph: assets, checks, jobs, schedules and sensors."""

import dagster as dg

from market_platform.defs.settlement import book_assets, book_keys, checks, sensors
from market_platform.defs.settlement.day_assets import positions_asset, shadow_asset


def definitions() -> dg.Definitions:
    """Return the room's part of the graph; schedules are off until a person turns them on."""
    isos = book_keys.ISOS
    days = [f"{iso}_{part}" for iso in isos for part in ("settlement_positions", "shadow_settlement")]
    books = [
        book_keys.STATEMENTS, book_keys.RECONCILIATION, book_keys.DISPUTES, book_keys.PAYMENTS, book_keys.PACK,
    ]  # fmt: skip
    return dg.Definitions(
        assets=[
            *(positions_asset(iso) for iso in isos),
            *(shadow_asset(iso) for iso in isos),
            book_assets.settlement_statements,
            book_assets.settlement_reconciliation,
            book_assets.settlement_disputes,
            book_assets.settlement_payments,
            book_assets.settlement_pack,
        ],
        asset_checks=[
            *(checks.shadow_checks(iso) for iso in isos),
            checks.quarantine,
            checks.overdue,
            checks.reconciliation_checks,
            checks.deadlines,
            checks.payment_checks,
        ],
        jobs=[
            dg.define_asset_job(
                sensors.DAY_JOB,
                selection=dg.AssetSelection.assets(*days),
                executor_def=dg.in_process_executor,
                description="Positions and shadow settlement of one market day at every ISO",
            ),
            dg.define_asset_job(
                sensors.BOOKS_JOB,
                selection=dg.AssetSelection.assets(*books),
                executor_def=dg.in_process_executor,
                description="Statements in, reconciliation, disputes, payments and the monthly pack",
            ),
        ],
        schedules=[sensors.settlement_day_schedule, sensors.settlement_schedule],
        sensors=[sensors.statement_inbox, sensors.price_correction, sensors.dispute_deadlines],
    )
