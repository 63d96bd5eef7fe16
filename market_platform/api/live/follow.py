"""Following the platform while the app runs: catalog up to date, events written and handed on, old ones dropped."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import sqlalchemy as sa

from market_platform.api.live.hub import Hub
from market_platform.api.live.watch import Watch
from market_platform.api.reading import Reader
from market_platform.errors import MarketPlatformError
from market_platform.platform import Platform

log = logging.getLogger("market_platform.api")


@dataclass(frozen=True)
class Beats:
    """How often, in seconds, the lake and the ledger are looked at."""

    lake: float = 5.0
    ledger: float = 0.5
    forget: float = 3600.0


async def follow(platform: Platform, reader: Reader, watch: Watch, hub: Hub, beats: Beats) -> None:
    """Look on until cancelled; a look that fails is logged and tried again."""
    await asyncio.gather(
        _again(lambda: asyncio.to_thread(reader.refresh), beats.lake),
        _again(lambda: asyncio.to_thread(watch.look), beats.ledger),
        _again(hub.pull, beats.ledger),
        _again(lambda: asyncio.to_thread(hub.log.forget, platform.clock()), beats.forget),
    )


async def _again(act: Callable[[], Awaitable[object]], seconds: float) -> None:
    while True:
        try:
            await act()
        except (MarketPlatformError, sa.exc.SQLAlchemyError, OSError):
            log.exception("a look at the platform failed; it is tried again")
        await asyncio.sleep(seconds)
