"""The doctor: every examination in turn, and the mending of what can be mended."""

from collections.abc import Callable, Iterator

import dagster as dg

from market_platform.errors import MarketPlatformError
from market_platform.platform import Platform
from market_platform.upkeep.archive_health import examine_archive
from market_platform.upkeep.finding import Finding
from market_platform.upkeep.lake_health import examine_lake
from market_platform.upkeep.store_health import UNWRITABLE, examine_catalog, examine_disk, examine_ledger, examine_runs

EXAMINATIONS: dict[str, Callable[[Platform], Iterator[Finding]]] = {
    "disk": examine_disk,
    "ledger": examine_ledger,
    "archive": examine_archive,
    "catalog": examine_catalog,
    "lake": examine_lake,
}


def examine(platform: Platform, instance: dg.DagsterInstance | None = None) -> Iterator[Finding]:
    """Look at every part of a platform and yield what is wrong with it.

    Where the disk cannot be written to nothing else is looked at: SQLite cannot even be read there.
    """
    for part, look in EXAMINATIONS.items():
        findings = list(look(platform))
        yield from findings
        if part == "disk" and any(UNWRITABLE in finding.wrong for finding in findings):
            return
    if instance is not None:
        yield from examine_runs(platform, instance)


def mend(findings: list[Finding]) -> Iterator[tuple[Finding, str]]:
    """Mend what can be mended; yield each finding with what came of it."""
    for finding in findings:
        if finding.mend is None:
            yield finding, "needs a person"
            continue
        try:
            finding.mend()
        except MarketPlatformError as error:
            yield finding, f"not mended: {error}"
        else:
            yield finding, "mended"
