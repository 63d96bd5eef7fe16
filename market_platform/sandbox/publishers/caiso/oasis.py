"""The simulated OASIS: requests to files, with its limits on span and its error codes."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

import pandas as pd

from market_platform.markets.market_day import day_bounds
from market_platform.sandbox.publishers.caiso.described_reports import DESCRIBED_GROUPS, DESCRIBED_REPORTS
from market_platform.sandbox.publishers.caiso.group_reports import EVENT_REPORTS, GROUP_REPORTS, western_file
from market_platform.sandbox.publishers.caiso.list_reports import LIST_REPORTS
from market_platform.sandbox.publishers.caiso.price_reports import PRICE_REPORTS
from market_platform.sandbox.publishers.caiso.report import Report, run_of
from market_platform.sandbox.publishers.caiso.system_reports import SYSTEM_REPORTS
from market_platform.sandbox.publishers.caiso.wire import (
    BAD_REQUEST,
    MADE,
    NO_DATA,
    RANGE_TOO_WIDE,
    STAMP,
    ZONE,
    OasisError,
    csv_file,
    error_file,
    time_columns,
    xml_file,
)
from market_platform.sandbox.world import World

REPORTS: dict[str, Report] = {**PRICE_REPORTS, **SYSTEM_REPORTS, **LIST_REPORTS, **EVENT_REPORTS, **DESCRIBED_REPORTS}
GROUPS = {**GROUP_REPORTS, **DESCRIBED_GROUPS}
WESTERN_GROUP = "EDAM_WND_SLR_FORECAST_GRP"
CSV = "6"
KEPT = timedelta(days=39 * 30.5)
# A month of thirty-one days with its clock change is an hour longer.
LEEWAY = timedelta(hours=1)
SPAN = ("startdatetime", "enddatetime")
EVERY_NODE = ("ALL", "ALL_APNODES")

Answer = tuple[str, Mapping[str, bytes]]
Window = tuple[datetime, datetime]


def answer_single(world: World, parameters: dict[str, str], now: datetime) -> Answer:
    """Answer a SingleZip request: the zip's name and its one file."""
    try:
        query = parameters.get("queryname", "")
        if query not in REPORTS:
            raise BAD_REQUEST
        start, end = _window(parameters, REPORTS[query].longest_days)
        if start < now - KEPT:
            raise NO_DATA
        if parameters.get("grp_type") in EVERY_NODE:
            day = run_of(parameters) == "DAM"
            end = min(end, start + (timedelta(days=1) + LEEWAY if day else timedelta(hours=1)))
        rows = _rows(world, REPORTS[query], parameters, (start, end), now)
        stem = _stem(
            f"{query}_{run_of(parameters)}" if "market_run_id" in parameters else f"{query}_N", (start, end), now
        )
        name = f"{stem}_v{parameters.get('version', '1')}"
        files = _file(name, rows, REPORTS[query], parameters, query, now)
    except OasisError as error:
        return _refusal(error, now)
    return name, files


def answer_group(world: World, parameters: dict[str, str], now: datetime) -> Answer:
    """Answer a GroupZip request: one day from its start, one file a component for node prices."""
    try:
        group = parameters.get("groupid", "")
        if group == WESTERN_GROUP:
            return _western(world, parameters, now)
        if group not in GROUPS:
            raise BAD_REQUEST
        member, report = GROUPS[group]
        start, _ = _window({"enddatetime": parameters.get("startdatetime", ""), **parameters}, 366)
        window = (start, day_bounds(start.astimezone(ZONE).date(), ZONE)[1])
        if report.run:
            parameters = {**parameters, "market_run_id": report.run}
        rows = _rows(world, report, parameters, window, now)
        local = start.astimezone(ZONE)
        stem, version = f"{local:%Y%m%d}_{local:%Y%m%d}", parameters.get("version", "1")
    except OasisError as error:
        return _refusal(error, now)
    parts = rows.groupby("LMP_TYPE") if "LMP_TYPE" in rows else [("", rows)]
    as_csv = {**parameters, "resultformat": CSV} if report.headings else parameters
    files: dict[str, bytes] = {}
    for component, part in parts:
        label = f"_{component}" if component else ""
        files |= _file(f"{stem}_{member}{label}_v{version}", part, report, as_csv, group, now)
    return f"{stem}_{group}_N_N_v{version}_csv", files


