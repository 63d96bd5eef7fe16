"""Issued forecasts beside what came, the naive and the ISO's own: the rows that scores are made from."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from market_platform.contracts.families.forecasts import FORECASTS
from market_platform.defs.forecasting import gas_assets, price_assets, reading, real_time_assets
from market_platform.defs.forecasting.subjects import CORRECTIONS, SUBJECTS, Source
from market_platform.platform import Platform

CORRECTED_DAYS = 5  # publishers correct outcomes for some days: these are scored again


@dataclass(frozen=True)
class Scored:
    """An asset whose forecasts are scored: where its outcome lies, and what stands beside it."""

    asset: str
    market: str
    quantity: str
    horizon: str
    zone: ZoneInfo
    outcome: Source | None
    minutes: int = 60
    iso: Source | None = None
    season: timedelta = timedelta(days=7)


def subjects() -> list[Scored]:
    """Return everything that is scored."""
    found = []
    for market, each in SUBJECTS.items():
        found.append(
            Scored(price_assets.asset_key(market), market, "day_ahead_price", "day_ahead", each.zone, each.day_ahead)
        )
        found.append(
            Scored(
                real_time_assets.asset_key(market), market, "real_time_price", "next_hours", each.zone, each.real_time,
                each.real_time_minutes, each.day_ahead, timedelta(days=1),
            )
        )  # fmt: skip
    found += [
        Scored(each.asset, each.market, each.quantity, "day_ahead", each.zone, each.outcome, iso=each.forecast)
        for each in CORRECTIONS
    ]
    basis = Scored(gas_assets.BASIS, "gas", "gas_basis", "gas_day", gas_assets.ZONE, None, season=timedelta(days=1))
    storage = Scored(
        gas_assets.STORAGE,
        "gas",
        "gas_storage_change",
        "storage_week",
        gas_assets.ZONE,
        None,
        season=timedelta(days=364),
    )
    return [*found, basis, storage]


def rows_to_score(platform: Platform, scored: Scored, moment: datetime, since: date) -> pd.DataFrame:
    """Return the forecasts since a day with outcome, naive and iso beside each interval; the naive is a season before.

    Of several issues before the gate the last one counts; where all came after it, the first of them. Forecasts of the
    next hours all count.
    """
    rows = platform.lake.read(FORECASTS, f"feed = '{scored.asset}' AND market_day >= DATE '{since}'")
    if rows.empty:
        return rows
    if scored.horizon != "next_hours":
        rows = _one_issue(rows)
    outcomes = _outcomes(platform, scored, moment, since)
    if outcomes.empty:
        return rows.iloc[:0]
    rows = _beside(rows, outcomes, "outcome", scored, timedelta(0))
    rows = _beside(rows, outcomes, "naive", scored, scored.season)
    if scored.season > timedelta(days=1):
        day_before = _beside(rows.drop(columns="naive"), outcomes, "naive", scored, timedelta(days=1))["naive"]
        rows = rows.assign(naive=rows["naive"].fillna(day_before) if scored.outcome is not None else rows["naive"])
    return rows if scored.iso is None else rows.assign(iso=_iso(platform, scored, scored.iso, rows, moment))


def _one_issue(rows: pd.DataFrame) -> pd.DataFrame:
    issued = rows["issued_at"].astype("int64")
    late = ~rows["before_gate"].fillna(value=True).astype(bool)
    ordered = rows.assign(late=late, order=issued.where(late, -issued)).sort_values(["late", "order"])
    return ordered.drop_duplicates(["location", "kind", "interval_start"]).drop(columns=["late", "order"])


def _outcomes(platform: Platform, scored: Scored, moment: datetime, since: date) -> pd.DataFrame:
    if scored.outcome is not None:
        first = since - scored.season - timedelta(days=1)
        return reading.outcomes(platform, scored.outcome, moment, minutes=scored.minutes, since=first)
    basis = scored.asset == gas_assets.BASIS
    series = gas_assets.basis_series(platform, moment) if basis else gas_assets.storage_changes(platform, moment)
    width = timedelta(0) if basis else gas_assets.WEEK - timedelta(days=1)
    frames = []
    for location, known in series.items():
        values = known.asfreq("D").ffill(limit=gas_assets.CARRY_DAYS) if basis else known
        starts = (values.index - width).tz_localize(scored.zone).tz_convert("UTC")
        frames.append(pd.DataFrame({"location": location, "interval_start": starts, "value": values.to_numpy()}))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _beside(rows: pd.DataFrame, values: pd.DataFrame, name: str, scored: Scored, back: timedelta) -> pd.DataFrame:
    """Join values by location and local clock time, some days back: a season before means the same hour of the day."""
    ahead = values.assign(wall=_wall(values["interval_start"], scored.zone) + back)
    ahead = ahead.groupby(["location", "wall"], as_index=False)["value"].mean().rename(columns={"value": name})
    if back == timedelta(0):
        exact = values[["location", "interval_start", "value"]].rename(columns={"value": name})
        return rows.merge(exact.astype({"interval_start": rows["interval_start"].dtype}), how="left")
    wall = rows.assign(wall=_wall(rows["interval_start"], scored.zone))
    return wall.merge(ahead, on=["location", "wall"], how="left").drop(columns="wall")


def _iso(platform: Platform, scored: Scored, iso: Source, rows: pd.DataFrame, moment: datetime) -> pd.Series:
    """Return what the ISO itself said: for real time the day-ahead price, else its forecast at the lead of the last issue."""
    if scored.horizon == "next_hours":
        said = reading.outcomes(platform, iso, moment, since=min(rows["market_day"]))
        hours = rows.assign(interval_start=rows["interval_start"].dt.floor("h"))
    else:
        last = rows.loc[rows["issued_at"].idxmax()]
        said = reading.issued_ahead(platform, iso, last["issued_at"].to_pydatetime(), _day_of(rows, last), scored.zone)
        hours = rows
    if said.empty:
        return pd.Series(float("nan"), index=rows.index)
    said = said.astype({"interval_start": hours["interval_start"].dtype})
    return hours[["location", "interval_start"]].merge(said, how="left")["value"].set_axis(rows.index)


def _day_of(rows: pd.DataFrame, last: pd.Series) -> date:
    """Return the market day that the issue of a row was made for: its latest one."""
    return max(rows.loc[rows["issued_at"] == last["issued_at"], "market_day"])


def _wall(starts: pd.Series, zone: ZoneInfo) -> pd.Series:
    return pd.to_datetime(starts, utc=True).dt.tz_convert(zone).dt.tz_localize(None)
