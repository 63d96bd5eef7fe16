"""The simulated New York ISO: its addresses, its publication times, its files byte for byte in form."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import httpx
import openpyxl
import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.markets.nyiso import ANCILLARY_PRODUCTS, CAPACITY_LOCALITIES, FORECAST_COLUMNS
from market_platform.sandbox.publishers.csv_text import csv_text, fixed, local_text, zone_marks
from market_platform.sandbox.world import World

HOSTS = ("mis.nyiso.com", "oasis-postings.prod.nysdi.com", "www.nyiso.com")
ZONE = MARKETS["nyiso"].zone
MINUTE = "%m/%d/%Y %H:%M"
SECOND = "%m/%d/%Y %H:%M:%S"
GENERATORS = 40
DAYS_KEPT = 10
ICAP_USD_PER_KW_MONTH = {"NYCA": 3.5, "GHIJ": 4.4, "NYC": 12.1, "LI": 5.2}

Writer = Callable[[World, date, datetime], bytes]


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as the real publisher would at ``now``."""
    path = request.url.path
    today = now.astimezone(ZONE).date()
    if found := re.fullmatch(r"/public/csv/\w+/(\d{8})([A-Za-z_]+?)(_csv\.zip|\.csv)", path):
        day = datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=ZONE).date()
        if found[3] == "_csv.zip":
            return _month(world, found[2], day, now)
        return _day(world, found[2], day, now) if (today - day).days <= DAYS_KEPT else httpx.Response(404)
    if found := re.fullmatch(r"/\w+/CSV/\d{4}/\d\d/\d\d/([A-Za-z_]+)-(\d{8})\.csv", path):
        return _day(world, found[1], datetime.strptime(found[2], "%Y%m%d").replace(tzinfo=ZONE).date(), now)
    if found := re.fullmatch(r"/public/realtime/(realtime_(?:zone|gen))_lbmp\.csv", path):
        return _file(WRITERS[found[1]](world, today, now), now)
    if found := re.fullmatch(r"/documents/\d+/\d+/ICAP-Market-Report-([A-Z][a-z]+)-(\d{4})\.xlsx", path):
        month = datetime.strptime(f"{found[1]} {found[2]}", "%B %Y").replace(tzinfo=ZONE).date()
        return _file(_capacity_report(month), now) if month <= today else httpx.Response(404)
    snapshot = SNAPSHOTS.get(path.removeprefix("/public/csv/"))
    return _file(snapshot(world, today, now), now) if snapshot else httpx.Response(404)


def _file(content: bytes, published: datetime) -> httpx.Response:
    stamp = published.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return httpx.Response(
        200, content=content, headers={"Last-Modified": stamp, "X-Simulated": "market-platform sandbox"}
    )


def _released(part: str, day: date) -> datetime:
    days_before, clock = RELEASE.get(part, (0, time()))
    return datetime.combine(day - timedelta(days=days_before), clock, tzinfo=ZONE)


def _day(world: World, part: str, day: date, now: datetime) -> httpx.Response:
    writer = WRITERS.get(part)
    if writer is None or now < _released(part, day):
        return httpx.Response(404)
    return _file(writer(world, day, now), _written(part, day, now))


def _written(part: str, day: date, now: datetime) -> datetime:
    """When the file was last written: at its release, or as its day went on."""
    if part in RELEASE:
        return _released(part, day)
    return min(now, datetime.combine(day + timedelta(days=1), time(0, 15), tzinfo=ZONE))


def _month(world: World, part: str, month: date, now: datetime) -> httpx.Response:
    days = [day.date() for day in pd.date_range(month, periods=31) if day.month == month.month]
    out = [day for day in days if now >= _released(part, day)]
    if part not in WRITERS or not out:
        return httpx.Response(404)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for day in out:
            written = _written(part, day, now).astimezone(ZONE)
            info = zipfile.ZipInfo(f"{day:%Y%m%d}{part}.csv", written.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, WRITERS[part](world, day, now))
    return _file(buffer.getvalue(), min(now, _written(part, out[-1], now)))


def _past(rows: pd.DataFrame, now: datetime) -> pd.DataFrame:
    return rows[rows["interval_end"] <= now]


def _lbmp_csv(rows: pd.DataFrame, stamp: str, pattern: str, *, quoted: bool) -> bytes:
    # NYISO publishes congestion with the opposite sign: LBMP = energy + losses - congestion.
    rows = rows.sort_values([stamp, "location"], kind="stable")
    return csv_text(
        {"Time Stamp": local_text(rows[stamp], ZONE, pattern), "Name": rows["location"]},
        {
            "PTID": rows["publisher_id"].astype(str),
            "LBMP ($/MWHr)": fixed(rows["lmp_usd_per_mwh"], 2),
            "Marginal Cost Losses ($/MWHr)": fixed(rows["loss_usd_per_mwh"], 2),
            "Marginal Cost Congestion ($/MWHr)": fixed(-rows["congestion_usd_per_mwh"], 2),
        },
        quoted=quoted,
    )


def _prices(world: World, day: date, place: str, *, minutes: int | None) -> pd.DataFrame:
    if place == "zone":
        if minutes is None:
            return world.day_ahead_prices("nyiso", day)
        return world.real_time_prices("nyiso", day, minutes)
    if minutes is None:
        return world.day_ahead_node_prices("nyiso", day, GENERATORS)
    return world.real_time_node_prices("nyiso", day, GENERATORS, minutes)


