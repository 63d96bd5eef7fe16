"""Henry Hub and basis futures: the curve of a trading day, contract months and their last days."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from market_platform.sandbox.world.fuel_prices import henry_hub_usd_per_mmbtu
from market_platform.sandbox.world.gas_views import day_number
from market_platform.sandbox.world.load import is_holiday
from market_platform.sandbox.world.noise import normal, smooth, stream
from market_platform.sandbox.world.tables import read_table

_LONG_RUN_USD = 3.6
_RETURN_PER_YEAR = 1.6


def is_trading_day(day: date) -> bool:
    """Tell a weekday that is no holiday."""
    return day.weekday() < 5 and not is_holiday(day)


@cache
def last_trade_day(year: int, month: int) -> date:
    """Return the third last business day of the month before delivery (NYMEX rule for Henry Hub futures)."""
    day, left = date(year, month, 1), 3
    while left:
        day -= timedelta(days=1)
        left -= is_trading_day(day)
    return day


def futures_frame(seed: int, day: date, months: int, symbols: Sequence[str] | None = None) -> pd.DataFrame:
    """Return settlements of Henry Hub (NG) and basis futures; no rows on a day without trading.

    The curve runs from spot to a long-run price, by the season of the delivery month; a basis settles as a signed
    difference. ``symbols`` picks products. Settle and price range to 0.001; volume and open interest fall with distance.
    """
    hubs = read_table("gas_hubs").dropna(subset=["futures_symbol"])
    hubs = hubs if symbols is None else hubs[hubs["futures_symbol"].isin(symbols)]
    deliveries = _delivery_months(day, months) if is_trading_day(day) else []
    before = _previous_trading_day(day)
    blocks = [
        _product(seed, day, before, str(symbol), str(hub), deliveries)
        for symbol, hub in zip(hubs["futures_symbol"], hubs["hub"], strict=True)
    ]
    return pd.concat(blocks, ignore_index=True)


def _product(
    seed: int, day: date, before: date, symbol: str, hub: str, deliveries: list[tuple[int, int]]
) -> pd.DataFrame:
    settle, prior = (_settle(seed, moment, hub, deliveries) for moment in (day, before))
    place = np.arange(len(deliveries))
    key = stream(seed, "futures", symbol)
    jitter = normal(key, day_number(day) * 1000 + place)
    width = 0.012 + 0.010 * np.abs(jitter)
    size = 180_000.0 if symbol == "NG" else 900.0
    interest = np.round(size * 1.6 * np.exp(-place / 7.0) * (1.0 + 0.03 * jitter))
    return pd.DataFrame(
        {
            "trade_day": [day] * len(deliveries),
            "symbol": pd.Series([symbol] * len(deliveries), dtype="str"),
            "hub": pd.Series([hub] * len(deliveries), dtype="str"),
            "contract_month": [date(year, month, 1) for year, month in deliveries],
            "last_trade_day": [last_trade_day(year, month) for year, month in deliveries],
            "open_usd_per_mmbtu": np.round((settle + prior) / 2.0, 3),
            "high_usd_per_mmbtu": np.round(np.maximum(settle, prior) + width, 3),
            "low_usd_per_mmbtu": np.round(np.minimum(settle, prior) - width, 3),
            "settle_usd_per_mmbtu": settle,
            "prior_settle_usd_per_mmbtu": prior,
            "volume": np.round(size * np.exp(-place / 3.5) * np.exp(0.25 * jitter)).astype(np.int64),
            "open_interest": interest.astype(np.int64),
        }
    )


def _settle(seed: int, day: date, hub: str, deliveries: list[tuple[int, int]]) -> np.ndarray:
    """Return the settlement of each delivery month, to 0.001."""
    if not deliveries:
        return np.empty(0)
    number = day_number(day)
    month = np.array([month for _, month in deliveries], dtype=float)
    if hub == "Henry Hub":
        away = np.array([max((date(*delivery, 1) - day).days, 0) for delivery in deliveries]) / 365.25
        season = 0.07 * np.cos(2 * np.pi * (month - 1.5) / 12.0)
        now = float(henry_hub_usd_per_mmbtu(seed, np.array([number]))[0])
        now_season = 0.07 * np.cos(2 * np.pi * (number / 365.2425 % 1.0 - 0.04))
        distance = np.log(now) - now_season - np.log(_LONG_RUN_USD)
        flat = np.log(_LONG_RUN_USD) + distance * np.exp(-_RETURN_PER_YEAR * away)
        return np.round(np.exp(flat + season), 3)
    row = _hub_facts()[hub]
    winter = np.maximum(np.cos(2 * np.pi * (month - 1.2) / 12.0), -0.3)
    keys = np.concatenate([stream(seed, "basis futures", hub, *delivery) for delivery in deliveries])
    mood = smooth(keys, 24.0 * 25, np.full((len(deliveries), 1), number * 24.0))[:, 0]
    return np.round(row["mean_basis"] + 1.6 * row["winter_basis"] * winter + 0.5 * row["wiggle"] * mood, 3) + 0.0


@cache
def _hub_facts() -> dict[str, dict[str, float]]:
    return read_table("gas_hubs").set_index("hub")[["mean_basis", "winter_basis", "wiggle"]].to_dict("index")


def _delivery_months(day: date, months: int) -> list[tuple[int, int]]:
    year, month = day.year, day.month
    found: list[tuple[int, int]] = []
    while len(found) < months:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if last_trade_day(year, month) >= day:
            found.append((year, month))
    return found


def _previous_trading_day(day: date) -> date:
    before = day - timedelta(days=1)
    while not is_trading_day(before):
        before -= timedelta(days=1)
    return before
