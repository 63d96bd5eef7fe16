"""ERCOT's real-time price adders with the reserves that they follow from, by SCED run and by settlement interval.

Until 2025-12-04 the adders of the operating-reserve demand curve and of reliability deployments; since then (RTC+B) those
of reliability deployments alone, to energy and to each service. Sources: columns that the public client gridstatus 0.37
and a second public reader take from live answers (second-hand).
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from market_platform.markets.ercot import SYSTEM
from market_platform.sources.ercot.columns import DAY, FLAG, HOUR, INTERVAL, RUN
from market_platform.sources.ercot.hours import FIVE_MINUTES, never, quarter_hourly, stamped
from market_platform.sources.ercot.reading import read
from market_platform.sources.ercot.rows import finish, long
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import Field, number, passed

# Adders to the price of energy; the two that end in R and FF are the 15-minute prices of reserves on and off line.
ENERGY = ("SystemLambda", "RTORPA", "RTOFFPA", "RTORDPA", "RTRDPA")
QUARTER_ENERGY = ("RTRSVPOR", "RTRSVPOFF", "RTRDP", "RTRDPA")
SERVICES = ("RTRDPARUS", "RTRDPARDS", "RTRDPARRS", "RTRDPAECRS", "RTRDPANSS")
QUARTER_SERVICES = ("RTRDPRU", "RTRDPRD", "RTRDPRRS", "RTRDPECRS", "RTRDPNS")
CAPACITIES = (
    "PRC", "RTOLCAP", "RTOFFCAP", "RTOLHSL", "RTOLLSL", "RTBP", "RTCLRCAP", "RTCLRREG", "RTCLRBP", "RTCLRLSL", "RTCLRNS",
    "RTNCLRRRS", "RTOLNSRS", "RTCST30HSL", "RTOFFNSHSL", "RTRUCCST30HSL", "RTRRUC", "RTRRMR", "RTDNCLR", "RTDERS",
    "RTDCTIEIMPORT", "RTDCTIEEXPORT", "RTBLTIMPORT", "RTBLTEXPORT", "RTOLLASL", "RTOLHASL", "RTNCLRNSCAP", "RTNCLRECRS",
)  # fmt: skip


def _named(**units: tuple[str, ...]) -> dict[str, dict[str, str]]:
    words = {"energy": "USD/MWh", "service": "USD/MW", "capacity": "MW"}
    return {
        name: {"figure": name, "location": SYSTEM, "unit": words[kind]}
        for kind, names in units.items()
        for name in names
    }


def _fields(names: Mapping[str, object]) -> tuple[Field, ...]:
    return tuple(number(name, name.lower(), optional=True) for name in names)


RUN_FIGURES = _named(energy=ENERGY, service=SERVICES, capacity=CAPACITIES)
QUARTER_FIGURES = _named(energy=QUARTER_ENERGY, service=QUARTER_SERVICES)
RUN_ADDERS = (RUN, FLAG, passed("batchid"), *_fields(RUN_FIGURES))
QUARTER_ADDERS = (DAY, HOUR, INTERVAL, FLAG, *_fields(QUARTER_FIGURES))


def by_run(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Adders and capacities of each SCED run, one row a figure."""
    rows = read(payloads, RUN_ADDERS)
    times = stamped(feed, rows, FIVE_MINUTES).assign(subject="SCED", issued_at=never(rows))
    return finish(feed, long(feed, times, rows, RUN_FIGURES, "value"))


def by_quarter(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Adders of each settlement interval, one row a figure."""
    rows = read(payloads, QUARTER_ADDERS)
    times = quarter_hourly(feed, rows).assign(subject="RTM", issued_at=never(rows))
    return finish(feed, long(feed, times, rows, QUARTER_FIGURES, "value"))
