"""Backtests: step through history gate by gate, hand each strategy only an as-of view, clear interval by interval.

The clearing price of an interval is read after the offers behind its gate are in, never before. Awards that the store
cannot deliver are cut at clearing and counted (facts §11, trap 12).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market_platform.markets.market_day import market_day_of
from market_platform.trading.dispatch import Fleet, exclusive_dispatch
from market_platform.trading.strategies.offers import within_limits
from market_platform.trading.strategies.strategies import Gate, Strategy
from market_platform.trading.strategies.view import AsOf


@dataclass(frozen=True)
class GatePlan:
    """When offers close, and for which intervals: positions ``first``..``last`` (exclusive) in the history."""

    moment: pd.Timestamp
    first: int
    last: int


@dataclass(frozen=True)
class Score:
    """A strategy's result with everything a percentage of perfect foresight depends on."""

    strategy: str
    market: str
    revenue_usd: float
    perfect_foresight_usd: float
    daily_foresight_usd: float
    horizon: str
    end_soc_mwh: float
    cycle_cost_usd: float
    cycles: float
    undelivered_mwh: float

    @property
    def capture(self) -> float:
        """Return revenue as a share of whole-horizon perfect foresight, NaN where even foresight earns nothing."""
        return self.revenue_usd / self.perfect_foresight_usd if self.perfect_foresight_usd > 0 else float("nan")

    def __str__(self) -> str:
        earns = self.perfect_foresight_usd > 0
        day_share = self.daily_foresight_usd / self.perfect_foresight_usd if earns else float("nan")
        return (
            f"{self.strategy}: {self.capture:.1%} of perfect foresight ({self.revenue_usd:,.0f} of "
            f"{self.perfect_foresight_usd:,.0f} USD; foresight over {self.horizon}, a day at a time {day_share:.1%}); "
            f"market {self.market}; end SOC {self.end_soc_mwh:.3g} MWh; cycle cost {self.cycle_cost_usd:,.0f} USD; "
            f"{self.cycles:.1f} cycles; {self.undelivered_mwh:.2f} MWh awarded but not delivered"
        )


@dataclass(frozen=True)
class Backtest:
    """Interval results (``frame``) and the score against perfect foresight."""

    frame: pd.DataFrame
    score: Score


def day_ahead_gates(intervals: pd.DatetimeIndex, zone: ZoneInfo, closes: time) -> list[GatePlan]:
    """Return one gate per market day, closing at local time ``closes`` on the day before; days have 23 to 25 hours."""
    days = market_day_of(pd.Series(intervals), zone).to_numpy()
    edges = [0, *(np.flatnonzero(days[1:] != days[:-1]) + 1).tolist(), len(days)]
    plans = []
    for first, last in pairwise(edges):
        local = pd.Timestamp.combine(days[first] - timedelta(days=1), closes).tz_localize(zone)
        plans.append(GatePlan(local.tz_convert("UTC"), first, last))
    return plans


def rolling_gates(intervals: pd.DatetimeIndex, lead: pd.Timedelta) -> list[GatePlan]:
    """Return one gate per interval, closing ``lead`` before it starts."""
    return [GatePlan(start - lead, place, place + 1) for place, start in enumerate(intervals)]


def run_gates(
    battery: Fleet, clearing_prices: pd.Series, strategy: Strategy, known: AsOf, gates: Sequence[GatePlan], hours: float
) -> Iterator[dict[str, object]]:
    """Yield one record per interval; ``clearing_prices`` are read only after a gate's offers are in."""
    soc = float(battery.column("soc_start_mwh")[0])
    for plan in gates:
        intervals = clearing_prices.index[plan.first : plan.last]
        offers = strategy.offers(battery, Gate(plan.moment, intervals, hours, soc), known(plan.moment))
        if len(offers) != len(intervals):
            raise ValueError(
                f"{strategy.name} gave {len(offers)} offers for {len(intervals)} intervals at {plan.moment}"
            )
        for place, offer in enumerate(offers):
            curve = offer.curve(soc)
            price = float(clearing_prices.iloc[plan.first + place])
            awarded = curve.cleared_mw(price)
            delivered, after = within_limits(battery, soc, awarded, hours)
            yield {
                "interval_start": intervals[place],
                "gate": plan.moment,
                "price_usd_per_mwh": price,
                "segments": len(curve.mw),
                "awarded_mw": awarded,
                "delivered_mw": delivered,
                "soc_end_mwh": after,
            }
            soc = after


