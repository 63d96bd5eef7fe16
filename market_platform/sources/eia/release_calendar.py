"""When the weekly storage report is released: Thursday 10:30 Eastern, with the exceptions that EIA lists each year."""

import csv
import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from market_platform.sources.payload import Payload

EASTERN = ZoneInfo("America/New_York")
FRIDAY = 4
USUAL_TIME = time(10, 30)
DAYS_AFTER_WEEK = 6
# How the release and the history workbook say their day.
DAYS_TOLD = (
    (re.compile(rb'"release_date"\s*:\s*"(\d{4}-[A-Za-z]{3}-\d{2})'), "%Y-%b-%d"),
    (re.compile(rb"LATEST ESTIMATES \(Bcf\) AS OF ([A-Z]+ \d{1,2}, \d{4})"), "%B %d, %Y"),
)


@cache
def exceptions() -> dict[date, datetime]:
    """Return the listed releases off the usual rule, by week ending (31 of them, 2017 to 2025)."""
    with (Path(__file__).parent / "release_exceptions.csv").open(encoding="utf-8") as table:
        return {
            date.fromisoformat(row["week_ending"]): datetime.combine(
                date.fromisoformat(row["release_date"]), time.fromisoformat(row["release_time_eastern"]), tzinfo=EASTERN
            )
            for row in csv.DictReader(table)
        }


def release_moment(week_ending: date) -> datetime:
    """Return the moment (UTC) at which the stock of a Friday is released; ValueError for another weekday."""
    if week_ending.weekday() != FRIDAY:
        msg = f"storage weeks end on a Friday, {week_ending} is not one"
        raise ValueError(msg)
    usual = datetime.combine(week_ending + timedelta(days=DAYS_AFTER_WEEK), USUAL_TIME, tzinfo=EASTERN)
    return exceptions().get(week_ending, usual).astimezone(UTC)


def told_in(payload: Payload) -> datetime | None:
    """Return when a storage file was released by its own words: its day at the usual time, None where it says none."""
    for words, form in DAYS_TOLD:
        if found := words.search(payload.content):
            try:
                day = datetime.strptime(found[1].decode(), form).replace(tzinfo=EASTERN)
            except ValueError:
                return None
            return datetime.combine(day.date(), USUAL_TIME, tzinfo=EASTERN).astimezone(UTC)
    return None
