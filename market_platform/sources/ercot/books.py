"""ERCOT's workbooks and lists: generation by fuel of a year, unplanned outages, settlement points, ERS procurement."""

import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO

import numpy as np
import pandas as pd

from market_platform.errors import UnreadablePayload
from market_platform.markets.ercot import BUS, FUELS, PLACE_BY_PREFIX, SYSTEM
from market_platform.markets.market_day import day_bounds, utc_from_local
from market_platform.sources.ercot import columns
from market_platform.sources.ercot.hours import DAY_FORMATS, PLACE, QUARTER, issue_moment, moments, stamps_utc
from market_platform.sources.ercot.reading import plain, read
from market_platform.sources.ercot.rows import finish, words
from market_platform.sources.ercot.workbook import sheets
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_day
from market_platform.sources.tabular import label, number, passed

QUARTERS = [f"{minutes // 60 % 24}:{minutes % 60:02d}" for minutes in range(15, 24 * 60 + 15, 15)]
REPEATED_QUARTERS = [f"0{minutes // 60}:{minutes % 60:02d} (DST)" for minutes in range(75, 135, 15)]
FUEL_MIX = (
    label("day", "date"),
    label("fuel", "fuel"),
    passed("settlementtype"),
    passed("total"),
    *(number(quarter, plain(quarter)) for quarter in QUARTERS),
    *(number(quarter, plain(quarter), optional=True) for quarter in REPEATED_QUARTERS),
)
QUARTERS_PER_HOUR = 4


