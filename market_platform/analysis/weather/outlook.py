"""What a weather forecast means for wind and solar plants: output as a part of capacity.

Solar: pvlib. A plant tilted by 25° to the south; sky irradiance of the three published parts (isotropic), cells by the
Faiman model, PVWatts' direct current with -0.4 % a degree, 14 % losses, a direct-to-alternating ratio of 1.2.
Wind: a generic curve of a modern turbine on land: nothing under 3 m/s, cubic to the rating at 12, cut out at 25.
Both are simple on purpose: a plant's own curve belongs to its owner.
"""

import numpy as np
import pandas as pd

TILT_DEGREES, SOUTH_DEGREES = 25.0, 180.0
LOSSES = 0.14
DC_TO_AC = 1.2
PER_DEGREE = -0.004
CUT_IN_M_PER_S, RATED_M_PER_S, CUT_OUT_M_PER_S = 3.0, 12.0, 25.0


def solar_output(weather: pd.DataFrame, latitude: float, longitude: float) -> np.ndarray:
    """Return alternating-current output by capacity (0 to 1) of each hour.

    ``weather`` is indexed by the middle of the hours (UTC) and has ``irradiance``, ``direct_normal_irradiance``,
    ``diffuse_irradiance`` (W/m²), ``temperature`` (°C) and ``wind_speed`` (m/s).
    """
    import pvlib

    sun = pvlib.solarposition.get_solarposition(weather.index, latitude, longitude)
    plane = pvlib.irradiance.get_total_irradiance(
        TILT_DEGREES,
        SOUTH_DEGREES,
        sun["apparent_zenith"],
        sun["azimuth"],
        weather["direct_normal_irradiance"],
        weather["irradiance"],
        weather["diffuse_irradiance"],
    )["poa_global"].fillna(0.0)
    cell = pvlib.temperature.faiman(plane, weather["temperature"], weather["wind_speed"])
    direct = pvlib.pvsystem.pvwatts_dc(plane, cell, pdc0=DC_TO_AC, gamma_pdc=PER_DEGREE) * (1.0 - LOSSES)
    return np.clip(direct.to_numpy(), 0.0, 1.0)


def wind_output(wind_m_per_s: np.ndarray) -> np.ndarray:
    """Return output by capacity (0 to 1) at wind speeds at hub height."""
    cubes = (wind_m_per_s**3 - CUT_IN_M_PER_S**3) / (RATED_M_PER_S**3 - CUT_IN_M_PER_S**3)
    return np.where(wind_m_per_s >= CUT_OUT_M_PER_S, 0.0, np.clip(cubes, 0.0, 1.0))
