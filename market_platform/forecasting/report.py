"""A plain report on a history before it is forecast: what is there, what is missing, which rung it reaches."""

from dataclasses import dataclass

import numpy as np

from market_platform.forecasting.ladder import POOL_ROWS, SHORT_ROWS
from market_platform.forecasting.panel import Panel


@dataclass(frozen=True)
class HistoryReport:
    """Counts of days and the rung that they reach; `text` says it in sentences."""

    days: int
    known_days: int
    longest_gap_days: int
    constant: bool
    rung: str
    text: str


def history_report(panel: Panel) -> HistoryReport:
    """Return what the panel holds before its last row, which is the day to be forecast."""
    target = panel.target[:-1]
    known = ~np.isnan(target).any(axis=1)
    count, gap = int(known.sum()), _longest_run(~known)
    values = target[known]
    constant = bool(count) and float(np.ptp(values)) == 0.0
    if count >= POOL_ROWS:
        rung, advice = "pool", "enough for the whole pool"
    elif count >= SHORT_ROWS:
        rung, advice = "short pool", f"the whole pool needs {POOL_ROWS - count} more days"
    elif count:
        rung, advice = (
            "seasonal",
            f"only the naive is possible; kernel and LASSO models need {SHORT_ROWS - count} more days",
        )
    else:
        fullest = int((~np.isnan(target)).sum(axis=1).max(initial=0))
        rung = "refusal"
        advice = f"the fullest has {fullest} of {target.shape[1]} hours; load an hourly or finer history first"
    sentences = [f"{count} of {len(target)} days are complete: {advice}."]
    if gap:
        sentences.append(f"The longest gap has {gap} day{'s' * (gap > 1)}; days in gaps are not trained on.")
    if constant:
        sentences.append("The history is constant: the forecast repeats it.")
    return HistoryReport(len(target), count, gap, constant, rung, " ".join(sentences))


def _longest_run(marks: np.ndarray) -> int:
    longest = current = 0
    for mark in marks:
        current = current + 1 if mark else 0
        longest = max(longest, current)
    return longest
