"""How to ask Data Miner 2: ranges of Eastern time, filters, pages, the archive's rules, the key.

Rules (facts of the feeds): the end of a range is inclusive, so a day is asked for to 23:59; 50,000 rows a page at most;
366 days a request at most; a request may not cross the archive line, and an archived one stays within one calendar year
and takes neither filter nor field list nor order: everything comes back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from market_platform.errors import Gone, NotPublishedYet, Rejected
from market_platform.sources.credentials import Credentials
from market_platform.sources.feed import Feed
from market_platform.sources.json_rows import count_items, split_items
from market_platform.sources.paging import Incomplete
from market_platform.sources.payload import Payload, Request

BASE_URL = "https://api.pjm.com/api/v1"
WORKBOOKS_URL = "https://www.pjm.com/-/media/DotCom/markets-ops/rpm/rpm-auction-info"
JUNE = 6
KEY_HEADER = "Ocp-Apim-Subscription-Key"
ROWS_PER_PAGE = 50_000
HOURLY_ARCHIVE_DAYS = 731
FIVE_MINUTE_ARCHIVE_DAYS = 186
NON_MEMBER_PACE_SECONDS = 10.1  # 6 calls a minute
MEMBER_PACE_SECONDS = 0.1  # 600 calls a minute


@dataclass(frozen=True)
class Ask:
    """How one feed is asked for.

    ``stamp`` is the column that the range filters on, ``filters`` are further parameters, ``days_per_request`` keeps an
    answer to a few pages, ``archive_days`` is the age at which the archive's rules begin. ``through_midnight`` asks for
    the first moment of the next day as well: stamps between 23:59:00 and midnight are lost otherwise, and stamps drift.
    ``kept_days`` is how long PJM keeps the dataset at all: an empty answer for older days says that they are gone, not
    that they are still to come.
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    days_per_request: int = 31
    stamp: str = "datetime_beginning"
    archive_days: int | None = None
    sort: str = ""
    through_midnight: bool = False
    kept_days: int | None = None

    def __call__(self, feed: Feed, days: Sequence[date], today: date) -> Iterator[Request]:
        """Give the requests for some market days. Raises Gone at the end where a filtered feed is asked for archived days."""
        line = None if self.archive_days is None else today - timedelta(days=self.archive_days)
        old = sorted(day for day in set(days) if line is not None and day < line)
        for run in self._runs([day for day in days if day not in set(old)]):
            rolled_off = self.kept_days is not None and run[-1] < today - timedelta(days=self.kept_days)
            yield replace(self._request(feed, run, archived=False), archived=rolled_off)
        if old and self.filters:
            raise Gone(
                f"{feed.key}: days before {line} are in PJM's archive, which gives all pricing nodes or none; "
                f"ask the node feed of {feed.dataset} for {old[0]} to {old[-1]}"
            )
        for run in self._runs(old):
            yield self._request(feed, run, archived=True)

    def _runs(self, days: Sequence[date]) -> list[list[date]]:
        """Cut days into unbroken runs within one month, or shorter where a day is large."""
        runs = []
        ordered = sorted(set(days))
        for _, grouped in groupby(
            enumerate(ordered), lambda item: (item[1].toordinal() - item[0], item[1].strftime("%Y%m"))
        ):
            run = [day for _, day in grouped]
            runs += [run[start : start + self.days_per_request] for start in range(0, len(run), self.days_per_request)]
        return runs

    def _request(self, feed: Feed, days: list[date], *, archived: bool) -> Request:
        last = days[-1] + timedelta(days=1) if self.through_midnight else days[-1]
        span = f"{days[0]:%m/%d/%Y} 00:00to{last:%m/%d/%Y} {'00:00' if self.through_midnight else '23:59'}"
        params = {"rowCount": str(ROWS_PER_PAGE), "startRow": "1", f"{self.stamp}_ept": span}
        if not archived:
            params |= {"sort": self.sort or f"{self.stamp}_utc", "order": "Asc", **self.filters}
        name = f"{feed.key}_{days[0]:%Y%m%d}_{days[-1]:%Y%m%d}.json"
        return Request(f"{BASE_URL}/{feed.dataset}", name, tuple(days), params=params, archived=archived)


