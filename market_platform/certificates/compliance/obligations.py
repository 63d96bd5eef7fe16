"""What a load obliges a supplier to retire: certificates by tier, carve-outs taken out of the tier that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

import pandas as pd

from market_platform.certificates.compliance.programmes import Period, Programme
from market_platform.certificates.compliance.targets import period_of
from market_platform.errors import Infeasible


@dataclass(frozen=True)
class Requirement:
    """Certificates of one tier due for one period; ``certificates`` excludes carve-outs, which are due on their own.

    ``payment_usd`` is the alternative payment per missing certificate, None when no verified figure is held.
    ``bank_cap`` is the most that earlier vintages may cover, None without a cap.
    """

    state: str
    tier: str
    within: str
    period: Period
    percent: Decimal
    tier_total: int
    certificates: int
    payment_usd: Decimal | None
    bank_cap: int | None
    source: str
    status: str


def requirements(
    schedule: pd.DataFrame,
    payments: pd.DataFrame,
    programme: Programme,
    label: str,
    load_mwh: Decimal,
    exempt_mwh: Decimal = Decimal(0),
    own_payments_usd: Mapping[str, Decimal] | None = None,
    tiers: frozenset[str] | None = None,
    own_bank_caps: Mapping[str, int] | None = None,
) -> list[Requirement]:
    """Return the requirements of a state's period for a load in MWh.

    A fraction of a certificate cannot be retired, so each tier total is rounded up. ``own_payments_usd`` gives payments
    by tier that the reference rows do not hold (PA solar: twice the year's average market value). ``tiers`` narrows to
    the tiers that bind this supplier (VA: one of two utility phases). ``own_bank_caps`` gives by tier the certificates
    that earlier vintages may cover; without it the programme's percentage is taken of this period's total, while
    Massachusetts measures it on the year that they were generated in (225 CMR 14.08(2)(b)), which only the supplier knows.
    Raises Infeasible for a state without yearly steps.
    """
    period = period_of(schedule, programme.state, label)
    rows = schedule[(schedule["state"] == programme.state) & (schedule["period"] == label)]
    if tiers is not None:
        rows = rows[rows["tier"].isin(tiers)]
    if rows.empty or not (rows["use"] == "annual").all():
        use = ", ".join(sorted(rows["use"].unique())) or "no row"
        msg = (
            f"{programme.state} {label} holds {use}, not a yearly step: no obligation follows from it. Add sourced rows"
        )
        raise Infeasible(msg)
    base = load_mwh - exempt_mwh
    totals = {row.tier: _whole(base * row.percent / 100) for row in rows.itertuples()}
    carved = {tier: sum(totals[row.tier] for row in rows.itertuples() if row.within == tier) for tier in totals}
    cap = programme.bank_cap_percent
    return [
        Requirement(
            state=programme.state,
            tier=row.tier,
            within=row.within,
            period=period,
            percent=row.percent,
            tier_total=totals[row.tier],
            certificates=totals[row.tier] - carved[row.tier],
            payment_usd=(own_payments_usd or {}).get(
                row.tier, alternative_payment_usd(payments, programme.state, row.tier, period)
            ),
            bank_cap=(own_bank_caps or {}).get(
                row.tier, None if cap is None else int(totals[row.tier] * Decimal(str(cap)) / 100)
            ),
            source=row.overridden_by or row.source,
            status=row.status,
        )
        for row in rows.itertuples()
    ]


def alternative_payment_usd(payments: pd.DataFrame, state: str, tier: str, period: Period) -> Decimal | None:
    """Return the payment per missing certificate, or None when no row with a figure covers the period."""
    start, end = period.start.isoformat(), period.end.isoformat()
    rows = payments[
        (payments["state"] == state)
        & (payments["tier"] == tier)
        & (payments["unit"] == "usd_per_certificate")
        & (payments["usd_per_mwh"] != "")
        & (payments["period_start"] <= start)
        & ((payments["period_end"] == "") | (payments["period_end"] >= end))
    ]
    return Decimal(rows["usd_per_mwh"].iloc[-1]) if len(rows) else None


def load_share_rate_usd(payments: pd.DataFrame, state: str, tier: str, period: Period) -> Decimal | None:
    """Return the rate per MWh of load (NY Tier 1 from 2025), or None when none covers the period."""
    rows = payments[
        (payments["state"] == state)
        & (payments["tier"] == tier)
        & (payments["unit"] == "usd_per_mwh_of_load")
        & (payments["period_start"] <= period.start.isoformat())
        & ((payments["period_end"] == "") | (payments["period_end"] >= period.end.isoformat()))
    ]
    return Decimal(rows["usd_per_mwh"].iloc[-1]) if len(rows) else None


def load_share_payment_usd(
    payments: pd.DataFrame, state: str, tier: str, period: Period, load_mwh: Decimal
) -> Decimal | None:
    """Return what a load-share rate charges a load, or None when no rate covers the period."""
    rate = load_share_rate_usd(payments, state, tier, period)
    return None if rate is None else (rate * load_mwh).quantize(Decimal("0.01"))


def period_requirement(
    schedule: pd.DataFrame,
    payments: pd.DataFrame,
    programme: Programme,
    period: Period,
    sales_mwh_by_year: Mapping[str, Decimal],
) -> Requirement:
    """Return the one requirement of a period of several years; ``percent`` is that of all its sales together."""
    due = period_sum(schedule, programme.state, sales_mwh_by_year)
    rows = schedule[(schedule["state"] == programme.state) & schedule["period"].isin(list(sales_mwh_by_year))]
    sales = sum(sales_mwh_by_year.values(), Decimal(0))
    tier = str(rows["tier"].iloc[0])
    return Requirement(
        state=programme.state,
        tier=tier,
        within="",
        period=period,
        percent=(100 * due / sales).quantize(Decimal("0.0001")) if sales else Decimal(0),
        tier_total=due,
        certificates=due,
        payment_usd=alternative_payment_usd(payments, programme.state, tier, period),
        bank_cap=None,
        source="; ".join(sorted(set(rows["source"]))),
        status=str(rows["status"].iloc[0]),
    )


def period_sum(schedule: pd.DataFrame, state: str, sales_mwh_by_year: Mapping[str, Decimal]) -> int:
    """Return certificates due over a multi-year period: the sum of each year's percent of that year's sales.

    California: a period has one obligation, met anywhere inside it (20 CCR 3204). Raises Infeasible for a year without
    a verified step.
    """
    rows = schedule[(schedule["state"] == state) & (schedule["use"] == "period_sum")].set_index("period")
    missing = [year for year in sales_mwh_by_year if year not in rows.index]
    if missing:
        msg = f"{state} holds no verified yearly step for {missing}: add rows with their source"
        raise Infeasible(msg)
    total = sum((rows.at[year, "percent"] * sales / 100 for year, sales in sales_mwh_by_year.items()), Decimal(0))
    return _whole(total)


def _whole(mwh: Decimal) -> int:
    return int(mwh.to_integral_value(rounding=ROUND_CEILING))
