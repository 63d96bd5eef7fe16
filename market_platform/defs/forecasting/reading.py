"""As-of reads of what a forecast may know: outcomes and publishers' forecasts as they stood at a moment."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from market_platform.contracts.contract import Contract
from market_platform.contracts.families.forecasts import FORECAST_MEMBERS, FORECASTS
from market_platform.defs.forecasting.subjects import Source
from market_platform.platform import Platform
from market_platform.store.merging import scan

HISTORY = timedelta(days=1456 + 364 + 182)  # what the engine reads: `ladder.MAX_ROWS`


def outcomes(
    platform: Platform, source: Source, moment: datetime, *, minutes: int = 60, since: date | None = None
) -> pd.DataFrame:
    """Return location, interval_start and value of what was known at ``moment``, averaged to ``minutes``."""
    bucket = f"time_bucket(INTERVAL {minutes} MINUTE, interval_start)"
    sql = (
        f"SELECT {_location(source)} AS location, {bucket} AS interval_start, avg({source.value}) AS value "  # noqa: S608
        f"FROM {_known(source, moment, since)} GROUP BY ALL ORDER BY ALL"
    )
    return _frame(platform, source.contract, source.feeds, sql)


def issued_ahead(platform: Platform, source: Source, moment: datetime, day: date, zone: ZoneInfo) -> pd.DataFrame:
    """Return location, interval_start and value of a publisher's forecasts, hourly, each day's at one and the same lead.

    For market day d the last issue counts that was out as long before d as ``moment`` lies before ``day``: what the
    past is trained on is as old as what the forecast rests on.
    """
    lead = moment.astimezone(zone).replace(tzinfo=None) - datetime.combine(day, datetime.min.time())
    due = f"timezone('{zone.key}', market_day::TIMESTAMP + INTERVAL '{int(lead.total_seconds())} seconds')"
    sql = (
        f", last AS (SELECT {_location(source)} AS location, interval_start, arg_max({source.value}, issued_at) AS value "  # noqa: S608
        f"FROM {_known(source, moment)} AND issued_at <= {due} AND issued_at <= TIMESTAMPTZ '{moment.isoformat()}' "
        "GROUP BY ALL) "
        "SELECT location, time_bucket(INTERVAL 60 MINUTE, interval_start) AS interval_start, avg(value) AS value "
        "FROM last GROUP BY ALL ORDER BY ALL"
    )
    return _frame(platform, source.contract, source.feeds, sql)


def known_rows(platform: Platform, contract: Contract, moment: datetime, where: str = "TRUE") -> pd.DataFrame:
    """Return the rows of a table as they were known at a moment."""
    at = f"TIMESTAMPTZ '{moment.isoformat()}'"
    condition = f"known_from <= {at} AND (known_to IS NULL OR known_to > {at}) AND ({where})"
    return platform.lake.read(contract, condition, versions=True)


def last_read(platform: Platform, source: Source, moment: datetime) -> datetime | None:
    """Return when the newest row of a source for today or later became known, None where there is none."""
    sql = (
        "SELECT max(known_from) AS newest FROM rows WHERE known_to IS NULL "  # noqa: S608
        f"AND market_day >= DATE '{moment.date()}' AND ({source.where})"
    )
    found = _frame(platform, source.contract, source.feeds, sql)
    return None if found.empty or found["newest"].isna().all() else found["newest"].iloc[0].to_pydatetime()


def by_location(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return interval_start and value of each location, without unknown values."""
    if rows.empty:
        return {}
    known = rows.dropna(subset=["value"])
    return {
        str(name): part[["interval_start", "value"]].reset_index(drop=True)
        for name, part in known.groupby("location", sort=True)
    }


def earlier_issues(platform: Platform, asset: str, day: date) -> pd.DataFrame:
    """Return location, issued_at, inputs_hash and version of the latest issue of each location for a market day."""
    where = f"feed = '{asset}' AND kind = 'issued' AND market_day = DATE '{day}'"
    rows = platform.lake.read(FORECASTS, where)
    latest = rows.sort_values("issued_at").drop_duplicates("location", keep="last")
    return latest[["location", "issued_at", "inputs_hash", "version"]].reset_index(drop=True)


def days_forecast(platform: Platform, asset: str, version: str) -> dict[str, set[date]]:
    """Return by location the market days of which the lake holds a forecast of this version, issued or hindcast."""
    sql = f"SELECT DISTINCT location, market_day FROM rows WHERE version = '{version}'"  # noqa: S608
    rows = _frame(platform, FORECASTS, [asset], sql)
    return {str(name): set(part["market_day"]) for name, part in rows.groupby("location")} if len(rows) else {}


def member_forecasts(platform: Platform, asset: str, version: str, since: date) -> pd.DataFrame:
    """Return location, model, interval_start and value of what the pool's members said since a day."""
    where = f"feed = '{asset}' AND version = '{version}' AND market_day >= DATE '{since}'"
    rows = platform.lake.read(FORECAST_MEMBERS, where)
    return rows[["location", "model", "interval_start", "value"]]


def _known(source: Source, moment: datetime, since: date | None = None) -> str:
    feeds = ", ".join(f"'{feed}'" for feed in source.feeds)
    since = since or (moment - HISTORY).date()
    at = f"TIMESTAMPTZ '{moment.isoformat()}'"
    return (
        f"rows WHERE known_from <= {at} AND (known_to IS NULL OR known_to > {at}) "
        f"AND feed IN ({feeds}) AND market_day >= DATE '{since}' AND ({source.where})"
    )


def _location(source: Source) -> str:
    if not source.renamed:
        return "location"
    cases = " ".join(f"WHEN '{own}' THEN '{ours}'" for own, ours in source.renamed)
    return f"CASE location {cases} ELSE location END"


def _frame(platform: Platform, contract: Contract, feeds: Sequence[str], sql: str) -> pd.DataFrame:
    """Return the answer to a question about ``rows``, all versions of some feeds' rows; empty where there are none."""
    files = [file for feed in feeds for file in platform.lake.files(contract, feed)]
    if not files:
        return pd.DataFrame()
    with duckdb.connect() as connection:
        platform.lake.open_to(connection)
        return connection.sql(f"WITH rows AS (FROM {scan(files)}) {sql}").to_arrow_table().to_pandas()


def locations_wanted(setting: str, market: str, found: Sequence[str]) -> list[str]:
    """Return the locations of a market that the setting names: ``all``, or ``market:location`` pairs joined by commas."""
    if setting.strip() == "all":
        return list(found)
    pairs = [part.strip().partition(":") for part in setting.split(",") if part.strip()]
    return [location for own, _, location in pairs if own == market and location in found]
