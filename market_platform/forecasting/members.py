"""The members of the pool: which family on which local scale with which settings, read from one table.

`pool_settings.csv` holds every number, chosen once on the data before the benchmark's test years (`tuning.py`)
and used unchanged for every market. Columns: member, family, parameter, value; a member `*` holds what all members of its
family share. The boosting member stands on a drifting kernel of these shared settings.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from market_platform.forecasting.features import Inputs
from market_platform.forecasting.kept import Kept
from market_platform.forecasting.models import boosting, drifting_kernel, hourly_kernel, kernel, lasso, network

BLOCK_ROWS = {"kernel": 91, "network": 182, "boosting": 56, "hourly_kernel": 28, "drifting_kernel": 56}
SHARED, DRIFTING = "*", "drifting_kernel"
Setting = (
    kernel.KernelSetting
    | lasso.LassoSetting
    | network.NetworkSetting
    | boosting.BoostingSetting
    | hourly_kernel.HourlyKernelSetting
    | drifting_kernel.DriftingKernelSetting
)


@dataclass(frozen=True)
class Member:
    """One model of the pool; ``window`` is the number of rows of its local scale."""

    name: str
    family: str
    window: int
    setting: Setting

    def rolling(
        self, inputs: Inputs, known: np.ndarray, first: int, ordinal: np.ndarray, kept: Kept | None = None
    ) -> np.ndarray:
        """Return forecasts (rows − first, slots) in the units of the target for rows ``first`` to the last.

        ``ordinal`` (rows,) counts rows from a fixed day, so that blocks are the same in every run. ``kept`` is what the
        model kept of its last run, and is written anew.
        """
        if isinstance(self.setting, lasso.LassoSetting):
            normalised = lasso.rolling(inputs, known, first, self.setting, kept)
        else:
            block_of = ordinal // BLOCK_ROWS[self.family]
            if isinstance(self.setting, kernel.KernelSetting):
                normalised = kernel.rolling(inputs, known, first, self.setting, block_of)
            elif isinstance(self.setting, network.NetworkSetting):
                normalised = network.rolling(inputs, known, first, self.setting, block_of, kept)
            elif isinstance(self.setting, hourly_kernel.HourlyKernelSetting):
                normalised = hourly_kernel.rolling(inputs, known, first, self.setting, block_of)
            elif isinstance(self.setting, drifting_kernel.DriftingKernelSetting):
                normalised = drifting_kernel.rolling(inputs, known, first, self.setting, block_of)
            else:
                normalised = boosting.rolling(inputs, known, first, self.setting, block_of, kept)
        return inputs.scale.rows(first).undo(normalised)


@cache
def standard_pool() -> tuple[Member, ...]:
    """Return the pool as landed."""
    return pool_from_table(standard_pool_table())


def standard_pool_table() -> pd.DataFrame:
    """Return the settings as landed, one row per member and parameter."""
    with files("market_platform.forecasting").joinpath("pool_settings.csv").open() as table:
        return pd.read_csv(table)


def pool_from_table(table: pd.DataFrame) -> tuple[Member, ...]:
    """Return the members of a settings table (member, family, parameter, value)."""
    shared: dict[str, dict[str, float]] = {}
    members = []
    for (name, family), rows in table.groupby(["member", "family"], sort=False):
        values = dict(zip(rows["parameter"], rows["value"].astype(float), strict=True))
        if name == SHARED:
            shared[str(family)] = values
            continue
        values = shared.get(DRIFTING if family == "boosting" else str(family), {}) | values
        members.append(Member(str(name), str(family), int(values.pop("window")), _setting(str(family), values)))
    return tuple(members)


def _setting(family: str, values: dict[str, float]) -> Setting:
    distance = {key.partition(":")[2]: value for key, value in values.items() if key.startswith("distance:")}
    linear = {key.partition(":")[2]: value for key, value in values.items() if key.startswith("linear:")}
    plain = {key: value for key, value in values.items() if ":" not in key}
    if family == "kernel":
        history = int(plain.get("history_rows", kernel.LONGEST_HISTORY_ROWS))
        return kernel.KernelSetting(distance, linear, plain["noise"], plain["memory_rows"], plain["tail"], history)
    if family == "lasso":
        return lasso.LassoSetting(plain["penalty"], plain["ridge"], plain["memory_rows"])
    if family == "hourly_kernel":
        own = (plain["noise"], plain["day_noise"], plain["tail"], int(plain["history_rows"]))
        return hourly_kernel.HourlyKernelSetting(distance, linear, *own)
    if family == "network":
        return network.NetworkSetting(distance)
    shared = ("noise", "tail", "lasting", "passing", "passing_rows", "level", "level_rows")
    drifting = drifting_kernel.DriftingKernelSetting(
        distance,
        linear,
        **{name: plain[name] for name in shared},
        history_rows=int(plain["history_rows"]),
        straight=bool(plain.get("straight", 0)),
    )
    return drifting if family == DRIFTING else boosting.BoostingSetting(drifting)
