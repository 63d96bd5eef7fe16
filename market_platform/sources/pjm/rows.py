"""What all Data Miner rows share: UTC intervals, versions within one file, columns in the contract's order."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind, kind_of
from market_platform.sources.feed import Feed
from market_platform.sources.pjm.reading import utc

PLACE = ["file", "line", "defect"]


def intervals(feed: Feed, read: pd.DataFrame, length: timedelta, *, end: str | None = None) -> pd.DataFrame:
    """Return market day, interval and place of each row; ``end`` names a column of published interval ends."""
    stamps = utc(read["utc"])
    start = stamps.moments()
    ends = start + length if end is None or end not in read else utc(read[end]).moments()
    frame = pd.DataFrame({"market_day": stamps.day_in(feed.zone), "interval_start": start, "interval_end": ends})
    return frame.assign(**{name: read[name] for name in PLACE})


def name_superseded(rows: pd.DataFrame, read: pd.DataFrame, key: tuple[str, ...]) -> None:
    """Name the older versions of rows that PJM corrected in place.

    A corrected hour stands twice in a file, ``row_is_current`` False and True, ``version_nbr`` 1 and 2, at times with
    equal values (real-time hour prices of 2024-03-05). The largest version is the row; each older one is kept whole in
    quarantine under this reason. When a version was read at its own time, the lake holds it as a version of the row.
    """
    version = read["version"].fillna(0.0)
    if read["is_current"].isna().all() and (version == 0.0).all():
        return
    old = _is_false(read["is_current"])
    if not old.any():
        return
    keys = [rows[name].to_numpy() for name in key]
    newest = version.groupby(keys, dropna=False, sort=False).transform("max")
    superseded = old & (version < newest) & rows["defect"].isna()
    rows.loc[superseded, "defect"] = [
        f"superseded by version {number:.0f} in the same file" for number in newest[superseded]
    ]
    alone = old & (version >= newest) & rows["defect"].isna()
    rows.loc[alone, "defect"] = "marked as no longer current, and its successor is not in this file"


def _is_false(column: pd.Series) -> np.ndarray:
    words = column.cat.categories.astype(str).str.lower()
    return np.append(words.isin(("false", "0")), np.array([False]))[column.cat.codes.to_numpy()]


def words(column: pd.Series, vocabulary: Mapping[str, str]) -> pd.Series:
    """Translate a categorical by a table; a word that is not in it becomes blank."""
    texts = [vocabulary.get(str(text).strip()) for text in column.cat.categories]
    laid = np.append(np.array(texts, dtype="object"), np.array([None], dtype="object"))[column.cat.codes.to_numpy()]
    return pd.Series(pd.Categorical(laid), index=column.index)


def name_strangers(rows: pd.DataFrame, published: pd.Series, known: pd.Series, what: str) -> None:
    """Mark rows whose published word the tables do not have, so that they go to quarantine and are seen."""
    strange = known.isna() & published.notna() & rows["defect"].isna()
    if strange.any():
        texts = published[strange].astype(str)
        rows.loc[strange, "defect"] = what + " " + texts + f" is not in the table of {what}s: add it there"


def finish(feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    """Order and type the columns as the contract has them."""
    for name, spec in feed.contract.columns.items():
        if kind_of(spec) is Kind.TEXT:
            rows[name] = as_plain_text(rows[name])
    return rows[[*feed.contract.row_columns, *PLACE]]


def as_plain_text(column: pd.Series) -> pd.Series:
    """Turn text of any dtype into the lake's text."""
    return column.astype(PANDAS_TYPES[Kind.TEXT])