def backtest(
    battery: Fleet,
    clearing_prices: pd.Series,
    strategy: Strategy,
    known: AsOf,
    gates: Sequence[GatePlan],
    *,
    market: str,
    hours: float = 1.0,
) -> Backtest:
    """Run one battery's strategy over history and score it.

    ``clearing_prices`` in $/MWh by interval start (UTC), ``market`` says which (it is printed with the score), and
    ``hours`` is the interval length. Revenue is net of throughput cost; foresight is the exact exclusive optimum of the
    same battery over the whole horizon and, beside it, a gate at a time.
    """
    frame = pd.DataFrame(run_gates(battery, clearing_prices, strategy, known, gates, hours))
    delivered = frame["delivered_mw"].to_numpy()
    charged, discharged = -np.minimum(delivered, 0) * hours, np.maximum(delivered, 0) * hours
    wear = float(
        charged.sum() * battery.column("charge_cost_usd_per_mwh")[0]
        + discharged.sum() * battery.column("discharge_cost_usd_per_mwh")[0]
    )
    frame["revenue_usd"] = delivered * hours * frame["price_usd_per_mwh"]
    end_soc = float(frame["soc_end_mwh"].iloc[-1])
    usable = float((battery.column("soc_max_mwh") - battery.column("soc_min_mwh"))[0])
    score = Score(
        strategy=strategy.name,
        market=market,
        revenue_usd=float(frame["revenue_usd"].sum())
        - wear
        + end_soc * float(battery.column("terminal_value_usd_per_mwh")[0]),
        perfect_foresight_usd=float(exclusive_dispatch(battery, clearing_prices.to_numpy(), hours=hours).value_usd[0]),
        daily_foresight_usd=_foresight_by_gate(battery, clearing_prices.to_numpy(), gates, hours),
        horizon=f"the whole {len(frame) * hours / 24:.0f} days, end SOC free within the battery's limits",
        end_soc_mwh=end_soc,
        cycle_cost_usd=wear,
        cycles=float(discharged.sum() / battery.column("discharge_efficiency")[0] / usable),
        undelivered_mwh=float((frame["awarded_mw"] - frame["delivered_mw"]).abs().sum() * hours),
    )
    return Backtest(frame, score)


def _foresight_by_gate(battery: Fleet, prices: np.ndarray, gates: Sequence[GatePlan], hours: float) -> float:
    """Return what perfect knowledge of one gate's intervals at a time would earn, the SOC carried over."""
    total, soc = 0.0, float(battery.column("soc_start_mwh")[0])
    for gate in gates:
        plan = exclusive_dispatch(battery.replace(soc_start_mwh=soc), prices[gate.first : gate.last], hours=hours)
        total += float(plan.value_usd[0])
        soc = float(np.clip(plan.soc_mwh[0, -1], battery.column("soc_min_mwh")[0], battery.column("soc_max_mwh")[0]))
    return total


def first_leak(full: AsOf, truncated: AsOf, battery: Fleet, strategy: Strategy, gates: Sequence[Gate]) -> Gate | None:
    """Return the first gate at which the strategy acts differently once the future is cut off, or None.

    ``truncated`` answers from data that end where each gate closes. A difference means that the strategy or the as-of
    read saw later data.
    """
    probe = np.linspace(battery.column("soc_min_mwh")[0], battery.column("soc_max_mwh")[0], 5)
    for gate in gates:
        pairs = zip(
            strategy.offers(battery, gate, full(gate.moment)),
            strategy.offers(battery, gate, truncated(gate.moment)),
            strict=True,
        )
        for with_all, with_cut in pairs:
            for soc in probe:
                one, other = with_all.curve(float(soc)), with_cut.curve(float(soc))
                same = one.start_mw == other.start_mw and np.array_equal(one.mw, other.mw)
                if not (same and np.array_equal(one.usd_per_mwh, other.usd_per_mwh)):
                    return gate
    return None
