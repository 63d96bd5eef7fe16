"""What all ERCOT rows share: words of the platform, wide files laid long, columns in the contract's order."""

from collections.abc import Mapping, Sequence
from datetime import UTC

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray

from market_platform.contracts.contract import Kind, kind_of
from market_platform.sources.arrays import Rows, blank_texts, text_array
from market_platform.sources.ercot.hours import PLACE, issue_moments, stamps_utc
from market_platform.sources.feed import Feed
from market_platform.sources.laying import put_together, recoded
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_utc, laid, places_of, repeated_text, texts_laid


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


def constants(feed: Feed, index: pd.Index, **texts: str) -> dict[str, ExtensionArray]:
    """Return the feed's constants, and other texts that every row says, as columns."""
    said = {**feed.constants, **texts}
    return {name: text_array(repeated_text(text, len(index))) for name, text in said.items()}


def long(
    feed: Feed,
    times: Rows | pd.DataFrame,
    read: Rows | pd.DataFrame,
    columns: Mapping[str, Mapping[str, str]],
    value: str,
) -> Rows:
    """Lay the columns of a wide file under each other: for each column what it says, and its numbers as ``value``.

    A column that no row fills is one that these files do not have.
    """
    times, read = Rows.of(times), Rows.of(read)
    filled = [name for name in columns if not np.isnan(read.array(name)).all()] or list(columns)[:1]
    said = dict.fromkeys(key for name in filled for key in columns[name])
    which = np.repeat(np.arange(len(filled), dtype=np.int16), times.count)
    texts = {
        key: text_array(texts_laid(pa.array([columns[name].get(key) for name in filled], pa.large_string()), which))
        for key in said
    }
    values = {value: np.concatenate([read.array(name) for name in filled])}
    return times.repeated(len(filled)).assign(**constants(feed, pd.RangeIndex(len(which))), **texts, **values)


def issued_at(feed: Feed, read: Rows | pd.DataFrame, payloads: Sequence[Payload]) -> pd.Series:
    """Return the moment of issue of each row: ``posted`` where the report has it, else the file's name or stamp."""
    moments = issue_moments(feed, [payload.base_name for payload in payloads])
    for place in np.flatnonzero(np.isnat(moments)).tolist():
        if (published := payloads[place].published_at) is not None:
            moments[place] = published.astimezone(UTC).replace(tzinfo=None)
    read = Rows.of(read)
    issued = as_utc(laid(moments, read.array("file")))
    if "posted" in read and places_of(read.array("posted"))[0].max(initial=-1) >= 0:
        return stamps_utc(feed, read, "posted").fillna(issued)
    return issued


def finish(feed: Feed, rows: pd.DataFrame | Rows) -> pd.DataFrame:
    """Order and type the columns as the contract has them; a text that is None is blank in every row."""
    columns = Rows.of(rows).arrays()
    for name, spec in feed.contract.columns.items():
        if kind_of(spec) is Kind.TEXT and columns[name].dtype == object and columns[name].isna().all():
            columns[name] = blank_texts(len(columns[name]))
    return put_together(feed.contract, columns, PLACE)
