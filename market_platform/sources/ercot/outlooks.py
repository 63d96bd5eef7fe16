"""What ERCOT's planning runs take as given: temperatures by weather zone, deployment factors of services.

Sources: columns that the public client gridstatus 0.37 and a second public reader take from live files (second-hand).
"""

from collections.abc import Sequence

import pandas as pd

from market_platform.markets.ercot import SYSTEM, WEATHER_ZONES
from market_platform.sources.ercot.columns import DAY, FLAG, HOUR, POSTED
from market_platform.sources.ercot.hours import hourly, second_run, stamps_utc
from market_platform.sources.ercot.reading import read
from market_platform.sources.ercot.rows import constants, finish, issued_at, long
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import label, number

ZONES = {heading: zone for heading, zone in WEATHER_ZONES.items() if zone != SYSTEM}
TEMPERATURES = (
    DAY,
    HOUR,
    *(number(zone, *(name for name, of in ZONES.items() if of == zone)) for zone in dict.fromkeys(ZONES.values())),
    FLAG,
    POSTED,
)
PLACES = {zone: {"location": zone} for zone in dict.fromkeys(ZONES.values())}
FACTORS = (
    label("run_at", "ructimestamp", optional=True),
    DAY,
    HOUR,
    label("service", "astype"),
    number("factor", "asdeploymentfactors"),
    FLAG,
)
# The repeated hour ends at 02:00; the file of 2025-11-02 gave its second run as 03:00 with the flag on.
REPEATED_HOUR = "02:00"


def temperatures(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Temperatures assumed for each weather zone and hour, in the issue that the file was posted in."""
    rows = read(payloads, TEMPERATURES)
    if not rows["flag"].isna().all():
        hours = rows["hour"].astype("object").mask(second_run(rows["flag"]), REPEATED_HOUR)
        rows = rows.assign(hour=hours.astype("category"))
    times = hourly(feed, rows).assign(subject="", figure="temperature")
    times["issued_at"] = issued_at(feed, rows, payloads)
    return finish(feed, long(feed, times, rows, PLACES, "value"))


def deployment_factors(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Part of each service that a commitment run expects to be deployed, by hour."""
    rows = read(payloads, FACTORS)
    issued = issued_at(feed, rows, payloads)
    if not rows["run_at"].isna().all():
        issued = stamps_utc(feed, rows, "run_at").fillna(issued)
    texts = constants(feed, rows.index, location=SYSTEM, figure="deployment_factor")
    return finish(
        feed, hourly(feed, rows).assign(**texts, issued_at=issued, subject=rows["service"], value=rows["factor"])
    )
