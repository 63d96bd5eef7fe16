"""Columns made directly from their parts: pandas' own constructors look through all types for the right one first."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionArray, ExtensionDtype

from market_platform.contracts.contract import PANDAS_TYPES, Kind

TEXT = PANDAS_TYPES[Kind.TEXT]
TEXTS = pa.dictionary(pa.int32(), pa.string())
LAID = pd.ArrowDtype(TEXTS)
FEW_TEXTS = 64  # of a column whose type is kept for the next file


Column: TypeAlias = np.ndarray | ExtensionArray
Maker: TypeAlias = Callable[[slice], Column]  # makes some rows of a column


class Laid(NamedTuple):
    """Texts laid over rows: each row's place among them (-1 where it is blank), and the texts."""

    codes: np.ndarray
    texts: pa.StringArray


@dataclass(frozen=True)
class Label:
    """The maker of a column of texts; most readers want the places of its rows alone, which cost a third of the column.

    ``lay`` gives the codes of a run of rows: ``narrow`` ones, but for Arrow's dictionary, which ``many`` texts make.
    """

    lay: Callable[..., np.ndarray]
    texts: pa.StringArray
    many: bool

    def __call__(self, run: slice) -> Column:
        """Make some rows."""
        codes = self.lay(run, narrow=not self.many)
        return dictionary(codes, self.texts) if self.many else categorical(codes, self.texts)

    def laid(self, run: slice) -> Laid:
        """Return some rows as places."""
        return Laid(self.lay(run, narrow=True), self.texts)

    def further(self, first: int) -> "Label":
        """Return the maker of the rows from ``first`` on."""
        return replace(
            self, lay=lambda run, *, narrow: self.lay(slice(first + run.start, first + run.stop), narrow=narrow)
        )


