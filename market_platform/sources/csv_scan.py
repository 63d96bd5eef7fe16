"""Reading the lines of CSV files in one pass over their bytes: numbers as floats, texts as places in a vocabulary.

Reads what publishers' programs write: cells bare or in quotation marks, lines that end in LF or CR LF, every line with
all its cells. Where anything else comes up (a mark inside marks, a blank line, a short row, a word for a number) the
whole reading says so, for a slower reader to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from market_platform.sources.compiled import DONE, LABEL, MISFIT, MORE, NUMBER, WORDY, lay_out, read_lines
from market_platform.sources.vocabulary import grown, texts_of, vocabulary

PEEK_BYTES = 4_000
ODD_CELLS = 1_024
ROOM = 1.1
ROWS_PER_TEXT, FEWEST_TEXTS, MOST_TEXTS = 8, 255, 2**15
LETTERS = 24
FLOAT, INTEGER = 8, 4  # bytes


@dataclass(frozen=True)
class Scanned:
    """What files hold: ``rows`` of each, and in the order of the kinds ``numbers`` and ``codes``, one column each.

    A code says which of the column's ``texts`` stands there. A blank number is NaN, a blank text is -1.
    """

    rows: list[int]
    numbers: np.ndarray
    codes: np.ndarray
    texts: list[pa.StringArray]


def scan(files: Sequence[memoryview], kinds: Sequence[int]) -> Scanned | None:
    """Read files whose lines have cells of these kinds (PASSED, LABEL, NUMBER); None where any is not as it should be."""
    kind = np.array(kinds, dtype=np.int8)
    slots = np.array([list(kinds[:place]).count(each) for place, each in enumerate(kinds)], dtype=np.int32)
    labels, numbered = list(kinds).count(LABEL), list(kinds).count(NUMBER)
    room = sum(map(_lines_about, files))
    numbers, codes = _columns(numbered, labels, room)
    odd = np.empty((ODD_CELLS + len(kinds), 4), dtype=np.int64)
    words = vocabulary(labels, texts := _texts_about(room), LETTERS * texts)
    row, rows = 0, []
    for file in files:
        text, first, status = np.frombuffer(file, dtype=np.uint8), row, MORE if len(file) else DONE
        start = at = text.ctypes.data
        while status != DONE:
            letters = words.letters.ctypes.data
            at, row, status, found = read_lines(
                at, start + len(text), row, kind, slots, numbers, codes, words, letters, odd
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
    try:
        words_of = [texts_of(words, place) for place in range(labels)]
    except pa.ArrowInvalid:
        return None
    return Scanned(rows, numbers[:, :row], codes[:, :row], words_of)


def _lines_about(file: memoryview) -> int:
    """Guess the number of lines from the first of them."""
    head = bytes(file[:PEEK_BYTES])
    return int(ROOM * len(file) * (head.count(b"\n") + 1) / max(1, len(head))) + 1


def _texts_about(lines: int) -> int:
    """Guess how many distinct texts a column may have: one for some rows, and more only where that proves too few."""
    return 1 << min(max(lines // ROWS_PER_TEXT, FEWEST_TEXTS).bit_length(), MOST_TEXTS.bit_length())


def _columns(numbered: int, labels: int, room: int) -> tuple[np.ndarray, np.ndarray]:
    """Return room for numbers and codes, out of Arrow's pool: memory that was used before costs nothing to have again."""
    numbers, codes = pa.allocate_buffer(room * numbered * FLOAT), pa.allocate_buffer(room * labels * INTEGER)
    return (
        np.frombuffer(numbers, dtype=np.float64, count=room * numbered).reshape(numbered, room),
        np.frombuffer(codes, dtype=np.int32, count=room * labels).reshape(labels, room),
    )
