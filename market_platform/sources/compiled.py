# mypy: disable-error-code="arg-type, assignment, return-value"
# The compiler keeps apart whole numbers with and without a sign; in Python they are all int.
"""The compiled loops over bytes behind the readers of CSV and JSON.

All of them stand in this one module, because the cache of compiled code is renewed when the module changes, not when one
changes that it calls. They work on addresses: counting references to arrays would cost ten times what reading costs.

Lines repeat themselves: the stamps of the line above, the zone with its number that came after this one last time. Texts
that stand beside each other and change together are one phrase. It is guessed, compared thirty-two bytes at a time, and
read cell by cell only where it comes for the first time. Numbers are read as digits and a power of ten: both are exact in
binary floating point up to 2**53 and 10**22, and one product or quotient of two exact numbers is correctly rounded.
"""

from typing import Any, TypeAlias

import llvmlite.ir
import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic

from market_platform.sources.vocabulary import FREE, SLACK, Met, Shape, Vocabulary

PASSED, LABEL, NUMBER = 0, 1, 2  # kinds of column
ALONE = 0  # of a column of text that goes together with none
DONE, MORE, WORDY, MISFIT = 0, 1, 2, 3  # how a loop ended: at the end, out of rows, out of room for words, not as due
READ, ODD, BAD = 0, 1, 2  # a number; one that is right, but takes an exact reader; none
FULL, WRONG = -2, -3  # in place of a code: no room for the text; not as due
GUESSES = 2
PLACE_BYTES, NO_PLACE = 4, 2**32 - 1  # of a number of 32 bits; -1 read as one without a sign
QUOTE, COMMA, NEWLINE, RETURN, MINUS, PLUS, POINT, ZERO, NINE = (ord(mark) for mark in '",\n\r-+.09')
BACKSLASH, CLOSE, CAPITAL_E, SMALL_E, SPACE, TAB = (ord(mark) for mark in "\\}Ee \t")
NULL = tuple(b"null")
NULL_LENGTH = len(NULL)
MOST_INTEGER, MOST_POWER = 2**53, 22
MOST_DIGITS, MOST_EXPONENT = 18, 9_999  # digits that 64 bits hold of any number; an exponent that no double has
Book: TypeAlias = tuple[int, int, int, int, int, int, int, int]  # addresses of a vocabulary, and its sizes
Lie: TypeAlias = Book  # addresses of a shape and of the codes that were met, and their sizes
POWERS = 10.0 ** np.arange(MOST_POWER + 1)
TENS = 10 ** np.arange(8, dtype=np.uint64)
WORD, WORD_BITS, SPAN = 8, 64, 32
EVERY_BYTE, HIGH_BITS = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)


def _load(bits: int) -> Any:  # noqa: ANN401 - numba's own types
    """Return an intrinsic that reads an integer of so many bits at an address, the first byte lowest."""

    def load(typing_context: Any, address: Any) -> Any:  # noqa: ANN401, ARG001
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401, ARG001
            kind = llvmlite.ir.IntType(bits)
            value = builder.load(builder.inttoptr(arguments[0], kind.as_pointer()), typ=kind)
            value.align = 1
            return value if bits == WORD_BITS else builder.zext(value, llvmlite.ir.IntType(WORD_BITS))

        return (types.uint64 if bits == WORD_BITS else types.int64)(types.intp), generate

    return load


byte_at: Any = intrinsic(_load(8))
place_at: Any = intrinsic(_load(32))
word_at: Any = intrinsic(_load(WORD_BITS))


def _store(bits: int) -> Any:  # noqa: ANN401 - numba's own types
    """Return an intrinsic that writes the lowest so many bits of an integer at an address."""

    def store(typing_context: Any, address: Any, value: Any) -> Any:  # noqa: ANN401, ARG001
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401, ARG001
            kind = llvmlite.ir.IntType(bits)
            narrow = arguments[1] if bits == WORD_BITS else builder.trunc(arguments[1], kind)
            builder.store(narrow, builder.inttoptr(arguments[0], kind.as_pointer()), align=1)
            return context.get_dummy_value()

        return types.void(types.intp, types.uint64), generate

    return store


