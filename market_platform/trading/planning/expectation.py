"""What prices to expect where no forecast was issued: the seasonal naive on published prices, and what it rests on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

# Days whose nearest likeness is a week back and not the day before (Weron 2014: Monday, Saturday, Sunday).
LIKE_LAST_WEEK = (0, 5, 6)
FURTHEST_BACK = 14


@dataclass(frozen=True)
class Expectation:
    """Expected prices in $/MWh by interval start (UTC) and their source: forecasts, seasonal_naive, last_day or none."""

    prices: pd.Series
    source: str

    @property
    def is_known(self) -> bool:
        """True where there is anything to plan on."""
        return not self.prices.empty


NOTHING_KNOWN = Expectation(pd.Series(dtype="float64", index=pd.DatetimeIndex([], tz="UTC")), "none")


def seasonal_naive(history: pd.Series, intervals: pd.DatetimeIndex, zone: ZoneInfo) -> Expectation:
    """Return, for each interval, the price of the same local hour a week or a day before, whichever the weekday asks for.

    ``history`` holds published hourly prices by interval start (UTC) and nothing that was not known. Where the day
    asked for is missing, the latest day before the first interval's that is there stands in (source ``last_day``); an
    hour that the clock skipped takes the hour before it. Returns NOTHING_KNOWN where no earlier day is there.
    """
    first_day = intervals[0].tz_convert(zone).date()
    by_place = _by_local_hour(history.dropna(), zone)
    days = sorted({day for day, _ in by_place if day < first_day})
    if not days:
        return NOTHING_KNOWN
    values, stood_in = [], False
    for start in intervals:
        local = start.tz_convert(zone)
        like = _day_like(local.date(), first_day)
        if like not in days:
            like, stood_in = days[-1], True
        values.append(_at_hour(by_place, like, local.hour))
    return Expectation(pd.Series(values, index=intervals), "last_day" if stood_in else "seasonal_naive")


def _day_like(day: date, first_day: date) -> date:
    """Return the day to copy; of a later day of the horizon the one a week back, or the day before the horizon."""
    if day.weekday() in LIKE_LAST_WEEK:
        return day - timedelta(days=7)
    return first_day - timedelta(days=1)


def _by_local_hour(history: pd.Series, zone: ZoneInfo) -> dict[tuple[date, int], float]:
    """Return prices by local day and hour; of a repeated hour the first run."""
    found: dict[tuple[date, int], float] = {}
    for moment, price in history.sort_index().items():
        local = pd.Timestamp(moment).tz_convert(zone)
        found.setdefault((local.date(), local.hour), float(price))
    return found


def _at_hour(by_place: dict[tuple[date, int], float], day: date, hour: int) -> float:
    for step in range(24):
        for candidate in (hour - step, hour + step):
            if (day, candidate) in by_place:
                return by_place[(day, candidate)]
    raise KeyError(day)


def with_latest_surprise(
    day_ahead: pd.Series, real_time: pd.Series, at: datetime, half_life_hours: float = 2.0
) -> pd.Series:
    """Return expected real-time prices: day-ahead ones plus the last hour's surprise, which fades by half-lives.

    Both series are indexed by interval start (UTC); of ``real_time`` only what lies before ``at`` is read. Without real-time
    prices of the last six hours the day-ahead ones stand as they are.
    """
    moment = pd.Timestamp(at)
    past = real_time[(real_time.index < moment) & (real_time.index >= moment - pd.Timedelta(hours=6))].dropna()
    if past.empty:
        return day_ahead
    last = past[past.index > past.index[-1] - pd.Timedelta(hours=1)]
    base = day_ahead.reindex(last.index.floor("h")).to_numpy()
    surprise = float(pd.Series(last.to_numpy() - base).dropna().mean()) if len(last) else 0.0
    if surprise != surprise:
        return day_ahead
    hours = (day_ahead.index - moment) / pd.Timedelta(hours=1)
    return day_ahead + surprise * 0.5 ** (hours.to_numpy().clip(min=0) / half_life_hours)
