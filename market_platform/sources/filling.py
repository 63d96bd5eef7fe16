"""Having a compiled loop fill columns: room for rows and words is made as it runs out, odd numbers are read with care."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from market_platform.sources.compiled import DONE, LABEL, MISFIT, MORE, NUMBER, WORDY, lay_out
from market_platform.sources.vocabulary import Vocabulary, grown, texts_of, vocabulary

ODD_CELLS = 1_024
ROWS_PER_TEXT, FEWEST_TEXTS, MOST_TEXTS = 8, 255, 2**15
LETTERS = 24
FLOAT, INTEGER = 8, 4  # bytes

# From an address to another, from a row on, into numbers, codes and words; gives where it stands, the next row, how it
# ended and how many odd numbers it met.
Loop = Callable[..., tuple[int, int, int, int]]


@dataclass(frozen=True)
class Filled:
    """What files hold: ``rows`` of each, and in the order of the kinds ``numbers`` and ``codes``, one column each.

    A code says which of the column's ``texts`` stands there; ``marked`` tells which texts stood in quotation marks. A
    blank number is NaN, a blank text is -1.
    """

    rows: list[int]
    numbers: np.ndarray
    codes: np.ndarray
    texts: list[pa.StringArray]
    marked: list[np.ndarray]


def fill(
    loop: Loop, arguments: tuple[object, ...], files: Sequence[memoryview], kinds: Sequence[int], room: int
) -> Filled | None:
    """Have a loop read files one after the other into the same columns; None where one is not as it should be.

    ``arguments`` stand between the row and the kinds, ``room`` is about how many rows there are.
    """
    kind = np.array(kinds, dtype=np.int8)
    slots = np.array([list(kinds[:place]).count(each) for place, each in enumerate(kinds)], dtype=np.int32)
    labels, numbered = list(kinds).count(LABEL), list(kinds).count(NUMBER)
    numbers, codes = _columns(numbered, labels, room)
    odd = np.empty((ODD_CELLS + len(kinds), 4), dtype=np.int64)
    words = vocabulary(labels, texts := _texts_about(room), LETTERS * texts)
    row, rows = 0, []
    for file in files:
        text, first, status = np.frombuffer(file, dtype=np.uint8), row, MORE if len(file) else DONE
        start = at = text.ctypes.data
        while status != DONE:
            letters = words.letters.ctypes.data
            at, row, status, found = loop(
                at, start + len(text), row, *arguments, kind, slots, numbers, codes, words, letters, odd
            )
            if status == MISFIT:
                return None
            for slot, place, begin, stop in odd[:found].tolist():
                numbers[slot, place] = float(bytes(file[begin - start : stop - start]))
            if status == MORE and row == room:
                room *= 2
                narrow, (numbers, codes) = (numbers, codes), _columns(numbered, labels, room)
                numbers[:, :row], codes[:, :row] = narrow[0], narrow[1]
            elif status == WORDY:
                try:
                    words = grown(words)
                except OverflowError:
                    return None
                lay_out(words)
        rows.append(row - first)
    return _filled(rows, numbers[:, :row], codes[:, :row], words)


def _filled(rows: list[int], numbers: np.ndarray, codes: np.ndarray, words: Vocabulary) -> Filled | None:
    places = range(len(words.counts))
    try:
        texts = [texts_of(words, place) for place in places]
    except pa.ArrowInvalid:
        return None
    return Filled(rows, numbers, codes, texts, [words.marked[place, : len(texts[place])] for place in places])


def _texts_about(rows: int) -> int:
    """Guess how many distinct texts a column may have: one for some rows, and more only where that proves too few."""
    return 1 << min(max(rows // ROWS_PER_TEXT, FEWEST_TEXTS).bit_length(), MOST_TEXTS.bit_length())


def _columns(numbered: int, labels: int, room: int) -> tuple[np.ndarray, np.ndarray]:
    """Return room for numbers and codes, out of Arrow's pool: memory that was used before costs nothing to have again."""
    numbers, codes = pa.allocate_buffer(room * numbered * FLOAT), pa.allocate_buffer(room * labels * INTEGER)
    return (
        np.frombuffer(numbers, dtype=np.float64, count=room * numbered).reshape(numbered, room),
        np.frombuffer(codes, dtype=np.int32, count=room * labels).reshape(labels, room),
    )
