"""The simulated OASIS: requests to files, with its limits on span and its error codes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pandas as pd

from market_platform.sandbox.publishers.caiso.reports import REPORTS, Report, run_of
from market_platform.sandbox.publishers.caiso.wire import (
    BAD_REQUEST,
    MADE,
    NO_DATA,
    RANGE_TOO_WIDE,
    ZONE,
    OasisError,
    csv_file,
    error_file,
    time_columns,
    xml_file,
)
from market_platform.sandbox.world import World

STAMP = "%Y%m%dT%H:%M%z"
CSV = "6"
# A month of thirty-one days with its clock change is an hour longer.
LEEWAY = timedelta(hours=1)

Answer = tuple[str, Mapping[str, bytes]]


def answer_single(world: World, parameters: dict[str, str], now: datetime) -> Answer:
    """Answer a SingleZip request: the zip's name and its one file."""
    try:
        query = parameters.get("queryname", "")
        if query not in REPORTS:
            raise BAD_REQUEST
        start, end = _window(parameters, REPORTS[query])
        if parameters.get("grp_type") in ("ALL", "ALL_APNODES"):
            end = (
                min(end, start + timedelta(days=1) + LEEWAY)
                if run_of(parameters) == "DAM"
                else start + timedelta(hours=1)
            )
        name, content = _file(world, query, parameters, (start, end), now)
    except OasisError as error:
        return "INVALID_REQUEST.xml", {"INVALID_REQUEST.xml": error_file(error, now)}
    return name.rsplit(".", 1)[0], {name: content}


def answer_group(_world: World, _parameters: dict[str, str], now: datetime) -> Answer:
    """Answer a GroupZip request."""
    return "INVALID_REQUEST.xml", {"INVALID_REQUEST.xml": error_file(BAD_REQUEST, now)}


def _window(parameters: dict[str, str], report: Report) -> tuple[datetime, datetime]:
    try:
        start = datetime.strptime(parameters["startdatetime"], STAMP).astimezone(UTC)
        end = datetime.strptime(parameters["enddatetime"], STAMP).astimezone(UTC)
    except (KeyError, ValueError) as error:
        raise BAD_REQUEST from error
    if end - start > timedelta(days=report.longest_days) + LEEWAY:
        raise RANGE_TOO_WIDE
    return start, end


def _file(
    world: World, query: str, parameters: dict[str, str], window: tuple[datetime, datetime], now: datetime
) -> tuple[str, bytes]:
    report = REPORTS[query]
    start, end = window
    days = pd.date_range(start.astimezone(ZONE).date(), (end - timedelta(seconds=1)).astimezone(ZONE).date())
    rows = pd.concat([report.rows(world, day.date(), parameters) for day in days], ignore_index=True)
    inside = (rows["interval_start"] >= start) & (rows["interval_start"] < end)
    rows = rows[inside & (report.public_from(parameters, rows["interval_start"]) <= now)].reset_index(drop=True)
    if rows.empty:
        raise NO_DATA
    minutes = report.minutes(parameters)
    rows = time_columns(rows, minutes)
    run, version = run_of(parameters), parameters.get("version", "1")
    local_start, local_end = start.astimezone(ZONE), end.astimezone(ZONE)
    stem = f"{local_start:%Y%m%d}_{local_end:%Y%m%d}_{query}_{run}_{now.astimezone(ZONE).strftime(MADE)}_v{version}"
    if parameters.get("resultformat") == CSV:
        named = {heading: heading.split(":")[-1] for heading in report.headings}
        for heading, shown in named.items():
            rows[shown] = rows[heading.split(":")[0]]
        return f"{stem}.csv", csv_file(rows, list(named.values()))
    return f"{stem}.xml", xml_file(rows, query, run, minutes, report.unit, now)
