"""Prices of irregular intervals brought to the settlement interval, weighted by seconds.

NYISO's real-time dispatch intervals do not always begin on the five minutes; a settlement interval's price is then the
mean of the intervals in it, each counted by its seconds (five-minute settlement, Order 825; body unverified).
"""

import numpy as np
import pandas as pd

from market_platform.settlement.inputs.columns import PRICES
from market_platform.settlement.refusals import MissingInput

VALUES = ["price_usd_per_mwh", "energy_usd_per_mwh", "congestion_usd_per_mwh", "loss_usd_per_mwh"]
DECIMALS = 6


def seconds_weighted(prices: pd.DataFrame, minutes: int) -> pd.DataFrame:
    """Return ``prices`` (PRICES, one version each) on a grid of ``minutes``, rounded to six decimals.

    An interval that crosses a grid line counts on both sides. Raises MissingInput where the intervals of a series leave
    a gap in a settlement interval or overlap in it.
    """
    prices, step = prices.reset_index(drop=True), pd.Timedelta(minutes=minutes)
    first = prices["interval_start"].dt.floor(step)
    pieces = ((prices["interval_end"] - first) / step).apply(np.ceil).astype(int)
    rows = prices.loc[prices.index.repeat(pieces)].reset_index(drop=True)
    offset = rows.groupby(first.loc[first.index.repeat(pieces)].index.to_numpy()).cumcount()
    grid = first.loc[first.index.repeat(pieces)].reset_index(drop=True) + offset * step
    begin = rows["interval_start"].where(rows["interval_start"] > grid, grid)
    end = rows["interval_end"].where(rows["interval_end"] < grid + step, grid + step)
    rows["seconds"] = (end - begin).dt.total_seconds()
    rows["grid"] = grid
    weighted = rows[VALUES].mul(rows["seconds"], axis=0)
    key = ["iso", "market", "product", "location", "market_day", "grid"]
    grouped = pd.concat([rows[[*key, "seconds"]], weighted], axis=1).groupby(key, as_index=False)
    sums = grouped[["seconds", *VALUES]].sum(min_count=1)
    partial = sums["seconds"] != step.total_seconds()
    if partial.any():
        where = sums.loc[partial].iloc[0]
        msg = f"prices at {where['location']} cover {where['seconds']:.0f} s of the {minutes} minutes from {where['grid']}"
        raise MissingInput(msg)
    sums[VALUES] = sums[VALUES].div(step.total_seconds()).round(DECIMALS)
    known = rows.groupby(key, as_index=False)[["version", "known_from"]].max()
    result = sums.merge(known, on=key).rename(columns={"grid": "interval_start"})
    return result.assign(interval_end=result["interval_start"] + step)[list(PRICES)]
