"""Scope 2 emissions by the GHG Protocol's two methods, reported side by side.

Location-based: consumption times the grid average where it was consumed. Market-based, in this order: certificates
retired for it, the supplier's own rate, the residual mix, and only then the grid average (Scope 2 Guidance, table 6.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from market_platform.certificates.esg.factors import Factor, metric_tons
from market_platform.errors import Infeasible

LINES = ["site", "area", "instrument", "mwh", "lb_per_mwh", "metric_tons", "pollutant", "source"]


@dataclass(frozen=True)
class Site:
    """Consumption of one place in the reporting year.

    ``market`` bounds where certificates count (one country or one tracked market). ``supplier`` and ``residual_mix``
    are rates that the user holds, None where there is none.
    """

    name: str
    market: str
    consumption_mwh: float
    grid: Factor
    supplier: Factor | None = None
    residual_mix: Factor | None = None


def location_based(sites: list[Site]) -> pd.DataFrame:
    """Return one line per site: consumption times the grid average."""
    return pd.DataFrame([_line(site, "grid average", site.consumption_mwh, site.grid) for site in sites], columns=LINES)


def market_based(sites: list[Site], retired: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return lines per site and instrument that together cover its consumption exactly.

    ``retired``: site, market, vintage (date), mwh, lb_per_mwh (0 for wind and solar), source. A certificate is used
    once, for its own site, only when its market is the site's and its vintage lies in the reporting year. Raises
    Infeasible when more is retired for a site than it consumed, or a certificate does not match.
    """
    _check_quality(sites, retired, year)
    lines = []
    for site in sites:
        open_mwh = site.consumption_mwh
        for row in retired[retired["site"] == site.name].to_dict("records"):
            factor = Factor(site.grid.area, float(row["lb_per_mwh"]), site.grid.pollutant, year, row["source"], "own")
            lines.append(_line(site, "certificates", float(row["mwh"]), factor))
            open_mwh -= float(row["mwh"])
        if open_mwh > 1e-9:
            rest = [("supplier rate", site.supplier), ("residual mix", site.residual_mix), ("grid average", site.grid)]
            name, factor = next((name, factor) for name, factor in rest if factor is not None)
            lines.append(_line(site, name, open_mwh, factor))
    return pd.DataFrame(lines, columns=LINES)


def summary(sites: list[Site], retired: pd.DataFrame, year: int) -> dict[str, float]:
    """Return both totals in metric tons, consumption in MWh and the percentage covered by retired certificates."""
    consumption = sum(site.consumption_mwh for site in sites)
    by_market = market_based(sites, retired, year)
    covered = float(by_market.loc[by_market["instrument"] == "certificates", "mwh"].sum())
    return {
        "consumption_mwh": consumption,
        "location_based_metric_tons": float(location_based(sites)["metric_tons"].sum()),
        "market_based_metric_tons": float(by_market["metric_tons"].sum()),
        "renewable_share_percent": 100 * covered / consumption if consumption else 0.0,
    }


def residual_mix_rate(generation_mwh: float, lb_per_mwh: float, claimed: Mapping[str, tuple[float, float]]) -> float:
    """Return the rate of what nobody claimed, in pounds per MWh.

    ``claimed`` maps a name to (MWh, lb per MWh) of generation whose attributes were tracked to somebody: total
    emissions less claimed ones, over total generation less claimed. Raises Infeasible when claims exceed the total.
    """
    taken_mwh = sum(mwh for mwh, _ in claimed.values())
    left_mwh = generation_mwh - taken_mwh
    left_lb = generation_mwh * lb_per_mwh - sum(mwh * rate for mwh, rate in claimed.values())
    if left_mwh <= 0 or left_lb < -1e-6:
        msg = f"claims of {taken_mwh} MWh do not fit into {generation_mwh} MWh generated at {lb_per_mwh} lb/MWh"
        raise Infeasible(msg)
    return max(0.0, left_lb) / left_mwh


def _line(site: Site, instrument: str, mwh: float, factor: Factor) -> tuple[object, ...]:
    tons = metric_tons(mwh, factor.lb_per_mwh)
    return (site.name, site.grid.area, instrument, mwh, factor.lb_per_mwh, tons, factor.pollutant, factor.source)


def _check_quality(sites: list[Site], retired: pd.DataFrame, year: int) -> None:
    by_name = {site.name: site for site in sites}
    for row in retired.to_dict("records"):
        site = by_name.get(row["site"])
        if site is None:
            msg = f"certificates are retired for {row['site']}, which is no site of this inventory"
            raise Infeasible(msg)
        if row["market"] != site.market:
            msg = f"certificates of market {row['market']} do not count for {site.name} in {site.market}"
            raise Infeasible(msg)
        first, last = date(year, 1, 1), date(year, 12, 31)
        if not first <= row["vintage"] <= last:
            msg = f"vintage {row['vintage']:%Y-%m} does not match the reporting year {year} of {site.name}"
            raise Infeasible(msg)
    for name, mwh in retired.groupby("site")["mwh"].sum().items():
        if mwh > by_name[str(name)].consumption_mwh + 1e-9:
            msg = f"{mwh} MWh are retired for {name}, which consumed {by_name[str(name)].consumption_mwh} MWh"
            raise Infeasible(msg)
