"""Putting a feed's columns together as its contract has them: text by its few distinct words, one frame, no copies."""

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray, ExtensionDtype
from pandas.api.internals import create_dataframe_from_blocks

from market_platform.contracts.contract import PANDAS_TYPES, Contract, Kind, kind_of
from market_platform.sources.arrays import Rows, is_laid
from market_platform.sources.stamps import places_of, plain_array

TEXT = PANDAS_TYPES[Kind.TEXT]
PLACES = np.arange(256)  # of columns in a frame


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
    names = (*contract.row_columns, *beside)
    return create_dataframe_from_blocks(
        [(_block(columns[name]), PLACES[place : place + 1]) for place, name in enumerate(names)],
        line.index if isinstance(line, pd.Series) else pd.RangeIndex(len(line)),
        _headings(names).view(),
    )


def _block(column: Any) -> Any:  # noqa: ANN401 - a series or an array
    """Return a column as frames keep it: pandas looks through what it is given for a better type, at 5 us a column."""
    values = column.array if isinstance(column, pd.Series) else column
    return values if isinstance(column.dtype, ExtensionDtype) else np.asarray(values).reshape(1, -1)


@lru_cache(maxsize=256)
def _headings(names: tuple[str, ...]) -> pd.Index:
    """Return the headings of a feed's frames, which are the same each time."""
    return pd.Index(names)


def recoded(column: pd.Series, texts: Sequence[str | None], codes: np.ndarray) -> pd.Series:
    """Return a categorical that shows ``texts`` where ``codes`` point to them; texts may repeat, None is blank."""
    known = dict.fromkeys(texts)
    if len(known) < len(texts) or None in known:
        known.pop(None, None)
        places = {text: place for place, text in enumerate(known)} | {None: -1}
        codes = np.array([*(places[text] for text in texts), -1], dtype=np.int32)[codes]
    categories = pd.CategoricalDtype(pd.Index(list(known), dtype="object"))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=categories, validate=False), index=column.index)
