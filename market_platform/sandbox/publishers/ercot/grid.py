"""Simulated reports of constraints, system prices, outages and the list of buses."""

from datetime import date, time, timedelta

import pandas as pd

from market_platform.sandbox.publishers.csv_text import fixed
from market_platform.sandbox.publishers.ercot.prices import DAY_AHEAD, run_stamps
from market_platform.sandbox.publishers.ercot.report import ISSUE, MOMENT, Report, hour_texts, repeated
from market_platform.sandbox.world import World

FORECAST_DAYS = 7


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


REPORTS = (
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
