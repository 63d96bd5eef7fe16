"""Two-settlement of a whole fleet on a regular grid: the frame engine's arithmetic in 64-bit integers, streamed.

For fleets whose meter and prices are arrays already: 1,000 resources of one year of five minutes are 105 million
intervals. The result equals exact decimals; what 64 bits cannot hold is refused, never wrapped.
"""

from dataclasses import dataclass

import numba
import numpy as np

from market_platform.errors import SchemaChanged

DECIMALS = 6
#: Half of the largest int64, so that rounding (which doubles the numerator) cannot overflow.
LARGEST = 2**62


@dataclass(frozen=True)
class FleetSettlement:
    """Revenue in whole cents: per resource and market day, and per real-time interval where asked for."""

    day_ahead_cents: np.ndarray
    imbalance_cents: np.ndarray
    interval_imbalance_cents: np.ndarray | None


def settle_fleet(
    day_ahead_mw: np.ndarray,
    metered_mwh: np.ndarray,
    day_ahead_usd_per_mwh: np.ndarray,
    real_time_usd_per_mwh: np.ndarray,
    location_of_resource: np.ndarray,
    first_hour_of_day: np.ndarray,
    *,
    price_decimals: int = DECIMALS,
    keep_intervals: bool = False,
) -> FleetSettlement:
    """Settle DA x DA price + (RT - DA) x RT price, each interval a line of whole cents, half away from zero.

    ``day_ahead_mw`` (resources, hours) and ``metered_mwh`` (resources, intervals), injections positive; prices
    (locations, hours) and (locations, intervals); ``first_hour_of_day`` holds the first hour of each day and the end,
    so that a day may have 23 or 25. Values carry at most six decimals, prices ``price_decimals``. Raises SchemaChanged
    for shapes that disagree, for more decimals, for NaN, and for products beyond 64 bits (then use the frame engine).
    """
    resources, intervals = metered_mwh.shape
    prices = (day_ahead_usd_per_mwh, real_time_usd_per_mwh)
    _check_shapes(day_ahead_mw, metered_mwh, prices, location_of_resource, first_hour_of_day)
    scale = 10**price_decimals
    da_price = _price_units(day_ahead_usd_per_mwh, scale, "day-ahead prices")
    rt_price = _price_units(real_time_usd_per_mwh, scale, "real-time prices")
    days = len(first_hour_of_day) - 1
    day_ahead = np.zeros((resources, days), dtype=np.int64)
    imbalance = np.zeros((resources, days), dtype=np.int64)
    detail = np.zeros((resources, intervals) if keep_intervals else (resources, 0), dtype=np.int64)
    largest_price = max(int(np.abs(da_price).max()), int(np.abs(rt_price).max()), 1)
    faults = _settle(
        day_ahead_mw,
        metered_mwh,
        da_price,
        rt_price,
        location_of_resource.astype(np.int64),
        first_hour_of_day.astype(np.int64),
        10**4 * scale,
        float(LARGEST // largest_price),
        day_ahead,
        imbalance,
        detail,
    )
    if faults.any():
        first = int(np.flatnonzero(faults)[0])
        msg = (
            f"resource row {first} has values that are not finite, have more than {DECIMALS} decimals or are too large"
            f" for 64-bit money: round them at the source, lower price_decimals, or use the frame engine"
        )
        raise SchemaChanged(msg)
    return FleetSettlement(day_ahead, imbalance, detail if keep_intervals else None)


def _check_shapes(
    day_ahead_mw: np.ndarray,
    metered_mwh: np.ndarray,
    prices: tuple[np.ndarray, np.ndarray],
    location_of_resource: np.ndarray,
    first_hour_of_day: np.ndarray,
) -> None:
    resources, hours = day_ahead_mw.shape
    intervals, locations = metered_mwh.shape[1], prices[0].shape[0]
    fits = (
        metered_mwh.shape[0] == resources == len(location_of_resource)
        and intervals % hours == 0
        and [array.shape for array in prices] == [(locations, hours), (locations, intervals)]
        and first_hour_of_day[0] == 0
        and first_hour_of_day[-1] == hours
        and location_of_resource.min() >= 0
        and location_of_resource.max() < locations
    )
    if not fits:
        msg = "fleet arrays disagree in shape: (resources, hours), (resources, intervals), prices per location"
        raise SchemaChanged(msg)


def _price_units(prices: np.ndarray, scale: int, name: str) -> np.ndarray:
    scaled = prices * float(scale)
    units = np.rint(scaled)
    if not np.isfinite(scaled).all() or (np.abs(scaled - units) > 1e-3).any():
        msg = f"{name}: a value is not finite or has more decimals than 1/{scale}: raise price_decimals"
        raise SchemaChanged(msg)
    return units.astype(np.int64)


@numba.njit(parallel=True, cache=True)
def _settle(  # type: ignore[no-untyped-def]  # noqa: ANN202
    day_ahead_mw: np.ndarray,
    metered_mwh: np.ndarray,
    da_price: np.ndarray,
    rt_price: np.ndarray,
    location: np.ndarray,
    first_hour: np.ndarray,
    units_per_cent: int,
    largest_quantity: float,
    day_ahead: np.ndarray,
    imbalance: np.ndarray,
    detail: np.ndarray,
):
    per_hour = metered_mwh.shape[1] // day_ahead_mw.shape[1]
    interval_units = units_per_cent * per_hour
    keep = detail.shape[1] > 0
    faults = np.zeros(len(location), dtype=np.bool_)
    for resource in numba.prange(len(location)):
        at = location[resource]
        for day in range(len(first_hour) - 1):
            sold = 0
            deviated = 0
            for hour in range(first_hour[day], first_hour[day + 1]):
                scaled = day_ahead_mw[resource, hour] * 1e6
                award = np.rint(scaled)
                fine = abs(scaled - award) <= 1e-3 and abs(award) < largest_quantity
                whole = np.int64(award) if fine else 0
                sold += _round(whole * da_price[at, hour], units_per_cent)
                for step in range(hour * per_hour, (hour + 1) * per_hour):
                    scaled = metered_mwh[resource, step] * 1e6
                    energy = np.rint(scaled)
                    # Both in MW of this interval: n x MWh - MW; the hour's award holds in each of its n intervals.
                    if not (abs(scaled - energy) <= 1e-3 and abs(energy * per_hour - award) < largest_quantity):
                        fine = False
                        continue
                    cents = _round((np.int64(energy) * per_hour - whole) * rt_price[at, step], interval_units)
                    deviated += cents
                    if keep:
                        detail[resource, step] = cents
                if not fine:
                    faults[resource] = True
            day_ahead[resource, day] = sold
            imbalance[resource, day] = deviated
    return faults


@numba.njit(inline="always", cache=True)
def _round(numerator, denominator):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)