class Rows(MutableMapping[Any, pd.Series]):
    """Columns of the same rows on their way to a frame: to add one to a frame takes as long as to read a hundred rows.

    They are kept as arrays; a series, which costs as much as fifty rows, is made for those who ask for one, and a column
    that was given as its maker once somebody wants it.
    """

    def __init__(self, columns: Mapping[Any, Any] | Iterable[tuple[Any, Any]], count: int | None = None) -> None:
        self._columns: dict[Any, Column | pd.Series | Maker] = {
            name: _bare(value) for name, value in dict(columns).items()
        }
        self.count = len(next(iter(self._columns.values()))) if count is None else count  # type: ignore[arg-type]

    @staticmethod
    def of(table: "Rows | pd.DataFrame") -> "Rows":
        """Return a table as columns."""
        return table if isinstance(table, Rows) else Rows(table.items(), len(table))

    def __getitem__(self, name: Any) -> pd.Series:  # noqa: ANN401 - a key
        value = self.array(name)
        return value if isinstance(value, pd.Series) else pd.Series(value, index=self.index, copy=False)

    def __setitem__(self, name: Any, value: Any) -> None:  # noqa: ANN401 - what ``assign`` takes
        self._columns[name] = self._laid(value)

    def __delitem__(self, name: Any) -> None:  # noqa: ANN401 - a key
        del self._columns[name]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    @property
    def index(self) -> pd.RangeIndex:
        """The rows' own."""
        return pd.RangeIndex(self.count)

    def is_made_later(self, name: Any) -> bool:  # noqa: ANN401 - a key
        """Whether a column has not been made yet."""
        return callable(self._columns[name])

    def array(self, name: Any) -> Any:  # noqa: ANN401 - an array of any kind
        """Return a column as its array; one of objects as a series, because pandas would look for a better type."""
        value = self._columns[name]
        if callable(value):
            value = self._columns[name] = value(slice(0, self.count))
        return value

    def laid(self, name: Any) -> Any:  # noqa: ANN401 - what ``places_of`` takes
        """Return a column of texts for those who want its places alone: it is not made for that."""
        value = self._columns[name]
        return value.laid(slice(0, self.count)) if isinstance(value, Label) else self.array(name)

    def arrays(self) -> dict[Any, Any]:
        """Return all columns as arrays."""
        return {name: self.array(name) for name in self._columns}

    def assign(self, **columns: Any) -> "Rows":
        """Return the rows with further columns: a series, an array, or what every row says."""
        return Rows(self._columns | {name: self._laid(value) for name, value in columns.items()}, self.count)

    def cut(self, names: Sequence[str], run: slice) -> "Rows":
        """Return a run of rows of some columns; what is not made yet is made for these rows alone."""
        first, stop, _ = run.indices(self.count)
        some = {}
        for name in names:
            value = self._columns[name]
            some[name] = _further(value, first) if callable(value) else _run_of(value, slice(first, stop))
        return Rows(some, stop - first)

    def only(self, names: Sequence[str]) -> "Rows":
        """Return some columns, which are not made for that."""
        return Rows({name: self._columns[name] for name in names}, self.count)

    def repeated(self, times: int) -> "Rows":
        """Return all rows so many times below each other."""
        if times == 1:
            return self
        places = np.tile(np.arange(self.count), times)

        def again(column: Any) -> Any:  # noqa: ANN401 - as ``array``
            if isinstance(column, pd.Series):
                return pd.concat([column] * times, ignore_index=True)
            return np.tile(column, times) if isinstance(column, np.ndarray) else column.take(places)

        return Rows({name: again(column) for name, column in self.arrays().items()}, len(places))

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame."""
        return pd.DataFrame(self.arrays(), index=self.index, copy=False)

    def _laid(self, value: Any) -> Any:  # noqa: ANN401 - as ``assign``
        told = isinstance(value, np.ndarray | ExtensionArray | pd.Series) or callable(value)
        return _bare(value if told else pd.Series(value, index=self.index))


def _bare(value: Any) -> Any:  # noqa: ANN401 - as ``Rows.assign``
    """Return a column as it is kept: its array, or the series of objects that it is, or its maker."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = pd.Series(value, copy=False)
    if isinstance(value, pd.Series) and value.dtype != object:
        return value.array if isinstance(value.dtype, ExtensionDtype) else np.asarray(value.array)
    return value


def _run_of(column: Any, run: slice) -> Any:  # noqa: ANN401 - as ``Rows.assign``
    return column[run].reset_index(drop=True) if isinstance(column, pd.Series) else column[run]


def _further(maker: Maker, first: int) -> Maker:
    """Return the maker of the rows from ``first`` on."""
    if isinstance(maker, Label):
        return maker.further(first)
    return lambda run: maker(slice(first + run.start, first + run.stop))


def below_each_other(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all parts, numbered anew."""
    return Rows(pd.concat([part.frame() for part in parts], ignore_index=True).items())


def text_array(values: pa.LargeStringArray) -> ExtensionArray:
    """Return texts as the lake's."""
    return pd.arrays.ArrowStringArray(values, dtype=TEXT)


def is_laid(kind: object) -> bool:
    """Whether a column's type is that of texts laid over rows by their places."""
    return isinstance(kind, pd.CategoricalDtype) or (isinstance(kind, pd.ArrowDtype) and kind == LAID)


def blank_label(rows: int) -> pd.Categorical:
    """Return a column of texts without any text."""
    return pd.Categorical.from_codes(np.full(rows, -1, dtype=np.int8), dtype=_no_texts(), validate=False)


@cache
def _no_texts() -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index([], dtype="object"))


def no_defects(index: pd.Index) -> pd.Series:
    """Return a column without any defect; as text, of which Arrow counts the blanks at once."""
    return pd.Series(blank_texts(len(index)), index=index, copy=False)


def blank_texts(count: int) -> ExtensionArray:
    """Return so many blanks as the lake's text."""
    return text_array(pa.nulls(count, pa.large_string()))


def dictionary(codes: np.ndarray, texts: pa.StringArray) -> ExtensionArray:
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
