"""Merit order: offer blocks whose price rises from a low to a high end, and the price at which supply meets demand."""

import numpy as np

_FLOOR_USD_PER_MWH = -200.0
_BISECTIONS = 24


def clear(
    demand_mw: np.ndarray, capacity_mw: np.ndarray, low_usd_per_mwh: np.ndarray, high_usd_per_mwh: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the clearing price (times,) and the output of each block (blocks, times).

    A block offers evenly between its low and its high price (blocks, times). Output adds up to demand exactly; where
    demand passes all capacity, every block stands above its capacity in proportion (reserves have been called).
    """
    width = np.maximum(high_usd_per_mwh - low_usd_per_mwh, 0.01)
    below = np.full(demand_mw.shape, _FLOOR_USD_PER_MWH)
    above = np.full(demand_mw.shape, float(np.max(high_usd_per_mwh)) + 1.0)
    slope = capacity_mw / width
    for _ in range(_BISECTIONS):
        middle = (below + above) / 2.0
        short = _output(middle, low_usd_per_mwh, capacity_mw, slope).sum(axis=0) < demand_mw
        below, above = np.where(short, middle, below), np.where(short, above, middle)
    price = (below + above) / 2.0
    output = _output(price, low_usd_per_mwh, capacity_mw, slope)
    return price, output * (demand_mw / output.sum(axis=0))


def scarcity_usd_per_mwh(used: np.ndarray, begins: float, cap: float) -> np.ndarray:
    """Return what is added when ``used`` (demand over capacity) passes ``begins``: a cube, half the cap at 100 %."""
    tight = np.clip((used - begins) / (1.0 - begins), 0.0, 1.25)
    return 0.5 * cap * tight**3


def _output(price: np.ndarray, low: np.ndarray, capacity: np.ndarray, slope: np.ndarray) -> np.ndarray:
    return np.clip((price - low) * slope, 0.0, capacity)
