"""What the calendar asks for: reminders, certificates about to expire, forward deliveries, the close of a period.

The sensors are off until a person turns them on. A reminder writes a list; a delivery offers certificates in the ledger;
a close is shown, and posted only where it is told to (the sandbox's is).
"""

from datetime import date

import dagster as dg
import pandas as pd

from market_platform.certificates.compliance.deadlines import REMIND_DAYS_BEFORE, expiring, reminders
from market_platform.certificates.compliance.duties import calendar
from market_platform.certificates.desk import Desk, holdings
from market_platform.certificates.ledger.closing import overdue
from market_platform.certificates.ledger.forward import deliver, due
from market_platform.certificates.ledger.parties import Actor
from market_platform.defs.certificates.checks import HELD_KINDS
from market_platform.defs.certificates.days import certificate_day
from market_platform.defs.certificates.desk import is_simulated, open_desk
from market_platform.defs.certificates.laying import table, told
from market_platform.defs.certificates.loads import loads
from market_platform.defs.certificates.registry_assets import GROUP, LEDGER
from market_platform.platform import Platform

AHEAD_DAYS = 90
ONCE_A_DAY = 6 * 3600
REMINDERS_JOB, DELIVERY_JOB, CLOSING_JOB = "certificate_calendar", "certificate_deliveries", "certificate_closing"
CLERK = "market platform"


def duties_of(platform: Platform, desk: Desk) -> pd.DataFrame:
    """Return the calendar of the states in which there is a load, or of all states where none is known."""
    states = sorted({load.state for load in loads(platform, desk)[0]})
    return calendar(desk, states)


def expiring_soon(desk: Desk, day: date) -> pd.DataFrame:
    """Return the desk's own certificates whose last day for a tier lies within the next days."""
    held = holdings(desk, owner=desk.organization, kinds=HELD_KINDS)
    columns = ["registry", "fuel", "vintage", "eligibility", "quantity"]
    return expiring(held[columns], desk.reference.programmes, day, AHEAD_DAYS)


