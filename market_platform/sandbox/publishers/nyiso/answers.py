"""The simulated New York ISO's door: its addresses, its publication times, its zips."""

import re
from datetime import UTC, date, datetime, time, timedelta

import httpx
import pandas as pd

from market_platform.sandbox.publishers.nyiso import lists, prices, system
from market_platform.sandbox.publishers.nyiso.common import ZONE
from market_platform.sandbox.publishers.zipping import Member, zip_of
from market_platform.sandbox.world import World

HOSTS = ("mis.nyiso.com", "oasis-postings.prod.nysdi.com", "www.nyiso.com")
DAYS_KEPT = 10
DAY_BEFORE_AT_TEN = (1, time(10, 30))
RELEASE = {
    "damlbmp_zone": DAY_BEFORE_AT_TEN,
    "damlbmp_gen": DAY_BEFORE_AT_TEN,
    "damasp": DAY_BEFORE_AT_TEN,
    "DAMLimitingConstraints": DAY_BEFORE_AT_TEN,
    "ErieCirculationDA": DAY_BEFORE_AT_TEN,
    "outSched": DAY_BEFORE_AT_TEN,
    "isolf": (1, time(8)),
    "btmdaforecast": (1, time(7, 55)),
    "BTMEstimatedActual": (-1, time(8)),
    "btminstalledcapacitytracking": (-1, time(8)),
}
WRITERS = {**prices.WRITERS, **system.WRITERS, **lists.WRITERS}


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as the real publisher would at ``now``."""
    path = request.url.path
    today = now.astimezone(ZONE).date()
    if found := re.fullmatch(r"/public/csv/\w+/(\d{8})([A-Za-z_]+?)(_csv\.zip|\.csv)", path):
        day = datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=ZONE).date()
        if found[3] == "_csv.zip":
            return _month(world, found[2], day, now)
        return _day(world, found[2], day, now) if (today - day).days <= DAYS_KEPT else httpx.Response(404)
    if found := re.fullmatch(r"/\w+/CSV/\d{4}/\d\d/\d\d/([A-Za-z_]+)-(\d{8})\.csv", path):
        return _day(world, found[1], datetime.strptime(found[2], "%Y%m%d").replace(tzinfo=ZONE).date(), now)
    if found := re.fullmatch(
        r"/public/ace_data/ace-(\d{6})01\.zip|/AREA_CONTROL_ERROR/ZIP/\d{4}/\d\d/01/ace-(\d{6})01\.zip", path
    ):
        return _control_error(datetime.strptime(found[1] or found[2], "%Y%m").replace(tzinfo=ZONE).date(), now)
    if found := re.fullmatch(
        r"/public/realtime/realtime_(zone|gen)_lbmp\.csv|/RT_LBMP_(ZONE|GEN)/CSV/current\.csv", path
    ):
        place = "zone" if "zone" in (found[1] or found[2]).lower() else "generator"
        return _file(prices.newest_lbmp(world, place, now), now)
    if found := re.fullmatch(r"/documents/\d+/\d+/ICAP-Market-Report-([A-Z][a-z]+)-(\d{4})\.xlsx", path):
        month = datetime.strptime(f"{found[1]} {found[2]}", "%B %Y").replace(tzinfo=ZONE).date()
        return _file(lists.capacity_report(month), now) if month <= today else httpx.Response(404)
    snapshot = lists.SNAPSHOTS.get(path.removeprefix("/public/csv/")) or lists.POSTED.get(path)
    return _file(snapshot(world, today, now), now) if snapshot else httpx.Response(404)


def _file(content: bytes, published: datetime) -> httpx.Response:
    stamp = published.astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return httpx.Response(
        200, content=content, headers={"Last-Modified": stamp, "X-Simulated": "market-platform sandbox"}
    )


def _released(part: str, day: date) -> datetime:
    days_before, clock = RELEASE.get(part, (0, time()))
    return datetime.combine(day - timedelta(days=days_before), clock, tzinfo=ZONE)


def _day(world: World, part: str, day: date, now: datetime) -> httpx.Response:
    writer = WRITERS.get(part)
    if writer is None or now < _released(part, day):
        return httpx.Response(404)
    return _file(writer(world, day, now), _written(part, day, now))


def _written(part: str, day: date, now: datetime) -> datetime:
    """When the file was last written: at its release, or as its day went on."""
    if part in RELEASE:
        return _released(part, day)
    return min(now, datetime.combine(day + timedelta(days=1), time(0, 15), tzinfo=ZONE))


def _control_error(month: date, now: datetime) -> httpx.Response:
    over = datetime.combine((month + timedelta(days=31)).replace(day=1), time(8), tzinfo=ZONE)
    if now < over:
        return httpx.Response(404)
    return _file(zip_of([Member(f"ace-{month:%Y%m%d}.csv", system.control_error(month), over)]), over)


def _month(world: World, part: str, month: date, now: datetime) -> httpx.Response:
    days = [day.date() for day in pd.date_range(month, periods=31) if day.month == month.month]
    out = [day for day in days if now >= _released(part, day)]
    if part not in WRITERS or not out:
        return httpx.Response(404)
    members = (
        Member(f"{day:%Y%m%d}{part}.csv", WRITERS[part](world, day, now), _written(part, day, now).astimezone(ZONE))
        for day in out
    )
    return _file(zip_of(members), min(now, _written(part, out[-1], now)))
