# mypy: disable-error-code="arg-type, assignment, return-value"
# The compiler keeps apart whole numbers with and without a sign; in Python they are all int.
"""The compiled loops over bytes behind the readers of CSV and JSON.

All of them stand in this one module, because the cache of compiled code is renewed when the module changes, not when one
changes that it calls. They work on addresses: counting references to arrays would cost ten times what reading costs.

A column's texts repeat themselves: the stamp above, the zone that came after this one last time. Both are guessed and
compared eight bytes at a time; only what is neither is looked up. Numbers are read as digits and a power of ten: both are
exact in binary floating point up to 2**53 and 10**22, and one product or quotient of two exact numbers is correctly
rounded.
"""

from typing import Any

import llvmlite.ir
import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic

from market_platform.sources.vocabulary import FREE, SLACK, Vocabulary

PASSED, LABEL, NUMBER = 0, 1, 2  # kinds of column
DONE, MORE, WORDY, MISFIT = 0, 1, 2, 3  # how a loop ended: at the end, out of rows, out of room for words, not as due
READ, ODD, BAD = 0, 1, 2  # a number; one that is right, but takes an exact reader; none
FULL = -2
GUESSES = 2
PLACE_BYTES, NO_PLACE = 4, 2**32 - 1  # of a number of 32 bits; -1 read as one without a sign
QUOTE, COMMA, NEWLINE, RETURN, MINUS, PLUS, POINT, ZERO, NINE = (ord(mark) for mark in '",\n\r-+.09')
BACKSLASH, CLOSE, CAPITAL_E, SMALL_E, SPACE, TAB = (ord(mark) for mark in "\\}Ee \t")
NULL = tuple(b"null")
NULL_LENGTH = len(NULL)
MOST_INTEGER, MOST_POWER = 2**53, 22
MOST_DIGITS, MOST_EXPONENT = 18, 9_999  # digits that 64 bits hold of any number; an exponent that no double has
POWERS = 10.0 ** np.arange(MOST_POWER + 1)
WORD, WORD_BITS = 8, 64
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


def _count_low_zeros(typing_context: Any, word: Any) -> Any:  # noqa: ANN401, ARG001
    """Count the zero bits below the lowest set bit of a word that is not zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401, ARG001
        return builder.cttz(arguments[0], llvmlite.ir.Constant(llvmlite.ir.IntType(1), 1))

    return types.int64(types.uint64), generate


_low_zeros: Any = intrinsic(_count_low_zeros)


@numba.njit(cache=True)
def _same(one: int, end: int, other: int, length: int) -> bool:
    """Compare bytes at two addresses: those of a text that goes to ``end``, and others with slack behind them."""
    while length >= WORD:
        if word_at(one) != word_at(other):
            return False
        one, other, length = one + WORD, other + WORD, length - WORD
    if one + WORD <= end:
        return length == 0 or (word_at(one) ^ word_at(other)) << np.uint64(WORD_BITS - 8 * length) == 0
    while length > 0 and byte_at(one) == byte_at(other):
        one, other, length = one + 1, other + 1, length - 1
    return length == 0


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
def _spread(begin: int, stop: int, marked: bool) -> int:
    """Return a text's hash."""
    spread, at = np.uint64(14695981039346656037) + np.uint64(marked), begin
    while at + WORD <= stop:
        spread = (spread ^ word_at(at)) * np.uint64(0x9E3779B97F4A7C15)
        spread ^= spread >> np.uint64(32)
        at += WORD
    while at < stop:
        spread = (spread ^ np.uint64(byte_at(at))) * np.uint64(1099511628211)
        at += 1
    return spread ^ (spread >> np.uint64(29))


@numba.njit(cache=True)
def _find(begin: int, stop: int, end: int, marked: bool, book: tuple[int, int, int, int, int, int], column: int) -> int:
    """Return the number of a text that is known, by the addresses of a vocabulary's parts alone; -1 where it is not."""
    table, hashes, begins, marks, letters, texts = book
    spread = _spread(begin, stop, marked)
    slots = 2 * texts
    slot = np.intp(spread & np.uint64(slots - 1))
    table += column * slots * PLACE_BYTES
    code = place_at(table + slot * PLACE_BYTES)
    while code != NO_PLACE:
        known = column * texts + code
        if word_at(hashes + known * WORD) == spread and byte_at(marks + known) == marked:
            # Each column has one beginning more than texts: the end of the last.
            first = place_at(begins + (known + column) * PLACE_BYTES)
            length = place_at(begins + (known + column + 1) * PLACE_BYTES) - first
            if length == stop - begin and _same(begin, end, letters + first, length):
                return code
        slot = (slot + 1) & (slots - 1)
        code = place_at(table + slot * PLACE_BYTES)
    return -1


