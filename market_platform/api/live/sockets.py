"""The sockets: state on connect, events in order, heartbeats; who falls behind is let go and may come back where it was."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from market_platform.api.callers import Callers, key_in
from market_platform.api.formats import to_json
from market_platform.api.keys import Caller
from market_platform.api.live.events import Event
from market_platform.api.live.hub import Hub
from market_platform.api.live.watch import MARKETS, latest_state
from market_platform.api.service import Service

HEARTBEAT_SECONDS = 15.0
SEND_SECONDS = 10.0
KEY_SECONDS = 5.0
MOST_CLIENTS = 2_000
MOST_MESSAGES = 100
LARGEST_FRAME = 128 * 1024
# Close codes: 4401 no valid key, 4404 no such channel, 1008 it talks too much, 1013 too slow or too many, try again.
NO_KEY, NO_CHANNEL, TALKS_TOO_MUCH, TRY_AGAIN = 4401, 4404, 1008, 1013

routes = APIRouter()


@dataclass(frozen=True)
class Pace:
    """How long a heartbeat, a send and the key may take, in seconds."""

    heartbeat: float = HEARTBEAT_SECONDS
    send: float = SEND_SECONDS
    key: float = KEY_SECONDS


@routes.websocket("/ws/{channel}")
async def live(socket: WebSocket, channel: str, after: int | None = None) -> None:
    """Serve a market's or a facility's channel; ``after`` goes on behind the last number that the client has."""
    service: Service = socket.app.state.service
    callers: Callers = socket.app.state.callers
    pace: Pace = socket.app.state.pace
    await socket.accept()
    if service.hub.clients >= MOST_CLIENTS:
        await socket.close(TRY_AGAIN, "too many clients")
        return
    service.hub.clients += 1
    try:
        client = _Client(socket, channel, service, callers, pace)
        if await client.enters():
            await client.serve(after)
    except WebSocketDisconnect:
        return
    finally:
        service.hub.clients -= 1


class _Client:
    def __init__(self, socket: WebSocket, channel: str, service: Service, callers: Callers, pace: Pace) -> None:
        self.socket, self.channel, self.service, self.callers, self.pace = socket, channel, service, callers, pace
        self.key = key_in(socket.scope["headers"])

    @property
    def hub(self) -> Hub:
        return self.service.hub

    async def enters(self) -> bool:
        """Whether key and channel hold. A browser cannot set headers: it sends ``{"key": "…"}`` first."""
        if not self.key:
            try:
                async with asyncio.timeout(self.pace.key):
                    self.key = str(json.loads(await self.socket.receive_text()).get("key", ""))
            except (TimeoutError, ValueError, AttributeError, KeyError):
                self.key = ""
        if await self._caller() is None:
            await self.socket.close(NO_KEY, "no valid key")
            return False
        if self.channel not in MARKETS and not await asyncio.to_thread(self._is_facility):
            await self.socket.close(NO_CHANNEL, "no such market or facility")
            return False
        return True

    def _is_facility(self) -> bool:
        found = self.service.reader.rows("SELECT 1 FROM chp_decisions WHERE facility = ? LIMIT 1", [self.channel])
        return bool(found)

    async def _caller(self) -> Caller | None:
        return self.callers.remembered(self.key) or await asyncio.to_thread(self.callers.look_up, self.key)

    async def serve(self, after: int | None) -> None:
        """Send until the client leaves, is too slow, talks too much, or its key ends."""
        listening = asyncio.create_task(self._listen())
        telling = asyncio.create_task(self._tell(after))
        done, waiting = await asyncio.wait({listening, telling}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for task in done:
            task.result()

    async def _listen(self) -> None:
        """Read what the client says, which means nothing here, until it leaves."""
        for _ in range(MOST_MESSAGES):
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
        await self.socket.close(TALKS_TOO_MUCH, "this socket only tells")

    async def _tell(self, after: int | None) -> None:
        position = await self._begin(after)
        while True:
            events = await self.hub.after(self.channel, position)
            if events:
                chosen = _fitting(events)
                if not await self._send(_frame(chosen)):
                    return
                position = chosen[-1].sequence
            elif not await self.hub.wait(self.channel, position, self.pace.heartbeat):
                if await self._caller() is None:
                    await self.socket.close(NO_KEY, "the key has ended")
                    return
                beat = {"type": "heartbeat", "sequence": position, "at": self.service.now()}
                if not await self._send(to_json(beat).decode()):
                    return

    async def _begin(self, after: int | None) -> int:
        """Say from where on it goes: behind what the client has, or with the whole state."""
        first, last = await asyncio.to_thread(self.hub.log.bounds, self.channel)
        if after is not None and first - 1 <= after <= last:
            await self._send(to_json({"type": "resumed", "channel": self.channel, "sequence": after}).decode())
            return after
        state = await asyncio.to_thread(latest_state, self.service.reader, self.service.platform, self.channel)
        head = {"type": "state", "channel": self.channel, "sequence": last, "at": self.service.now()}
        missed = {} if after is None else {"reset": True}
        await self._send(to_json({**head, **missed, "simulated": self.service.simulated, **state}).decode())
        return last

    async def _send(self, text: str) -> bool:
        try:
            async with asyncio.timeout(self.pace.send):
                await self.socket.send_text(text)
        except TimeoutError:
            # A socket that takes no bytes takes no close frame either: it is asked once and left.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.socket.close(TRY_AGAIN, "too slow: come back with after=")
            return False
        return True


def _fitting(events: Sequence[Event]) -> Sequence[Event]:
    """Return the first events, as many as a frame of common clients' limits holds; one always."""
    size = 0
    for number, event in enumerate(events):
        size += len(event.text)
        if size > LARGEST_FRAME and number:
            return events[:number]
    return events


def _frame(events: Sequence[Event]) -> str:
    listed = ", ".join(event.text for event in events)
    return f'{{"type": "events", "events": [{listed}]}}'
