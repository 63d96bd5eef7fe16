# mypy: disable-error-code="arg-type, assignment, return-value"
"""The distinct texts of a column, found by their hashes and numbered as they come."""

from typing import TypeAlias

import numpy as np

from market_platform.sources.compiled.access import (
    byte_at,
    compiled,
    inlined,
    place_at,
    put_byte,
    put_place,
    put_word,
    word_at,
)
from market_platform.sources.compiled.marks import FULL, NO_PLACE, PLACE_BYTES, WORD
from market_platform.sources.compiled.texts import hash_of, same
from market_platform.sources.vocabulary import FREE, SLACK, Vocabulary

Book: TypeAlias = tuple[int, int, int, int, int, int, int, int]  # addresses of a vocabulary, and its sizes


@compiled
def lay_out(words: Vocabulary) -> None:
    """Fill the table of a vocabulary from its hashes."""
    mask = np.uint64(words.table.shape[1] - 1)
    for column in range(len(words.counts)):
        for code in range(words.counts[column]):
            slot = words.hashes[column, code] & mask
            while words.table[column, slot] != FREE:
                slot = (slot + np.uint64(1)) & mask
            words.table[column, slot] = code


@compiled
def book_of(words: Vocabulary) -> Book:
    """Return where the parts of a vocabulary lie, and how many texts and letters a column has room for."""
    texts, letters = words.marked.shape[1], words.letters.shape[1]
    found = (words.table.ctypes.data, words.hashes.ctypes.data, words.begins.ctypes.data, words.marked.ctypes.data)
    return (*found, words.letters.ctypes.data, words.counts.ctypes.data, texts, letters)


@inlined
def find(begin: int, stop: int, end: int, marked: bool, book: Book, column: int) -> tuple[int, int, int]:
    """Return the number of a text (-1 where it has none yet), its hash, and its place in the table.

    Works on the addresses of a vocabulary's parts alone: handing over its arrays costs more than the look-up.
    """
    table, hashes, begins, marks, letters, _, texts, stride = book
    spread, length = hash_of(begin, stop, end, marked), stop - begin
    slots = 2 * texts
    slot = np.intp(spread & np.uint64(slots - 1))
    table += column * slots * PLACE_BYTES
    # Each column has one beginning more than texts: the end of the last.
    begins += column * (texts + 1) * PLACE_BYTES
    code = place_at(table + slot * PLACE_BYTES)
    while code != NO_PLACE:
        known = column * texts + code
        if word_at(hashes + known * WORD) == spread and byte_at(marks + known) == marked:
            first = place_at(begins + code * PLACE_BYTES)
            other = letters + column * stride + first
            if place_at(begins + (code + 1) * PLACE_BYTES) - first == length and same(begin, end, other, length):
                return code, spread, slot
        slot = (slot + 1) & (slots - 1)
        code = place_at(table + slot * PLACE_BYTES)
    return -1, spread, slot


@inlined
def keep(begin: int, stop: int, end: int, marked: bool, book: Book, column: int, spread: int, slot: int) -> int:
    """Give a text the next number; FULL where there is no room for it."""
    table, hashes, begins, marks, letters, counts, texts, stride = book
    begins += column * (texts + 1) * PLACE_BYTES
    code, length = place_at(counts + column * PLACE_BYTES), stop - begin
    first = place_at(begins + code * PLACE_BYTES)
    if code + 1 >= texts or first + length + SLACK > stride:
        return FULL
    letters += column * stride + first
    step = 0
    while step < length and begin + step + WORD <= end:
        put_word(letters + step, word_at(begin + step))
        step += WORD
    while step < length:
        put_byte(letters + step, np.uint64(byte_at(begin + step)))
        step += 1
    known = column * texts + code
    put_place(begins + (code + 1) * PLACE_BYTES, np.uint64(first + length))
    put_byte(marks + known, np.uint64(marked))
    put_word(hashes + known * WORD, spread)
    put_place(table + (column * 2 * texts + slot) * PLACE_BYTES, np.uint64(code))
    put_place(counts + column * PLACE_BYTES, np.uint64(code + 1))
    return code


@compiled
def code_of(begin: int, stop: int, end: int, marked: bool, book: Book, column: int) -> int:
    """Return the number of a text, which it gets if it has none yet; FULL where there is no room for it."""
    code, spread, slot = find(begin, stop, end, marked, book, column)
    return code if code >= 0 else keep(begin, stop, end, marked, book, column, spread, slot)
