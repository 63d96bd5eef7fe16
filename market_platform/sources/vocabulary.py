"""The distinct texts of some columns, as arrays that a compiled loop fills and Arrow reads in place."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

FREE = -1
SLACK = 32  # bytes behind the last text, so that it can be read by spans
MOST_BYTES = 2**31 - 2**16  # Arrow's offsets of texts are integers of 32 bits
GROWTH = 4


class Vocabulary(NamedTuple):
    """The distinct texts of each column (first axis), numbered by first appearance.

    Text k of column c is ``letters[c, begins[c, k]:begins[c, k + 1]]``; ``marked`` tells texts in quotation marks from
    bare words where that matters. ``table`` finds a text by its hash, ``counts`` says how many there are. Where texts are
    guessed, ``following`` says which came after one last time, ``seen`` which began so, ``last`` which came last.
    """

    letters: np.ndarray
    begins: np.ndarray
    marked: np.ndarray
    hashes: np.ndarray
    following: np.ndarray
    seen: np.ndarray
    table: np.ndarray
    last: np.ndarray
    counts: np.ndarray


class Shape(NamedTuple):
    """What a line holds, column by column, and how columns go together.

    ``kinds`` are the columns' kinds. A piece is a number or a phrase, columns of text beside each other that change
    together; it begins with the column that ``firsts`` names (which has the line's end beside) and fills the row
    ``slots`` of the numbers or of the phrases' codes. ``places`` says which column of texts a LABEL is.
    """

    kinds: np.ndarray
    firsts: np.ndarray
    slots: np.ndarray
    places: np.ndarray


class Met(NamedTuple):
    """What a loop has met so far: texts of cells, phrases, and which text each column has in a phrase (``parts``).

    ``codes`` are those of the phrase that is being read.
    """

    cells: Vocabulary
    phrases: Vocabulary
    parts: np.ndarray
    codes: np.ndarray


def vocabulary(columns: int, texts: int, letters: int, guessed: int = 0) -> Vocabulary:
    """Return an empty vocabulary with room for so many texts (a power of two) and letters a column.

    The texts of all columns are ``guessed``, or those of none.
    """
    return Vocabulary(
        letters=np.empty((columns, letters + SLACK), dtype=np.uint8),
        begins=np.zeros((columns, texts + 1), dtype=np.int32),
        marked=np.empty((columns, texts), dtype=np.bool_),
        hashes=np.empty((columns, texts), dtype=np.uint64),
        following=np.zeros((guessed, texts), dtype=np.int32),
        seen=np.zeros((guessed, 2 * texts), dtype=np.int32),
        table=np.full((columns, 2 * texts), FREE, dtype=np.int32),
        last=np.zeros(guessed, dtype=np.int32),
        counts=np.zeros(columns, dtype=np.int32),
    )


def grown(small: Vocabulary) -> Vocabulary:
    """Return the same texts with more room; their table is empty. Raises OverflowError where Arrow would have no room."""
    columns, texts = small.marked.shape
    letters = GROWTH * (small.letters.shape[1] - SLACK)
    if letters > MOST_BYTES:
        raise OverflowError(f"the texts of a column take more than {MOST_BYTES:,} bytes")
    large = vocabulary(columns, GROWTH * texts, letters, len(small.last))
    for name in ("letters", "begins", "marked", "hashes", "following", "last", "counts"):
        part = getattr(small, name)
        getattr(large, name)[..., : part.shape[-1]] = part
    return large


def fullness(words: Vocabulary) -> float:
    """Return how much of the room for texts or letters is taken in the column that has least left, as a share."""
    if not len(words.counts):
        return 0.0
    taken = words.begins[np.arange(len(words.counts)), words.counts]
    return max(words.counts.max() / words.marked.shape[1], taken.max() / (words.letters.shape[1] - SLACK))


def texts_of(words: Vocabulary, column: int) -> pa.StringArray:
    """Return a column's distinct texts. Raises pyarrow.ArrowInvalid where they are not UTF-8."""
    count = int(words.counts[column])
    begins = words.begins[column, : count + 1].copy()
    letters = words.letters[column, : begins[-1]].copy()
    texts = pa.StringArray.from_buffers(count, pa.py_buffer(begins), pa.py_buffer(letters))
    texts.validate(full=True)
    return texts
