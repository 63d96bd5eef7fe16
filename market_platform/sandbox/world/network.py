"""Interfaces and lines: flows from what zones have left over, limits, and what congestion costs each zone."""

from dataclasses import dataclass

import numpy as np

from market_platform.sandbox.world.clock import Grid
from market_platform.sandbox.world.noise import smooth, streams
from market_platform.sandbox.world.tables import MarketTables

NO_LIMIT = -9999.0
_HIGHEST_SHADOW_PRICE = 900.0


@dataclass(frozen=True)
class Congestion:
    """Flows and prices of interfaces, shape (interfaces, times), and the congestion of zones, shape (zones, times).

    ``shadow_usd_per_mwh`` is positive where the positive limit binds, negative where the negative limit does.
    """

    flow_mw: np.ndarray
    limit_mw: np.ndarray
    negative_limit_mw: np.ndarray
    shadow_usd_per_mwh: np.ndarray
    zone_usd_per_mwh: np.ndarray


def congestion(seed: int, market: MarketTables, grid: Grid, surplus_mw: np.ndarray) -> Congestion:
    """Return flows held at their limits and the cost of holding them.

    ``surplus_mw`` (zones, times) is generation plus imports less load. An interface carries a share of the surplus of
    all zones behind it; each MW past the limit costs a fixed number of dollars more, which stands for redispatch.
    """
    table = market.interfaces
    share = market.column("interfaces", "share")
    wanted = share * (market.upstream @ surplus_mw)
    rating = 1.0 + 0.035 * smooth(streams(table["interface"], seed, market.key, "rating"), 40.0, grid.hours)
    limit = np.round(market.column("interfaces", "limit_mw") * rating / 5.0) * 5.0
    other = market.column("interfaces", "negative_limit_mw") * np.ones_like(limit)
    has_other = other > NO_LIMIT
    cost = market.column("interfaces", "usd_per_mwh_per_mw")
    over = np.maximum(wanted - limit, 0.0)
    under = np.where(has_other, np.maximum(other - wanted, 0.0), 0.0)
    shadow = np.round(np.clip(cost * (over - under), -_HIGHEST_SHADOW_PRICE, _HIGHEST_SHADOW_PRICE), 2)
    flow = np.where(has_other, np.maximum(np.minimum(wanted, limit), other), np.minimum(wanted, limit))
    return Congestion(flow, limit, other, shadow, (shift_factors(market) * share).T @ -shadow)


def shift_factors(market: MarketTables) -> np.ndarray:
    """Return the effect of a MW put in at a zone on each interface, before its share, shape (interfaces, zones).

    The reference bus takes the MW out again: behind the interface, in front of it, or spread over load.
    """
    behind = market.upstream
    reference = market.interfaces["reference"].to_numpy()
    at_load = (behind @ market.load_share)[:, None]
    taken = np.where(reference == "upstream", 1.0, np.where(reference == "downstream", 0.0, np.nan))[:, None]
    return behind - np.where(np.isnan(taken), at_load, taken)
