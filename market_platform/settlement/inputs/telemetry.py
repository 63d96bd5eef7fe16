"""Four-second telemetry to metered energy per settlement interval."""

import pandas as pd

from market_platform.errors import Infeasible

#: Share of an interval's readings that must be there; telemetry does not replace a meter below it.
LEAST_COVERAGE = 0.95
SCALE = 6


def metered_from_telemetry(readings: pd.DataFrame, minutes: int, seconds_per_reading: int = 4) -> pd.DataFrame:
    """Average MW readings (``resource``, ``at``, ``power_mw``) into MWh per interval.

    A reading stands for the ``seconds_per_reading`` that follow it. Returns ``resource, interval_start, interval_end,
    metered_mwh`` (rounded to six decimals, as meters report), ``coverage`` in 0..1. Raises Infeasible where an interval
    inside a resource's span has less than LEAST_COVERAGE of its readings: a gap is never filled in silence.
    """
    step = pd.Timedelta(minutes=minutes)
    frame = readings.drop_duplicates(["resource", "at"])
    start = frame["at"].dt.floor(step)
    grouped = frame.groupby([frame["resource"], start.rename("interval_start")])["power_mw"].agg(["mean", "count"])
    spans = frame.groupby("resource")["at"].agg(["min", "max"])
    wanted = pd.MultiIndex.from_tuples(
        [
            (resource, moment)
            for resource, span in spans.iterrows()
            for moment in pd.date_range(span["min"].floor(step), span["max"].floor(step), freq=step)
        ],
        names=["resource", "interval_start"],
    )
    grouped = grouped.reindex(wanted)
    coverage = (grouped["count"].fillna(0) / (minutes * 60 / seconds_per_reading)).clip(upper=1.0)
    thin = coverage < LEAST_COVERAGE
    if thin.any():
        resource, moment = thin[thin].index[0]
        msg = (
            f"telemetry of {resource} covers {coverage[thin].iloc[0]:.0%} of the {minutes} minutes from {moment}"
            f" ({int(thin.sum())} thin intervals in all): take revenue-meter data for them"
        )
        raise Infeasible(msg)
    out = grouped.reset_index()
    out["interval_end"] = out["interval_start"] + step
    out["metered_mwh"] = (out["mean"] * minutes / 60).round(SCALE)
    out["coverage"] = coverage.to_numpy()
    return out[["resource", "interval_start", "interval_end", "metered_mwh", "coverage"]]
