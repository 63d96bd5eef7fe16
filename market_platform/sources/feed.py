"""A feed is one declaration: everything that the platform needs to know about a published dataset, as one row."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from market_platform.contracts.contract import Contract
from market_platform.markets.market_day import hours_in_day
from market_platform.sources.credentials import Credentials
from market_platform.sources.login import Login
from market_platform.sources.paging import NextPage
from market_platform.sources.payload import Payload, Request


class Cadence(Enum):
    """How a publisher cuts the dataset into files."""

    DAILY = "daily"
    MONTHLY = "monthly"
    SNAPSHOT = "snapshot"


class Refresh(Enum):
    """How often it is worth asking again for the running day."""

    FIVE_MINUTES = "every five minutes"
    HOURLY = "hourly"
    DAILY = "daily"


class Counted(StrEnum):
    """What of a market day is counted."""

    ROWS = "rows"
    INTERVALS = "intervals"


@dataclass(frozen=True)
class Publication:
    """When a market day is complete at the publisher: local time, days after (or, negative, before) the day."""

    at: time
    days_after: int

    def moment(self, day: date, zone: ZoneInfo) -> datetime:
        """Return the moment (UTC) at which ``day`` is due."""
        return datetime.combine(day + timedelta(days=self.days_after), self.at, tzinfo=zone).astimezone(UTC)


Parser = Callable[["Feed", Sequence[Payload]], pd.DataFrame]
RequestBuilder = Callable[["Feed", Sequence[date], date], Iterable[Request]]
# Which of some listed documents are still to be read.
Unread = Callable[[Sequence[str]], Sequence[str]]
Follow = Callable[["Feed", Request, Sequence[Payload], Unread], list[Request] | None]


@dataclass(frozen=True)
class Feed:
    """One published dataset.

    ``dataset`` and ``file_part`` are the publisher's own names. ``parse`` turns files into rows of ``contract`` with
    ``file``, ``line`` and ``defect`` beside them: no clock, no I/O. ``request`` says what to ask for some market days;
    a feed without it is read from files only. ``constants`` fill columns that are the same in every row.
    ``locations`` and ``interval_minutes`` say what a whole day holds: rows where the locations are known, else intervals;
    without ``interval_minutes`` a day is not counted.
    ``publication_lag`` is how long after its interval a row is public, for reads of histories that were imported late.
    ``revision_days`` is how long the publisher goes on correcting a day. ``pages`` says how to go on where an answer
    comes in pages, ``follow`` what to fetch where it is a list of documents (None: it is the data itself; empty: all of
    it was read before). ``members`` is a pattern of file names, where the publisher's zips hold files of several feeds,
    ``ended`` one of the names of files that end with a line break when they are whole. A ``sparse`` feed only has rows
    when something happens: its last row may be old and nothing amiss.
    """

    key: str
    publisher: str
    title: str
    contract: Contract
    zone: ZoneInfo
    dataset: str
    file_part: str
    parse: Parser
    publication: Publication
    request: RequestBuilder | None = None
    pages: NextPage | None = None
    follow: Follow | None = None
    members: str = ""
    ended: str = ""
    also: tuple[str, ...] = ()
    cadence: Cadence = Cadence.DAILY
    refresh: Refresh = Refresh.DAILY
    interval_minutes: int | None = None
    locations: tuple[str, ...] = ()
    rows_per_location: int = 1
    interval_count: int | None = None
    publication_lag: timedelta = timedelta(0)
    revision_days: int = 0
    sparse: bool = False
    constants: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def counted(self) -> Counted | None:
        """What of a market day is counted; None where nobody can say how much a whole day holds."""
        if self.interval_count is None and self.interval_minutes is None:
            return None
        if self.locations:
            return Counted.ROWS
        return Counted.INTERVALS if self.cadence is Cadence.DAILY and not self.sparse else None

    def expected(self, day: date) -> int | None:
        """Return how many rows or intervals (see ``counted``) a complete market day holds."""
        if self.counted is None:
            return None
        intervals = self.interval_count
        if intervals is None and self.interval_minutes is not None:
            intervals = hours_in_day(day, self.zone) * 60 // self.interval_minutes
        if intervals is None or self.counted is Counted.INTERVALS:
            return intervals
        return intervals * len(self.locations) * self.rows_per_location


def declare(
    publisher: str,
    key: str,
    title: str,
    contract: Contract,
    *,
    constants: Mapping[str, str] | None = None,
    **facts: Any,
) -> Feed:
    """Declare a feed: its key begins with its publisher's, and its rows name that as their market."""
    return Feed(
        key=f"{publisher}_{key}",
        publisher=publisher,
        title=title,
        contract=contract,
        constants={"market": publisher, **(constants or {})},
        **facts,
    )


Recogniser = Callable[[Payload], str | None]
Signer = Callable[[Request, Credentials], Request]


@dataclass(frozen=True)
class Publisher:
    """One publisher: its address, its pace, its feeds, and how to tell whose file one is.

    ``pace_seconds`` is the least time between two requests to its host. ``recognise`` returns the key of the feed
    that a file belongs to, by content and name, or None. ``stamp_zone`` is the clock by which zip members are stamped,
    ``stamp_in`` finds the stamp that a file without one bears inside, so that files may come in any order.
    ``sign`` puts the user's key on a request and among its secrets; ``pace_with`` gives the pace that a credential of
    that name allows, ``host_paces`` that of further hosts. ``login`` says how tokens are had where they are wanted;
    a token comes among the credentials that ``sign`` sees.
    """

    key: str
    name: str
    base_url: str
    pace_seconds: float
    feeds: tuple[Feed, ...]
    recognise: Recogniser
    stamp_zone: ZoneInfo | None = None
    stamp_in: Callable[[Payload], datetime | None] | None = None
    sign: Signer | None = None
    pace_with: Mapping[str, float] = field(default_factory=dict)
    host_paces: Mapping[str, float] = field(default_factory=dict)
    login: Login | None = None

    def pace(self, credentials: Credentials) -> float:
        """Return the least seconds between two requests for a user with these credentials."""
        allowed = [pace for name, pace in self.pace_with.items() if credentials.get(name)]
        return min(allowed, default=self.pace_seconds)

    def stamped(self, payload: Payload) -> Payload:
        """Return a file with the stamp that it bears inside, where it has none."""
        if self.stamp_in is None or payload.published_at is not None:
            return payload
        return replace(payload, published_at=self.stamp_in(payload))

    def feed(self, key: str) -> Feed:
        """Return the feed of that key."""
        return next(feed for feed in self.feeds if feed.key == key)


FILE_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")


def day_in_name(payload: Payload) -> date | None:
    """Return the first YYYYMMDD in a file's name."""
    found = FILE_DAY.search(payload.base_name)
    return date(int(found[1]), int(found[2]), int(found[3])) if found else None
