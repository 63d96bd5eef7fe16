"""Reading many JSON objects that are written alike, at the pace of their bytes.

Publishers' programs write every row of an answer with the same keys in the same order and no blanks. The first object
gives the template; a compiled loop then checks each key byte for byte and reads only the values. Whatever does not fit
the template (another order, a blank, an escape, an exponent) makes the whole reading say so, for a slower reader to do.

Numbers of up to fifteen digits come out exactly as a correct decimal reader gives them: digits and power of ten are both
exact in binary floating point, and one division of two exact numbers is correctly rounded.
"""

import json
from collections.abc import Mapping

import numba
import numpy as np
import pandas as pd

LABEL, NUMBER = 0, 1
FIRST_OBJECT_BYTES = 20_000
MOST_DIGITS = 15
POWERS = 10.0 ** np.arange(MOST_DIGITS + 1)
WORDS = {"true": "True", "false": "False"}
QUOTE, BACKSLASH, COMMA, CLOSE, MINUS, POINT, ZERO, NINE = (ord(mark) for mark in '"\\,}-.09')
NULL = np.frombuffer(b"null", dtype=np.uint8)


def read_alike(content: bytes, start: int, end: int, kinds: Mapping[str, int]) -> dict[str, pd.Series] | None:
    """Return the columns of the objects between an array's brackets, or None where they are not all written alike.

    The array's inside are the bytes from ``start`` to ``end``. ``kinds`` says which keys are NUMBER (float64); all others
    are LABEL (a categorical of texts; whole numbers and flags become their text).
    """
    keys = _keys(content[start : min(end, start + FIRST_OBJECT_BYTES)])
    if not keys:
        return None
    literals = [(b'{"' if place == 0 else b',"') + key.encode() + b'":' for place, key in enumerate(keys)]
    ends = np.cumsum([0, *map(len, literals)])
    is_number = np.array([kinds.get(key, LABEL) == NUMBER for key in keys])
    text = np.frombuffer(content, dtype=np.uint8, count=end - start, offset=start)
    most = len(text) // (int(ends[-1]) + len(keys)) + 1
    table_size = 1 << max(10, most.bit_length())
    numbers = np.empty((len(keys), most))
    codes = np.empty((len(keys), most), dtype=np.int32)
    spans = np.empty((len(keys), most, 2), dtype=np.int64)
    template = np.frombuffer(b"".join(literals), dtype=np.uint8)
    rows, counts = _read(text, template, ends, is_number, table_size, numbers, codes, spans)
    if rows < 0:
        return None
    columns: dict[str, pd.Series] = {}
    for place, key in enumerate(keys):
        if is_number[place]:
            columns[key] = pd.Series(numbers[place, :rows])
            continue
        try:
            columns[key] = pd.Series(_categorical(content, codes[place, :rows], spans[place, : counts[place]] + start))
        except UnicodeDecodeError:
            return None
    return columns


def _keys(head: bytes) -> list[str]:
    try:
        first, _ = json.JSONDecoder().raw_decode(head.decode("utf-8", "ignore"))
    except ValueError:
        return []
    return list(first) if isinstance(first, dict) and all(key.isascii() and key.isprintable() for key in first) else []


def _categorical(content: bytes, codes: np.ndarray, spans: np.ndarray) -> pd.Categorical:
    """Turn spans of bytes into a categorical; texts in quotation marks and bare words are kept apart by the loop."""
    places = spans.tolist()
    quoted = [content[start - 1] == QUOTE for start, _ in places]
    texts = [content[start:end].decode() for start, end in places]
    if not all(quoted):
        texts = [text if mark else WORDS.get(text, text) for text, mark in zip(texts, quoted, strict=True)]
        if any(quoted):  # the same text may stand with and without marks
            unique, again = np.unique(np.array(texts, dtype="object"), return_inverse=True)
            codes, texts = np.append(again, -1)[codes].astype(np.int32), list(unique)
    categories = pd.CategoricalDtype(pd.Index(texts, dtype="object"))
    return pd.Categorical.from_codes(codes, dtype=categories, validate=False)


