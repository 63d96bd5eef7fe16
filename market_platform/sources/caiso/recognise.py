"""Telling which CAISO feed a file belongs to: by its report, the run that it names, and the places in it."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.markets.caiso import HUBS_AND_LOAD_POINTS
from market_platform.sources.caiso.answers import HEAD_BYTES, refuse_error_document
from market_platform.sources.caiso.columns import REPORTS
from market_platform.sources.caiso.oasis import NAMESPACE, Report, is_xml
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import resolve_columns, split_header

RUN_HEADINGS = ("MARKET_RUN_ID", "MKT_TYPE")
NODE_HEADINGS = ("NODE", "RESOURCE_NAME")
ROWS_LOOKED_AT = 400
BYTES_LOOKED_AT = 200 * ROWS_LOOKED_AT
HUBS = frozenset(HUBS_AND_LOAD_POINTS)


@dataclass(frozen=True)
class Recogniser:
    """Finds the feed of a file among CAISO's feeds."""

    feeds: Sequence[Feed]

    def __call__(self, payload: Payload) -> str | None:
        """Return the feed's key, or None where the file is not one of CAISO's.

        Raises UnreadablePayload where it is an OASIS error document.
        """
        if is_xml(payload):
            if NAMESPACE not in payload.content[:HEAD_BYTES]:
                return None
            refuse_error_document(payload)
            return self._choose(*_xml_facts(payload))
        report = _report_by_headings(payload) or _report_by_name(payload)
        if report is None:
            return None
        rows = _first_rows(payload)
        return self._choose(report, _run_of(rows), _values(rows, NODE_HEADINGS))

    def _choose(self, report: Report | None, run: str, nodes: frozenset[str]) -> str | None:
        if report is None:
            return None
        mine = [feed for feed in self.feeds if feed.dataset in report.queries]
        named = [feed for feed in mine if feed.file_part == run] or (mine if len(mine) == 1 else [])
        few = bool(nodes) and nodes <= HUBS
        ranked = sorted(named, key=lambda feed: bool(feed.locations) != few)
        return ranked[0].key if ranked else None


def _report_by_headings(payload: Payload) -> Report | None:
    try:
        headings, _ = split_header(payload)
    except UnreadablePayload:
        return None
    for report in REPORTS:
        try:
            resolve_columns(payload, headings, report.columns)
        except SchemaChanged:
            continue
        return report
    return None


def _report_by_name(payload: Payload) -> Report | None:
    """Return the report of the file's name: with other headings it is still that one, and reading it fails by name."""
    names = sorted(((query, report) for report in REPORTS for query in report.queries), key=lambda pair: -len(pair[0]))
    return next((report for query, report in names if query in payload.base_name.upper()), None)


def _first_rows(payload: Payload) -> list[dict[str, str]]:
    text = payload.content[:BYTES_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = text.splitlines()
    whole = lines if len(payload.content) <= BYTES_LOOKED_AT else lines[:-1]
    return list(csv.DictReader(whole[:ROWS_LOOKED_AT]))


def _values(rows: Sequence[Mapping[str, str]], headings: Sequence[str]) -> frozenset[str]:
    return frozenset(row[heading] for row in rows for heading in headings if row.get(heading))


def _run_of(rows: Sequence[Mapping[str, str]]) -> str:
    runs = sorted(_values(rows, RUN_HEADINGS))
    executions = sorted(_values(rows, ("EXECUTION_TYPE",)))
    return joined_run(runs[0] if runs else "", executions[0] if executions else "")


def joined_run(run: str, execution: str) -> str:
    """Name a run by its market and, where that says more, its execution: DAM, 7DA, RTM_RTPD."""
    return f"{run}_{execution}" if execution and execution != run else run


def _xml_facts(payload: Payload) -> tuple[Report | None, str, frozenset[str]]:
    text = payload.content[:BYTES_LOOKED_AT].decode("utf-8", "replace")

    def first(tag: str) -> str:
        found = re.search(rf"<{tag}>([^<]*)</{tag}>", text)
        return found[1].strip() if found else ""

    query = first("REPORT")
    report = next((report for report in REPORTS if query in report.queries), None)
    nodes = frozenset(re.findall(r"<RESOURCE_NAME>([^<]*)</RESOURCE_NAME>", text))
    return report, joined_run(first("MKT_TYPE"), first("EXECUTION_TYPE")), nodes
