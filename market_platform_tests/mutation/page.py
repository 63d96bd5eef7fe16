"""The page about quality: how many small faults the tests notice, each one that they do not, and the lines no test runs."""

from collections.abc import Iterator

from market_platform_tests.mutation.record import ALL_TESTS, LEAST_COVERED, Coverage, Record, Repeats
from market_platform_tests.mutation.targets import EQUIVALENT, TARGETS
from market_platform_tests.mutation.trial import SURVIVED

HEAD = """# Quality

`make mutation`, `make coverage` and `make flakes` measure what the tests are worth and write this page.
"""
MUTATION = """## Small faults

How many small faults the tests notice where an error costs most: time, settlement, the certificates' ledger, risk. They are put in
one at a time (a comparison, an operator, a constant, a returned value; never into a declaration), and the tests that touch the
module are run; no file is changed. The mutants are a sample drawn by seed.
"""
COUNTED = """Counted are statements of `market_platform` that the fast tests and the long ones run, in their own processes and in
those that they start: servers, daemons, runs, workers. A process that is killed outright writes nothing down. Loops that numba
compiles leave no trace; their tests are run a second time without it, as Python, and those lines count."""


def page_of(record: Record) -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, *_mutation(record), *_coverage(record.coverage), *_repeats(record.repeats)]) + "\n"


def _mutation(record: Record) -> Iterator[str]:
    yield from (MUTATION, f"Seed {record.seed}.", "")
    yield from ("| subject | tests | mutants | tried | noticed | score |", "|---|---|--:|--:|--:|--:|")
    for target in TARGETS:
        mine = [trial for trial in record.trials if trial.target == target.name]
        if mine:
            noticed = sum(trial.verdict != SURVIVED for trial in mine)
            tests = ", ".join(f"`{test}`" for test in target.tests)
            yield f"| {target.name} | {tests} | {mine[0].of} | {len(mine)} | {noticed} | {noticed / len(mine):.0%} |"
    yield from ("", "No test fails with these:", "")
    yield from ("| where | as it stands | as no test would notice | what it would change |", "|---|---|---|---|")
    for trial in record.trials:
        if trial.verdict == SURVIVED:
            before, after = (_cell(text) for text in (trial.mutant.before, trial.mutant.after))
            change = EQUIVALENT.get((trial.file, trial.mutant.line, trial.mutant.after), "")
            yield f"| `{trial.file}:{trial.mutant.line}` | `{before}` | `{after}` | {change} |"


def _coverage(coverage: Coverage | None) -> Iterator[str]:
    if coverage is None:
        return
    yield from ("", "## Lines", "")
    yield f"{coverage.percent:.1f} % of {coverage.lines:,} lines are run by {coverage.tests}."
    if coverage.tests == ALL_TESTS:
        yield from ("", COUNTED)
    if coverage.below:
        yield from ("", f"Modules below {LEAST_COVERED:.0f} %:", "", "| module | lines | run | |", "|---|--:|--:|--:|")
        for name, (covered, lines) in coverage.below.items():
            yield f"| `{name}` | {lines} | {covered} | {covered / lines:.0%} |"


def _repeats(repeats: Repeats | None) -> Iterator[str]:
    if repeats is None:
        return
    yield from ("", "## Again and again", "")
    yield f"The fast tests ran {repeats.runs} times, each time in another order; {len(repeats.failed) or 'no'} tests failed."
    if repeats.failed:
        yield from ("", "| test | failed in |", "|---|--:|")
        yield from (f"| `{test}` | {count} of {repeats.runs} |" for test, count in sorted(repeats.failed.items()))


def _cell(text: str) -> str:
    return " ".join(text.split())[:160].replace("|", "\\|")
