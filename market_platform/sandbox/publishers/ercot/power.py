"""Simulated reports of load, wind and solar, and what the grid can do."""

from collections.abc import Mapping
from datetime import date, time, timedelta

import pandas as pd

from market_platform.sandbox.publishers.csv_text import fixed
from market_platform.sandbox.publishers.ercot.prices import DAY_AHEAD, run_stamps
from market_platform.sandbox.publishers.ercot.report import MOMENT, ZONE, Report, hour_texts, repeated
from market_platform.sandbox.world import World

ISSUE = (0, time(8, 30))
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
WIND_ZONES = {
    "COASTAL": "LZ_SOUTH_HOUSTON",
    "SOUTH": "LZ_SOUTH_HOUSTON",
    "WEST": "LZ_WEST",
    "PANHANDLE": "LZ_NORTH",
    "NORTH": "LZ_NORTH",
}


def _wide(rows: pd.DataFrame, value: str, zones: Mapping[str, str]) -> pd.DataFrame:
    named = rows.assign(zone=rows["location"].map(dict(zones)))
    return named.pivot_table(index="interval_start", columns="zone", values=value, aggfunc="sum").reset_index()


def _zones(
    rows: pd.DataFrame, head: tuple[str, str], zones: Mapping[str, str], total: str, places: int
) -> pd.DataFrame:
    wide = _wide(rows, "load_mw", zones)
    when = hour_texts(wide["interval_start"])
    names = list(dict.fromkeys(zones.values()))
    numbers = {name: fixed(wide[name], places) for name in names}
    total_mw = fixed(sum((wide[name].round(places) for name in names), start=pd.Series(0.0, index=wide.index)), places)
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


def _renewables(
    world: World, day: date, fuel: str, by: str, zones: Mapping[str, str], best: str, low: str
) -> pd.DataFrame:
    """Two days of what was made, then seven of forecasts; the system's columns stand first."""
    value = f"{fuel}_mw"
    past = [world.wind_solar("ercot", day - timedelta(days=back), 60, by=by) for back in (2, 1)]
    ahead = world.wind_solar_forecast("ercot", day, FORECAST_DAYS, by=by)
    actual, planned = _wide(pd.concat(past), value, zones), _wide(ahead, value, zones)
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


def dam_lambda(world: World, day: date) -> pd.DataFrame:
    """Write the day-ahead market's energy price."""
    prices = world.day_ahead_prices("ercot", day).drop_duplicates("interval_start").reset_index(drop=True)
    when = hour_texts(prices["interval_start"])
    return pd.DataFrame(
        {
            "DeliveryDate": when["day"],
            "HourEnding": when["hour"],
            "SystemLambda": fixed(prices["energy_usd_per_mwh"], 6),
            "DSTFlag": when["flag"],
        }
    )


def sced_lambda(world: World, day: date) -> pd.DataFrame:
    """Each run's energy price."""
    prices = world.real_time_prices("ercot", day, 5).drop_duplicates("interval_start").reset_index(drop=True)
    when = run_stamps(prices["interval_start"])
    text = fixed(prices["energy_usd_per_mwh"], 6)
    return pd.DataFrame(
        {"SCEDTimeStamp": when["stamp"], "RepeatedHourFlag": when["flag"], "SystemLambda": text, MOMENT: when[MOMENT]}
    )


STATIONS = {"FromStation": "ALDER", "ToStation": "WREN", "FromStationkV": "138", "ToStationkV": "138"}


def dam_shadow(world: World, day: date) -> pd.DataFrame:
    """Binding constraints day-ahead, texts with a leading blank."""
    rows = world.constraints("ercot", day, "day_ahead").reset_index(drop=True)
    when = hour_texts(rows["interval_start"])
    numbers = {
        "ConstraintLimit": fixed(rows["limit_mw"], 1),
        "ConstraintValue": fixed(rows["flow_mw"], 1),
        "ViolationAmount": ["0"] * len(rows),
        "ShadowPrice": fixed(rows["shadow_price_usd_per_mwh"], 3),
    }
    head = {"DeliveryDate": when["day"], "HourEnding": when["hour"], "ConstraintID": rows["publisher_id"].astype(str)}
    names = {
        "ConstraintName": " " + rows["constraint"].astype(str),
        "ContingencyName": " " + rows["contingency"].astype(str),
    }
    tail = {name: [text] * len(rows) for name, text in STATIONS.items()}
    return pd.DataFrame(
        {**head, **names, **numbers, **tail, "DeliveryTime": when["day"] + " 00:00:00", "DSTFlag": when["flag"]}
    )