def _western(world: World, parameters: dict[str, str], now: datetime) -> Answer:
    start, _ = _window({"enddatetime": parameters.get("startdatetime", ""), **parameters}, 366)
    day = start.astimezone(ZONE).date()
    if now < datetime.combine(day - timedelta(days=1), time(6), tzinfo=ZONE):
        raise NO_DATA
    name = f"{day:%Y%m%d}_{day:%Y%m%d}_EDAM_WND_SLR_FORECAST_N_v{parameters.get('version', '1')}"
    return name, {f"{name}.xml": western_file(world, day, now)}


def _refusal(error: OasisError, now: datetime) -> Answer:
    return "INVALID_REQUEST.xml", {"INVALID_REQUEST.xml": error_file(error, now)}


def _window(parameters: Mapping[str, str], longest_days: int) -> Window:
    try:
        start = datetime.strptime(parameters["startdatetime"], STAMP).astimezone(UTC)
        end = datetime.strptime(parameters["enddatetime"], STAMP).astimezone(UTC)
    except (KeyError, ValueError) as error:
        raise BAD_REQUEST from error
    if end - start > timedelta(days=longest_days) + LEEWAY:
        raise RANGE_TOO_WIDE
    return start, end


def _rows(world: World, report: Report, parameters: dict[str, str], window: Window, now: datetime) -> pd.DataFrame:
    start, end = window
    days = pd.date_range(start.astimezone(ZONE).date(), (end - timedelta(seconds=1)).astimezone(ZONE).date())
    if report.is_list:
        rows = report.rows(world, days[0].date(), parameters)
    elif report.by_hour:
        rows = _kept_days(world, report, parameters, days)
    else:
        rows = pd.concat([report.rows(world, day.date(), parameters) for day in days], ignore_index=True)
    if not report.is_list:
        code, moments = pd.factorize(rows["interval_start"])
        starts = pd.Series(moments)
        public = (starts >= start) & (starts < end) & (report.public_from(parameters, starts) <= now)
        rows = rows if public.all() else rows[public.to_numpy()[code]].reset_index(drop=True)
    if rows.empty:
        raise NO_DATA
    return rows if report.by_hour else time_columns(rows, report.minutes(parameters))


def _kept_days(world: World, report: Report, parameters: dict[str, str], days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return rows of days with their time columns, worked out once for all hours that are asked for."""
    question = tuple(sorted((name, value) for name, value in parameters.items() if name not in SPAN))

    def whole() -> pd.DataFrame:
        rows = pd.concat([report.rows(world, day.date(), parameters) for day in days], ignore_index=True)
        return time_columns(rows, report.minutes(parameters))

    return world.answers.recall(("caiso", question, days[0], len(days)), whole)


def _stem(label: str, window: Window, now: datetime) -> str:
    start, end = (moment.astimezone(ZONE) for moment in window)
    return f"{start:%Y%m%d}_{end:%Y%m%d}_{label}_{now.astimezone(ZONE).strftime(MADE)}"


def _file(
    name: str, rows: pd.DataFrame, report: Report, parameters: dict[str, str], query: str, now: datetime
) -> dict[str, bytes]:
    if parameters.get("resultformat") == CSV:
        named = {heading.split(":")[-1]: heading.split(":")[0] for heading in report.headings}
        return {f"{name}.csv": csv_file(rows.assign(**{shown: rows[own] for shown, own in named.items()}), list(named))}
    if "item" not in rows:
        raise BAD_REQUEST
    run = run_of(parameters) if "market_run_id" in parameters else ""
    minutes = report.minutes(parameters)
    return {f"{name}.xml": xml_file(rows, query, run, minutes, report.unit, now, report.elements)}
