"""The fast tests again and again, each time in another order: a test that fails in some of the runs is flaky."""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from market_platform_tests.mutation.record import Repeats

FAST = ("-n", "2", "--dist", "worksteal", "-m", "not long")
NOTHING_BROKE, SOME_FAILED = 0, 1  # pytest's exit codes


def repeats(runs: int, before: Repeats, selection: tuple[str, ...] = FAST) -> Iterator[Repeats]:
    """Run a selection of the tests so many times more; yields what is known after each run, earlier ones counted.

    Raises RuntimeError where one breaks off.
    """
    failed = Counter(before.failed)
    last = before.runs + runs
    for run in range(before.runs + 1, last + 1):
        for test, said in failed_in_one(run, selection).items():
            failed[test] += 1
            print(f"{test}\n{said}", file=sys.stderr, flush=True)
        print(f"[{run}/{last}] {len(failed)} tests have failed so far", file=sys.stderr, flush=True)
        yield Repeats(run, dict(failed))


def failed_in_one(seed: int, selection: tuple[str, ...]) -> dict[str, str]:
    """Run a selection of the tests in the order that a seed draws, and return what those that fail say, by name."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", *selection, f"--order={seed}", f"--junitxml={report}"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode not in (NOTHING_BROKE, SOME_FAILED):
            raise RuntimeError(f"run {seed} of the tests broke off:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        said = etree.parse(report).xpath("//testcase/failure | //testcase/error")
        return {f"{one.getparent().get('classname')}::{one.getparent().get('name')}": one.text or "" for one in said}
