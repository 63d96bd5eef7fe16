"""Putting a feed's columns together as its contract has them: text by its few distinct words, one frame, no copies."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from market_platform.contracts.contract import PANDAS_TYPES, Contract, Kind, kind_of
from market_platform.sources.arrays import Rows, is_laid
from market_platform.sources.stamps import as_text, places_of

TEXT = PANDAS_TYPES[Kind.TEXT]


def taken(read: Rows, names: Sequence[str], places: np.ndarray) -> Rows:
    """Return some rows of some columns, numbered anew."""
    if places.size and places[-1] - places[0] == places.size - 1 and (np.diff(places) == 1).all():
        run = slice(int(places[0]), int(places[-1]) + 1)
        return Rows({name: pd.Series(read[name].array[run], copy=False) for name in names})
    return Rows({name: pd.Series(read[name].array.take(places), copy=False) for name in names})


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


def put_together(contract: Contract, rows: Mapping[Any, pd.Series], beside: Sequence[str]) -> pd.DataFrame:
    """Return a contract's columns in its order, texts as the lake's text, and the columns that stand ``beside`` them."""
    columns: dict[Hashable, pd.Series] = dict(rows.items())
    index = columns["line"].index
    for name, spec in contract.columns.items():
        if kind_of(spec) is Kind.TEXT and columns[name].dtype != TEXT:
            column = columns[name]
            columns[name] = as_text(column) if is_laid(column.dtype) else column.astype(TEXT)
    # Arrays need no aligning; a column of objects stays one, because pandas would look through an array for a better type.
    values = {
        name: columns[name] if columns[name].dtype == object else columns[name].array
        for name in (*contract.row_columns, *beside)
    }
    return pd.DataFrame(values, index=index, copy=False)


def recoded(column: pd.Series, texts: Sequence[str | None], codes: np.ndarray) -> pd.Series:
    """Return a categorical that shows ``texts`` where ``codes`` point to them; texts may repeat, None is blank."""
    known = dict.fromkeys(texts)
    if len(known) < len(texts) or None in known:
        known.pop(None, None)
        places = {text: place for place, text in enumerate(known)} | {None: -1}
        codes = np.array([*(places[text] for text in texts), -1], dtype=np.int32)[codes]
    categories = pd.CategoricalDtype(pd.Index(list(known), dtype="object"))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=categories, validate=False), index=column.index)
