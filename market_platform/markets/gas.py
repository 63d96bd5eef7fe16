"""Natural gas futures as data: months, products, hubs, last trading days.

Sources: month letters and NG terms from the exchange's pages; basis codes from the settlement file of 2014-12-29 (facts,
tables). The exchange's holidays are those on which NYMEX energy does not settle; the rules are general knowledge and
unverified against its yearly calendar, so a last trading day near a moved holiday is to be checked there.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

MONTH_LETTERS = "FGHJKMNQUVXZ"
_WORDS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTHS_BY_WORD = {**{word: place for place, word in enumerate(_WORDS, start=1)}, "JLY": 7}


@dataclass(frozen=True)
class FuturesTerms:
    """What one contract is. ``days_before`` is the place of the last trading day, counted in business days."""

    symbol: str
    name: str
    size_mmbtu: int
    tick_usd_per_mmbtu: Decimal
    days_before: int
    product_id: int | None = None


TERMS = {
    terms.symbol: terms
    for terms in (
        FuturesTerms("NG", "Henry Hub natural gas, physical", 10_000, Decimal("0.001"), 3, 444),
        FuturesTerms("ON", "Options on NG", 10_000, Decimal("0.001"), 4),
        FuturesTerms("HP", "Henry Hub penultimate, financial", 10_000, Decimal("0.0001"), 4),
        FuturesTerms("NP", "Henry Hub penultimate, financial", 10_000, Decimal("0.0001"), 4),
    )
}
PRODUCT_SYMBOLS = {444: "NG", 133: "ES"}  # the second is no gas: it is what was recorded of the same page

# Hub of each basis future (2014 codes); Dominion South is Eastern Gas South today.
BASIS_HUBS = {
    "NZ": "Transco Zone 6 NY",
    "NX": "TETCO M3",
    "B4": "Algonquin",
    "NHN": "Houston Ship Channel",
    "NW": "Waha",
    "PG": "Eastern Gas South",
    "NBN": "Chicago",
}
HENRY_HUB = "NG"


def contract_code(symbol: str, year: int, month: int) -> str:
    """Return the contract as the settlement file writes it: ``NGF15``."""
    return f"{symbol}{MONTH_LETTERS[month - 1]}{year % 100:02d}"


def last_trade_day(year: int, month: int, days_before: int = 3) -> date:
    """Return the last trading day of a delivery month: the third last business day (NG) of the month before."""
    day = date(year, month, 1)
    left = days_before
    while left:
        day -= timedelta(days=1)
        left -= is_business_day(day)
    return day


def is_business_day(day: date) -> bool:
    """Say whether the exchange settles energy on a day."""
    return day.weekday() < 5 and day not in exchange_holidays(day.year)


@cache
def exchange_holidays(year: int) -> frozenset[date]:
    """Return the weekdays on which NYMEX energy does not settle."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 12, 25)]
    if year >= 2022:
        fixed.append(date(year, 6, 19))
    moved = {_observed(day) for day in fixed if not (day.month == 1 and day.weekday() == 5)}
    floating = {_nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _last_monday_of_may(year), _nth(year, 9, 0, 1)}
    return frozenset(moved | floating | {_nth(year, 11, 3, 4), easter(year) - timedelta(days=2)})


def _observed(day: date) -> date:
    """Return the weekday on which a holiday of a fixed date is kept: Friday for Saturday, Monday for Sunday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, count: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))


def _last_monday_of_may(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def easter(year: int) -> date:
    """Return Easter Sunday (Gregorian computus, Anonymous/Meeus)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)
