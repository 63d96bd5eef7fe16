"""Real-time prices of the next hours on 5- or 15-minute (or hourly) intervals: DA–RT spread, bands and spike risk.

The day-ahead price of each interval is known, so the model forecasts the spread to it: one ridge regression for all
horizons at once on the recent spread, its usual size at that time of day, and the shape of the day-ahead curve; blended
with the day-ahead price itself by their error on the latest issues, which were kept out of the fit.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from market_platform.forecasting.errors import TooLittleData, UnusableData
from market_platform.forecasting.intervals import LEVELS

MIN_ISSUES = 120
MIN_KNOWN = 12
MAX_ISSUES = 2000
HELD_OUT_SHARE = 0.3
RIDGE = 30.0
RECENT = (0, 1, 2, 3, 5, 8, 11)
CLIP = 4.0
MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True)
class RealTimeForecast:
    """Per interval of the horizon: price, spread to day-ahead, quantiles (horizon, 99), probability of a spike.

    ``rung`` is ``spread`` for the model, ``day ahead`` where the history is too short for it.
    """

    start: pd.DatetimeIndex
    price_usd_per_mwh: np.ndarray
    spread_usd_per_mwh: np.ndarray
    quantiles: np.ndarray
    spike_probability: np.ndarray
    notes: tuple[str, ...]
    rung: str = "spread"


def real_time_or_day_ahead(
    real_time: pd.Series, day_ahead: pd.Series, horizon: int, spike_usd_per_mwh: float = 200.0
) -> RealTimeForecast:
    """Forecast as `forecast_real_time` does; below its history take the day-ahead price, with the spreads known so far.

    Raises UnusableData as it does, and TooLittleData without one known spread.
    """
    try:
        return forecast_real_time(real_time, day_ahead, horizon, spike_usd_per_mwh)
    except TooLittleData as refusal:
        note = str(refusal)
    real_time, day_ahead, _ = _aligned(real_time, day_ahead, horizon, least=MIN_KNOWN)
    spread = (real_time - day_ahead.iloc[: len(real_time)]).dropna().to_numpy()
    if not len(spread):
        raise TooLittleData("real time: no interval with both a real-time and a day-ahead price; load a day of both")
    base = day_ahead.iloc[len(real_time) :]
    price = base.to_numpy()
    bands = price[:, None] + np.quantile(spread - np.median(spread), LEVELS)[None, :]
    spikes = np.nansum(real_time.to_numpy() > spike_usd_per_mwh)
    rate = (spikes + 0.5) / (len(spread) + 1.0)
    nothing = np.zeros(horizon)
    return RealTimeForecast(base.index, price, nothing, bands, np.full(horizon, rate), (note,), "day ahead")


def forecast_real_time(
    real_time: pd.Series, day_ahead: pd.Series, horizon: int, spike_usd_per_mwh: float = 200.0
) -> RealTimeForecast:
    """Forecast the ``horizon`` intervals that follow the last known real-time price.

    Both series (usd_per_mwh) are indexed by UTC interval starts at the real-time resolution; ``day_ahead`` repeats the
    hour's price in each of its intervals and reaches to the end of the horizon. Gaps up to an hour are bridged.
    Raises UnusableData for duplicated starts or a missing day-ahead price, TooLittleData for a short history.
    """
    real_time, day_ahead, step = _aligned(real_time, day_ahead, horizon)
    spread = (real_time - day_ahead.iloc[: len(real_time)]).ffill(limit=max(1, 60 // step)).to_numpy()
    rows = _issues(spread, step, horizon)
    minutes = _minutes_of_day(day_ahead.index)
    unit = max(float(np.nanmedian(np.abs(spread))), 0.02 * float(np.nanmedian(np.abs(day_ahead))), 0.01)
    usual = _usual_spread(spread, minutes, step, horizon)
    columns = _columns(
        spread / unit, day_ahead.to_numpy(), minutes, usual / unit, np.r_[rows, len(spread) - 1], horizon
    )
    ahead = rows[:, None] + 1 + np.arange(horizon)
    goal = np.arcsinh(spread[ahead] / unit)
    complete = np.isfinite(goal).all(axis=1) & np.isfinite(columns[:-1]).all(axis=1)
    if complete.sum() < MIN_ISSUES:
        msg = f"real time: {int(complete.sum())} complete past issues, {MIN_ISSUES} are needed: load more history"
        raise TooLittleData(msg)
    past, goal, ahead = columns[:-1][complete], goal[complete], ahead[complete]
    share, held, held_forecast = _blend_on_held_out(past, goal, unit)
    model = _ridge(past, goal)
    now = np.nan_to_num(columns[-1:])
    expected = np.sinh(np.clip(now @ model, -8, 8))[0] * unit * share
    base = day_ahead.to_numpy()[len(spread) : len(spread) + horizon]
    price = base + expected
    errors = np.sort(held - held_forecast, axis=0)
    bands = price[:, None] + np.stack([np.quantile(errors[:, place], LEVELS) for place in range(horizon)])
    spike = _spike_probability(past, spread[ahead] + day_ahead.to_numpy()[ahead], now, spike_usd_per_mwh)
    start = day_ahead.index[len(spread) : len(spread) + horizon]
    notes = () if complete.all() else (f"{int((~complete).sum())} past issues with gaps were not trained on",)
    return RealTimeForecast(start, price, expected, bands, spike, notes)


def _aligned(
    real_time: pd.Series, day_ahead: pd.Series, horizon: int, least: int = MIN_ISSUES
) -> tuple[pd.Series, pd.Series, int]:
    for name, series in (("real-time", real_time), ("day-ahead", day_ahead)):
        if series.index.has_duplicates:
            msg = f"{name} prices: {series.index[series.index.duplicated()][0]} is there twice; keep one version"
            raise UnusableData(msg)
    known = real_time.dropna().sort_index()
    if len(known) < least:
        msg = f"real time: {len(known)} known prices, far too few; load at least two weeks"
        raise TooLittleData(msg)
    delta = known.index.to_series().diff().mode().iloc[0]
    grid = pd.date_range(known.index[0], known.index[-1] + horizon * delta, freq=delta)
    full = day_ahead.reindex(grid)
    full = full.ffill(limit=max(1, int(pd.Timedelta(hours=1) / delta)))
    if full.iloc[-horizon:].isna().any():
        msg = f"day-ahead prices end before {grid[-1]}: the spread has no base; wait for the day-ahead results"
        raise UnusableData(msg)
    return known.reindex(grid[:-horizon]), full, int(delta / pd.Timedelta(minutes=1))


def _issues(spread: np.ndarray, step: int, horizon: int) -> np.ndarray:
    """Return the rows of past issues, at most MAX_ISSUES of them, evenly spread over the latest 180 days."""
    first = max(MINUTES_OF_DAY // step + 1, len(spread) - 180 * MINUTES_OF_DAY // step)
    last = len(spread) - 1 - horizon
    every = max(1, (last - first) // MAX_ISSUES)
    return np.arange(last, first, -every)[::-1] if last > first else np.empty(0, dtype=int)


def _minutes_of_day(index: pd.DatetimeIndex) -> np.ndarray:
    return (index.hour * 60 + index.minute).to_numpy()


def _usual_spread(spread: np.ndarray, minutes: np.ndarray, step: int, horizon: int) -> np.ndarray:
    """Return the exponentially averaged clipped spread of each interval's hour over the days before it."""
    day = MINUTES_OF_DAY // step
    limit = 8 * max(float(np.nanmedian(np.abs(spread))), 1e-6)
    clipped = np.clip(spread, -limit, limit)
    frame = pd.DataFrame({"clipped": np.r_[clipped, np.full(horizon, np.nan)], "minute": minutes})
    average = frame.groupby("minute")["clipped"].transform(lambda part: part.ewm(halflife=7).mean())
    back = -(-horizon // day) * day
    return average.shift(back).ffill().bfill().to_numpy()


def _columns(
    spread: np.ndarray, day_ahead: np.ndarray, minutes: np.ndarray, usual: np.ndarray, rows: np.ndarray, horizon: int
) -> np.ndarray:
    recent = np.stack([np.arcsinh(spread[rows - lag]) for lag in RECENT], axis=1)
    day = max(RECENT) + 1
    window = np.lib.stride_tricks.sliding_window_view(np.nan_to_num(spread), day)[rows - day + 1]
    clipped = np.clip(window, -8, 8)
    points = np.unique(np.linspace(1, horizon, min(horizon, 4)).astype(int))
    level = np.maximum(np.nanmedian(np.abs(day_ahead)), 1.0)
    curve = np.stack([np.arcsinh((day_ahead[rows + p] - day_ahead[rows]) / level) for p in points], axis=1)
    base = np.arcsinh(day_ahead[rows] / level)[:, None]
    usual_ahead = np.stack([np.arcsinh(usual[rows + p]) for p in points], axis=1)
    angle = 2 * np.pi * minutes[rows, None] / MINUTES_OF_DAY
    parts = [np.ones((len(rows), 1)), recent, clipped.mean(axis=1, keepdims=True), clipped.std(axis=1, keepdims=True)]
    parts += [curve, base, usual_ahead, np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)]
    return np.clip(np.hstack(parts), -CLIP, CLIP)


