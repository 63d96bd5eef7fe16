"""Having a compiled loop fill columns: room for rows and words is made as it runs out, odd numbers are read with care."""

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from market_platform.sources.compiled import (
    ALONE,
    DONE,
    LABEL,
    MISFIT,
    MORE,
    NUMBER,
    PASSED,
    WORDY,
    lay_codes,
    lay_out,
    take_over,
)
from market_platform.sources.side_by_side import side_by_side
from market_platform.sources.vocabulary import Met, Shape, fullness, grown, texts_of, vocabulary

ODD_CELLS = 1_024
ROWS_PER_TEXT, FEWEST_TEXTS, MOST_TEXTS = 4, 2**8, 2**14
LETTERS_OF_CELL, LETTERS_OF_PHRASE = 24, 64
FLOAT, INTEGER = 8, 4  # bytes

# From an address to another, from a row on, into numbers, codes and what was met; gives where it stands, the next row, how
# it ended and how many odd numbers it met.
Loop = Callable[..., tuple[int, int, int, int]]


@dataclass(frozen=True)
class Filled:
    """What files hold: ``rows`` of each, and in the order of the kinds ``numbers`` and ``codes``, one array a column.

    A code says which of the column's ``texts`` stands there; ``lay`` gives those of a run of rows alone. ``marked`` tells
    which texts stood in quotation marks. A blank number is NaN, a blank text is -1.
    """

    rows: list[int]
    numbers: np.ndarray
    lay: Sequence[Callable[..., np.ndarray]]
    texts: list[pa.StringArray]
    marked: list[np.ndarray]

    @property
    def codes(self) -> list[np.ndarray]:
        """Each text column's codes, of all rows."""
        return [lay(slice(None)) for lay in self.lay]


class Layout(NamedTuple):
    """A shape, how many columns of numbers and of phrases it fills, and each LABEL column with the slot of its phrase."""

    shape: Shape
    numbers: int
    phrases: int
    labels: list[tuple[int, int]]


class Read(NamedTuple):
    """What a loop has read: rows of each file, and columns with room behind those."""

    rows: list[int]
    numbers: np.ndarray
    codes: np.ndarray
    met: Met


def fill(
    loop: Loop,
    arguments: tuple[object, ...],
    files: Sequence[memoryview],
    kinds: Sequence[int],
    together: Sequence[int],
    room: int,
) -> Filled | None:
    """Have a loop read files one after the other into the same columns; None where one is not as it should be.

    Columns of text beside each other with the same number in ``together`` are read as one phrase, a PASSED one that is
    ALONE is not looked at. ``arguments`` stand between the row and the shape, ``room`` is about how many rows there are.
    """
    layout = _layout(tuple(kinds), tuple(together))
    read = _read(loop, arguments, layout, files, room)
    return _filled(layout, read) if read else None


