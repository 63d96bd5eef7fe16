"""Spark spreads: what a gas plant earns per MWh before and after carbon.

Gas is priced on the higher heating value, and so is the heat rate wanted here; an engine's efficiency is usually quoted
on the lower one, about a tenth apart. Emission factor: 53.06 kg CO2 per MMBtu of gas (HHV), as in the facts.
"""

import numpy as np

from market_platform.markets.carbon_units import CarbonPrice, Ton

CO2_METRIC_TONS_PER_MMBTU = 0.05306
MMBTU_PER_MWH = 1.0 / 0.293071


def heat_rate_mmbtu_per_mwh(efficiency_hhv: float) -> float:
    """Return the heat rate of a plant of that efficiency on the higher heating value."""
    return MMBTU_PER_MWH / efficiency_hhv


def spark_spread_usd_per_mwh(power: np.ndarray, gas_usd_per_mmbtu: np.ndarray, heat_rate: float) -> np.ndarray:
    """Return power less fuel, USD/MWh; ``heat_rate`` in MMBtu/MWh."""
    return power - heat_rate * gas_usd_per_mmbtu


def clean_spark_spread_usd_per_mwh(
    power: np.ndarray, gas_usd_per_mmbtu: np.ndarray, heat_rate: float, carbon: CarbonPrice
) -> np.ndarray:
    """Return power less fuel and allowances, USD/MWh; the allowance price brings its own ton and is converted."""
    per_metric_ton = float(carbon.per(Ton.METRIC).usd)
    cost = CO2_METRIC_TONS_PER_MMBTU * heat_rate * per_metric_ton
    return spark_spread_usd_per_mwh(power, gas_usd_per_mmbtu, heat_rate) - cost
