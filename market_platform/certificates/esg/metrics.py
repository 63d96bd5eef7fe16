"""All ESG figures of a reporting year in one table, each with its unit, method and source. Nothing is filled in.

Command line, API and assets call ``esg_report``; what goes in is in ``EsgInputs``, and what is not in there is absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from market_platform.certificates.esg.avoided import avoided_emissions
from market_platform.certificates.esg.claims import RETIRED
from market_platform.certificates.esg.factors import LB_PER_METRIC_TON, Factor
from market_platform.certificates.esg.matching import HourlyMatch, hourly_match
from market_platform.certificates.esg.scope2 import (
    LINES,
    Site,
    location_based,
    market_based,
    residual_mix_rate,
    summary,
)
from market_platform.certificates.esg.score import DEFAULT_COMPONENTS, Component, Score, overall_score

METRICS = ["subject", "metric", "value", "unit", "method", "source"]
PROTOCOL = "GHG Protocol Scope 2 Guidance"
Row = tuple[str, str, float, str, str, str]


@dataclass(frozen=True)
class Supplied:
    """A figure that the user supplies: recordable_incident_rate, independent_directors_percent ..."""

    name: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True)
class EsgInputs:
    """Everything that a reporting year's figures are made from.

    ``retired`` as ``claims.RETIRED``; ``projects``: project, avert_region, resource, mwh; ``residual``: area,
    generation_mwh, lb_per_mwh, claimed_mwh, claimed_lb_per_mwh, source; ``hours`` as ``hourly_match`` takes them.
    """

    organization: str
    year: int
    sites: Sequence[Site] = ()
    retired: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=RETIRED))
    projects: pd.DataFrame | None = None
    residual: pd.DataFrame | None = None
    hours: pd.DataFrame | None = None
    hours_source: str = ""
    supplied: Sequence[Supplied] = ()
    components: Sequence[Component] = DEFAULT_COMPONENTS


@dataclass(frozen=True)
class EsgReport:
    """``metrics`` in the columns ``METRICS``; ``lines`` the instruments behind the market-based figure; ``score``."""

    metrics: pd.DataFrame
    lines: pd.DataFrame
    match: HourlyMatch | None
    score: Score | None


def esg_report(inputs: EsgInputs, avert: pd.DataFrame) -> EsgReport:
    """Work out what the inputs allow. Raises Infeasible for an input that does not fit."""
    residual = _residual(inputs.residual)
    sites = [_with_residual(site, residual) for site in inputs.sites]
    rows: list[Row] = [
        (area, "residual_mix_lb_per_mwh", each.lb_per_mwh, f"lb {each.pollutant}/MWh",
         "emissions less claimed ones over generation less claimed", each.source)
        for area, each in residual.items()
    ]  # fmt: skip
    lines = market_based(sites, inputs.retired, inputs.year) if sites else pd.DataFrame(columns=LINES)
    if sites:
        rows += _scope2(inputs, sites, lines)
    if inputs.projects is not None and len(inputs.projects):
        rows += _avoided(inputs, avert)
    match = None if inputs.hours is None or inputs.hours.empty else hourly_match(inputs.hours)
    if match is not None:
        rows += _matched(inputs, match)
    rows += [
        (inputs.organization, each.name, each.value, each.unit, "supplied", each.source) for each in inputs.supplied
    ]
    score = _score(inputs, rows)
    if score is not None:
        rows.append(
            (inputs.organization, "overall_score", score.value, "0 to 100", score.formula, "components as listed")
        )
    return EsgReport(pd.DataFrame(rows, columns=METRICS), lines, match, score)


def _scope2(inputs: EsgInputs, sites: list[Site], lines: pd.DataFrame) -> list[Row]:
    totals = summary(sites, inputs.retired, inputs.year)
    pollutants = "/".join(sorted({site.grid.pollutant for site in sites}))
    tons = f"metric tons {pollutants}"
    grid = "; ".join(sorted({site.grid.source for site in sites}))
    used = "; ".join(sorted(set(lines["source"])))
    own = inputs.organization
    by_location, by_market = f"{PROTOCOL}, location-based", f"{PROTOCOL}, market-based"
    located = totals["location_based_metric_tons"]
    bought = totals["market_based_metric_tons"]
    consumption = totals["consumption_mwh"]
    rows: list[Row] = [
        (own, "consumption_mwh", consumption, "MWh", "sum of sites", "sites"),
        (own, "location_based_metric_tons", located, tons, by_location, grid),
        (own, "market_based_metric_tons", bought, tons, by_market, used),
        (own, "renewable_share_percent", totals["renewable_share_percent"], "%", "retired certificates over consumption",
         "certificate ledger"),
    ]  # fmt: skip
    if consumption:
        rate = bought * LB_PER_METRIC_TON / consumption
        rows.append((own, "market_based_lb_per_mwh", rate, f"lb {pollutants}/MWh", by_market, used))
    for site, at_site in zip(sites, location_based(sites)["metric_tons"], strict=True):
        bought_there = float(lines.loc[lines["site"] == site.name, "metric_tons"].sum())
        rows.append((site.name, "location_based_metric_tons", float(at_site), tons, by_location, site.grid.source))
        rows.append((site.name, "market_based_metric_tons", bought_there, tons, by_market, used))
    return rows


def _avoided(inputs: EsgInputs, avert: pd.DataFrame) -> list[Row]:
    projects = avoided_emissions(inputs.projects, avert) if inputs.projects is not None else pd.DataFrame()
    method = "generation times the AVERT marginal rate; not a Scope 2 figure"
    rows: list[Row] = [
        (
            row.project,
            "avoided_metric_tons",
            row.avoided_metric_tons,
            f"metric tons {row.pollutant}",
            method,
            row.source,
        )
        for row in projects.itertuples()
    ]
    total, pollutant = float(projects["avoided_metric_tons"].sum()), projects["pollutant"].iloc[0]
    source = "; ".join(sorted(set(projects["source"])))
    rows.append((inputs.organization, "avoided_metric_tons", total, f"metric tons {pollutant}", method, source))
    return rows


def _matched(inputs: EsgInputs, match: HourlyMatch) -> list[Row]:
    own, source = inputs.organization, inputs.hours_source or "hours given"
    span = f"{match.hours} hours"
    rows: list[Row] = [
        (own, "hourly_match_percent", match.hourly_percent, "%", f"clean power in the hour of use, {span}", source),
        (own, "volumetric_match_percent", match.volumetric_percent, "%", f"clean power over the span, {span}", source),
        (own, "matched_mwh", match.matched_mwh, "MWh", span, source),
        (own, "surplus_mwh", match.surplus_mwh, "MWh", span, source),
    ]
    if match.with_grid_percent is not None:
        method = f"with the grid's clean share for the rest, {span}"
        rows.append((own, "hourly_match_with_grid_percent", match.with_grid_percent, "%", method, source))
    return rows


def _score(inputs: EsgInputs, rows: list[Row]) -> Score | None:
    wanted = {component.name for component in inputs.components}
    values = {
        metric: value for subject, metric, value, *_ in rows if subject == inputs.organization and metric in wanted
    }
    return overall_score(values, inputs.components) if values else None


def _residual(rows: pd.DataFrame | None) -> dict[str, Factor]:
    if rows is None:
        return {}
    return {
        row.area: Factor(
            row.area,
            residual_mix_rate(
                row.generation_mwh, row.lb_per_mwh, {"claimed": (row.claimed_mwh, row.claimed_lb_per_mwh)}
            ),
            "CO2",
            0,
            row.source,
            "own",
        )
        for row in rows.itertuples()
    }


def _with_residual(site: Site, residual: dict[str, Factor]) -> Site:
    if site.residual_mix is not None or site.grid.area not in residual:
        return site
    return replace(site, residual_mix=residual[site.grid.area])
