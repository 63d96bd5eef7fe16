"""ERCOT's ancillary services: clearing prices, plans, offers, demand curves, what was sold and what is held."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.markets.ercot import ALL_SERVICES, SERVICES, SYSTEM
from market_platform.sources.ercot import columns
from market_platform.sources.ercot.hours import FIVE_MINUTES, hourly, quarter_hourly, stamped, stamps_utc
from market_platform.sources.ercot.reading import read
from market_platform.sources.ercot.rows import finish, long, name_strangers, words
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import Field

WIDE_SERVICES = {service: {"publisher_product": service, "product": product} for service, product in SERVICES.items()}


def day_ahead_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly clearing prices of the day-ahead market, one row a service."""
    rows = read(payloads, columns.DAM_MCPC)
    return _prices(feed, rows, hourly(feed, rows))


def quarter_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Quarter-hourly clearing prices in real time (since 2025-12-05)."""
    rows = read(payloads, columns.RTM_MCPC)
    return _prices(feed, rows, quarter_hourly(feed, rows))


def run_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read clearing prices of each SCED run, as capped."""
    rows = read(payloads, columns.SCED_MCPC)
    return _prices(feed, rows, stamped(feed, rows, FIVE_MINUTES))


def yearly_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Day-ahead clearing prices of a year, one column a service."""
    rows = read(payloads, columns.DAM_MCPC_YEARLY)
    laid = long(feed, hourly(feed, rows), rows, WIDE_SERVICES, "price_usd_per_mw")
    return finish(feed, laid.assign(location=SYSTEM, location_id=None))


def indicative_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read indicative clearing prices of a look-ahead run."""
    rows = read(payloads, columns.RTD_MCPC)
    times = stamped(feed, rows, FIVE_MINUTES, stamp="end", flag="end_flag", ends=True)
    times["issued_at"] = stamps_utc(feed, rows, "stamp", "flag")
    services = {service: {"product": product} for service, product in SERVICES.items()}
    laid = long(feed, times, rows, services, "price_usd_per_mwh")
    return finish(feed, laid.assign(location=SYSTEM, location_type="zone"))


def _prices(feed: Feed, rows: pd.DataFrame, times: pd.DataFrame) -> pd.DataFrame:
    found = _services(feed, rows, times).assign(location=SYSTEM, location_id=None, price_usd_per_mw=rows["price"])
    return finish(feed, found)


def _services(feed: Feed, rows: pd.DataFrame, times: pd.DataFrame) -> pd.DataFrame:
    product = words(rows["service"], ALL_SERVICES)
    found = times.assign(**feed.constants, product=product, publisher_product=rows["service"])
    name_strangers(found, rows["service"], product, "service")
    return found


def plan(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read what ERCOT requires of each service, hour by hour."""
    return _quantities(feed, payloads, columns.AS_PLAN, "minimum_mw")


def sold(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read what the day-ahead market sold of each service."""
    return _quantities(feed, payloads, columns.AS_SOLD, "procured_mw")


RESERVE_NUMBERS = ("minimum_mw", "maximum_mw", "procured_mw", "self_provided_mw", "total_mw", "cost_usd")


def _quantities(feed: Feed, payloads: Sequence[Payload], fields: Sequence[Field], name: str) -> pd.DataFrame:
    rows = read(payloads, fields)
    found = _services(feed, rows, hourly(feed, rows)).assign(location=SYSTEM)
    return finish(feed, found.assign(**dict.fromkeys(RESERVE_NUMBERS, np.nan)).assign(**{name: rows["mw"]}))


def offered(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Total quantity offered of each service."""
    rows = read(payloads, columns.AS_OFFERS_TOTAL)
    kinds = {service: {"kind": service, "stage": "submitted"} for service in columns.OFFERED_SERVICES}
    laid = long(feed, hourly(feed, rows), rows, kinds, "volume_mw")
    return finish(feed, laid.assign(location=SYSTEM, price_usd_per_mwh=np.nan))


def curves(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Offers or demand laid into one curve a service and hour."""
    demand = feed.constants["market_run"].endswith("_DEMAND")
    rows = read(payloads, columns.AS_DEMAND_CURVES if demand else columns.AS_OFFER_CURVES)
    found = _services(feed, rows, hourly(feed, rows))
    return finish(feed, found.assign(location=SYSTEM, offered_mw=rows["mw"], price_usd_per_mw=rows["price"]))


def energy_volumes(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Energy that the day-ahead market bought or sold at each settlement point."""
    rows = read(payloads, columns.DAM_BOUGHT if feed.constants["kind"] == "demand" else columns.DAM_SOLD)
    found = hourly(feed, rows).assign(**feed.constants, location=rows["location"])
    return finish(feed, found.assign(price_usd_per_mwh=np.nan, volume_mw=rows["mw"]))
