"""Dispatch engines: what a battery should do at given prices, and what its stored energy is worth."""

from market_platform.trading.dispatch.cycles import cycle_limited_dispatch
from market_platform.trading.dispatch.exclusive import exclusive_dispatch
from market_platform.trading.dispatch.fleet import COLUMNS, Fleet
from market_platform.trading.dispatch.optimal import optimal_dispatch
from market_platform.trading.dispatch.plan import Plan

__all__ = ["COLUMNS", "Fleet", "Plan", "cycle_limited_dispatch", "exclusive_dispatch", "optimal_dispatch"]
