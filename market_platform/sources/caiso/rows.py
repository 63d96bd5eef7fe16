"""What CAISO's parsers share: words looked up once per distinct text, repeats and strangers named, columns in order."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray

from market_platform.contracts.contract import PANDAS_TYPES, Kind, kind_of
from market_platform.sources.arrays import Laid, Rows, blank_texts, categorical, is_laid, text_array
from market_platform.sources.feed import Feed
from market_platform.sources.laying import put_together
from market_platform.sources.stamps import places_of, repeated_text, texts_laid

PLACE = ["file", "line", "defect"]
BLENDING = np.uint64(0x9E3779B97F4A7C15)
REPEATED = "one row told twice: the report says it again in another group"


def laid(
    column: pd.Series, table: Mapping[str, object] | Callable[[str], object], otherwise: object = None
) -> np.ndarray:
    """Look up each distinct text of a categorical column once and lay the answers over the rows."""
    answer = table if callable(table) else lambda text: table.get(text, otherwise)
    answers = [answer(text) for text in column.cat.categories.tolist()]
    return np.array([*answers, otherwise], dtype="object")[column.cat.codes.to_numpy()]


def words(column: pd.Series, table: Mapping[str, object] | Callable[[str], object]) -> pd.Series:
    """Look up each distinct text of a column once; gives text, blank where the table has none."""
    return pd.Series(word_array(column, table), index=column.index, copy=False)


def word_array(
    column: pd.Series | ExtensionArray | Laid, table: Mapping[str, object] | Callable[[str], object]
) -> ExtensionArray:
    """Return the same as an array."""
    answer = table if callable(table) else table.get
    codes, texts = places_of(column)
    return text_array(texts_laid(pa.array([answer(text) for text in texts.tolist()], pa.large_string()), codes))


def among(column: pd.Series | ExtensionArray | Laid, known: Collection[str]) -> np.ndarray:
    """Mark the rows whose text is one of those known."""
    codes, texts = places_of(column)
    flags = [text in known for text in texts.tolist()]
    if all(flags) and codes.min(initial=0) >= 0:
        return np.ones(len(codes), dtype=bool)
    return np.array([*flags, False])[codes]


def mark(rows: pd.DataFrame | Rows, which: np.ndarray, reason: str | np.ndarray) -> None:
    """Give rows that have no defect yet a reason to be refused."""
    which = np.asarray(which, dtype=bool)
    if not which.any():
        return
    fresh = which & rows["defect"].isna().to_numpy()
    if fresh.any():
        defect = rows["defect"].copy()
        defect[fresh] = reason if isinstance(reason, str) else reason[fresh]
        rows["defect"] = defect


def mark_strangers(
    rows: pd.DataFrame | Rows, known: np.ndarray, column: pd.Series | ExtensionArray | Laid, what: str
) -> None:
    """Name rows whose word is in no table, so that they go to quarantine and are seen."""
    if not known.all():
        shown = categorical(*column) if isinstance(column, Laid) else column
        texts = pd.Series(shown).astype("object").astype(str).to_numpy()
        mark(
            rows, ~known, np.array([f"{what} {text} is not in the table: add it there" for text in texts], dtype=object)
        )


def mark_repeats(rows: Rows, feed: Feed) -> None:
    """Name rows that say word for word what a row above said; other values under a key are left to the contract."""
    values = [name for name in feed.contract.row_columns if name in rows]
    if not _all_differ([rows.array(name) for name in values]):
        mark(rows, rows.frame().duplicated(values).to_numpy(), REPEATED)


def _all_differ(columns: Sequence[Any]) -> bool:
    """Whether rows differ already in what is cheap to compare; a blend of it (mod 2**64) is enough to know that they do."""
    blend = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        if is_laid(column.dtype):
            part = places_of(column)[0]
        elif column.dtype == PANDAS_TYPES[Kind.MOMENT]:
            part = column.asi8
        else:
            continue
        blend = blend * BLENDING + part.astype(np.int64).view(np.uint64)
    return len(pd.unique(blend)) == len(blend)


def finish(feed: Feed, rows: pd.DataFrame | Rows) -> pd.DataFrame:
    """Order and type the columns as the contract has them; what the report lacks is the feed's constant, else blank.

    ``lines``, the count of published lines that make a row, stays beside them where several do.
    """
    rows = Rows.of(rows)
    columns, count = rows.arrays(), rows.count
    for name, spec in feed.contract.columns.items():
        kind = kind_of(spec)
        if name not in columns:
            columns[name] = _open(kind, feed.constants.get(name), count)
        if kind is not Kind.TEXT and columns[name].dtype != PANDAS_TYPES[kind]:
            columns[name] = columns[name].astype(PANDAS_TYPES[kind])
    lines = ["lines"] if "lines" in columns else []
    return put_together(feed.contract, columns, [*PLACE, *lines])


def _open(kind: Kind, constant: str | None, count: int) -> np.ndarray | ExtensionArray | pd.Series:
    """Return a column that the report lacks: what the feed says of all its rows, else blank."""
    if constant is not None:
        return text_array(repeated_text(constant, count))
    if kind is Kind.NUMBER:
        return np.full(count, np.nan)
    return blank_texts(count) if kind is Kind.TEXT else pd.Series(None, pd.RangeIndex(count))
