"""How the data stand: last interval, age, coverage and gaps of every feed, judged from the data themselves."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from market_platform.sources.catalogue import FEEDS
from market_platform.sources.feed import Cadence, Feed
from market_platform.store.feed_tables import coverage, fetches
from market_platform.store.ledger import Ledger


@dataclass(frozen=True)
class FeedStatus:
    """One feed's standing.

    The coverage is of the days that are over; ``counted`` says of what, rows or intervals. ``gaps`` are days between first
    and last that hold nothing.
    """

    feed: str
    last_interval_end: datetime | None
    age_minutes: float | None
    days: int
    complete_days: int
    coverage_percent: float | None
    counted: str | None
    gaps: int
    last_outcome: str
    last_fetch: datetime | None


def feed_statuses(ledger: Ledger, now: datetime) -> list[FeedStatus]:
    """Return the standing of every declared feed."""
    with ledger.read() as connection:
        held: dict[str, list[sa.Row]] = {}
        for row in connection.execute(sa.select(coverage).order_by(coverage.c.market_day)):
            held.setdefault(row.feed, []).append(row)
        newest = (
            sa.select(fetches.c.feed, sa.func.max(fetches.c.fetched_at).label("at")).group_by(fetches.c.feed).subquery()
        )
        last = {
            row.feed: row
            for row in connection.execute(
                sa.select(fetches).join(
                    newest, sa.and_(fetches.c.feed == newest.c.feed, fetches.c.fetched_at == newest.c.at)
                )
            )
        }
    return [_status(feed, held.get(feed.key, []), last.get(feed.key), now) for feed in FEEDS.values()]


def gap_days(feed: Feed, days: list[date]) -> list[date]:
    """Return the days without any row between the first and the last that has some."""
    if feed.cadence is not Cadence.DAILY or not days:
        return []
    held = set(days)
    span = (max(days) - min(days)).days
    return [day for day in (min(days) + timedelta(days=step) for step in range(span)) if day not in held]


def _status(feed: Feed, rows: list[sa.Row], last: sa.Row | None, now: datetime) -> FeedStatus:
    ends = [row.last_interval_end for row in rows if row.last_interval_end is not None]
    end = max(ends, default=None)
    counted = [row for row in rows if row.expected and feed.publication.moment(row.market_day, feed.zone) <= now]
    expected = sum(row.expected for row in counted)
    received = sum(min(row.received, row.expected) for row in counted)
    return FeedStatus(
        feed=feed.key,
        last_interval_end=end,
        age_minutes=None if end is None else round((now - end) / timedelta(minutes=1), 1),
        days=len(rows),
        complete_days=sum(row.received >= row.expected for row in counted),
        coverage_percent=round(100 * received / expected, 2) if expected else None,
        counted=feed.counted,
        gaps=len(gap_days(feed, [row.market_day for row in rows])),
        last_outcome=last.outcome if last is not None else "",
        last_fetch=last.fetched_at if last is not None else None,
    )


def whole_days(ledger: Ledger, feed: Feed, days: list[date]) -> set[date]:
    """Return the days of which the lake holds all that the declaration expects."""
    query = sa.select(coverage).where(coverage.c.feed == feed.key, coverage.c.market_day.in_(days))
    with ledger.read() as connection:
        return {
            row.market_day
            for row in connection.execute(query)
            if row.expected is not None and row.received >= row.expected
        }
