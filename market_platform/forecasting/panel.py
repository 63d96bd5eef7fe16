"""Whole market days as arrays: the one form of data that every forecast model reads.

A panel has one row per market day (or gas day, or storage week) and a fixed number of slots per row: 24 local hours for
hourly prices, 1 for a daily or weekly number. `hours.py` turns UTC intervals with their 23-, 24- and 25-hour days
into slots and back.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from market_platform.forecasting.errors import UnusableData


@dataclass(frozen=True)
class Panel:
    """One location's history.

    days: consecutive ``datetime64[D]``, one per row (``step_days`` apart). target: (rows, slots), NaN where unknown.
    known_ahead: per name (rows, slots), published before the gate of the row's day (load, wind, solar forecasts).
    known_after: per name (rows, slots), known only once the day is over (actual load, gas settlement): lagged use only.
    holiday: (rows,) bool. season_rows: rows after which the pattern repeats (7 days of a week, 52 storage weeks).
    """

    days: np.ndarray
    target: np.ndarray
    known_ahead: dict[str, np.ndarray] = field(default_factory=dict)
    known_after: dict[str, np.ndarray] = field(default_factory=dict)
    holiday: np.ndarray | None = None
    season_rows: int = 7
    step_days: int = 1

    def __post_init__(self) -> None:
        """Refuse shapes and calendars that do not fit together."""
        rows = len(self.days)
        for name, values in {"target": self.target, **self.known_ahead, **self.known_after}.items():
            if values.shape != self.target.shape or len(values) != rows:
                msg = f"panel: {name} has shape {values.shape}, not {(rows, self.target.shape[1])}; align it by day"
                raise UnusableData(msg)
        if rows > 1 and not (np.diff(self.days).astype(int) == self.step_days).all():
            msg = f"panel: rows must be {self.step_days} day(s) apart and in order; put unknown days in as NaN"
            raise UnusableData(msg)

    @property
    def slots(self) -> int:
        """Return the values per row: 24 for hours, 1 for a daily or weekly number."""
        return self.target.shape[1]

    @property
    def holidays(self) -> np.ndarray:
        """Return the holiday marks, all False where no calendar was given."""
        return np.zeros(len(self.days), dtype=bool) if self.holiday is None else self.holiday

    def rows(self, chosen: slice) -> "Panel":
        """Return a run of rows as a panel of its own."""
        return replace(
            self,
            days=self.days[chosen],
            target=self.target[chosen],
            known_ahead={name: values[chosen] for name, values in self.known_ahead.items()},
            known_after={name: values[chosen] for name, values in self.known_after.items()},
            holiday=None if self.holiday is None else self.holiday[chosen],
        )

    def as_issued(self, row: int) -> "Panel":
        """Return what is known at the gate of day ``row``: its target and everything after it are gone."""
        seen = self.rows(slice(0, row + 1))
        hidden = {name: _last_row_unknown(values) for name, values in seen.known_after.items()}
        return replace(seen, target=_last_row_unknown(seen.target), known_after=hidden)


def _last_row_unknown(values: np.ndarray) -> np.ndarray:
    copy = values.astype(float, copy=True)
    copy[-1] = np.nan
    return copy
