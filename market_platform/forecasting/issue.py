"""Issue a day's forecast: from frames known at the issue time to rows with provenance, hour by hour in UTC.

The engine has no clock and no store: `issue_time` is an argument, and the frames must come from an as-of read at it.
`Panel.as_issued` hides the day's own values even where a caller passes them.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.forecasting import scenarios
from market_platform.forecasting.calendars import holiday_marks
from market_platform.forecasting.errors import UnusableData
from market_platform.forecasting.hours import day_slots, hours_of_day, market_days
from market_platform.forecasting.ladder import MAX_ROWS, DayForecast, forecast_last_row
from market_platform.forecasting.members import Member, standard_pool, standard_pool_table
from market_platform.forecasting.panel import Panel

ENGINE = "4"
QUANTILE_COLUMNS = [f"q{level:02d}" for level in range(1, 100)]


@dataclass(frozen=True)
class Request:
    """What to forecast, for which market day, known as of when.

    ``replaces_late_inputs`` marks a forecast issued again because an input came after the first issue.
    """

    location: str
    quantity: str
    day: date
    zone: ZoneInfo
    issue_time: datetime
    calendar: str = "NONE"
    replaces_late_inputs: bool = False

    def __post_init__(self) -> None:
        """Refuse a naive issue time."""
        if self.issue_time.tzinfo is None:
            msg = f"issue time {self.issue_time} has no zone: pass an aware UTC time"
            raise UnusableData(msg)


def panel_from_frames(
    request: Request,
    target: pd.DataFrame,
    known_ahead: dict[str, pd.DataFrame] | None = None,
    known_after: dict[str, pd.DataFrame] | None = None,
) -> Panel:
    """Return the panel that ends with the day to be forecast, its own target unknown.

    Every frame has ``interval_start`` (UTC, hours or parts of hours) and ``value``. Raises UnusableData for an empty or
    contradictory target.
    """
    past = target[_local_day(target["interval_start"], request.zone) < request.day]
    if past.empty:
        msg = f"{request.location}: no {request.quantity} before {request.day}; load a history first"
        raise UnusableData(msg)
    begin = _local_day(past["interval_start"], request.zone).min()
    begin = max(begin, request.day - timedelta(days=MAX_ROWS))
    days = market_days(begin, request.day)

    def slots(frame: pd.DataFrame, name: str) -> np.ndarray:
        return day_slots(frame["interval_start"], frame["value"], request.zone, days, f"{request.location} {name}")

    return Panel(
        days,
        slots(past, request.quantity),
        {name: slots(frame, name) for name, frame in (known_ahead or {}).items()},
        {name: slots(frame, name) for name, frame in (known_after or {}).items()},
        holiday_marks(days, request.calendar),
    )


def issue(panel: Panel, request: Request, members: tuple[Member, ...] | None = None) -> pd.DataFrame:
    """Return one row per hour of the day (23, 24 or 25) with value, quantiles and provenance.

    Columns: issue_time, location, quantity, market_day, interval_start, interval_end, value, q01…q99, model, version,
    inputs_hash, rung, notes, reissued. Raises TooLittleData or UnusableData; never returns NaN.
    """
    day = forecast_last_row(panel, members or standard_pool())
    return rows_of(day, panel, request)


def rows_of(day: DayForecast, panel: Panel, request: Request) -> pd.DataFrame:
    """Return the rows of a forecast that `forecast_last_row` has made."""
    starts, slots = hours_of_day(request.day, request.zone)
    rows = pd.DataFrame(
        {
            "issue_time": pd.Timestamp(request.issue_time).tz_convert("UTC"),
            "location": request.location,
            "quantity": request.quantity,
            "market_day": request.day,
            "interval_start": starts,
            "interval_end": starts + pd.Timedelta(hours=1),
            "value": day.value[slots],
            "model": day.rung,
            "version": version(),
            "inputs_hash": inputs_hash(panel),
            "rung": day.rung,
            "notes": "; ".join(day.notes),
            "reissued": request.replaces_late_inputs,
        }
    )
    bands = pd.DataFrame(day.quantiles[slots], columns=QUANTILE_COLUMNS)
    return pd.concat([rows, bands], axis=1)


@cache
def version() -> str:
    """Return the version that a forecast carries: of the engine, and a digest of the pool's settings as landed."""
    settings = standard_pool_table().to_csv(index=False).encode()
    return f"{ENGINE}-{hashlib.sha256(settings).hexdigest()[:8]}"


def issue_scenarios(
    panel: Panel, request: Request, count: int, seed: int, members: tuple[Member, ...] | None = None
) -> np.ndarray:
    """Return equally likely paths (count, 23–25 hours) of the day for the bid engine.

    Raises TooLittleData where the history does not yet show how hours move together.
    """
    day = forecast_last_row(panel, members or standard_pool())
    correlation = scenarios.dependence(day.past_ranks)
    _, slots = hours_of_day(request.day, request.zone)
    return scenarios.paths(day.quantiles, correlation, count, seed)[:, slots]


def inputs_hash(panel: Panel) -> str:
    """Return the SHA-256 of everything that a forecast of the panel's last row may read."""
    seen = panel.as_issued(len(panel.days) - 1)
    digest = hashlib.sha256(seen.days.astype("datetime64[D]").astype("<i8").tobytes())
    for name, values in [("target", seen.target), *seen.known_ahead.items(), *seen.known_after.items()]:
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
    digest.update(seen.holidays.tobytes())
    return digest.hexdigest()


def _local_day(starts: pd.Series, zone: ZoneInfo) -> pd.Series:
    return pd.to_datetime(starts, utc=True).dt.tz_convert(zone).dt.date
