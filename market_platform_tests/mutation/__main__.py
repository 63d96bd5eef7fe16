"""The command: try a sample of mutants, read which lines are run or run the tests again, and write the page about it."""

import argparse
import random
import sys
import time
from pathlib import Path

from market_platform_tests.mutation.mutants import mutants_of
from market_platform_tests.mutation.page import page_of
from market_platform_tests.mutation.record import ALL_TESTS, Record, Repeats, Trial, coverage_of, read, write
from market_platform_tests.mutation.repeats import repeats
from market_platform_tests.mutation.targets import HOUSE, TARGETS, Target
from market_platform_tests.mutation.trial import SURVIVED, try_out

LONGEST_SECONDS = 600.0


def trials_of(target: Target, sample: int, seed: int) -> list[Trial]:
    """Try a sample of a target's mutants. Raises AssertionError where the tests fail with no mutant at all."""
    began = time.perf_counter()
    assert try_out(target.tests, None, None, LONGEST_SECONDS) == SURVIVED, f"{target.name}: the tests fail as they are"
    patience = max(30.0, 4 * (time.perf_counter() - began))
    every = [(file, mutant) for file in target.files() for mutant in mutants_of(file.read_text(encoding="utf-8"))]
    chosen = random.Random(seed).sample(every, min(sample, len(every)))
    trials = []
    for done, (file, mutant) in enumerate(sorted(chosen, key=lambda each: (str(each[0]), each[1].line)), start=1):
        verdict = try_out(target.tests, file, mutant, patience)
        place = str(file.relative_to(HOUSE.parent))
        trials.append(Trial(target.name, len(every), place, mutant, verdict))
        said = (
            f"[{done}/{len(chosen)}] {target.name} {place}:{mutant.line} {mutant.before} -> {mutant.after}: {verdict}"
        )
        print(said.replace("\n", " "), file=sys.stderr, flush=True)
    return trials


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Put small faults into the code and see whether the tests notice.")
    parser.add_argument("targets", nargs="*", help=", ".join(target.name for target in TARGETS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sample", type=int, default=60, help="mutants of each target")
    parser.add_argument("--page", type=Path, help="write a page about it; what it is written from is kept beside it")
    parser.add_argument("--coverage", type=Path, help="take in a report of `coverage json` instead of trying mutants")
    parser.add_argument("--tests", default=ALL_TESTS, help="which tests that report is about")
    parser.add_argument("--repeats", type=int, default=0, help="run the fast tests so many times more instead")
    chosen = parser.parse_args()
    record = read(chosen.page.with_suffix(".json")) if chosen.page else Record()
    if chosen.coverage:
        record.coverage = coverage_of(chosen.coverage, chosen.tests)
    elif chosen.repeats:
        for known in repeats(chosen.repeats, before=record.repeats or Repeats()):
            record.repeats = known
            _keep(record, chosen.page)
    else:
        record.seed = chosen.seed
        for target in TARGETS:
            if not chosen.targets or target.name in chosen.targets:
                record.replace(trials_of(target, chosen.sample, chosen.seed))
                _keep(record, chosen.page)
    _keep(record, chosen.page)
    sys.stdout.write(page_of(record))


def _keep(record: Record, page: Path | None) -> None:
    if page:
        write(record, page.with_suffix(".json"))
        page.write_text(page_of(record), encoding="utf-8")


if __name__ == "__main__":
    main()
