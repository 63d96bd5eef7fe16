"""Auctions: carbon allowances, capacity, financial transmission rights."""

from calendar import monthrange
from datetime import date, timedelta

import numpy as np
import pandas as pd

from market_platform.sandbox.world.fuel_prices import carbon_price_usd_per_ton
from market_platform.sandbox.world.noise import normal, smooth, stream, streams
from market_platform.sandbox.world.tables import MarketTables, read_table

# programme: months, number of the Wednesday, first year, unit, reserve as a part of the price, offered allowances
_CARBON_CALENDAR = {
    "california": ((2, 5, 8, 11), 3, 2013, "USD/metric ton", 0.82, 52_000_000),
    "rggi": ((3, 6, 9, 12), 1, 2009, "USD/short ton", 0.35, 17_000_000),
    "washington": ((3, 6, 9, 12), 1, 2024, "USD/metric ton", 0.45, 7_500_000),
}

CARBON_UNITS = {program: rule[3] for program, rule in _CARBON_CALENDAR.items()}


def carbon_auction_frame(seed: int, year: int) -> pd.DataFrame:
    """Return the year's auctions: day, settlement and reserve price in the programme's unit, allowances."""
    rows = []
    for program, (months, wednesday, first, unit, floor, offered) in _CARBON_CALENDAR.items():
        for quarter, month in enumerate(months if year >= first else ()):
            day = _wednesday(year, month, wednesday)
            days = (day - date(1970, 1, 1)).days
            price = float(carbon_price_usd_per_ton(seed, program, np.array([days * 24.0]))[0])
            reserve = round(floor * float(carbon_price_usd_per_ton(seed, program, np.array([_january(year)]))[0]), 2)
            weak = float(normal(stream(seed, "carbon auction", program), np.array([days]))[0])
            sold = int(offered * 0.78) if weak < -0.5 and price < 1.2 * reserve else offered
            settled = reserve if sold < offered else max(round(price, 2), reserve)
            number = (year - first) * 4 + quarter + 1
            rows.append((program, number, day, settled, reserve, unit, offered, sold))
    columns = ["program", "auction", "auction_day", "settlement_price_usd", "reserve_price_usd", "unit"]
    return pd.DataFrame(rows, columns=[*columns, "offered_allowances", "sold_allowances"])


def capacity_auction_frame(seed: int, market: MarketTables, year: int) -> pd.DataFrame:
    """Return capacity auctions that clear for deliveries beginning in ``year``; markets without one have no rows.

    NYISO: strip, monthly and spot auctions by locality and month, $/kW-month. PJM: base residual auction by area for
    the delivery year from June, $/MW-day. An area never clears below the area that holds it.
    """
    areas = read_table("capacity_areas")
    areas = areas[areas["market"] == market.key].reset_index(drop=True)
    kinds = ("strip", "monthly", "spot") if market.key == "nyiso" else ("base residual",)
    months = range(1, 13) if market.key == "nyiso" else (6,)
    rows = []
    for month in months if len(areas) else ():
        for number, kind in enumerate(kinds):
            cleared: dict[str, float] = {}
            sale = _strip_begins(year, month) if kind == "strip" else (year, month)
            mood = smooth(streams(areas["area"], seed, "capacity", market.key), 24.0 * 700, _hours(*sale))[:, 0]
            own = normal(streams(areas["area"], seed, "capacity", kind), np.array([sale[0] * 12 + sale[1]]))
            season = 1.25 if 5 <= month <= 10 else 0.75
            for row, area in enumerate(areas["area"]):
                price = float(areas["price_usd"][row]) * season * float(np.exp(0.45 * mood[row] + 0.04 * own[row]))
                parent = areas["parent"][row]
                cleared[area] = round(max(price, cleared.get(parent, 0.0)), 2)
                share = (0.35, 0.25, 1.0)[number] if len(kinds) > 1 else 1.0
                volume = round(float(areas["load_mw"][row]) * 1.14 * share, 1)
                end = date(year + 1, 5, 31) if market.key == "pjm" else date(year, month, monthrange(year, month)[1])
                unit = areas["unit"][row]
                rows.append((kind, area, date(year, month, 1), end, cleared[area], unit, volume))
    columns = ["auction", "area", "delivery_begins", "delivery_ends", "price_usd", "unit", "cleared_mw"]
    return pd.DataFrame(rows, columns=columns)


def ftr_auction_frame(
    seed: int, market: MarketTables, month: date, zone_usd_per_mwh: np.ndarray, hours: int
) -> pd.DataFrame:
    """Return a month's auction of obligations between locations: source, sink, class, MW, price in $/MW for the month.

    A path costs what congestion of the month will pay on it, give or take what bidders do not know.
    """
    names = [str(name) for name in market.location_table["location"]]
    expected = market.location_weights @ zone_usd_per_mwh
    pairs = [(source, sink) for source in range(len(names)) for sink in range(len(names)) if (sink - source) % 5 == 1]
    index = np.arange(len(pairs)) + (month.year * 12 + month.month) * 1000
    doubt = normal(stream(seed, market.key, "ftr"), index)
    size = np.round(3.0 + 20.0 * np.abs(normal(stream(seed, market.key, "ftr mw"), index)), 1)
    blocks = []
    for period, part in (("onpeak", 0.48), ("offpeak", 0.52)):
        worth = np.array([expected[sink] - expected[source] for source, sink in pairs]) * hours * part
        tilt = 1.15 if period == "onpeak" else 0.86
        price = np.round(worth * tilt * (1.0 + 0.2 * doubt) + 12.0 * doubt, 2) + 0.0
        frame = pd.DataFrame(
            {
                "source": [names[source] for source, _ in pairs],
                "sink": [names[sink] for _, sink in pairs],
                "period": period,
                "hedge": "obligation",
                "cleared_mw": size,
                "price_usd_per_mw": price,
            }
        )
        blocks.append(frame)
    table = pd.concat(blocks, ignore_index=True)
    table.insert(0, "month", [month] * len(table))
    return table


def _strip_begins(year: int, month: int) -> tuple[int, int]:
    """Return the first month of the half-year (May to October, November to April) that one strip auction covers."""
    if 5 <= month <= 10:
        return year, 5
    return (year, 11) if month > 10 else (year - 1, 11)


def _wednesday(year: int, month: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(2 - first.weekday()) % 7 + 7 * (number - 1))


def _january(year: int) -> float:
    return (date(year, 1, 1) - date(1970, 1, 1)).days * 24.0


def _hours(year: int, month: int) -> np.ndarray:
    return np.array([(date(year, month, 1) - date(1970, 1, 1)).days * 24.0])
