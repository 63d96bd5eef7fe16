"""The server around the app: uvicorn, with a protocol that asks the shelf before it parses."""

import gc
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from market_platform.api.shelf import Shelf, is_whole_get

# Longer than the pause of any client that asks once a minute.
KEEP_ALIVE_SECONDS = 75
BACKLOG = 4_096
LARGEST_SOCKET_MESSAGE = 65_536
COLLECT_AFTER = (50_000, 20, 100)


def server_of(app: FastAPI, *, host: str, port: int) -> uvicorn.Server:
    """Return the server of an app that ``create_app`` made."""
    config = uvicorn.Config(
        app, host=host, port=port, access_log=False, log_config=None, server_header=False, http=protocol_over(app.state.shelf),
        ws="websockets-sansio", ws_max_size=LARGEST_SOCKET_MESSAGE, timeout_keep_alive=KEEP_ALIVE_SECONDS, backlog=BACKLOG,
    )  # fmt: skip
    _spare_the_collector()
    return uvicorn.Server(config)


def _spare_the_collector() -> None:
    """Keep what is loaded for good out of the garbage collector, and let it look at the rest more rarely.

    Each look at everything stops all clients: 200 ms, once a second, measured at a thousand clients that ask at once.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def protocol_over(shelf: Shelf) -> type[HttpToolsProtocol]:
    """Return uvicorn's protocol with a shelf before it."""

    class Protocol(HttpToolsProtocol):
        """Answers from the shelf where the parser stands between two requests; else parses as uvicorn does.

        Bytes are looked up only where everything before them on the connection came as whole requests: their first byte is
        then a request's first, as it was when they were parsed.
        """

        is_between = True
        segment = b""

        def data_received(self, data: bytes) -> None:
            """Take what came."""
            if self.is_between and (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused:
                reply = shelf.reply(data, self.server_state.default_headers)
                if reply is not None:
                    self.transport.write(reply)
                    self.server_state.total_requests += 1
                    self.wait_on()
                    return
            self.is_between = self.is_between and is_whole_get(data)
            self.segment = data if self.is_between else b""
            super().data_received(data)

        def on_message_begin(self) -> None:
            """Hand the request's own bytes on beside what is parsed of them."""
            super().on_message_begin()
            scope: dict[str, Any] = self.scope  # type: ignore[assignment]
            scope["extensions"] = {"market_platform.request": self.segment}

        def wait_on(self) -> None:
            """Begin the keep-alive pause anew."""
            if self.timeout_keep_alive_task is not None:
                self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    return Protocol
