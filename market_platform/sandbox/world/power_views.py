"""Frames of what happens in one market: load, generation, flows, outages, forecasts. Megawatts to one decimal."""

from datetime import date, datetime, time

import numpy as np
import pandas as pd

from market_platform.sandbox.world.ancillary import ancillary_prices
from market_platform.sandbox.world.clock import Grid
from market_platform.sandbox.world.dispatch import Dispatch, Power
from market_platform.sandbox.world.frames import averaged, coarser, from_hours, long_frame, stamp, wide_frame
from market_platform.sandbox.world.interchange import state_of_charge_mwh, storage_energy_mwh, storage_power_mw
from market_platform.sandbox.world.nodes import node_table
from market_platform.sandbox.world.outages import outage_windows, unit_table
from market_platform.sandbox.world.prices import published
from market_platform.sandbox.world.tables import MarketTables

ISSUE_HOUR = 8
_SHORTEST_LEAD_HOURS = 0.5


def mw(values: np.ndarray) -> np.ndarray:
    """Round as publishers do; minus zero becomes zero."""
    return np.round(values, 1) + 0.0


def price_frame(grid: Grid, minutes: int, table: pd.DataFrame, parts: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return published prices of the locations in ``table`` averaged to ``minutes``."""
    count = minutes // grid.minutes
    coarse = {name: averaged(values, count) if count > 1 else values for name, values in parts.items()}
    wide = coarser(grid, minutes)
    labels = {name: table[name] for name in ("location", "location_type", "publisher_id")}
    return long_frame(wide, labels, published(coarse))


def load_frame(market: MarketTables, grid: Grid, minutes: int, values: np.ndarray) -> pd.DataFrame:
    """Return load by published load area."""
    areas, member = market.zone_groups("load_area")
    load = member @ values
    return long_frame(
        coarser(grid, minutes), {"location": areas}, {"load_mw": mw(averaged(load, minutes // grid.minutes))}
    )


def fuel_frame(market: MarketTables, grid: Grid, minutes: int, result: Dispatch) -> pd.DataFrame:
    """Return generation by published fuel category; wind, solar and storage find theirs in ``markets.csv``."""
    fuels, member = market.fuel_groups
    values = np.vstack(
        [result.block_mw, result.wind_mw.sum(axis=0), result.solar_mw.sum(axis=0), result.power.storage_mw]
    )
    output = member @ values
    return long_frame(
        coarser(grid, minutes),
        {"fuel_category": fuels},
        {"generation_mw": mw(averaged(output, minutes // grid.minutes))},
    )


def wind_solar_frame(
    market: MarketTables, grid: Grid, minutes: int, wind: np.ndarray, solar: np.ndarray, by: str
) -> pd.DataFrame:
    """Return large-plant wind and solar by the zone table's column ``by``."""
    count = minutes // grid.minutes
    regions, member = market.zone_groups(by)
    return long_frame(
        coarser(grid, minutes),
        {"location": regions},
        {"wind_mw": mw(averaged(member @ wind, count)), "solar_mw": mw(averaged(member @ solar, count))},
    )


def flow_frame(market: MarketTables, grid: Grid, minutes: int, result: Dispatch) -> pd.DataFrame:
    """Return flows and limits of internal and external interfaces (not of single lines); -9999 is no limit."""
    count = minutes // grid.minutes
    inside = (market.interfaces["kind"] == "interface").to_numpy()
    knots, outside = result.congestion, market.neighbours
    ones = np.ones((1, len(grid)))
    most, least = (market.column("neighbours", name) * ones for name in ("limit_mw", "negative_limit_mw"))
    flow = np.vstack([knots.flow_mw[inside], result.power.imports_mw])
    limit = np.vstack([knots.limit_mw[inside], most])
    other = np.vstack([knots.negative_limit_mw[inside], least])
    labels = {name: [*market.interfaces[name][inside], *outside[name]] for name in ("interface", "publisher_id")}
    return long_frame(
        coarser(grid, minutes),
        labels,
        {
            "flow_mw": np.round(averaged(flow, count), 2) + 0.0,
            "positive_limit_mw": averaged(limit, count),
            "negative_limit_mw": averaged(other, count),
        },
    )


def constraint_frame(market: MarketTables, grid: Grid, result: Dispatch) -> pd.DataFrame:
    """Return the binding constraints only; the shadow price is positive where the positive limit binds."""
    table, knots = market.interfaces, result.congestion
    labels = {"constraint": table["interface"]} | {
        name: table[name] for name in ("publisher_id", "kind", "contingency")
    }
    values = {
        "flow_mw": mw(knots.flow_mw),
        "limit_mw": mw(np.where(knots.shadow_usd_per_mwh < 0, knots.negative_limit_mw, knots.limit_mw)),
        "shadow_price_usd_per_mwh": knots.shadow_usd_per_mwh + 0.0,
    }
    return long_frame(grid, labels, values, knots.shadow_usd_per_mwh != 0)


def interchange_frame(market: MarketTables, grid: Grid, minutes: int, power: Power) -> pd.DataFrame:
    """Return net imports by neighbour."""
    names, member = market.neighbour_groups
    flow = member @ power.imports_mw
    return long_frame(
        coarser(grid, minutes), {"neighbour": names}, {"net_import_mw": mw(averaged(flow, minutes // grid.minutes))}
    )


def storage_frame(market: MarketTables, grid: Grid, power: Power) -> pd.DataFrame:
    """Return the storage fleet: discharge positive, energy in store at the interval's start."""
    energy = storage_energy_mwh(market, grid)
    return wide_frame(
        grid,
        {
            "net_discharge_mw": mw(power.storage_mw),
            "state_of_charge_mwh": mw(state_of_charge_mwh(power.storage_mw, grid, energy)),
            "power_capacity_mw": mw(storage_power_mw(market, grid)),
            "energy_capacity_mwh": mw(energy),
        },
    )


def ancillary_frame(seed: int, market: MarketTables, grid: Grid, result: Dispatch, run: str) -> pd.DataFrame:
    """Return ancillary prices, one row an interval, region and product."""
    table, price = ancillary_prices(seed, market, grid, result, run)
    return long_frame(grid, {"region": table["region"], "product": table["product"]}, {"price_usd_per_mw": price})


def outage_frame(seed: int, market: MarketTables, hours: np.ndarray) -> pd.DataFrame:
    """Return every unit outage that touches the span of ``hours``."""
    units = unit_table(market)
    windows = outage_windows(seed, market, units, hours)
    nodes = node_table(market, len(units)).iloc[windows["unit"].to_numpy()].reset_index(drop=True)
    return pd.DataFrame(
        {
            "unit": nodes["node"],
            "publisher_id": nodes["publisher_id"],
            "zone": nodes["zone"],
            "fuel_category": nodes["fuel_category"],
            "outage_type": np.where(windows["planned"], "planned", "forced"),
            "outage_start": from_hours(windows["start_hour"].to_numpy()),
            "outage_end": from_hours(windows["end_hour"].to_numpy()),
            "capacity_mw": nodes["capacity_mw"],
            "out_mw": windows["out_mw"].to_numpy(),
        }
    ).sort_values(["outage_start", "unit"], ignore_index=True)


def issued(frame: pd.DataFrame, issued_at: datetime) -> pd.DataFrame:
    """Put the issue time first."""
    frame.insert(0, "issued_at", stamp(issued_at))
    return frame


def issue_moment(market: MarketTables, day: date, hour: int) -> datetime:
    """Return the aware local moment at which a forecast of ``day`` is issued."""
    return datetime.combine(day, time(hour), tzinfo=market.zone_info)


def lead_hours(moments: Grid, issued_at: datetime) -> np.ndarray:
    """Return hours from issue to each moment; what has passed counts as half an hour ahead."""
    return np.maximum(moments.hours - issued_at.timestamp() / 3600.0, _SHORTEST_LEAD_HOURS)
