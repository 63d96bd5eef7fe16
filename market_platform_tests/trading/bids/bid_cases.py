"""Valid bids of every product, to bend in one place at a time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from market_platform.markets.market import MARKETS
from market_platform.trading.bids.bid import Bid, CurvePoint, StorageTerms

DAY_BEFORE_EARLY = timedelta(days=-1, hours=4)  # 04:00 of the day before: every gate is open


def points(*pairs: tuple[str, str]) -> tuple[CurvePoint, ...]:
    return tuple(CurvePoint(Decimal(mw), Decimal(price)) for mw, price in pairs)


def local(iso: str, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=MARKETS[iso].zone)


def a_bid(iso: str = "ercot", product: str = "energy", **changes: Any) -> Bid:
    """A storage's bid for 15:00 to 16:00 local on 2026-07-15, or as the changes say."""
    start = changes.pop("start", local(iso, 2026, 7, 15, 15)).astimezone(UTC)
    kind = "virtual" if product.startswith(("energy_", "as_only", "virtual", "inc", "dec")) else "storage"
    fields = {
        "bid_id": "bid1",
        "market": "dam",
        "resource": "" if kind == "virtual" else "BATT_1",
        "location": "HB_NORTH",
        "participant": "QSE1",
        "portfolio": "storage",
        "kind": kind,
        "start": start,
        "end": start + timedelta(hours=1),
        "points": points(("1", "30"), ("2", "40")),
        "soc": StorageTerms(Decimal(1), Decimal(39), Decimal(20)) if kind == "storage" else None,
    }
    return Bid(iso=iso, product=product, **(fields | changes))
