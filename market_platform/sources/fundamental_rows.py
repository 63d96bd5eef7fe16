"""What the fundamentals' parsers share: days, weeks and months as intervals, and columns in the contract's order."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind, kind_of
from market_platform.errors import UnreadablePayload
from market_platform.sources.arrays import no_defects
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_day

PLACE = ["file", "line", "defect"]
BYTE_MARKS = "\ufeff\xef\xbb\xbf \t\r\n"  # as one character, and as the three that it becomes when encoded again
TIME_KINDS = {"market_day": Kind.DAY, "interval_start": Kind.MOMENT, "interval_end": Kind.MOMENT}


def spans(first: pd.Series, after: pd.Series, zone: ZoneInfo, hour: int = 0) -> pd.DataFrame:
    """Return ``market_day``, ``interval_start`` and ``interval_end`` of local days ``first`` to ``after`` (exclusive).

    Both are naive dates (datetime64, NaT where unread); ``hour`` is the local hour at which a day begins.
    """
    shift = pd.Timedelta(hours=hour)
    return pd.DataFrame(
        {
            "market_day": as_day(first.to_numpy(dtype="datetime64[us]")),
            "interval_start": _utc(first + shift, zone),
            "interval_end": _utc(after + shift, zone),
        }
    )


def _utc(local: pd.Series, zone: ZoneInfo) -> pd.Series:
    """Turn naive local times into UTC; each distinct one is looked up once."""
    codes, distinct = pd.factorize(local)
    moments = pd.Series(distinct).dt.tz_localize(zone).dt.tz_convert("UTC").dt.tz_localize(None)
    padded = np.append(moments.to_numpy("datetime64[us]"), np.datetime64("NaT", "us"))
    return pd.Series(padded[codes], index=local.index).dt.tz_localize("UTC")


def each_file(payloads: Sequence[Payload], read: Callable[[Payload], pd.DataFrame]) -> pd.DataFrame:
    """Read files one by one and lay them under each other; adds ``file``, and ``line`` and ``defect`` where missing."""
    frames = []
    for position, payload in enumerate(payloads):
        frame = read(payload)
        frame["file"] = np.full(len(frame), position, dtype=np.int32)
        if "line" not in frame:
            frame["line"] = np.arange(1, len(frame) + 1)
        if "defect" not in frame:
            frame["defect"] = no_defects(frame.index)
        frames.append(frame)
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def numbers(column: pd.Series, rows: pd.DataFrame | None = None) -> pd.Series:
    """Read numbers with thousands commas; blanks and ``-`` are none. What is no number becomes the row's ``defect``."""
    text = column.astype("object").where(column.notna(), "").astype(str).str.strip().str.replace(",", "")
    blank = text.isin(["", "-", "nan", "None"])
    values = pd.to_numeric(text.where(~blank), errors="coerce").astype("float64")
    bad = values.isna() & ~blank
    if rows is not None and bad.any():
        tell(rows, bad, f"{column.name} = " + text + " is not a number")
    return values


def tell(rows: pd.DataFrame, bad: pd.Series, reason: pd.Series | str) -> None:
    """Write a reason into ``defect`` of the rows that are bad and have none yet."""
    fresh = bad & rows["defect"].isna()
    rows.loc[fresh, "defect"] = reason if isinstance(reason, str) else reason[fresh]


def load_json(payload: Payload) -> dict[str, Any]:
    """Read a JSON object with or without a byte mark, one that was encoded twice included. Raises UnreadablePayload."""
    try:
        answer = json.loads(payload.content.decode("utf-8").lstrip(BYTE_MARKS))
    except ValueError as error:
        raise UnreadablePayload(
            f"{payload.name}: the JSON cannot be read ({error}); the bytes are kept, fetch it again"
        ) from error
    if not isinstance(answer, dict):
        raise UnreadablePayload(f"{payload.name}: no JSON object ({str(answer)[:60]}); fetch it again")
    return answer


def finish(feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    """Order and type the columns as the contract has them; a feed's constants fill what the parser left open."""
    for name, text in feed.constants.items():
        if name not in rows:
            rows[name] = text
    kinds = {**TIME_KINDS, **{name: kind_of(spec) for name, spec in feed.contract.columns.items()}}
    for name, kind in kinds.items():
        if rows[name].dtype == PANDAS_TYPES[kind]:
            continue
        if kind is Kind.DAY:
            rows[name] = as_day(pd.to_datetime(rows[name]).to_numpy(dtype="datetime64[us]")).set_axis(rows.index)
        elif kind is Kind.MOMENT:
            rows[name] = pd.to_datetime(rows[name], utc=True).astype(PANDAS_TYPES[kind])
        else:
            rows[name] = rows[name].astype(PANDAS_TYPES[kind])
    return rows[[*feed.contract.row_columns, *PLACE]].reset_index(drop=True)
