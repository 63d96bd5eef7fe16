# mypy: disable-error-code="arg-type, assignment, return-value"
"""Stamps of fixed width as moments: the digits of a text at an address, held against the calendar."""

import numpy as np

from market_platform.sources.compiled.access import byte_at, compiled, inlined
from market_platform.sources.compiled.marks import NINE, ZERO

NO_MOMENT = np.iinfo(np.int64).min  # numpy's NaT
PARTS, CENTURY = 6, 100
YEAR, MONTH, DAY, HOUR, MINUTE, SECOND = range(PARTS)  # where a layout says where they stand; -1 where there is none
FEBRUARY = 2
MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
DAYS_BEFORE = np.cumsum(MONTH_DAYS)
DAYS_BEFORE_1970 = 719_162  # from 0001-01-01
LAST_HOUR, LAST_MINUTE = 23, 59
DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, MICROSECONDS = 86_400, 3_600, 60, 1_000_000


@inlined
def _pair(at: int) -> int:
    """Return the number that two digits make; -1 where they are none."""
    tens, ones = byte_at(at), byte_at(at + 1)
    if tens < ZERO or tens > NINE or ones < ZERO or ones > NINE:
        return -1
    return (tens - ZERO) * 10 + ones - ZERO


@inlined
def _part(text: int, place: int) -> int:
    """Return a part of a moment that stands at a place of a text; 0 where the layout has none."""
    return _pair(text + place) if place >= 0 else 0


@compiled
def _moment(text: int, layout: np.ndarray) -> int:
    """Return the moment (microseconds since 1970) that a text of the layout's width says; NO_MOMENT where it is not of it."""
    for mark in range(PARTS + 1, len(layout), 2):
        if byte_at(text + layout[mark]) != layout[mark + 1]:
            return NO_MOMENT
    century, years = _pair(text + layout[YEAR]), _pair(text + layout[YEAR] + 2)
    month, day = _part(text, layout[MONTH]), _part(text, layout[DAY])
    hour, minute, second = _part(text, layout[HOUR]), _part(text, layout[MINUTE]), _part(text, layout[SECOND])
    year = century * CENTURY + years
    if century < 0 or years < 0 or year < 1 or month < 1 or month >= len(MONTH_DAYS) or day < 1:
        return NO_MOMENT
    if not (0 <= hour <= LAST_HOUR and 0 <= minute <= LAST_MINUTE and 0 <= second <= LAST_MINUTE):
        return NO_MOMENT
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    if day > MONTH_DAYS[month] + (leap and month == FEBRUARY):
        return NO_MOMENT
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - DAYS_BEFORE_1970
    days += DAYS_BEFORE[month - 1] + (leap and month > FEBRUARY) + day - 1
    return (days * DAY_SECONDS + hour * HOUR_SECONDS + minute * MINUTE_SECONDS + second) * MICROSECONDS


@compiled
def read_moments(letters: int, ends: np.ndarray, layout: np.ndarray, moments: np.ndarray) -> int:
    """Fill in those moments that are still NO_MOMENT and whose text is of a layout; returns how many are left.

    Text k lies from ``letters + ends[k]`` to ``letters + ends[k + 1]``. A layout is the places of year, month, day, hour,
    minute and second, the width, and place and byte of each other mark.
    """
    left, width = 0, layout[PARTS]
    for text in range(len(moments)):
        if moments[text] == NO_MOMENT:
            if ends[text + 1] - ends[text] == width:
                moments[text] = _moment(letters + ends[text], layout)
            left += moments[text] == NO_MOMENT
    return left
