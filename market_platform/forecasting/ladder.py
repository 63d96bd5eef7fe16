"""From the full pool down to the seasonal naive: which rung a history reaches, and the forecast on that rung.

    pool        at least 182 known days and complete inputs: every member, combined by recent error
    short pool  at least 35 known days: kernel ridge and LASSO only
    seasonal    at least one known day on the lag of the season: repeats it
    last day    at least one known day: repeats it
    refusal     no known day, or none in the last 28: TooLittleData

Below the pool, every row says which rung it stands on and why. A forecast is never NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from market_platform.forecasting import intervals, pool, scenarios
from market_platform.forecasting.errors import TooLittleData, UnusableData
from market_platform.forecasting.features import filled
from market_platform.forecasting.kept import Kept
from market_platform.forecasting.members import Member
from market_platform.forecasting.panel import Panel

POOL_ROWS = 182
SHORT_ROWS = 35
RECENT_ROWS = 28
CALIBRATION_ROWS = 182
MAX_ROWS = 1456 + 364 + 182  # the longest memory, the longest scale before it and the longest block of days after it
MOSTLY = 0.5


@dataclass(frozen=True)
class PastForecasts:
    """What the same rung said of earlier days, each from the rows before it: days, values, quantiles and members.

    ``days`` are ``datetime64[D]`` (rows,); ``value`` is (rows, slots), ``quantiles`` (rows, slots, 99), ``members`` by
    name (rows, slots).
    """

    days: np.ndarray
    value: np.ndarray
    quantiles: np.ndarray
    members: dict[str, np.ndarray]


@dataclass(frozen=True)
class DayForecast:
    """One row's forecast (slots,), its quantiles (slots, 99), the rung it stands on and what was amiss.

    ``past`` holds the days that the weights and intervals were calibrated on, None below the pool.
    """

    value: np.ndarray
    quantiles: np.ndarray
    rung: str
    notes: tuple[str, ...]
    members: dict[str, np.ndarray]
    past_ranks: np.ndarray
    past: PastForecasts | None = None


def forecast_last_row(
    panel: Panel,
    members: tuple[Member, ...],
    stored: Mapping[str, np.ndarray] | None = None,
    kept: dict[str, Kept] | None = None,
) -> DayForecast:
    """Forecast the last row of a panel from what is known at its gate; raises TooLittleData below the last rung.

    ``stored`` holds what the members said of the panel's rows when these were issued, by name (rows, slots), NaN where
    nothing is kept; it saves computing the calibration days again. ``kept`` is what the models kept of their last run, by
    name, and is written anew.
    """
    issued = panel.as_issued(len(panel.days) - 1)
    dropped = max(0, len(issued.days) - MAX_ROWS)
    issued = issued.rows(slice(dropped, None))
    said = {name: values[dropped:] for name, values in (stored or {}).items()}
    known = ~np.isnan(issued.target).any(axis=1)
    _refuse_if_nothing_known(issued, known)
    issued, notes = _usable_inputs(issued, known)
    chosen, rung = _members_within_reach(members, int(known.sum()))
    if rung != "pool":
        notes.append(f"{int(known.sum())} known days of history: the whole pool needs {POOL_ROWS}")
    if not chosen:
        return _naive(issued, known, rung, notes)
    first = max(len(issued.days) - 1 - CALIBRATION_ROWS, int(np.flatnonzero(known)[0]) + 21)
    try:
        run = pool.run(issued, chosen, min(first, len(issued.days) - 1), said, kept)
    except UnusableData as refusal:
        return _naive(issued, known, "seasonal", [*notes, str(refusal)])
    notes += [f"{name} found no finite solution: left out" for name in run.left_out]
    levels = intervals.quantiles(run.combined, issued.target[run.first :], run.disagreement())
    value, bands = run.combined[-1], levels[-1]
    if not (np.isfinite(value).all() and np.isfinite(bands).all()):
        return _naive(issued, known, "seasonal", [*notes, "the pool gave no finite forecast"])
    scored = scenarios.ranks(issued.target[run.first : -1], levels[:-1])
    last = {name: values[-1] for name, values in run.members.items()}
    past = PastForecasts(
        issued.days[run.first : -1],
        run.combined[:-1],
        levels[:-1],
        {name: values[:-1] for name, values in run.members.items()},
    )
    return DayForecast(value, bands, rung, tuple(notes), last, scored, past)


def _refuse_if_nothing_known(panel: Panel, known: np.ndarray) -> None:
    if not known[-RECENT_ROWS - 1 :].any():
        msg = (
            f"{int(known.sum())} complete days before {panel.days[-1]}, none in the last {RECENT_ROWS}: "
            "load a history with at least one complete recent day, better a year"
        )
        raise TooLittleData(msg)


def _usable_inputs(panel: Panel, known: np.ndarray) -> tuple[Panel, list[str]]:
    """Drop inputs that are not there for the day or hardly ever were; say which, and say where targets are missing."""
    after = {name: values for name, values in panel.known_after.items() if not _mostly_unknown(values[known])}
    notes = [f"{name} is unknown for most of the history: left out" for name in panel.known_after if name not in after]
    kept = {}
    for name, values in panel.known_ahead.items():
        if np.isnan(values[-1]).any():
            notes.append(f"{name} is not complete for {panel.days[-1]}: left out")
        elif _mostly_unknown(values[known]):
            notes.append(f"{name} is unknown for most of the history: left out")
        else:
            kept[name] = values
    missing = int((~known[:-1]).sum())
    if missing:
        notes.append(f"{missing} days without a complete target were not trained on")
    return replace(panel, known_ahead=kept, known_after=after), notes


def _mostly_unknown(values: np.ndarray) -> bool:
    return bool(np.isnan(values).mean() > MOSTLY)


def _members_within_reach(members: tuple[Member, ...], known_rows: int) -> tuple[tuple[Member, ...], str]:
    if known_rows >= POOL_ROWS:
        return members, "pool"
    if known_rows >= SHORT_ROWS:
        short = tuple(member for member in members if member.family in {"kernel", "lasso"} and member.window <= 91)
        return short, "short pool"
    return (), "seasonal"


def _naive(panel: Panel, known: np.ndarray, rung: str, notes: list[str]) -> DayForecast:
    """Repeat the row one season before, or the last known one, with bands from the naive's own past errors."""
    season = panel.season_rows
    row = len(panel.days) - 1
    if row >= season and known[row - season]:
        source = row - season
    else:
        source, rung = int(np.flatnonzero(known[:row])[-1]), "last day"
        notes = [*notes, f"no known value one season before: repeats {panel.days[source]}"]
    values = filled(panel.target, season)
    lag = row - source
    past = (panel.target[lag:row] - panel.target[: row - lag])[-intervals.HISTORY_ROWS :]
    size = np.abs(past[np.isfinite(past).all(axis=1)])
    spread = size.mean(axis=0) if len(size) else np.full(panel.slots, np.nanstd(panel.target[known]))
    spread = np.maximum(spread, 0.05 * np.abs(values[source]) + 1e-6)
    standard = intervals.laplace_quantiles()
    bands = values[source][:, None] + spread[:, None] * standard
    nothing = np.empty((0, panel.slots))
    return DayForecast(values[source].copy(), bands, rung, tuple(notes), {}, nothing)
