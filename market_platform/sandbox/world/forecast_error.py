"""What forecasters get wrong: errors that belong to the target moment and grow with the square root of the lead.

Most of an error is the same whoever issues it, scaled by lead: a later issue corrects an earlier one and does not
change its mind at random. A quarter (6 % of the variance) belongs to the issue. Typical size (one standard deviation) a
day ahead: load 1.7 % of load; wind 11 % of capacity in mid curve; solar 9 % of output.
"""

import numpy as np

from market_platform.sandbox.world.noise import smooth, streams

LOAD_ERROR_A_DAY_AHEAD = 0.017
WIND_ERROR_A_DAY_AHEAD = 0.11
SOLAR_ERROR_A_DAY_AHEAD = 0.09
_LONGEST_LEAD_HOURS = 168.0


def error_growth(lead_hours: np.ndarray) -> np.ndarray:
    """Return the size of an error relative to a day ahead: 0 at no lead, 1 at 24 hours, 2.6 at a week."""
    return np.sqrt(np.clip(lead_hours, 0.0, _LONGEST_LEAD_HOURS) / 24.0)


def relative_error(
    seed: int, market: str, quantity: str, names: list[str], hours: np.ndarray, lead_hours: np.ndarray, issue: int
) -> np.ndarray:
    """Return unit errors scaled by lead, shape (names, times); ``issue`` numbers the forecast (its local day)."""
    together = smooth(streams(["all"], seed, market, quantity, "error"), 11.0, hours)
    own = smooth(streams(names, seed, market, quantity, "error"), 7.0, hours)
    issued = smooth(streams(names, seed, market, quantity, "issue", issue), 9.0, hours)
    mixed = 0.78 * together + 0.57 * own
    return (0.968 * mixed + 0.25 * issued) * error_growth(lead_hours)


def load_with_error(load_mw: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Return forecast load."""
    return load_mw * (1.0 + LOAD_ERROR_A_DAY_AHEAD * error)


def wind_with_error(wind_mw: np.ndarray, capacity_mw: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Return forecast wind; the error is widest in mid curve and keeps a fifth of that at calm and at full output."""
    part = np.divide(wind_mw, capacity_mw, out=np.zeros_like(wind_mw), where=capacity_mw > 0)
    width = 0.2 + 3.2 * part * (1.0 - part)
    return np.clip(wind_mw + capacity_mw * WIND_ERROR_A_DAY_AHEAD * width * error, 0.0, capacity_mw)


def solar_with_error(solar_mw: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Return forecast solar: a part more or less, so night stays night."""
    return solar_mw * np.clip(1.0 + SOLAR_ERROR_A_DAY_AHEAD * error, 0.1, 1.9)
