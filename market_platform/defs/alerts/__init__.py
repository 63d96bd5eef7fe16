"""Alerts as sensors: prices every half minute, data every minute, the calendar every quarter of an hour. Off by default.

Command line and HTTP take `gather` and `channels` as well, so Dagster is loaded only for the room itself.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dagster as dg


def definitions() -> "dg.Definitions":
    """Return the room's part of the graph."""
    from market_platform.defs.alerts import room

    return room.definitions()
