"""The futures curve: continuous front month, roll, seasonality and volatility.

``settlements`` has a row a trading day and contract: ``trade_day``, ``contract_month``, ``last_trade_day`` and
``settle_usd_per_mmbtu``.
"""

import numpy as np
import pandas as pd

TRADING_DAYS_PER_YEAR = 252
ROLL_COLUMNS = ["trade_day", "contract_month", "settle_usd_per_mmbtu", "rolled", "roll_gap_usd_per_mmbtu"]


def front_month(settlements: pd.DataFrame, days_before_expiry: int = 0) -> pd.DataFrame:
    """Return the continuous front month, unadjusted: a row a day with the contract and whether it rolled.

    A contract is held while its last trading day is at least ``days_before_expiry`` calendar days ahead.
    ``roll_gap_usd_per_mmbtu`` is, on the first day of a contract, its settle less that of the one before on that day,
    blank where the old one no longer settles.
    """
    rows = settlements.dropna(subset=["settle_usd_per_mmbtu"]).sort_values(["trade_day", "contract_month"])
    days = pd.to_datetime(rows["trade_day"])
    left = (pd.to_datetime(rows["last_trade_day"]) - days).dt.days
    front = rows[left >= days_before_expiry].drop_duplicates("trade_day").reset_index(drop=True)
    before = front["contract_month"].shift()
    front["rolled"] = before.notna() & (front["contract_month"] != before)
    settle = rows.set_index(["trade_day", "contract_month"])["settle_usd_per_mmbtu"]
    old = settle.reindex(pd.MultiIndex.from_arrays([front["trade_day"], before])).to_numpy()
    front["roll_gap_usd_per_mmbtu"] = (front["settle_usd_per_mmbtu"] - old).where(front["rolled"])
    return front[ROLL_COLUMNS]


def back_adjusted(front: pd.DataFrame) -> pd.Series:
    """Return the front month without the jumps of its rolls: earlier prices are moved by every later gap."""
    gaps = front["roll_gap_usd_per_mmbtu"].fillna(0.0)
    return front["settle_usd_per_mmbtu"] + gaps[::-1].cumsum()[::-1] - gaps


def seasonality(curve: pd.DataFrame) -> pd.Series:
    """Return each delivery month's mean price by the mean of its own year, by month 1 to 12; whole years only."""
    months = pd.to_datetime(curve["contract_month"])
    table = curve.assign(year=months.dt.year, month=months.dt.month).pivot_table(
        index="year", columns="month", values="settle_usd_per_mmbtu"
    )
    whole = table.dropna() if table.shape[1] == 12 else table.iloc[:0]
    return whole.div(whole.mean(axis=1), axis=0).mean()


def volatility(prices: pd.Series, days: int = 20) -> pd.Series:
    """Return the yearly volatility of log changes over a trailing window; blank where a price is not positive."""
    logs = np.log(prices.where(prices > 0))
    return logs.diff().rolling(days).std(ddof=1) * np.sqrt(TRADING_DAYS_PER_YEAR)
