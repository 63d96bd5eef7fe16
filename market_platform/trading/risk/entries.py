"""Entry prices: at what average price the open energy positions of a resource were bought and sold."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from market_platform.trading.bid_ledger.tables import DECIMALS, bid_awards, bids
from market_platform.trading.bids.tables import product_of

OPEN = ("cleared", "partly")
ENERGY = ("energy", "virtual", "demand")


@dataclass(frozen=True, slots=True)
class Entry:
    """Average prices of a resource's awards for one market day; None where there is no such side."""

    bought_usd_per_mwh: Decimal | None
    sold_usd_per_mwh: Decimal | None


def entry_prices(connection: sa.Connection, first_day: date, last_day: date) -> dict[tuple[str, date], Entry]:
    """Return the entry prices by resource (or location of a virtual bid) and market day, not yet delivered ones."""
    query = (
        sa.select(bids.c.iso, bids.c.resource, bids.c.location, bids.c.market_day, bids.c.product, bid_awards)
        .join(bid_awards, bid_awards.c.bid_id == bids.c.bid_id)
        .where(bids.c.state.in_(OPEN), bids.c.market_day.between(first_day, last_day))
    )
    sums: dict[tuple[str, date], list[Decimal]] = {}
    for row in connection.execute(query):
        traded = product_of(row.iso, row.product, row.market_day)
        if traded is None or traded.family not in ENERGY:
            continue
        is_purchase = row.awarded_mw < 0 or traded.side == "buy"
        hours = Decimal((row.interval_end - row.interval_start).total_seconds()) / 3600
        mwh = abs(row.awarded_mw) * hours
        side = sums.setdefault((row.resource or row.location, row.market_day), [Decimal(0)] * 4)
        side[0 if is_purchase else 2] += mwh
        side[1 if is_purchase else 3] += mwh * row.price_usd_per_mwh
    return {
        key: Entry(_average(bought_mwh, bought_usd), _average(sold_mwh, sold_usd))
        for key, (bought_mwh, bought_usd, sold_mwh, sold_usd) in sums.items()
    }


def _average(mwh: Decimal, usd: Decimal) -> Decimal | None:
    return None if mwh == 0 else round(usd / mwh, DECIMALS)
