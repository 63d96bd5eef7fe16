"""Partitions: market days in the market's own zone, and months. Never a partition per five minutes."""

from functools import cache

import dagster as dg

from market_platform.sources.feed import Cadence, Feed

FIRST_DAY = "2005-01-01"
# Day-ahead results belong to tomorrow's market day, so tomorrow is a partition as well.
DAYS_AHEAD = 2


@cache
def market_days(zone_name: str) -> dg.DailyPartitionsDefinition:
    """Return the market days of a zone, up to tomorrow."""
    return dg.DailyPartitionsDefinition(start_date=FIRST_DAY, timezone=zone_name, end_offset=DAYS_AHEAD)


@cache
def market_months(zone_name: str) -> dg.MonthlyPartitionsDefinition:
    """Return the months of a zone, up to the running one."""
    return dg.MonthlyPartitionsDefinition(start_date=FIRST_DAY, timezone=zone_name, end_offset=1)


def partitions_of(feed: Feed) -> dg.PartitionsDefinition | None:
    """Return a feed's partitions; a list that only exists as it stands now has none."""
    if feed.cadence is Cadence.DAILY:
        return market_days(feed.zone.key)
    if feed.cadence is Cadence.MONTHLY:
        return market_months(feed.zone.key)
    return None
