"""A market with prices of our own choice: rows in the lake, a clock that moves, a house over both."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd

from market_platform.contracts.families.prices import ANCILLARY_PRICES, LMP
from market_platform.defs.trading.house import House
from market_platform.ingest.derived import lay_in
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.platform import Platform
from market_platform.store.ledger import Ledger

HUB = {"nyiso": "N.Y.C.", "caiso": "TH_SP15_GEN-APND", "pjm": "WESTERN HUB", "ercot": "HB_NORTH"}
FEEDS = {
    "dam": {
        "nyiso": "nyiso_dam_lbmp_zone", "caiso": "caiso_dam_lmp_hub", "pjm": "pjm_dam_lmp_hub", "ercot": "ercot_dam_spp",
    },
    "rtm": {
        "nyiso": "nyiso_rt_lbmp_zone", "caiso": "caiso_rtd_lmp_hub", "pjm": "pjm_rt_5min_lmp_hub",
        "ercot": "ercot_rtm_spp",
    },
}  # fmt: skip


def lay_prices(
    platform: Platform,
    iso: str,
    days: Sequence[date],
    hourly: list[float],
    *,
    market: str = "dam",
    minutes: int = 60,
    locations: Sequence[str] = (),
) -> None:
    """Put prices into the lake in one commit; ``hourly`` repeats over the local hours of each day."""
    parts = []
    for day in days:
        starts = interval_starts(day, MARKETS[iso].zone, minutes)
        local = starts.tz_convert(MARKETS[iso].zone).hour
        price = np.array([hourly[hour % len(hourly)] for hour in local], dtype=float)
        parts += [
            pd.DataFrame(
                {
                    "market_day": day,
                    "interval_start": starts,
                    "interval_end": starts + pd.Timedelta(minutes=minutes),
                    "market": iso,
                    "market_run": market.upper(),
                    "location": location,
                    "location_id": None,
                    "location_type": "hub",
                    "lmp_usd_per_mwh": price,
                    "energy_usd_per_mwh": price,
                    "congestion_usd_per_mwh": 0.0,
                    "loss_usd_per_mwh": 0.0,
                    "ghg_usd_per_mwh": None,
                }
            )
            for location in locations or (HUB[iso],)
        ]
    rows = pd.concat(parts, ignore_index=True)[list(LMP.row_columns)]
    lay_in(platform.lake, LMP, FEEDS[market][iso], rows, read_at=platform.clock(), inputs="test")


# Feed, region and price products of each ISO's day-ahead services.
SERVICES = {
    "nyiso": ("nyiso_dam_ancillary", "N.Y.C.", ("spinning_10min", "operating_30min", "regulation_capacity")),
    "caiso": (
        "caiso_dam_ancillary", "AS_CAISO_EXP",
        ("regulation_up", "regulation_down", "spinning_10min", "non_synchronous_10min"),
    ),
    "pjm": ("pjm_dam_reserve_prices", "PJM_RTO", ("synchronized_10min", "secondary_30min")),
    "ercot": (
        "ercot_dam_mcpc", "ERCOT",
        ("regulation_up", "regulation_down", "responsive_reserve", "contingency_reserve", "non_spinning"),
    ),
}  # fmt: skip


def lay_service_prices(platform: Platform, iso: str, days: Sequence[date], usd_per_mw: float) -> None:
    """Put day-ahead prices of all services into the lake, the same in every hour."""
    feed, region, products = SERVICES[iso]
    parts = []
    for day in days:
        starts = interval_starts(day, MARKETS[iso].zone, 60)
        parts += [
            pd.DataFrame(
                {
                    "market_day": day,
                    "interval_start": starts,
                    "interval_end": starts + pd.Timedelta(hours=1),
                    "market": iso,
                    "market_run": "DAM",
                    "location": region,
                    "location_id": None,
                    "product": product,
                    "publisher_product": product,
                    "price_usd_per_mw": usd_per_mw,
                }
            )
            for product in products
        ]
    rows = pd.concat(parts, ignore_index=True)[list(ANCILLARY_PRICES.row_columns)]
    lay_in(platform.lake, ANCILLARY_PRICES, feed, rows, read_at=platform.clock(), inputs="test")


def with_ledger(platform: Platform, ledger: Ledger) -> Platform:
    """Return the platform over a ledger that is open already."""
    vars(platform)["ledger"] = ledger
    return platform


def house_at(platform: Platform, now: datetime) -> House:
    """Return a house as a process of its own would open it at a moment: it knows only the lake and the ledger."""
    return House(with_ledger(replace(platform, clock=lambda: now), platform.ledger), actor="trader")
