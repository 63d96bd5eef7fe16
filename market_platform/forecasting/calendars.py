"""Public holidays that move demand, as rules per calendar.

Sources: US, the six days of NERC's "Additional Off-Peak Days"; FR, Code du travail L3133-1; BE, law of 4 January 1974
and royal decree of 18 April 1974; DE, holidays common to all states; NORDIC, days kept in
at least two of NO, SE, DK, FI.
"""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from market_platform.forecasting.errors import UnusableData

Rule = Callable[[int], date]


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher; Meeus 1991, chapter 8)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap_skip = century // 4
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_skip - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _fixed(month: int, day: int) -> Rule:
    return lambda year: date(year, month, day)


def _easter(days: int) -> Rule:
    return lambda year: easter_sunday(year) + timedelta(days=days)


def _weekday_from(month: int, day: int, weekday: int) -> Rule:
    """Return the first given weekday (Monday 0) on or after a date."""

    def rule(year: int) -> date:
        start = date(year, month, day)
        return start + timedelta(days=(weekday - start.weekday()) % 7)

    return rule


def _monday_if_sunday(month: int, day: int) -> Rule:
    """Return the date itself, or the Monday after where it falls on a Sunday (NERC's rule)."""

    def rule(year: int) -> date:
        on = date(year, month, day)
        return on + timedelta(days=1) if on.weekday() == 6 else on

    return rule


CALENDARS: dict[str, tuple[Rule, ...]] = {
    "US": (
        _monday_if_sunday(1, 1),
        _weekday_from(5, 25, 0),
        _monday_if_sunday(7, 4),
        _weekday_from(9, 1, 0),
        _weekday_from(11, 22, 3),
        _monday_if_sunday(12, 25),
    ),
    "FR": (
        *(_fixed(*on) for on in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))),
        *(_easter(days) for days in (1, 39, 50)),
    ),
    "BE": (
        *(_fixed(*on) for on in ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25))),
        *(_easter(days) for days in (1, 39, 50)),
    ),
    "DE": (
        *(_fixed(*on) for on in ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))),
        *(_easter(days) for days in (-2, 1, 39, 50)),
    ),
    "NORDIC": (
        *(_fixed(*on) for on in ((1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31))),
        *(_easter(days) for days in (-3, -2, 1, 39)),
        _weekday_from(6, 19, 4),
    ),
    "NONE": (),
}


def holiday_marks(days: np.ndarray, calendar: str) -> np.ndarray:
    """Return (rows,) bool marks of ``datetime64[D]`` days; raises UnusableData for a calendar that is not known."""
    if calendar not in CALENDARS:
        msg = f"no holiday calendar {calendar!r}: take one of {', '.join(CALENDARS)}"
        raise UnusableData(msg)
    first, last = (int(str(day)[:4]) for day in (days[0], days[-1]))
    kept = [rule(year) for year in range(first, last + 1) for rule in CALENDARS[calendar]]
    return np.isin(days, np.array(kept, dtype="datetime64[D]"))
