"""Files that people took from CAISO's pages by hand, and one that is no longer published: read from files only."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from market_platform.errors import SchemaChanged
from market_platform.markets.caiso import FUELS, SYSTEM
from market_platform.markets.market_day import second_pass_by_order, utc_from_local
from market_platform.sources.arrays import no_defects
from market_platform.sources.caiso.outlook import STEP, mark_skipped
from market_platform.sources.caiso.rows import finish, mark
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_day

DOWNLOAD_DAY = re.compile(r"^(?:Demand|Net Demand)\s+(\d{2}/\d{2}/\d{4})$")
DOWNLOAD_LOAD = "Demand (5 min. avg.)"
WATCH_DAY = re.compile(r"^(\d{2}/\d{2}/\d{2})\t")


def downloaded_demand(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the page's own download: times run to the right, one line a measure; forecasts are named and refused."""
    frames = []
    for position, payload in enumerate(payloads):
        lines = list(csv.reader(io.StringIO(payload.content.decode("utf-8-sig", "replace"))))
        found = DOWNLOAD_DAY.match(lines[0][0].strip()) if lines and lines[0] else None
        if found is None:
            raise SchemaChanged(f"{payload.name}: the first cell is not 'Demand MM/DD/YYYY'; map the file's new shape")
        day = pd.Timestamp(datetime.strptime(found[1], "%m/%d/%Y").replace(tzinfo=UTC).date())
        minutes = [cell.strip() for cell in lines[0][1:] if cell.strip()]
        for line, cells in enumerate(lines[1:], start=1):
            values = pd.to_numeric(pd.Series(cells[1 : len(minutes) + 1], dtype="object"), errors="coerce")
            frame = pd.DataFrame({"minute": minutes[: len(values)], "load_mw": values.astype("float64")})
            frames.append(frame.assign(day=day, measure=cells[0].strip(), file=position, line=line))
    read = pd.concat(frames, ignore_index=True)
    naive = (read["day"] + pd.to_timedelta(read["minute"] + ":00")).astype("datetime64[us]")
    series = read["file"].astype(str) + " " + read["line"].astype(str)
    start = utc_from_local(naive, feed.zone, second_pass=second_pass_by_order(naive, series, feed.zone))
    rows = pd.DataFrame(
        {"market_day": as_day(read["day"].to_numpy()), "interval_start": start, "interval_end": start + STEP}
    )
    rows = rows.assign(
        location=SYSTEM, location_id=SYSTEM, load_mw=read["load_mw"], file=read["file"], line=read["line"]
    )
    rows["defect"] = no_defects(rows.index)
    forecast = (read["measure"] != DOWNLOAD_LOAD).to_numpy()
    mark(rows, forecast, ("a forecast beside the load: " + read["measure"]).to_numpy(dtype=object))
    mark(rows, read["load_mw"].isna().to_numpy(), "no value in the cell")
    mark_skipped(rows, start.isna().to_numpy(), naive.notna().to_numpy())
    return finish(feed, rows)


def renewables_watch(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the retired Daily Renewables Watch: two tables of hours ending 1 to 24, columns between tabs.

    On the autumn day it has 24 rows for 25 hours: the second run through the repeated hour is absent. On the spring
    day the row of the hour that does not exist holds the text of a software error; it is named and refused.
    """
    frames = [_watch_rows(position, payload) for position, payload in enumerate(payloads)]
    read = pd.concat(frames, ignore_index=True)
    naive = (read["day"] + pd.to_timedelta(read["hour"] - 1, unit="h")).astype("datetime64[us]")
    start = utc_from_local(naive, feed.zone, second_pass=np.zeros(len(read), dtype=bool))
    fuel = read["heading"].map(lambda text: FUELS.get(text.lower()))
    end = start + timedelta(hours=1)
    rows = pd.DataFrame(
        {"market_day": as_day(read["day"].to_numpy()), "interval_start": start, "interval_end": end}
    ).assign(
        location="CAISO",
        fuel=fuel,
        publisher_fuel=read["heading"],
        generation_mw=read["value"],
        file=read["file"],
        line=read["line"],
        defect=no_defects(read.index),
    )
    mark_skipped(rows, start.isna().to_numpy(), np.ones(len(rows), dtype=bool))
    mark(rows, read["value"].isna().to_numpy(), "the cell holds no number")
    mark(
        rows,
        fuel.isna().to_numpy(),
        ("fuel " + read["heading"] + " is not in the table: add it").to_numpy(dtype=object),
    )
    return finish(feed, rows)


def _watch_rows(position: int, payload: Payload) -> pd.DataFrame:
    text = payload.content.decode("utf-8-sig", "replace")
    found = WATCH_DAY.match(text)
    if found is None:
        raise SchemaChanged(f"{payload.name}: the first cell is not a day (MM/DD/YY); map the report's new shape")
    day = pd.Timestamp(datetime.strptime(found[1], "%m/%d/%y").replace(tzinfo=UTC).date())
    headings: list[str] = []
    records = []
    for line, cells in enumerate(csv.reader(io.StringIO(text), delimiter="\t"), start=1):
        filled = [cell.strip() for cell in cells if cell.strip()]
        if filled[:1] == ["Hour"]:
            headings = filled[1:]
        elif headings and filled and filled[0].isdigit():
            padded = [*filled[1:], *[""] * (len(headings) - len(filled) + 1)]
            records += [
                (position, line, int(filled[0]), heading, cell) for heading, cell in zip(headings, padded, strict=False)
            ]
    frame = pd.DataFrame(records, columns=["file", "line", "hour", "heading", "value"])
    return frame.assign(day=day, value=pd.to_numeric(frame["value"], errors="coerce").astype("float64"))
