"""Backtests on the lake's prices: each gate sees the prices that were out, and the forecast made from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from market_platform.defs.trading.prices import HISTORY_DAYS, PriceBook
from market_platform.errors import Infeasible
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, interval_starts
from market_platform.trading.bids.gates import event_at, gate_of
from market_platform.trading.dispatch import Fleet
from market_platform.trading.planning.expectation import seasonal_naive, with_latest_surprise
from market_platform.trading.strategies import (
    AsOf,
    DayAheadSchedule,
    Gate,
    GatePlan,
    Offer,
    RealTimeReoptimisation,
    StochasticSchedule,
    Strategy,
    Threshold,
    ValueOffers,
    VersionedHistory,
    View,
    error_response,
    rolling_gates,
)

SCENARIOS = 20
LONGEST_DAY = 25
# Fewer days than this say nothing of how errors hang together.
LEARN_FROM_DAYS = 5
LEARN_DAYS = 60
REAL_TIME_HORIZON = timedelta(hours=24)


@dataclass(frozen=True)
class Replay:
    """A market's history as backtests step through it: clearing prices, as-of reads, gates, hours of an interval."""

    market: str
    prices: pd.Series
    known: AsOf
    gates: list[GatePlan]
    hours: float
    strategies: tuple[Strategy, ...]


@dataclass
class Errors:
    """Forecast less price of past days, (hours,) each, and when each became known."""

    out: Mapping[date, datetime]
    by_day: dict[date, np.ndarray] = field(default_factory=dict)

    def known_at(self, moment: datetime) -> np.ndarray:
        """Return (days, LONGEST_DAY) errors of the latest days whose results were out, oldest first."""
        days = [day for day in self.by_day if self.out[day] < moment][-LEARN_DAYS:]
        return np.array([self.by_day[day] for day in days]).reshape(len(days), LONGEST_DAY)

    def note(self, day: date, forecast: np.ndarray, price: np.ndarray) -> None:
        """Note a day's errors; a day with fewer hours than the longest repeats its last."""
        error = forecast[: len(price)] - price
        self.by_day[day] = np.pad(error, (0, LONGEST_DAY - len(error)), mode="edge")


@dataclass(frozen=True)
class LearningOffers:
    """Value-function offers whose response to surprises is learned anew at each gate, from the errors known then."""

    errors: Errors
    name: str = "value-function offers"

    def offers(self, battery: Fleet, gate: Gate, view: View) -> Sequence[Offer]:
        """Return one price response per interval."""
        known = self.errors.known_at(gate.moment.to_pydatetime())
        if len(known) < LEARN_FROM_DAYS:
            usual = max(float(view.forecast.abs().median()) / 10, 1.0)
            return ValueOffers(np.eye(LONGEST_DAY), usual, name=self.name).offers(battery, gate, view)
        usual = max(float(np.median(np.abs(known))), 0.01)
        return ValueOffers(error_response(known), usual, name=self.name).offers(battery, gate, view)


def whole_days(iso: str, location: str, prices: pd.Series) -> list[date]:
    """Return the market days of hourly prices, first to last. Raises Infeasible where there is none or one has a hole."""
    zone = MARKETS[iso].zone
    if len(prices) == 0:
        raise Infeasible(f"the lake holds no day-ahead prices of {iso} at {location}: backfill the feed first")
    first, last = prices.index[0].tz_convert(zone).date(), prices.index[-1].tz_convert(zone).date()
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    torn = [day for day in days if not interval_starts(day, zone, 60).isin(prices.index).all()]
    if torn:
        raise Infeasible(f"{iso} {location}: {torn[0]} is not whole in the lake: backfill it, or choose other days")
    return days


