"""Settlement at scale: a fleet-year of five-minute intervals, and a month's reconciliation."""

import resource
import time
from collections.abc import Iterator

import numpy as np

from market_platform.settlement.shadow.grid import settle_fleet

RESOURCES, LOCATIONS, DAYS = 1_000, 50, 365
SECONDS_BAR, GIGABYTES_BAR = 10.0, 4.0


def _peak_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _cents(draw: np.random.Generator, low: int, high: int, shape: tuple[int, int]) -> np.ndarray:
    values = draw.integers(low, high, shape, dtype=np.int32).astype(np.float64)
    values /= 100
    return values


def fleet_year() -> Iterator[dict]:
    draw = np.random.default_rng(11)
    hours, intervals = DAYS * 24, DAYS * 288
    fleet = {
        "day_ahead_mw": _cents(draw, -10_000, 10_000, (RESOURCES, hours)),
        "metered_mwh": _cents(draw, -800, 800, (RESOURCES, intervals)),
        "day_ahead_usd_per_mwh": _cents(draw, -5_000, 30_000, (LOCATIONS, hours)),
        "real_time_usd_per_mwh": _cents(draw, -15_000, 200_000, (LOCATIONS, intervals)),
        "location_of_resource": np.arange(RESOURCES) % LOCATIONS,
        "first_hour_of_day": np.arange(DAYS + 1) * 24,
    }
    small = {name: array[:2] if name in ("day_ahead_mw", "metered_mwh") else array for name, array in fleet.items()}
    settle_fleet(**{**small, "location_of_resource": fleet["location_of_resource"][:2]}, keep_intervals=True)
    begin = time.perf_counter()
    result = settle_fleet(**fleet, keep_intervals=True)
    seconds = time.perf_counter() - begin
    assert result.interval_imbalance_cents is not None
    assert (result.interval_imbalance_cents.sum(axis=1) == result.imbalance_cents.sum(axis=1)).all()
    peak = _peak_gigabytes()
    name = f"settle {RESOURCES * intervals / 1e6:.0f} million five-minute intervals, exact to the cent"
    yield _row(name, seconds, "s", SECONDS_BAR)
    yield _row("peak memory of that, inputs included", peak, "GB", GIGABYTES_BAR)


def _row(name: str, value: float, unit: str, bar: float) -> dict:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "bar": bar,
        "holds": value < bar,
    }


def run() -> Iterator[dict]:
    yield from fleet_year()


if __name__ == "__main__":
    for row in run():
        print(row)
