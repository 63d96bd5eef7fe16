"""What a supplier files for one state and period: due, retired, banked, short, paid, each with its source.

Retired certificates are read from the ledger by the claim that their retirement names; nothing else counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd
import sqlalchemy as sa

from market_platform.certificates.compliance.obligations import Requirement
from market_platform.certificates.compliance.programmes import Period, Programme
from market_platform.certificates.ledger import tables
from market_platform.errors import Infeasible

TIER_COLUMNS = [
    "tier", "percent", "tier_total", "certificates_due", "retired", "of_earlier_vintages", "bank_cap", "shortfall",
    "payment_usd_per_certificate", "payment_usd", "source", "status",
]  # fmt: skip
CERTIFICATE_COLUMNS = [
    "tier", "registry", "serial_base", "serial_start", "serial_end", "quantity", "fuel", "location", "vintage",
    "retired_at", "beneficiary",
]  # fmt: skip


@dataclass(frozen=True)
class Filing:
    """A filing ready to print. ``tiers`` and ``certificates`` hold the columns named above.

    ``notes`` say how an obligation that is no percentage of one year's load was worked out.
    """

    programme: str
    state: str
    period: Period
    supplier: str
    load_mwh: Decimal
    exempt_mwh: Decimal
    tiers: pd.DataFrame
    certificates: pd.DataFrame
    duties: tuple[tuple[str, date], ...]
    made_on: date
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def payment_usd(self) -> Decimal | None:
        """All payments together, None while one of them is unknown."""
        payments = list(self.tiers["payment_usd"])
        return None if any(payment is None for payment in payments) else sum(payments, Decimal(0))


def retired_for(connection: sa.Connection, supplier: str, state: str, period: Period) -> pd.DataFrame:
    """Return the serials that a supplier retired for a state's period, still retired, in ``CERTIFICATE_COLUMNS``."""
    holding, posting, term = tables.holdings.c, tables.postings.c, tables.transactions.c
    account, batch, kind = tables.accounts.c, tables.batches.c, tables.classes.c
    query = (
        sa.select(
            term.programme_tier, batch.registry, batch.serial_base, holding.serial_start, holding.serial_end,
            (holding.serial_end - holding.serial_start + 1), kind.fuel, kind.location, kind.vintage, term.at,
            term.beneficiary,
        )
        .select_from(tables.transactions)
        .join(tables.postings, posting.transaction_id == term.transaction_id)
        .join(tables.holdings, sa.and_(holding.posting_id == posting.posting_id, holding.batch_id == posting.batch_id))
        .join(tables.accounts, account.account_id == holding.account_id)
        .join(tables.batches, batch.batch_id == holding.batch_id)
        .join(tables.classes, kind.class_id == batch.class_id)
        .where(
            term.kind == "retirement",
            term.programme_state == state,
            term.programme_period == period.label,
            account.kind == "retirement",
            account.organization == supplier,
        )
        .order_by(term.programme_tier, batch.registry, batch.serial_base, holding.serial_start)
    )  # fmt: skip
    return pd.DataFrame(connection.execute(query).all(), columns=CERTIFICATE_COLUMNS)


def make_filing(
    programme: Programme,
    requirements: Sequence[Requirement],
    retired: pd.DataFrame,
    supplier: str,
    load_mwh: Decimal,
    made_on: date,
    exempt_mwh: Decimal = Decimal(0),
    notes: tuple[tuple[str, str], ...] = (),
) -> Filing:
    """Set what is due against what is retired.

    Certificates of earlier vintages count up to the banking cap. Raises Infeasible without a requirement or for
    certificates retired for a tier that the period does not have.
    """
    if not requirements:
        msg = f"{programme.state} has no requirement to file for"
        raise Infeasible(msg)
    period = requirements[0].period
    stray = sorted(set(retired["tier"]) - {item.tier for item in requirements})
    if stray:
        msg = f"certificates are retired for {programme.state} {period.label} {stray}, which that period does not have"
        raise Infeasible(msg)
    tiers = pd.DataFrame(
        [_tier(item, retired[retired["tier"] == item.tier]) for item in requirements], columns=TIER_COLUMNS
    )
    return Filing(
        programme.name, programme.state, period, supplier, load_mwh, exempt_mwh, tiers, retired,
        _duties(programme, period), made_on, notes,
    )  # fmt: skip


def charge_filing(
    programme: Programme,
    period: Period,
    charges: Sequence[tuple[str, Decimal, Decimal, str, str]],
    retired: pd.DataFrame,
    supplier: str,
    load_mwh: Decimal,
    made_on: date,
    exempt_mwh: Decimal = Decimal(0),
) -> Filing:
    """Return the filing of a state that charges a rate on load (New York from 2025): a payment, no certificates due.

    ``charges``: tier, dollars per MWh of load, payment, source and status of each.
    """
    rows = [
        (tier, None, 0, 0, int(retired.loc[retired["tier"] == tier, "quantity"].sum()), 0, None, 0, None, paid, source,
         status)
        for tier, _, paid, source, status in charges
    ]  # fmt: skip
    notes = tuple((f"{tier} rate", f"{rate} USD per MWh of load") for tier, rate, *_ in charges)
    return Filing(
        programme.name, programme.state, period, supplier, load_mwh, exempt_mwh,
        pd.DataFrame(rows, columns=TIER_COLUMNS), retired, _duties(programme, period), made_on, notes,
    )  # fmt: skip


def _duties(programme: Programme, period: Period) -> tuple[tuple[str, date], ...]:
    return tuple(
        (item, due)
        for item in ("retire_by", "file_by", "pay_from", "pay_by")
        if (due := programme.deadline(item, period)) is not None
    )


def _tier(item: Requirement, retired: pd.DataFrame) -> tuple[object, ...]:
    old = int(retired.loc[retired["vintage"] < item.period.start, "quantity"].sum())
    counted_old = old if item.bank_cap is None else min(old, item.bank_cap)
    counted = int(retired["quantity"].sum()) - old + counted_old
    short = max(0, item.certificates - counted)
    paid = Decimal(0) if short == 0 else None if item.payment_usd is None else short * item.payment_usd
    return (
        item.tier, item.percent, item.tier_total, item.certificates, int(retired["quantity"].sum()), old, item.bank_cap,
        short, item.payment_usd, paid, item.source, item.status,
    )  # fmt: skip
