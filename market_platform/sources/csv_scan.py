"""Reading the lines of CSV files in one pass over their bytes: numbers as floats, texts as places in a vocabulary.

Reads what publishers' programs write: cells bare or in quotation marks, lines that end in LF or CR LF, every line with
all its cells. Where anything else comes up (a mark inside marks, a blank line, a short row, a word for a number) the
whole reading says so, for a slower reader to do.
"""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate

from market_platform.sources.compiled import read_lines
from market_platform.sources.filling import Filled, fill, fill_by_halves
from market_platform.sources.side_by_side import WORTHWHILE_BYTES

PEEK_BYTES, PEEKS = 4_000, 4
ROOM = 1.1


def scan(files: Sequence[memoryview], kinds: Sequence[int], together: Sequence[int]) -> Filled | None:
    """Read files whose lines have cells of these kinds (PASSED, LABEL, NUMBER); None where any is not as it should be.

    Columns of text beside each other that change together have the same number in ``together``, 0 is ALONE.
    """
    if sum(map(len, files)) < WORTHWHILE_BYTES:
        return fill(read_lines, (), files, kinds, together, _lines_about(files))
    return fill_by_halves(read_lines, (), _halves(files), kinds, together, _lines_about(files))


def _halves(files: Sequence[memoryview]) -> tuple[list[memoryview], list[memoryview]]:
    """Cut files into two halves of about as many bytes: at a line's end, or where the file in the middle ends."""
    ends = list(accumulate(map(len, files)))
    middle = bisect(ends, ends[-1] // 2)
    file = files[middle]
    at = len(file) - ends[middle] + ends[-1] // 2
    found = bytes(file[at : at + PEEK_BYTES]).find(b"\n")
    cut = at + found + 1 if found >= 0 else len(file)
    return [*files[:middle], file[:cut]], [file[cut:], *files[middle + 1 :]]


def _lines_about(files: Sequence[memoryview]) -> int:
    """Guess the number of lines from the first of some files."""
    heads = b"".join(file[:PEEK_BYTES] for file in files[:: max(1, len(files) // PEEKS)])
    return int(ROOM * sum(map(len, files)) * (heads.count(b"\n") + PEEKS) / max(1, len(heads))) + 1
