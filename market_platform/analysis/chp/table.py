"""The table of facilities: what a row says, and the facility and tariff that come of it.

``gas_hub`` blank means Henry Hub, as an estimate; ``programme`` blank means that no allowances are bought.

Efficiencies are on the higher heating value, on which gas is sold (an engine's sheet usually quotes the lower one,
about a tenth higher). ``night_share`` is the part of the demands that remains from 22:00 to 06:00 local time.
``import_adder_usd_per_mwh`` is what the tariff puts on the market's price, ``export_discount_usd_per_mwh`` what it takes
off for sales; ``gas_adder_usd_per_mmbtu`` brings gas from the hub to the plant. ``dump_allowed`` 0 means that the engine
gives no more heat than is wanted.
"""

from dataclasses import MISSING, dataclass, field, fields
from typing import Any

import numpy as np
import pandas as pd

from market_platform.analysis.chp.facility import Facility, Tariff
from market_platform.analysis.gas.spark import CO2_METRIC_TONS_PER_MMBTU, MMBTU_PER_MWH
from market_platform.errors import SettingsError

NIGHT_FROM, NIGHT_TO = 22, 6


@dataclass(frozen=True)
class Plant:
    """One row of the table."""

    facility: str
    market: str
    location: str
    maximum_mw: float
    minimum_mw: float
    electric_efficiency: float
    high_heat_efficiency: float
    low_heat_efficiency: float
    boiler_efficiency: float
    power_demand_mw: float
    high_heat_mw: float
    low_heat_mw: float
    gas_hub: str = ""
    programme: str = ""
    boiler_maximum_mw: float = float("inf")
    start_cost_usd: float = 0.0
    minimum_up_hours: int = 1
    minimum_down_hours: int = 1
    night_share: float = 1.0
    import_adder_usd_per_mwh: float = 0.0
    export_discount_usd_per_mwh: float = 0.0
    gas_adder_usd_per_mmbtu: float = 0.0
    dump_allowed: int = 1
    engine: Facility = field(init=False)

    def __post_init__(self) -> None:
        """Build the engine. Raises SettingsError naming the facility where the row cannot be."""
        if not 0 <= self.night_share <= 1 or self.dump_allowed not in (0, 1):
            raise SettingsError(
                f"facilities: {self.facility}: night_share lies between 0 and 1, dump_allowed is 0 or 1"
            )
        try:
            engine = Facility(
                self.maximum_mw, self.minimum_mw, self.electric_efficiency, self.high_heat_efficiency,
                self.low_heat_efficiency, self.boiler_efficiency, self.boiler_maximum_mw, self.start_cost_usd,
                int(self.minimum_up_hours), int(self.minimum_down_hours), CO2_METRIC_TONS_PER_MMBTU * MMBTU_PER_MWH,
                bool(self.dump_allowed),
            )  # fmt: skip
        except ValueError as error:
            raise SettingsError(f"facilities: {self.facility}: {error}") from error
        object.__setattr__(self, "engine", engine)

    def tariff(self, hours: pd.DataFrame) -> Tariff:
        """Return the tariff of hours with ``local_hour``, ``power``, ``gas`` and ``carbon`` (USD a MWh, MMBtu, ton)."""
        night = (hours["local_hour"] >= NIGHT_FROM) | (hours["local_hour"] < NIGHT_TO)
        part = np.where(night, self.night_share, 1.0)
        power = hours["power"].to_numpy(float)
        return Tariff(
            import_price_usd_per_mwh=power + self.import_adder_usd_per_mwh,
            export_price_usd_per_mwh=power - self.export_discount_usd_per_mwh,
            gas_price_usd_per_mwh=(hours["gas"].to_numpy(float) + self.gas_adder_usd_per_mmbtu) * MMBTU_PER_MWH,
            power_demand_mw=self.power_demand_mw * part,
            high_heat_mw=self.high_heat_mw * part,
            low_heat_mw=self.low_heat_mw * part,
            carbon_price_usd_per_tonne=hours["carbon"].to_numpy(float),
        )


COLUMNS = [one.name for one in fields(Plant) if one.init]
REQUIRED = [one.name for one in fields(Plant) if one.init and one.default is MISSING]
TEXTS = ("facility", "market", "location", "gas_hub", "programme")


def plants(table: pd.DataFrame) -> list[Plant]:
    """Return the facilities of a table. Raises SettingsError naming the column or the row that is wrong."""
    unknown, missing = sorted(set(table) - set(COLUMNS)), sorted(set(REQUIRED) - set(table))
    if unknown or missing:
        raise SettingsError(
            f"facilities: columns {unknown} are unknown and {missing} are missing; wanted are {', '.join(COLUMNS)}"
        )
    if table["facility"].duplicated().any():
        raise SettingsError("facilities: a facility stands in the table twice")
    return [_plant(row) for row in table.to_dict("records")]


def _plant(row: dict[str, Any]) -> Plant:
    values: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or value == "" or pd.isna(value):
            continue
        try:
            values[str(name)] = str(value) if name in TEXTS else float(value)
        except ValueError as error:
            raise SettingsError(f"facilities: {row['facility']}: {name} = {value!r} is not a number") from error
    lacking = [name for name in REQUIRED if name not in values]
    if lacking:
        raise SettingsError(f"facilities: {row.get('facility')}: {', '.join(lacking)} must not be blank")
    return Plant(**values)
