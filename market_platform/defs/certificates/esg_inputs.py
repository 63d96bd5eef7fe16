"""What the ESG figures are made from: the user's files in ``certificates/esg``, the lake's hours, or simulated inputs.

| file | columns |
|---|---|
| ``sites.csv`` | site, year, consumption_mwh, egrid_area, market, supplier_lb_per_mwh, residual_mix_lb_per_mwh, source |
| ``projects.csv`` | project, year, avert_region, resource, mwh |
| ``residual_mix.csv`` | area, year, generation_mwh, lb_per_mwh, claimed_mwh, claimed_lb_per_mwh, source |
| ``hours.csv`` | interval_start (UTC), load_mwh, clean_mwh, grid_clean_share |
| ``supplied.csv`` | name, year, value, unit, source: social and governance figures, never invented |
| ``score.csv`` | name, pillar, weight, worst, best, unit: replaces the components of the overall score |
"""

from datetime import timedelta

import pandas as pd

from market_platform.certificates.desk import Desk
from market_platform.certificates.esg.claims import claims_of
from market_platform.certificates.esg.factors import Factor, grid_average
from market_platform.certificates.esg.metrics import EsgInputs, Supplied
from market_platform.certificates.esg.scope2 import Site
from market_platform.certificates.esg.score import DEFAULT_COMPONENTS, Component
from market_platform.contracts.families.power import GENERATION, LOAD
from market_platform.defs.certificates.desk import is_simulated, user_table
from market_platform.defs.certificates.simulated_acts import SITE
from market_platform.platform import Platform

SITES = {
    "site": "!", "year": "!", "consumption_mwh": "!", "egrid_area": "!", "market": "US", "supplier_lb_per_mwh": "",
    "residual_mix_lb_per_mwh": "", "source": "own figure",
}  # fmt: skip
PROJECTS = {"project": "!", "year": "!", "avert_region": "!", "resource": "!", "mwh": "!"}
RESIDUAL = {
    "area": "!", "year": "!", "generation_mwh": "!", "lb_per_mwh": "!", "claimed_mwh": "!", "claimed_lb_per_mwh": "!",
    "source": "!",
}  # fmt: skip
HOURS = {"interval_start": "!", "load_mwh": "!", "clean_mwh": "!", "grid_clean_share": ""}
SUPPLIED = {"name": "!", "year": "!", "value": "!", "unit": "", "source": "!"}
SCORE = {"name": "!", "pillar": "!", "weight": "!", "worst": "!", "best": "!", "unit": ""}

# Simulated: a load and two plants that follow the hours of California's lake rows, by a share of each.
HOURS_DAYS = 30
LOAD_FEED, LOAD_PLACE, LOAD_SHARE = "caiso_load_hourly", "SCE-TAC", 0.002
CLEAN_FEED, CLEAN_SHARES = "caiso_renewables_hourly", {"solar": 0.004, "wind": 0.004}
MIX_FEED, CLEAN_FUELS = "caiso_fuel_mix", ("biogas", "biomass", "geothermal", "hydro", "nuclear", "solar", "wind")
NOT_GENERATION = ("imports", "storage")


def feeds_read() -> list[str]:
    """Return the feeds of the lake that simulated hours follow."""
    return [LOAD_FEED, CLEAN_FEED, MIX_FEED]


def esg_inputs(platform: Platform, desk: Desk) -> tuple[list[EsgInputs], list[str]]:
    """Return the inputs by reporting year, and a line for each retirement that may not be counted."""
    sites, projects, residual, supplied = (
        _table(platform, name, columns)
        for name, columns in (
            ("sites", SITES), ("projects", PROJECTS), ("residual_mix", RESIDUAL), ("supplied", SUPPLIED),
        )
    )  # fmt: skip
    hours, source = _hours(platform)
    years = {int(year) for rows in (sites, projects, supplied) for year in rows["year"]}
    if len(hours):
        years.add(_year_of(hours))
    found: list[EsgInputs] = []
    left_out: list[str] = []
    for year in sorted(years):
        part = sites[sites["year"] == str(year)]
        with desk.book.ledger.read() as connection:
            claims = claims_of(
                connection, dict(zip(part["site"], part["consumption_mwh"].astype(float), strict=True)), year
            )
        left_out += claims.left_out
        in_year = len(hours) > 0 and _year_of(hours) == year
        found.append(
            EsgInputs(
                organization=desk.organization,
                year=year,
                sites=[_site(desk, row) for row in part.to_dict("records")],
                retired=claims.retired,
                projects=_numbers(projects[projects["year"] == str(year)], "mwh"),
                residual=_numbers(
                    residual[residual["year"] == str(year)],
                    "generation_mwh", "lb_per_mwh", "claimed_mwh", "claimed_lb_per_mwh",
                ),
                hours=hours if in_year else None,
                hours_source=source,
                supplied=[
                    Supplied(row["name"], float(row["value"]), row["unit"], row["source"])
                    for row in supplied[supplied["year"] == str(year)].to_dict("records")
                ],
                components=components(platform),
            )
        )  # fmt: skip
    return found, left_out


