# mypy: disable-error-code="arg-type, assignment, return-value"
"""Decimal numbers: eight digits at once where they are plain, byte by byte where they are not.

A number is read as digits and a power of ten: both are exact in binary floating point up to 2**53 and 10**22, and one
product or quotient of two exact numbers is correctly rounded. Digits: D. Lemire, "Quickly parsing eight digits", 2018.
"""

import numpy as np

from market_platform.sources.compiled.access import byte_at, compiled, inlined, low_zeros, word_at
from market_platform.sources.compiled.marks import (
    BAD,
    CAPITAL_E,
    EVERY_BYTE,
    HIGH_BITS,
    MINUS,
    NINE,
    ODD,
    PLUS,
    POINT,
    READ,
    SMALL_E,
    WORD,
    WORD_BITS,
    ZERO,
)
from market_platform.sources.compiled.texts import where

MOST_INTEGER, MOST_POWER = 2**53, 22
MOST_DIGITS, MOST_EXPONENT = 18, 9_999  # digits that 64 bits hold of any number; an exponent that no double has
POWERS = 10.0 ** np.arange(MOST_POWER + 1)
TENS = 10 ** np.arange(8, dtype=np.uint64)


@inlined
def _are_digits(word: int) -> bool:
    """Whether all bytes of a word are the values of digits."""
    return ((word + EVERY_BYTE * np.uint64(0x76)) | word) & HIGH_BITS == 0


@inlined
def _digits(word: int) -> int:
    """Return the number that eight digits make, the first in the lowest byte (D. Lemire, "Quickly parsing eight digits", 2018)."""
    word = (word * np.uint64(2561)) >> np.uint64(8)
    word = ((word & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
    return ((word & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)


@inlined
def _without(word: int, place: int, above: int) -> int:
    """Return a word with the byte at a place taken out, and the byte ``above`` (a word's lowest) at its end."""
    below = (np.uint64(1) << np.uint64(8 * place)) - np.uint64(1)
    return (word & below) | (((word >> np.uint64(8)) | (above << np.uint64(WORD_BITS - 8))) & ~below)


@compiled
def _longer_number(low: int, high: int, at: int) -> tuple[float, int]:
    """Read a number that ends in the second of two words, as ``_short_number`` does."""
    ends = (high - EVERY_BYTE * np.uint64(MINUS)) & ~high & HIGH_BITS
    if ends == 0:
        return 0.0, at
    count = WORD + (low_zeros(ends) >> 3)
    stop = at + count
    negative = low & np.uint64(0xFF) == np.uint64(MINUS)
    if negative:
        low, high, count = _without(low, 0, high), high >> np.uint64(8), count - 1
    points, places = where(low, POINT), 0
    if points != 0:
        whole = low_zeros(points) >> 3
        low, high, places, count = _without(low, whole, high), high >> np.uint64(8), count - whole - 1, count - 1
    else:
        points = where(high, POINT)
        whole = WORD + (low_zeros(points) >> 3) if points != 0 else count
        if whole < count:
            high, places, count = _without(high, whole - WORD, np.uint64(0)), count - whole - 1, count - 1
    low, high = low ^ EVERY_BYTE * np.uint64(ZERO), high ^ EVERY_BYTE * np.uint64(ZERO)
    rest = count - WORD
    if rest <= 0:
        low = low << np.uint64(-8 * rest)
        high = np.uint64(0)
    else:
        high = high << np.uint64(WORD_BITS - 8 * rest)
    if not (_are_digits(low) and _are_digits(high)):
        return 0.0, at
    whole_number = _digits(low)
    if rest > 0:
        whole_number = whole_number * TENS[np.uintp(rest)] + _digits(high)
    value = np.float64(np.int64(whole_number)) / POWERS[np.uintp(places)]
    return (-value if negative else value), stop


@inlined
def _short_number(word: int, at: int) -> tuple[float, int]:
    """Read a number that ends inside eight bytes, all digits at once; it ends where it begins if there is no such number.

    What ends a number in CSV and in JSON (comma, blanks, line ends, quotation mark) is less than a minus sign, but for the
    brace. Digits: D. Lemire, "Quickly parsing eight digits", 2018.
    """
    ends = (word - EVERY_BYTE * np.uint64(MINUS)) & ~word & HIGH_BITS
    if ends == 0:
        return 0.0, at
    count = low_zeros(ends) >> 3
    stop = at + count
    negative = word & np.uint64(0xFF) == np.uint64(MINUS)
    if negative:
        word >>= np.uint64(8)
        count -= 1
    points = where(word, POINT)
    whole = low_zeros(points) >> 3 if points != 0 else count
    places = 0
    if whole < count:
        places = count - whole - 1
        below = (np.uint64(1) << np.uint64(8 * whole)) - np.uint64(1)
        word = (word & below) | ((word >> np.uint64(8)) & ~below)
        count -= 1
    if count <= 0:
        return 0.0, at
    word = (word ^ EVERY_BYTE * np.uint64(ZERO)) << np.uint64(WORD_BITS - 8 * count)
    if not _are_digits(word):
        return 0.0, at
    value = np.float64(_digits(word)) / POWERS[np.uintp(places)]
    return (-value if negative else value), stop


@inlined
def plain_number(at: int, end: int) -> tuple[float, int]:
    """Read a number of at most fifteen bytes that is digits, a sign and a point alone; ends where it begins if it is none."""
    if at + WORD > end:
        return 0.0, at
    value, stop = _short_number(word_at(at), at)
    if stop > at or at + 2 * WORD > end:
        return value, stop
    return _longer_number(word_at(at), word_at(at + WORD), at)


@compiled
def number(at: int, end: int) -> tuple[float, int, int]:  # noqa: C901 - as the loops below
    """Read a decimal number: its value, where it ends, and READ, ODD or BAD."""
    value, stop = plain_number(at, end)
    if stop > at:
        return value, stop, READ
    negative = at < end and byte_at(at) == MINUS
    at += negative
    mantissa, digits, places, seen, point = 0, 0, 0, 0, 0
    while at < end:
        mark = byte_at(at)
        if ZERO <= mark <= NINE:
            seen += 1
            if digits < MOST_DIGITS:
                mantissa = mantissa * 10 + (mark - ZERO)
                places += point
            digits += mantissa > 0
        elif mark == POINT and point == 0:
            point = 1
        else:
            break
        at += 1
    if seen == 0:
        return 0.0, at, BAD
    power = 0
    if at < end and (byte_at(at) == SMALL_E or byte_at(at) == CAPITAL_E):
        at += 1
        down = at < end and byte_at(at) == MINUS
        at += down or (at < end and byte_at(at) == PLUS)
        begin = at
        while at < end and ZERO <= byte_at(at) <= NINE:
            power = min(power * 10 + byte_at(at) - ZERO, MOST_EXPONENT)
            at += 1
        if at == begin:
            return 0.0, at, BAD
        power = -power if down else power
    power -= places
    if digits > MOST_DIGITS or mantissa > MOST_INTEGER or power > MOST_POWER or power < -MOST_POWER:
        return 0.0, at, ODD
    value = (
        np.float64(mantissa) / POWERS[np.uintp(-power)] if power < 0 else np.float64(mantissa) * POWERS[np.uintp(power)]
    )
    return (-value if negative else value), at, READ
