"""What a morning costs: sixty locations recalibrated and issued side by side, their time and their memory.

    python benchmarks/forecasts_scale.py [--locations N]

The locations are windows of four and a half years of the four markets of the price benchmark, shifted against each other.
As on any but the first day, the members' earlier forecasts are at hand: here they are the outcome with noise, since only
time and memory are measured.
"""

import argparse
import resource
import time
from collections.abc import Iterator

import numpy as np
from forecasts import FOLDER, market_panel

from market_platform.forecasting.batch import Task, forecast_all
from market_platform.forecasting.errors import UnusableData
from market_platform.forecasting.ladder import CALIBRATION_ROWS, MAX_ROWS, DayForecast
from market_platform.forecasting.members import standard_pool

LOCATIONS = 60
WORKERS = 2
MAX_SECONDS = 600.0
MAX_GIGABYTES = 2.0
MARKETS = ("PJM", "NP", "BE", "FR")


def tasks(count: int) -> dict[str, Task]:
    """Return the locations with what their members said before."""
    random = np.random.default_rng(0)
    found = {}
    for place in range(count):
        panel = market_panel(FOLDER / f"{MARKETS[place % len(MARKETS)]}.csv")
        end = len(panel.days) - place
        panel = panel.rows(slice(end - MAX_ROWS, end))
        stored = {}
        for member in standard_pool():
            said = panel.target + random.normal(0, 1, panel.target.shape)
            said[: -CALIBRATION_ROWS - 1] = np.nan
            stored[member.name] = said
        found[f"location {place + 1}"] = Task(panel, stored)
    return found


def measure(count: int = LOCATIONS) -> dict[str, float]:
    """Return wall and CPU seconds, and the peak memory of all processes together in GB."""
    work = tasks(count)
    began, spent = time.perf_counter(), _cpu_seconds()
    for name, made in forecast_all(work, WORKERS):
        if not isinstance(made, DayForecast):
            msg = f"{name} was refused: {made}"
            raise UnusableData(msg)
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "wall_seconds": time.perf_counter() - began,
        "cpu_seconds": _cpu_seconds() - spent,
        "gigabytes": (peaks[0] + WORKERS * peaks[1]) / 1e6,
    }


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def run() -> Iterator[dict]:
    """Yield the benchmark's rows for `benchmarks/run.py`."""
    got = measure()
    for name, value, unit, bar in (
        (f"{LOCATIONS} locations issued", got["wall_seconds"], "s", MAX_SECONDS),
        (f"{LOCATIONS} locations, CPU on {WORKERS} cores", got["cpu_seconds"] / WORKERS, "s", MAX_SECONDS),
        (f"{LOCATIONS} locations, peak memory", got["gigabytes"], "GB", MAX_GIGABYTES),
    ):
        yield {
            "name": name,
            "value": value,
            "unit": unit,
            "peer": None,
            "peer_value": None,
            "ratio": None,
            "bar": bar,
            "holds": value <= bar,
        }


def main() -> None:
    """Print the measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--locations", type=int, default=LOCATIONS)
    for name, value in measure(parser.parse_args().locations).items():
        print(f"{name:14s} {value:10.2f}")


if __name__ == "__main__":
    main()
