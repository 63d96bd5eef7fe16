"""What CAISO's parsers share: words looked up once per distinct text, repeats and strangers named, columns in order."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from market_platform.contracts.contract import PANDAS_TYPES, Kind, kind_of
from market_platform.sources.feed import Feed
from market_platform.sources.laying import put_together, recoded
from market_platform.sources.stamps import constant_text

PLACE = ["file", "line", "defect"]
REPEATED = "one row told twice: the report says it again in another group"


def laid(
    column: pd.Series, table: Mapping[str, object] | Callable[[str], object], otherwise: object = None
) -> np.ndarray:
    """Look up each distinct text of a categorical column once and lay the answers over the rows."""
    answer = table if callable(table) else lambda text: table.get(text, otherwise)
    answers = [answer(text) for text in column.cat.categories.tolist()]
    return np.array([*answers, otherwise], dtype="object")[column.cat.codes.to_numpy()]


def coded(column: pd.Series, table: Mapping[str, str], otherwise: str | None = None) -> pd.Series:
    """Look up the same as ``laid``, as a categorical: text that costs nothing a row."""
    answers, codes = (
        [table.get(text, otherwise) for text in column.cat.categories.tolist()],
        column.cat.codes.to_numpy(),
    )
    return recoded(column, [*answers, otherwise], np.where(codes < 0, len(answers), codes))


def words(column: pd.Series, table: Mapping[str, object] | Callable[[str], object]) -> pd.Series:
    """Look up each distinct text of a categorical column once; gives text, blank where the table has none."""
    answer = table if callable(table) else table.get
    answers = pa.array([answer(text) for text in column.cat.categories.tolist()], pa.large_string())
    codes = column.cat.codes.to_numpy()
    taken = answers.take(pa.array(codes, mask=codes < 0))
    return pd.Series(pd.array(taken, dtype=PANDAS_TYPES[Kind.TEXT]), index=column.index)


def mark(rows: pd.DataFrame, which: np.ndarray, reason: str | np.ndarray) -> None:
    """Give rows that have no defect yet a reason to be refused."""
    which = np.asarray(which, dtype=bool)
    if not which.any():
        return
    fresh = which & rows["defect"].isna().to_numpy()
    if fresh.any():
        rows.loc[fresh, "defect"] = reason if isinstance(reason, str) else reason[fresh]


def mark_strangers(rows: pd.DataFrame, known: np.ndarray, column: pd.Series, what: str) -> None:
    """Name rows whose word is in no table, so that they go to quarantine and are seen."""
    if not known.all():
        texts = column.astype("object").astype(str).to_numpy()
        mark(
            rows, ~known, np.array([f"{what} {text} is not in the table: add it there" for text in texts], dtype=object)
        )


def mark_repeats(rows: pd.DataFrame, feed: Feed) -> None:
    """Name rows that say word for word what a row above said; other values under a key are left to the contract."""
    values = [name for name in feed.contract.row_columns if name in rows]
    mark(rows, rows.duplicated(values).to_numpy(), REPEATED)


def finish(feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    """Order and type the columns as the contract has them; what the report lacks is the feed's constant, else blank.

    ``lines``, the count of published lines that make a row, stays beside them where several do.
    """
    columns = dict(rows.items())
    for name, spec in feed.contract.columns.items():
        kind = kind_of(spec)
        if name not in columns:
            constant = feed.constants.get(name)
            blank = np.nan if kind is Kind.NUMBER else None
            columns[name] = pd.Series(blank, rows.index) if constant is None else constant_text(constant, rows.index)
        if kind is not Kind.TEXT and columns[name].dtype != PANDAS_TYPES[kind]:
            columns[name] = columns[name].astype(PANDAS_TYPES[kind])
    lines = ["lines"] if "lines" in columns else []
    return put_together(feed.contract, columns, [*PLACE, *lines])
