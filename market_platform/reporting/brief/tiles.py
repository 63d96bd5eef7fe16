"""The headline figures of the brief."""

from datetime import date

from market_platform.reporting.brief.data import Frames
from market_platform.reporting.brief.figures import Tile
from market_platform.reporting.brief.hubs import FIRST_HUB
from market_platform.reporting.brief.words import MARKET_NAMES, number, place, signed

DAYS_SHOWN = 14


def tiles(frames: Frames, day: date) -> list[Tile]:
    """Return one tile a market's first hub, gas and storage; what is missing is left out."""
    found = [tile for market, hub in FIRST_HUB.items() if (tile := _price(frames, day, market, hub)) is not None]
    gas = frames["gas"].tail(DAYS_SHOWN)
    if not gas.empty:
        values = gas["price_usd_per_mmbtu"].tolist()
        change = signed(values[-1] - values[-2], 2) if len(values) > 1 else ""
        found.append(
            Tile(
                "Henry Hub spot",
                number(values[-1]),
                "USD/MMBtu",
                change,
                values,
                f"of {gas['trade_day'].iloc[-1]:%d %b}",
            )
        )
    storage = frames["storage"].tail(DAYS_SHOWN)
    if not storage.empty:
        stock = storage["stock_bcf"].tolist()
        change = signed(stock[-1] - stock[-2], 0) if len(stock) > 1 else ""
        week = f"week to {storage['week_ending'].iloc[-1]:%d %b}"
        found.append(Tile("Gas in storage", number(stock[-1], 0), "Bcf", change, stock, week))
    return found


def _price(frames: Frames, day: date, market: str, hub: str) -> Tile | None:
    daily = frames["daily"]
    if daily.empty:
        return None
    here = daily[(daily["market"] == market) & (daily["location"] == hub) & daily["day_ahead_usd_per_mwh"].notna()]
    mine = here[here["block"] == "all"].tail(DAYS_SHOWN)
    if mine.empty or mine["market_day"].iloc[-1] != day:
        return None
    values = mine["day_ahead_usd_per_mwh"].tolist()
    change = signed(values[-1] - values[-2]) if len(values) > 1 else ""
    peak = here[(here["block"] == "on_peak") & (here["market_day"] == day)]
    note = f"on-peak {number(peak['day_ahead_usd_per_mwh'].iloc[0])}" if len(peak) else "no on-peak hours"
    return Tile(f"{MARKET_NAMES[market]} {place(hub)}", number(values[-1]), "USD/MWh", change, values, note)