_put_byte: Any = intrinsic(_store(8))
_put_place: Any = intrinsic(_store(32))
_put_word: Any = intrinsic(_store(WORD_BITS))


def _count_low_zeros(typing_context: Any, word: Any) -> Any:  # noqa: ANN401, ARG001
    """Count the zero bits below the lowest set bit of a word that is not zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401, ARG001
        return builder.cttz(arguments[0], llvmlite.ir.Constant(llvmlite.ir.IntType(1), 1))

    return types.int64(types.uint64), generate


_low_zeros: Any = intrinsic(_count_low_zeros)


def _compare(typing_context: Any, one: Any, other: Any) -> Any:  # noqa: ANN401, ARG001
    """Compare SPAN bytes at two addresses: the lowest bit of the result is set where the first of them differ."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401, ARG001
        span = llvmlite.ir.VectorType(llvmlite.ir.IntType(8), SPAN)
        texts = [builder.load(builder.inttoptr(at, span.as_pointer()), typ=span) for at in arguments]
        for text in texts:
            text.align = 1
        marks = builder.bitcast(builder.icmp_unsigned("!=", *texts), llvmlite.ir.IntType(SPAN))
        return builder.zext(marks, llvmlite.ir.IntType(WORD_BITS))

    return types.int64(types.intp, types.intp), generate


_differing: Any = intrinsic(_compare)


@numba.njit(cache=True)
def _same(one: int, end: int, other: int, length: int) -> bool:
    """Compare bytes at two addresses: those of a text that goes to ``end``, and others with slack behind them."""
    while length > SPAN:
        if _differing(one, other) != 0:
            return False
        one, other, length = one + SPAN, other + SPAN, length - SPAN
    if one + SPAN <= end:
        return _differing(one, other) & ((1 << length) - 1) == 0
    while length > 0 and byte_at(one) == byte_at(other):
        one, other, length = one + 1, other + 1, length - 1
    return length == 0


