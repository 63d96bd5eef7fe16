"""Reading the lines of CSV files in one pass over their bytes: numbers as floats, texts as places in a vocabulary.

Reads what publishers' programs write: cells bare or in quotation marks, lines that end in LF or CR LF, every line with
all its cells. Where anything else comes up (a mark inside marks, a blank line, a short row, a word for a number) the
whole reading says so, for a slower reader to do.
"""

from collections.abc import Sequence

from market_platform.sources.compiled import read_lines
from market_platform.sources.filling import Filled, fill

PEEK_BYTES = 4_000
ROOM = 1.1


def scan(files: Sequence[memoryview], kinds: Sequence[int], together: Sequence[int]) -> Filled | None:
    """Read files whose lines have cells of these kinds (PASSED, LABEL, NUMBER); None where any is not as it should be.

    Columns of text beside each other that change together have the same number in ``together``, 0 is ALONE.
    """
    return fill(read_lines, (), files, kinds, together, sum(map(_lines_about, files)))


def _lines_about(file: memoryview) -> int:
    """Guess the number of lines from the first of them."""
    head = bytes(file[:PEEK_BYTES])
    return int(ROOM * len(file) * (head.count(b"\n") + 1) / max(1, len(head))) + 1
