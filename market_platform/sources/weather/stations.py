"""Histories of stations: GHCN-daily and GSOD (fixed columns here, tables beside), and the full ISD records.

Missing and failed values stay as rows with a blank value, so that gaps can be counted; days past a month's end are none.
"""

import gzip
from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.errors import UnreadablePayload
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import each_file, finish, spans
from market_platform.sources.payload import Payload
from market_platform.sources.weather import station_tables

DAY = pd.Timedelta(days=1)
GHCN_LINE = 269
GHCN_ELEMENTS = {
    "TMAX": ("maximum_temperature", "degC", 0.1),
    "TMIN": ("minimum_temperature", "degC", 0.1),
    "TAVG": ("mean_temperature", "degC", 0.1),
    "TOBS": ("temperature_at_observation", "degC", 0.1),
    "PRCP": ("precipitation", "mm", 0.1),
    "SNOW": ("snowfall", "mm", 1.0),
    "SNWD": ("snow_depth", "mm", 1.0),
}
GSOD_COLUMNS = {"mean_temperature": (24, 30), "maximum_temperature": (102, 108), "minimum_temperature": (110, 116)}
GSOD_MISSING = 9999.9
ISD_PASSED = ("SOD", "SOM")  # summaries of a day or month among the hourly reports
ISD_FAILED = ("2", "3", "6", "7")


def ghcn_daily(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read GHCN-daily: lines of a station, month and element, 31 days wide, or tables. A value with a Q flag has failed."""
    return finish(feed, each_file(payloads, lambda payload: _ghcn_rows(feed, payload)))


def gsod(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read mean, highest and lowest temperature of each day in °F; trailing marks (``*``) stand in ``quality``."""
    return finish(feed, each_file(payloads, lambda payload: _gsod_rows(feed, payload)))


def isd(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read air temperature of each report, UTC. Summaries of days and months are passed over."""
    return finish(feed, each_file(payloads, lambda payload: _isd_rows(feed, payload)))


def plain_lines(payload: Payload) -> list[str]:
    """Return the lines of a text that may be gzipped. Raises UnreadablePayload."""
    content = payload.content
    if content.startswith(b"\x1f\x8b"):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError) as error:
            raise UnreadablePayload(f"{payload.name}: the gzip cannot be read ({error}); fetch it again") from error
    return content.decode("latin-1").splitlines()


def _ghcn_rows(feed: Feed, payload: Payload) -> pd.DataFrame:
    lines = plain_lines(payload)
    kind = station_tables.kind_of(lines[0]) if lines else None
    if kind == "ghcn_long":
        return station_tables.ghcn_long(lines, feed, GHCN_ELEMENTS)
    if kind == "ghcn_wide":
        return station_tables.ghcn_wide(payload.name, "\n".join(lines), feed, GHCN_ELEMENTS)
    if any(len(line) != GHCN_LINE for line in lines):
        raise UnreadablePayload(f"{payload.name}: lines of {GHCN_LINE} characters are expected; fetch it again")
    cells = pd.DataFrame(
        {
            "station": [line[:11] for line in lines],
            "month": pd.to_datetime([line[11:17] for line in lines], format="%Y%m"),
            "code": [line[17:21] for line in lines],
            "line": np.arange(1, len(lines) + 1),
        }
    )
    wide = np.array([[line[21 + 8 * day : 29 + 8 * day] for day in range(31)] for line in lines])
    rows = cells.loc[cells.index.repeat(31)].reset_index(drop=True)
    text = pd.Series(wide.ravel())
    offset = pd.Series(np.tile(np.arange(31), len(lines)))
    inside = offset < rows["month"].dt.days_in_month
    rows, text, offset = (one[inside].reset_index(drop=True) for one in (rows, text, offset))
    value, quality = text.str[:5].astype("float64"), text.str[6]
    facts = rows["code"].map(lambda code: GHCN_ELEMENTS.get(code, (code, "as published", 1.0)))
    first = rows["month"] + pd.to_timedelta(offset, unit="D")
    failed = (value == -9999) | (quality != " ")
    return pd.concat([spans(first, first + DAY, feed.zone), rows[["station", "line"]]], axis=1).assign(
        element=facts.str[0],
        report="daily",
        value=(value * facts.str[2].astype("float64")).round(3).where(~failed),
        unit=facts.str[1],
        quality=quality.where(quality != " "),
    )


def _gsod_rows(feed: Feed, payload: Payload) -> pd.DataFrame:
    lines = plain_lines(payload)
    if lines and station_tables.kind_of(lines[0]) == "gsod":
        return station_tables.gsod(payload.name, "\n".join(lines), feed)
    if not lines or not lines[0].startswith("STN--- WBAN"):
        raise UnreadablePayload(f"{payload.name}: the heading line STN--- WBAN is missing; fetch it again")
    body = pd.Series(lines[1:])
    first = pd.to_datetime(body.str[14:22], format="%Y%m%d", errors="coerce")
    frames = []
    for element, (begin, end) in GSOD_COLUMNS.items():
        value = pd.to_numeric(body.str[begin:end], errors="coerce")
        mark = body.str[end].where(body.str[end] == "*") if element != "mean_temperature" else None
        frames.append(
            spans(first, first + DAY, feed.zone).assign(
                station=body.str[:6] + "-" + body.str[7:12],
                element=element,
                report="daily",
                value=value.where(value < GSOD_MISSING),
                unit="degF",
                quality=mark,
                line=np.arange(2, len(body) + 2),
            )
        )
    return pd.concat(frames, ignore_index=True)


def _isd_rows(feed: Feed, payload: Payload) -> pd.DataFrame:
    """Read reports; where two of one kind share a minute the later line stands (the contract keeps the other aside)."""
    lines = pd.Series(plain_lines(payload))
    report = lines.str[41:46].str.strip()
    wanted = ~report.isin(ISD_PASSED)
    text, report = lines[wanted].reset_index(drop=True), report[wanted].reset_index(drop=True)
    moment = pd.to_datetime(text.str[15:27], format="%Y%m%d%H%M", errors="coerce")
    value = pd.to_numeric(text.str[87:92], errors="coerce")
    quality = text.str[92]
    missing = (value == 9999) | quality.isin(ISD_FAILED)
    return spans(moment, moment + pd.Timedelta(minutes=1), feed.zone).assign(
        station=text.str[4:10] + "-" + text.str[10:15],
        element="temperature",
        report=report,
        value=(value / 10).where(~missing),
        unit="degC",
        quality=quality,
        line=np.flatnonzero(wanted) + 1,
    )
