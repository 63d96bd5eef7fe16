"""What the page about quality is written from: trials of mutants, lines that tests run, runs of them again,
each measured when there was time.

It is kept beside the page, so that one subject can be measured again without the others.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from market_platform_tests.mutation.mutants import Mutant

LEAST_COVERED = 95.0
ALL_TESTS = "all tests"


@dataclass(frozen=True)
class Trial:
    """One mutant and what the tests made of it; ``of`` is how many mutants its target has."""

    target: str
    of: int
    file: str
    mutant: Mutant
    verdict: str


@dataclass(frozen=True)
class Coverage:
    """Lines that tests run, in all and of the modules below ``LEAST_COVERED`` percent; ``tests`` says which tests ran."""

    tests: str
    lines: int
    covered: int
    below: dict[str, tuple[int, int]]

    @property
    def percent(self) -> float:
        """Of a hundred lines, how many are run."""
        return 100 * self.covered / self.lines


@dataclass
class Repeats:
    """How often the fast tests ran, each time in another order, and in how many of the runs which of them failed."""

    runs: int = 0
    failed: dict[str, int] = field(default_factory=dict)


@dataclass
class Record:
    """Everything that was measured."""

    seed: int = 0
    trials: list[Trial] = field(default_factory=list)
    coverage: Coverage | None = None
    repeats: Repeats | None = None

    def replace(self, trials: Sequence[Trial]) -> None:
        """Put trials in the place of earlier ones of the same targets."""
        again = {trial.target for trial in trials}
        self.trials = [trial for trial in self.trials if trial.target not in again] + list(trials)


def read(file: Path) -> Record:
    """Read a record; where there is none yet it is empty."""
    if not file.exists():
        return Record()
    kept = json.loads(file.read_text(encoding="utf-8"))
    trials = [Trial(**{**each, "mutant": Mutant(**each["mutant"])}) for each in kept["trials"]]
    coverage, repeats = kept["coverage"], kept.get("repeats")
    return Record(
        kept["seed"], trials, Coverage(**coverage) if coverage else None, Repeats(**repeats) if repeats else None
    )


def write(record: Record, file: Path) -> None:
    """Write a record."""
    file.write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")


def coverage_of(report: Path, tests: str) -> Coverage:
    """Read a report of ``coverage json``."""
    measured = json.loads(report.read_text(encoding="utf-8"))
    counts = {
        name: (each["summary"]["covered_lines"], each["summary"]["num_statements"])
        for name, each in measured["files"].items()
    }
    below = {
        name: count for name, count in sorted(counts.items(), key=lambda item: item[1][0] / max(item[1][1], 1))
        if 100 * count[0] < LEAST_COVERED * count[1]
    }  # fmt: skip
    return Coverage(tests, measured["totals"]["num_statements"], measured["totals"]["covered_lines"], below)
