"""What all ERCOT rows share: words of the platform, wide files laid long, columns in the contract's order."""

from collections.abc import Mapping, Sequence
from datetime import UTC

import numpy as np
import pandas as pd

from market_platform.contracts.contract import Kind, kind_of
from market_platform.sources.arrays import Rows
from market_platform.sources.ercot.hours import PLACE, issue_moments, stamps_utc
from market_platform.sources.feed import Feed
from market_platform.sources.laying import put_together, recoded
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_utc, blank_text, constant_text, laid


def words(column: pd.Series, vocabulary: Mapping[str, str]) -> pd.Series:
    """Translate a categorical by a table; a word that is not in it becomes blank."""
    texts = [vocabulary.get(str(text).strip()) for text in column.cat.categories.tolist()]
    return recoded(column, texts, column.cat.codes.to_numpy())


def name_strangers(rows: pd.DataFrame, published: pd.Series, known: pd.Series, what: str) -> None:
    """Mark rows whose published word the tables do not have, so that they go to quarantine and are seen."""
    if not known.isna().any():
        return
    strange = known.isna() & published.notna() & rows["defect"].isna()
    if strange.any():
        texts = published[strange].astype(str)
        rows.loc[strange, "defect"] = what + " " + texts + f" is not in the table of {what}s: add it there"


def constants(feed: Feed, index: pd.Index, **texts: str) -> dict[str, pd.Series]:
    """Return the feed's constants, and other texts that every row says, as columns."""
    return {name: constant_text(text, index) for name, text in {**feed.constants, **texts}.items()}


def long(
    feed: Feed, times: pd.DataFrame, read: pd.DataFrame, columns: Mapping[str, Mapping[str, str]], value: str
) -> Rows:
    """Lay the columns of a wide file under each other: for each column what it says, and its numbers as ``value``.

    A column that no row fills is one that these files do not have.
    """
    filled = [name for name in columns if not np.isnan(read[name].to_numpy()).all()] or list(columns)[:1]
    said = dict.fromkeys(key for name in filled for key in columns[name])
    rows, index = len(times), pd.RangeIndex(len(times) * len(filled))
    again = pd.concat([times] * len(filled), ignore_index=True) if len(filled) > 1 else times
    which = np.repeat(np.arange(len(filled), dtype=np.int16), rows)
    texts = {
        key: recoded(pd.Series(which, index=index), [columns[name].get(key) for name in filled], which) for key in said
    }
    values = {value: np.concatenate([read[name].to_numpy() for name in filled])}
    return Rows(again.items()).assign(**constants(feed, index), **texts, **values)


def issued_at(feed: Feed, read: pd.DataFrame, payloads: Sequence[Payload]) -> pd.Series:
    """Return the moment of issue of each row: ``posted`` where the report has it, else the file's name or stamp."""
    moments = issue_moments(feed, [payload.base_name for payload in payloads])
    for place in np.flatnonzero(np.isnat(moments)).tolist():
        if (published := payloads[place].published_at) is not None:
            moments[place] = published.astimezone(UTC).replace(tzinfo=None)
    issued = as_utc(laid(moments, read["file"].to_numpy()))
    if "posted" in read and not read["posted"].isna().all():
        return stamps_utc(feed, read, "posted").fillna(issued)
    return issued


def finish(feed: Feed, rows: pd.DataFrame | Rows) -> pd.DataFrame:
    """Order and type the columns as the contract has them; a text that is None is blank in every row."""
    columns = dict(rows.items())
    for name, spec in feed.contract.columns.items():
        if kind_of(spec) is Kind.TEXT and columns[name].dtype == object and columns[name].isna().all():
            columns[name] = blank_text(rows.index)
    return put_together(feed.contract, columns, PLACE)
