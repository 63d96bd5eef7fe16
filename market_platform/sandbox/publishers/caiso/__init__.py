"""The simulated California ISO: its addresses, its limits, its publication times."""

import re
from datetime import datetime

import httpx

from market_platform.sandbox.publishers.caiso.oasis import answer_group, answer_single
from market_platform.sandbox.publishers.caiso.wire import zipped
from market_platform.sandbox.world import World

HOSTS = ("oasis.caiso.com", "www.caiso.com")


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as the real publisher would at ``now``."""
    found = re.fullmatch(r"/oasisapi/(SingleZip|GroupZip)", request.url.path)
    if found is None:
        return httpx.Response(404)
    answer = answer_single if found[1] == "SingleZip" else answer_group
    name, files = answer(world, dict(request.url.params), now)
    return zipped(name, files, now)
