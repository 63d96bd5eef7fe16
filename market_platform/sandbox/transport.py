"""The simulated internet: every publisher's host behind one transport, in the process or on loopback."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import httpx

from market_platform.sandbox import mrets
from market_platform.sandbox.faults import INSTEAD, FaultPlan, spoil
from market_platform.sandbox.mrets_desk import MretsDesk
from market_platform.sandbox.publishers import caiso, carbon, cme, eia, ercot, nyiso, pipelines, pjm, weather
from market_platform.sandbox.world import World

Responder = Callable[[World, httpx.Request, datetime], httpx.Response]

RESPONDERS: dict[str, Responder] = {
    host: module.respond
    for module in (caiso, carbon, cme, eia, ercot, mrets, nyiso, pipelines, pjm, weather)
    for host in module.HOSTS
}


def is_simulated(address: str) -> bool:
    """Whether the sandbox stands in for the host of an address."""
    return httpx.URL(address).host in RESPONDERS


class SandboxTransport(httpx.BaseTransport):
    """Answers requests to publishers' hosts from the simulated world; it reaches no network.

    ``registry`` remembers what is written to the simulated certificate registry.
    """

    def __init__(
        self,
        seed: int,
        clock: Callable[[], datetime],
        faults: FaultPlan | None = None,
        registry: MretsDesk | None = None,
        caiso_nodes: int = World.caiso_nodes,
    ) -> None:
        self.world = World(seed, caiso_nodes=caiso_nodes)
        self.clock = clock
        self.faults = faults or FaultPlan()
        self.registry = registry or MretsDesk()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; a host that is not simulated is one that cannot be reached."""
        responder = RESPONDERS.get(request.url.host)
        if responder is None:
            raise httpx.ConnectError(f"the sandbox has no host {request.url.host}", request=request)
        if request.url.host in mrets.HOSTS:
            responder = partial(mrets.respond, desk=self.registry)
        fault = self.faults.strike(request)
        response = httpx.Response(200) if fault in INSTEAD else responder(self.world, request, self.clock())
        return response if fault is None else spoil(fault, request, response)
