"""What suppliers owe and how they stand: obligation, what is retired for it, the least-cost plan for the rest, the filing.

Command line, API and assets call these. A plan never retires by itself: ``carry_out`` does, and retirement is final.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import pandas as pd

from market_platform.certificates.compliance.deadlines import deadlines
from market_platform.certificates.compliance.filing import Filing, charge_filing, make_filing, retired_for
from market_platform.certificates.compliance.load import Load, whole_periods
from market_platform.certificates.compliance.obligations import (
    Requirement,
    load_share_payment_usd,
    load_share_rate_usd,
    period_requirement,
    period_sum,
    requirements,
)
from market_platform.certificates.compliance.plan import Plan, plan_retirements
from market_platform.certificates.compliance.programmes import Period
from market_platform.certificates.compliance.targets import period_of, target_schedule
from market_platform.certificates.desk import Desk
from market_platform.certificates.ledger.leaving import Claim, Retire
from market_platform.certificates.ledger.parties import Actor
from market_platform.errors import Infeasible

OBLIGATIONS = [
    "supplier", "state", "tier", "within", "period", "period_start", "period_end", "load_mwh", "exempt_mwh",
    "load_basis", "percent", "tier_total", "certificates_due", "bank_cap", "payment_usd_per_certificate",
    "most_payment_usd", "source", "status",
]  # fmt: skip
STANDING = [
    "supplier", "state", "tier", "period", "period_start", "period_end", "certificates_due", "retired",
    "of_earlier_vintages", "shortfall", "payment_usd", "planned", "shortfall_after_plan", "payment_after_plan_usd",
    "load_basis",
]  # fmt: skip
COMPLIANCE_REASON = "renewable portfolio standard"


@dataclass(frozen=True)
class Standing:
    """How a supplier stands: one row a requirement in the columns ``STANDING``, and the plan for what is open."""

    rows: pd.DataFrame
    plan: Plan


def obligation(desk: Desk, load: Load) -> list[Requirement]:
    """Return what a load obliges to. Raises Infeasible for a state or period without sourced yearly steps."""
    schedule = target_schedule(desk.reference.targets, desk.reference.overrides)
    if load.state not in desk.reference.programmes:
        msg = f"no programme of {load.state}: there are {', '.join(sorted(desk.reference.programmes))}"
        raise Infeasible(msg)
    if load.years:
        programme = desk.reference.programmes[load.state]
        (period,) = (each for each in programme.sum_periods if each.label == load.period)
        return [period_requirement(schedule, desk.reference.payments, programme, period, dict(load.years))]
    if not load.tiers:
        _check_whole(schedule, load)
    return requirements(
        schedule,
        desk.reference.payments,
        desk.reference.programmes[load.state],
        load.period,
        load.load_mwh,
        load.exempt_mwh,
        tiers=load.tiers or None,
    )


def obligation_rows(desk: Desk, loads: Sequence[Load]) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """Return the obligations in the columns ``OBLIGATIONS``, and by state and period why none could be worked out.

    A state that charges a rate on load instead (New York from 2025) is one row with its payment and no certificates.
    Years of a state whose obligation is a sum over them (California) are one row a supplier.
    """
    schedule = target_schedule(desk.reference.targets, desk.reference.overrides)
    summed = schedule[schedule["use"] == "period_sum"]
    years = set(zip(summed["state"], summed["period"], strict=True))
    loads = whole_periods(desk.reference.programmes, loads)
    rows = _period_sums(desk, schedule, [load for load in loads if (load.state, load.period) in years])
    refused: dict[tuple[str, str], str] = {}
    for load in loads:
        if (load.state, load.period) in years:
            continue
        try:
            rows += [_obligation_row(load, item) for item in obligation(desk, load)]
        except Infeasible as error:
            charged = _load_share(desk, load)
            rows += charged
            if not charged:
                refused[load.state, load.period] = str(error)
    return pd.DataFrame(rows, columns=OBLIGATIONS), refused


def filing(desk: Desk, load: Load, made_on: date) -> Filing:
    """Return the filing of a supplier for a state's period from what the ledger shows as retired for it.

    A state that charges a rate on load has a filing with the payment. Raises Infeasible where nothing can be worked out.
    """
    programme = desk.reference.programmes.get(load.state)
    try:
        due = obligation(desk, load)
    except Infeasible:
        charged = _load_share(desk, load)
        if programme is None or not charged:
            raise
        period = programme.period_containing(date(int(load.period), 12, 31))
        rates = desk.reference.payments
        charges = [
            (str(row["tier"]), rate, Decimal(str(row["most_payment_usd"])), str(row["source"]), str(row["status"]))
            for row in (dict(zip(OBLIGATIONS, values, strict=True)) for values in charged)
            if (rate := load_share_rate_usd(rates, load.state, str(row["tier"]), period)) is not None
        ]
        retired = _retired(desk, load, [period])
        return charge_filing(
            programme, period, charges, retired, load.supplier, load.load_mwh, made_on, load.exempt_mwh
        )
    period = due[0].period
    years = [Period(label, period.start, period.end) for label, _ in load.years]
    programme = desk.reference.programmes[load.state]
    notes = tuple((f"Sales that oblige in {label}", f"{mwh} MWh") for label, mwh in load.years)
    retired = _retired(desk, load, [period, *years])
    return make_filing(programme, due, retired, load.supplier, load.load_mwh, made_on, load.exempt_mwh, notes)


def _retired(desk: Desk, load: Load, periods: Sequence[Period]) -> pd.DataFrame:
    """Return what is retired for any of the periods: a claim names the year or the whole period that it is in."""
    with desk.book.ledger.read() as connection:
        parts = [retired_for(connection, load.supplier, load.state, period) for period in periods]
    full = [part for part in parts if len(part)]
    return pd.concat(full, ignore_index=True) if full else parts[0]


def standing(
    desk: Desk,
    supplier: str,
    loads: Sequence[Load],
    on: date,
    marks_usd: Mapping[int, Decimal] | None = None,
) -> Standing:
    """Return how a supplier stands in all its states at once, with the least-cost plan for what is still open.

    ``marks_usd`` prices certificate classes at market; without it they cost what they cost. Raises Infeasible for a load
    whose obligation cannot be worked out: leave such loads out, see ``obligation_rows``.
    """
    filings = [filing(desk, load, on) for load in loads]
    owed = [item for load in loads for item in obligation(desk, load)]
    tiers = [row for each in filings for row in each.tiers.to_dict("records")]
    still = [
        replace(item, certificates=int(row["shortfall"]), bank_cap=_bank_left(item, int(row["of_earlier_vintages"])))
        for item, row in zip(owed, tiers, strict=True)
    ]
    with desk.book.ledger.read() as connection:
        plan = plan_retirements(
            connection, supplier, still, desk.reference.programmes, on, supplier, COMPLIANCE_REASON, marks_usd
        )
    summary = plan.assignment.summary
    rows = pd.DataFrame(tiers).assign(
        supplier=supplier,
        state=[item.state for item in owed],
        period=[item.period.label for item in owed],
        period_start=[item.period.start for item in owed],
        period_end=[item.period.end for item in owed],
        planned=summary["assigned"].to_numpy(),
        shortfall_after_plan=summary["shortfall"].to_numpy(),
        payment_after_plan_usd=summary["payment_usd"].to_numpy(),
        load_basis=[load.basis for load, each in zip(loads, filings, strict=True) for _ in range(len(each.tiers))],
    )
    return Standing(rows[STANDING], replace(plan, operations=_reasons(desk, plan)))


def carry_out(desk: Desk, plan: Plan, actor: Actor, at: datetime, source: str) -> list[int]:
    """Retire what a plan assigns, all of it or nothing, and return the transactions. Retirement is final."""
    return desk.book.post(plan.operations, actor, at, source) if plan.operations else []


def claim_of(desk: Desk, state: str, tier: str, period: str) -> Claim:
    """Return the claim of a retirement for a state's tier and period. Raises Infeasible where the rows hold none."""
    schedule = target_schedule(desk.reference.targets, desk.reference.overrides)
    programme = desk.reference.programmes.get(state)
    for whole in programme.sum_periods if programme else ():
        if whole.label == period:
            return Claim(state, tier, whole)
    found = period_of(schedule, state, period)
    rows = schedule[(schedule["state"] == state) & (schedule["period"] == period)]
    if tier not in set(rows["tier"]):
        msg = f"{state} {period} has no tier {tier!r}: it has {sorted(rows['tier'])}"
        raise Infeasible(msg)
    return Claim(state, tier, found, tuple(rows.loc[rows["within"] == tier, "tier"]))


