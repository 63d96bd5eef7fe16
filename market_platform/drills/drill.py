"""The drills by name, and running some of them."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from market_platform.drills.ground import Ground
from market_platform.drills.kills import kill
from market_platform.drills.result import Result, Tally


@dataclass(frozen=True)
class Drill:
    """One drill: what it does in a sentence, the function that does it, and how often a full drill lets the fault strike."""

    title: str
    work: Callable[[Ground, int], Tally]
    times: int


DRILLS = {
    "kill": Drill("kill -9 at random points of fetching, archiving, committing and accounting", kill, 300),
}


def run_drills(
    names: Sequence[str], seed: int, times: int | None = None, folder: Path | None = None
) -> Iterator[Result]:
    """Run drills one after the other; each begins with the same seed, so that it can be repeated alone.

    ``times`` replaces how often each fault strikes. Everything happens in a folder that is deleted at the end.
    """
    with tempfile.TemporaryDirectory(prefix="market-platform-drills-", dir=folder) as place:
        for name in names:
            drill = DRILLS[name]
            began, worked = time.perf_counter(), time.process_time()
            tally = drill.work(Ground(Path(place) / name, seed), times or drill.times)
            yield Result(name, tally, time.perf_counter() - began, time.process_time() - worked)
