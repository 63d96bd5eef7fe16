"""Dispatch engines: what a battery should do at given prices, and what its stored energy is worth."""

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
