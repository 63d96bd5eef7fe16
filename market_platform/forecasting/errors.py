"""The refusals of the forecasting engine: a caller can tell too little data from wrong data."""

from market_platform.errors import Infeasible


class TooLittleData(Infeasible):
    """Not even the lowest rung of the ladder can be reached with this history."""


class UnusableData(Infeasible):
    """The history contradicts itself or misses what the day to be forecast needs."""
