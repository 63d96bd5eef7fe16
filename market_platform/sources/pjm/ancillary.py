"""PJM's ancillary services: prices in one row a product, quantities beside them from the same lines.

The column names of regulation changed with Data Miner's release 25.09 of 2025-09-30, when RegA and RegD were retired:
``performance_clearing_price`` became ``mileage_clearing_price``. The two are different products here and never one series.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from market_platform.markets.pjm import RESERVE_AREAS, SERVICE_ENDINGS, SERVICES
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import read
from market_platform.sources.pjm.rows import (
    finish,
    fixed,
    intervals,
    name_strangers,
    name_superseded,
    stacked,
    translated,
    words,
)

# Product behind each price column of regulation, whatever the dataset calls it.
REGULATION_PRICES = {
    "market_clearing_price": "regulation",
    "capability_clearing_price": "regulation_capacity",
    "performance_clearing_price": "regulation_performance",
    "mileage_clearing_price": "regulation_mileage",
    "rmccp": "regulation_capacity",
    "rmpcp": "regulation_performance",
    "reg_ccp": "regulation_capacity",
    "reg_pcp": "regulation_performance",
}
HOURLY_UNTIL = pd.Timestamp("2022-09-01 04:00", tz="UTC")  # reserve results came by the hour before
HOUR = pd.Timedelta(hours=1)


def long_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read prices where area and service stand in one name (``RTO Synchronized Reserve``), versions within the file."""
    table = read(payloads, DATASETS[feed.dataset])
    name = table["ancillary_service"]
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)),
        location=translated(name, lambda text: _split(text)[0]),
        location_id=None,
        product=translated(name, lambda text: _split(text)[1]),
        publisher_product=name,
        price_usd_per_mw=table["value"],
    )
    name_strangers(rows, name, rows["product"], "ancillary service")
    unit = table["unit"]
    rows.loc[(unit != "Price") & rows["defect"].isna(), "defect"] = "unit is not Price: the value is no price"
    name_superseded(rows, table, ("publisher_product", "interval_start"))
    return finish(feed, rows)


def _split(name: str) -> tuple[str, str | None]:
    for ending in sorted(SERVICE_ENDINGS, key=len, reverse=True):
        if name.strip().endswith(ending):
            area = name.strip().removesuffix(ending).strip() or "RTO"
            return RESERVE_AREAS.get(area, area), SERVICE_ENDINGS[ending]
    return name, None


def reserve_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read clearing prices of reserves and regulation; regulation also by its two parts."""
    table, rows, service = _results(feed, payloads)
    frames = [rows.assign(product=service, publisher_product=_named(table, "mcp"), price_usd_per_mw=table["mcp"])]
    regulation = (service == "regulation").to_numpy()
    for column in ("reg_ccp", "reg_pcp"):
        if column in table and regulation.any() and not table[column][regulation].isna().all():
            part = rows[regulation].assign(
                product=REGULATION_PRICES[column],
                publisher_product=_named(table[regulation], column),
                price_usd_per_mw=table[column][regulation],
            )
            frames.append(part.reset_index(drop=True))
    return finish(feed, stacked(frames))


def reserve_quantities(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read what was required and bought of each service; each further column is a row of its own with its total."""
    table, rows, service = _results(feed, payloads)
    main = rows.assign(
        product=service,
        publisher_product=table["service"],
        minimum_mw=table["as_req_mw"],
        maximum_mw=np.nan,
        procured_mw=table["as_mw"],
        self_provided_mw=table["ss_mw"],
        total_mw=table["total_mw"],
        cost_usd=np.nan,
    )
    blank = dict.fromkeys(("minimum_mw", "maximum_mw", "procured_mw", "self_provided_mw", "cost_usd"), np.nan)
    frames = [main]
    for column in ("tier1_mw", "ircmwt2", "dsr_as_mw", "nsr_mw", "regd_mw"):
        filled = table[column].notna().to_numpy()
        if filled.any():
            part = rows.assign(
                product=service, publisher_product=_named(table, column), total_mw=table[column], **blank
            )
            frames.append(part[filled])
    return finish(feed, stacked(frames))


def _results(feed: Feed, payloads: Sequence[Payload]) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    table = read(payloads, DATASETS[feed.dataset])
    rows = intervals(feed, table)
    if feed.interval_minutes != 60:
        hourly = rows["interval_start"] < HOURLY_UNTIL
        rows.loc[hourly, "interval_end"] = rows["interval_start"][hourly] + HOUR
    service = words(table["service"], SERVICES)
    rows = rows.assign(**fixed(feed, len(table)), location=_areas(table["locale"]), location_id=None)
    name_strangers(rows, table["service"], service, "reserve service")
    return table, rows, service


def _areas(column: pd.Series) -> pd.Series:
    return translated(column, lambda text: RESERVE_AREAS.get(text.strip(), text.strip()))


def _named(table: pd.DataFrame, column: str) -> pd.Series:
    return translated(table["service"], lambda text: f"{text} {column}")


def regulation_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read five-minute regulation prices, or the hourly ones of the preliminary bill, one row a price column."""
    table = read(payloads, DATASETS[feed.dataset])
    location = _areas(table["area"]) if "area" in table else "PJM_RTO"
    rows = intervals(feed, table).assign(**fixed(feed, len(table)), location=location, location_id=None)
    frames = [
        rows.assign(product=product, publisher_product=column, price_usd_per_mw=table[column])
        for column, product in REGULATION_PRICES.items()
        if column in table and not (table[column].isna().all() and len(table))
    ]
    return finish(feed, stacked(frames))


def dispatched_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read preliminary five-minute clearing prices of dispatched reserves."""
    table, rows, service = _dispatched(feed, payloads)
    rows = rows.assign(
        product=service, publisher_product=table["reserve_type"], price_usd_per_mw=table["market_clearing_price"]
    )
    return finish(feed, rows)


def dispatched_quantities(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read reserves held against their requirements, preliminary or verified."""
    table, rows, service = _dispatched(feed, payloads)
    names: Mapping[str, str] = (
        {"minimum_mw": "reserve_reqmt_mw", "maximum_mw": "extended_reqmt_mw", "total_mw": "total_reserve_mw"}
        if "total_reserve_mw" in table
        else {"minimum_mw": "reserve_requirement", "maximum_mw": "extended_requirement", "total_mw": "reserve_quantity"}
    )
    rows = rows.assign(
        product=service,
        publisher_product=table["reserve_type"],
        procured_mw=np.nan,
        self_provided_mw=np.nan,
        cost_usd=np.nan,
        **{ours: table[theirs] for ours, theirs in names.items()},
    )
    return finish(feed, rows)


def _dispatched(feed: Feed, payloads: Sequence[Payload]) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    table = read(payloads, DATASETS[feed.dataset])
    service = words(table["reserve_type"], SERVICES)
    rows = intervals(feed, table, drifting=True).assign(
        **fixed(feed, len(table)), location=_areas(table["area"]), location_id=None
    )
    name_strangers(rows, table["reserve_type"], service, "reserve service")
    return table, rows, service
