"""Simulated reports of wind and solar, actual and forecast, by zone and region."""

from collections.abc import Mapping
from datetime import date, timedelta

import pandas as pd

from market_platform.sandbox.publishers.csv_text import fixed
from market_platform.sandbox.publishers.ercot.report import ISSUE, MOMENT, ZONE, Report, hour_texts, repeated, wide
from market_platform.sandbox.world import World

FORECAST_DAYS = 7
WIND_ZONES = {
    "COASTAL": "LZ_SOUTH_HOUSTON",
    "SOUTH": "LZ_SOUTH_HOUSTON",
    "WEST": "LZ_WEST",
    "PANHANDLE": "LZ_NORTH",
    "NORTH": "LZ_NORTH",
}


def _renewables(
    world: World, day: date, fuel: str, by: str, zones: Mapping[str, str], best: str, low: str
) -> pd.DataFrame:
    """Two days of what was made, then seven of forecasts; the system's columns stand first."""
    value = f"{fuel}_mw"
    past = [world.wind_solar("ercot", day - timedelta(days=back), 60, by=by) for back in (2, 1)]
    ahead = world.wind_solar_forecast("ercot", day, FORECAST_DAYS, by=by)
    actual, planned = wide(pd.concat(past), value, zones), wide(ahead, value, zones)
    made = pd.concat([actual, planned.assign(**{name: float("nan") for name in dict.fromkeys(zones.values())})])
    expected = pd.concat([actual, planned])
    when = hour_texts(made["interval_start"].reset_index(drop=True))
    hours = when["hour"].str[:2].astype(int).astype(str)
    frame = {"DELIVERY_DATE": when["day"], "HOUR_ENDING": hours}
    for name in ("SYSTEM_WIDE", *dict.fromkeys(zones.values())):
        out, plan = (
            each.drop(columns="interval_start").sum(axis=1, min_count=1) if name == "SYSTEM_WIDE" else each[name]
            for each in (made, expected)
        )
        first = "SYSTEM_WIDE_GEN" if name == "SYSTEM_WIDE" else f"GEN_{name}"
        frame[first] = _or_blank(out)
        frame[f"COP_HSL_{name}"] = _or_blank(plan * 1.05)
        frame[f"{best}_{name}"] = _or_blank(plan)
        frame[f"{low}_{name}"] = _or_blank(plan * 0.9)
    frame["SYSTEM_WIDE_HSL"] = _or_blank(made.drop(columns="interval_start").sum(axis=1, min_count=1) * 1.02)
    return pd.DataFrame({name: pd.Series(list(column)) for name, column in frame.items()} | {"DSTFlag": when["flag"]})


def _or_blank(values: pd.Series) -> list[str]:
    return ["" if value != value else f"{value:.2f}" for value in values]


def wind_zones(world: World, day: date) -> pd.DataFrame:
    """Wind by load zone."""
    return _renewables(world, day, "wind", "renewable_region", WIND_ZONES, "STWPF", "WGRPP")


def wind_regions(world: World, day: date) -> pd.DataFrame:
    """Wind by region."""
    return _renewables(world, day, "wind", "renewable_region", {name: name for name in WIND_ZONES}, "STWPF", "WGRPP")


def solar_regions(world: World, day: date) -> pd.DataFrame:
    """Solar by region."""
    regions = sorted(set(world.zones("ercot")["solar_region"]))
    return _renewables(world, day, "solar", "solar_region", {name: name for name in regions}, "STPPF", "PVGRPP")


def solar_system(world: World, day: date) -> pd.DataFrame:
    """Solar of the whole system."""
    rows = solar_regions(world, day)
    return rows[["DELIVERY_DATE", "HOUR_ENDING", *(name for name in rows if "SYSTEM_WIDE" in name), "DSTFlag"]]


def _five_minutes(world: World, day: date, fuel: str) -> pd.DataFrame:
    rows = (
        world.wind_solar("ercot", day, 5)
        .groupby(["interval_start", "interval_end"], as_index=False)[f"{fuel}_mw"]
        .sum()
    )
    return pd.DataFrame(
        {
            "INTERVAL_ENDING": rows["interval_end"].dt.tz_convert(ZONE).dt.strftime("%m/%d/%Y %H:%M"),
            "SYSTEM_WIDE_GEN": fixed(rows[f"{fuel}_mw"], 2),
            "SYSTEM_WIDE_HSL": fixed(rows[f"{fuel}_mw"] * 1.02, 2),
            "DSTFlag": repeated(rows["interval_end"]),
            MOMENT: (rows["interval_end"] + pd.Timedelta(minutes=3)).dt.tz_convert(ZONE),
        }
    )


def solar_5min(world: World, day: date) -> pd.DataFrame:
    """Solar output of the system every five minutes."""
    return _five_minutes(world, day, "solar")


API_SPELLINGS = {"SYSTEM_WIDE_GEN": "genSystemWide", "SYSTEM_WIDE_HSL": "HSLSystemWide"}
REPORTS = (
    Report(
        13028,
        "NP4-732-CD",
        "WPPHRLYAVGACTNP4732",
        wind_zones,
        ISSUE,
        "wpp_hrly_avrg_actl_fcast",
        "postedDatetime",
        API_SPELLINGS,
    ),
    Report(
        14787,
        "NP4-742-CD",
        "WPPHRLYGEONP4742",
        wind_regions,
        ISSUE,
        "wpp_hrly_actual_fcast_geo",
        "postedDatetime",
        API_SPELLINGS,
    ),
    Report(
        13483,
        "NP4-737-CD",
        "PVGRHRLYAVGACTNP4737",
        solar_system,
        ISSUE,
        "spp_hrly_avrg_actl_fcast",
        "postedDatetime",
        API_SPELLINGS,
    ),
    Report(
        21809,
        "NP4-745-CD",
        "PVGRHRLYGEONP4745",
        solar_regions,
        ISSUE,
        "spp_hrly_actual_fcast_geo",
        "postedDatetime",
        API_SPELLINGS,
    ),
    Report(
        13484,
        "NP4-738-CD",
        "PVGR5MINNP4738",
        solar_5min,
        None,
        "spp_actual_5min_avg_values",
        "intervalEnding",
        API_SPELLINGS,
    ),
)
