"""The settlement room: positions, shadow settlement, statements, reconciliation, disputes, payments and the monthly pack.

Command line and HTTP take the office's functions from here as well, so Dagster is loaded only for the room itself.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dagster as dg


def definitions() -> "dg.Definitions":
    """Return the room's part of the graph."""
    from market_platform.defs.settlement.room import definitions as room

    return room()
