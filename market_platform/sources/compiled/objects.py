# mypy: disable-error-code="arg-type, assignment, return-value"
"""The loop over JSON objects that are written alike."""

import numpy as np

from market_platform.sources.compiled.access import byte_at, compiled
from market_platform.sources.compiled.marks import (
    BAD,
    CLOSE,
    COMMA,
    DONE,
    FULL,
    MINUS,
    MISFIT,
    MORE,
    NULL_LENGTH,
    NUMBER,
    ODD,
    PLACE_BYTES,
    POINT,
    READ,
    WORDY,
    WRONG,
    ZERO,
)
from market_platform.sources.compiled.numerals import number
from market_platform.sources.compiled.phrases import length_here, lie_of, past_literal, read_values
from market_platform.sources.compiled.texts import is_null
from market_platform.sources.compiled.vocabularies import book_of
from market_platform.sources.vocabulary import Met, Shape


@compiled
def _number_value(at: int, end: int) -> tuple[float, int, int]:
    """Read a number as JSON has it, or null: its value, where it ends, and READ, ODD or BAD."""
    if is_null(at, end):
        return np.nan, at + NULL_LENGTH, READ
    value, stop, state = number(at, end)
    digit = byte_at(at) if byte_at(at) != MINUS else byte_at(at + 1)
    return value, stop, BAD if digit < ZERO or byte_at(stop - 1) == POINT else state


@compiled
def _past_object(at: int, end: int) -> int:
    """Return the place behind the brace of an object and the comma after it; 0 where they are not as due."""
    if at >= end or byte_at(at) != CLOSE:
        return 0
    if at + 1 == end:
        return end
    return at + 2 if byte_at(at + 1) == COMMA and at + 2 < end else 0


@compiled
def read_objects(  # noqa: C901 - one loop over bytes
    at: int,
    end: int,
    row: int,
    template: int,
    ends: int,
    shape: Shape,
    numbers: np.ndarray,
    codes: np.ndarray,
    met: Met,
    odd: np.ndarray,
) -> tuple[int, int, int, int]:
    """Fill columns from JSON objects that are written alike, as ``read_lines`` does.

    ``template`` is the address of what stands before each value of an object, ``ends`` that of 0 and of where each ends.
    """
    kinds, firsts, slots = shape.kinds, shape.firsts, shape.slots
    width, pieces, found = np.intp(len(kinds)), np.uintp(len(slots)), 0
    cells, phrases, lie = book_of(met.cells), book_of(met.phrases), lie_of(shape, met)
    following, lasts = met.phrases.following, met.phrases.last
    begins, letters, texts, stride = phrases[2], phrases[4], phrases[6], phrases[7]
    while at < end:
        if row == max(numbers.shape[1], codes.shape[1]) or found + width > len(odd):
            return at, row, MORE, found
        line, here = at, np.uintp(row)
        for piece in range(pieces):
            slot, first = np.uintp(slots[piece]), np.uintp(firsts[piece])
            if kinds[first] == NUMBER:
                begin = past_literal(at, end, template, ends, np.intp(first))
                value, at, state = _number_value(begin, end) if begin > 0 else (np.nan, at, BAD)
                if state == BAD:
                    return line, row, MISFIT, 0
                numbers[slot, here] = value
                if state == ODD:
                    odd[found, 0], odd[found, 1], odd[found, 2], odd[found, 3] = slot, row, begin, at
                    found += 1
                continue
            last = code = np.uintp(lasts[slot])
            for guess in range(3):
                if guess == 1:
                    code = np.uintp(following[slot, last])
                elif guess == 2:
                    at, learnt = read_values(at, end, template, ends, np.intp(piece), lie, cells, phrases)
                    if learnt in (FULL, WRONG):
                        return line, row, WORDY if learnt == FULL else MISFIT, found
                    code = np.uintp(learnt)
                    following[slot, last] = code
                    break
                entry = begins + (np.intp(slot) * (texts + 1) + np.intp(code)) * PLACE_BYTES
                length = length_here(at, end, entry, letters + np.intp(slot) * stride)
                if length > 0:
                    at += length - 1
                    break
            lasts[slot], codes[slot, here] = code, code
        at = _past_object(at, end)
        if at == 0:
            return line, row, MISFIT, 0
        row += 1
    return at, row, DONE, found
