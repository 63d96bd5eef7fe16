"""The arrays of the interior point of ``interior.py``. Every one has the intervals last, as the compiler needs them.

They stand apart from the steps: a change of fields is a change of type, which numba's cache does notice.
"""

from typing import NamedTuple

import numpy as np


class Shape(NamedTuple):
    """What the rows are made of: interval hours, product durations, counts, efficiencies, whether the end is fixed.

    ``upward`` products come first; ``capped`` is how many have a limit of their own, all of them or none.
    """

    hours: np.ndarray
    tau: np.ndarray
    upward: int
    capped: int
    charge_eff: float
    discharge_eff: float
    fixed_end: bool


class Point(NamedTuple):
    """Unknowns (awards and charge, SOC) with slacks and multipliers of the rows, or a step in all of them."""

    z: np.ndarray
    soc: np.ndarray
    slack: np.ndarray
    multiplier: np.ndarray


class Programs(NamedTuple):
    """The programs to be solved: costs of awards and charge, of the SOC, and what each unit of cost is in dollars.

    ``limit`` has the right-hand side of every row, one for all programs or one each; the battery is as in
    ``fleet.COLUMNS``, ``fixed_end`` says whether its end SOC is given.
    """

    cost_z: np.ndarray
    cost_soc: np.ndarray
    unit_usd: np.ndarray
    limit: np.ndarray
    battery: np.ndarray
    fixed_end: np.ndarray


class Answers(NamedTuple):
    """What is written for every row: power, SOC, awards, the value (NaN where it did not close) and its bound."""

    charge_mw: np.ndarray
    discharge_mw: np.ndarray
    soc_mwh: np.ndarray
    awards_mw: np.ndarray
    value_usd: np.ndarray
    bound_usd: np.ndarray


class Program(NamedTuple):
    """One of the programs."""

    cost_z: np.ndarray
    cost_soc: np.ndarray
    limit: np.ndarray
    battery: np.ndarray


class Work(NamedTuple):
    """Room to work in.

    By row of the program: activities, how far each is broken, weights, inverse slacks and multipliers. Then what is left
    of the costs, the factors (``eliminated`` by interval, inverse ``pivot`` and ``ratio`` of the SOC), one free line.
    """

    active: np.ndarray
    broken: np.ndarray
    weight: np.ndarray
    per_slack: np.ndarray
    per_multiplier: np.ndarray
    stray_z: np.ndarray
    stray_soc: np.ndarray
    eliminated: np.ndarray
    pivot: np.ndarray
    ratio: np.ndarray
    scratch: np.ndarray
