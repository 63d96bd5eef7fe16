"""How much of a load was met by clean power in the very hour it was used: the hourly (24/7) matching score."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_platform.errors import Infeasible


@dataclass(frozen=True)
class HourlyMatch:
    """``hourly_percent``: matched hour by hour; ``volumetric_percent``: matched over the whole span, surplus included.

    ``with_grid_percent`` adds the clean share of the grid power that covered the rest, None without such shares.
    """

    hours: int
    load_mwh: float
    matched_mwh: float
    surplus_mwh: float
    hourly_percent: float
    volumetric_percent: float
    with_grid_percent: float | None


def hourly_match(hours: pd.DataFrame) -> HourlyMatch:
    """Score hours of ``interval_start`` (UTC), ``load_mwh``, ``clean_mwh`` and, if known, ``grid_clean_share`` (0-1).

    Every hour of the span must be there once: days of 23 and 25 local hours bring that many. Raises Infeasible else,
    since a missing night would flatter the score.
    """
    starts = pd.DatetimeIndex(hours["interval_start"]).sort_values()
    expected = pd.date_range(starts[0], starts[-1], freq="h") if len(starts) else starts
    if not len(starts) or not starts.equals(expected):
        msg = f"hourly matching needs every hour once: {len(starts)} rows for {len(expected)} hours of the span"
        raise Infeasible(msg)
    load, clean = hours["load_mwh"].to_numpy(float), hours["clean_mwh"].to_numpy(float)
    if np.isnan(load).any() or np.isnan(clean).any() or (load < 0).any() or (clean < 0).any() or load.sum() <= 0:
        msg = "hourly matching needs load and clean power of zero or more in every hour, and some load"
        raise Infeasible(msg)
    matched = np.minimum(load, clean)
    with_grid = None
    if "grid_clean_share" in hours:
        with_grid = 100 * float(
            (matched + (load - matched) * hours["grid_clean_share"].to_numpy(float)).sum() / load.sum()
        )
    return HourlyMatch(
        hours=len(load),
        load_mwh=float(load.sum()),
        matched_mwh=float(matched.sum()),
        surplus_mwh=float((clean - matched).sum()),
        hourly_percent=100 * float(matched.sum() / load.sum()),
        volumetric_percent=100 * min(1.0, float(clean.sum() / load.sum())),
        with_grid_percent=with_grid,
    )


def match_by_hour_of_day(hours: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Return load, matched MWh and percent by local hour of day: where the gaps lie."""
    local = hours["interval_start"].dt.tz_convert(zone).dt.hour.rename("local_hour")
    matched = np.minimum(hours["load_mwh"], hours["clean_mwh"])
    rows = pd.DataFrame({"load_mwh": hours["load_mwh"], "matched_mwh": matched}).groupby(local).sum().reset_index()
    return rows.assign(percent=100 * rows["matched_mwh"] / rows["load_mwh"])