def snapshot(feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for what only exists as it stands now: all of it, whatever the days."""
    if not days:
        return []
    name = f"{feed.key}_{today:%Y%m%d}.json"
    params = {"rowCount": str(ROWS_PER_PAGE), "startRow": "1"}
    return [Request(f"{BASE_URL}/{feed.dataset}", name, (today,), params=params)]


@dataclass(frozen=True)
class AskByColumn:
    """How a dataset is asked for whose rows carry no clock: by one column, a day or a month a request.

    ``value`` writes the column's filter from first and last day.
    """

    column: str
    value: Callable[[date, date], str]
    months: bool = False

    def __call__(self, feed: Feed, days: Sequence[date], _today: date) -> Iterator[Request]:
        """Give the requests for some market days."""
        ordered = sorted(set(days))
        for first in sorted({day.replace(day=1) if self.months else day for day in ordered}):
            last = _month_end(first) if self.months else first
            params = {"rowCount": str(ROWS_PER_PAGE), "startRow": "1", self.column: self.value(first, last)}
            covered = tuple(day for day in ordered if first <= day <= last)
            yield Request(f"{BASE_URL}/{feed.dataset}", f"{feed.key}_{first:%Y%m%d}.json", covered, params=params)


def auction_workbook(_feed: Feed, days: Sequence[date], _today: date) -> list[Request]:
    """Ask for the base residual auction's workbook of each delivery year that the days fall in."""
    table = pd.read_csv(Path(__file__).parent / "auction_workbooks.csv")
    requests = []
    for year in sorted({day.year if day.month >= JUNE else day.year - 1 for day in days}):
        known = table[table["first_delivery_year"] <= year]
        if len(known):
            path = str(known["path"].iloc[-1]).format(first=year, last=year + 1)
            name = path.rsplit("/", 1)[-1]
            requests.append(Request(f"{WORKBOOKS_URL}/{path}", name, (date(year, JUNE, 1),)))
    return requests


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def monthly_auction(first: date, _last: date) -> str:
    """Return the name of a monthly FTR auction: ``JAN 2022 Auction``."""
    return f"{first:%b}".upper() + f" {first:%Y} Auction"


def annual_auction(first: date, _last: date) -> str:
    """Return the name of the annual auction for the planning year that a month lies in (unverified)."""
    year = first.year if first.month >= JUNE else first.year - 1
    return f"{year}/{year + 1} Annual Auction"


def long_term_auction(first: date, _last: date) -> str:
    """Return the name of the long-term auction held in the planning year of a month, for the year after (unverified)."""
    year = first.year if first.month >= JUNE else first.year - 1
    return f"{year + 1}/{year + 4} Long Term Auction"


def moment_range(first: date, last: date) -> str:
    """Return a range of days in the one form that the daily virtuals take."""
    return f"{first:%Y-%m-%d}T00:00:00.0000000 to {last:%Y-%m-%d}T23:59:59.0000000"


def day_range(first: date, last: date) -> str:
    """Return a range of days."""
    return f"{first:%m/%d/%Y}to{last:%m/%d/%Y}"


def next_page(request: Request, pages: Sequence[Payload]) -> Request | None:
    """Return the request for the next page, or None where all announced rows are there. Raises Incomplete, Rejected.

    ``startRow`` is counted here rather than taken from the answer's ``next`` link, which may answer from an older load.
    """
    envelope, body = split_items(_without_errors(pages[-1]), "items")
    total = _total(envelope, pages[-1])
    first_total = total if len(pages) == 1 else _total(split_items(pages[0], "items")[0], pages[0])
    per_page = int(request.params["rowCount"])
    received = (len(pages) - 1) * per_page + count_items(body)
    whole_page = count_items(body) == per_page
    if total != first_total or received > total or (received < total and not whole_page):
        raise Incomplete(
            f"{request.file_name}: {received} rows came in {len(pages)} pages where {first_total} were announced first "
            f"and {total} last; nothing of it is stored, ask again"
        )
    if total == 0:
        empty = f"{request.file_name}: PJM has no rows for that"
        raise (
            Gone(f"{empty} any more")
            if request.archived
            else NotPublishedYet(f"{empty} yet; it is asked for again later")
        )
    if received == total:
        return None
    return replace(request, params={**request.params, "startRow": str(received + 1)})


def _without_errors(page: Payload) -> Payload:
    """Raise Rejected where the answer is PJM's own complaint, which may come with status 200."""
    if b'"errors"' in page.content[:2000] and b'"items"' not in page.content[:2000]:
        raise Rejected(f"{page.name}: PJM refuses the request: {page.content[:500].decode('utf-8', 'replace')}")
    return page


def _total(envelope: Mapping[str, Any], page: Payload) -> int:
    total = envelope.get("totalRows")
    if not isinstance(total, int):
        raise Incomplete(f"{page.name}: the answer does not say how many rows there are (totalRows = {total!r})")
    return total


def sign(request: Request, credentials: Credentials) -> Request:
    """Put the subscription key on a request to Data Miner. Raises Rejected where the user has none."""
    if not request.url.startswith(BASE_URL):
        return request
    key = credentials.get("pjm_member_key") or credentials.get("pjm_key")
    if key is None:
        raise Rejected(
            f"{request.file_name}: PJM answers nobody without a subscription key; register at apiportal.pjm.com (it is "
            "free) and set MARKET_PLATFORM_PJM_KEY, or MARKET_PLATFORM_PJM_MEMBER_KEY for a member's"
        )
    return replace(request, headers={**request.headers, KEY_HEADER: key}, secrets=(*request.secrets, key))
