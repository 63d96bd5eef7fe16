"""What holdings are worth: the user's market prices (``marks.csv``), or in the sandbox invented ones."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from market_platform.certificates.desk import Desk, holdings
from market_platform.certificates.positions import valued
from market_platform.defs.certificates import simulated
from market_platform.defs.certificates.desk import is_simulated, user_table
from market_platform.platform import Platform

COLUMNS = {"registry": "", "fuel": "", "location": "", "vintage": "", "price_usd": "!"}


def market_prices(platform: Platform) -> tuple[pd.DataFrame, list[str]]:
    """Return prices (``price_usd`` as Decimal) and the columns that they go by; no rows where the user holds none."""
    own = user_table(platform, "marks.csv", COLUMNS)
    if own is None:
        rows = simulated.marks() if is_simulated(platform) else pd.DataFrame(columns=["registry", "fuel", "price_usd"])
        return rows, ["registry", "fuel"]
    on = [name for name in COLUMNS if name != "price_usd" and (own[name] != "").all()] or ["registry"]
    own["price_usd"] = own["price_usd"].map(Decimal)
    if "vintage" in on:
        own["vintage"] = [date.fromisoformat(text if len(text) > 7 else f"{text}-01") for text in own["vintage"]]
    return own[[*on, "price_usd"]], on


def valued_holdings(platform: Platform, desk: Desk, **filters: Any) -> pd.DataFrame:
    """Return ``holdings`` with mark_usd, value_usd and unrealised_usd."""
    prices, on = market_prices(platform)
    return valued(holdings(desk, **filters), prices, on)


def prices_by_class(platform: Platform, desk: Desk) -> dict[int, Decimal]:
    """Return the market price of each certificate class that has one."""
    rows = valued_holdings(platform, desk).dropna(subset=["mark_usd"])
    return {int(number): price for number, price in zip(rows["class_id"], rows["mark_usd"], strict=True)}
