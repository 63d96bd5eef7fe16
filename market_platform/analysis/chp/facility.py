"""A facility with an engine, a boiler and a heat demand, and what an interval costs at a load.

Source of the model: the objective and limits in the facts (bidding-and-settlement, section 8): constant efficiencies,
high- and low-temperature heat, high let down to low, surplus dumped where that is allowed, the boiler covers the rest.
"""

from dataclasses import dataclass, replace

import numpy as np

from market_platform.errors import Infeasible

ROUNDING_MW = 1e-9


@dataclass(frozen=True)
class Facility:
    """Engine and boiler. Efficiencies are parts of the fuel's energy on one heating value, the one gas is priced on.

    ``minimum_up`` and ``minimum_down`` count intervals. ``co2_tonnes_per_mwh_fuel`` is metric. Where heat may not be
    dumped the engine gives no more of it than is wanted.
    """

    maximum_mw: float
    minimum_mw: float
    electric_efficiency: float
    high_heat_efficiency: float
    low_heat_efficiency: float
    boiler_efficiency: float
    boiler_maximum_mw: float = float("inf")
    start_cost_usd: float = 0.0
    minimum_up: int = 1
    minimum_down: int = 1
    co2_tonnes_per_mwh_fuel: float = 0.0
    heat_may_be_dumped: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be. Raises ValueError."""
        heat = self.high_heat_efficiency + self.low_heat_efficiency
        sound = 0 <= self.minimum_mw <= self.maximum_mw and 0 < self.electric_efficiency <= 1
        most = 1.1  # on the lower heating value what condenses gives more than all of the fuel's energy
        if not sound or self.electric_efficiency + heat > most or not 0 < self.boiler_efficiency <= most:
            msg = "loads must rise from minimum to maximum and efficiencies lie between 0 and 1.1 in all"
            raise ValueError(msg)
        if min(self.minimum_up, self.minimum_down) < 1:
            msg = "minimum up and down times count intervals, one at least"
            raise ValueError(msg)


@dataclass(frozen=True)
class Tariff:
    """Prices and demands by interval, arrays of one length; power is used on site first, the rest bought or sold.

    ``low_heat_mw`` is what is left to cover: less what other sources give, negative where they give too much. Demands
    are means over an interval of ``hours``.
    """

    import_price_usd_per_mwh: np.ndarray
    export_price_usd_per_mwh: np.ndarray
    gas_price_usd_per_mwh: np.ndarray
    power_demand_mw: np.ndarray
    high_heat_mw: np.ndarray
    low_heat_mw: np.ndarray
    carbon_price_usd_per_tonne: np.ndarray
    hours: float = 1.0

    def __post_init__(self) -> None:
        """Refuse gaps and unequal lengths. Raises ValueError."""
        arrays = [value for value in vars(self).values() if isinstance(value, np.ndarray)]
        if len({len(array) for array in arrays}) != 1 or not all(np.isfinite(array).all() for array in arrays):
            msg = "prices and demands must be of one length and without gaps: fill or cut them first"
            raise ValueError(msg)

    def in_tonnes(self, power_tonnes_per_mwh: np.ndarray) -> "Tariff":
        """Return the same demands with metric tons of CO2 in the place of money: the cheapest plan of it emits least.

        Power that is sold is taken to displace as much as power that is bought brings. Fuel counts by the facility's
        ``co2_tonnes_per_mwh_fuel``.
        """
        ones = np.ones(len(self.high_heat_mw))
        return replace(
            self,
            import_price_usd_per_mwh=power_tonnes_per_mwh,
            export_price_usd_per_mwh=power_tonnes_per_mwh,
            gas_price_usd_per_mwh=0.0 * ones,
            carbon_price_usd_per_tonne=ones,
        )


def candidate_loads(facility: Facility, tariff: Tariff) -> np.ndarray:
    """Return loads (candidates, intervals) among which the best running load lies, each within the limits.

    Cost is piecewise linear in the load and kinks only where heat is just covered or power just meets the demand.
    """
    high, low = tariff.high_heat_mw, tariff.low_heat_mw
    per_mw = 1.0 / facility.electric_efficiency
    loads = [np.full(len(high), facility.minimum_mw), np.full(len(high), facility.maximum_mw), tariff.power_demand_mw]
    for heat, part in (
        (high, facility.high_heat_efficiency),
        (low, facility.low_heat_efficiency),
        (high + low, facility.high_heat_efficiency + facility.low_heat_efficiency),
    ):
        if part > 0:
            loads.append(heat / (part * per_mw))
            # Where the boiler is at its limit, the load at which the engine gives what the boiler cannot.
            if np.isfinite(facility.boiler_maximum_mw):
                loads.append((heat - facility.boiler_maximum_mw) / (part * per_mw))
    return np.clip(np.array(loads), facility.minimum_mw, facility.maximum_mw)


def interval_cost_usd(facility: Facility, tariff: Tariff, load_mw: np.ndarray) -> np.ndarray:
    """Return the cost of each interval at loads (..., intervals): fuel, boiler, carbon and power bought less sold.

    Infinite where boiler and engine together cannot cover the heat, or give heat that nobody wants and none may be dumped.
    """
    fuel = load_mw / facility.electric_efficiency
    high_gap = tariff.high_heat_mw - fuel * facility.high_heat_efficiency
    boiler_high = np.maximum(high_gap, 0.0)
    spare_high = np.maximum(-high_gap, 0.0)
    low_gap = tariff.low_heat_mw - fuel * facility.low_heat_efficiency - spare_high
    boiler_low = np.maximum(low_gap, 0.0)
    heat = boiler_high + boiler_low
    burnt = fuel + heat / facility.boiler_efficiency
    price = tariff.gas_price_usd_per_mwh + facility.co2_tonnes_per_mwh_fuel * tariff.carbon_price_usd_per_tonne
    bought = np.maximum(tariff.power_demand_mw - load_mw, 0.0)
    sold = np.maximum(load_mw - tariff.power_demand_mw, 0.0)
    power = bought * tariff.import_price_usd_per_mwh - sold * tariff.export_price_usd_per_mwh
    cost = (burnt * price + power) * tariff.hours
    cannot = heat > facility.boiler_maximum_mw + ROUNDING_MW
    if not facility.heat_may_be_dumped:
        cannot |= low_gap < -ROUNDING_MW
    return np.where(cannot, np.inf, cost)


def best_loads(facility: Facility, tariff: Tariff) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return off cost, best running load and its cost by interval. Raises Infeasible where the heat cannot be met."""
    off = interval_cost_usd(facility, tariff, np.zeros(len(tariff.high_heat_mw)))
    loads = candidate_loads(facility, tariff)
    costs = interval_cost_usd(facility, tariff, loads)
    place = costs.argmin(axis=0)[None, :]
    best = np.take_along_axis(costs, place, axis=0)[0]
    lost = np.flatnonzero(np.isinf(best) & np.isinf(off))
    if lost.size:
        raise Infeasible(
            f"interval {lost[0]}: engine and boiler together cannot cover the heat, or give more than may be used; raise "
            "the boiler's limit or allow dumping"
        )
    return off, np.take_along_axis(loads, place, axis=0)[0], best
