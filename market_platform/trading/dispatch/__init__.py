"""Dispatch engines: what a battery should do at given prices, and what its stored energy is worth.

Both values of any price series ($/MWh; NumPy array, list or series; every finite number, of any sign and size):

    battery = Fleet.of(power_mw=1, energy_mwh=4, charge_efficiency=0.9, soc_start_mwh=0, soc_end_mwh=0)
    optimal_dispatch(battery, prices, hours=1.0).value_usd[0]    # the plain LP's, by slope merge
    exclusive_dispatch(battery, prices, hours=1.0).value_usd[0]  # never charging and discharging at once

``hours`` is 1/12 for five minutes. The plain LP is the higher one where it burns energy at negative prices; without those
the two are the same. NaN and infinite prices are refused by place (ValueError), targets out of reach too (Infeasible).
"""

from market_platform.trading.dispatch.ancillary import AncillaryPlan, AncillaryProduct, ancillary_dispatch
from market_platform.trading.dispatch.cycles import cycle_limited_dispatch
from market_platform.trading.dispatch.exclusive import exclusive_dispatch
from market_platform.trading.dispatch.fleet import COLUMNS, Fleet
from market_platform.trading.dispatch.joint import JointPlan, joint_dispatch
from market_platform.trading.dispatch.lattice import PowerCurve, lattice_dispatch
from market_platform.trading.dispatch.offers import OfferCurve, ValueFunction, offer_curve, value_functions
from market_platform.trading.dispatch.optimal import optimal_dispatch
from market_platform.trading.dispatch.plan import Plan

__all__ = [
    "COLUMNS",
    "AncillaryPlan",
    "AncillaryProduct",
    "Fleet",
    "JointPlan",
    "OfferCurve",
    "Plan",
    "PowerCurve",
    "ValueFunction",
    "ancillary_dispatch",
    "cycle_limited_dispatch",
    "exclusive_dispatch",
    "joint_dispatch",
    "lattice_dispatch",
    "offer_curve",
    "optimal_dispatch",
    "value_functions",
]
