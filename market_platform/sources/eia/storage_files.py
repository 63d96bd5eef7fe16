"""Weekly storage as the release tells it (wngsr.json), and the chart download of one series."""

import csv
from collections.abc import Sequence
from typing import Any

import pandas as pd

from market_platform.errors import SchemaChanged
from market_platform.sources.eia.release_calendar import FRIDAY, release_moment
from market_platform.sources.eia.series import GAS_TYPES, REGIONS, storage_series
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import each_file, finish, load_json, numbers, spans, tell
from market_platform.sources.payload import Payload

DAY = pd.Timedelta(days=1)
FLAGS = {"true": True, "false": False}  # texts, not JSON's own: bool("false") would be true


def release(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Stocks of this week and of a week ago, each with its flags.

    The stock of a year ago stands in the report: its date is a calendar year back and no week's end (2025-07-03).
    """
    return storage_rows(feed, each_file(payloads, lambda payload: pd.DataFrame(_release_stocks(payload))))


def report(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the release as told: one row a series with change, implied flow and comparisons."""
    read = each_file(payloads, lambda payload: pd.DataFrame(_release_reports(payload)))
    fridays = pd.to_datetime(read["week_ending"], errors="coerce")
    rows = pd.concat([spans(fridays, fridays + DAY, feed.zone), read], axis=1)
    weeks = [week.date() if week.weekday() == FRIDAY else None for week in fridays]
    rows["released_at"] = [release_moment(week) if week else None for week in weeks]
    return finish(feed, rows)


def chart(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the chart download of one series: lines of notes, then newest first, the day of the month not padded."""
    return storage_rows(feed, each_file(payloads, _chart_rows))


def storage_rows(feed: Feed, read: pd.DataFrame) -> pd.DataFrame:
    """Return rows of stocks by ``week_ending``; what a file does not tell of origin and flags stays blank."""
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


def _chart_rows(payload: Payload) -> pd.DataFrame:
    lines = payload.content.decode("utf-8-sig", "replace").splitlines()
    top = next((place for place, line in enumerate(lines) if line.startswith("Week of,")), None)
    keys = [line.partition(",")[2].strip() for line in lines[:top] if line.startswith("Series Key,")]
    if top is None or len(keys) != 1:
        raise SchemaChanged(
            f"{payload.name}: one 'Series Key,' and a line 'Week of,' below are expected; map and replay"
        )
    body = [(number, line) for number, line in enumerate(lines[top + 1 :], start=top + 2) if line.strip()]
    cells = [next(csv.reader([line])) for _, line in body]
    frame = pd.DataFrame({"line": [number for number, _ in body], "cells": cells})
    fits = frame["cells"].map(len) == 2
    frame["defect"] = pd.Series(None, index=frame.index, dtype="object").where(fits, "not a date and a value")
    week = pd.to_datetime(frame["cells"].str[0].where(fits), format="%m/%d/%Y", errors="coerce")
    tell(frame, week.isna(), "the date cannot be read")
    stocks = numbers(frame["cells"].str[1].where(fits), frame)
    identity = _identity({"series_id": keys[0]})
    tell(frame, pd.Series(identity.pop("defect") is not None, frame.index), f"series {keys[0]} is not in the table")
    return frame[["line", "defect"]].assign(week_ending=week, stock_bcf=stocks, **identity)
