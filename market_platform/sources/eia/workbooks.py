"""EIA's workbooks: the storage history, the first estimates of it, and the data navigator's history of any series.

The navigator's workbooks have a sheet ``Contents`` that says how often each data sheet has a row, and in the data sheets
a column a series. Its months stand on their fifteenth and its years on the thirtieth of June.
"""

import csv
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.eia.series import (
    GAS_PRICE_PRODUCTS,
    GAS_TYPES,
    HENRY_HUB,
    HISTORY_COLUMNS,
    REGIONS,
    STORAGE_SERIES,
    storage_series,
)
from market_platform.sources.eia.storage_files import storage_rows
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import each_file, finish, numbers, spans, tell
from market_platform.sources.payload import Payload

EXCEL_ZERO = pd.Timestamp("1899-12-30")
HISTORY_SHEET, FIRST_SHEET, CONTENTS = "html_report_history", "original_data", "Contents"
FREQUENCIES = {"Daily": "daily", "Weekly": "weekly", "Monthly": "monthly", "Annual": "annual"}
DAYS = {"daily": 1, "weekly": 7}
# Price files made of the workbooks by others: heading, how the date is written, frequency.
PRICE_FILES = {"Date,Price": ("%Y-%m-%d", "daily"), "Month,Price": ("%Y-%m", "monthly")}