def sced_shadow(world: World, day: date) -> pd.DataFrame:
    """Binding constraints of each run."""
    rows = world.constraints("ercot", day, "real_time").reset_index(drop=True)
    when = run_stamps(rows["interval_start"])
    return pd.DataFrame(
        {
            "SCEDTimeStamp": when["stamp"],
            "RepeatedHourFlag": when["flag"],
            "ConstraintID": rows["publisher_id"].astype(str),
            "ConstraintName": rows["constraint"],
            "ContingencyName": rows["contingency"],
            "ShadowPrice": fixed(rows["shadow_price_usd_per_mwh"], 5),
            "MaxShadowPrice": ["3500"] * len(rows),
            "Limit": fixed(rows["limit_mw"], 1),
            "Value": fixed(rows["flow_mw"], 1),
            "ViolatedMW": ["0"] * len(rows),
            **{name: [text] * len(rows) for name, text in STATIONS.items()},
            "CCTStatus": ["COMP"] * len(rows),
            MOMENT: when[MOMENT],
        }
    )


def outage_capacity(world: World, day: date) -> pd.DataFrame:
    """Capacity out by zone for seven days; no flag tells the repeated hour, which stands once."""
    days = [day + timedelta(days=number) for number in range(FORECAST_DAYS)]
    frames = []
    for each in days:
        starts = world.day_ahead_prices("ercot", each)["interval_start"].drop_duplicates()
        when = hour_texts(starts[repeated(starts) == "N"].reset_index(drop=True), padded=False)
        out = world.outages("ercot", each)["out_mw"].sum()
        zones = {"South": 0.3, "North": 0.4, "West": 0.1, "Houston": 0.2}
        numbers = {
            f"{kind}Zone{zone}": f"{out * share * part:.0f}"
            for kind, part in (("TotalResourceMW", 0.9), ("TotalIRRMW", 0.1), ("TotalNewEquipResourceMW", 0.0))
            for zone, share in zones.items()
        }
        frames.append(pd.DataFrame({"Date": when["day"], "HourEnding": when["hour"]}).assign(**numbers))
    return pd.concat(frames, ignore_index=True)


def points(world: World, _day: date) -> pd.DataFrame:
    """Buses with their zone and resource node."""
    nodes = world.nodes("ercot", 25)
    return pd.DataFrame(
        {
            "ELECTRICAL_BUS": nodes["publisher_id"].astype(str),
            "NODE_NAME": nodes["publisher_id"].astype(str),
            "PSSE_BUS_NAME": nodes["node"].str[:12],
            "VOLTAGE_LEVEL": "138",
            "SUBSTATION": nodes["node"].str.split("_").str[0],
            "SETTLEMENT_LOAD_ZONE": "LZ_NORTH",
            "RESOURCE_NODE": nodes["node"],
            "HUB_BUS_NAME": "",
            "HUB": "",
            "PSSE_BUS_NUMBER": nodes["publisher_id"].astype(str),
        }
    )


WEATHER_ZONE_SPELLINGS = {
    "OperDay": "operatingDay", "COAST": "coast", "EAST": "east", "FAR_WEST": "farWest", "NORTH": "north",
    "NORTH_C": "northC", "SOUTHERN": "southern", "SOUTH_C": "southC", "WEST": "west", "TOTAL": "total",
}  # fmt: skip
API_SPELLINGS = {"SYSTEM_WIDE_GEN": "genSystemWide", "SYSTEM_WIDE_HSL": "HSLSystemWide"}
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
    Report(13113, "NP4-523-CD", "DAMSYSLAMBDANP4523", dam_lambda, DAY_AHEAD, "dam_system_lambda"),
    Report(
        13114,
        "NP6-322-CD",
        "SCEDSYSLAMBDANP6322",
        sced_lambda,
        None,
        "sced_system_lambda",
        "SCEDTimestamp",
        {"SCEDTimeStamp": "SCEDTimestamp", "RepeatedHourFlag": "repeatHourFlag"},
    ),
    Report(12332, "NP4-191-CD", "DASPBCNP4191", dam_shadow, DAY_AHEAD, "dam_shadow_prices"),
    Report(
        12302,
        "NP6-86-CD",
        "SCEDBTCNP686",
        sced_shadow,
        None,
        "shdw_prices_bnd_trns_const",
        "SCEDTimestamp",
        {"SCEDTimeStamp": "SCEDTimestamp"},
    ),
    Report(
        13103,
        "NP3-233-CD",
        "HRLYRESOUTCAPNP3233",
        outage_capacity,
        ISSUE,
        "hourly_res_outage_cap",
        "postedDatetime",
        {"Date": "operatingDate"},
    ),
    Report(10008, "NP4-160-SG", "SP_List_EB_Mapping", points, (0, time(2))),
)
