"""Strategies: how a battery acts when prices are not known yet, and how that scored on history."""

from market_platform.trading.strategies.backtest import (
    Backtest,
    GatePlan,
    Score,
    backtest,
    day_ahead_gates,
    first_leak,
    rolling_gates,
)
from market_platform.trading.strategies.offers import FixedCurve, Offer, PriceResponse, SelfSchedule
from market_platform.trading.strategies.risk_averse import risk_averse_schedule, scenarios_from_quantiles
from market_platform.trading.strategies.strategies import (
    DayAheadSchedule,
    Gate,
    RealTimeReoptimisation,
    StochasticSchedule,
    Strategy,
    Threshold,
    ValueOffers,
    error_response,
)
from market_platform.trading.strategies.view import AsOf, VersionedHistory, View

__all__ = [
    "AsOf",
    "Backtest",
    "DayAheadSchedule",
    "FixedCurve",
    "Gate",
    "GatePlan",
    "Offer",
    "PriceResponse",
    "RealTimeReoptimisation",
    "Score",
    "SelfSchedule",
    "StochasticSchedule",
    "Strategy",
    "Threshold",
    "ValueOffers",
    "VersionedHistory",
    "View",
    "backtest",
    "day_ahead_gates",
    "error_response",
    "first_leak",
    "risk_averse_schedule",
    "rolling_gates",
    "scenarios_from_quantiles",
]
