"""ERCOT's price corrections: what a price was and what it is now, by market and kind of price."""

from collections.abc import Sequence

import pandas as pd

from market_platform.markets.ercot import ALL_SERVICES, BUS, NODE, PLACE_BY_PREFIX, SETTLEMENT_POINT_TYPES, SYSTEM
from market_platform.sources.ercot import correction_columns as columns
from market_platform.sources.ercot.hours import FIVE_MINUTES, hourly, quarter_hourly, stamped, stamps_utc
from market_platform.sources.ercot.reading import read
from market_platform.sources.ercot.rows import finish, name_strangers, words
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload

FIELDS = {
    "DAM_SPP": columns.DAM_SPP_CORRECTIONS,
    "DAM_EBLMP": columns.DAM_BUS_CORRECTIONS,
    "DAM_MCPC": columns.DAM_MCPC_CORRECTIONS,
    "RTM_SPP": columns.RTM_SPP_CORRECTIONS,
    "RTM_SPLMP": columns.SCED_LMP_CORRECTIONS,
    "RTM_EBLMP": columns.SCED_BUS_CORRECTIONS,
    "RTM_MCPC": columns.SCED_MCPC_CORRECTIONS,
    "RTM_MCPC_SPP": columns.RTM_MCPC_CORRECTIONS,
    "RTM_ShadowPrice": columns.SCED_SHADOW_CORRECTIONS,
    "RTM_SOGPRICE": columns.SOG_CORRECTIONS,
}


def corrections(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """One row a corrected price, with the moment of its correction."""
    rows = read(payloads, FIELDS[feed.file_part])
    if "stamp" in rows:
        times = stamped(feed, rows, FIVE_MINUTES)
    else:
        times = quarter_hourly(feed, rows) if "interval" in rows else hourly(feed, rows)
    found = times.assign(
        **feed.constants,
        issued_at=stamps_utc(feed, rows, "corrected_at"),
        original_usd_per_mwh=rows["original"],
        corrected_usd_per_mwh=rows["corrected"],
    )
    return finish(feed, _named(feed, rows, found))


def _named(feed: Feed, rows: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Say what was corrected, and where."""
    if "service" in rows:
        product = words(rows["service"], ALL_SERVICES)
        found = found.assign(product=product, location=SYSTEM, location_type="zone")
        name_strangers(found, rows["service"], product, "service")
        return found
    if "contingency" in rows:
        name = rows["location"].astype("object") + " / " + rows["contingency"].astype("object").fillna("")
        return found.assign(product="shadow_price", location=name, location_type="constraint")
    if "type" in rows:
        kind = words(rows["type"], SETTLEMENT_POINT_TYPES)
        found = found.assign(
            product="energy", location=rows["location"], location_type=kind.astype("object").fillna(NODE)
        )
        name_strangers(found, rows["type"], kind, "settlement point type")
        return found
    if feed.file_part.endswith("EBLMP"):
        return found.assign(product="energy", location=rows["location"], location_type=BUS)
    if "resource_type" in rows:
        return found.assign(product="energy", location=rows["location"], location_type="settlement_only_generator")
    by_name = {str(name): PLACE_BY_PREFIX.get(str(name)[:3], NODE) for name in rows["location"].cat.categories}
    return found.assign(product="energy", location=rows["location"], location_type=words(rows["location"], by_name))
