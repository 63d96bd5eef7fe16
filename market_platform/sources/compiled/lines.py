# mypy: disable-error-code="arg-type, assignment, return-value"
"""The loop over lines of CSV."""

import numpy as np

from market_platform.sources.compiled.access import byte_at, compiled, inlined
from market_platform.sources.compiled.marks import (
    BAD,
    COMMA,
    DONE,
    FULL,
    MISFIT,
    MORE,
    NEWLINE,
    NUMBER,
    ODD,
    PLACE_BYTES,
    QUOTE,
    READ,
    RETURN,
    SPAN,
    WORDY,
    WRONG,
)
from market_platform.sources.compiled.numerals import number, plain_number
from market_platform.sources.compiled.phrases import length_here, lie_of, read_cells
from market_platform.sources.compiled.texts import end_of_text, past_blanks, past_cell, sight
from market_platform.sources.compiled.vocabularies import book_of
from market_platform.sources.vocabulary import Met, Shape


@inlined
def _plain_cell(at: int, end: int, numeric: bool, last: bool) -> tuple[float, int]:
    """Read a bare number, or pass over a bare text: the value and the place behind the cell, 0 where it is not that plain."""
    if numeric:
        value, stop = plain_number(at, end)
    else:
        value, stop = np.nan, at if at >= end or byte_at(at) == QUOTE else end_of_text(at, end, False, QUOTE, NEWLINE)
    return value, past_cell(stop, end, last) if stop > at else 0


@compiled
def _other_cell(at: int, end: int, numeric: bool, last: bool) -> tuple[float, int, int, int, int]:
    """Read a number with marks or blanks around it, or pass over a text.

    Returns the value, READ, ODD or BAD, where it begins and ends, and the place behind the cell; 0 if that is not as due.
    """
    mark = byte_at(at) if at < end else NEWLINE
    quoted = mark == QUOTE
    if quoted:
        at += 1
        mark = byte_at(at) if at < end else NEWLINE
    value, begin, stop, state = np.nan, at, at, READ
    if not numeric:
        at = stop = end_of_text(at, end, quoted, QUOTE, NEWLINE)
    else:
        if not (mark == QUOTE if quoted else mark in (COMMA, NEWLINE, RETURN)):
            begin = past_blanks(at, end)
            value, stop, state = number(begin, end)
        at = past_blanks(stop, end)
    if quoted:
        if at >= end or byte_at(at) != QUOTE:
            return value, BAD, begin, stop, 0
        at += 1
    behind = at if last and at >= end else past_cell(at, end, last)
    return value, state, begin, stop, behind


@compiled
def read_lines(  # noqa: C901 - one loop over bytes
    at: int, end: int, row: int, shape: Shape, numbers: np.ndarray, codes: np.ndarray, met: Met, odd: np.ndarray
) -> tuple[int, int, int, int]:
    """Fill columns from lines of CSV; returns where it stands, the next row, how it ended, and the odd numbers met."""
    kinds, firsts, slots = shape.kinds, shape.firsts, shape.slots
    width, pieces, found = np.intp(len(kinds)), np.uintp(len(slots)), 0
    room = max(numbers.shape[1], codes.shape[1])
    cells, phrases, lie = book_of(met.cells), book_of(met.phrases), lie_of(shape, met)
    following, lasts, seen = met.phrases.following, met.phrases.last, met.phrases.seen
    begins, letters, texts, stride = phrases[2], phrases[4], phrases[6], phrases[7]
    seats = np.uint64(2 * texts) - np.uint64(1)
    while at < end:
        if row == room or found + width > len(odd):
            return at, row, MORE, found
        line, here = at, np.uintp(row)
        for piece in range(pieces):
            slot, first, final = np.uintp(slots[piece]), np.uintp(firsts[piece]), piece + np.uintp(1) == pieces
            numeric, begin = kinds[first] == NUMBER, at
            if numeric or slots[piece] < 0:
                value, at = _plain_cell(begin, end, numeric, final)
                if at == 0:
                    value, state, start, stop, at = _other_cell(begin, end, numeric, final)
                    if at == 0 or state == BAD or (pieces == 1 and stop == begin < end):
                        return line, row, MISFIT, 0
                    if state == ODD:
                        odd[found, 0], odd[found, 1], odd[found, 2], odd[found, 3] = slot, row, start, stop
                        found += 1
                if numeric:
                    numbers[slot, here] = value
                continue
            last = np.uintp(lasts[slot])
            code, mine = last, np.intp(slot)
            # The phrase above, the one that came after it last time, one that begins as this one.
            for guess in range(4):
                if guess == 1:
                    code = np.uintp(following[slot, last])
                elif guess == 2 and at + SPAN <= end:
                    code = np.uintp(seen[slot, sight(at) & seats])
                elif guess == 3:
                    at, learnt = read_cells(at, end, np.intp(piece), lie, cells, phrases)
                    if learnt in (FULL, WRONG):
                        return line, row, WORDY if learnt == FULL else MISFIT, found
                    code = np.uintp(learnt)
                    following[slot, last] = code
                    if begin + SPAN <= end:
                        seen[slot, sight(begin) & seats] = code
                    break
                entry = begins + (mine * (texts + 1) + np.intp(code)) * PLACE_BYTES
                length = length_here(at, end, entry, letters + mine * stride)
                # One from a file's end may be the begin of another.
                if length > 0 and byte_at(at + length - 1) in (COMMA, NEWLINE):
                    at += length
                    break
            lasts[slot], codes[slot, here] = code, code
        row += 1
    return at, row, DONE, found
