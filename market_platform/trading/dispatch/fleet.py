"""A fleet's batteries as arrays: one row is one battery on one horizon (a battery-day, a battery-year)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

COLUMNS = (
    "charge_mw",
    "discharge_mw",
    "soc_min_mwh",
    "soc_max_mwh",
    "soc_start_mwh",
    "charge_efficiency",
    "discharge_efficiency",
    "charge_cost_usd_per_mwh",
    "discharge_cost_usd_per_mwh",
    "soc_end_min_mwh",
    "soc_end_max_mwh",
    "terminal_value_usd_per_mwh",
)


@dataclass(frozen=True)
class Fleet:
    """Batteries by row. ``table`` has shape (batteries, len(COLUMNS)).

    Power and throughput costs are at the grid connection, SOC is stored energy: charging 1 MWh stores
    ``charge_efficiency`` MWh, taking 1 MWh out of the store delivers ``discharge_efficiency`` MWh.
    """

    table: np.ndarray

    @classmethod
    def of(
        cls, *, power_mw: ArrayLike | None = None, energy_mwh: ArrayLike | None = None, **columns: ArrayLike
    ) -> "Fleet":
        """Build a fleet from scalars or arrays of equal length, one per battery.

        ``power_mw`` sets both directions and ``energy_mwh`` the upper SOC limit. Defaults: empty at the start, free at
        the end (``soc_end_mwh`` sets an exact target, ``soc_end_min_mwh`` a floor), lossless, no costs, no end value.
        """
        unknown = set(columns) - set(COLUMNS) - {"soc_end_mwh"}
        if unknown:
            raise ValueError(f"unknown battery columns {sorted(unknown)}: use {COLUMNS}")
        asked = {"charge_mw": power_mw, "discharge_mw": power_mw, "soc_max_mwh": energy_mwh} | columns
        given = {name: np.atleast_1d(np.asarray(value)) for name, value in asked.items() if value is not None}
        target = given.pop("soc_end_mwh", None)
        missing = {"charge_mw", "discharge_mw", "soc_max_mwh"} - set(given)
        if missing:
            raise ValueError(f"a battery needs power and energy: {sorted(missing)} missing")
        soc_min = given.setdefault("soc_min_mwh", np.zeros(1))
        given.setdefault("soc_start_mwh", soc_min)
        given.setdefault("soc_end_min_mwh", soc_min if target is None else target)
        given.setdefault("soc_end_max_mwh", given["soc_max_mwh"] if target is None else target)
        lossless = {"charge_efficiency": 1.0, "discharge_efficiency": 1.0}
        return cls._stacked([given.get(name, np.array([lossless.get(name, 0.0)])) for name in COLUMNS])

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str) -> np.ndarray:
        """Return one column, shape (batteries,)."""
        return self.table[:, COLUMNS.index(name)]

    def replace(self, **columns: ArrayLike) -> "Fleet":
        """Return a fleet with some columns replaced (scalars or one value per battery); rows broadcast."""
        return self._stacked([np.atleast_1d(np.asarray(columns.get(name, self.column(name)))) for name in COLUMNS])

    @classmethod
    def _stacked(cls, columns: list[np.ndarray]) -> "Fleet":
        fleet = cls(np.ascontiguousarray(np.stack(np.broadcast_arrays(*columns), axis=1), dtype=np.float64))
        fleet.check()
        return fleet

    def check(self) -> None:
        """Raise ValueError naming the first battery whose numbers cannot be."""
        c = {name: self.column(name) for name in COLUMNS}
        rules = {
            "every number is finite": np.isfinite(self.table).all(axis=1),
            "power >= 0": (c["charge_mw"] >= 0) & (c["discharge_mw"] >= 0),
            "soc_min <= soc_max": c["soc_min_mwh"] <= c["soc_max_mwh"],
            "soc_min <= soc_start <= soc_max": (c["soc_min_mwh"] <= c["soc_start_mwh"])
            & (c["soc_start_mwh"] <= c["soc_max_mwh"]),
            "soc_min <= soc_end_min <= soc_end_max <= soc_max": (c["soc_min_mwh"] <= c["soc_end_min_mwh"])
            & (c["soc_end_min_mwh"] <= c["soc_end_max_mwh"])
            & (c["soc_end_max_mwh"] <= c["soc_max_mwh"]),
            "0 < efficiency <= 1": (c["charge_efficiency"] > 0)
            & (c["charge_efficiency"] <= 1)
            & (c["discharge_efficiency"] > 0)
            & (c["discharge_efficiency"] <= 1),
            "throughput costs >= 0": (c["charge_cost_usd_per_mwh"] >= 0) & (c["discharge_cost_usd_per_mwh"] >= 0),
        }
        for rule, holds in rules.items():
            if not holds.all():
                row = int(np.argmin(holds))
                raise ValueError(f"battery {row} breaks '{rule}': {dict(zip(COLUMNS, self.table[row], strict=True))}")
