"""What all ERCOT rows share: words of the platform, wide files laid long, columns in the contract's order."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Kind, kind_of
from market_platform.sources.ercot.hours import PLACE, issue_moment, stamps_utc
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload


def words(column: pd.Series, vocabulary: Mapping[str, str]) -> pd.Series:
    """Translate a categorical by a table; a word that is not in it becomes blank."""
    texts = [vocabulary.get(str(text).strip()) for text in column.cat.categories]
    laid = np.array([*texts, None], dtype="object")[column.cat.codes.to_numpy()]
    return pd.Series(pd.Categorical(laid), index=column.index)


def name_strangers(rows: pd.DataFrame, published: pd.Series, known: pd.Series, what: str) -> None:
    """Mark rows whose published word the tables do not have, so that they go to quarantine and are seen."""
    strange = known.isna() & published.notna() & rows["defect"].isna()
    if strange.any():
        texts = published[strange].astype(str)
        rows.loc[strange, "defect"] = what + " " + texts + f" is not in the table of {what}s: add it there"


def long(
    feed: Feed, times: pd.DataFrame, read: pd.DataFrame, columns: Mapping[str, Mapping[str, str]], value: str
) -> pd.DataFrame:
    """Lay the columns of a wide file under each other: for each column what it says, and its numbers as ``value``.

    A column that no row fills is one that these files do not have.
    """
    filled = [name for name in columns if not read[name].isna().all()] or list(columns)[:1]
    frames = [times.assign(**feed.constants, **columns[name], **{value: read[name]}) for name in filled]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def issued_at(feed: Feed, read: pd.DataFrame, payloads: Sequence[Payload]) -> pd.Series:
    """Return the moment of issue of each row: ``posted`` where the report has it, else the file's name or stamp."""
    by_file: list[object] = [issue_moment(feed, payload.base_name) or payload.published_at for payload in payloads]
    moments = pd.Series(pd.to_datetime(pd.Series(by_file, dtype="object"), utc=True)).astype("datetime64[us, UTC]")
    issued = moments.take(read["file"]).set_axis(read.index)
    if "posted" in read and not read["posted"].isna().all():
        return stamps_utc(feed, read, "posted").fillna(issued)
    return issued


def finish(feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    """Order and type the columns as the contract has them."""
    for name, spec in feed.contract.columns.items():
        if kind_of(spec) is Kind.TEXT:
            rows[name] = rows[name].astype(PANDAS_TYPES[Kind.TEXT])
    return rows[[*feed.contract.row_columns, *PLACE]]