def fill_by_halves(
    loop: Loop,
    arguments: tuple[object, ...],
    halves: tuple[Sequence[memoryview], Sequence[memoryview]],
    kinds: Sequence[int],
    together: Sequence[int],
    room: int,
) -> Filled | None:
    """Fill the same columns by two threads at once; the first file of the second half goes on from the last of the first."""
    layout = _layout(tuple(kinds), tuple(together))
    read = partial(_read, loop, arguments, layout)
    one, other = side_by_side(partial(read, halves[0], room), partial(read, halves[1], room // 2 + 1))
    if one is None or other is None:
        return None
    try:
        return _filled(layout, _joined(layout.shape, one, other))
    except OverflowError:
        return None


def _read(
    loop: Loop, arguments: tuple[object, ...], layout: Layout, files: Sequence[memoryview], room: int
) -> Read | None:
    shape, numbered, phrased, labels = layout
    numbers, codes = _columns(numbered, phrased, room)
    odd = np.empty((ODD_CELLS + len(shape.kinds), 4), dtype=np.int64)
    met = _nothing_met(phrased, len(shape.kinds), len(labels), _texts_about(room))
    row, rows = 0, []
    for file in files:
        text, first, status = np.frombuffer(file, dtype=np.uint8), row, MORE if len(file) else DONE
        start = at = text.ctypes.data
        while status != DONE:
            at, row, status, found = loop(at, start + len(text), row, *arguments, shape, numbers, codes, met, odd)
            if status == MISFIT:
                return None
            for slot, place, begin, stop in odd[:found].tolist():
                numbers[slot, place] = float(bytes(file[begin - start : stop - start]))
            if status == MORE and row == room:
                room *= 2
                numbers, codes = _widened(numbers, codes, row, room)
            elif status == WORDY:
                try:
                    met = _with_room(met)
                except OverflowError:
                    return None
        rows.append(row - first)
    return Read(rows, numbers, codes, met)


def _widened(numbers: np.ndarray, codes: np.ndarray, rows: int, room: int) -> tuple[np.ndarray, np.ndarray]:
    wide = _columns(len(numbers), len(codes), room)
    wide[0][:, :rows], wide[1][:, :rows] = numbers[:, :rows], codes[:, :rows]
    return wide


def _joined(shape: Shape, one: Read, other: Read) -> Read:
    """Put two halves together, to the number of each text as one loop would have read them.

    Raises OverflowError where their texts are too many.
    """
    numbers, codes, met = one.numbers, one.codes, one.met
    cells_as, phrases_as = (
        np.empty(known.marked.shape, dtype=np.int32) for known in (other.met.cells, other.met.phrases)
    )
    while not take_over(shape, met, other.met, cells_as, phrases_as):
        met = _with_room(met)
    first, further = sum(one.rows), sum(other.rows)
    if first + further > max(numbers.shape[1], codes.shape[1]):
        numbers, codes = _widened(numbers, codes, first, first + further)
    numbers[:, first : first + further] = other.numbers[:, :further]
    for slot, phrases in enumerate(phrases_as):
        lay_codes(phrases, other.codes[slot, :further], codes[slot, first : first + further])
    return Read([*one.rows[:-1], one.rows[-1] + other.rows[0], *other.rows[1:]], numbers, codes, met)


@lru_cache(maxsize=256)
def _layout(kinds: tuple[int, ...], together: tuple[int, ...]) -> Layout:
    """Lay columns together into pieces; a publisher's files repeat theirs, so each is laid once."""
    joins = [kind != NUMBER and group != ALONE for kind, group in zip(kinds, together, strict=True)]
    firsts = [
        place
        for place in range(len(kinds))
        if not (place and joins[place] and joins[place - 1] and together[place] == together[place - 1])
    ]
    number, phrase, slots = count(), count(), []
    for first in firsts:
        passed = kinds[first] == PASSED and not joins[first]
        slots.append(-1 if passed else next(number if kinds[first] == NUMBER else phrase))
    label = count()
    places = [next(label) if kind == LABEL else -1 for kind in kinds]
    shape = Shape(
        np.array(kinds, dtype=np.int8),
        *(np.array(each, dtype=np.int32) for each in ([*firsts, len(kinds)], slots, places)),
    )
    labels = [(place, slots[bisect(firsts, place) - 1]) for place, kind in enumerate(kinds) if kind == LABEL]
    return Layout(shape, next(number), next(phrase), labels)


def _nothing_met(phrases: int, columns: int, labels: int, texts: int) -> Met:
    return Met(
        cells=vocabulary(labels, texts, LETTERS_OF_CELL * texts),
        phrases=vocabulary(phrases, texts, LETTERS_OF_PHRASE * texts, guessed=phrases),
        parts=np.empty((columns, texts), dtype=np.int32),
        codes=np.empty(columns, dtype=np.int32),
    )


def _with_room(met: Met) -> Met:
    """Give more room to what has least left: texts of cells, or phrases. Raises OverflowError."""
    if fullness(met.cells) > fullness(met.phrases):
        cells = grown(met.cells)
        lay_out(cells)
        return met._replace(cells=cells)
    phrases = grown(met.phrases)
    lay_out(phrases)
    parts = np.empty((len(met.parts), phrases.marked.shape[1]), dtype=np.int32)
    parts[:, : met.parts.shape[1]] = met.parts
    return met._replace(phrases=phrases, parts=parts)


def _filled(layout: Layout, read: Read) -> Filled | None:
    rows, met, labels = sum(read.rows), read.met, layout.labels
    try:
        texts = [texts_of(met.cells, place) for place in range(len(labels))]
    except pa.ArrowInvalid:
        return None
    lay = [
        partial(_laid, met.parts[label, : met.phrases.counts[slot]], read.codes[slot, :rows], len(known))
        for (label, slot), known in zip(labels, texts, strict=True)
    ]
    marked = [met.cells.marked[place, : len(known)] for place, known in enumerate(texts)]
    return Filled(read.rows, read.numbers[:, :rows], lay, texts, marked)


def _laid(of_phrase: np.ndarray, phrases: np.ndarray, texts: int, run: slice, *, narrow: bool = True) -> np.ndarray:
    """Return the code of each row of a run; ``narrow`` are integers as pandas has them for so many categories."""
    phrases = phrases[run]
    if len(of_phrase) == texts and np.array_equal(of_phrase, np.arange(texts)):
        return phrases
    kinds = (np.int8, np.int16, np.int32) if narrow else (np.int32,)
    kind = np.dtype(next(kind for kind in kinds if texts < np.iinfo(kind).max))
    codes = np.frombuffer(pa.allocate_buffer(len(phrases) * kind.itemsize), dtype=kind, count=len(phrases))
    lay_codes(of_phrase.astype(kind), phrases, codes)
    return codes


def _texts_about(rows: int) -> int:
    """Guess how many distinct texts a column may have: one for some rows, and more only where that proves too few."""
    return min(max(1 << (rows // ROWS_PER_TEXT).bit_length(), FEWEST_TEXTS), MOST_TEXTS)


def _columns(numbered: int, phrased: int, room: int) -> tuple[np.ndarray, np.ndarray]:
    """Return room for numbers and codes, out of Arrow's pool: memory that was used before costs nothing to have again."""
    numbers, codes = pa.allocate_buffer(room * numbered * FLOAT), pa.allocate_buffer(room * phrased * INTEGER)
    return (
        np.frombuffer(numbers, dtype=np.float64, count=room * numbered).reshape(numbered, room),
        np.frombuffer(codes, dtype=np.int32, count=room * phrased).reshape(phrased, room),
    )
