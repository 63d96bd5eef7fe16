"""The same engine on other series: corrections of the ISO's own load, wind and solar forecasts, gas basis and storage.

Each function returns a panel or a day's forecast of the one interface: issue, ladder, intervals and scores serve all.
"""

from dataclasses import replace

import numpy as np

from market_platform.forecasting.errors import UnusableData
from market_platform.forecasting.ladder import DayForecast, forecast_last_row
from market_platform.forecasting.members import Member
from market_platform.forecasting.panel import Panel

OWN = "iso_forecast"
NIGHT_ROWS = 28


def corrected_iso_forecast(
    panel: Panel, members: tuple[Member, ...], lowest_mw: float = 0.0, highest_mw: float = np.inf
) -> DayForecast:
    """Return the ISO's own forecast of the panel's last row, corrected by its forecast error.

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
    error = forecast_last_row(replace(panel, target=panel.target - own), members)
    value = np.clip(own[-1] + error.value, lowest_mw, highest_mw)
    bands = np.clip(own[-1][:, None] + error.quantiles, lowest_mw, highest_mw)
    dark = (own[-NIGHT_ROWS:] == 0).all(axis=0) & (np.nan_to_num(panel.target[-NIGHT_ROWS - 1 : -1]) <= 0).all(axis=0)
    value[dark], bands[dark] = 0.0, 0.0
    return replace(error, value=value, quantiles=bands)


def daily_panel(days: np.ndarray, value: np.ndarray, known_ahead: dict[str, np.ndarray] | None = None) -> Panel:
    """Return a panel of one number a gas day (basis, receipts): (rows,) arrays, the last row to be forecast."""
    return Panel(days, value[:, None], {name: values[:, None] for name, values in (known_ahead or {}).items()})


def weekly_panel(days: np.ndarray, change_bcf: np.ndarray, known_ahead: dict[str, np.ndarray] | None = None) -> Panel:
    """Return a panel of one number a storage week (change in bcf), the season being 52 weeks; ``days`` 7 apart."""
    ahead = {name: values[:, None] for name, values in (known_ahead or {}).items()}
    return Panel(days, change_bcf[:, None], ahead, season_rows=52, step_days=7)
