"""Scores day by day from rows that were issued: the form in which they are kept, and what is read off them later.

A row has location, kind, model, market_day, outcome, value and nine quantiles; peers (the naive, the ISO's own) are further
columns. Days are judged whole: a day with an unknown outcome is not scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from market_platform.forecasting.intervals import LEVELS

DRIFT_DAYS = 28
LEAST_DAYS = 56
DRIFT_RATIO = 1.25
COVERAGE_BAND = 0.07
CHANCE_ERRORS = 2.6  # standard errors of the daily shares: a series of one number a day may miss by more than the band
GROUP = ["location", "kind", "model", "market_day"]


def score_days(rows: pd.DataFrame, quantiles: Mapping[str, float], peers: Sequence[str]) -> pd.DataFrame:
    """Return a row of scores per location, kind, market day and model, the peers among the models.

    ``quantiles`` maps columns to levels; ``peers`` are columns with other forecasts of the same intervals. A peer has no
    intervals, so its CRPS and shares inside are blank. The naive's error stands beside every model's.
    """
    if rows.empty:
        return pd.DataFrame()
    whole = rows.groupby(GROUP)["outcome"].transform(lambda values: values.notna().all())
    known = rows[whole].reset_index(drop=True)
    known = known.assign(crps=_crps(known, quantiles), **_inside(known))
    parts = [_scores(known, "value", GROUP).join(known.groupby(GROUP)[["crps", "inside_50", "inside_90"]].mean())]
    for peer in peers:
        own = known[known.groupby(GROUP)[peer].transform(lambda values: values.notna().all())]
        own = own.drop_duplicates(["location", "kind", "market_day", "interval_start"]).assign(model=peer)
        if len(own):
            parts.append(_scores(own, peer, GROUP))
    table = pd.concat(parts).reset_index()
    naive = table[table["model"] == "naive"].set_index(["location", "kind", "market_day"])["mae"]
    return table.join(naive.rename("naive_mae"), on=["location", "kind", "market_day"])


def _scores(rows: pd.DataFrame, column: str, group: list[str]) -> pd.DataFrame:
    gap = rows["outcome"] - rows[column]
    size = rows["outcome"].abs() + rows[column].abs()
    relative = (2 * gap.abs() / size).where(size > 0, 0.0)
    table = rows.assign(size=gap.abs(), square=gap**2, relative=relative, gap=gap).groupby(group)
    return table.agg(
        intervals=("gap", "size"), mae=("size", "mean"), rmse=("square", lambda values: np.sqrt(values.mean())),
        smape=("relative", "mean"), bias=("gap", "mean"), interval_start=("interval_start", "min"),
        interval_end=("interval_end", "max"),
    )  # fmt: skip


def _crps(rows: pd.DataFrame, quantiles: Mapping[str, float]) -> np.ndarray:
    """Return twice the mean pinball loss per row over 99 levels, read off the stored quantiles in straight lines."""
    held = np.array(list(quantiles.values()))
    weights = np.stack([np.interp(LEVELS, held, unit) for unit in np.eye(held.size)])
    values = rows[list(quantiles)].to_numpy(float) @ weights
    gap = rows["outcome"].to_numpy(float)[:, None] - values
    return 2 * np.maximum(LEVELS * gap, (LEVELS - 1) * gap).mean(axis=1)


def _inside(rows: pd.DataFrame) -> dict[str, pd.Series]:
    bounds = {"inside_50": ("q25", "q75"), "inside_90": ("q05", "q95")}
    return {
        name: ((rows["outcome"] >= rows[low]) & (rows["outcome"] <= rows[high])).astype(float)
        for name, (low, high) in bounds.items()
    }


def standings(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the leaderboard of daily scores: one row a market, quantity, horizon and model, best first.

    Models are compared on the days and locations that all of a group have. ``p_against_naive`` is the one-sided
    Diebold–Mariano test on the daily losses, mean over locations: small where the model beats the naive.
    """
    rows = []
    for key, part in scores.groupby(["market", "quantity", "horizon", "kind"], sort=True):
        wide = part.pivot_table(index=["location", "market_day"], columns="model", values="mae").dropna()
        if wide.empty:
            continue
        daily = wide.groupby("market_day").mean()
        common = part.set_index(["location", "market_day"]).loc[wide.index.unique()]
        for model in wide.columns:
            own = common[common["model"] == model]
            rows.append(
                dict(zip(("market", "quantity", "horizon", "kind"), key, strict=True))
                | {
                    "model": model, "days": len(daily), "locations": wide.index.get_level_values(0).nunique(),
                    "mae": wide[model].mean(), "rmae": _ratio(wide, model), "rmse": np.sqrt((own["rmse"] ** 2).mean()),
                    "crps": own["crps"].mean(), "inside_50": own["inside_50"].mean(), "inside_90": own["inside_90"].mean(),
                    "p_against_naive": _p_better(daily, model),
                }
            )  # fmt: skip
    order = ["market", "quantity", "horizon", "kind", "mae"]
    return pd.DataFrame(rows).sort_values(order, ignore_index=True) if rows else pd.DataFrame()


def _ratio(wide: pd.DataFrame, model: str) -> float:
    return float(wide[model].mean() / max(wide["naive"].mean(), 1e-9)) if "naive" in wide else float("nan")


def _p_better(daily: pd.DataFrame, model: str) -> float:
    if "naive" not in daily or model == "naive" or len(daily) < 2:
        return float("nan")
    apart = (daily["naive"] - daily[model]).to_numpy()
    spread = np.sqrt(np.var(apart) / apart.size)
    return float(1 - norm.cdf(apart.mean() / spread)) if spread > 0 else 0.5


@dataclass(frozen=True)
class Degradation:
    """What the last four weeks of a quantity show against the time before; ``alert`` with its reason."""

    alert: bool
    days: int
    reason: str


def degradation(scores: pd.DataFrame) -> Degradation:
    """Judge the daily scores of one model (mae, naive_mae, inside_90 by market_day): the last 28 days and those before.

    The error is judged relative to the naive's, so that a wild market is no alert. Below 56 days nothing is judged.
    """
    daily = scores.groupby("market_day")[["mae", "naive_mae", "inside_90"]].mean().dropna().sort_index()
    if len(daily) < LEAST_DAYS:
        return Degradation(
            False, len(daily), f"{len(daily)} scored days: {LEAST_DAYS} are needed to tell drift from chance"
        )
    recent, before = daily.iloc[-DRIFT_DAYS:], daily.iloc[:-DRIFT_DAYS]
    ratios = [part["mae"].mean() / max(part["naive_mae"].mean(), 1e-9) for part in (recent, before)]
    ratio, inside = ratios[0] / max(ratios[1], 1e-9), recent["inside_90"].mean()
    reasons = []
    if ratio > DRIFT_RATIO:
        reasons.append(
            f"the error relative to the naive is {ratio:.2f} times what it was: look at late or changed inputs"
        )
    chance = CHANCE_ERRORS * recent["inside_90"].std() / np.sqrt(len(recent))
    if abs(inside - 0.90) > max(COVERAGE_BAND, chance):
        reasons.append(f"the 90 % interval held {100 * inside:.0f} % of the last {DRIFT_DAYS} days' outcomes")
    return Degradation(bool(reasons), len(daily), "; ".join(reasons) or "in line with the days before")
