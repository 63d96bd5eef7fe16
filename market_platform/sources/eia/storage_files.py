"""Weekly storage as files: the release (wngsr.json), the history workbook and the chart download."""

import csv
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.eia.release_calendar import FRIDAY, release_moment
from market_platform.sources.eia.series import GAS_TYPES, HENRY_HUB, HISTORY_COLUMNS, REGIONS, storage_series
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import each_file, finish, load_json, numbers, spans, tell
from market_platform.sources.payload import Payload

DAY = pd.Timedelta(days=1)
EXCEL_ZERO = pd.Timestamp("1899-12-30")
HISTORY_SHEET = "html_report_history"
CHART_SERIES = "NW2_EPG0_SWO_R48_BCF"
FLAGS = {"true": True, "false": False}  # texts, not JSON's own: bool("false") would be true


def release(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Stocks of this week and of a week ago, each with its flags.

    The stock of a year ago stands in the report: its date is a calendar year back and no week's end (2025-07-03).
    """
    return _storage(feed, each_file(payloads, lambda payload: pd.DataFrame(_release_stocks(payload))))


def report(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the release as told: one row a series with change, implied flow and comparisons."""
    read = each_file(payloads, lambda payload: pd.DataFrame(_release_reports(payload)))
    fridays = pd.to_datetime(read["week_ending"], errors="coerce")
    rows = pd.concat([spans(fridays, fridays + DAY, feed.zone), read], axis=1)
    weeks = [week.date() if week.weekday() == FRIDAY else None for week in fridays]
    rows["released_at"] = [release_moment(week) if week else None for week in weeks]
    return finish(feed, rows)


def history(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """All weeks since 2010 by region, as they stand on the day of the workbook. Totals are as published."""
    return _storage(feed, each_file(payloads, _history_rows))


def chart(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the chart download of one series: lines of notes, then newest first, the day of the month not padded."""
    return _storage(feed, each_file(payloads, _chart_rows))


def henry_hub(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Henry Hub spot by day: EIA's history workbook, or the Date,Price file made of it. Blanks stay blank."""
    read = each_file(payloads, lambda payload: (_price_csv if _is_text(payload) else _price_sheet)(payload))
    rows = pd.concat([spans(read["day"], read["day"] + DAY, feed.zone), read], axis=1)
    return finish(feed, rows.assign(hub=HENRY_HUB, series="RNGWHHD", product="spot", frequency="daily"))


def _storage(feed: Feed, read: pd.DataFrame) -> pd.DataFrame:
    for name in ("origin", "is_revision", "is_reclassification"):
        if name not in read:
            read[name] = None
    fridays = pd.to_datetime(read["week_ending"], errors="coerce").reset_index(drop=True)
    return finish(feed, pd.concat([spans(fridays, fridays + DAY, feed.zone), read], axis=1))


def _series(payload: Payload) -> list[dict[str, Any]]:
    answer = load_json(payload)
    series = answer.get("series")
    if not isinstance(series, list) or not series or "current_week" not in answer:
        raise SchemaChanged(f"{payload.name}: no series or current_week in the storage release; map it and replay")
    return [{**one, "current_week": answer["current_week"], "year_ago": answer.get("year_ago")} for one in series]


def _identity(one: dict[str, Any]) -> dict[str, Any]:
    """Say of which region and gas type a series is: ``png.nw2_epg0_swo_r48_bcf.w``."""
    parts = str(one.get("series_id", "")).upper().removeprefix("PNG.").removesuffix(".W").split("_")
    process, area = (parts[2], parts[3]) if len(parts) == 5 else ("", "")
    known = process in GAS_TYPES and area in REGIONS
    return {
        "region": REGIONS.get(area),
        "gas_type": GAS_TYPES.get(process),
        "series": storage_series(area, process) if known else str(one.get("series_id")),
        "defect": None if known else f"series {one.get('series_id')!r} is not in the table of series",
    }


def _release_stocks(payload: Payload) -> list[dict[str, Any]]:
    rows = []
    for one in _series(payload):
        points, revised, moved = one["data"], one["revision_flag"], one["reclassification_flag"]
        if not len(points) == len(revised) == len(moved):
            raise SchemaChanged(f"{payload.name}: {one.get('series_id')}: as many flags as values are expected")
        for (week, stock), revision, reclassification in zip(points, revised, moved, strict=True):
            if week == one["year_ago"]:
                continue
            flags = {"is_revision": FLAGS.get(revision), "is_reclassification": FLAGS.get(reclassification)}
            rows.append({**_identity(one), "week_ending": week, "stock_bcf": float(stock), **flags})
    return rows


def _release_reports(payload: Payload) -> list[dict[str, Any]]:
    rows = []
    for one in _series(payload):
        figures = one["calculated"]
        stocks = [float(stock) for _, stock in one["data"]]
        rows.append(
            {
                **_identity(one),
                "week_ending": one["current_week"],
                **dict(zip(("stock_bcf", "week_ago_bcf", "year_ago_bcf"), stocks, strict=True)),
                "five_year_average_bcf": figures.get("5yr-avg"),
                "net_change_bcf": figures.get("net_change"),
                "implied_flow_bcf": figures.get("implied_flow"),
                "is_revision": FLAGS.get(figures.get("revision_flag_net_change")),
                "is_reclassification": FLAGS.get(figures.get("reclassification_flag_net_change")),
            }
        )
    return rows


def _sheet(payload: Payload, name: str) -> list[list[Any]]:
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=payload.content)
    except (xlrd.XLRDError, AssertionError, IndexError, ValueError) as error:
        raise UnreadablePayload(f"{payload.name}: the workbook cannot be opened ({error}); fetch it again") from error
    if name not in book.sheet_names():
        raise SchemaChanged(f"{payload.name}: there is no sheet {name!r} (sheets: {book.sheet_names()})")
    sheet = book.sheet_by_name(name)
    return [sheet.row_values(row) for row in range(sheet.nrows)]


def _history_rows(payload: Payload) -> pd.DataFrame:
    grid = _sheet(payload, HISTORY_SHEET)
    top = next((line for line, cells in enumerate(grid) if cells and cells[0] == "Week ending"), None)
    if top is None or [str(name) for name in grid[top][2:]] != list(HISTORY_COLUMNS):
        raise SchemaChanged(f"{payload.name}: the headings are not {list(HISTORY_COLUMNS)}; map them and replay")
    frame = pd.DataFrame(grid[top + 1 :], columns=["week", "origin", *HISTORY_COLUMNS])
    frame["line"] = np.arange(top + 2, top + 2 + len(frame))
    long = frame.melt(["week", "origin", "line"], list(HISTORY_COLUMNS), "heading", "stock")
    codes = long["heading"].map(HISTORY_COLUMNS)
    long["defect"] = pd.Series(None, index=long.index, dtype="object")
    weeks, stocks = _excel_days(long["week"], long), numbers(long["stock"], long)
    return pd.DataFrame(
        {
            "week_ending": weeks,
            "region": [REGIONS[area] for area, _ in codes],
            "gas_type": [GAS_TYPES[process] for _, process in codes],
            "series": [storage_series(*code) for code in codes],
            "stock_bcf": stocks,
            "origin": long["origin"],
            "line": long["line"],
            "defect": long["defect"],
        }
    )


def _chart_rows(payload: Payload) -> pd.DataFrame:
    lines = payload.content.decode("utf-8-sig", "replace").splitlines()
    top = next((place for place, line in enumerate(lines) if line.startswith("Week of,")), None)
    if top is None or not any(CHART_SERIES in line for line in lines[:top]):
        raise SchemaChanged(f"{payload.name}: no line 'Week of,' below series {CHART_SERIES}; map it and replay")
    body = [(number, line) for number, line in enumerate(lines[top + 1 :], start=top + 2) if line.strip()]
    cells = [next(csv.reader([line])) for _, line in body]
    frame = pd.DataFrame({"line": [number for number, _ in body], "cells": cells})
    fits = frame["cells"].map(len) == 2
    frame["defect"] = pd.Series(None, index=frame.index, dtype="object").where(fits, "not a date and a value")
    week = pd.to_datetime(frame["cells"].str[0].where(fits), format="%m/%d/%Y", errors="coerce")
    tell(frame, week.isna(), "the date cannot be read")
    stocks = numbers(frame["cells"].str[1].where(fits), frame)
    return pd.DataFrame(
        {
            "week_ending": week,
            "region": REGIONS["R48"],
            "gas_type": "total",
            "series": CHART_SERIES,
            "stock_bcf": stocks,
            "line": frame["line"],
            "defect": frame["defect"],
        }
    )


def _excel_days(serial: pd.Series, rows: pd.DataFrame) -> pd.Series:
    values = pd.to_numeric(serial, errors="coerce")
    tell(rows, values.isna(), "the date cannot be read")
    return EXCEL_ZERO + pd.to_timedelta(values, unit="D")


def _is_text(payload: Payload) -> bool:
    return payload.content.startswith((b"Date,Price", b"\xef\xbb\xbfDate,Price"))


def _price_csv(payload: Payload) -> pd.DataFrame:
    cells = list(csv.reader(payload.content.decode("utf-8-sig").splitlines()[1:]))
    frame = pd.DataFrame([[*row, None, None][:2] for row in cells], columns=["day", "price"])
    frame["defect"] = pd.Series(None, index=frame.index, dtype="object")
    days = pd.to_datetime(frame["day"], format="%Y-%m-%d", errors="coerce")
    tell(frame, days.isna(), "the date cannot be read")
    prices = numbers(frame["price"], frame)
    return pd.DataFrame(
        {"day": days, "price_usd_per_mmbtu": prices, "line": np.arange(2, 2 + len(frame)), "defect": frame["defect"]}
    )


def _price_sheet(payload: Payload) -> pd.DataFrame:
    grid = _sheet(payload, "Data 1")
    if len(grid) < 3 or grid[1][:2] != ["Sourcekey", "RNGWHHD"]:
        raise SchemaChanged(f"{payload.name}: sheet 'Data 1' is not of series RNGWHHD ({grid[1:2]})")
    frame = pd.DataFrame([row[:2] for row in grid[3:]], columns=["day", "price"])
    frame["defect"] = pd.Series(None, index=frame.index, dtype="object")
    days = _excel_days(frame["day"], frame)
    prices = numbers(frame["price"], frame)
    return pd.DataFrame(
        {"day": days, "price_usd_per_mmbtu": prices, "line": np.arange(4, 4 + len(frame)), "defect": frame["defect"]}
    )
