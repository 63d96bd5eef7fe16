# mypy: disable-error-code="arg-type, assignment, return-value"
"""Phrases: cells beside each other that change together, compared as one text and cut only where they are new.

Lines repeat themselves: the stamps of the line above, the zone with its number that came after this one last time.
"""

import numpy as np

from market_platform.sources.compiled.access import byte_at, compiled, inlined, place_at, put_place
from market_platform.sources.compiled.marks import (
    CLOSE,
    COMMA,
    FULL,
    LABEL,
    NEWLINE,
    NO_PLACE,
    PLACE_BYTES,
    QUOTE,
    RETURN,
    WRONG,
)
from market_platform.sources.compiled.texts import end_of_text, end_of_value, is_null, same
from market_platform.sources.compiled.vocabularies import Book, code_of, find, keep
from market_platform.sources.vocabulary import Met, Shape

Lie = Book  # addresses of a shape and of the codes that were met, and their sizes


@compiled
def lie_of(shape: Shape, met: Met) -> Lie:
    """Return where the parts of a shape and the codes of cells lie, and how many columns and phrases these have room for."""
    found = (shape.kinds.ctypes.data, shape.firsts.ctypes.data, shape.slots.ctypes.data, shape.places.ctypes.data)
    return (*found, met.parts.ctypes.data, met.codes.ctypes.data, len(shape.kinds), met.parts.shape[1])


@compiled
def first_column(lie: Lie, piece: int) -> int:
    """Return the column that a piece begins with."""
    return place_at(lie[1] + piece * PLACE_BYTES)


@inlined
def keep_phrase(begin: int, stop: int, end: int, piece: int, lie: Lie, phrases: Book, spread: int, place: int) -> int:
    """Give a phrase the next number, and keep the codes of its cells."""
    code = keep(begin, stop, end, False, phrases, place_at(lie[2] + piece * PLACE_BYTES), spread, place)
    if code != FULL:
        for column in range(first_column(lie, piece), first_column(lie, piece + 1)):
            put_place(
                lie[4] + (column * lie[7] + code) * PLACE_BYTES, np.uint64(place_at(lie[5] + column * PLACE_BYTES))
            )
    return code


@compiled
def read_cells(  # noqa: C901 - as the loops below
    at: int, end: int, piece: int, lie: Lie, cells: Book, phrases: Book
) -> tuple[int, int]:
    """Read a phrase of CSV with the comma or line end behind it; returns where it ends, and its number."""
    # Until a phrase is known to be new, its cells have where they end in place of their codes.
    begin, width, slot = at, lie[6], place_at(lie[2] + piece * PLACE_BYTES)
    first, after = first_column(lie, piece), first_column(lie, piece + 1)
    for column in range(first, after):
        quoted = at < end and byte_at(at) == QUOTE
        at = end_of_text(at + quoted, end, quoted, QUOTE, NEWLINE)
        if (quoted and (at >= end or byte_at(at) != QUOTE)) or (width == 1 and at == begin):
            return at, WRONG
        put_place(lie[5] + column * PLACE_BYTES, np.uint64(at - begin))
        at += quoted
        if column + 1 < width:
            if at >= end or byte_at(at) != COMMA:
                return at, WRONG
            at += 1
        elif at < end:
            at += byte_at(at) == RETURN
            if at >= end or byte_at(at) != NEWLINE:
                return at, WRONG
            at += 1
    stop = at
    known, spread, place = find(begin, stop, end, False, phrases, slot)
    if known >= 0:
        return stop, known
    at = begin
    for column in range(first, after):
        quoted = at < end and byte_at(at) == QUOTE
        at += quoted
        behind, code = begin + place_at(lie[5] + column * PLACE_BYTES), NO_PLACE
        if byte_at(lie[0] + column) == LABEL and behind > at:
            code = code_of(at, behind, end, False, cells, place_at(lie[3] + column * PLACE_BYTES))
            if code == FULL:
                return at, FULL
        put_place(lie[5] + column * PLACE_BYTES, np.uint64(code))
        at = behind + quoted + 1
    return stop, keep_phrase(begin, stop, end, piece, lie, phrases, spread, place)


@compiled
def past_literal(at: int, end: int, template: int, ends: int, column: int) -> int:
    """Return the place behind what stands before a value of an object; 0 where something else does."""
    literal = place_at(ends + column * PLACE_BYTES)
    length = place_at(ends + (column + 1) * PLACE_BYTES) - literal
    return at + length if at + length < end and same(at, end, template + literal, length) else 0


@compiled
def read_values(
    at: int, end: int, template: int, ends: int, piece: int, lie: Lie, cells: Book, phrases: Book
) -> tuple[int, int]:
    """Read a phrase of JSON with the mark behind it; returns where that mark stands, and its number."""
    begin, slot = at, place_at(lie[2] + piece * PLACE_BYTES)
    first, after = first_column(lie, piece), first_column(lie, piece + 1)
    for column in range(first, after):
        at = past_literal(at, end, template, ends, column)
        at = end_of_value(at, end) if at > 0 else -1
        if at < 0:
            return at, WRONG
        put_place(lie[5] + column * PLACE_BYTES, np.uint64(at - begin))
    if at >= end or byte_at(at) not in (COMMA, CLOSE):
        return at, WRONG
    stop = at
    known, spread, place = find(begin, stop + 1, end, False, phrases, slot)
    if known >= 0:
        return stop, known
    at = begin
    for column in range(first, after):
        at += place_at(ends + (column + 1) * PLACE_BYTES) - place_at(ends + column * PLACE_BYTES)
        behind, code = begin + place_at(lie[5] + column * PLACE_BYTES), NO_PLACE
        if not is_null(at, end):
            quoted = byte_at(at) == QUOTE
            code = code_of(at + quoted, behind - quoted, end, quoted, cells, place_at(lie[3] + column * PLACE_BYTES))
            if code == FULL:
                return at, FULL
        put_place(lie[5] + column * PLACE_BYTES, np.uint64(code))
        at = behind
    return stop, keep_phrase(begin, stop + 1, end, piece, lie, phrases, spread, place)


@inlined
def length_here(at: int, end: int, entry: int, letters: int) -> int:
    """Return the length of the phrase that an entry of a vocabulary tells, if it stands at an address; else 0."""
    start = place_at(entry)
    length = place_at(entry + PLACE_BYTES) - start
    return length if 0 < length <= end - at and same(at, end, letters + start, length) else 0
