"""What a strategy may see: prices published and forecasts issued up to a moment, and nothing after it.

``VersionedHistory`` answers as-of reads from frames that carry when each row became known; a platform may pass any
other callable of the same form (an as-of read of the lake).
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class View:
    """Known at ``moment``: published prices and the latest forecast, both indexed by interval start in UTC, $/MWh.

    ``scenarios`` has one column per scenario (or quantile path); None where the forecast is a single path.
    """

    moment: pd.Timestamp
    prices: pd.Series
    forecast: pd.Series
    scenarios: pd.DataFrame | None = None


AsOf = Callable[[pd.Timestamp], View]


class VersionedHistory:
    """As-of reads from frames.

    ``prices``: interval_start, known_from, usd_per_mwh (a revision is a later row of the same interval).
    ``forecasts``: issued_at, interval_start, usd_per_mwh and, if there are any, scenario columns named ``scenario_*``.
    ``lookback_days``: how far back published prices are handed over.
    """

    def __init__(self, prices: pd.DataFrame, forecasts: pd.DataFrame, lookback_days: float = 35) -> None:
        """Order both frames by the time at which they became known."""
        ordered = prices.sort_values(["known_from", "interval_start"], kind="stable")
        self._known_from = pd.DatetimeIndex(ordered["known_from"])
        self._prices = ordered.set_index("interval_start")["usd_per_mwh"]
        self._revised = not (self._prices.index.is_unique and self._prices.index.is_monotonic_increasing)
        issues = dict(list(forecasts.groupby("issued_at", sort=True)))
        self._issues = pd.DatetimeIndex(list(issues)) if issues else pd.DatetimeIndex([], tz="UTC")
        self._blocks = [block.set_index("interval_start").sort_index() for block in issues.values()]
        self._scenario_columns = [name for name in forecasts.columns if str(name).startswith("scenario_")]
        self._lookback = pd.Timedelta(days=lookback_days)

    def __call__(self, moment: pd.Timestamp) -> View:
        """Return what was known at ``moment``; an empty forecast if none had been issued."""
        known = self._prices.iloc[: int(self._known_from.searchsorted(moment, side="right"))]
        if self._revised:
            known = known[~known.index.duplicated(keep="last")].sort_index()
        first = int(known.index.searchsorted(moment - self._lookback))
        place = int(self._issues.searchsorted(moment, side="right")) - 1
        if place < 0:
            return View(moment, known.iloc[first:], pd.Series(dtype="float64"))
        block = self._blocks[place]
        scenarios = block[self._scenario_columns] if self._scenario_columns else None
        return View(moment, known.iloc[first:], block["usd_per_mwh"], scenarios)
