"""Emission factors by area, as published: eGRID averages for Scope 2, AVERT marginals for avoided emissions.

The shipped eGRID rates are CO2 only, so every figure made with them says CO2 and never CO2e.
"""

from dataclasses import dataclass

import pandas as pd

from market_platform.errors import Infeasible

LB_PER_METRIC_TON = 2204.62262


@dataclass(frozen=True)
class Factor:
    """One emission rate in pounds per MWh with where it comes from."""

    area: str
    lb_per_mwh: float
    pollutant: str
    data_year: int
    source: str
    status: str


def metric_tons(mwh: float, lb_per_mwh: float) -> float:
    """Return metric tons of the factor's pollutant."""
    return mwh * lb_per_mwh / LB_PER_METRIC_TON


def grid_average(egrid: pd.DataFrame, area: str) -> Factor:
    """Return the total output rate of an eGRID subregion or balancing authority; raises Infeasible without one."""
    return _only(egrid[egrid["area"] == area], area, "eGRID subregion or balancing authority")


def marginal(avert: pd.DataFrame, region: str, resource: str) -> Factor:
    """Return the AVERT rate of a region and resource (``onshore_wind``, ``utility_pv`` ...); raises Infeasible.

    Distributed solar and efficiency rates already contain line losses; utility solar and wind do not.
    """
    rows = avert[(avert["avert_region"] == region) & (avert["resource"] == resource)].rename(
        columns={"avert_region": "area"}
    )
    return _only(rows, f"{region} / {resource}", "AVERT region and resource")


def _only(rows: pd.DataFrame, area: str, what: str) -> Factor:
    if len(rows) != 1:
        msg = f"no {what} {area!r} among the emission factors ({len(rows)} rows): check the name or add a sourced row"
        raise Infeasible(msg)
    row = rows.iloc[0]
    return Factor(
        area=area,
        lb_per_mwh=float(row["lb_per_mwh"]),
        pollutant=row["pollutant"],
        data_year=int(row["data_year"]),
        source=row["source"],
        status=row["status"],
    )
