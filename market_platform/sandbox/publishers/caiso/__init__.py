"""The simulated California ISO: OASIS and the web page's files, with their limits and publication times."""

import re
from datetime import date, datetime

import httpx

from market_platform.sandbox.publishers.caiso.chart_pages import chart_page
from market_platform.sandbox.publishers.caiso.oasis import answer_group, answer_single
from market_platform.sandbox.publishers.caiso.outlook import outlook_file, unit_workbook
from market_platform.sandbox.publishers.caiso.wire import ZONE, zipped
from market_platform.sandbox.world import World

HOSTS = ("oasis.caiso.com", "www.caiso.com")
WORKBOOK = r"/documents/curtailed-(?:and-)?non-operational-generator-prior-trade-date-report-(.+)\.xlsx"


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as the real publisher would at ``now``."""
    path = request.url.path
    if found := re.fullmatch(r"/oasisapi/(SingleZip|GroupZip)", path):
        answer = answer_single if found[1] == "SingleZip" else answer_group
        name, files = answer(world, dict(request.url.params), now)
        return zipped(name, files, now)
    if found := re.fullmatch(r"/outlook/current/(\w+)\.csv", path):
        return outlook_file(world, found[1], now.astimezone(ZONE).date(), now)
    if found := re.fullmatch(r"/outlook/history/(\d{8})/(\w+)\.csv", path):
        return outlook_file(world, found[2], _day(found[1], "%Y%m%d"), now)
    if found := re.fullmatch(r"/documents/daily-(energy-storage|renewable)-report-(\w{3}-\d\d-\d{4})\.html", path):
        return chart_page(world, found[1], _day(found[2], "%b-%d-%Y"), now)
    if found := re.fullmatch(WORKBOOK, path):
        for pattern in ("%Y%m%d", "%Y-%m-%d", "%b-%d-%Y"):
            try:
                return unit_workbook(world, _day(found[1], pattern), now)
            except ValueError:
                continue
    return httpx.Response(404)


def _day(text: str, pattern: str) -> date:
    return datetime.strptime(text, pattern).replace(tzinfo=ZONE).date()
