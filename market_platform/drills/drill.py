"""The drills by name, and running some of them."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from market_platform.drills.clocks import clocks
from market_platform.drills.corrections import corrections
from market_platform.drills.damage import damaged_archive, damaged_parquet
from market_platform.drills.databases import postgres
from market_platform.drills.disks import disk_full, read_only_disk
from market_platform.drills.ground import Ground
from market_platform.drills.kills import kill
from market_platform.drills.object_stores import object_store
from market_platform.drills.publishers import publishers
from market_platform.drills.result import Result, Tally
from market_platform.drills.rivals import rivals
from market_platform.drills.runs import kill_run


@dataclass(frozen=True)
class Drill:
    """One drill: what it does in a sentence, the function that does it, and how often a full drill lets the fault strike."""

    title: str
    work: Callable[[Ground, int], Tally]
    times: int


DRILLS = {
    "kill": Drill("kill -9 at random points of fetching, archiving, committing and accounting", kill, 300),
    "kill-run": Drill("kill -9 of Dagster runs, the doctor closing them, and the same runs again", kill_run, 12),
    "rivals": Drill("the same run started twice at once, on stores that are not there yet", rivals, 9),
    "disk-full": Drill("a disk that runs full at random points and is freed", disk_full, 8),
    "read-only-disk": Drill("a disk that cannot be written to for a while", read_only_disk, 6),
    "clock": Drill("a clock that is set back a day or jumps two years", clocks, 18),
    "postgres": Drill("a database server that dies in mid-transaction and comes back", postgres, 8),
    "object-store": Drill("an object store that fails, breaks off and loses its answers", object_store, 60),
    "publishers": Drill("every wire fault of publishers, in single answers and in all of them", publishers, 9),
    "corrections": Drill("weeks of corrections, late, out of order and twice", corrections, 60),
    "damaged-parquet": Drill(
        "files of the lake cut, emptied, overwritten, gone, one byte changed", damaged_parquet, 40
    ),
    "damaged-archive": Drill(
        "archived payloads cut, emptied, overwritten, gone, one byte changed", damaged_archive, 40
    ),
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