@dg.asset(
    key="certificate_reminders",
    group_name=GROUP,
    deps=[LEDGER],
    description="What the next ninety days ask for: duties of the programmes, certificates about to expire, forward "
    "deliveries that are due, offers that wait.",
)
def certificate_reminders(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult:
    """Write the list."""
    desk, day = open_desk(platform), certificate_day(platform)
    duties = duties_of(platform, desk)
    ahead = duties[(duties["due"] >= day) & ((duties["due"] - day).map(lambda left: left.days) <= AHEAD_DAYS)]
    soon = expiring_soon(desk, day)
    deliveries = due(desk.book, desk.actor(CLERK), day)
    for row in reminders(duties, day).itertuples():
        context.log.warning(f"{row.state} {row.period}: {row.duty} by {row.due} ({row.days_left} days left)")
    return dg.MaterializeResult(
        metadata=told(
            platform, ahead, None,
            duties=table(ahead),
            today=table(reminders(duties, day)),
            expiring=table(soon),
            forwards_due=len(deliveries),
        )
    )  # fmt: skip


@dg.sensor(
    name="compliance_deadline_reminders",
    job_name=REMINDERS_JOB,
    minimum_interval_seconds=ONCE_A_DAY,
    description=f"Reminds of duties {', '.join(map(str, REMIND_DAYS_BEFORE))} days before they are due",
)
def deadline_sensor(platform: dg.ResourceParam[Platform]) -> dg.RunRequest | dg.SkipReason:
    """Ask for the list on a day that a reminder falls on, once."""
    desk, day = open_desk(platform), certificate_day(platform)
    found = reminders(duties_of(platform, desk), day)
    if found.empty:
        return dg.SkipReason("no duty to be reminded of today")
    tags = {f"reminder_{number}": f"{row.state} {row.period}: {row.duty} by {row.due}, {row.days_left} days left"
            for number, row in enumerate(found.itertuples(), 1)}  # fmt: skip
    return dg.RunRequest(run_key=f"reminders-{day}", tags=tags)


@dg.sensor(
    name="expiring_certificates",
    job_name=REMINDERS_JOB,
    minimum_interval_seconds=ONCE_A_DAY,
    description=f"Tells once a month of certificates whose last day for a tier is less than {AHEAD_DAYS} days away",
)
def expiring_sensor(platform: dg.ResourceParam[Platform]) -> dg.RunRequest | dg.SkipReason:
    """Ask for the list when something is about to expire; again only when that changes or a month has passed."""
    day = certificate_day(platform)
    soon = expiring_soon(open_desk(platform), day)
    if soon.empty:
        return dg.SkipReason(f"nothing expires within {AHEAD_DAYS} days")
    quantity, first = int(soon["quantity"].sum()), soon["last_day"].min()
    return dg.RunRequest(
        run_key=f"expiring-{day:%Y-%m}-{first}-{quantity}",
        tags={"expiring": f"{quantity} certificates, first on {first}"},
    )


@dg.op(description="Offers what forward agreements promised for today to the other party, oldest vintage first.")
def deliver_forwards(context: dg.OpExecutionContext, platform: dg.ResourceParam[Platform]) -> None:
    """Turn agreements that are due into transfers that wait for acceptance."""
    desk = open_desk(platform)
    offered = deliver(desk.book, desk.actor(CLERK), platform.clock(), "forward delivery")
    for number, quantity in offered.items():
        context.log.info(f"forward {number}: {quantity} certificates offered")


@dg.job(name=DELIVERY_JOB, executor_def=dg.in_process_executor, description="Offers what forwards promised for today")
def certificate_deliveries() -> None:
    """Offer what is due."""
    deliver_forwards()


@dg.sensor(
    name="forward_deliveries",
    job_name=DELIVERY_JOB,
    minimum_interval_seconds=ONCE_A_DAY,
    description="Offers the certificates of forward agreements on their day",
)
def delivery_sensor(platform: dg.ResourceParam[Platform]) -> dg.RunRequest | dg.SkipReason:
    """Ask for a delivery when one is due."""
    desk, day = open_desk(platform), certificate_day(platform)
    agreed = due(desk.book, desk.actor(CLERK), platform.clock().date())
    if not agreed:
        return dg.SkipReason("no forward is due")
    return dg.RunRequest(run_key=f"deliver-{day}-{'-'.join(str(row.forward_id) for row in agreed)}")


class ClosingConfig(dg.Config):
    """Whether to post; without it the close is only shown."""

    post: bool = False


@dg.op(description="Settles what the registries' rules settle by now: expired vintages, years whose trading has ended.")
def close_periods(context: dg.OpExecutionContext, config: ClosingConfig, platform: dg.ResourceParam[Platform]) -> None:
    """Show, or post as each registry's administrator, what is overdue."""
    desk, now = open_desk(platform), platform.clock()
    with desk.book.ledger.read() as connection:
        found = overdue(connection, desk.reference.registries, now)
    for registry, operations in found.items():
        for operation in operations:
            count = sum(lot.quantity for lot in operation.lots)
            context.log.info(f"{registry} account {operation.from_account}: {type(operation).__name__} {count}")
        if config.post:
            clerk = Actor(CLERK, registry, "administrator")
            desk.book.post(operations, clerk, now, "close of period")


@dg.job(name=CLOSING_JOB, executor_def=dg.in_process_executor, description="Settles expired vintages and ended years")
def certificate_closing() -> None:
    """Settle what is overdue."""
    close_periods()


@dg.sensor(
    name="certificate_period_close",
    job_name=CLOSING_JOB,
    minimum_interval_seconds=ONCE_A_DAY,
    description="Shows what a registry settles at the end of a trading period or shelf life; posts it in the sandbox only",
)
def closing_sensor(platform: dg.ResourceParam[Platform]) -> dg.RunRequest | dg.SkipReason:
    """Ask for a close when a registry's rules ask for one, once a day."""
    desk = open_desk(platform)
    with desk.book.ledger.read() as connection:
        found = overdue(connection, desk.reference.registries, platform.clock())
    if not found:
        return dg.SkipReason("no period is over with certificates left in it")
    config = {"ops": {"close_periods": {"config": {"post": is_simulated(platform)}}}}
    return dg.RunRequest(run_key=f"close-{certificate_day(platform)}-{'-'.join(sorted(found))}", run_config=config)


SENSORS = (deadline_sensor, expiring_sensor, delivery_sensor, closing_sensor)
JOBS = (certificate_deliveries, certificate_closing)
