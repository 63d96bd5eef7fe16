# mypy: disable-error-code="arg-type, assignment, return-value"
"""Texts by their addresses: whether two are the same, where one ends, and a hash of it."""

import numpy as np

from market_platform.sources.compiled.access import byte_at, compiled, differing, inlined, low_zeros, word_at
from market_platform.sources.compiled.marks import (
    BACKSLASH,
    CLOSE,
    COMMA,
    EVERY_BYTE,
    HIGH_BITS,
    NEWLINE,
    NULL,
    NULL_LENGTH,
    QUOTE,
    RETURN,
    SPACE,
    SPAN,
    TAB,
    WORD,
    WORD_BITS,
)


@inlined
def same(one: int, end: int, other: int, length: int) -> bool:
    """Compare bytes at two addresses: those of a text that goes to ``end``, and others with slack behind them."""
    while length > SPAN:
        if differing(one, other) != 0:
            return False
        one, other, length = one + SPAN, other + SPAN, length - SPAN
    if one + SPAN <= end:
        return differing(one, other) & ((1 << length) - 1) == 0
    while length > 0 and byte_at(one) == byte_at(other):
        one, other, length = one + 1, other + 1, length - 1
    return length == 0


@inlined
def where(word: int, mark: int) -> int:
    """Set the high bit of the lowest byte of a word that is this mark (bytes above it may be set wrongly)."""
    apart = word ^ EVERY_BYTE * np.uint64(mark)
    return (apart - EVERY_BYTE) & ~apart & HIGH_BITS


@inlined
def end_of_text(at: int, end: int, quoted: bool, escape: int, close: int) -> int:
    """Return where a text ends: at a quotation mark if it began with one, else at what closes a cell."""
    one, other = (QUOTE, escape) if quoted else (COMMA, close)
    while at + WORD <= end:
        word = word_at(at)
        found = where(word, one) | where(word, other) | where(word, NEWLINE) | where(word, RETURN)
        if found != 0:
            return at + (low_zeros(found) >> 3)
        at += WORD
    while at < end and byte_at(at) not in (one, other, NEWLINE, RETURN):
        at += 1
    return at


@compiled
def past_blanks(at: int, end: int) -> int:
    """Return the place behind blanks."""
    while at < end and byte_at(at) in (SPACE, TAB):
        at += 1
    return at


@compiled
def is_null(at: int, end: int) -> bool:
    """Whether JSON's word for nothing stands here, with more behind it."""
    return (
        at + NULL_LENGTH < end
        and byte_at(at) == NULL[0]
        and byte_at(at + 1) == NULL[1]
        and byte_at(at + 2) == NULL[2]
        and byte_at(at + 3) == NULL[3]
    )


@compiled
def end_of_value(at: int, end: int) -> int:
    """Return where a text, a word or a number of JSON ends; -1 where there is none, or one with an escape."""
    if is_null(at, end):
        return at + NULL_LENGTH
    quoted = byte_at(at) == QUOTE
    stop = end_of_text(at + quoted, end, quoted, BACKSLASH, CLOSE)
    if stop >= end or (byte_at(stop) != QUOTE if quoted else stop == at):
        return -1
    return stop + quoted


@compiled
def past_cell(at: int, end: int, last: bool) -> int:
    """Return the place behind what ends a bare cell: the comma, or after the ``last`` the end of the line; 0 if it is not there."""
    if at >= end:
        return 0
    if not last:
        return at + 1 if byte_at(at) == COMMA else 0
    at += byte_at(at) == RETURN
    return at + 1 if at < end and byte_at(at) == NEWLINE else 0


@inlined
def hash_of(begin: int, stop: int, end: int, marked: bool) -> int:
    """Return the hash of a text in one that goes to ``end``."""
    spread, at = np.uint64(14695981039346656037) + np.uint64(marked), begin
    while at + WORD <= stop:
        spread = (spread ^ word_at(at)) * np.uint64(0x9E3779B97F4A7C15)
        spread ^= spread >> np.uint64(32)
        at += WORD
    if at < stop:
        if at + WORD <= end:
            rest = word_at(at) << np.uint64(WORD_BITS - 8 * (stop - at)) >> np.uint64(WORD_BITS - 8 * (stop - at))
        else:
            rest = np.uint64(0)
            for step in range(stop - at):
                rest |= np.uint64(byte_at(at + step)) << np.uint64(8 * step)
        spread = (spread ^ rest) * np.uint64(0x9E3779B97F4A7C15)
    return (spread ^ np.uint64(stop - begin)) ^ (spread >> np.uint64(29))


@compiled
def sight(at: int) -> int:
    """Return a hash of the next thirty-two bytes: four products side by side."""
    one, two = word_at(at) * np.uint64(0x9E3779B97F4A7C15), word_at(at + WORD) * np.uint64(0xC2B2AE3D27D4EB4F)
    three, four = (
        word_at(at + 2 * WORD) * np.uint64(0x165667B19E3779F9),
        word_at(at + 3 * WORD) * np.uint64(0xD6E8FEB86659FD93),
    )
    mixed = one + (two ^ (two >> np.uint64(29))) + three + (four ^ (four >> np.uint64(31)))
    return (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)
