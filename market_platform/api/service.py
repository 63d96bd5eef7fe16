"""What the routes share: the platform, the reader of the catalog, kept answers and the live hub of one app."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from fastapi import Request

from market_platform.api.answers import Answers
from market_platform.api.keys import Caller
from market_platform.api.live.hub import Hub
from market_platform.api.metrics import Metrics
from market_platform.api.reading import Reader
from market_platform.platform import Platform


@dataclass(frozen=True)
class Service:
    """The parts of one app."""

    platform: Platform
    reader: Reader
    answers: Answers
    metrics: Metrics
    hub: Hub

    @property
    def simulated(self) -> bool:
        """Whether all data are the sandbox's."""
        return self.platform.settings.origin == "sandbox"

    def now(self) -> datetime:
        """Return the platform's present moment."""
        return self.platform.clock()


def service_of(request: Request) -> Service:
    """Return the service of the app that answers a request."""
    return cast("Service", request.app.state.service)


def caller_in(request: Request) -> Caller:
    """Return who asks; the gate let nobody pass without a name."""
    return cast("Caller", request.state.caller)