def fuel_mix(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Quarter-hourly generation by fuel: one row a day and fuel, one column a quarter, the repeated hour in four more.

    The values are MWh of a quarter hour; the contract's MW are four times that. In spring the skipped hour's columns are
    blank or zero and give no row.
    """
    rows = pd.concat([_sheet_rows(file, payload) for file, payload in enumerate(payloads)], ignore_index=True)
    days = moments(rows["day"].astype("category"), DAY_FORMATS).astype("datetime64[D]")
    fuel = rows["fuel"].map(FUELS)
    frames = []
    for place, quarter in enumerate([*QUARTERS, *REPEATED_QUARTERS]):
        if quarter not in rows or rows[quarter].isna().all():
            continue
        second = place >= len(QUARTERS)
        minutes = (place - len(QUARTERS)) * 15 + 60 if second else place * 15
        local = pd.Series(days).astype("datetime64[us]") + pd.Timedelta(minutes=minutes)
        start = utc_from_local(local.astype("datetime64[us]"), feed.zone, second_pass=np.full(len(rows), second))
        there = (
            rows[quarter].notna() & start.notna()
            if second
            else rows[quarter].notna() & (start.notna() | (rows[quarter] != 0))
        )
        frame = pd.DataFrame({"market_day": as_day(days), "interval_start": start, "interval_end": start + QUARTER})
        frame = frame.assign(**{name: rows[name] for name in PLACE}, fuel=fuel, publisher_fuel=rows["fuel"])
        frames.append(frame.assign(generation_mw=rows[quarter] * QUARTERS_PER_HOUR)[there])
    found = pd.concat(frames, ignore_index=True).assign(**feed.constants, location=SYSTEM)
    strange = found["fuel"].isna() & found["defect"].isna()
    found.loc[strange, "defect"] = (
        "fuel " + found["publisher_fuel"][strange] + " is not in the table of fuels: add it there"
    )
    return finish(feed, found)


def _sheet_rows(file: int, payload: Payload) -> pd.DataFrame:
    """Read the month sheets one by one: the autumn month has four columns more."""
    frames = []
    for sheet in sheets(payload):
        if [plain(name) for name in sheet.headings[:3]] == ["date", "fuel", "settlementtype"]:
            text = ",".join(f'"{name}"' for name in sheet.headings).encode() + b"\n" + sheet.lines
            frames.append(read([Payload(f"{payload.name}!{sheet.name}.csv", text)], FUEL_MIX))
    if not frames:
        raise UnreadablePayload(f"{payload.name}: no sheet of the workbook has generation by fuel")
    rows = pd.concat([frame.astype({"day": "object", "fuel": "object"}) for frame in frames], ignore_index=True)
    return rows.assign(file=np.int32(file), line=np.arange(1, len(rows) + 1))


UNPLANNED = (
    label("start", "actualoutagestart"),
    label("planned_end", "plannedenddate"),
    label("end", "actualenddate"),
    label("name", "resourcename"),
    label("unit", "resourceunitcode"),
    label("fuel", "fueltype"),
    label("kind", "outagetype"),
    passed("natureofwork"),
    passed("availablemwmaximum"),
    passed("availablemwduringoutage"),
    number("mw", "effectivemwreductionduetooutage"),
)


def unplanned_outages(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read forced outages of units, listed three days later. An outage without an end is taken to end as planned."""
    rows = read(payloads, UNPLANNED)
    start, planned, end = (stamps_utc(feed, rows, name) for name in ("start", "planned_end", "end"))
    issued = [issue_moment(feed, payload.base_name) or payload.published_at for payload in payloads]
    listed = pd.Series([_local_date(feed, moment) for moment in issued]).take(rows["file"]).to_numpy()
    # What is still out when listed may have a plan that is past: it lasts at least until the next minute.
    until = end.fillna(planned)
    until = until.where(until > start, start + pd.Timedelta(minutes=1))
    found = pd.DataFrame(
        {
            "market_day": as_day(start.dt.tz_convert(feed.zone).dt.tz_localize(None).to_numpy()),
            "interval_start": start,
            "interval_end": until,
            "listed_on": as_day(pd.to_datetime(pd.Series(listed)).to_numpy()),
        }
    ).assign(**{name: rows[name] for name in PLACE})
    defect = rows["start"].isna() & rows["defect"].isna()  # the closing line of the sheet says when it was made
    found.loc[defect, "defect"] = "no outage: a line of words below the table"
    return finish(
        feed,
        found.assign(
            **feed.constants,
            equipment=rows["name"],
            equipment_id=rows["unit"],
            status=rows["kind"],
            outage_mw=rows["mw"],
        ),
    )


def _local_date(feed: Feed, moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(feed.zone).date()


POINT_DATE = re.compile(r"_(\d{2})(\d{2})(\d{4})_\d{6}")


def points(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Electrical buses with their load zone and substation, as listed on a day."""
    rows = read(payloads, columns.POINTS)
    found = _listed(feed, payloads, rows).assign(
        location=rows["bus"],
        location_id=rows["bus"].astype("object") + "/" + rows["node"].astype("object").fillna(""),
        location_type=BUS,
        zone=rows["zone"],
        subzone=rows["substation"],
        latitude=np.nan,
        longitude=np.nan,
    )
    return finish(feed, found)


def units(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Units of each resource node, as listed on a day."""
    rows = read(payloads, columns.NODE_UNITS)
    unit = rows["substation"].astype("object").fillna("") + "/" + rows["unit"].astype("object").fillna("")
    found = _listed(feed, payloads, rows).assign(
        location=rows["node"], location_id=rows["node"], member=rows["unit"], member_id=unit, weight=np.nan
    )
    return finish(feed, found)


def plant_configurations(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Logical resource nodes of each combined-cycle plant, as listed on a day."""
    rows = read(payloads, columns.PLANT_CONFIGURATIONS)
    found = _listed(feed, payloads, rows).assign(
        location=rows["plant"], location_id=rows["plant"], member=rows["node"], member_id=rows["node"], weight=np.nan
    )
    return finish(feed, found)


def utility_loads(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Return loads and buses of each utility outside retail competition, as listed on a day."""
    rows = read(payloads, columns.UTILITY_LOADS)
    bus = rows["substation"].astype("object").fillna("") + "/" + rows["bus"].astype("object").fillna("")
    load = rows["load"].astype("object").fillna("")
    found = _listed(feed, payloads, rows).assign(
        location=rows["utility"], location_id=rows["utility"], member=load, member_id=load + "@" + bus, weight=np.nan
    )
    return finish(feed, found)


def hub_names(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Names of hubs and ties to other grids, as listed on a day."""
    rows = read(payloads, columns.HUB_NAMES)
    kinds = {str(name): PLACE_BY_PREFIX.get(str(name)[:3], "hub") for name in rows["name"].cat.categories}
    found = _listed(feed, payloads, rows).assign(
        location=rows["name"], location_id=rows["name"], location_type=words(rows["name"], kinds), zone=None, subzone=None,
        latitude=np.nan, longitude=np.nan,
    )  # fmt: skip
    return finish(feed, found)


def _listed(feed: Feed, payloads: Sequence[Payload], rows: pd.DataFrame) -> pd.DataFrame:
    days = [_list_day(feed, payload) for payload in payloads]
    bounds = [day_bounds(day, feed.zone) for day in days]
    place = rows["file"].to_numpy()
    frame = pd.DataFrame(
        {
            "market_day": as_day(np.array(days, dtype="datetime64[D]")[place]),
            "interval_start": pd.Series([first for first, _ in bounds])
            .astype("datetime64[us, UTC]")
            .take(place)
            .to_numpy(),
            "interval_end": pd.Series([last for _, last in bounds])
            .astype("datetime64[us, UTC]")
            .take(place)
            .to_numpy(),
        }
    )
    for name in ("interval_start", "interval_end"):
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    return frame.assign(**{name: rows[name] for name in PLACE}, **feed.constants)


def _list_day(feed: Feed, payload: Payload) -> date:
    found = POINT_DATE.search(payload.base_name)
    if found:
        return date(int(found[3]), int(found[1]), int(found[2]))
    day = _local_date(feed, issue_moment(feed, payload.base_name) or payload.published_at)
    if day is None:
        raise UnreadablePayload(f"{payload.name}: nothing tells of which day this list is; keep ERCOT's own file name")
    return day


TERM = re.compile(
    r"((?:Non-)?Weather-Sensitive ERS-\d+|ERS-\d+)\W+([A-Z][a-z]+ \d{1,2})\W+([A-Z][a-z]+ \d{1,2}), (\d{4})"
)
PERIOD = re.compile(
    r"Time Period (\d+)\s*(.*?);\s*([\d,]+) hours\s*MW Procured[^\d]*?([\d,.]+)\s*Clearing Price\s*\$?\s*([\d,.]+)\s*"
    r"Number of ERS Resources Procured\s*([\d,]+)\s*Projected cost\s*\$?\s*([\d,.]+)",
    re.DOTALL | re.IGNORECASE,
)
PARAGRAPH, TAG = re.compile(r"</w:p>|</w:tc>|<w:tab/>|<w:br/>"), re.compile(r"<[^>]+>")


def ers_procurement(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Emergency Response Service bought for a contract term: one row a time period, from ERCOT's Word document.

    The words of a document of October 2026 are known from a citation; the layout of its tables is not (unverified), so
    the text is read in order, and a document in which nothing is found is refused whole.
    """
    records = []
    for file, payload in enumerate(payloads):
        text = _words(payload)
        term = TERM.search(text)
        periods = PERIOD.findall(text)
        if term is None or not periods or len(periods) != len(re.findall(r"Time Period \d+\b", text)):
            raise UnreadablePayload(
                f"{payload.name}: the document does not say its term and time periods in the known words"
            )
        first, last = (datetime.strptime(f"{day} {term[4]}", "%B %d %Y").date() for day in (term[2], term[3]))  # noqa: DTZ007
        start, end = day_bounds(first, feed.zone)[0], day_bounds(last, feed.zone)[1]
        for line, (number_, hours, *figures) in enumerate(periods, start=1):
            values = [float(figure.replace(",", "").rstrip(".")) for figure in figures]
            name = f"{number_}: {' '.join(hours.split())}"
            records.append((file, line, first, start, end, term[1], name, *values))
    names = ["file", "line", "market_day", "interval_start", "interval_end", "programme", "time_period", "term_hours"]
    frame = pd.DataFrame(records, columns=[*names, "procured_mw", "price_usd_per_mw", "resource_count", "cost_usd"])
    for name in ("interval_start", "interval_end"):
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    frame["market_day"] = as_day(pd.to_datetime(frame["market_day"]).to_numpy())
    return finish(feed, frame.assign(**feed.constants, defect=pd.Series(None, index=frame.index, dtype="object")))


def _words(payload: Payload) -> str:
    try:
        with zipfile.ZipFile(BytesIO(payload.content)) as archive:
            xml = archive.read("word/document.xml").decode("utf-8", "replace")
    except (zipfile.BadZipFile, KeyError) as error:
        raise UnreadablePayload(f"{payload.name}: the document cannot be read ({error}); fetch it again") from error
    return " ".join(TAG.sub("", PARAGRAPH.sub(" ", xml)).replace("&amp;", "&").split())
