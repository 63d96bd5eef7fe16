"""CAISO's lists: nodes, maps from nodes to aggregates and areas, operating messages, units that are out."""

import io
import re
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind
from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.arrays import no_defects
from market_platform.sources.caiso import list_columns as columns
from market_platform.sources.caiso.oasis import Moments, Report, read_report
from market_platform.sources.caiso.rows import PLACE, finish
from market_platform.sources.feed import Feed, day_in_name
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_day, as_text
from market_platform.sources.tabular import Field, label, number, passed

MAPS: dict[str, Report] = {
    "ATL_PNODE_MAP": columns.AGGREGATE_MAP,
    "ATL_TAC_AREA_MAP": columns.TAC_AREA_MAP,
    "ATL_AS_REGION_MAP": columns.RESERVE_REGION_MAP,
    "ATL_RUC_ZONE_MAP": columns.RUC_ZONE_MAP,
    "ATL_LDF": columns.LOAD_FACTORS,
}
OUTAGE_SHEET = "PREV_DAY_OUTAGES"
OUTAGE_COLUMNS: tuple[Field, ...] = (
    label("outage", "OUTAGE MRID"),
    label("name", "RESOURCE NAME"),
    label("resource", "RESOURCE ID"),
    label("kind", "OUTAGE TYPE"),
    label("work", "NATURE OF WORK"),
    label("begins", "CURTAILMENT START DATE TIME"),
    label("ends", "CURTAILMENT END DATE TIME"),
    number("mw", "CURTAILMENT MW"),
    passed("OUTAGE STATUS"),
    passed("RESOURCE PMAX MW"),
    passed("NET QUALIFYING CAPACITY MW"),
)


def maps(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Which node belongs to which aggregate, from when to when. Open ends are written 2030-12-31T23:59:59."""
    read = read_report(MAPS[feed.dataset], payloads)
    factor = read.get("factor", np.nan)
    aggregate = as_text(read["aggregate"])
    if "time_of_use" in read:
        aggregate = aggregate + " " + as_text(read["time_of_use"])
    rows = _effective(read, payloads).assign(aggregate=aggregate, location=read["node"], factor=factor)
    return finish(feed, rows)


def nodes(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Pricing nodes with their type and effective dates."""
    read = read_report(columns.NODES, payloads)
    rows = _effective(read, payloads).assign(
        location=read["node"], location_id=read["node"], location_type="node", subzone=read["kind"]
    )
    return finish(feed, rows)


def _effective(read: pd.DataFrame, payloads: Sequence[Payload]) -> pd.DataFrame:
    listed = np.array([np.datetime64(_listed_on(payload), "D") for payload in payloads])[read["file"].to_numpy()]
    frame = pd.DataFrame(
        {
            "market_day": as_day(listed),
            "interval_start": Moments(read["start"]).utc(),
            "interval_end": Moments(read["end"]).utc(),
        }
    )
    return frame.assign(**{name: read[name] for name in PLACE})


def _listed_on(payload: Payload) -> date:
    day = day_in_name(payload)
    if day is None:
        raise UnreadablePayload(f"{payload.name}: nothing says of which day the list is; put YYYYMMDD in its name")
    return day


def messages(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Operating messages with the second at which each was given, its severity before the text."""
    read = read_report(columns.MESSAGES, payloads)
    issued = Moments(read["issued"])
    rows = pd.DataFrame(
        {
            "market_day": as_day(issued.days(feed.zone)),
            "interval_start": issued.utc(),
            "interval_end": issued.utc() + timedelta(seconds=1),
        }
    ).assign(message=as_text(read["severity"]) + ": " + as_text(read["text"]), **{name: read[name] for name in PLACE})
    return finish(feed, rows)


def unit_outages(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Units that were out or curtailed on the trade date before, from the sheet PREV_DAY_OUTAGES.

    The table begins below a title, at the row that holds OUTAGE MRID. An outage without an end goes on past the day.
    """
    frames = [_outage_sheet(feed, position, payload) for position, payload in enumerate(payloads)]
    return finish(feed, pd.concat(frames, ignore_index=True))


def _outage_sheet(feed: Feed, position: int, payload: Payload) -> pd.DataFrame:
    names, grid, first_line = _outage_grid(payload)
    day = _listed_on(payload)
    read = pd.DataFrame(grid, columns=list(names), dtype="object")
    read = read[read["outage"].notna()].reset_index(names="row")
    begins, ends = (_local(feed, read[name]) for name in ("begins", "ends"))
    next_midnight = pd.Timestamp(day + timedelta(days=1), tz=feed.zone).tz_convert("UTC")
    return pd.DataFrame(
        {
            "market_day": as_day(np.full(len(read), np.datetime64(day, "D"))),
            "interval_start": begins,
            "interval_end": ends.fillna(next_midnight),
            "listed_on": as_day(np.full(len(read), np.datetime64(day, "D"))),
            "kind": "generation",
            "equipment": read["name"].astype(str),
            "equipment_id": read["resource"].astype(str) + " " + read["outage"].astype(str),
            "status": read["kind"].astype(str) + ": " + read["work"].astype(str),
            "outage_mw": pd.to_numeric(read["mw"], errors="coerce"),
            "file": np.int32(position),
            "line": read["row"] + first_line,
            "defect": no_defects(read.index),
        }
    )


def _outage_grid(payload: Payload) -> tuple[tuple[str, ...], list[list[object]], int]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(payload.content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise UnreadablePayload(f"{payload.name}: the workbook cannot be opened ({error}); fetch it again") from error
    with closing(book):
        if OUTAGE_SHEET not in book.sheetnames:
            raise SchemaChanged(f"{payload.name}: there is no sheet {OUTAGE_SHEET!r} (sheets: {book.sheetnames})")
        grid = [list(cells) for cells in book[OUTAGE_SHEET].iter_rows(values_only=True)]
    top = next((line for line, cells in enumerate(grid) if "OUTAGE MRID" in cells), None)
    if top is None:
        raise SchemaChanged(f"{payload.name}: no row of {OUTAGE_SHEET} holds the heading OUTAGE MRID")
    used = [place for place, cell in enumerate(grid[top]) if cell is not None]
    headings = [re.sub(r"\s+", " ", str(grid[top][place])).strip() for place in used]
    by_heading = {heading: spec.name for spec in OUTAGE_COLUMNS for heading in spec.headings}
    unknown = [heading for heading in headings if heading not in by_heading]
    missing = [spec.headings[0] for spec in OUTAGE_COLUMNS if not spec.optional and spec.headings[0] not in headings]
    if unknown or missing:
        raise SchemaChanged(f"{payload.name}: columns are not the mapped ones (unknown: {unknown}, missing: {missing})")
    return (
        tuple(by_heading[h] for h in headings),
        [[cells[place] for place in used] for cells in grid[top + 1 :]],
        top + 2,
    )


def _local(feed: Feed, column: pd.Series) -> pd.Series:
    naive = pd.to_datetime(column, errors="coerce")
    local = naive.dt.tz_localize(feed.zone, ambiguous=np.ones(len(naive), dtype=bool), nonexistent="shift_forward")
    return local.dt.tz_convert("UTC").astype(PANDAS_TYPES[Kind.MOMENT])
