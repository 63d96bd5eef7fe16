"""A drill: people hold `market.duckdb` open while the platform writes; no write may fail, and a new opening sees new data.

`python -m market_platform_tests.marts.hold_open --folder data --minutes 60`: each round brings a market day by the command line
and every fifth builds the marts. Meanwhile a person who opened the file for writing and changed it, a reader, and the stock
`duckdb` (where it is on the path) hold it, and are given the answer of their first moment each time they ask.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

FEED = "caiso_dam_lmp_hub"
LAST = date(2025, 10, 31)
QUESTION = "SELECT (SELECT count(*) FROM lmp) || ' ' || (SELECT count(*) FROM prices_hourly)"
MARTS_EVERY = 5
PERSON = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reader")
if sys.argv[2] == "writer":
    connection.execute("CREATE TABLE my_own AS FROM prices_hourly")
    connection.execute("DELETE FROM prices_hourly WHERE market <> 'caiso'")
for line in sys.stdin:
    print(connection.sql(line).fetchone()[0], flush=True)
"""


class Holder:
    """A process of its own that has the file open and answers a question now and then."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.first = self.ask()

    def ask(self) -> str:
        """Return the answer: rows in the lake's prices and in the mart."""
        self.process.stdin.write(f"{QUESTION};\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip().strip('"')

    def close(self) -> int:
        """End the session as a person does, and return its exit code."""
        self.process.stdin.close()
        with self.process.stdout:
            return self.process.wait(timeout=30)


def drill(folder: Path, seconds: float, pause_seconds: float) -> dict[str, object]:
    """Write and read for so long; return what was counted, and what failed."""
    counted: Counter[str] = Counter()
    failures: list[str] = []
    _run(folder, *_fetch(LAST))
    _run(folder, "marts")
    holders = list(_people(folder))
    seen = _opened_now(folder)
    start = time.monotonic()
    while not counted["rounds"] or time.monotonic() - start < seconds:
        began = time.monotonic()
        counted["rounds"] += 1
        build = counted["rounds"] % MARTS_EVERY == 0
        for words in [_fetch(LAST - timedelta(days=1 + counted["rounds"])), *([("marts",)] if build else [])]:
            counted["writes"] += 1
            done = _run(folder, *words, check=False)
            if done.returncode:
                failures.append(f"{words}: {done.stdout}{done.stderr}")
        for holder in holders:
            counted["answers_of_who_held_it"] += 1
            if (answer := holder.ask()) != holder.first:
                failures.append(f"{holder.name} saw {answer!r}, at first {holder.first!r}")
        counted["openings"] += 1
        now = _opened_now(folder)
        if now[0] <= seen[0] or (build and now[1] <= seen[1]):
            failures.append(f"round {counted['rounds']}: a new opening saw {now} after {seen}")
        seen = now
        left = seconds - (time.monotonic() - start)
        time.sleep(max(0.0, min(pause_seconds - (time.monotonic() - began), left)))
    minutes = round((time.monotonic() - start) / 60, 1)
    first = {holder.name: holder.first for holder in holders}
    failures += [f"{holder.name} ended with {code}" for holder in holders if (code := holder.close())]
    failures += [f"after all had closed it: {end} after {seen}" for end in [_opened_now(folder)] if end != seen]
    return {"minutes": minutes, **counted, "first_seen": first, "last_seen": seen, "failures": failures}


def _people(folder: Path) -> Iterator[Holder]:
    """Open the file in every way that people do. One who opens it for writing bars all others, until it is replaced."""
    file = str(folder / "market.duckdb")
    yield Holder("writer", [sys.executable, "-c", PERSON, file, "writer"])
    _run(folder, *_fetch(LAST - timedelta(days=1)))
    yield Holder("reader", [sys.executable, "-c", PERSON, file, "reader"])
    if stock := shutil.which("duckdb"):
        yield Holder("stock duckdb", [stock, "-readonly", "-csv", "-noheader", file])


def _run(folder: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("market-platform")), *words]
    environment = {**os.environ, "MARKET_PLATFORM_DATA": str(folder), "MARKET_PLATFORM_ORIGIN": "sandbox"}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if check and done.returncode:
        raise SystemExit(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done


def _fetch(day: date) -> tuple[str, ...]:
    return ("backfill", FEED, day.isoformat(), day.isoformat())


def _opened_now(folder: Path) -> tuple[int, int]:
    """Return the rows that somebody sees who opens the file at this moment."""
    command = [sys.executable, "-c", PERSON, str(folder / "market.duckdb"), "reader"]
    answer = subprocess.run(command, input=QUESTION, check=True, capture_output=True, text=True).stdout.split()
    return int(answer[0]), int(answer[1])


def main() -> int:
    """Run the drill as the command line says and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="data folder; what it holds may be added to")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--pause-seconds", type=float, default=60, help="from the start of one round to the next")
    asked = parser.parse_args()
    found = drill(asked.folder.resolve(), 60 * asked.minutes, asked.pause_seconds)
    print(json.dumps(found, indent=1))
    return 1 if found["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