@numba.njit(cache=True, inline="always")
def _same(text: np.ndarray, at: int, other: np.ndarray, start: int, length: int) -> bool:
    """Compare bytes without leaving early: with unsigned places the compiler makes wide instructions of it."""
    difference = np.uint8(0)
    here, there = np.uintp(at), np.uintp(start)
    for step in range(np.uintp(length)):
        difference |= text[here + step] ^ other[there + step]
    return difference == 0


@numba.njit(cache=True)
def _read(  # noqa: C901 - one loop over bytes: calls inside it would cost more than they explain
    text: np.ndarray,
    template: np.ndarray,
    ends: np.ndarray,
    is_number: np.ndarray,
    table_size: int,
    numbers: np.ndarray,
    codes: np.ndarray,
    spans: np.ndarray,
) -> tuple[int, np.ndarray]:
    """Fill the columns; the count of rows is -1 where an object does not fit the template."""
    size, width = len(text), len(is_number)
    counts = np.zeros(width, dtype=np.int64)
    tables = np.full((width, table_size), -1, dtype=np.int32)
    mask = np.uint64(table_size - 1)
    at, row = 0, 0
    while True:
        for place in range(width):
            length = ends[place + 1] - ends[place]
            if at + length + 1 >= size or not _same(text, at, template, ends[place], length):
                return -1, counts
            at += length
            if at + 4 < size and _same(text, at, NULL, 0, 4):
                numbers[place, row] = np.nan
                codes[place, row] = -1
                at += 4
            elif is_number[place]:
                negative = text[np.uintp(at)] == MINUS
                at += negative
                mantissa, digits, places, seen_point = np.int64(0), 0, 0, False
                while at < size:
                    mark = text[np.uintp(at)]
                    if ZERO <= mark <= NINE:
                        mantissa = mantissa * 10 + (mark - ZERO)
                        digits += mantissa > 0
                        places += seen_point
                    elif mark == POINT and not seen_point:
                        seen_point = True
                    else:
                        break
                    at += 1
                if (
                    digits > MOST_DIGITS
                    or places > MOST_DIGITS
                    or text[np.uintp(at - 1)] == POINT
                    or text[np.uintp(at - 1)] == MINUS
                ):
                    return -1, counts
                value = mantissa / POWERS[places]
                numbers[place, row] = -value if negative else value
            else:
                quoted = text[np.uintp(at)] == QUOTE
                at += quoted
                start = at
                if row > 0 and codes[place, row - 1] >= 0:  # most often the value of the row above
                    above = codes[place, row - 1]
                    begin, stop = spans[place, above, 0], spans[place, above, 1]
                    length = stop - begin
                    if (
                        at + length < size
                        and (text[np.uintp(begin - 1)] == QUOTE) == quoted
                        and (
                            text[np.uintp(at + length)] == QUOTE
                            if quoted
                            else text[np.uintp(at + length)] in (COMMA, CLOSE)
                        )
                        and _same(text, at, text, begin, length)
                    ):
                        codes[place, row] = above
                        at += length + quoted
                        continue
                spread = np.uint64(14695981039346656037) + np.uint64(quoted)
                while at < size:
                    mark = text[np.uintp(at)]
                    if mark == BACKSLASH:
                        return -1, counts
                    if (mark == QUOTE) if quoted else (mark in (COMMA, CLOSE)):
                        break
                    spread = (spread ^ np.uint64(mark)) * np.uint64(1099511628211)
                    at += 1
                if at >= size or (not quoted and at == start):
                    return -1, counts
                slot = (spread ^ (spread >> np.uint64(29))) & mask
                while True:
                    found = tables[place, slot]
                    if found < 0:
                        found = counts[place]
                        tables[place, slot] = found
                        spans[place, found, 0], spans[place, found, 1] = start, at
                        counts[place] += 1
                        break
                    begin, stop = spans[place, found, 0], spans[place, found, 1]
                    same_marks = (text[np.uintp(begin - 1)] == QUOTE) == quoted
                    if same_marks and stop - begin == at - start and _same(text, start, text, begin, at - start):
                        break
                    slot = (slot + np.uint64(1)) & mask
                codes[place, row] = found
                at += quoted
        if at >= size or text[np.uintp(at)] != CLOSE:
            return -1, counts
        at += 1
        row += 1
        if at == size:
            return row, counts
        if text[np.uintp(at)] != COMMA:
            return -1, counts
        at += 1
