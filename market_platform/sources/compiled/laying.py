# mypy: disable-error-code="arg-type, assignment, return-value"
"""Laying what is distinct over rows."""

import numpy as np

from market_platform.sources.compiled.access import compiled, put_word, word_at
from market_platform.sources.compiled.marks import WORD


@compiled
def lay_codes(of_phrase: np.ndarray, phrases: np.ndarray, codes: np.ndarray) -> None:
    """Lay the code that a column has in each phrase over the rows."""
    for row in range(len(phrases)):
        codes[row] = of_phrase[np.uintp(phrases[row])]


@compiled
def lay_texts(letters: int, begins: np.ndarray, codes: np.ndarray, laid: int, ends: np.ndarray) -> None:
    """Lay distinct texts over rows: their letters one after the other from ``laid`` on, and where each row's end.

    ``letters`` and ``laid`` are addresses with slack behind what they hold; ``begins`` has the end of the last text beside.
    """
    at = 0
    for row in range(len(codes)):
        code = np.intp(codes[row])
        if code >= 0:
            first = begins[np.uintp(code)]
            length = begins[np.uintp(code + 1)] - first
            step = 0
            while step < length:
                put_word(laid + at + step, word_at(letters + first + step))
                step += WORD
            at += length
        ends[row] = at


@compiled
def length_laid(begins: np.ndarray, codes: np.ndarray) -> int:
    """Return how many letters texts take when they are laid over rows, as ``lay_texts`` does it."""
    total = 0
    for row in range(len(codes)):
        code = np.intp(codes[row])
        if code >= 0:
            total += begins[np.uintp(code + 1)] - begins[np.uintp(code)]
    return total
