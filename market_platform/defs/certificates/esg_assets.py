"""Emissions and ESG figures as an asset: Scope 2 by both methods, avoided emissions, hourly matching, the overall score."""

from datetime import date
from typing import Any

import dagster as dg
import pandas as pd

from market_platform.certificates.esg.matching import match_by_hour_of_day
from market_platform.certificates.esg.metrics import METRICS, EsgInputs, EsgReport, esg_report
from market_platform.contracts.families.certificates import ESG_METRICS
from market_platform.defs.certificates.compliance_assets import COMPLIANCE
from market_platform.defs.certificates.days import over
from market_platform.defs.certificates.desk import is_simulated, open_desk, user_folder
from market_platform.defs.certificates.esg_inputs import esg_inputs, feeds_read
from market_platform.defs.certificates.laying import lay, standing_days, table, told
from market_platform.defs.certificates.registry_assets import GROUP, LEDGER
from market_platform.platform import Platform
from market_platform.reporting.images import markdown_image, png

ESG = "esg_metrics"
LOCAL_ZONE = "America/Los_Angeles"


@dg.asset(
    key=ESG,
    group_name=GROUP,
    kinds={"deltalake", "pandas"},
    deps=[LEDGER, COMPLIANCE, *feeds_read()],
    description="Scope 2 location- and market-based (certificates retired for a site count there), avoided emissions by "
    "AVERT, renewable share, residual mix, hourly (24/7) matching and an overall score whose formula and weights are "
    "shown. Inputs lie in certificates/esg; social and governance figures appear only where you supply them.",
)
def esg_metrics(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Work the figures out by reporting year and lay them in."""
    desk = open_desk(platform)
    inputs, left_out = esg_inputs(platform, desk)
    reports = [(each, esg_report(each, desk.reference.avert)) for each in inputs]
    parts = [report.metrics.assign(year=each.year) for each, report in reports if len(report.metrics)]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*METRICS, "year"])
    if rows.empty:
        path = user_folder(platform) / "esg"
        return dg.MaterializeResult(metadata={"note": f"nothing here yet: put sites.csv, hours.csv ... into {path}"})
    first = rows["year"].map(lambda year: date(year, 1, 1))
    last = rows["year"].map(lambda year: date(year, 12, 31))
    days = sorted({*first, *standing_days(platform, ESG_METRICS, ESG)})
    commit = lay(platform, ESG_METRICS, ESG, over(rows.drop(columns="year"), first, last), whole_days=days)
    return dg.MaterializeResult(
        metadata=told(
            platform, rows, commit,
            metrics=table(rows),
            not_counted=dg.MetadataValue.md("\n".join(f"- {line}" for line in left_out) or "nothing"),
            **_pictures(platform, *reports[-1]),
        )
    )  # fmt: skip


def _pictures(platform: Platform, inputs: EsgInputs, report: EsgReport) -> dict[str, Any]:
    from market_platform.certificates.reports.plots import emissions_figure, matching_figure

    mark = " (simulated)" if is_simulated(platform) else ""
    shown: dict[str, Any] = {}
    if len(report.lines):
        shown["instruments"] = table(report.lines)
        figure = emissions_figure(report.metrics, f"Scope 2 by both methods, {inputs.year}{mark}")
        shown["emissions"] = dg.MetadataValue.md(markdown_image("Scope 2", png(figure)))
    if report.match is not None and inputs.hours is not None:
        by_hour = match_by_hour_of_day(inputs.hours, LOCAL_ZONE)
        figure = matching_figure(by_hour, f"Load met by clean power in the same hour{mark}")
        shown["matching"] = dg.MetadataValue.md(markdown_image("Hourly matching", png(figure)))
    if report.score is not None:
        shown["score"] = table(report.score.parts)
        shown["score_formula"] = report.score.formula
    return shown


@dg.asset_check(
    asset=ESG,
    name="nothing_is_claimed_twice",
    description="Claims of each site stay within its consumption and the ledger",
)
def nothing_is_claimed_twice(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Add up what the sites claim and compare it with what is retired without a programme."""
    desk = open_desk(platform)
    inputs, left_out = esg_inputs(platform, desk)
    claimed = sum(float(each.retired["mwh"].sum()) for each in inputs)
    over_claimed = [
        site.name
        for each in inputs
        for site in each.sites
        if each.retired.loc[each.retired["site"] == site.name, "mwh"].sum() > site.consumption_mwh + 1e-9
    ]
    return dg.AssetCheckResult(
        passed=not over_claimed,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"claimed_mwh": claimed, "over_claimed": over_claimed, "not_counted": left_out},
    )