def components(platform: Platform) -> tuple[Component, ...]:
    """Return the components of the overall score: the user's, or the default ones."""
    rows = user_table(platform, "esg/score.csv", SCORE)
    if rows is None:
        return DEFAULT_COMPONENTS
    return tuple(
        Component(
            row["name"], row["pillar"], float(row["weight"]), float(row["worst"]), float(row["best"]), row["unit"]
        )
        for row in rows.to_dict("records")
    )


def _table(platform: Platform, name: str, columns: dict[str, str]) -> pd.DataFrame:
    rows = user_table(platform, f"esg/{name}.csv", columns)
    if rows is not None:
        return rows
    return pd.DataFrame(_simulated(platform).get(name, []), columns=list(columns), dtype=str)


def _simulated(platform: Platform) -> dict[str, list[tuple[str, ...]]]:
    """Return the simulated inputs of the year in which the last complete month lies."""
    if not is_simulated(platform):
        return {}
    now = platform.clock()
    year = str((now.replace(day=1) - timedelta(days=1)).year)
    return {
        "sites": [
            (SITE, year, "1450", "RFCW", "US", "", "", "simulated"),
            ("Prairie depot", year, "320", "CAMX", "US", "", "", "simulated"),
        ],
        "projects": [
            ("Thorn Prairie Wind", year, "Midwest", "onshore_wind", "210000"),
            ("Juniper Flats Solar", year, "California", "utility_pv", "160000"),
        ],
        "residual_mix": [("RFCW", year, "500000000", "911.424", "60000000", "12.0", "simulated tracking report")],
    }


def _site(desk: Desk, row: dict[str, str]) -> Site:
    grid = grid_average(desk.reference.egrid, row["egrid_area"])

    def own(name: str) -> Factor | None:
        if not row[name]:
            return None
        return Factor(grid.area, float(row[name]), grid.pollutant, grid.data_year, row["source"], "own")

    return Site(
        row["site"], row["market"], float(row["consumption_mwh"]), grid, own("supplier_lb_per_mwh"),
        own("residual_mix_lb_per_mwh"),
    )  # fmt: skip


def _hours(platform: Platform) -> tuple[pd.DataFrame, str]:
    rows = user_table(platform, "esg/hours.csv", HOURS)
    if rows is None:
        return _lake_hours(platform) if is_simulated(platform) else (pd.DataFrame(columns=list(HOURS)), "")
    rows["interval_start"] = pd.to_datetime(rows["interval_start"], utc=True)
    if (rows["grid_clean_share"] == "").any():
        rows = rows.drop(columns="grid_clean_share")
    return _numbers(rows, *(name for name in rows if name != "interval_start")), "hours.csv"


def _lake_hours(platform: Platform) -> tuple[pd.DataFrame, str]:
    """Return the last hours that load, clean power and the grid's mix are all known for."""
    since = (platform.clock() - timedelta(days=HOURS_DAYS)).date()
    where = f"market_day >= DATE '{since}' AND feed = "
    load = platform.lake.read(LOAD, f"{where}'{LOAD_FEED}' AND location = '{LOAD_PLACE}'")
    clean = platform.lake.read(GENERATION, f"{where}'{CLEAN_FEED}'")
    mix = platform.lake.read(GENERATION, f"{where}'{MIX_FEED}'")
    if load.empty or clean.empty:
        return pd.DataFrame(columns=list(HOURS)), ""
    shares = clean["fuel"].map(CLEAN_SHARES).fillna(0.0)
    parts = pd.DataFrame({
        "load_mwh": load.groupby(load["interval_start"].dt.floor("h"))["load_mw"].mean() * LOAD_SHARE,
        "clean_mwh": (clean["generation_mw"] * shares).groupby(clean["interval_start"].dt.floor("h")).sum(),
        "grid_clean_share": _clean_share(mix),
    })  # fmt: skip
    if parts["grid_clean_share"].isna().all():
        parts = parts.drop(columns="grid_clean_share")
    known = parts.dropna()
    # A gap would flatter or spoil the score: the last unbroken run of hours is taken.
    run = (known.index.to_series().diff() != pd.Timedelta(hours=1)).cumsum()
    last = known[run == run.max()] if len(known) else known
    last.index.name = "interval_start"
    return last.reset_index(), f"simulated: shares of {LOAD_FEED}, {CLEAN_FEED}, {MIX_FEED}"


def _clean_share(mix: pd.DataFrame) -> pd.Series:
    made = mix[~mix["fuel"].isin(NOT_GENERATION) & (mix["generation_mw"] > 0)]
    hour = made["interval_start"].dt.floor("h")
    clean = made["generation_mw"].where(made["fuel"].isin(CLEAN_FUELS), 0.0).groupby(hour).sum()
    return clean / made["generation_mw"].groupby(hour).sum()


def _year_of(hours: pd.DataFrame) -> int:
    return int(hours["interval_start"].max().year)


def _numbers(rows: pd.DataFrame, *names: str) -> pd.DataFrame:
    return rows.assign(**{name: rows[name].astype(float) for name in names}).reset_index(drop=True)
