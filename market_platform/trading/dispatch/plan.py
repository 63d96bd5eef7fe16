"""The plan that every engine returns: complete, with its proven bound. Frames wrap the arrays here and nowhere else."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market_platform.errors import Infeasible


@dataclass(frozen=True)
class Plan:
    """A complete plan. Shapes: power (rows, intervals) at the grid, SOC (rows, intervals + 1), value (rows,).

    ``value_usd`` is the objective: sales - purchases - throughput cost + terminal value of the last SOC.
    ``bound_usd`` is a proven upper bound; ``gap_usd`` = bound - value is 0 for the exact engines.
    """

    charge_mw: np.ndarray
    discharge_mw: np.ndarray
    soc_mwh: np.ndarray
    value_usd: np.ndarray
    bound_usd: np.ndarray

    @property
    def net_mw(self) -> np.ndarray:
        """Power into the grid: discharge - charge."""
        return self.discharge_mw - self.charge_mw

    @property
    def gap_usd(self) -> np.ndarray:
        """How far from the optimum the plan may be at most."""
        return self.bound_usd - self.value_usd

    def frame(self, interval_start: pd.DatetimeIndex, row: int = 0) -> pd.DataFrame:
        """Return one row's plan by UTC interval start, with the SOC at the end of each interval."""
        return pd.DataFrame(
            {
                "interval_start": interval_start,
                "charge_mw": self.charge_mw[row],
                "discharge_mw": self.discharge_mw[row],
                "net_mw": self.net_mw[row],
                "soc_end_mwh": self.soc_mwh[row, 1:],
            }
        )


def empty_plan(rows: int, intervals: int) -> Plan:
    """Return a plan to be filled; its bound is its value, as for an exact engine."""
    value = np.empty(rows)
    return Plan(np.empty((rows, intervals)), np.empty((rows, intervals)), np.empty((rows, intervals + 1)), value, value)


def refuse_unreachable(value_usd: np.ndarray) -> None:
    """Raise Infeasible if any row has no plan (value NaN)."""
    lost = np.flatnonzero(np.isnan(value_usd))
    if lost.size:
        raise Infeasible(
            f"{lost.size} of {value_usd.size} rows cannot reach their end SOC in time, first row {lost[0]}: "
            "relax soc_end, lengthen the horizon or raise power"
        )