def _ridge(columns: np.ndarray, goal: np.ndarray) -> np.ndarray:
    gram = columns.T @ columns + RIDGE * np.eye(columns.shape[1])
    return np.linalg.solve(gram, columns.T @ goal)


def _blend_on_held_out(past: np.ndarray, goal: np.ndarray, unit: float) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the share of the modelled spread with the least absolute error on the latest issues, and their errors."""
    cut = int(len(past) * (1 - HELD_OUT_SHARE))
    expected = np.sinh(np.clip(past[cut:] @ _ridge(past[:cut], goal[:cut]), -8, 8)) * unit
    held = np.sinh(goal[cut:]) * unit
    shares = np.linspace(0, 1, 11)
    best = shares[np.argmin([np.abs(held - share * expected).mean() for share in shares])]
    return float(best), held, best * expected


def _spike_probability(past: np.ndarray, prices: np.ndarray, now: np.ndarray, threshold: float) -> np.ndarray:
    """Return P(price > threshold) per interval: logistic per interval, the base rate where spikes are rare."""
    out = np.empty(prices.shape[1])
    for place in range(prices.shape[1]):
        spikes = prices[:, place] > threshold
        rate = (spikes.sum() + 0.5) / (len(spikes) + 1.0)
        out[place] = rate
        if min(spikes.sum(), (~spikes).sum()) >= 10:
            model = LogisticRegression(C=0.1, max_iter=500).fit(past, spikes)
            out[place] = model.predict_proba(now)[0, 1]
    return out
