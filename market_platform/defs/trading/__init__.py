"""The trading room: resources, bid schedules before each gate, bids, awards, dispatch and key figures.

Command line and HTTP take the trading house from here as well, so Dagster is loaded only for the room itself.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dagster as dg


def definitions() -> "dg.Definitions":
    """Return the room's part of the graph."""
    from market_platform.defs.trading import room

    return room.definitions()
