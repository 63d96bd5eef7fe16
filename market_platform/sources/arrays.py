"""Columns made directly from their parts: pandas' own constructors look through all types for the right one first."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from market_platform.contracts.contract import PANDAS_TYPES, Kind

TEXT = PANDAS_TYPES[Kind.TEXT]
TEXTS = pa.dictionary(pa.int32(), pa.string())
LAID = pd.ArrowDtype(TEXTS)
FEW_TEXTS = 64  # of a column whose type is kept for the next file


class Rows(dict[Any, pd.Series]):
    """Columns of the same rows on their way to a frame: to add one to a frame takes as long as to read a hundred rows."""

    @property
    def index(self) -> pd.Index:
        """The rows' own."""
        return next(iter(self.values())).index

    def assign(self, **columns: Any) -> "Rows":
        """Return the rows with further columns: a series, an array, or what every row says."""
        laid = {
            name: value if isinstance(value, pd.Series) else pd.Series(value, index=self.index, copy=False)
            for name, value in columns.items()
        }
        return Rows({**self, **laid})

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame."""
        return pd.DataFrame(self, index=self.index, copy=False)


def below_each_other(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all parts, numbered anew."""
    return Rows(pd.concat([part.frame() for part in parts], ignore_index=True).items())


def text_array(values: pa.LargeStringArray) -> pd.api.extensions.ExtensionArray:
    """Return texts as the lake's."""
    return pd.arrays.ArrowStringArray(values, dtype=TEXT)


def is_laid(kind: object) -> bool:
    """Whether a column's type is that of texts laid over rows by their places."""
    return isinstance(kind, pd.CategoricalDtype) or kind == LAID


def blank_label(rows: int) -> pd.Categorical:
    """Return a column of texts without any text."""
    nothing = pd.CategoricalDtype(pd.Index([], dtype="object"))
    return pd.Categorical.from_codes(np.full(rows, -1, dtype=np.int8), dtype=nothing, validate=False)


def no_defects(index: pd.Index) -> pd.Series:
    """Return a column without any defect; as text, of which Arrow counts the blanks at once."""
    return pd.Series(text_array(pa.nulls(len(index), pa.large_string())), index=index, copy=False)


def dictionary(codes: np.ndarray, texts: pa.StringArray) -> pd.api.extensions.ExtensionArray:
    """Return the same as Arrow's dictionary: nobody asks whether the texts differ, as a categorical would."""
    codes = codes.astype(np.int32, copy=False)
    places = pa.array(codes, mask=codes < 0) if codes.size and codes.min() < 0 else pa.array(codes)
    return pd.arrays.ArrowExtensionArray(pa.DictionaryArray.from_arrays(places, texts))


def categorical(codes: np.ndarray, texts: pa.StringArray) -> pd.Categorical:
    """Return a column of texts from their places in a list of distinct ones; -1 is blank."""
    kind = _kind_of(tuple(texts.to_pylist())) if len(texts) <= FEW_TEXTS else _new_kind(texts)
    return pd.Categorical.from_codes(codes, dtype=kind, validate=False)


@lru_cache(maxsize=1024)
def _kind_of(texts: tuple[str, ...]) -> pd.CategoricalDtype:
    """Return the type of a column with these few texts; a publisher's files repeat theirs, so each is made once."""
    return _new_kind(pa.array(texts, pa.string()))


def _new_kind(texts: pa.StringArray) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index(text_array(texts.cast(pa.large_string())), copy=False))
