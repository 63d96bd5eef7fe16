"""What all Data Miner rows share: UTC intervals, versions within one file, words, columns in the contract's order."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from market_platform.sources.feed import Feed
from market_platform.sources.laying import put_together, recoded
from market_platform.sources.pjm.reading import eastern, utc
from market_platform.sources.stamps import LocalStamps, as_day, constant_text, texts_of

PLACE = ["file", "line", "defect"]
DAY = timedelta(days=1)
MINUTE = "1min"
EVERY_FIFTEEN_SECONDS = ("instantaneous_wind_gen", "operational_reserves", "area_control_error", "inst_dispatch_rates")


def intervals(feed: Feed, read: pd.DataFrame, *, drifting: bool = False) -> pd.DataFrame:
    """Return market day, interval and place of each row.

    UTC stamps decide; a dataset without them is read by its Eastern stamps. The end is the published one, else start and
    the feed's interval. ``drifting`` stamps (``3:50:01`` in samples of every five minutes) are taken to the minute.
    """
    if read["utc"].isna().all() and not read["ept"].isna().all():
        return local_intervals(feed, read, eastern(read["ept"]), _length(feed))
    return pd.DataFrame(_utc_intervals(feed, read, drifting=drifting), copy=False)


def interval_columns(feed: Feed, read: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the same as columns, for parsers that lay many rows at once."""
    if read["utc"].isna().all():
        return dict(intervals(feed, read).items())
    return _utc_intervals(feed, read)


def _utc_intervals(feed: Feed, read: pd.DataFrame, *, drifting: bool = False) -> dict[str, pd.Series]:
    stamps = utc(read["utc"])
    stamps = stamps.rounded(MINUTE) if drifting else stamps
    by_length = read["end_utc"].isna().all()
    times = {
        "market_day": stamps.day_in(feed.zone),
        "interval_start": stamps.moments(),
        "interval_end": stamps.moments(shifted=_length(feed)) if by_length else utc(read["end_utc"]).moments(),
    }
    return times | {name: read[name] for name in PLACE}


def _length(feed: Feed) -> timedelta:
    if feed.dataset in EVERY_FIFTEEN_SECONDS:
        return timedelta(seconds=15)
    return timedelta(minutes=feed.interval_minutes or 60)


def local_intervals(feed: Feed, read: pd.DataFrame, stamps: LocalStamps, length: timedelta) -> pd.DataFrame:
    """Return market day, interval and place where a dataset only has local stamps, as days and months do.

    A length of whole days is counted on the local clock, so that a day of 23 or 25 hours ends at midnight.
    """
    start = stamps.utc(feed.zone)
    end = stamps.shifted(length).utc(feed.zone) if length % DAY == timedelta(0) else start + length
    frame = pd.DataFrame({"market_day": stamps.market_day(), "interval_start": start, "interval_end": end})
    return frame.assign(**{name: read[name] for name in PLACE})


def issued_at(feed: Feed, read: pd.DataFrame) -> pd.Series:
    """Return the moment of issue: UTC where it is published, else Eastern."""
    if not read["issued_utc"].isna().all():
        return utc(read["issued_utc"]).moments()
    return eastern(read["issued_ept"]).utc(feed.zone)


def name_superseded(rows: pd.DataFrame, read: pd.DataFrame, key: tuple[str, ...]) -> None:
    """Name the older versions of rows that PJM corrected in place.

    A corrected hour stands twice in a file, ``row_is_current`` False and True, ``version_nbr`` 1 and 2, at times with
    equal values (real-time hour prices of 2024-03-05). The largest version is the row; each older one is kept whole in
    quarantine under this reason. A version that was read at its own time stays in the lake as a version of the row.
    """
    old = _is_false(read["row_is_current"])
    if not old.any():
        return
    version = read["version_nbr"].fillna(0.0)
    newest = version.groupby([rows[name].to_numpy() for name in key], dropna=False, sort=False).transform("max")
    superseded = old & (version < newest) & rows["defect"].isna()
    reasons = [f"superseded by version {number:.0f} in the same file" for number in newest[superseded]]
    rows.loc[superseded, "defect"] = reasons
    alone = old & (version >= newest) & rows["defect"].isna()
    rows.loc[alone, "defect"] = "marked as no longer current, and its successor is not in this file"


def _is_false(column: pd.Series) -> np.ndarray:
    texts = [str(text).lower() in ("false", "0") for text in column.cat.categories]
    return np.array([*texts, False])[column.cat.codes.to_numpy()]


def translated(column: pd.Series, translate: Callable[[str], str | None]) -> pd.Series:
    """Translate a categorical word by word; None makes a row blank."""
    codes, texts = texts_of(column)
    return recoded(column, [translate(text) for text in texts.to_pylist()], codes)


def words(column: pd.Series, vocabulary: Mapping[str, str]) -> pd.Series:
    """Translate a categorical by a table; a word that is not in it becomes blank."""
    return translated(column, lambda text: vocabulary.get(text.strip()))


def name_strangers(rows: pd.DataFrame, published: pd.Series, known: pd.Series, what: str) -> None:
    """Mark rows whose published word the tables do not have, so that they go to quarantine and are seen."""
    if not known.isna().any():
        return
    strange = known.isna() & published.notna() & rows["defect"].isna()
    if strange.any():
        texts = published[strange].astype(str)
        rows.loc[strange, "defect"] = what + " " + texts + f" is not in the table of {what}s: add it there"


def fixed(feed: Feed, rows: int, **texts: str) -> dict[str, pd.Categorical]:
    """Return the feed's constants (and further texts) as columns that cost nothing a row."""
    zeros = np.zeros(rows, dtype=np.int8)
    return {
        name: pd.Categorical.from_codes(zeros, dtype=pd.CategoricalDtype([text]), validate=False)
        for name, text in {**feed.constants, **texts}.items()
    }


def constants(feed: Feed, index: pd.Index, **texts: str) -> dict[str, pd.Series]:
    """Return the same as text, for parsers that lay many rows at once."""
    return {name: constant_text(text, index) for name, text in {**feed.constants, **texts}.items()}


def stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Lay the rows that one published line gives under each other, categoricals kept cheap."""
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def day_column(stamps: LocalStamps) -> pd.Series:
    """Return the local date of each stamp."""
    return as_day(stamps.naive().to_numpy())


def finish(feed: Feed, rows: Mapping[Any, pd.Series]) -> pd.DataFrame:
    """Order and type the columns as the contract has them."""
    return put_together(feed.contract, rows, PLACE)
