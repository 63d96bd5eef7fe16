"""The dearest offers and bids that ERCOT's markets selected, named three days later.

Sources: columns that the public client gridstatus 0.37 takes from live files (second-hand). The decision-making entity
and the marks of proxy curves and penalties stand in the file and are read over.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.markets.ercot import ALL_SERVICES
from market_platform.sources.ercot.columns import DAY, FLAG, HOUR, RUN
from market_platform.sources.ercot.hours import FIVE_MINUTES, hourly, stamped
from market_platform.sources.ercot.reading import read
from market_platform.sources.ercot.rows import finish, name_strangers, words
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import label, number, passed

QSE = label("qse", "qse", "qsename", optional=True)
ENTITY = passed("dme")
SERVICE = label("service", "astype")
SELECTED = "resourcenamewithhighestpriced"
OFFER = (number("price", "offeredprice"), number("mw", "offeredquantity"))
DAY_AHEAD_SERVICES = (
    DAY, HOUR, QSE, ENTITY,
    label("resource", f"{SELECTED}asofferselectedindam", f"{SELECTED}offerselectedindam", f"{SELECTED}offerselectedindamandsasms"),
    SERVICE, label("block", "blockindicator", optional=True), *OFFER, label("market", "market", optional=True), FLAG,
)  # fmt: skip
RUN_SERVICES = (RUN, FLAG, QSE, ENTITY, label("resource", f"{SELECTED}asofferselectedinsced"), SERVICE, *OFFER)
RUN_OFFERS = (
    RUN, FLAG, QSE, ENTITY, label("resource", "generationresource"), number("price", "lmp"), passed("proxyextension"),
    passed("powerbalancepenaltyflag"),
)  # fmt: skip
RUN_BIDS = (
    RUN, FLAG, QSE, ENTITY, label("resource", "loadresource"), number("price", "highestpricedispatchedbysced"),
    passed("proxyextension"),
)  # fmt: skip
FIELDS = {"DAM_AS": DAY_AHEAD_SERVICES, "SCED_AS": RUN_SERVICES, "SCED_OFFER": RUN_OFFERS, "SCED_BID": RUN_BIDS}
RESOURCE_TYPES = {"SCED_OFFER": "generator", "SCED_BID": "load"}


def selected(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Dearest offers (of loads: bids) selected, one row a quantity; quantities alike of one offer are counted."""
    rows = read(payloads, FIELDS[feed.file_part])
    times = stamped(feed, rows, FIVE_MINUTES) if "stamp" in rows else hourly(feed, rows)
    found = times.assign(
        **feed.constants,
        resource_id=rows["resource"],
        participant_id=rows["qse"],
        resource_type=RESOURCE_TYPES.get(feed.file_part),
        product="energy",
        publisher_product="energy",
        bid_kind="highest",
        point_mw=rows.get("mw", np.nan),
        price_usd_per_mwh=rows["price"],
        least_state_of_charge_mwh=np.nan,
        most_state_of_charge_mwh=np.nan,
    )
    if "service" in rows:
        product = words(rows["service"], ALL_SERVICES)
        found = found.assign(product=product, publisher_product=rows["service"])
        name_strangers(found, rows["service"], product, "service")
    told = pd.Series("", index=rows.index, dtype="object")
    for name in ("market", "block"):
        if name in rows:
            told = (told + " " + rows[name].astype("object").fillna("")).str.strip()
    alike = found.assign(told=told).groupby(
        ["interval_start", "resource_id", "publisher_product", "told", "point_mw"], observed=True, dropna=False
    )
    again = alike.cumcount()
    found["product_bid_id"] = told.where(again == 0, told + " #" + (again + 1).astype(str))
    return finish(feed, found)
