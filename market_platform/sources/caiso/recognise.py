"""Telling which CAISO feed a file belongs to: by its report, the run that it names, and the places in it."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.markets.caiso import HUBS_AND_LOAD_POINTS
from market_platform.sources.caiso.answers import HEAD_BYTES, refuse_error_document
from market_platform.sources.caiso.columns import REPORTS, WESTERN_RENEWABLES
from market_platform.sources.caiso.described import QUERIES, datasets
from market_platform.sources.caiso.downloads import DOWNLOAD_DAY, WATCH_DAY
from market_platform.sources.caiso.oasis import NAMESPACE, Report, is_xml
from market_platform.sources.caiso.outlook import MEASURED
from market_platform.sources.caiso.requests import UNIT_OUTAGES
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload, is_chart_page
from market_platform.sources.tabular import Field, resolve_columns, split_header

RUN_HEADINGS = ("MARKET_RUN_ID", "MKT_TYPE", "MARKET_TYPE")
NODE_HEADINGS = ("NODE", "RESOURCE_NAME")
STAMP_HEADINGS = (("INTERVALSTARTTIME_GMT", "INTERVALENDTIME_GMT"), ("INTERVAL_START_GMT", "INTERVAL_END_GMT"))
ROWS_LOOKED_AT = 400
BYTES_LOOKED_AT = 200 * ROWS_LOOKED_AT
WESTERN_NAMESPACE = "EDAMWindAndSolarForecast"
HUBS = frozenset(HUBS_AND_LOAD_POINTS)


@dataclass(frozen=True)
class Look:
    """What a first look at a file tells: its report, run, minutes of an interval (0: unknown) and its nodes."""

    report: Report
    run: str = ""
    minutes: int = 0
    nodes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Recogniser:
    """Finds the feed of a file among CAISO's feeds."""

    feeds: Sequence[Feed]

    def __call__(self, payload: Payload) -> str | None:
        """Return the feed's key, or None where the file is not one of CAISO's.

        Raises UnreadablePayload where it is an OASIS error document.
        """
        name = payload.base_name
        if name.lower().endswith((".xlsx", ".xlsm")):
            return "caiso_unit_outages" if UNIT_OUTAGES in name.lower() else None
        if is_chart_page(payload.content):
            return "caiso_renewables_report" if b"curt_h" in payload.content else "caiso_storage_report"
        if is_xml(payload):
            if NAMESPACE not in payload.content[:HEAD_BYTES]:
                return None
            refuse_error_document(payload)
            look = _xml_look(payload)
        else:
            page = _page_file(payload)
            if page is not None:
                return next((feed.key for feed in self.feeds if feed.dataset == page), None)
            look = _csv_look(payload)
        return None if look is None else self._choose(look, name.upper())

    def _choose(self, look: Look, name: str) -> str | None:
        mine = [feed for feed in self.feeds if feed.dataset in look.report.queries]
        named = [feed for feed in mine if feed.file_part == look.run] or [
            feed for feed in mine if _is_one(mine) or _says(name, feed)
        ]
        few = bool(look.nodes) and look.nodes <= HUBS
        ranked = sorted(
            named,
            key=lambda feed: (
                not _says(name, feed),
                bool(look.minutes) and feed.interval_minutes not in (None, look.minutes),
                bool(feed.locations) != few,
            ),
        )
        return ranked[0].key if ranked else None


def _says(name: str, feed: Feed) -> bool:
    return f"_{feed.dataset.removesuffix('_GRP')}_" in f"_{name}_"


def _is_one(feeds: Sequence[Feed]) -> bool:
    return len({feed.file_part for feed in feeds}) == 1


def _page_file(payload: Payload) -> str | None:
    """Return the outlook file, or the file taken from a page by hand, that this one is."""
    head = payload.content[:BYTES_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if WATCH_DAY.match(head):
        return "DailyRenewablesWatch"
    first = head.partition("\n")[0]
    if DOWNLOAD_DAY.match(first.split(",")[0].strip()):
        return "CAISO-demand"
    if not first.startswith("Time,"):
        return None
    for file, fields in MEASURED.items():
        if _fits(payload, fields):
            return file
    by_name = [file for file in MEASURED if re.search(rf"(?<![a-z]){file}(?![a-z])", payload.base_name.lower())]
    return by_name[0] if by_name else None


def _fits(payload: Payload, fields: Sequence[Field]) -> bool:
    try:
        resolve_columns(payload, split_header(payload)[0], fields)
    except (SchemaChanged, UnreadablePayload):
        return False
    return True


def _csv_look(payload: Payload) -> Look | None:
    report = next((report for report in REPORTS if _fits(payload, report.columns)), None) or _report_by_name(payload)
    if report is None:
        return None
    rows = _first_rows(payload)
    runs, executions = sorted(_values(rows, RUN_HEADINGS)), sorted(_values(rows, ("EXECUTION_TYPE",)))
    run = joined_run(runs[0] if runs else "", executions[0] if executions else "")
    return Look(report, run, _minutes(rows), _values(rows, NODE_HEADINGS))


def _report_by_name(payload: Payload) -> Report | None:
    """Return the report of the file's name: with other headings it is still that one, and reading it fails by name."""
    described = ((query.removesuffix("_GRP"), Report((query,), ())) for query in QUERIES)
    names = [*((query, report) for report in REPORTS for query in report.queries), *described]
    ranked = sorted(names, key=lambda pair: -len(pair[0]))
    return next((report for query, report in ranked if f"_{query}_" in f"_{payload.base_name.upper()}_"), None)


def _first_rows(payload: Payload) -> list[dict[str, str]]:
    text = payload.content[:BYTES_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = text.splitlines()
    whole = lines if len(payload.content) <= BYTES_LOOKED_AT else lines[:-1]
    return list(csv.DictReader(whole[:ROWS_LOOKED_AT]))


def _values(rows: Sequence[Mapping[str, str]], headings: Sequence[str]) -> frozenset[str]:
    return frozenset(row[heading] for row in rows for heading in headings if row.get(heading))


def _minutes(rows: Sequence[Mapping[str, str]]) -> int:
    for start, end in STAMP_HEADINGS:
        if rows and rows[0].get(start) and rows[0].get(end):
            moments = pd.to_datetime([rows[0][start], rows[0][end]], format="ISO8601", utc=True, errors="coerce")
            return 0 if moments.hasnans else int((moments[1] - moments[0]).total_seconds() // 60)
    return 0


def joined_run(run: str, execution: str) -> str:
    """Name a run by its market and, where that says more, its execution: DAM, 7DA, RTM_RTPD."""
    return f"{run}_{execution}" if execution and execution != run else run


def _xml_look(payload: Payload) -> Look | None:
    text = payload.content[:BYTES_LOOKED_AT].decode("utf-8", "replace")

    def first(tag: str) -> str:
        found = re.search(rf"<{tag}>([^<]*)</{tag}>", text)
        return found[1].strip() if found else ""

    name = first("REPORT")
    report = next((report for report in REPORTS if name in report.queries), None)
    if report is None and name and datasets(name):
        report = Report(datasets(name), ())
    if WESTERN_NAMESPACE in text:
        report = WESTERN_RENEWABLES
    if report is None:
        return None
    seconds = first("SEC_PER_INTERVAL")
    nodes = frozenset(re.findall(r"<RESOURCE_NAME>([^<]*)</RESOURCE_NAME>", text))
    run = joined_run(first("MKT_TYPE"), first("EXECUTION_TYPE"))
    return Look(report, run, int(seconds) // 60 if seconds.isdigit() else 0, nodes)
