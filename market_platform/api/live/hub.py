"""The hub: hands events on to any number of clients, each at its own pace.

A client is no queue here, only a number: its own loop asks for what follows that number, from the last thousand in memory or
else from the ledger. So a slow client holds nothing back and costs nothing, and a dropped one goes on where it was.
"""

import asyncio
from collections import deque

from market_platform.api.live.events import Event, EventLog

HELD = 1_000


class Hub:
    """The last events of each channel, and those who wait for the next."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.clients = 0
        self._held: dict[str, deque[Event]] = {}
        self._last: dict[str, int] = {}
        self._waiting: dict[str, asyncio.Event] = {}

    async def pull(self) -> int:
        """Take what the ledger has beyond what is known here, wake those who wait, and return how many there were."""
        taken = 0
        for channel, last in (await asyncio.to_thread(self.log.channels)).items():
            if channel not in self._last:
                self._last[channel] = max(0, last - HELD)
            while self._last[channel] < last:
                events = await asyncio.to_thread(self.log.after, channel, self._last[channel])
                if not events:
                    break
                self._held.setdefault(channel, deque(maxlen=HELD)).extend(events)
                self._last[channel] = events[-1].sequence
                taken += len(events)
                self._wake(channel)
        return taken

    async def after(self, channel: str, sequence: int) -> list[Event]:
        """Return events that follow a number: none where there is nothing new, a part where there are many."""
        if sequence >= self._last.get(channel, 0):
            return []
        held = self._held.get(channel)
        if held and held[0].sequence <= sequence + 1:
            # Numbers in the ring have no gaps, so the place follows from the number.
            start = sequence + 1 - held[0].sequence
            return [held[number] for number in range(start, min(start + 500, len(held)))]
        return await asyncio.to_thread(self.log.after, channel, sequence)

    async def wait(self, channel: str, sequence: int, seconds: float) -> bool:
        """Wait until something follows a number; False where nothing did in that time."""
        if sequence < self._last.get(channel, 0):
            return True
        event = self._waiting.setdefault(channel, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self, channel: str) -> None:
        event = self._waiting.pop(channel, None)
        if event is not None:
            event.set()