def day_ahead_replay(iso: str, location: str, days: Sequence[date], prices: pd.Series) -> Replay:
    """Return the day-ahead market from the second day on, one gate a day, with its strategies.

    A day's prices are known from the moment that its results are out; a day's forecast is the seasonal naive on what is
    known when its gate closes, for that day and the next, its scenarios that forecast less the errors of past days.
    """
    zone = MARKETS[iso].zone
    out = {day: event_at(iso, "dam", "result", day) for day in days}
    errors = Errors(out)
    local_days = pd.Index(prices.index.tz_convert(zone).date)
    known = pd.DataFrame(
        {
            "interval_start": prices.index,
            "known_from": [out[day] for day in local_days],
            "usd_per_mwh": prices.to_numpy(),
        }
    )
    issues, gates, place = [], [], 0
    for day in days[1:]:
        closes = gate_of(iso, "dam", day_bounds(day, zone)[0]).closes_at
        hours = interval_starts(day, zone, 60)
        ahead = hours.append(interval_starts(day + timedelta(days=1), zone, 60))
        seen = [each for each in out if day - timedelta(days=HISTORY_DAYS) <= each < day and out[each] < closes]
        expectation = seasonal_naive(prices[local_days.isin(seen)], ahead, zone)
        if not expectation.is_known:
            raise Infeasible(f"{iso}: at the gate of {day} no earlier prices were out: begin a day later")
        issues.append(_issue(closes, expectation.prices, errors.known_at(closes), len(hours)))
        errors.note(day, expectation.prices.to_numpy(), prices.reindex(hours).to_numpy())
        gates.append(GatePlan(pd.Timestamp(closes), place, place + len(hours)))
        place += len(hours)
    history = VersionedHistory(known, pd.concat(issues, ignore_index=True))
    strategies = (Threshold(), DayAheadSchedule(), LearningOffers(errors), StochasticSchedule())
    return Replay(f"{iso} dam {location}", prices[local_days > days[0]], history, gates, 1.0, strategies)


def _issue(closes: datetime, forecast: pd.Series, errors: np.ndarray, today: int) -> pd.DataFrame:
    """Return one issue with its scenarios; where no error is known yet, every scenario is the forecast."""
    values = forecast.to_numpy()
    past = errors[-SCENARIOS:] if len(errors) else np.zeros((1, LONGEST_DAY))
    tomorrow = len(values) - today
    paths = values - np.concatenate([past[:, :today], past[:, :tomorrow]], axis=1)
    scenarios = {f"scenario_{n}": paths[n % len(paths)] for n in range(SCENARIOS)}
    issued = {"issued_at": pd.Timestamp(closes), "interval_start": forecast.index, "usd_per_mwh": values}
    return pd.DataFrame(issued | scenarios)


def real_time_replay(book: PriceBook, iso: str, location: str, days: Sequence[date], ahead: pd.Series) -> Replay | None:
    """Return the real-time market of the days whose prices are whole, offered anew at every interval; None without any.

    Each gate closes as its interval begins and sees the real-time prices of intervals that ended and the day-ahead prices
    that were out, moved by the last hour's surprise.
    """
    zone = MARKETS[iso].zone
    series = [(day, book.of_day(iso, "rtm", location, day)) for day in days]
    whole = [prices for day, prices in series if len(prices) and _covers(prices, day, iso)]
    if not whole:
        return None
    prices = pd.concat(whole)
    step = prices.index.to_series().diff().min()
    hours = float(step / pd.Timedelta(hours=1))
    out = pd.Series(
        [event_at(iso, "dam", "result", day) for day in ahead.index.tz_convert(zone).date], index=ahead.index
    )

    def known(moment: pd.Timestamp) -> View:
        seen = prices[prices.index + step <= moment]
        path = ahead[(out <= moment) & (ahead.index >= moment.floor("h") - timedelta(hours=6))]
        moved = with_latest_surprise(path, seen, moment.to_pydatetime())
        fine = pd.date_range(moment, min(moment + REAL_TIME_HORIZON, moved.index[-1] + timedelta(hours=1)), freq=step,
                             inclusive="left")  # fmt: skip
        return View(moment, seen, pd.Series(moved.reindex(fine.floor("h")).to_numpy(), index=fine))

    gates = rolling_gates(pd.DatetimeIndex(prices.index), pd.Timedelta(0))
    return Replay(f"{iso} rtm {location}", prices, known, gates, hours, (Threshold(), RealTimeReoptimisation()))


def _covers(prices: pd.Series, day: date, iso: str) -> bool:
    step = prices.index.to_series().diff().min()
    if pd.isna(step) or pd.Timedelta(hours=1) % step:
        return False
    return bool(interval_starts(day, MARKETS[iso].zone, int(step / pd.Timedelta(minutes=1))).isin(prices.index).all())
