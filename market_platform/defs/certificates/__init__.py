"""Certificates as assets: registries → ledger → positions → obligations → compliance → ESG, with checks and sensors.

Commands and API take ``desk.py``, ``lists.py`` and ``loads.py`` from here without loading Dagster.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dagster as dg


def definitions() -> "dg.Definitions":
    """Return assets, checks, jobs, schedules and sensors."""
    from market_platform.defs.certificates.room import assemble

    return assemble()
