"""How OASIS is asked: exact UTC moments, a version for each report, and its own limits on span and pace.

Limits (facts): 31 days a request for chosen nodes; all nodes one day (day-ahead) or one hour (real time); about one
request every five seconds, else 429. A Pacific day runs from 07:00 or 08:00 UTC.
"""

import uuid
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import groupby

import pandas as pd

from market_platform.markets.market_day import day_bounds
from market_platform.sources.caiso.answers import inspect
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Request

BASE_URL = "https://oasis.caiso.com/oasisapi"
PACE_SECONDS = 5.0
CSV_IN_ZIP = "6"
XML_IN_ZIP = "5"
LONGEST_DAYS = 31
# OASIS keeps 39 months (facts); what is older lies in a bucket whose reader pays.
KEPT_MONTHS = 39
OUTLOOK_URL = "https://www.caiso.com/outlook"
DOCUMENTS_URL = "https://www.caiso.com/documents"
UNIT_OUTAGES = "curtailed-non-operational-generator-prior-trade-date-report"
STORAGE_REPORT = "daily-energy-storage-report"
RENEWABLES_REPORT = "daily-renewable-report"
WORKBOOK_DASHED_DAY = date(2024, 5, 31)
WORKBOOK_ODD_DAY = date(2024, 6, 1)
WORKBOOK_PLAIN_AGAIN = date(2025, 1, 13)
WORKBOOK_LATE_DAYS = 14
STAMP = "%Y%m%dT%H:%M-0000"


class Span(Enum):
    """How much one request may cover."""

    MONTH = "31 days"
    DAY = "one day"
    HOUR = "one hour"
    CALENDAR_MONTH = "the calendar month that a day lies in"


@dataclass(frozen=True)
class Ask:
    """How one report is asked for: called as a feed's request builder.

    ``elsewhere`` is a report that keeps the same prices for longer, one day a request.
    """

    query: str
    version: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    span: Span = Span.MONTH
    group: bool = False
    elsewhere: "Ask | None" = None
    form: str = CSV_IN_ZIP

    def __call__(self, feed: Feed, days: Sequence[date], today: date) -> list[Request]:
        """Return the requests that cover the days."""
        return [self._request(feed, window, today) for window in self._windows(feed, sorted(set(days)))]

    def _windows(self, feed: Feed, days: list[date]) -> list[tuple[datetime, datetime, tuple[date, ...]]]:
        if self.span is Span.HOUR:
            return [
                (hour.to_pydatetime(), (hour + timedelta(hours=1)).to_pydatetime(), (day,))
                for day in days
                for hour in pd.date_range(*day_bounds(day, feed.zone), freq="h", inclusive="left")
            ]
        if self.span is Span.CALENDAR_MONTH:
            return [_month(feed, list(own)) for _, own in groupby(days, lambda day: (day.year, day.month))]
        runs = _runs(days, LONGEST_DAYS if self.span is Span.MONTH else 1)
        return [(day_bounds(run[0], feed.zone)[0], day_bounds(run[-1], feed.zone)[1], tuple(run)) for run in runs]

    def _request(self, feed: Feed, window: tuple[datetime, datetime, tuple[date, ...]], today: date) -> Request:
        start, end, days = window
        name = "groupid" if self.group else "queryname"
        parameters = {
            "resultformat": self.form,
            name: self.query,
            "version": str(self.version),
            **self.parameters,
            "startdatetime": start.strftime(STAMP),
            "enddatetime": end.strftime(STAMP),
        }
        hour = f"_{start:%dT%H}Z" if self.span is Span.HOUR else ""
        file_name = f"{days[0]:%Y%m%d}_{days[-1]:%Y%m%d}{hour}_{self.query}_{feed.file_part}_v{self.version}.zip"
        return Request(
            f"{BASE_URL}/{'GroupZip' if self.group else 'SingleZip'}",
            file_name,
            days,
            params=parameters,
            archived=_months_between(days[-1], today) > KEPT_MONTHS,
            alternatives=tuple(self.elsewhere(feed, [day], today)[0] for day in days) if self.elsewhere else (),
            inspect=inspect,
        )


