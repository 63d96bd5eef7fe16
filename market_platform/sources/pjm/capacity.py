"""PJM's capacity auctions (RPM): clearing prices and volumes by delivery area and zone, from the results workbooks.

The sheet Summary comes in two layouts: 2021/22 prints volume and price side by side, later years one table below the
other; workbooks of incremental auctions set the auctions of a delivery year side by side. A column is told by what
stands above it: the title of its table, the auction, the measure. No workbook of an incremental auction is at hand
(status U): one without a sheet Summary is read by the first sheet that has a column of clearing prices.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.markets.market_day import day_bounds
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.rows import finish
from market_platform.sources.stamps import as_day

SHEET = "Summary"
DELIVERY_YEAR = re.compile(r"(20\d{2})\s*[/-]\s*(20)?(\d{2})")
AUCTIONS = (
    (
        re.compile(r"(first|1st|1)\s+(conditional\s+)?incremental|\b(1st|first)\s+ia\b|\b1(st)?ia\b", re.IGNORECASE),
        "incremental_1",
    ),
    (re.compile(r"(second|2nd|2)\s+incremental|\b(2nd|second)\s+ia\b|\b2(nd)?ia\b", re.IGNORECASE), "incremental_2"),
    (re.compile(r"(third|3rd|3)\s+incremental|\b(3rd|third)\s+ia\b|\b3(rd)?ia\b", re.IGNORECASE), "incremental_3"),
    (re.compile(r"base residual|\bBRA\b", re.IGNORECASE), "base_residual"),
)
JUNE = 6


@dataclass
class Found:
    """What the sheet says of one auction and place."""

    line: int
    price: float | None = None
    mw: float | None = None


@dataclass
class Sheet:
    """Where reading stands: the title of the running table, the headings above each column, what was found."""

    title: str = ""
    headings: dict[int, str] = field(default_factory=dict)
    numbers_seen: bool = False
    found: dict[tuple[str, str], Found] = field(default_factory=dict)


def auction_results(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the summaries of base residual and incremental auctions; zones are load's side of the same auction."""
    frames = [_book(feed, position, payload) for position, payload in enumerate(payloads)]
    return finish(feed, pd.concat(frames, ignore_index=True))


def _book(feed: Feed, position: int, payload: Payload) -> pd.DataFrame:
    grids = _grids(payload)
    found = ((grid, _priced(payload, grid)) for grid in grids.values())
    grid, priced = next(((grid, priced) for grid, priced in found if priced), (None, None))
    if grid is None or priced is None:
        raise SchemaChanged(
            f"{payload.name}: no column of clearing prices in the sheets {list(grids)}; map its headings"
        )
    year = DELIVERY_YEAR.search(_title(grid)) or DELIVERY_YEAR.search(payload.base_name)
    if year is None:
        raise SchemaChanged(f"{payload.name}: neither sheet nor name says which delivery year it is")
    first, last = date(int(year[1]), JUNE, 1), date(int(year[1]) + 1, JUNE, 1)
    rows = pd.DataFrame(
        [(auction, place, one.price, one.mw, one.line) for (auction, place), one in priced.items()],
        columns=["auction", "locality", "published_price", "cleared_mw", "line"],
    )
    moment = PANDAS_TYPES[Kind.MOMENT]
    return rows.assign(
        **feed.constants,
        market_day=as_day(np.full(len(rows), np.datetime64(first, "D"))),
        interval_start=pd.Series([day_bounds(first, feed.zone)[0]] * len(rows), dtype=moment),
        interval_end=pd.Series([day_bounds(last, feed.zone)[0]] * len(rows), dtype=moment),
        price_usd_per_mw_day=rows["published_price"],
        published_unit="USD per MW and day",
        cleared_mw=rows["cleared_mw"].astype("float64"),
        file=position,
        defect=pd.Series(None, index=rows.index, dtype="object"),
    )


def _priced(payload: Payload, grid: Sequence[tuple[object, ...]]) -> dict[tuple[str, str], Found]:
    """Return what a sheet says, by auction and place, where it has a price."""
    auction = _auction(_title(grid)) or _auction(re.sub(r"[-_]", " ", payload.base_name)) or "base_residual"
    return {key: found for key, found in _read(grid, auction).found.items() if found.price is not None}


def _title(grid: Sequence[tuple[object, ...]]) -> str:
    return " ".join(str(cell) for row in grid[:2] for cell in row if isinstance(cell, str))


def _grids(payload: Payload) -> dict[str, list[tuple[object, ...]]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(payload.content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise UnreadablePayload(f"{payload.name}: the workbook cannot be opened ({error}); fetch it again") from error
    with closing(book):
        wanted = [SHEET] if SHEET in book.sheetnames else [sheet.title for sheet in book.worksheets]
        return {name: list(book[name].iter_rows(values_only=True)) for name in wanted}


def _read(grid: Sequence[tuple[object, ...]], default: str) -> Sheet:
    sheet = Sheet()
    for line, row in enumerate(grid, start=1):
        texts = {column: str(cell).strip() for column, cell in enumerate(row) if isinstance(cell, str) and cell.strip()}
        numbers = {column: float(cell) for column, cell in enumerate(row) if isinstance(cell, int | float) and column}
        if not numbers:
            _take_headings(sheet, texts)
        elif 0 in texts:
            sheet.numbers_seen = True
            _take_numbers(sheet, line, texts[0], numbers, default)
    return sheet


def _take_headings(sheet: Sheet, texts: dict[int, str]) -> None:
    """Take a line of text above numbers: alone in the first column it opens a table, else it names columns."""
    if set(texts) == {0} and (sheet.numbers_seen or not sheet.headings):
        if re.search(r"pric|cleared", texts[0], re.IGNORECASE):
            sheet.title, sheet.headings, sheet.numbers_seen = texts[0], {}, False
        return
    last = ""
    for column in range(1, max(texts, default=0) + 1):
        last = texts.get(column, last)
        sheet.headings[column] = f"{sheet.headings.get(column, '')} {last}".strip()


def _take_numbers(sheet: Sheet, line: int, name: str, numbers: dict[int, float], default: str) -> None:
    place = name.rstrip("* ").strip()
    if place.lower() == "total":
        return
    for column, value in numbers.items():
        heading = sheet.headings.get(column, "")
        measure = _measure(heading, sheet.title)
        if measure is None:
            continue
        zonal = "_zonal" if "zonal" in f"{heading} {sheet.title}".lower() else ""
        key = ((_auction(heading) or default) + zonal, place)
        found = sheet.found.setdefault(key, Found(line))
        if measure == "price" and found.price is None:
            found.price, found.line = value, line
        elif measure == "mw" and found.mw is None:
            found.mw = value


def _measure(heading: str, title: str) -> str | None:
    """Tell a column's measure by its own heading, or by its table's title where the heading only names the auction."""
    for text in (heading, title):
        words = " ".join(text.lower().split())
        if "credit rate" in words or "net load price" in words:
            return None
        if "clearing price" in words or "zonal capacity price" in words:
            return "price"
        if "cleared" in words or "ucap obligation" in words:
            return "mw"
    return None


def _auction(text: str) -> str | None:
    return next((name for pattern, name in AUCTIONS if pattern.search(text)), None)
