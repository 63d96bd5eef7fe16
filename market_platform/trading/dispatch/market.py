"""What the market gives an engine: prices, interval lengths and availability, checked and shaped once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from market_platform.trading.dispatch.fleet import Fleet


def by_row(values: ArrayLike, intervals: int | None, what: str) -> np.ndarray:
    """Return values as a C-contiguous (rows, intervals) float64 array; raise ValueError where they cannot be."""
    array = np.ascontiguousarray(np.atleast_2d(np.asarray(values, dtype=np.float64)))
    if array.ndim != 2 or (intervals is not None and array.shape[1] != intervals):
        raise ValueError(f"{what} has shape {array.shape}: give (intervals,) or (rows, intervals = {intervals})")
    if not np.isfinite(array).all():
        row, interval = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(
            f"{what} of row {row}, interval {interval} is {array[row, interval]}: fill it or cut the horizon"
        )
    return array


@dataclass(frozen=True)
class Market:
    """Checked market arrays: prices and availability (1 or rows, intervals), interval hours (intervals,)."""

    sell: np.ndarray
    buy: np.ndarray
    hours: np.ndarray
    availability: np.ndarray

    @classmethod
    def of(
        cls,
        prices: ArrayLike,
        hours: ArrayLike = 1.0,
        buy_prices: ArrayLike | None = None,
        availability: ArrayLike | None = None,
    ) -> "Market":
        """Check and shape prices ($/MWh), interval length (h), purchase prices and share of power available (0..1)."""
        sell = by_row(prices, None, "prices")
        intervals = sell.shape[1]
        buy = sell if buy_prices is None else by_row(buy_prices, intervals, "buy_prices")
        share = np.ones((1, intervals)) if availability is None else by_row(availability, intervals, "availability")
        length = np.ascontiguousarray(np.broadcast_to(np.asarray(hours, dtype=np.float64), (intervals,)))
        if not (length > 0).all() or not ((share >= 0) & (share <= 1)).all():
            raise ValueError("interval hours must be > 0 and availability within 0..1")
        return cls(sell, buy, length, share)

    def rows_with(self, fleet: Fleet) -> int:
        """Return how many rows fleet and market make together; raise ValueError if they do not fit."""
        sizes = {len(self.sell), len(self.buy), len(self.availability), len(fleet)} - {1}
        if len(sizes) > 1:
            raise ValueError(
                f"rows of prices, availability and fleet differ: {sorted(sizes)}; each must be 1 or the same"
            )
        return sizes.pop() if sizes else 1
