"""The spread between two hubs or contract months, and where it stands in its own history."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_platform.errors import Infeasible

LEAST_DAYS = 20
OPPORTUNITY_Z = 2.0
OPPORTUNITY_TAIL = 0.05


@dataclass(frozen=True)
class SpreadView:
    """A spread on its last day, in USD/MMBtu.

    ``percentile`` is the part of the history at or below the last spread (0 to 1), ``z_score`` its distance from the
    history's mean in sample standard deviations. ``var_usd_per_mmbtu`` is the historical-simulation value at risk of
    being long the spread over one step: the loss that ``confidence`` of all past changes did not exceed, never negative.
    ``is_opportunity`` by this rule: |z| >= 2 and the percentile in the outer 5 % on the same side.
    """

    spread_usd_per_mmbtu: float
    mean_usd_per_mmbtu: float
    correlation: float
    percentile: float
    z_score: float
    var_usd_per_mmbtu: float
    confidence: float
    is_opportunity: bool
    days: int


def spread_view(first: pd.Series, second: pd.Series, confidence: float = 0.95) -> SpreadView:
    """Return the view of ``first`` less ``second``, two series of daily prices by day; days that one lacks are left out.

    The correlation is that of daily changes. Raises Infeasible with fewer than 20 days in common or a spread that
    never moves.
    """
    both = pd.concat([first.rename("first"), second.rename("second")], axis=1, join="inner").dropna().sort_index()
    if len(both) < LEAST_DAYS:
        raise Infeasible(f"{len(both)} days in common, {LEAST_DAYS} at least are needed: load more history")
    spread = (both["first"] - both["second"]).to_numpy()
    deviation = float(spread.std(ddof=1))
    changes = np.diff(both.to_numpy(), axis=0)
    if deviation < 1e-12 or (changes.std(axis=0) < 1e-12).any():
        raise Infeasible("a price or the spread never moves: neither z-score nor correlation can be given")
    last, mean = float(spread[-1]), float(spread.mean())
    percentile, z_score = float((spread <= last).mean()), (last - mean) / deviation
    tail = percentile <= OPPORTUNITY_TAIL if z_score < 0 else float((spread >= last).mean()) <= OPPORTUNITY_TAIL
    return SpreadView(
        spread_usd_per_mmbtu=last,
        mean_usd_per_mmbtu=mean,
        correlation=float(np.corrcoef(changes.T)[0, 1]),
        percentile=percentile,
        z_score=z_score,
        var_usd_per_mmbtu=max(0.0, float(-np.quantile(np.diff(spread), 1.0 - confidence))),
        confidence=confidence,
        is_opportunity=bool(abs(z_score) >= OPPORTUNITY_Z and tail),
        days=len(both),
    )
