"""The same engine on other series: corrections of the ISO's own load, wind and solar forecasts, gas basis and storage.

Each function returns a panel or a day's forecast of the one interface: issue, ladder, intervals and scores serve all.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from market_platform.forecasting.errors import UnusableData
from market_platform.forecasting.intervals import laplace_quantiles
from market_platform.forecasting.kept import Kept
from market_platform.forecasting.ladder import SHORT_ROWS, DayForecast, forecast_last_row
from market_platform.forecasting.members import Member
from market_platform.forecasting.panel import Panel

OWN = "iso_forecast"
NIGHT_ROWS = 28
UNSEEN_SHARE = 0.05  # of the forecast: mean absolute error assumed before a single one is known
LEAST_SHARE = 0.005


def corrected_iso_forecast(
    panel: Panel,
    members: tuple[Member, ...],
    lowest_mw: float = 0.0,
    highest_mw: float = np.inf,
    stored: Mapping[str, np.ndarray] | None = None,
    kept: dict[str, Kept] | None = None,
) -> DayForecast:
    """Return the ISO's own forecast of the panel's last row, corrected by its forecast error.

    Where the history does not reach a model the ISO's forecast stands as it is, on the rung ``iso``. ``stored`` and
    ``kept`` are as in `forecast_last_row`, of the error in MW.

    ``panel.target`` is the actual in MW, ``panel.known_ahead["iso_forecast"]`` what the ISO said at the gate; further
    forecasts known ahead (weather) may stand beside it. The result stays between ``lowest_mw`` and ``highest_mw``; a
    slot in which neither forecast nor recent actuals ever left zero (solar at night) stays zero.
    """
    if OWN not in panel.known_ahead:
        msg = f"known_ahead has {sorted(panel.known_ahead)}: {OWN!r} is needed to be corrected"
        raise UnusableData(msg)
    own = panel.known_ahead[OWN]
    if np.isnan(own[-1]).any():
        msg = f"the ISO's forecast for {panel.days[-1]} is not complete: wait for it, there is nothing to correct"
        raise UnusableData(msg)
    error = _error_of(replace(panel, target=panel.target - own), own[-1], members, stored, kept)
    value = np.clip(own[-1] + error.value, lowest_mw, highest_mw)
    bands = np.clip(own[-1][:, None] + error.quantiles, lowest_mw, highest_mw)
    dark = (own[-NIGHT_ROWS:] == 0).all(axis=0) & (np.nan_to_num(panel.target[-NIGHT_ROWS - 1 : -1]) <= 0).all(axis=0)
    value[dark], bands[dark] = 0.0, 0.0
    past = error.past
    if past is not None:
        said = own[np.searchsorted(panel.days, past.days)]
        past = replace(
            past,
            value=np.clip(past.value + said, lowest_mw, highest_mw),
            quantiles=np.clip(past.quantiles + said[:, :, None], lowest_mw, highest_mw),
        )
    return replace(error, value=value, quantiles=bands, past=past)


def _error_of(
    panel: Panel,
    own: np.ndarray,
    members: tuple[Member, ...],
    stored: Mapping[str, np.ndarray] | None,
    kept: dict[str, Kept] | None,
) -> DayForecast:
    """Return the forecast of the ISO's error; below the models none is expected, with bands of the errors known so far."""
    known = panel.target[:-1][~np.isnan(panel.target[:-1]).any(axis=1)]
    if len(known) >= SHORT_ROWS:
        found = forecast_last_row(panel, members, stored, kept)
        if found.past is not None:
            return found
    size = np.abs(known).mean(axis=0) if len(known) else UNSEEN_SHARE * np.abs(own)
    size = np.maximum(size, LEAST_SHARE * np.abs(own) + 1e-6)
    note = f"{len(known)} known days of the ISO's error: {SHORT_ROWS} are needed to correct it, it stands as issued"
    bands = size[:, None] * laplace_quantiles()
    return DayForecast(np.zeros_like(own), bands, "iso", (note,), {}, np.empty((0, panel.slots)))


def daily_panel(days: np.ndarray, value: np.ndarray, known_ahead: dict[str, np.ndarray] | None = None) -> Panel:
    """Return a panel of one number a gas day (basis, receipts): (rows,) arrays, the last row to be forecast."""
    return Panel(days, value[:, None], {name: values[:, None] for name, values in (known_ahead or {}).items()})


def weekly_panel(days: np.ndarray, change_bcf: np.ndarray, known_ahead: dict[str, np.ndarray] | None = None) -> Panel:
    """Return a panel of one number a storage week (change in bcf), the season being 52 weeks; ``days`` 7 apart."""
    ahead = {name: values[:, None] for name, values in (known_ahead or {}).items()}
    return Panel(days, change_bcf[:, None], ahead, season_rows=52, step_days=7)