def calendar(desk: Desk, states: Sequence[str] = ()) -> pd.DataFrame:
    """Return every dated duty of the states (all by default): state, period, item, duty, due."""
    schedule = target_schedule(desk.reference.targets, desk.reference.overrides)
    reference = desk.reference
    return deadlines(reference.programmes, schedule, reference.payments, states or list(reference.programmes))


def _check_whole(schedule: pd.DataFrame, load: Load) -> None:
    """Refuse a period that lacks a step of a tier held for years before and after: part of it would pass for the whole."""
    annual = schedule[(schedule["state"] == load.state) & (schedule["use"] == "annual")]
    here = annual[annual["period"] == load.period]
    if here.empty:
        return
    spans = annual.groupby("tier").agg(first=("period_start", "min"), last=("period_end", "max"))
    start, end = here["period_start"].iloc[0], here["period_end"].iloc[0]
    around = spans[(spans["first"] <= start) & (spans["last"] >= end)]
    missing = sorted(set(around.index) - set(here["tier"]))
    if missing:
        msg = (
            f"{load.state} {load.period} holds no sourced step of {', '.join(missing)}: add a row of your own, or name "
            f"the tiers that you ask for ({', '.join(here['tier'])})"
        )
        raise Infeasible(msg)


def _obligation_row(load: Load, item: Requirement) -> tuple[object, ...]:
    most = None if item.payment_usd is None else item.certificates * item.payment_usd
    return (
        load.supplier, load.state, item.tier, item.within, item.period.label, item.period.start, item.period.end,
        load.load_mwh, load.exempt_mwh, load.basis, item.percent, item.tier_total, item.certificates, item.bank_cap,
        item.payment_usd, most, item.source, item.status,
    )  # fmt: skip


