"""Watching the stop-loss: open positions against the market's latest price, and withdrawal of what a stopped resource has out."""

from datetime import date, timedelta
from decimal import Decimal

from market_platform.defs.trading.house import House
from market_platform.errors import MarketPlatformError
from market_platform.markets.market import MARKETS
from market_platform.trading.bid_ledger.drafts import read_bids
from market_platform.trading.resources import IDENTIFIERS
from market_platform.trading.risk.stops import Stop, trip_stops

OLDEST_MARK = timedelta(hours=1)


def watch_stops(house: House, iso: str, day: date) -> list[str]:
    """Stop the resources whose positions lost too much, withdraw their pending bids; return what happened in words."""
    now = house.platform.clock()
    stops = trip_stops(house.platform.ledger, marks(house, iso), day, house.limits, at=now)
    return [_stopped(house, iso, stop) for stop in stops]


def marks(house: House, iso: str) -> dict[str, Decimal]:
    """Return the latest real-time price of each resource's location, by the ISO's name for it; none that is an hour old."""
    now = house.platform.clock()
    day = now.astimezone(MARKETS[iso].zone).date()
    found: dict[str, Decimal] = {}
    for _, row in house.of_iso(iso).iterrows():
        prices = house.prices.of_day(iso, "rtm", str(row["location"]), day)
        prices = prices[(prices.index <= now) & (prices.index > now - OLDEST_MARK)]
        if len(prices):
            found[str(row[IDENTIFIERS[str(row["iso"])][1]])] = Decimal(str(round(float(prices.iloc[-1]), 6)))
    return found


def _stopped(house: House, iso: str, stop: Stop) -> str:
    name = house.wire_names.get(stop.resource, stop.resource)
    said = f"{name} is stopped: {stop.mark_usd_per_mwh} $/MWh passes {stop.stop_usd_per_mwh}, entry {stop.entry_usd_per_mwh}"
    with house.platform.ledger.read() as connection:
        pending = read_bids(connection, stop.pending_bids)
    withdrawn = 0
    for day in sorted({bid.market_day for bid in pending}):
        mine = [bid.bid_id for bid in pending if bid.market_day == day]
        try:
            house.service(iso, day).cancel(mine, house.platform.clock(), "stop-loss")
        except MarketPlatformError as error:
            said += f"; {len(mine)} bids of {day} could not be withdrawn: {error}"
        else:
            withdrawn += len(mine)
    return f"{said}; {withdrawn} pending bids withdrawn"
