"""Business days of each ISO: weekdays that are not its holidays. The holiday list is data with its status."""

import csv
from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np


@cache
def _rules() -> tuple[dict[str, str], ...]:
    text = resources.files(__package__).joinpath("holidays.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _day_of(rule: dict[str, str], year: int) -> date:
    month = int(rule["month"])
    if rule["day"]:
        day = date(year, month, int(rule["day"]))
        # A holiday on a Sunday is kept on Monday (NERC off-peak days); one on a Saturday falls on no business day.
        return day + timedelta(days=1) if day.weekday() == 6 else day
    weekday, occurrence = int(rule["weekday"]), int(rule["occurrence"])
    if occurrence > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (occurrence - 1))
    last = date(year, month, monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - weekday) % 7)


@cache
def holidays(iso: str, year: int) -> frozenset[date]:
    """Return the holidays of an ISO in a year."""
    return frozenset(_day_of(rule, year) for rule in _rules() if iso in rule["isos"].split(";"))


def is_business_day(iso: str, day: date) -> bool:
    """Return whether an ISO settles on that day."""
    return day.weekday() < 5 and day not in holidays(iso, day.year)


def add_business_days(iso: str, day: date, count: int) -> date:
    """Return the business day ``count`` after ``day`` (before it when negative); zero rolls forward to one."""
    years = range(day.year - 1 - abs(count) // 200, day.year + 2 + abs(count) // 200)
    closed = sorted(holiday for year in years for holiday in holidays(iso, year))
    # Counting backwards a non-business start stands at the next business day, as it does going forward from the last.
    roll: Literal["backward", "forward"] = "backward" if count > 0 else "forward"
    moved = np.busday_offset(np.datetime64(day, "D"), count, roll=roll, holidays=closed)
    return date.fromisoformat(str(moved))


def next_business_day(iso: str, day: date) -> date:
    """Return ``day`` itself where it is a business day, else the next one."""
    return add_business_days(iso, day, 0)


def add_months(day: date, count: int) -> date:
    """Return the same day ``count`` months on, or the month's last day where it has no such day."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def month_end(day: date) -> date:
    """Return the last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
