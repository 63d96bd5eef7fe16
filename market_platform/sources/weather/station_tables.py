"""Daily figures of stations as comma-separated tables: GHCN by year or station (a line a figure) or wide, and GSOD.

Layouts as NCEI's notes on by-year and by-station files and public clients of its access folder give them (secondary). The
wide tables have a column ``<element>_ATTRIBUTES`` beside each element: of GHCN measurement, quality and source flag.
"""

import csv
import io
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import numbers, spans, tell

DAY = pd.Timedelta(days=1)
LONG_NAMES = ("station", "day", "code", "value", "m", "quality", "s", "time")
LONG_HEADING = "ID,DATE,ELEMENT,DATA_VALUE"
LONG_LINE = re.compile(r"^[A-Z]{2}[A-Z0-9_-]{9},(\d{8}|\d{4}-\d{2}-\d{2}),[A-Z0-9]{4},")
WIDE_HEADING = re.compile(r'^"?STATION"?,"?DATE"?,.*_ATTRIBUTES"?')
GSOD_HEADING = re.compile(r'\bTEMP"?,"?TEMP_ATTRIBUTES\b.*\bFRSHTT\b')
GSOD_ELEMENTS = {"TEMP": "mean_temperature", "MAX": "maximum_temperature", "MIN": "minimum_temperature"}
GSOD_MISSING = 9999.9


def kind_of(first_line: str) -> str | None:
    """Say which table a first line begins: ghcn_long, ghcn_wide, gsod, or None."""
    if WIDE_HEADING.match(first_line):
        return "gsod" if GSOD_HEADING.search(first_line) else "ghcn_wide"
    return "ghcn_long" if first_line.startswith(LONG_HEADING) or LONG_LINE.match(first_line) else None


def ghcn_long(lines: list[str], feed: Feed, elements: Mapping[str, tuple[str, str, float]]) -> pd.DataFrame:
    """Read a line a station, day and element."""
    begin = int(lines[0].startswith(LONG_HEADING))
    cells = [line.split(",") for line in lines[begin:]]
    fits = [len(each) == len(LONG_NAMES) for each in cells]
    read = pd.DataFrame([each if fit else [""] * 8 for each, fit in zip(cells, fits, strict=True)], columns=LONG_NAMES)
    rows = read[["station", "code"]].assign(line=np.arange(begin + 1, begin + 1 + len(read)))
    rows["defect"] = pd.Series(None, index=rows.index, dtype="object")
    tell(rows, ~pd.Series(fits, index=rows.index), f"{len(LONG_NAMES)} cells are expected")
    return _figures(rows, read["day"].str.replace("-", ""), read["value"], read["quality"], feed, elements)


def ghcn_wide(name: str, text: str, feed: Feed, elements: Mapping[str, tuple[str, str, float]]) -> pd.DataFrame:
    """Read a line a day with a column an element; a blank cell is a missing value."""
    read = _table(name, text)
    frames = []
    for code in [column.removesuffix("_ATTRIBUTES") for column in read if column.endswith("_ATTRIBUTES")]:
        rows = pd.DataFrame({"station": read["STATION"], "code": code, "line": np.arange(2, 2 + len(read))})
        rows["defect"] = pd.Series(None, index=rows.index, dtype="object")
        quality = read[f"{code}_ATTRIBUTES"].str.split(",").str[1].fillna("")
        frames.append(_figures(rows, read["DATE"].str.replace("-", ""), read[code], quality, feed, elements))
    return pd.concat(frames, ignore_index=True)


def gsod(name: str, text: str, feed: Feed) -> pd.DataFrame:
    """Read mean, highest and lowest temperature in °F; a ``*`` says that the extreme is of the hourly reports."""
    read = _table(name, text)
    first = pd.to_datetime(read["DATE"], format="%Y-%m-%d", errors="coerce")
    frames = []
    for code, element in GSOD_ELEMENTS.items():
        rows = pd.DataFrame({"line": np.arange(2, 2 + len(read))})
        rows["defect"] = pd.Series(None, index=rows.index, dtype="object")
        value = numbers(read[code], rows)
        mark = read[f"{code}_ATTRIBUTES"].str.strip()
        frames.append(
            pd.concat([spans(first, first + DAY, feed.zone), rows], axis=1).assign(
                station=read["STATION"].str[:6] + "-" + read["STATION"].str[6:],
                element=element,
                report="daily",
                value=value.where(value < GSOD_MISSING),
                unit="degF",
                quality=mark.where(mark == "*"),
            )
        )
    return pd.concat(frames, ignore_index=True)


def _table(name: str, text: str) -> pd.DataFrame:
    lines = list(csv.reader(io.StringIO(text)))
    heading, body = lines[0], [line for line in lines[1:] if line]
    strange = next((line for line in body if len(line) != len(heading)), None)
    if strange is not None:
        raise UnreadablePayload(
            f"{name}: a line of {len(strange)} cells under {len(heading)} headings: {strange[:3]}; fetch it again"
        )
    read = pd.DataFrame(body, columns=heading, dtype="object")
    lone = [
        name for name in heading if name.endswith("_ATTRIBUTES") and name.removesuffix("_ATTRIBUTES") not in heading
    ]
    if lone:
        raise SchemaChanged(f"{name}: columns {lone} have no element beside them; map them and replay")
    return read


def _figures(
    rows: pd.DataFrame, day: pd.Series, text: pd.Series, quality: pd.Series, feed: Feed,
    elements: Mapping[str, tuple[str, str, float]],
) -> pd.DataFrame:  # fmt: skip
    facts = rows["code"].map(lambda code: elements.get(code, (code, "as published", 1.0)))
    first = pd.to_datetime(day, format="%Y%m%d", errors="coerce")
    value, mark = numbers(text, rows), quality.str.strip()
    failed = (value == -9999) | (mark != "")
    return pd.concat([spans(first, first + DAY, feed.zone), rows.drop(columns="code")], axis=1).assign(
        element=facts.str[0],
        report="daily",
        value=(value * facts.str[2].astype("float64")).round(3).where(~failed),
        unit=facts.str[1],
        quality=mark.where(mark != ""),
    )
