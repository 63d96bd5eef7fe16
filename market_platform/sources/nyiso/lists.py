"""NYISO's lists: outages, maintenance, generators, loads, control-room notices and the capacity report."""

import io
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.markets.market_day import day_bounds
from market_platform.markets.nyiso import CAPACITY_LOCALITIES, SYSTEM
from market_platform.sources.feed import Feed, day_in_name
from market_platform.sources.nyiso import columns
from market_platform.sources.nyiso.rows import PLACE, finish, intervals
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import LocalStamps, as_day, as_text
from market_platform.sources.tabular import Field, read_csv

DAY_FORMATS = ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%Y-%m-%d", "%d-%b-%Y")
MONTH_FORMATS = ("%b-%y", "%b-%Y", "%B %Y", "%m/%d/%Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
DAYS_PER_MONTH_FOR_PRICE = 365 / 12


def outage_schedule(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Scheduled transmission outages as listed for a day: equipment, out and back."""
    read = read_csv(payloads, columns.OUTAGE_SCHEDULE)
    start = LocalStamps(read["out"], columns.STAMP_FORMATS).utc(feed.zone)
    end = LocalStamps(read["back"], columns.STAMP_FORMATS).utc(feed.zone)
    listed = LocalStamps(read["stamp"], columns.STAMP_FORMATS).market_day()
    rows = pd.DataFrame({"market_day": listed, "interval_start": start, "interval_end": end}).assign(
        listed_on=listed,
        kind="transmission",
        equipment=as_text(read["name"]),
        equipment_id=as_text(read["ptid"]),
        status=None,
        outage_mw=np.nan,
        **{name: read[name] for name in PLACE},
    )
    return finish(feed, rows)


def generation_maintenance(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the generation that is forecast to be out, system-wide, a row a day for the month ahead."""
    read = read_csv(payloads, columns.GENERATION_MAINTENANCE)
    stamps = LocalStamps(read["stamp"], DAY_FORMATS)
    listed = _listed_days(feed, payloads, read["file"], stamps)
    rows = pd.DataFrame(
        {
            "market_day": listed,
            "interval_start": stamps.utc(feed.zone),
            "interval_end": LocalStamps(read["stamp"], DAY_FORMATS).shifted(timedelta(days=1)).utc(feed.zone),
        }
    ).assign(
        listed_on=listed,
        kind="generation",
        equipment=SYSTEM,
        equipment_id="",
        status="forecast",
        outage_mw=read["outage"],
        **{name: read[name] for name in PLACE},
    )
    return finish(feed, rows)


def locations(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read generators or loads with their zone and place on the map, as listed on the day of the file."""
    fields: tuple[Field, ...] = columns.GENERATORS if feed.constants["location_type"] == "generator" else columns.LOADS
    read = read_csv(payloads, fields)
    listed = _listed_days(feed, payloads, read["file"], None)
    bounds = {day: day_bounds(day, feed.zone) for day in listed.dropna().unique()}
    rows = pd.DataFrame(
        {
            "market_day": listed,
            "interval_start": listed.map({day: bound[0] for day, bound in bounds.items()}),
            "interval_end": listed.map({day: bound[1] for day, bound in bounds.items()}),
        }
    ).astype({"interval_start": PANDAS_TYPES[Kind.MOMENT], "interval_end": PANDAS_TYPES[Kind.MOMENT]})
    rows = rows.assign(
        location=as_text(read["name"]),
        location_id=as_text(read["ptid"]),
        zone=as_text(read["zone"]),
        subzone=as_text(read["subzone"]),
        latitude=read["latitude"],
        longitude=read["longitude"],
        **{name: read[name] for name in PLACE},
    )
    return finish(feed, rows)


def notices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Control-room notices with the second at which each was given."""
    read = read_csv(payloads, columns.EVENTS)
    rows = intervals(feed, read, length=timedelta(seconds=1), series="file").assign(message=as_text(read["message"]))
    return finish(feed, rows)


def capacity_report(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read clearing prices of the strip, monthly and spot auctions from the sheet "MCP Table" of the ICAP report.

    The sheet has two heading rows that name auction and locality (either may come first) over a column of months.
    """
    frames = [_capacity_sheet(feed, position, payload) for position, payload in enumerate(payloads)]
    return finish(feed, pd.concat(frames, ignore_index=True))


def _capacity_sheet(feed: Feed, position: int, payload: Payload) -> pd.DataFrame:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(payload.content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise UnreadablePayload(f"{payload.name}: the workbook cannot be opened ({error}); fetch it again") from error
    with closing(book):
        sheets = {name.strip().casefold(): name for name in book.sheetnames}
        if "mcp table" not in sheets:
            raise SchemaChanged(f"{payload.name}: there is no sheet 'MCP Table' (sheets: {book.sheetnames})")
        grid = list(book[sheets["mcp table"]].iter_rows(values_only=True))
    top, second, body_start = _heading_rows(payload, grid)
    records = []
    for line, cells in enumerate(grid[body_start:], start=body_start + 1):
        month = _month(cells[0])
        if month is None:
            continue
        for cell, upper, lower in zip(cells[1:], top[1:], second[1:], strict=False):
            names = _auction_and_locality(upper, lower)
            if names and isinstance(cell, int | float):
                records.append((position, line, month, *names, float(cell)))
    frame = pd.DataFrame(records, columns=["file", "line", "month", "auction", "locality", "published_price"])
    ends = {month: (month.replace(day=28) + timedelta(days=4)).replace(day=1) for month in frame["month"].unique()}
    return pd.DataFrame(
        {
            "market_day": as_day(frame["month"].to_numpy(dtype="datetime64[D]")),
            "interval_start": _midnights(frame["month"], feed),
            "interval_end": _midnights(frame["month"].map(ends), feed),
            "auction": frame["auction"],
            "locality": frame["locality"],
            "price_usd_per_mw_day": frame["published_price"] * 1000 / DAYS_PER_MONTH_FOR_PRICE,
            "published_price": frame["published_price"],
            "published_unit": "USD per kW and month",
            "cleared_mw": np.nan,
            "file": frame["file"],
            "line": frame["line"],
            "defect": pd.Series(None, index=frame.index, dtype="object"),
        }
    )


def _heading_rows(payload: Payload, grid: list[tuple[object, ...]]) -> tuple[list[object], list[object], int]:
    for index in range(min(len(grid) - 1, 10)):
        filled, last = [], None
        for cell in grid[index]:
            last = cell if cell is not None else last
            filled.append(last)
        if any(_auction_and_locality(upper, lower) for upper, lower in zip(filled, grid[index + 1], strict=False)):
            return filled, list(grid[index + 1]), index + 2
    raise SchemaChanged(f"{payload.name}: no two heading rows name auction and locality ({CAPACITY_LOCALITIES})")


def _auction_and_locality(upper: object, lower: object) -> tuple[str, str] | None:
    words = [str(upper or "").strip(), str(lower or "").strip()]
    locality = next((word for word in words if word.upper() in CAPACITY_LOCALITIES), None)
    auction = next((kind for kind in ("strip", "monthly", "spot") if any(kind in word.lower() for word in words)), None)
    return (auction, locality.upper()) if auction and locality else None


def _month(cell: object) -> date | None:
    if isinstance(cell, datetime):
        return cell.date().replace(day=1)
    if isinstance(cell, str):
        for pattern in MONTH_FORMATS:
            found = pd.to_datetime(cell.strip(), format=pattern, errors="coerce")
            if not pd.isna(found):
                return found.date().replace(day=1)
    return None


def _midnights(days: pd.Series, feed: Feed) -> pd.Series:
    return pd.Series([datetime.combine(day, time(), tzinfo=feed.zone) for day in days], dtype=PANDAS_TYPES[Kind.MOMENT])


def _listed_days(feed: Feed, payloads: Sequence[Payload], file: pd.Series, stamps: LocalStamps | None) -> pd.Series:
    """Say of which day the list is: by the publisher's stamp, the day in the name, or the first day that it names."""
    first = None if stamps is None else stamps.naive().groupby(file).min()
    days = []
    for position, payload in enumerate(payloads):
        if payload.published_at is not None:
            day: date | None = payload.published_at.astimezone(feed.zone).date()
        else:
            day = day_in_name(payload)
        if day is None and first is not None and position in first.index:
            day = first[position].date()
        if day is None:
            raise UnreadablePayload(f"{payload.name}: nothing says of which day the list is; put YYYYMMDD in its name")
        days.append(np.datetime64(day, "D"))
    return as_day(np.array(days, dtype="datetime64[D]")[file.to_numpy()])
