"""Ancillary prices: what a megawatt held back costs, by product and region, in the order of quality."""

from itertools import pairwise

import numpy as np
import pandas as pd

from market_platform.sandbox.world.clock import Grid
from market_platform.sandbox.world.dispatch import Dispatch
from market_platform.sandbox.world.noise import smooth, streams
from market_platform.sandbox.world.tables import MarketTables


def ancillary_prices(
    seed: int, market: MarketTables, grid: Grid, result: Dispatch, run: str
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return (region, product) pairs and their prices in $/MW, shape (pairs, times), in cents, never below zero.

    A product costs its base, a part of the energy price (the margin that a held-back unit gives up), a part of what the
    system pays for scarcity, and its own unrest. Better reserve is never cheaper: prices of the reserve ladder are
    cumulative maxima in table order from the worst product up, where ``ladder`` numbers it.
    """
    products = market.products[market.products["run"] == run]
    regions = market.ancillary_regions
    unrest = smooth(streams(products["product"], seed, market.key, run, "ancillary"), 5.0, grid.hours)
    energy = np.clip(result.energy_usd_per_mwh, 0.0, 300.0)
    scarce = np.maximum(result.energy_usd_per_mwh - 300.0, 0.0)
    columns = {
        name: products[name].to_numpy(dtype=float)[:, None]
        for name in ("base_usd_per_mw", "energy_part", "scarcity_part", "unrest_usd_per_mw")
    }
    price = (
        columns["base_usd_per_mw"]
        + columns["energy_part"] * energy
        + columns["scarcity_part"] * scarce
        + columns["unrest_usd_per_mw"] * unrest
    )
    price = _climb(np.maximum(price, 0.0), products["ladder"].to_numpy())
    scaled = regions["scale"].to_numpy(dtype=float)[:, None, None] * price[None, :, :]
    only_there = products["only_region"].to_numpy()
    pairs = [
        (region, product, number, row)
        for number, region in enumerate(regions["region"])
        for row, (product, only) in enumerate(zip(products["product"], only_there, strict=True))
        if pd.isna(only) or only == region
    ]
    table = pd.DataFrame(pairs, columns=["region", "product", "region_number", "product_number"])
    picked = scaled[table["region_number"].to_numpy(), table["product_number"].to_numpy()]
    return table, np.round(picked, 2) + 0.0


def _climb(price: np.ndarray, ladder: np.ndarray) -> np.ndarray:
    """Make each rung of the ladder (1 worst, 0 not on it) at least as dear as the rung below."""
    price = price.copy()
    on_ladder = [row for row in np.argsort(ladder, kind="stable") if ladder[row] > 0]
    for lower, upper in pairwise(on_ladder):
        price[upper] = np.maximum(price[upper], price[lower])
    return price