@numba.njit(cache=True)
def _sight(at: int) -> int:
    """Return a hash of the next thirty-two bytes: four products side by side."""
    one, two = word_at(at) * np.uint64(0x9E3779B97F4A7C15), word_at(at + WORD) * np.uint64(0xC2B2AE3D27D4EB4F)
    three, four = (
        word_at(at + 2 * WORD) * np.uint64(0x165667B19E3779F9),
        word_at(at + 3 * WORD) * np.uint64(0xD6E8FEB86659FD93),
    )
    mixed = one + (two ^ (two >> np.uint64(29))) + three + (four ^ (four >> np.uint64(31)))
    return (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(40)


@numba.njit(cache=True)
def lay_out(words: Vocabulary) -> None:
    """Fill the table of a vocabulary from its hashes."""
    mask = np.uint64(words.table.shape[1] - 1)
    for column in range(len(words.counts)):
        for code in range(words.counts[column]):
            slot = words.hashes[column, code] & mask
            while words.table[column, slot] != FREE:
                slot = (slot + np.uint64(1)) & mask
            words.table[column, slot] = code


@numba.njit(cache=True)
def _spread(begin: int, stop: int, end: int, marked: bool) -> int:
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


@numba.njit(cache=True)
def _find(begin: int, stop: int, end: int, marked: bool, book: Book, column: int) -> tuple[int, int, int]:
    """Return the number of a text (-1 where it has none yet), its hash, and its place in the table.

    Works on the addresses of a vocabulary's parts alone: handing over its arrays costs more than the look-up.
    """
    table, hashes, begins, marks, letters, _, texts, stride = book
    spread, length = _spread(begin, stop, end, marked), stop - begin
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
            if place_at(begins + (code + 1) * PLACE_BYTES) - first == length and _same(begin, end, other, length):
                return code, spread, slot
        slot = (slot + 1) & (slots - 1)
        code = place_at(table + slot * PLACE_BYTES)
    return -1, spread, slot


@numba.njit(cache=True)
def _keep(begin: int, stop: int, end: int, marked: bool, book: Book, column: int, spread: int, slot: int) -> int:
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
        _put_word(letters + step, word_at(begin + step))
        step += WORD
    while step < length:
        _put_byte(letters + step, np.uint64(byte_at(begin + step)))
        step += 1
    known = column * texts + code
    _put_place(begins + (code + 1) * PLACE_BYTES, np.uint64(first + length))
    _put_byte(marks + known, np.uint64(marked))
    _put_word(hashes + known * WORD, spread)
    _put_place(table + (column * 2 * texts + slot) * PLACE_BYTES, np.uint64(code))
    _put_place(counts + column * PLACE_BYTES, np.uint64(code + 1))
    return code


@numba.njit(cache=True)
def _code(begin: int, stop: int, end: int, marked: bool, book: Book, column: int) -> int:
    """Return the number of a text, which it gets if it has none yet; FULL where there is no room for it."""
    code, spread, slot = _find(begin, stop, end, marked, book, column)
    return code if code >= 0 else _keep(begin, stop, end, marked, book, column, spread, slot)


@numba.njit(cache=True)
def _where(word: int, mark: int) -> int:
    """Set the high bit of the lowest byte of a word that is this mark (bytes above it may be set wrongly)."""
    apart = word ^ EVERY_BYTE * np.uint64(mark)
    return (apart - EVERY_BYTE) & ~apart & HIGH_BITS


@numba.njit(cache=True)
def _are_digits(word: int) -> bool:
    """Whether all bytes of a word are the values of digits."""
    return ((word + EVERY_BYTE * np.uint64(0x76)) | word) & HIGH_BITS == 0


@numba.njit(cache=True)
def _digits(word: int) -> int:
    """Return the number that eight digits make, the first in the lowest byte (D. Lemire, "Quickly parsing eight digits", 2018)."""
    word = (word * np.uint64(2561)) >> np.uint64(8)
    word = ((word & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
    return ((word & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)


@numba.njit(cache=True)
def _without(word: int, place: int, above: int) -> int:
    """Return a word with the byte at a place taken out, and the byte ``above`` (a word's lowest) at its end."""
    below = (np.uint64(1) << np.uint64(8 * place)) - np.uint64(1)
    return (word & below) | (((word >> np.uint64(8)) | (above << np.uint64(WORD_BITS - 8))) & ~below)


@numba.njit(cache=True)
def _longer_number(low: int, high: int, at: int) -> tuple[float, int]:
    """Read a number that ends in the second of two words, as ``_short_number`` does."""
    ends = (high - EVERY_BYTE * np.uint64(MINUS)) & ~high & HIGH_BITS
    if ends == 0:
        return 0.0, at
    count = WORD + (_low_zeros(ends) >> 3)
    stop = at + count
    negative = low & np.uint64(0xFF) == np.uint64(MINUS)
    if negative:
        low, high, count = _without(low, 0, high), high >> np.uint64(8), count - 1
    points, places = _where(low, POINT), 0
    if points != 0:
        whole = _low_zeros(points) >> 3
        low, high, places, count = _without(low, whole, high), high >> np.uint64(8), count - whole - 1, count - 1
    else:
        points = _where(high, POINT)
        whole = WORD + (_low_zeros(points) >> 3) if points != 0 else count
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


@numba.njit(cache=True)
def _short_number(word: int, at: int) -> tuple[float, int]:
    """Read a number that ends inside eight bytes, all digits at once; it ends where it begins if there is no such number.

    What ends a number in CSV and in JSON (comma, blanks, line ends, quotation mark) is less than a minus sign, but for the
    brace. Digits: D. Lemire, "Quickly parsing eight digits", 2018.
    """
    ends = (word - EVERY_BYTE * np.uint64(MINUS)) & ~word & HIGH_BITS
    if ends == 0:
        return 0.0, at
    count = _low_zeros(ends) >> 3
    stop = at + count
    negative = word & np.uint64(0xFF) == np.uint64(MINUS)
    if negative:
        word >>= np.uint64(8)
        count -= 1
    points = _where(word, POINT)
    whole = _low_zeros(points) >> 3 if points != 0 else count
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


@numba.njit(cache=True)
def _plain_number(at: int, end: int) -> tuple[float, int]:
    """Read a number of at most fifteen bytes that is digits, a sign and a point alone; ends where it begins if it is none."""
    if at + WORD > end:
        return 0.0, at
    value, stop = _short_number(word_at(at), at)
    if stop > at or at + 2 * WORD > end:
        return value, stop
    return _longer_number(word_at(at), word_at(at + WORD), at)


@numba.njit(cache=True)
def _past_cell(at: int, end: int, last: bool) -> int:
    """Return the place behind what ends a bare cell: the comma, or after the ``last`` the end of the line; 0 if it is not there."""
    if at >= end:
        return 0
    if not last:
        return at + 1 if byte_at(at) == COMMA else 0
    at += byte_at(at) == RETURN
    return at + 1 if at < end and byte_at(at) == NEWLINE else 0


@numba.njit(cache=True)
def _number(at: int, end: int) -> tuple[float, int, int]:  # noqa: C901 - as the loops below
    """Read a decimal number: its value, where it ends, and READ, ODD or BAD."""
    value, stop = _plain_number(at, end)
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


@numba.njit(cache=True)
def _end_of_text(at: int, end: int, quoted: bool, escape: int, close: int) -> int:
    """Return where a text ends: at a quotation mark if it began with one, else at what closes a cell."""
    one, other = (QUOTE, escape) if quoted else (COMMA, close)
    while at + WORD <= end:
        word = word_at(at)
        found = _where(word, one) | _where(word, other) | _where(word, NEWLINE) | _where(word, RETURN)
        if found != 0:
            return at + (_low_zeros(found) >> 3)
        at += WORD
    while at < end and byte_at(at) not in (one, other, NEWLINE, RETURN):
        at += 1
    return at


@numba.njit(cache=True)
def _past_blanks(at: int, end: int) -> int:
    while at < end and byte_at(at) in (SPACE, TAB):
        at += 1
    return at


@numba.njit(cache=True)
def _book(words: Vocabulary) -> Book:
    """Return where the parts of a vocabulary lie, and how many texts and letters a column has room for."""
    texts, letters = words.marked.shape[1], words.letters.shape[1]
    found = (words.table.ctypes.data, words.hashes.ctypes.data, words.begins.ctypes.data, words.marked.ctypes.data)
    return (*found, words.letters.ctypes.data, words.counts.ctypes.data, texts, letters)


@numba.njit(cache=True)
def _lie(shape: Shape, met: Met) -> Lie:
    """Return where the parts of a shape and the codes of cells lie, and how many columns and phrases these have room for."""
    found = (shape.kinds.ctypes.data, shape.firsts.ctypes.data, shape.slots.ctypes.data, shape.places.ctypes.data)
    return (*found, met.parts.ctypes.data, met.codes.ctypes.data, len(shape.kinds), met.parts.shape[1])


@numba.njit(cache=True)
def _keep_phrase(begin: int, stop: int, end: int, piece: int, lie: Lie, phrases: Book, spread: int, place: int) -> int:
    """Give a phrase the next number, and keep the codes of its cells."""
    code = _keep(begin, stop, end, False, phrases, place_at(lie[2] + piece * PLACE_BYTES), spread, place)
    if code != FULL:
        for column in range(_first(lie, piece), _first(lie, piece + 1)):
            _put_place(
                lie[4] + (column * lie[7] + code) * PLACE_BYTES, np.uint64(place_at(lie[5] + column * PLACE_BYTES))
            )
    return code


@numba.njit(cache=True)
def _first(lie: Lie, piece: int) -> int:
    return place_at(lie[1] + piece * PLACE_BYTES)


@numba.njit(cache=True)
def _read_cells(  # noqa: C901 - as the loops below
    at: int, end: int, piece: int, lie: Lie, cells: Book, phrases: Book
) -> tuple[int, int]:
    """Read a phrase of CSV with the comma or line end behind it; returns where it ends, and its number."""
    begin, width, slot = at, lie[6], place_at(lie[2] + piece * PLACE_BYTES)
    first, after = _first(lie, piece), _first(lie, piece + 1)
    for column in range(first, after):
        quoted = at < end and byte_at(at) == QUOTE
        at = _end_of_text(at + quoted, end, quoted, QUOTE, NEWLINE)
        if (quoted and (at >= end or byte_at(at) != QUOTE)) or (width == 1 and at == begin):
            return at, WRONG
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
    known, spread, place = _find(begin, stop, end, False, phrases, slot)
    if known >= 0:
        return stop, known
    at = begin
    for column in range(first, after):
        quoted = at < end and byte_at(at) == QUOTE
        at += quoted
        behind = _end_of_text(at, end, quoted, QUOTE, NEWLINE)
        code = NO_PLACE
        if byte_at(lie[0] + column) == LABEL and behind > at:
            code = _code(at, behind, end, False, cells, place_at(lie[3] + column * PLACE_BYTES))
            if code == FULL:
                return at, FULL
        _put_place(lie[5] + column * PLACE_BYTES, np.uint64(code))
        at = behind + quoted + 1
    return stop, _keep_phrase(begin, stop, end, piece, lie, phrases, spread, place)


@numba.njit(cache=True)
def _is_null(at: int, end: int) -> bool:
    return (
        at + NULL_LENGTH < end
        and byte_at(at) == NULL[0]
        and byte_at(at + 1) == NULL[1]
        and byte_at(at + 2) == NULL[2]
        and byte_at(at + 3) == NULL[3]
    )


@numba.njit(cache=True)
def _read_values(
    at: int, end: int, template: int, ends: int, piece: int, lie: Lie, cells: Book, phrases: Book
) -> tuple[int, int]:
    """Read a phrase of JSON with the mark behind it; returns where that mark stands, and its number."""
    begin, slot = at, place_at(lie[2] + piece * PLACE_BYTES)
    first, after = _first(lie, piece), _first(lie, piece + 1)
    for column in range(first, after):
        literal = place_at(ends + column * PLACE_BYTES)
        length = place_at(ends + (column + 1) * PLACE_BYTES) - literal
        if at + length >= end or not _same(at, end, template + literal, length):
            return at, WRONG
        at = _end_of_value(at + length, end)
        if at < 0:
            return at, WRONG
    if at >= end or byte_at(at) not in (COMMA, CLOSE):
        return at, WRONG
    stop = at
    known, spread, place = _find(begin, stop + 1, end, False, phrases, slot)
    if known >= 0:
        return stop, known
    at = begin
    for column in range(first, after):
        at += place_at(ends + (column + 1) * PLACE_BYTES) - place_at(ends + column * PLACE_BYTES)
        behind, code = _end_of_value(at, end), NO_PLACE
        if not _is_null(at, end):
            quoted = byte_at(at) == QUOTE
            code = _code(at + quoted, behind - quoted, end, quoted, cells, place_at(lie[3] + column * PLACE_BYTES))
            if code == FULL:
                return at, FULL
        _put_place(lie[5] + column * PLACE_BYTES, np.uint64(code))
        at = behind
    return stop, _keep_phrase(begin, stop + 1, end, piece, lie, phrases, spread, place)


@numba.njit(cache=True)
def _end_of_value(at: int, end: int) -> int:
    """Return where a text, a word or a number of JSON ends; -1 where there is none, or one with an escape."""
    if _is_null(at, end):
        return at + NULL_LENGTH
    quoted = byte_at(at) == QUOTE
    stop = _end_of_text(at + quoted, end, quoted, BACKSLASH, CLOSE)
    if stop >= end or (byte_at(stop) != QUOTE if quoted else stop == at):
        return -1
    return stop + quoted


@numba.njit(cache=True)
def read_lines(  # noqa: C901 - one loop over bytes: calls inside it would cost more than they explain
    at: int, end: int, row: int, shape: Shape, numbers: np.ndarray, codes: np.ndarray, met: Met, odd: np.ndarray
) -> tuple[int, int, int, int]:
    """Fill columns from lines of CSV; returns where it stands, the next row, how it ended, and the odd numbers met."""
    kinds, firsts, slots = shape.kinds, shape.firsts, shape.slots
    width, pieces, found = np.intp(len(kinds)), np.uintp(len(slots)), 0
    room = max(numbers.shape[1], codes.shape[1])
    cells, phrases, lie = _book(met.cells), _book(met.phrases), _lie(shape, met)
    following, lasts, seen = met.phrases.following, met.phrases.last, met.phrases.seen
    begins, letters, texts, stride = phrases[2], phrases[4], phrases[6], phrases[7]
    while at < end:
        if row == room or found + width > len(odd):
            return at, row, MORE, found
        line, here = at, np.uintp(row)
        for piece in range(pieces):
            slot, first = np.uintp(slots[piece]), np.uintp(firsts[piece])
            if kinds[first] == NUMBER:
                value, stop = _plain_number(at, end)
                stop = _past_cell(stop, end, piece + np.uintp(1) == pieces) if stop > at else at
                if stop > at:
                    numbers[slot, here], at = value, stop
                    continue
            if kinds[first] == NUMBER or slots[piece] < 0:
                mark = byte_at(at) if at < end else NEWLINE
                quoted = mark == QUOTE
                if quoted:
                    at += 1
                    mark = byte_at(at) if at < end else NEWLINE
                if kinds[first] != NUMBER:
                    at = _end_of_text(at, end, quoted, QUOTE, NEWLINE)
                else:
                    value, begin, state = np.nan, at, READ
                    if not (mark == QUOTE if quoted else mark in (COMMA, NEWLINE, RETURN)):
                        begin = _past_blanks(at, end)
                        value, at, state = _number(begin, end)
                    stop = at
                    at = _past_blanks(at, end)
                    numbers[slot, here] = value
                    if state == BAD:
                        return line, row, MISFIT, 0
                    if state == ODD:
                        odd[found, 0], odd[found, 1], odd[found, 2], odd[found, 3] = slot, row, begin, stop
                        found += 1
                if quoted:
                    if at >= end or byte_at(at) != QUOTE:
                        return line, row, MISFIT, 0
                    at += 1
                if piece + np.uintp(1) < pieces:
                    if at >= end or byte_at(at) != COMMA:
                        return line, row, MISFIT, 0
                    at += 1
                elif at < end:
                    if at == line:
                        return line, row, MISFIT, 0
                    at += byte_at(at) == RETURN
                    if at >= end or byte_at(at) != NEWLINE:
                        return line, row, MISFIT, 0
                    at += 1
                continue
            last = np.uintp(lasts[slot])
            code, guesses = last, 0
            while True:  # the phrase above, or the one that came after it last time
                entry = begins + (np.intp(slot) * (texts + 1) + np.intp(code)) * PLACE_BYTES
                start = place_at(entry)
                length = place_at(entry + PLACE_BYTES) - start
                if (
                    0 < length <= end - at
                    and _same(at, end, letters + np.intp(slot) * stride + start, length)
                    and byte_at(at + length - 1)
                    in (COMMA, NEWLINE)  # one from a file's end may be the begin of another
                ):
                    at += length
                    lasts[slot] = code
                    break
                guesses += 1
                if guesses == 1:
                    code = np.uintp(following[slot, last])
                elif guesses == 2 and at + SPAN <= end:
                    sight = _sight(at) & (np.uint64(2 * texts) - np.uint64(1))
                    code = np.uintp(seen[slot, sight])
                else:
                    begin = at
                    at, learnt = _read_cells(at, end, np.intp(piece), lie, cells, phrases)
                    if learnt == FULL:
                        return line, row, WORDY, found
                    if learnt == WRONG:
                        return line, row, MISFIT, 0
                    code = np.uintp(learnt)
                    following[slot, last], lasts[slot] = code, code
                    if begin + SPAN <= end:
                        seen[slot, _sight(begin) & (np.uint64(2 * texts) - np.uint64(1))] = code
                    break
            codes[slot, here] = code
        row += 1
    return at, row, DONE, found


@numba.njit(cache=True)
def read_objects(  # noqa: C901 - as above
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

    ``template`` is the address of what stands before each value of an object, one after the other; ``ends`` is that of
    0 and the places where each of them ends.
    """
    kinds, firsts, slots = shape.kinds, shape.firsts, shape.slots
    width, pieces, found = np.intp(len(kinds)), np.uintp(len(slots)), 0
    room = max(numbers.shape[1], codes.shape[1])
    cells, phrases, lie = _book(met.cells), _book(met.phrases), _lie(shape, met)
    following, lasts = met.phrases.following, met.phrases.last
    begins, letters, texts, stride = phrases[2], phrases[4], phrases[6], phrases[7]
    while at < end:
        if row == room or found + width > len(odd):
            return at, row, MORE, found
        line, here = at, np.uintp(row)
        for piece in range(pieces):
            slot, first = np.uintp(slots[piece]), np.uintp(firsts[piece])
            if kinds[first] == NUMBER:
                literal = place_at(ends + np.intp(first) * PLACE_BYTES)
                length = place_at(ends + np.intp(first + np.uintp(1)) * PLACE_BYTES) - literal
                if at + length >= end or not _same(at, end, template + literal, length):
                    return line, row, MISFIT, 0
                at += length
                if _is_null(at, end):
                    at += NULL_LENGTH
                    numbers[slot, here] = np.nan
                    continue
                begin = at
                value, at, state = _number(at, end)
                numbers[slot, here] = value
                digit = byte_at(begin) if byte_at(begin) != MINUS else byte_at(begin + 1)
                if state == BAD or digit < ZERO or byte_at(at - 1) == POINT:
                    return line, row, MISFIT, 0
                if state == ODD:
                    odd[found, 0], odd[found, 1], odd[found, 2], odd[found, 3] = slot, row, begin, at
                    found += 1
                continue
            last = np.uintp(lasts[slot])
            code, guesses = last, 0
            while True:
                entry = begins + (np.intp(slot) * (texts + 1) + np.intp(code)) * PLACE_BYTES
                start = place_at(entry)
                length = place_at(entry + PLACE_BYTES) - start
                if 0 < length <= end - at and _same(at, end, letters + np.intp(slot) * stride + start, length):
                    at += length - 1
                    break
                guesses += 1
                code = np.uintp(following[slot, last])
                if guesses == GUESSES or code == last:
                    at, learnt = _read_values(at, end, template, ends, np.intp(piece), lie, cells, phrases)
                    if learnt == FULL:
                        return line, row, WORDY, found
                    if learnt == WRONG:
                        return line, row, MISFIT, 0
                    code = np.uintp(learnt)
                    following[slot, last] = code
                    break
            lasts[slot], codes[slot, here] = code, code
        if at >= end or byte_at(at) != CLOSE:
            return line, row, MISFIT, 0
        at += 1
        row += 1
        if at == end:
            return at, row, DONE, found
        if byte_at(at) != COMMA or at + 1 == end:
            return line, row, MISFIT, 0
        at += 1
    return at, row, MISFIT, 0


@numba.njit(cache=True)
def lay_codes(of_phrase: np.ndarray, phrases: np.ndarray, codes: np.ndarray) -> None:
    """Lay the code that a column has in each phrase over the rows."""
    for row in range(len(phrases)):
        codes[row] = of_phrase[np.uintp(phrases[row])]


@numba.njit(cache=True)
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
                _put_word(laid + at + step, word_at(letters + first + step))
                step += WORD
            at += length
        ends[row] = at


@numba.njit(cache=True)
def length_laid(lengths: np.ndarray, codes: np.ndarray) -> int:
    """Return how many letters the texts of so many lengths take when they are laid over rows."""
    total = 0
    for row in range(len(codes)):
        code = np.intp(codes[row])
        if code >= 0:
            total += lengths[np.uintp(code)]
    return total
