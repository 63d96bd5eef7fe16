"""What a simulated OASIS report is, and when its rows become public."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.sandbox.publishers.caiso.wire import ZONE
from market_platform.sandbox.world import World

Parameters = Mapping[str, str]
Rows = Callable[[World, date, Parameters], pd.DataFrame]
Release = Callable[[Parameters, pd.Series], pd.Series]
GMT_PAIR = ("INTERVALSTARTTIME_GMT", "INTERVALENDTIME_GMT")
LATER_PAIR = ("INTERVAL_START_GMT", "INTERVAL_END_GMT")
OPERATING = ("OPR_DT", "OPR_HR", "OPR_INTERVAL")


@dataclass(frozen=True)
class Report:
    """One simulated report.

    ``rows`` of a market day carry interval_start and interval_end and a column for each of ``headings`` but those of
    time; ``value:HEADING`` prints the column ``value`` under that heading. Rows with ``item``, ``resource`` and
    ``value`` can be had as XML. ``minutes`` is the length of an interval in the run asked for. A list is the same
    whatever the span. ``elements`` are columns that the XML says beside those three; ``run`` is that of a group. Of a report
    ``by_hour`` a day is asked for hour by hour, and its rows are kept from one to the next.
    """

    headings: tuple[str, ...]
    rows: Rows
    minutes: Callable[[Parameters], int]
    public_from: Release
    unit: str = "MW"
    longest_days: int = 31
    is_list: bool = False
    elements: tuple[str, ...] = ()
    run: str = ""
    by_hour: bool = False


def run_of(parameters: Parameters) -> str:
    """Return the run asked for, with its execution type where one is given."""
    run, execution = parameters.get("market_run_id", "DAM"), parameters.get("execution_type")
    return f"{run}_{execution}" if execution and execution != run else run


def local_time(clock: time, days_after: int) -> Release:
    """Publish a whole market day at a local time some days after (negative: before) it."""

    def moments(_parameters: Parameters, starts: pd.Series) -> pd.Series:
        days = starts.dt.tz_convert(ZONE).dt.date
        release = {day: datetime.combine(day + timedelta(days=days_after), clock, tzinfo=ZONE) for day in set(days)}
        return pd.to_datetime(days.map(release), utc=True)

    return moments


def before_start(minutes: float) -> Release:
    """Publish each interval so long before it starts (negative: after)."""
    return lambda _parameters, starts: starts - timedelta(minutes=minutes)


def by_run(rules: Mapping[str, Release]) -> Release:
    """Choose the rule of publication by the run."""
    return lambda parameters, starts: rules[run_of(parameters)](parameters, starts)


def by_minutes(lengths: Mapping[str, int]) -> Callable[[Parameters], int]:
    """Choose the length of an interval by the run."""
    return lambda parameters: lengths[run_of(parameters)]


def hourly(_parameters: Parameters) -> int:
    """Sixty minutes in every run."""
    return 60


def numbered(rows: pd.DataFrame, *names: str) -> pd.Series:
    """Return the numbers of groups of rows, from 1, as OASIS has them in its column GROUP."""
    joint = np.zeros(len(rows), dtype=np.int64)
    for name in names:
        code, kinds = pd.factorize(rows[name])
        joint = joint * len(kinds) + code
    number, kinds = pd.factorize(joint)
    return pd.Series([str(place + 1) for place in range(len(kinds))], dtype="str").take(number).set_axis(rows.index)


def texts(values: pd.Series, places: int) -> pd.Series:
    """Write numbers without closing zeros, as OASIS does."""
    return pd.Series(
        [f"{value:.{places}f}".rstrip("0").rstrip(".") or "0" for value in values + 0.0], index=values.index
    )


DAY_AHEAD = local_time(time(13), -1)
NEXT_MORNING = local_time(time(9), 1)
DURING = {"HASP": before_start(45), "RTPD": before_start(22.5), "RTM": before_start(-5), "RTD": before_start(-5)}
RUNS: dict[str, Release] = {
    "DAM": DAY_AHEAD, "RUC": DAY_AHEAD, **DURING,
    "2DA": local_time(time(9, 10), -2), "7DA": local_time(time(9, 10), -7),
    "ACTUAL": before_start(-120), "RTM_RTPD": before_start(22.5), "RTM_RTD": before_start(2.5),
}  # fmt: skip
