"""ERCOT's dashboards: JSON documents of the present, with stamps that carry their offset from UTC.

On the autumn day the storage dashboard names the first 02:00 ``-0600`` with flag ``N`` where the repeated 01:00 is meant
(learned from the public client's repairs for 2024 and 2025); its count of milliseconds is taken instead.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from market_platform.errors import SchemaChanged
from market_platform.markets.ercot import FUELS, SYSTEM
from market_platform.sources.ercot.hours import FIVE_MINUTES, never
from market_platform.sources.ercot.reading import document
from market_platform.sources.ercot.rows import finish
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.stamps import as_day

HOUR = pd.Timedelta(hours=1)


def fuel_mix(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Five-minute generation by fuel. Stamps lie some seconds off the grid; each is taken to the minute it ends in."""
    records = [
        (file, stamp, fuel, values.get("gen") if isinstance(values, dict) else None)
        for file, payload in enumerate(payloads)
        for moments in _member(payload, "data").values()
        for stamp, fuels in moments.items()
        for fuel, values in fuels.items()
    ]
    frame = pd.DataFrame(records, columns=["file", "stamp", "published", "generation_mw"])
    ends = _utc(frame["stamp"]).dt.round("1min")
    fuel = frame["published"].map(FUELS)
    rows = _timed(feed, ends - FIVE_MINUTES, FIVE_MINUTES, frame["file"]).assign(
        **feed.constants,
        location=SYSTEM,
        fuel=fuel,
        publisher_fuel=frame["published"],
        generation_mw=pd.to_numeric(frame["generation_mw"], errors="coerce").astype("float64"),
    )
    strange = fuel.isna()
    rows.loc[strange, "defect"] = "fuel " + frame["published"][strange] + " is not in the table of fuels: add it there"
    return finish(feed, rows)


STORAGE = {
    "totalCharging": "Power Storage Charging",
    "totalDischarging": "Power Storage Discharging",
    "netOutput": "Power Storage",
}


def storage(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Five-minute charging, discharging and net output of the storage fleet; charging is negative."""
    records = [
        (file, one["epoch"], *(one.get(name) for name in STORAGE))
        for file, payload in enumerate(payloads)
        for day in ("previousDay", "currentDay")
        for one in _member(payload, day)["data"]
    ]
    frame = pd.DataFrame(records, columns=["file", "epoch", *STORAGE])
    start = pd.to_datetime(frame["epoch"], unit="ms", utc=True).astype("datetime64[us, UTC]")
    times = _timed(feed, start, FIVE_MINUTES, frame["file"]).assign(**feed.constants, location=SYSTEM, fuel="storage")
    frames = [
        times.assign(publisher_fuel=fuel, generation_mw=pd.to_numeric(frame[name], errors="coerce").astype("float64"))
        for name, fuel in STORAGE.items()
    ]
    return finish(feed, pd.concat(frames, ignore_index=True))


OUTLOOK_COLUMNS = (
    "demand_mw", "net_demand_mw", "demand_forecast_mw", "net_demand_forecast_mw", "capacity_forecast_mw",
    "net_capacity_forecast_mw", "reserve_requirement_mw", "reserve_requirement_forecast_mw", "capacity_credits_mw",
)  # fmt: skip


def supply_demand(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Demand so far and, ahead, as expected, with the capacity committed; stamps end five minutes (ahead: an hour)."""
    frames = []
    for file, payload in enumerate(payloads):
        read = pd.DataFrame(_member(payload, "data"))
        end = pd.to_datetime(read["epoch"], unit="ms", utc=True).astype("datetime64[us, UTC]")
        ahead = read["forecast"].astype(bool)
        start = (end - FIVE_MINUTES).where(~ahead, end - HOUR)
        rows = _timed(feed, start, FIVE_MINUTES, pd.Series(file, index=read.index)).assign(interval_end=end)
        blank = dict.fromkeys(OUTLOOK_COLUMNS, np.nan)
        demand, capacity = (
            pd.to_numeric(read[name], errors="coerce").astype("float64") for name in ("demand", "capacity")
        )
        rows = rows.assign(**feed.constants, **blank, location=SYSTEM, issued_at=_issued(payload))
        rows["demand_mw"], rows["demand_forecast_mw"] = demand.where(~ahead), demand.where(ahead)
        rows["capacity_forecast_mw"] = capacity
        frames.append(rows)
    return finish(feed, pd.concat(frames, ignore_index=True))


def outages(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read generation out of service, by kind of plant and of outage, every five minutes."""
    records = [
        (file, one["deliveryTime"], name, value)
        for file, payload in enumerate(payloads)
        for part in ("previous", "current")
        for one in _member(payload, part).values()
        for name, value in _flat(
            {key: each for key, each in one.items() if key not in ("deliveryTime", "dstFlag")}
        ).items()
    ]
    frame = pd.DataFrame(records, columns=["file", "stamp", "figure", "value"])
    return _figures(feed, frame, _utc(frame["stamp"]).dt.round("1min"))


def capacity_monitor(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Capability and awards of each service at the present, load resources and storage apart."""
    records = [
        (file, document(payload)["lastUpdated"], str(item[0]), item[1])
        for file, payload in enumerate(payloads)
        for group in _member(payload, "data").values()
        if isinstance(group, list)
        for item in group[1:]
        if len(item) > 1
    ]
    frame = pd.DataFrame(records, columns=["file", "stamp", "figure", "value"])
    return _figures(feed, frame, _utc(frame["stamp"]).dt.floor("1min"))


def _figures(feed: Feed, frame: pd.DataFrame, start: pd.Series) -> pd.DataFrame:
    rows = _timed(feed, start, FIVE_MINUTES, frame["file"]).assign(**feed.constants, location=SYSTEM, subject="")
    rows["issued_at"] = never(rows)
    value = pd.to_numeric(frame["value"], errors="coerce").astype("float64")
    return finish(feed, rows.assign(figure=frame["figure"], value=value))


def _flat(entry: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in entry.items():
        found |= _flat(value, f"{prefix}{key} ") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found


def _member(payload: Payload, name: str) -> Any:  # noqa: ANN401 - JSON is what it is
    answer = document(payload)
    if not isinstance(answer, dict) or name not in answer:
        raise SchemaChanged(
            f"{payload.name}: the dashboard has no {name!r} any more; map it in the feed's parser and replay"
        )
    return answer[name]


def _issued(payload: Payload) -> pd.Timestamp:
    return _utc(pd.Series([document(payload)["lastUpdated"]])).iloc[0]


def _utc(stamps: pd.Series) -> pd.Series:
    distinct = stamps.drop_duplicates()
    found = pd.to_datetime(distinct, format="%Y-%m-%d %H:%M:%S%z", utc=True, errors="coerce")
    return stamps.map(dict(zip(distinct, found, strict=True))).astype("datetime64[us, UTC]")


def _timed(feed: Feed, start: pd.Series, length: object, file: pd.Series) -> pd.DataFrame:
    local = start.dt.tz_convert(feed.zone).dt.tz_localize(None).to_numpy()
    frame = pd.DataFrame({"market_day": as_day(local), "interval_start": start, "interval_end": start + length})
    line = file.groupby(file).cumcount() + 1
    return frame.assign(file=file.astype("int32"), line=line, defect=pd.Series(None, index=frame.index, dtype="object"))
