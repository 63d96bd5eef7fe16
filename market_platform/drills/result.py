"""What came of a drill, in counts."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from market_platform.upkeep.finding import Finding


@dataclass
class Tally:
    """Counts that a drill keeps while it goes on.

    ``faults`` is how often the fault struck; ``seen`` how the platform took it, in its own words. ``rows`` were compared with
    those of a platform that nothing befell: ``lost`` are not there, ``extra`` are there without a reason or twice. ``found``
    is what the doctor said while something was wrong, ``left`` what it still says at the end.
    """

    faults: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    lost: int = 0
    extra: int = 0
    found: Counter[str] = field(default_factory=Counter)
    mended: int = 0
    left: list[str] = field(default_factory=list)

    def hear(self, findings: Sequence[Finding]) -> None:
        """Count what the doctor says while something is wrong."""
        self.found.update(f"{finding.part}: {_without_names(finding.wrong)}" for finding in findings)

    @property
    def holds(self) -> bool:
        """Whether the fault struck at all, rows were compared, and nothing is lost, doubled or still wrong."""
        return bool(self.faults and self.rows) and not (self.lost or self.extra or self.left)


def _without_names(wrong: str) -> str:
    """Say what is wrong without the file that it is wrong with, so that findings of a kind are counted together."""
    return re.sub(
        r"'[^']*'|(?<=bytes of )\S+|\d{4}-\d\d-\d\d \d\d:\d\dZ", "...", wrong.split(". Detail", maxsplit=1)[0]
    ).split(": ")[0]


@dataclass(frozen=True)
class Result:
    """One drill with its tally and the time it took."""

    drill: str
    tally: Tally
    wall_seconds: float
    processor_seconds: float

    def row(self) -> dict[str, object]:
        """Return the result as plain values."""
        tally = self.tally
        return {
            "drill": self.drill,
            "faults": tally.faults,
            "seen": dict(tally.seen.most_common()),
            "rows_compared": tally.rows,
            "lost": tally.lost,
            "extra": tally.extra,
            "doctor_said": dict(tally.found.most_common()),
            "mended": tally.mended,
            "left": tally.left,
            "holds": tally.holds,
            "wall_seconds": round(self.wall_seconds, 1),
            "processor_seconds": round(self.processor_seconds, 1),
        }
