"""Putting a feed's columns together as its contract has them: text by its few distinct words, one frame, no copies."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from market_platform.contracts.contract import PANDAS_TYPES, Contract, Kind, kind_of
from market_platform.sources.arrays import Rows, is_laid
from market_platform.sources.stamps import places_of, plain_array

TEXT = PANDAS_TYPES[Kind.TEXT]


def taken(read: Rows, names: Sequence[str], places: np.ndarray) -> Rows:
    """Return some rows of some columns, numbered anew."""
    if places.size and places[-1] - places[0] == places.size - 1 and (np.diff(places) == 1).all():
        return read.cut(names, slice(int(places[0]), int(places[-1]) + 1))
    return Rows({name: read.array(name).take(places) for name in names}, len(places))


def filled(column: pd.Series, text: str) -> pd.Series:
    """Return a column of laid texts with a text where it is blank."""
    codes, texts = places_of(column)
    if codes.min(initial=0) >= 0:
        return column
    return recoded(
        column,
        [*texts.tolist(), text],
        np.where(codes < 0, len(texts), codes),
    )


def put_together(contract: Contract, rows: Mapping[Any, Any], beside: Sequence[str]) -> pd.DataFrame:
    """Return a contract's columns in its order, texts as the lake's text, and the columns that stand ``beside`` them.

    ``rows`` has series (all with the index of ``line``) or arrays.
    """
    columns: dict[Hashable, Any] = dict(rows.items())
    line = columns["line"]
    laid: dict[int, ExtensionArray] = {}  # a name that is its own id is laid over the rows once
    for name, spec in contract.columns.items():
        if kind_of(spec) is Kind.TEXT and columns[name].dtype != TEXT:
            column = columns[name]
            if not is_laid(column.dtype):
                columns[name] = pd.Series(column, copy=False).astype(TEXT)
                continue
            if id(column) not in laid:
                laid[id(column)] = plain_array(column)
            columns[name] = laid[id(column)].view()
    # Arrays need no aligning; a column of objects stays one, because pandas would look through an array for a better type.
    values = {name: _bare(columns[name]) for name in (*contract.row_columns, *beside)}
    return pd.DataFrame(
        values, index=line.index if isinstance(line, pd.Series) else pd.RangeIndex(len(line)), copy=False
    )


def _bare(column: Any) -> Any:  # noqa: ANN401 - a series or an array
    return column.array if isinstance(column, pd.Series) and column.dtype != object else column


def recoded(column: pd.Series, texts: Sequence[str | None], codes: np.ndarray) -> pd.Series:
    """Return a categorical that shows ``texts`` where ``codes`` point to them; texts may repeat, None is blank."""
    known = dict.fromkeys(texts)
    if len(known) < len(texts) or None in known:
        known.pop(None, None)
        places = {text: place for place, text in enumerate(known)} | {None: -1}
        codes = np.array([*(places[text] for text in texts), -1], dtype=np.int32)[codes]
    categories = pd.CategoricalDtype(pd.Index(list(known), dtype="object"))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=categories, validate=False), index=column.index)