@numba.njit(cache=True)
def _look_up(begin: int, stop: int, marked: bool, words: Vocabulary, column: int) -> int:
    """Return the number of a text, which it gets if it has none yet; FULL where there is no room for it."""
    length, spread = stop - begin, _spread(begin, stop, marked)
    mask = np.uint64(words.table.shape[1] - 1)
    slot = spread & mask
    code = words.table[column, slot]
    while code != FREE:
        first = words.begins[column, code]
        if words.hashes[column, code] == spread and words.begins[column, code + 1] - first == length:
            step = 0
            while step < length and byte_at(begin + step) == words.letters[column, first + step]:
                step += 1
            if step == length and words.marked[column, code] == marked:
                return code
        slot = (slot + np.uint64(1)) & mask
        code = words.table[column, slot]
    code = words.counts[column]
    first = words.begins[column, code]
    if code + 1 >= words.marked.shape[1] or first + length + SLACK > words.letters.shape[1]:
        return FULL
    for step in range(length):
        words.letters[column, first + step] = byte_at(begin + step)
    words.begins[column, code + 1] = first + length
    words.marked[column, code] = marked
    words.hashes[column, code] = spread
    words.following[column, code] = code
    words.table[column, slot] = code
    words.counts[column] = code + 1
    return code


@numba.njit(cache=True)
def _where(word: int, mark: int) -> int:
    """Set the high bit of the lowest byte of a word that is this mark (bytes above it may be set wrongly)."""
    apart = word ^ EVERY_BYTE * np.uint64(mark)
    return (apart - EVERY_BYTE) & ~apart & HIGH_BITS


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
    if ((word + EVERY_BYTE * np.uint64(0x76)) | word) & HIGH_BITS != 0:
        return 0.0, at
    word = (word * np.uint64(2561)) >> np.uint64(8)
    word = ((word & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
    word = ((word & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)
    value = np.float64(word) / POWERS[np.uintp(places)]
    return (-value if negative else value), stop


@numba.njit(cache=True)
def _number(at: int, end: int) -> tuple[float, int, int]:  # noqa: C901 - as the loops below
    """Read a decimal number: its value, where it ends, and READ, ODD or BAD."""
    if at + WORD <= end:
        value, stop = _short_number(word_at(at), at)
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
def read_lines(  # noqa: C901 - one loop over bytes: calls inside it would cost more than they explain
    at: int,
    end: int,
    row: int,
    kinds: np.ndarray,
    slots: np.ndarray,
    numbers: np.ndarray,
    codes: np.ndarray,
    words: Vocabulary,
    letters: int,
    odd: np.ndarray,
) -> tuple[int, int, int, int]:
    """Fill columns from lines of CSV; returns where it stands, the next row, how it ended, and the odd numbers met.

    ``slots`` says which of the numbers or codes a column fills, ``letters`` is the address of the vocabulary's.
    """
    width, found = np.uintp(len(kinds)), 0
    room = max(numbers.shape[1], codes.shape[1])
    begins, following, lasts, stride = words.begins, words.following, words.last, words.letters.shape[1]
    texts = words.marked.shape[1]
    addresses = (words.table.ctypes.data, words.hashes.ctypes.data, begins.ctypes.data, words.marked.ctypes.data)
    while at < end:
        if row == room or found + np.intp(width) > len(odd):
            return at, row, MORE, found
        line = at
        for place in range(width):
            slot, here = np.uintp(slots[place]), np.uintp(row)
            mark = byte_at(at) if at < end else NEWLINE
            quoted = mark == QUOTE
            if quoted:
                at += 1
                mark = byte_at(at) if at < end else NEWLINE
            blank = mark == QUOTE if quoted else mark in (COMMA, NEWLINE, RETURN)
            if kinds[place] == NUMBER:
                value, begin, state = np.nan, at, READ
                if not blank:
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
            elif kinds[place] == PASSED:
                at = _end_of_text(at, end, quoted, QUOTE, NEWLINE)
            elif blank:
                codes[slot, here] = -1
            else:
                last = np.uintp(lasts[slot])
                code, guesses = last, 0
                while True:  # the text above, or the one that came after it last time
                    start = np.intp(begins[slot, code])
                    length = np.intp(begins[slot, code + np.uintp(1)]) - start
                    stop = at + length
                    mark = byte_at(stop) if stop < end else NEWLINE
                    if (
                        stop <= end
                        and length > 0
                        and (mark == QUOTE if quoted else mark in (COMMA, NEWLINE, RETURN))
                        and _same(at, end, letters + np.intp(slot) * stride + start, length)
                    ):
                        break
                    guesses += 1
                    code = np.uintp(following[slot, last])
                    if guesses == GUESSES or code == last:
                        stop = _end_of_text(at, end, quoted, QUOTE, NEWLINE)
                        learnt = _find(
                            at, stop, end, False, (*addresses, letters + np.intp(slot) * stride, texts), np.intp(slot)
                        )
                        if learnt < 0:
                            learnt = _look_up(at, stop, False, words, slot)
                        if learnt == FULL:
                            return line, row, WORDY, found
                        code = np.uintp(learnt)
                        following[slot, last] = code
                        break
                lasts[slot], codes[slot, here] = code, code
                at = stop
            if quoted:
                if at >= end or byte_at(at) != QUOTE:
                    return line, row, MISFIT, 0
                at += 1
            if place + np.uintp(1) < width:
                if at >= end or byte_at(at) != COMMA:
                    return line, row, MISFIT, 0
                at += 1
        if at < end:
            if at == line:
                return line, row, MISFIT, 0
            at += byte_at(at) == RETURN
            if at >= end or byte_at(at) != NEWLINE:
                return line, row, MISFIT, 0
            at += 1
        row += 1
    return at, row, DONE, found


@numba.njit(cache=True)
def _is_null(at: int) -> bool:
    return byte_at(at + 1) == NULL[1] and byte_at(at + 2) == NULL[2] and byte_at(at + 3) == NULL[3]


@numba.njit(cache=True)
def read_objects(  # noqa: C901 - as above
    at: int,
    end: int,
    row: int,
    template: int,
    ends: np.ndarray,
    kinds: np.ndarray,
    slots: np.ndarray,
    numbers: np.ndarray,
    codes: np.ndarray,
    words: Vocabulary,
    letters: int,
    odd: np.ndarray,
) -> tuple[int, int, int, int]:
    """Fill columns from JSON objects that are written alike, as ``read_lines`` does.

    ``template`` is the address of what stands before each value of an object, one after the other up to ``ends``.
    """
    width, found = np.uintp(len(kinds)), 0
    room = max(numbers.shape[1], codes.shape[1])
    begins, following, lasts, stride = words.begins, words.following, words.last, words.letters.shape[1]
    texts = words.marked.shape[1]
    addresses = (words.table.ctypes.data, words.hashes.ctypes.data, begins.ctypes.data, words.marked.ctypes.data)
    while at < end:
        if row == room or found + np.intp(width) > len(odd):
            return at, row, MORE, found
        line, literal = at, 0
        for place in range(width):
            slot, here = np.uintp(slots[place]), np.uintp(row)
            length = ends[place] - literal
            if at + length >= end or not _same(at, end, template + literal, length):
                return line, row, MISFIT, 0
            at, literal = at + length, ends[place]
            null = at + NULL_LENGTH < end and byte_at(at) == NULL[0] and _is_null(at)
            if null:
                at += NULL_LENGTH
                if kinds[place] == NUMBER:
                    numbers[slot, here] = np.nan
                else:
                    codes[slot, here] = -1
            elif kinds[place] == NUMBER:
                begin = at
                value, at, state = _number(at, end)
                numbers[slot, here] = value
                first = byte_at(begin) if byte_at(begin) != MINUS else byte_at(begin + 1)
                if state == BAD or first < ZERO or byte_at(at - 1) == POINT:
                    return line, row, MISFIT, 0
                if state == ODD:
                    odd[found, 0], odd[found, 1], odd[found, 2], odd[found, 3] = slot, row, begin, at
                    found += 1
            else:
                quoted = byte_at(at) == QUOTE
                at += quoted
                last = np.uintp(lasts[slot])
                code, guesses = last, 0
                while True:
                    start = np.intp(begins[slot, code])
                    length = np.intp(begins[slot, code + np.uintp(1)]) - start
                    stop = at + length
                    mark = byte_at(stop) if stop < end else NEWLINE
                    if (
                        words.counts[slot] > 0
                        and words.marked[slot, code] == quoted
                        and (mark == QUOTE if quoted else mark in (COMMA, CLOSE))
                        and _same(at, end, letters + np.intp(slot) * stride + start, length)
                    ):
                        break
                    guesses += 1
                    code = np.uintp(following[slot, last])
                    if guesses == GUESSES or code == last:
                        stop = _end_of_text(at, end, quoted, BACKSLASH, CLOSE)
                        if stop >= end or (byte_at(stop) != QUOTE if quoted else stop == at):
                            return line, row, MISFIT, 0
                        learnt = _find(
                            at, stop, end, quoted, (*addresses, letters + np.intp(slot) * stride, texts), np.intp(slot)
                        )
                        if learnt < 0:
                            learnt = _look_up(at, stop, quoted, words, slot)
                        if learnt == FULL:
                            return line, row, WORDY, found
                        code = np.uintp(learnt)
                        following[slot, last] = code
                        break
                lasts[slot], codes[slot, here] = code, code
                at = stop + quoted
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
