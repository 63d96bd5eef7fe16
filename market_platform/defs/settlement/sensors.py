"""Sensors and schedules of settlement: files in the inbox, corrected prices, deadlines, and the daily run."""

import hashlib
from datetime import date, datetime, timedelta

import dagster as dg
import pandas as pd
import sqlalchemy as sa

from market_platform.platform import Platform

DAY_JOB, BOOKS_JOB = "settlement_day", "settlement"
CORRECTIONS_LOOKED_AT = timedelta(days=120)


@dg.sensor(
    name="statement_inbox",
    job_name=BOOKS_JOB,
    minimum_interval_seconds=60,
    description="Takes statements and payments as soon as files lie in data/inbox/statements or data/inbox/payments",
)
def statement_inbox(platform: dg.ResourceParam[Platform]) -> dg.RunRequest | dg.SkipReason:
    """Ask for one run per set of waiting files."""
    from market_platform.defs.settlement.inbox import waiting_files
    from market_platform.defs.settlement.positions import inbox

    files = [path for kind in ("statements", "payments") for path in waiting_files(inbox(platform) / kind)]
    if not files:
        return dg.SkipReason("the inbox is empty")
    names = "|".join(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files)
    return dg.RunRequest(run_key=f"inbox-{hashlib.sha256(names.encode()).hexdigest()[:24]}")


@dg.sensor(
    name="price_correction",
    job_name=DAY_JOB,
    minimum_interval_seconds=600,
    description="Settles again exactly the market days whose prices were corrected since they were settled",
)
def price_correction(platform: dg.ResourceParam[Platform]) -> list[dg.RunRequest] | dg.SkipReason:
    """Ask for one run per touched market day."""
    found = touched_market_days(platform)
    if not found:
        return dg.SkipReason("no price was corrected since its day was settled")
    requests: dict[date, list[tuple[str, datetime]]] = {}
    for iso, day, moment in found:
        requests.setdefault(day, []).append((iso, moment))
    return [
        dg.RunRequest(
            run_key=f"correction-{day}-" + "-".join(f"{iso}{moment:%Y%m%dT%H%M%S%f}" for iso, moment in touched),
            partition_key=day.isoformat(),
            asset_selection=[dg.AssetKey(f"{iso}_shadow_settlement") for iso, _ in touched],
        )
        for day, touched in sorted(requests.items())
    ]


def touched_market_days(platform: Platform) -> list[tuple[str, date, datetime]]:
    """Return (iso, market day, moment of the correction) for settled days with a price that became known afterwards."""
    from market_platform.settlement.books.tables import shadow
    from market_platform.settlement.inputs.from_lake import inputs_from_lake, newest_price
    from market_platform.settlement.shadow.resettlement import corrected_prices

    since = platform.clock().date() - CORRECTIONS_LOOKED_AT
    query = (
        sa.select(shadow.c.iso, shadow.c.market_day, sa.func.max(shadow.c.settled_at).label("settled_at"))
        .where(shadow.c.market_day >= since)
        .group_by(shadow.c.iso, shadow.c.market_day)
    )
    with platform.ledger.read() as connection:
        settled = connection.execute(query).all()
    touched = []
    for iso in sorted({row.iso for row in settled}):
        newest = newest_price(platform.lake, iso, since)
        for row in (row for row in settled if row.iso == iso):
            moment = newest.get(row.market_day)
            if moment is None or moment <= row.settled_at:
                continue
            prices = inputs_from_lake(platform.lake, iso, row.market_day, row.market_day).prices
            corrected = corrected_prices(prices, pd.Timestamp(row.settled_at))
            if len(corrected):
                touched.append((iso, row.market_day, moment))
    return touched


@dg.sensor(
    name="dispute_deadlines",
    job_name=BOOKS_JOB,
    minimum_interval_seconds=3600,
    description="Once a day while a drafted dispute is about to lapse, so that its check shows it and late ones expire",
)
def dispute_deadlines(platform: dg.ResourceParam[Platform]) -> dg.RunRequest | dg.SkipReason:
    """Ask for the disputes asset while a draft presses."""
    from market_platform.defs.settlement.book_keys import DISPUTES, DUE_SOON_DAYS
    from market_platform.defs.settlement.disputes import due_within, late_drafts

    pressing, late = len(due_within(platform, DUE_SOON_DAYS)), late_drafts(platform)
    if not pressing and not late:
        return dg.SkipReason("no draft is about to lapse")
    today = platform.clock().date()
    return dg.RunRequest(
        run_key=f"deadlines-{today}-{late}", asset_selection=[dg.AssetKey(DISPUTES)],
        tags={"drafts_due": str(pressing), "drafts_late": str(late)},
    )  # fmt: skip


@dg.schedule(
    name="settlement_day_schedule",
    job_name=DAY_JOB,
    cron_schedule="30 9 * * *",
    execution_timezone="America/Los_Angeles",
    description="Every morning: yesterday's and the day before's positions and shadow settlement",
)
def settlement_day_schedule(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
    """Ask for the two days before."""
    at = context.scheduled_execution_time
    days = [(at.date() - timedelta(days=step)).isoformat() for step in (2, 1)]
    return [dg.RunRequest(run_key=f"settlement-{day}-{at.date()}", partition_key=day) for day in days]


settlement_schedule = dg.ScheduleDefinition(
    name="settlement_schedule",
    job_name=BOOKS_JOB,
    cron_schedule="0 10 * * *",
    execution_timezone="America/Los_Angeles",
    description="Every morning after the shadow settlement: statements, reconciliation, disputes, payments, pack",
)
