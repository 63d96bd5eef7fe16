"""The page about drills: what was done, how often, and what was left."""

from collections.abc import Sequence

from market_platform.drills.drill import DRILLS
from market_platform.drills.result import Result

HEAD = """# Drills

What befalls a platform in earnest, done to a scratch one on purpose. `make drills` runs them all and writes this page;
`market-platform drills NAME --seed N --times N` repeats one of them, with the same seed in the same way.

After each drill the platform is compared with one that nothing befell: every version of every row of the lake with its key,
values and life, and the ledger's payloads, coverage and quarantine. *Lost* rows are in the other and not here, *extra* ones
the other way round; a row that stands twice counts. The doctor looks while something is wrong and mends, then looks again.
In `publishers` the spoilt answers themselves are kept too, as everything that came is: their bytes, the lines of them that could
not be read, and their name with the rows that could.
"""


def page_of(results: Sequence[Result], seed: int) -> str:
    """Return the page as Markdown."""
    lines = [HEAD, f"Run with seed {seed}.", ""]
    short = [each for each in results if each.tally.faults < DRILLS[each.drill].times]
    if short:
        said = ", ".join(f"`{each.drill}` ({each.tally.faults} of {DRILLS[each.drill].times})" for each in short)
        lines += [
            f"Not all of these are full drills; faults struck less often than `make drills` lets them: {said}.",
            "",
        ]
    lines += [
        "| drill | what | faults | rows compared | lost | extra | mended | left | holds | time |",
        "|---|---|--:|--:|--:|--:|--:|--:|---|--:|",
    ]
    for each in results:
        tally = each.tally
        lines.append(
            f"| `{each.drill}` | {DRILLS[each.drill].title} | {tally.faults:,} | {tally.rows:,} | {tally.lost:,} | "
            f"{tally.extra:,} | {tally.mended:,} | {len(tally.left):,} | {'yes' if tally.holds else '**no**'} | "
            f"{each.wall_seconds:,.0f} s |"
        )
    for each in results:
        lines += ["", f"## {each.drill}", "", "How the platform took it:", ""]
        lines += [f"- {count:,} × {word}" for word, count in each.tally.seen.most_common()]
        if each.tally.found:
            lines += ["", "What the doctor said while it was wrong:", ""]
            lines += [f"- {count:,} × {word}" for word, count in each.tally.found.most_common()]
        lines += [f"- **left**: {left}" for left in each.tally.left[:10]]
    return "\n".join(lines) + "\n"
