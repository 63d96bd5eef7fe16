"""From load to filing: obligations, deadlines, the least-cost plan, and a report per state and year."""

from collections.abc import Sequence
from datetime import date

import dagster as dg
import pandas as pd

from market_platform.certificates.compliance.duties import (
    STANDING,
    Standing,
    calendar,
    obligation_rows,
    standing,
)
from market_platform.certificates.compliance.load import Load
from market_platform.certificates.desk import Desk
from market_platform.contracts.families.certificates import (
    COMPLIANCE_DEADLINES,
    COMPLIANCE_OBLIGATIONS,
    COMPLIANCE_STANDING,
)
from market_platform.defs.certificates import simulated_acts
from market_platform.defs.certificates.compliance_loads import by_supplier, computable, fileable
from market_platform.defs.certificates.days import certificate_day, over
from market_platform.defs.certificates.desk import is_simulated, open_desk, user_folder
from market_platform.defs.certificates.filings import write_filings
from market_platform.defs.certificates.laying import lay, standing_days, table, told
from market_platform.defs.certificates.loads import feeds_read, loads
from market_platform.defs.certificates.marks import prices_by_class
from market_platform.defs.certificates.registry_assets import GROUP, POSITIONS
from market_platform.platform import Platform
from market_platform.reporting.images import markdown_image, png

OBLIGATIONS, DEADLINES, COMPLIANCE = "compliance_obligations", "compliance_deadlines", "compliance_standing"


@dg.asset(
    key=OBLIGATIONS,
    group_name=GROUP,
    kinds={"deltalake", "pandas"},
    deps=feeds_read(),
    description="Certificates that each supplier's load obliges it to retire, by state, tier and period. Loads come from "
    "certificates/load.csv: given, or as a share of a load feed; in the sandbox a simulated supplier's.",
)
def compliance_obligations(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Work the obligations out and lay them in."""
    desk = open_desk(platform)
    known, unknown = loads(platform, desk)
    if not known and not unknown:
        path = user_folder(platform) / "load.csv"
        return dg.MaterializeResult(metadata={"note": f"nothing here yet: put state, period and load_mwh into {path}"})
    rows, refused = obligation_rows(desk, known)
    dated = over(rows.drop(columns=["period_start", "period_end"]), rows["period_start"], rows["period_end"])
    days = sorted({*dated["market_day"], *standing_days(platform, COMPLIANCE_OBLIGATIONS, OBLIGATIONS)})
    commit = lay(platform, COMPLIANCE_OBLIGATIONS, OBLIGATIONS, dated, whole_days=days)
    left_out = [*unknown, *(f"{state} {period}: {why}" for (state, period), why in refused.items())]
    shown = rows[["state", "tier", "period", "load_mwh", "load_basis", "percent", "certificates_due",
                  "payment_usd_per_certificate", "most_payment_usd", "source", "status"]]  # fmt: skip
    return dg.MaterializeResult(
        metadata=told(
            platform, rows, commit,
            certificates_due=int(rows["certificates_due"].sum()),
            states=", ".join(sorted(set(rows["state"]))),
            obligations=table(shown),
            left_out=dg.MetadataValue.md("\n".join(f"- {line}" for line in left_out) or "nothing"),
        )
    )  # fmt: skip


@dg.asset(
    key=DEADLINES,
    group_name=GROUP,
    kinds={"deltalake"},
    description="Dated duties of every state programme whose rows name a day: retire, file, report, pay.",
)
def compliance_deadlines(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Lay the calendar in."""
    desk = open_desk(platform)
    rows = calendar(desk)
    days = sorted({*rows["due"], *standing_days(platform, COMPLIANCE_DEADLINES, DEADLINES)})
    commit = lay(platform, COMPLIANCE_DEADLINES, DEADLINES, over(rows, rows["due"], rows["due"]), whole_days=days)
    ahead = rows[rows["due"] >= certificate_day(platform)]
    return dg.MaterializeResult(
        metadata=told(platform, rows, commit, next=table(ahead, 20), states=int(rows["state"].nunique()))
    )


@dg.asset(
    key=COMPLIANCE,
    group_name=GROUP,
    kinds={"deltalake", "pandas"},
    deps=[POSITIONS, OBLIGATIONS],
    description="What is retired for each obligation, the least-cost plan for the rest over all states at once, and the "
    "payments that would remain. Filing reports (CSV, HTML, PDF) a state and period lie in data/reports/certificates. "
    "A plan never retires by itself: `market-platform certificates comply plan --post` does. The sandbox's supplier "
    "retires for its closed periods.",
)
def compliance_standing(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult:
    """Plan, file, and lay the standing in."""
    desk, day = open_desk(platform), certificate_day(platform)
    known = computable(desk, loads(platform, desk)[0])
    if is_simulated(platform):
        retired = _retire_simulated(platform, desk, known, day)
        context.log.info(f"the simulated supplier retired {retired} certificates for closed periods")
    stands = [
        standing(desk, supplier, part, day, prices_by_class(platform, desk)) for supplier, part in by_supplier(known)
    ]
    rows = pd.concat([each.rows for each in stands], ignore_index=True) if stands else pd.DataFrame(columns=STANDING)
    if rows.empty:
        return dg.MaterializeResult(metadata={"note": "no obligation yet: see compliance_obligations"})
    dated = over(rows.drop(columns=["period_start", "period_end"]), rows["period_start"], rows["period_end"])
    days = sorted({*dated["market_day"], *standing_days(platform, COMPLIANCE_STANDING, COMPLIANCE)})
    commit = lay(platform, COMPLIANCE_STANDING, COMPLIANCE, dated, whole_days=days)
    files = write_filings(platform, desk, fileable(desk, loads(platform, desk)[0]), day)
    return dg.MaterializeResult(
        metadata=told(
            platform, rows, commit,
            shortfall=int(rows["shortfall"].sum()),
            shortfall_after_plan=int(rows["shortfall_after_plan"].sum()),
            cost_of_plan_usd=float(sum(each.plan.assignment.cost_usd for each in stands)),
            standing=table(rows.drop(columns=["period_start", "period_end"])),
            retirements=table(_planned(stands)),
            plot=dg.MetadataValue.md(markdown_image("Due and retired", _picture(platform, rows))),
            reports=dg.MetadataValue.md("\n".join(f"- `{path}`" for path in files)),
        )
    )  # fmt: skip


def _retire_simulated(platform: Platform, desk: Desk, known: Sequence[Load], day: date) -> int:
    closed = [load for load in known if _is_over(desk, load, day)]
    return sum(
        simulated_acts.settle_closed_periods(desk, supplier, part, day, platform.clock())
        for supplier, part in by_supplier(closed)
    )


def _is_over(desk: Desk, load: Load, day: date) -> bool:
    rows, _ = obligation_rows(desk, [load])
    return bool((rows["period_end"] < day).all())


def _planned(stands: Sequence[Standing]) -> pd.DataFrame:
    rows = [
        (operation.claim.state, operation.claim.tier, operation.claim.period.label, operation.from_account,
         sum(lot.quantity for lot in operation.lots), operation.reason)
        for each in stands for operation in each.plan.operations if operation.claim is not None
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["state", "tier", "period", "account", "certificates", "reason"])


def _picture(platform: Platform, rows: pd.DataFrame) -> bytes:
    from market_platform.certificates.reports.plots import standing_figure

    return png(standing_figure(rows, "Due, retired, planned" + (" (simulated)" if is_simulated(platform) else "")))
