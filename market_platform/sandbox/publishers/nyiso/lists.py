"""The simulated New York ISO's lists: notices, outages, maintenance, places, and the capacity report."""

import io
from datetime import date, datetime, time

import pandas as pd

from market_platform.markets.nyiso import CAPACITY_LOCALITIES
from market_platform.sandbox.publishers.csv_text import csv_text, fixed, local_text, zone_marks
from market_platform.sandbox.publishers.nyiso.common import GENERATORS, SECOND, ZONE, Writer
from market_platform.sandbox.world import World


def _events(_world: World, day: date, _now: datetime) -> bytes:
    midnight = pd.Series([datetime.combine(day, time(0, 0, 5), tzinfo=ZONE)])
    return csv_text(
        {
            "Time Stamp": local_text(midnight, ZONE, SECOND),
            "Time Zone": zone_marks(midnight, ZONE),
            "Message": ["Start of day system state is NORMAL (simulated)"],
        },
        {},
        quoted=True,
    )


def _outage_schedule(world: World, day: date, _now: datetime) -> bytes:
    rows = world.outages("nyiso", day)
    return csv_text(
        {
            "Timestamp": [f"{day:%m/%d/%Y} 00:00:00"] * len(rows),
            "PTID": rows["publisher_id"].astype(str),
            "Equipment Name": rows["unit"] + " STEP-UP TRANSFORMER",
            "Scheduled Out Date/Time": local_text(rows["outage_start"], ZONE, SECOND),
            "Scheduled In Date/Time": local_text(rows["outage_end"], ZONE, SECOND),
        },
        {},
    )


def _maintenance(world: World, day: date, _now: datetime) -> bytes:
    days = [stamp.date() for stamp in pd.date_range(day, periods=30)]
    out = pd.Series([world.outages("nyiso", each)["out_mw"].sum() for each in days])
    return csv_text(
        {"Date": [f"{each:%m/%d/%Y}" for each in days]}, {"Forecasted Generation Outage (MW)": fixed(out, 0)}
    )


def _generators(world: World, _day: date, _now: datetime) -> bytes:
    nodes = world.nodes("nyiso", GENERATORS)
    return _places("Generator", nodes["node"], nodes["publisher_id"], nodes["zone"], nodes)


def _load_buses(world: World, _day: date, _now: datetime) -> bytes:
    zones = world.zones("nyiso")
    return _places("Load", zones["zone"] + "_LOAD", zones["publisher_id"], zones["zone"], zones)


def _places(kind: str, names: pd.Series, ids: pd.Series, zones: pd.Series, rows: pd.DataFrame) -> bytes:
    return csv_text(
        {
            f"{kind} Name": names,
            f"{kind} PTID": ids.astype(str),
            "Aggregation PTID": [""] * len(rows),
            "Subzone": zones,
            "Zone": zones,
        },
        {"Latitude": fixed(rows["latitude"], 4), "Longitude": fixed(rows["longitude"], 4), "Active": ["Y"] * len(rows)},
    )


ICAP_USD_PER_KW_MONTH = {"NYCA": 3.5, "GHIJ": 4.4, "NYC": 12.1, "LI": 5.2}


def capacity_report(month: date) -> bytes:
    """Write the workbook of one month's auction prices."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "MCP Table"
    auctions = ("Strip", "Monthly", "Spot")
    sheet.append([None, *(auction for auction in auctions for _ in CAPACITY_LOCALITIES)])
    sheet.append(["Date", *(locality for _ in auctions for locality in CAPACITY_LOCALITIES)])
    season = 1.25 if 5 <= month.month <= 10 else 0.75
    prices = [
        round(ICAP_USD_PER_KW_MONTH[locality] * season * factor, 2)
        for factor in (1.0, 1.05, 1.1)
        for locality in CAPACITY_LOCALITIES
    ]
    sheet.append([f"{month:%b-%y}", *prices])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


WRITERS: dict[str, Writer] = {"RealTimeEvents": _events, "outSched": _outage_schedule}
SNAPSHOTS: dict[str, Writer] = {
    "genmaint/gen_maint_report.csv": _maintenance,
    "generator/generator.csv": _generators,
    "load/load.csv": _load_buses,
}
# The same lists at the second host.
POSTED: dict[str, Writer] = {
    "/GENERATION_MAINTENANCE_REPORT/CSV/gen_maint_report.csv": _maintenance,
    "/GENERATOR_NAME/CSV/generatorname.csv": _generators,
    "/LOAD_NAME/CSV/load.csv": _load_buses,
}
