"""The simulated New York ISO's load, generation and grid."""

from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.markets.nyiso import FORECAST_COLUMNS
from market_platform.sandbox.publishers.csv_text import csv_text, fixed, local_text, zone_marks
from market_platform.sandbox.publishers.nyiso.common import MINUTE, SECOND, ZONE, Writer, past, zone_ids
from market_platform.sandbox.world import World


def _load(minutes: int, heading: str) -> Writer:
    def write(world: World, day: date, now: datetime) -> bytes:
        rows = past(world.load("nyiso", day, minutes), now).sort_values(["interval_start", "location"], kind="stable")
        return csv_text(
            {
                "Time Stamp": local_text(rows["interval_start"], ZONE, SECOND),
                "Time Zone": zone_marks(rows["interval_start"], ZONE),
                "Name": rows["location"],
            },
            {"PTID": rows["location"].map(zone_ids(world)), heading: fixed(rows["load_mw"], 1)},
            quoted=True,
            line_end="\r\n",
        )

    return write


def _load_forecast(world: World, day: date, _now: datetime) -> bytes:
    rows = world.load_forecast("nyiso", day - timedelta(days=1), days=6, first=1)
    wide = rows.pivot_table(index="interval_start", columns="location", values="load_mw").reset_index()
    wide["NYISO"] = wide[[zone for zone in FORECAST_COLUMNS.values() if zone != "NYISO"]].sum(axis=1)
    return csv_text(
        {"Time Stamp": local_text(wide["interval_start"], ZONE, MINUTE)},
        {heading: fixed(wide[zone], 0) for heading, zone in FORECAST_COLUMNS.items()},
        quoted=True,
    )


def _fuel_mix(world: World, day: date, now: datetime) -> bytes:
    rows = past(world.fuel_mix("nyiso", day, 5), now)
    return csv_text(
        {
            "Time Stamp": local_text(rows["interval_end"], ZONE, SECOND),
            "Time Zone": zone_marks(rows["interval_end"], ZONE),
            "Fuel Category": rows["fuel_category"],
        },
        {"Gen MW": fixed(rows["generation_mw"], 1)},
        line_end="\r\n",
    )


def _btm_csv(rows: pd.DataFrame) -> bytes:
    total = rows.groupby(["interval_start", "interval_end"], as_index=False)["btm_solar_mw"].sum()
    rows = pd.concat([total.assign(location="SYSTEM"), rows]).sort_values("interval_start", kind="stable")
    return csv_text(
        {
            "Time Stamp": local_text(rows["interval_start"], ZONE, MINUTE),
            "Time Zone": zone_marks(rows["interval_start"], ZONE),
            "Zone Name": rows["location"],
        },
        {"MW Value": fixed(rows["btm_solar_mw"], 1)},
    )


def _btm_solar(world: World, day: date, _now: datetime) -> bytes:
    return _btm_csv(world.btm_solar("nyiso", day))


def _btm_solar_forecast(world: World, day: date, _now: datetime) -> bytes:
    return _btm_csv(world.btm_solar_forecast("nyiso", day - timedelta(days=1)))


def _interfaces(world: World, day: date, now: datetime) -> bytes:
    rows = past(world.interface_flows("nyiso", day, 5), now)
    return csv_text(
        {"Timestamp": local_text(rows["interval_start"], ZONE, MINUTE), "Interface Name": rows["interface"]},
        {
            "Point ID": rows["publisher_id"].astype(str),
            "Flow (MWH)": fixed(rows["flow_mw"], 2),
            "Positive Limit (MWH)": fixed(rows["positive_limit_mw"], 0),
            "Negative Limit (MWH)": fixed(rows["negative_limit_mw"], 0),
        },
        line_end="\r\n",
    )


def _circulation(minutes: int) -> Writer:
    def write(world: World, day: date, now: datetime) -> bytes:
        rows = world.interface_flows("nyiso", day, minutes)
        rows = rows[rows["interface"] == rows["interface"].iloc[0]]
        rows = rows if minutes > 5 else past(rows, now)
        return csv_text(
            {
                "Time Stamp": local_text(rows["interval_start"], ZONE, SECOND),
                "Time Zone": zone_marks(rows["interval_start"], ZONE),
            },
            {"Lake Erie Circulation (MWH)": fixed(rows["flow_mw"] / 10 - 120, 2)},
        )

    return write


def _constraints(run: str) -> Writer:
    def write(world: World, day: date, now: datetime) -> bytes:
        rows = world.constraints("nyiso", day, run)
        rows = rows if run == "day_ahead" else past(rows, now)
        return csv_text(
            {
                "Time Stamp": local_text(rows["interval_start"], ZONE, MINUTE if run == "day_ahead" else SECOND),
                "Time Zone": zone_marks(rows["interval_start"], ZONE),
                "Limiting Facility": rows["constraint"],
                "Facility PTID": rows["publisher_id"].astype(str),
                "Contingency": rows["contingency"],
            },
            {"Constraint Cost($)": fixed(rows["shadow_price_usd_per_mwh"], 2)},
        )

    return write


def _installed_capacity(world: World, day: date, _now: datetime) -> bytes:
    """Write what is installed by zone: the most that it gives on a summer day, and a tenth more."""
    most = world.btm_solar("nyiso", date(day.year, 6, 21)).groupby("location", as_index=False)["btm_solar_mw"].max()
    stamp = f"{day:%m/%d/%Y} 00:00"
    return csv_text(
        {
            "Time Stamp": [stamp] * len(most),
            "Time Zone": [f"{datetime.combine(day, time(), tzinfo=ZONE):%Z}"] * len(most),
        },
        {"Zone Name": most["location"], "MW Value": fixed(most["btm_solar_mw"] * 1.1, 1)},
    )


def control_error(month: date) -> bytes:
    """Write a month's area control error: every six seconds, two waves, stamps with their zone."""
    end = (month + timedelta(days=31)).replace(day=1)
    bounds = [pd.Timestamp(datetime.combine(day, time(), tzinfo=ZONE)).tz_convert("UTC") for day in (month, end)]
    minutes = pd.Series(pd.date_range(*bounds, freq="min", inclusive="left", unit="us"))
    local = minutes.dt.tz_convert(ZONE)
    heads, marks = local.dt.strftime("%m/%d/%Y %H:%M"), local.dt.strftime("%Z")
    place = np.arange(len(minutes) * 10)
    errors = 60 * np.sin(place * 0.37) + 40 * np.sin(place * 0.011)
    texts = [
        f"{head}:{second:02d} {mark}" for head, mark in zip(heads, marks, strict=True) for second in range(5, 60, 6)
    ]
    lines = [f"{text},{error:.2f}" for text, error in zip(texts, errors, strict=True)]
    return "\n".join(("time,value", *lines, "")).encode()


WRITERS: dict[str, Writer] = {
    "pal": _load(5, "Load"),
    "palIntegrated": _load(60, "Integrated Load"),
    "isolf": _load_forecast,
    "rtfuelmix": _fuel_mix,
    "BTMEstimatedActual": _btm_solar,
    "btminstalledcapacitytracking": _installed_capacity,
    "btmdaforecast": _btm_solar_forecast,
    "ExternalLimitsFlows": _interfaces,
    "ErieCirculationDA": _circulation(60),
    "ErieCirculationRT": _circulation(5),
    "DAMLimitingConstraints": _constraints("day_ahead"),
    "LimitingConstraints": _constraints("real_time"),
}
