"""The page about mutation: how many small faults the tests notice, and each one that they do not."""

from collections.abc import Sequence
from dataclasses import dataclass

from market_platform_tests.mutation.mutants import Mutant
from market_platform_tests.mutation.targets import TARGETS
from market_platform_tests.mutation.trial import SURVIVED

HEAD = """# Quality

How many small faults the tests notice where an error costs most: time, settlement, the certificates' ledger, risk. `make mutation`
puts them in one at a time (a comparison, an operator, a constant, a returned value; never into a declaration) and runs the
tests that touch the module; it changes no file. The mutants are a sample drawn by seed, so that it ends within the hour.
"""


@dataclass(frozen=True)
class Trial:
    """One mutant and what the tests made of it; ``of`` is how many mutants its target has."""

    target: str
    of: int
    file: str
    mutant: Mutant
    verdict: str


def page_of(trials: Sequence[Trial], seed: int, seconds: float) -> str:
    """Return the page as Markdown."""
    lines = [HEAD, f"Seed {seed}, {seconds / 60:.0f} minutes.", ""]
    lines += ["| subject | tests | mutants | tried | noticed | score |", "|---|---|--:|--:|--:|--:|"]
    for target in TARGETS:
        mine = [trial for trial in trials if trial.target == target.name]
        if mine:
            noticed = sum(trial.verdict != SURVIVED for trial in mine)
            tests = ", ".join(f"`{test}`" for test in target.tests)
            lines.append(
                f"| {target.name} | {tests} | {mine[0].of} | {len(mine)} | {noticed} | {noticed / len(mine):.0%} |"
            )
    survivors = [trial for trial in trials if trial.verdict == SURVIVED]
    lines += [
        "",
        "## Survivors",
        "",
        "No test fails with these:",
        "",
        "| where | as it stands | as no test would notice |",
    ]
    lines += ["|---|---|---|"]
    for trial in survivors:
        before, after = (_cell(text) for text in (trial.mutant.before, trial.mutant.after))
        lines.append(f"| `{trial.file}:{trial.mutant.line}` | `{before}` | `{after}` |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split())[:160].replace("|", "\\|")
