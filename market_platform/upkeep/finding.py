"""A finding: one thing that is wrong with a platform, where, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """``part`` is lake, archive, ledger, catalog, runs or disk; ``mend`` puts it right, where that can be done."""

    part: str
    where: str
    wrong: str
    advice: str
    mend: Callable[[], None] | None = None