def history(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """All weeks by region, as they stand on the day of the workbook. Totals are as published."""
    return storage_rows(feed, each_file(payloads, _history_rows))


def first_estimates(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """All weeks as they were first published; those revised or reclassified later are flagged, as EIA explains them."""
    return storage_rows(feed, each_file(payloads, _first_rows))


def prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Henry Hub spot and front futures: the navigator's workbooks, or files made of them. Blanks stay blank."""
    read = each_file(payloads, lambda payload: (_price_csv if _heading(payload) else _price_book)(payload))
    first, after = _spans(read["day"], read["frequency"])
    rows = pd.concat([spans(first, after, feed.zone), read], axis=1)
    return finish(feed, rows.assign(hub=HENRY_HUB, product=rows["series"].map(GAS_PRICE_PRODUCTS)))


def _spans(day: pd.Series, frequency: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return first day and day after the last: of a week that ends on ``day``, of the month or year that it is in."""
    step = pd.to_timedelta(frequency.map(DAYS).fillna(1), unit="D")
    first, after = day - step + pd.Timedelta(days=1), day + pd.Timedelta(days=1)
    for word, code in (("monthly", "M"), ("annual", "Y")):
        mine = frequency == word
        periods = day[mine].dt.to_period(code)
        first[mine], after[mine] = periods.dt.start_time, (periods + 1).dt.start_time
    return first, after


def _grids(payload: Payload) -> dict[str, list[list[Any]]]:
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=payload.content)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError, IndexError, ValueError) as error:
        raise UnreadablePayload(f"{payload.name}: the workbook cannot be opened ({error}); fetch it again") from error
    return {sheet.name: [sheet.row_values(row) for row in range(sheet.nrows)] for sheet in book.sheets()}


def _history_rows(payload: Payload) -> pd.DataFrame:
    grids = _grids(payload)
    if CONTENTS not in grids:
        return _weeks(payload, grids, HISTORY_SHEET, [])[0]
    read = _navigated(payload, grids, STORAGE_SERIES)
    places = read["series"].map(STORAGE_SERIES)
    return read.rename(columns={"day": "week_ending", "value": "stock_bcf"}).assign(
        region=[REGIONS[area] for area, _ in places], gas_type=[GAS_TYPES[process] for _, process in places]
    )


def _first_rows(payload: Payload) -> pd.DataFrame:
    rows, others = _weeks(payload, _grids(payload), FIRST_SHEET, ["Explanation"])
    words = others["Explanation"].astype(str).str.strip()
    moved = words.str.contains("reclassif", case=False)
    return rows.assign(is_revision=(words != "").astype(bool), is_reclassification=moved.astype(bool))


def _weeks(
    payload: Payload, grids: dict[str, list[list[Any]]], name: str, others: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a sheet with a row a week and a column a region: rows of stocks, and beside each the other columns."""
    grid = grids.get(name)
    if grid is None:
        raise SchemaChanged(f"{payload.name}: there is no sheet {name!r} (sheets: {list(grids)})")
    top = next((line for line, cells in enumerate(grid) if cells and cells[0] == "Week ending"), None)
    headings = [*HISTORY_COLUMNS, *others]
    if top is None or [str(cell) for cell in grid[top][2:]] != headings:
        raise SchemaChanged(f"{payload.name}: the headings are not {headings}; map them and replay")
    frame = pd.DataFrame(grid[top + 1 :], columns=["week", "origin", *headings])
    frame["line"] = np.arange(top + 2, top + 2 + len(frame))
    long = frame.melt(["week", "origin", "line", *others], list(HISTORY_COLUMNS), "heading", "stock")
    codes = long["heading"].map(HISTORY_COLUMNS)
    long["defect"] = pd.Series(None, index=long.index, dtype="object")
    rows = pd.DataFrame(
        {
            "week_ending": _excel_days(long["week"], long),
            "region": [REGIONS[area] for area, _ in codes],
            "gas_type": [GAS_TYPES[process] for _, process in codes],
            "series": [storage_series(*code) for code in codes],
            "stock_bcf": numbers(long["stock"], long),
            "origin": long["origin"],
            "line": long["line"],
            "defect": long["defect"],
        }
    )
    return rows, long[others]


def _navigated(payload: Payload, grids: dict[str, list[list[Any]]], known: dict[str, Any]) -> pd.DataFrame:
    """Read the data sheets of a navigator's workbook: ``series``, ``frequency``, ``day`` and ``value``, a row each."""
    told = {str(row[1]): str(row[4]) for row in grids.get(CONTENTS, []) if len(row) > 4}
    frames = []
    for name, grid in grids.items():
        if not name.startswith("Data"):
            continue
        keys = [str(cell) for cell in grid[1][1:] if cell] if len(grid) > 2 and grid[1][0] == "Sourcekey" else []
        if not keys or set(keys) - set(known) or told.get(name) not in FREQUENCIES:
            raise SchemaChanged(
                f"{payload.name}: sheet {name!r} is {told.get(name, 'of no told frequency')}, of series {keys or 'none'}; "
                f"series among {', '.join(known)} are expected: map them and replay"
            )
        frame = pd.DataFrame([row[: len(keys) + 1] for row in grid[3:]], columns=["serial", *keys])
        frame["line"] = np.arange(4, 4 + len(frame))
        long = frame.melt(["serial", "line"], keys, "series", "value")
        long["defect"] = pd.Series(None, index=long.index, dtype="object")
        long["day"], long["value"] = _excel_days(long["serial"], long), numbers(long["value"], long)
        frames.append(long.drop(columns="serial").assign(frequency=FREQUENCIES[told[name]]))
    if not frames:
        raise SchemaChanged(f"{payload.name}: there is no sheet 'Data 1' (sheets: {list(grids)})")
    return pd.concat(frames, ignore_index=True)


def _excel_days(serial: pd.Series, rows: pd.DataFrame) -> pd.Series:
    values = pd.to_numeric(serial, errors="coerce")
    tell(rows, values.isna(), "the date cannot be read")
    return EXCEL_ZERO + pd.to_timedelta(values, unit="D")


def _price_book(payload: Payload) -> pd.DataFrame:
    read = _navigated(payload, _grids(payload), GAS_PRICE_PRODUCTS)
    return read.rename(columns={"value": "price_usd_per_mmbtu"})


def _heading(payload: Payload) -> str | None:
    first = payload.content[:40].decode("utf-8-sig", "replace").splitlines()[:1]
    return first[0] if first and first[0] in PRICE_FILES else None


def _price_csv(payload: Payload) -> pd.DataFrame:
    written, frequency = PRICE_FILES[_heading(payload) or ""]
    cells = list(csv.reader(payload.content.decode("utf-8-sig").splitlines()[1:]))
    frame = pd.DataFrame([[*row, None, None][:2] for row in cells], columns=["day", "price"])
    frame["defect"] = pd.Series(None, index=frame.index, dtype="object")
    days = pd.to_datetime(frame["day"], format=written, errors="coerce")
    tell(frame, days.isna(), "the date cannot be read")
    return pd.DataFrame(
        {
            "day": days,
            "price_usd_per_mmbtu": numbers(frame["price"], frame),
            "series": "RNGWHHD",
            "frequency": frequency,
            "line": np.arange(2, 2 + len(frame)),
            "defect": frame["defect"],
        }
    )
