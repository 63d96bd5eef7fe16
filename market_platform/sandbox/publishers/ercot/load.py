"""Simulated reports of load, actual and forecast, by zone."""

from collections.abc import Mapping
from datetime import date, time

import pandas as pd

from market_platform.sandbox.publishers.csv_text import fixed
from market_platform.sandbox.publishers.ercot.report import ISSUE, MOMENT, ZONE, Report, hour_texts, repeated, wide
from market_platform.sandbox.world import World

FORECAST_DAYS = 7
ACTUAL_HEADINGS = {
    "COAST": "COAST", "EAST": "EAST", "FWEST": "FAR_WEST", "NORTH": "NORTH", "NCENT": "NORTH_C", "SOUTH": "SOUTHERN",
    "SCENT": "SOUTH_C", "WEST": "WEST",
}  # fmt: skip
FORECAST_HEADINGS = {
    "COAST": "Coast", "EAST": "East", "FWEST": "FarWest", "NORTH": "North", "NCENT": "NorthCentral", "SCENT": "SouthCentral",
    "SOUTH": "Southern", "WEST": "West",
}  # fmt: skip
FORECAST_ZONES = {"COAST": "Houston", "EAST": "North", "FWEST": "West", "NORTH": "West", "NCENT": "North", "SOUTH": "South",
                  "SCENT": "South", "WEST": "West"}  # fmt: skip


def _zones(
    rows: pd.DataFrame, head: tuple[str, str], zones: Mapping[str, str], total: str, places: int
) -> pd.DataFrame:
    table = wide(rows, "load_mw", zones)
    when = hour_texts(table["interval_start"])
    names = list(dict.fromkeys(zones.values()))
    numbers = {name: fixed(table[name], places) for name in names}
    total_mw = fixed(
        sum((table[name].round(places) for name in names), start=pd.Series(0.0, index=table.index)), places
    )
    return pd.DataFrame(
        {head[0]: when["day"], head[1]: when["hour"], **numbers, total: total_mw, "DSTFlag": when["flag"]}
    )


def load_weather_zone(world: World, day: date) -> pd.DataFrame:
    """Actual load of the day before, by weather zone."""
    return _zones(world.load("ercot", day, 60), ("OperDay", "HourEnding"), ACTUAL_HEADINGS, "TOTAL", 2)


def load_forecast_zone(world: World, day: date) -> pd.DataFrame:
    """Actual load by forecast zone."""
    zones = {zone: name.upper() for zone, name in FORECAST_ZONES.items()}
    return _zones(world.load("ercot", day, 60), ("OperDay", "HourEnding"), zones, "TOTAL", 2)


def load_15min(world: World, day: date) -> pd.DataFrame:
    """Load of the system by quarter hour, four of them posted each hour."""
    rows = world.load("ercot", day, 15).groupby(["interval_start", "interval_end"], as_index=False)["load_mw"].sum()
    local = rows["interval_end"].dt.tz_convert(ZONE)
    return pd.DataFrame(
        {
            "DeliveryDate": rows["interval_start"].dt.tz_convert(ZONE).dt.strftime("%m/%d/%Y"),
            "TimeEnding": local.dt.strftime("%H:%M"),
            "Demand": fixed(rows["load_mw"], 3),
            "DSTFlag": repeated(rows["interval_end"]),
            MOMENT: (rows["interval_start"].dt.floor("h") + pd.Timedelta(minutes=65)).dt.tz_convert(ZONE),
        }
    )


def forecast_zone(world: World, day: date) -> pd.DataFrame:
    """Seven days by forecast zone: hours without a leading zero, the last heading with blanks after it."""
    rows = _zones(
        world.load_forecast("ercot", day, FORECAST_DAYS),
        ("DeliveryDate", "HourEnding"),
        FORECAST_ZONES,
        "SystemTotal",
        6,
    )
    hours = rows["HourEnding"].str.lstrip("0")
    return rows.assign(HourEnding=hours).rename(columns={"DSTFlag": "DSTFlag    "})


def forecast_weather_zone(world: World, day: date) -> pd.DataFrame:
    """Seven days by weather zone."""
    return _zones(
        world.load_forecast("ercot", day, FORECAST_DAYS),
        ("DeliveryDate", "HourEnding"),
        FORECAST_HEADINGS,
        "SystemTotal",
        6,
    )


def forecast_model(world: World, day: date) -> pd.DataFrame:
    """Seven days by model: the one in use and one that stands two per cent higher."""
    rows = forecast_weather_zone(world, day)
    numbers = [*FORECAST_HEADINGS.values(), "SystemTotal"]
    higher = rows.assign(**{name: fixed(rows[name].astype(float) * 1.02, 6) for name in numbers})
    both = pd.concat(
        [rows.assign(Model="E", InUseFlag="Y"), higher.assign(Model="A3", InUseFlag="N")], ignore_index=True
    )
    return both[["DeliveryDate", "HourEnding", *numbers, "Model", "InUseFlag", "DSTFlag"]]


WEATHER_ZONE_SPELLINGS = {
    "OperDay": "operatingDay", "COAST": "coast", "EAST": "east", "FAR_WEST": "farWest", "NORTH": "north",
    "NORTH_C": "northC", "SOUTHERN": "southern", "SOUTH_C": "southC", "WEST": "west", "TOTAL": "total",
}  # fmt: skip
REPORTS = (
    Report(
        13101,
        "NP6-345-CD",
        "ACTUALSYSLOADWZNP6345",
        load_weather_zone,
        (1, time(5, 50)),
        "act_sys_load_by_wzn",
        "operatingDay",
        WEATHER_ZONE_SPELLINGS,
    ),
    Report(
        14836,
        "NP6-346-CD",
        "ACTUALSYSLOADFZNP6346",
        load_forecast_zone,
        (1, time(5, 50)),
        "act_sys_load_by_fzn",
        "operatingDay",
        {"OperDay": "operatingDay"},
    ),
    Report(12340, "NP6-235-CD", "SYSTEMWIDEDEMANDNP6235", load_15min, None),
    Report(12311, "NP3-560-CD", "LFCCONGESTNP3560", forecast_zone, ISSUE),
    Report(12312, "NP3-561-CD", "LFCWEATHERNP3561", forecast_weather_zone, ISSUE),
    Report(
        14837, "NP3-565-CD", "LFCMODELWZNP3565", forecast_model, ISSUE, "lf_by_model_weather_zone", "postedDatetime"
    ),
)