@dataclass(frozen=True)
class OutlookAsk:
    """How an outlook file is asked for: the running day under ``current``, others under their date."""

    file: str

    def __call__(self, _feed: Feed, days: Sequence[date], today: date) -> list[Request]:
        """Return one request a day. The number at the end keeps the edge cache from answering with old bytes."""
        requests = []
        for day in sorted(set(days)):
            folder = "current" if day == today else f"history/{day:%Y%m%d}"
            parameters = {"_": str(uuid.uuid4().int % 10**12)}
            name = f"{day:%Y%m%d}_{self.file}.csv"
            requests.append(Request(f"{OUTLOOK_URL}/{folder}/{self.file}.csv", name, (day,), params=parameters))
        return requests


def unit_outage_workbook(_feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for the workbooks of units that were out; their names follow no single rule (public client's addresses)."""
    requests = []
    for day in sorted(set(days)):
        stem = UNIT_OUTAGES.replace("curtailed-", "curtailed-and-", 1) if day == WORKBOOK_ODD_DAY else UNIT_OUTAGES
        if day == WORKBOOK_DASHED_DAY:
            text = f"{day:%Y-%m-%d}"
        elif WORKBOOK_DASHED_DAY < day < WORKBOOK_PLAIN_AGAIN:
            text = f"{day:%b-%d-%Y}".lower()
        else:
            text = f"{day:%Y%m%d}"
        archived = (today - day).days > WORKBOOK_LATE_DAYS
        name = f"{day:%Y%m%d}_{UNIT_OUTAGES}.xlsx"
        requests.append(Request(f"{DOCUMENTS_URL}/{stem}-{text}.xlsx", name, (day,), archived=archived))
    return requests


def storage_report_page(_feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for the daily storage reports; names of the page have been spelt in several ways (public client's addresses)."""
    return [_page(STORAGE_REPORT, day, _storage_slugs(day), today) for day in sorted(set(days))]


def renewables_report_page(_feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for the daily renewable reports."""
    return [_page(RENEWABLES_REPORT, day, [f"{RENEWABLES_REPORT}-{day:%b-%d-%Y}"], today) for day in sorted(set(days))]


def _storage_slugs(day: date) -> list[str]:
    numbers = (f"{day:%d}", f"{day.day}")
    slugs = [f"{STORAGE_REPORT}-{day:%b}-{number}{dash}{day.year}" for dash in ("-", "") for number in numbers]
    return [*slugs, *(f"{STORAGE_REPORT.replace('-', '')}{day:%b}{number}-{day.year}" for number in numbers)]


def _page(stem: str, day: date, slugs: Sequence[str], today: date) -> Request:
    """Return the request of a page under its first name, the others and those of corrected pages as alternatives."""
    spelt = dict.fromkeys(f"{slug.lower()}{ending}" for slug in slugs for ending in ("", "-corrected"))
    archived = (today - day).days > WORKBOOK_LATE_DAYS
    first, *others = (
        Request(f"{DOCUMENTS_URL}/{slug}.html", f"{day:%Y%m%d}_{stem}.html", (day,), archived=archived)
        for slug in spelt
    )
    return replace(first, alternatives=tuple(others))


def _month(feed: Feed, days: list[date]) -> tuple[datetime, datetime, tuple[date, ...]]:
    """Return the calendar month of some of its days."""
    first = days[0].replace(day=1)
    last = date(first.year, first.month, monthrange(first.year, first.month)[1])
    return day_bounds(first, feed.zone)[0], day_bounds(last, feed.zone)[1], tuple(days)


def _runs(days: Sequence[date], longest: int) -> list[list[date]]:
    """Cut days into runs without a gap, each at most so long."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1) and len(runs[-1]) < longest:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _months_between(day: date, today: date) -> int:
    return (today.year - day.year) * 12 + today.month - day.month