def _day_ahead_lbmp(place: str) -> Writer:
    def write(world: World, day: date, _now: datetime) -> bytes:
        return _lbmp_csv(_prices(world, day, place, minutes=None), "interval_start", MINUTE, quoted=False)

    return write


def _real_time_lbmp(place: str) -> Writer:
    def write(world: World, day: date, now: datetime) -> bytes:
        """Write the day so far, then four quarter-hours of look-ahead, as the real file does."""
        rows = _past(_prices(world, day, place, minutes=5), now)
        ahead = _prices(world, day, place, minutes=15)
        later = ahead[ahead["interval_end"] > now]
        close = later[later["interval_end"] <= now + timedelta(hours=1)]
        return _lbmp_csv(pd.concat([rows, close]), "interval_end", SECOND, quoted=True)

    return write


def _hourly_lbmp(place: str) -> Writer:
    def write(world: World, day: date, now: datetime) -> bytes:
        rows = _past(_prices(world, day, place, minutes=60), now)
        return _lbmp_csv(rows, "interval_start", SECOND, quoted=True)

    return write


ANCILLARY_UNITS = dict.fromkeys(ANCILLARY_PRODUCTS, "($/MWHr)") | {"NYCA Regulation Movement": "($/MW)"}


def _ancillary(run: str) -> Writer:
    def write(world: World, day: date, now: datetime) -> bytes:
        ends = run == "real_time"
        rows = world.ancillary_prices("nyiso", day, run)
        rows = _past(rows, now) if ends else rows
        stamp = "interval_end" if ends else "interval_start"
        wide = rows.pivot_table(index=[stamp, "region"], columns="product", values="price_usd_per_mw").reset_index()
        wide["ptid"] = wide["region"].map(_zone_ids(world))
        products = {name: f"{name} {unit}" for name, unit in ANCILLARY_UNITS.items() if name in wide}
        return csv_text(
            {
                "Time Stamp": local_text(wide[stamp], ZONE, SECOND if ends else MINUTE),
                "Time Zone": zone_marks(wide[stamp], ZONE),
                "Name": wide["region"],
            },
            {"PTID": wide["ptid"], **{heading: fixed(wide[name], 2) for name, heading in products.items()}},
        )

    return write


def _zone_ids(world: World) -> dict[str, str]:
    zones = world.zones("nyiso")
    return dict(zip(zones["zone"], zones["publisher_id"].astype(str), strict=True))


def _load(minutes: int, heading: str) -> Writer:
    def write(world: World, day: date, now: datetime) -> bytes:
        rows = _past(world.load("nyiso", day, minutes), now).sort_values(["interval_start", "location"], kind="stable")
        return csv_text(
            {
                "Time Stamp": local_text(rows["interval_start"], ZONE, SECOND),
                "Time Zone": zone_marks(rows["interval_start"], ZONE),
                "Name": rows["location"],
            },
            {"PTID": rows["location"].map(_zone_ids(world)), heading: fixed(rows["load_mw"], 1)},
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
    rows = _past(world.fuel_mix("nyiso", day, 5), now)
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
    rows = _past(world.interface_flows("nyiso", day, 5), now)
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
        rows = rows if minutes > 5 else _past(rows, now)
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
        rows = rows if run == "day_ahead" else _past(rows, now)
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


def _capacity_report(month: date) -> bytes:
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


DAY_BEFORE_AT_TEN = (1, time(10, 30))
RELEASE = {
    "damlbmp_zone": DAY_BEFORE_AT_TEN,
    "damlbmp_gen": DAY_BEFORE_AT_TEN,
    "damasp": DAY_BEFORE_AT_TEN,
    "DAMLimitingConstraints": DAY_BEFORE_AT_TEN,
    "ErieCirculationDA": DAY_BEFORE_AT_TEN,
    "outSched": DAY_BEFORE_AT_TEN,
    "isolf": (1, time(8)),
    "btmdaforecast": (1, time(7, 55)),
    "BTMEstimatedActual": (-1, time(8)),
}
WRITERS: dict[str, Writer] = {
    "damlbmp_zone": _day_ahead_lbmp("zone"),
    "damlbmp_gen": _day_ahead_lbmp("generator"),
    "realtime_zone": _real_time_lbmp("zone"),
    "realtime_gen": _real_time_lbmp("generator"),
    "rtlbmp_zone": _hourly_lbmp("zone"),
    "rtlbmp_gen": _hourly_lbmp("generator"),
    "damasp": _ancillary("day_ahead"),
    "rtasp": _ancillary("real_time"),
    "pal": _load(5, "Load"),
    "palIntegrated": _load(60, "Integrated Load"),
    "isolf": _load_forecast,
    "rtfuelmix": _fuel_mix,
    "BTMEstimatedActual": _btm_solar,
    "btmdaforecast": _btm_solar_forecast,
    "ExternalLimitsFlows": _interfaces,
    "ErieCirculationDA": _circulation(60),
    "ErieCirculationRT": _circulation(5),
    "DAMLimitingConstraints": _constraints("day_ahead"),
    "LimitingConstraints": _constraints("real_time"),
    "RealTimeEvents": _events,
    "outSched": _outage_schedule,
}
SNAPSHOTS: dict[str, Writer] = {
    "genmaint/gen_maint_report.csv": _maintenance,
    "generator/generator.csv": _generators,
    "load/load.csv": _load_buses,
}
