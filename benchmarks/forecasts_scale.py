"""What a morning costs: one location's first issue and its next, and sixty recalibrated and issued side by side.

    python benchmarks/forecasts_scale.py [--locations N]

A location has five and a half years of a market of the price benchmark. As on any but the first day, the sixty find what
was said and learned the day before, each in a file of its own: four histories serve fifteen locations each, and nothing
is shared between them.
"""

import argparse
import json
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import active_children, get_context
from pathlib import Path

from forecasts import FOLDER, MAX_CPU_SECONDS, market_panel

from market_platform.forecasting.batch import Task, forecast, forecast_all
from market_platform.forecasting.errors import UnusableData
from market_platform.forecasting.ladder import MAX_ROWS, DayForecast
from market_platform.forecasting.panel import Panel
from market_platform.forecasting.saved import Memory, memory_of
from market_platform.store.model_folder import ModelFolder

LOCATIONS = 60
WORKERS = 2
NEXT_DAYS = 5
MAX_SECONDS = 600.0
MAX_GIGABYTES = 2.0
MARKETS = ("PJM", "NP", "BE", "FR")
YESTERDAYS = "yesterdays.pickle"


@dataclass(frozen=True)
class Yesterday:
    """A market's panel to be forecast today, and what the issue of the day before left, with its processor time."""

    panel: Panel
    memory: Memory
    content: bytes
    first_issue_seconds: float
    next_issue_seconds: list[float] = field(default_factory=list)


def yesterday_of(market: str, folder: ModelFolder, next_days: int = 1) -> Yesterday:
    """Issue a market for the first time, then ``next_days`` days more, each going on from the one before."""
    whole = market_panel(FOLDER / f"{market}.csv")
    memory, costs = Memory(), []
    for day in range(next_days + 1):
        panel = whole.rows(slice(day, day + MAX_ROWS))
        began = time.process_time()
        made = _issued(forecast(Task(panel, memory.on_rows(panel), location=market, keeper=folder)), market)
        costs.append(time.process_time() - began)
        memory = memory_of(made, panel, {})
    today = whole.rows(slice(next_days + 1, next_days + 1 + MAX_ROWS))
    return Yesterday(today, memory, folder.read(market) or b"", costs[0], costs[1:])


def measure(count: int = LOCATIONS) -> dict[str, float]:
    """Return the processor time of a first and a next issue, and time and peak memory of ``count`` locations."""
    # Another process looks for it under the module's own name, by which run.py does not load it.
    import forecasts_scale

    with tempfile.TemporaryDirectory() as place:
        folder = ModelFolder(Path(place))
        days = [NEXT_DAYS if name == MARKETS[0] else 1 for name in MARKETS]
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as yesterday:
            found = yesterday.map(forecasts_scale.yesterday_of, MARKETS, [folder] * len(MARKETS), days)
            markets = dict(zip(MARKETS, found, strict=True))
        Path(place, YESTERDAYS).write_bytes(pickle.dumps(markets))
        # Today's memory is that of a process which did nothing else.
        command = [sys.executable, str(Path(__file__)), "--today", place, "--locations", str(count)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {
        "first issue, CPU seconds": markets[MARKETS[0]].first_issue_seconds,
        "next issue, CPU seconds": sorted(markets[MARKETS[0]].next_issue_seconds)[NEXT_DAYS // 2],
        **json.loads(done.stdout.splitlines()[-1]),
    }


def issue_today(place: Path, count: int) -> dict[str, float]:
    """Recalibrate and issue ``count`` locations from what yesterday left; return time and peak memory."""
    folder = ModelFolder(place)
    markets = pickle.loads(Path(place, YESTERDAYS).read_bytes())
    tasks = {}
    for number in range(count):
        own = markets[MARKETS[number % len(MARKETS)]]
        location = f"location {number + 1}"
        folder.write(location, own.content)
        tasks[location] = Task(own.panel, own.memory.on_rows(own.panel), location=location, keeper=folder)
    began, spent = time.perf_counter(), _cpu_seconds()
    workers: dict[int, float] = {}
    for name, made in forecast_all(tasks, WORKERS):
        _issued(made, name)
        workers |= {child.pid: _peak_gigabytes(child.pid) for child in active_children() if child.pid}
    wall, cpu = time.perf_counter() - began, _cpu_seconds() - spent
    peak = _peak_gigabytes("self") + sum(workers.values())
    return {"wall seconds": wall, "CPU seconds": cpu, "gigabytes": peak}


def _peak_gigabytes(process: int | str) -> float:
    """Return the most memory that a process has held; `getrusage` would count what its parent held when it started it."""
    told = Path(f"/proc/{process}/status").read_text().partition("VmHWM:")[2]
    return int(told.split()[0]) / 2**20


def _issued(made: object, name: str) -> DayForecast:
    if not isinstance(made, DayForecast):
        msg = f"{name} was refused: {made}"
        raise UnusableData(msg)
    return made


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def run() -> Iterator[dict]:
    """Yield the benchmark's rows for `benchmarks/run.py`."""
    got = measure()
    first_day = got["first issue, CPU seconds"] * LOCATIONS / WORKERS
    for name, value, unit, bar in (
        ("A location's next issue, CPU", got["next issue, CPU seconds"], "s", MAX_CPU_SECONDS),
        (f"{LOCATIONS} locations issued", got["wall seconds"], "s", MAX_SECONDS),
        (f"{LOCATIONS} locations, CPU on {WORKERS} cores", got["CPU seconds"] / WORKERS, "s", MAX_SECONDS),
        (f"{LOCATIONS} locations, peak memory", got["gigabytes"], "GB", MAX_GIGABYTES),
        (
            f"{LOCATIONS} first issues with half a year of hindcasts, CPU on {WORKERS} cores",
            first_day,
            "s",
            MAX_SECONDS,
        ),
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
    parser.add_argument("--today", type=Path, help="issue from what lies in a folder, and print figures as JSON")
    chosen = parser.parse_args()
    if chosen.today:
        print(json.dumps(issue_today(chosen.today, chosen.locations)))
        return
    for name, value in measure(chosen.locations).items():
        print(f"{name:26s} {value:10.2f}")


if __name__ == "__main__":
    main()