def _period_sums(desk: Desk, schedule: pd.DataFrame, loads: Sequence[Load]) -> list[tuple[object, ...]]:
    """Return what periods of several years oblige to so far: a row a supplier and period, from the years that are known."""
    rows: list[tuple[object, ...]] = []
    for supplier, state in sorted({(load.supplier, load.state) for load in loads}):
        mine = sorted((load for load in loads if (load.supplier, load.state) == (supplier, state)), key=_by_period)
        for span in desk.reference.programmes[state].sum_periods:
            part = [load for load in mine if span.start.year <= int(load.period[:4]) <= span.end.year]
            if not part:
                continue
            sales = {load.period: load.load_mwh - load.exempt_mwh for load in part}
            steps = schedule[(schedule["state"] == state) & schedule["period"].isin(list(sales))]
            due = period_sum(schedule, state, sales)
            label = f"{part[0].period}-{part[-1].period}" if len(part) > 1 else part[0].period
            rows.append((
                supplier, state, steps["tier"].iloc[0], "", label, steps["period_start"].min(),
                steps["period_end"].max(), sum(load.load_mwh for load in part), sum(load.exempt_mwh for load in part),
                f"{part[0].basis}; part of {span.label}", None, due, due, None, None, None,
                "; ".join(sorted(set(steps["source"]))), steps["status"].iloc[0],
            ))  # fmt: skip
    return rows


def _by_period(load: Load) -> str:
    return load.period


def _load_share(desk: Desk, load: Load) -> list[tuple[object, ...]]:
    programme = desk.reference.programmes.get(load.state)
    if programme is None or not load.period.isdigit():
        return []
    period = programme.period_containing(date(int(load.period), 12, 31))
    rates = desk.reference.payments
    rates = rates[(rates["state"] == load.state) & (rates["unit"] == "usd_per_mwh_of_load")]
    rows: list[tuple[object, ...]] = []
    for row in rates.itertuples():
        paid = load_share_payment_usd(rates, load.state, row.tier, period, load.load_mwh - load.exempt_mwh)
        if paid is not None:
            rows.append((
                load.supplier, load.state, row.tier, "", period.label, period.start, period.end, load.load_mwh,
                load.exempt_mwh, load.basis, None, 0, 0, None, None, paid, row.source, row.status,
            ))  # fmt: skip
    return rows


def _bank_left(item: Requirement, used: int) -> int | None:
    return None if item.bank_cap is None else max(0, item.bank_cap - used)


def _reasons(desk: Desk, plan: Plan) -> tuple[Retire, ...]:
    """Give each retirement the reason that its registry asks for."""
    registry = plan.lots.drop_duplicates("account_id").set_index("account_id")["registry"].to_dict()
    return tuple(
        replace(
            operation,
            reason=desk.reference.registries[registry[operation.from_account]].rules.get(
                "compliance_reason", COMPLIANCE_REASON
            ),
        )
        for operation in plan.operations
    )
