"""Telling which ERCOT feed a file belongs to: by the report that a page or a file name names, else by its headings."""

import re
from collections.abc import Callable, Sequence

from market_platform.errors import PayloadError
from market_platform.sources.ercot.reading import HEADLESS, headings, is_json, is_workbook, page, plain
from market_platform.sources.ercot.report_columns import REPORTS
from market_platform.sources.ercot.requests import Ask
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import Field

FILE_NAME = re.compile(r"(?:cdr|rpt|ext)\.0*(\d+)\.\d+\.", re.IGNORECASE)
HEADLESS_PRICES = re.compile(rb"\s*\d\d/\d\d/\d{4},\d\d:\d\d,\w+, ?-?[\d.]+,[NY]\s")
# Dashboards, by keys that only they have.
DASHBOARDS = {
    frozenset({"monthlyCapacity", "types", "data"}): "ercot_fuel_mix",
    frozenset({"previousDay", "currentDay", "netOutput"}): "ercot_storage",
    frozenset({"capacity", "demand", "forecast", "epoch"}): "ercot_supply_demand",
    frozenset({"previous", "current", "deliveryTime"}): "ercot_outages",
    frozenset({"rrcCapPfrGenEsr", "regUpCap"}): "ercot_as_monitor",
}
NAMED = (
    (r"IntGenbyFuel|FuelMix", "ercot_fuel_mix_yearly"),
    (r"ERS.{0,6}Procurement", "ercot_ers_procurement"),
    (r"unplanned.{0,12}outage", "ercot_unplanned_outages"),
)


def recogniser(feeds: Sequence[Feed]) -> Callable[[Payload], str | None]:
    """Return the function that tells the key of the feed of a file, None where it is not one of ERCOT's."""

    def recognise(payload: Payload) -> str | None:
        try:
            return _key(feeds, payload)
        except PayloadError:
            return _by_name(feeds, payload, ())

    return recognise


def _key(feeds: Sequence[Feed], payload: Payload) -> str | None:
    if payload.content[:200].lstrip()[:1] == b"<" and not payload.content.lstrip().startswith(b"<?xml"):
        return None
    if is_json(payload):
        return _by_json(feeds, payload)
    if HEADLESS.match(payload.content[:200]):
        return "ercot_dam_spp" if HEADLESS_PRICES.match(payload.content[:200]) else None
    if is_workbook(payload) and not payload.base_name.lower().endswith((".xlsx", ".xlsm")):
        return _by_name(feeds, payload, ())
    published = tuple(plain(heading) for heading in headings(payload) if heading.strip())
    return _by_name(feeds, payload, published) or _by_headings(feeds, published)


def _by_json(feeds: Sequence[Feed], payload: Payload) -> str | None:
    for keys, key in DASHBOARDS.items():
        if all(f'"{name}"'.encode() in payload.content for name in keys):
            return key
    if b'"fields"' not in payload.content:
        return None
    report = page(payload).envelope.get("report", {})
    for feed in feeds:
        ask = feed.request
        if isinstance(ask, Ask) and ask.path == report.get("reportName") and ask.path:
            return feed.key
    return None


def _by_name(feeds: Sequence[Feed], payload: Payload, published: Sequence[str]) -> str | None:
    """Where several feeds share a report number, the headings tell between them."""
    for feed in feeds:
        if feed.members and re.search(feed.members, payload.base_name):
            return feed.key
    named = next((key for pattern, key in NAMED if re.search(pattern, payload.base_name, re.IGNORECASE)), None)
    if named is not None:
        return named
    found = FILE_NAME.search(payload.base_name)
    mine = [feed for feed in feeds if found and _report_type(feed) == int(found[1])]
    if len(mine) == 1:
        return mine[0].key
    return next((feed.key for feed in mine if fits(REPORTS.get(feed.key, ()), published)), None)


def _report_type(feed: Feed) -> int | None:
    return feed.request.report_type if isinstance(feed.request, Ask) else None


def _by_headings(feeds: Sequence[Feed], published: Sequence[str]) -> str | None:
    known = {feed.key for feed in feeds}
    return next((key for key, fields in REPORTS.items() if key in known and fits(fields, published)), None)


def fits(fields: Sequence[Field], published: Sequence[str]) -> bool:
    """Tell whether headings are those of a report: all that must be there, and none that is not known."""
    known = {heading for spec in fields for heading in spec.headings}
    must = [spec for spec in fields if not spec.optional]
    return (
        bool(must)
        and set(published) <= known
        and all(any(name in published for name in spec.headings) for spec in must)
    )
