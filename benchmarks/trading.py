"""Dispatch engines against their peers, and the causal strategy against perfect foresight on real prices.

Speeds are battery-days per CPU second of one core, warm, dispatch included. The PJM test period is the last 728 days of
the EPF benchmark; every setting of the strategy comes from days before it.
"""

import time
from collections.abc import Callable, Iterator
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from forecasts import market_panel
from peers import ask
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, eye, hstack, vstack

from market_platform.forecasting import pool
from market_platform.forecasting.members import standard_pool
from market_platform.trading.dispatch import (
    AncillaryProduct,
    Fleet,
    ancillary_dispatch,
    exclusive_dispatch,
    lattice_dispatch,
    optimal_dispatch,
)
from market_platform.trading.strategies import (
    DayAheadSchedule,
    Score,
    ValueOffers,
    VersionedHistory,
    backtest,
    day_ahead_gates,
    error_response,
)

GROUP = "trading"
EPF = Path(__file__).parents[2] / "shared" / "benchmarks" / "epf"
TEST_DAYS, VALIDATION_DAYS = 728, 364
CHEAP = {"kernel", "lasso", "drifting_kernel"}  # families that cost milliseconds a day
PRODUCTS = [
    AncillaryProduct("RegUp", upward=True, duration_hours=0.5),
    AncillaryProduct("RegDn", upward=False, duration_hours=0.5),
    AncillaryProduct("RRS", upward=True, duration_hours=0.5),
    AncillaryProduct("NonSpin", upward=True, duration_hours=4),
]
ENERGYPYLINEAR = "energypylinear==1.4.1"
PEER_SCRIPT = """
import json, sys, time
import energypylinear as epl
prices, minutes = json.loads(sys.argv[1]), int(sys.argv[2])
def run(row):
    asset = epl.Battery(power_mw=1, capacity_mwh=4, efficiency_pct=0.9, electricity_prices=row, freq_mins=minutes,
                        initial_charge_mwh=0, final_charge_mwh=0)
    result = asset.optimize(verbose=False).results
    flow = result['site-export_power_mwh'] - result['site-import_power_mwh']
    return float((flow.to_numpy() * row).sum())
run(prices[0])
start = time.perf_counter()
values = [run(row) for row in prices]
print(json.dumps({'per_second': len(prices) / (time.perf_counter() - start), 'values': values}))
"""


def duck_prices(rows: int, intervals: int, hours: float, seed: int = 42) -> np.ndarray:
    """Return made-up duck-curve prices, about one interval in six below zero."""
    random = np.random.default_rng(seed)
    hour = np.arange(intervals) * hours % 24
    level = 30 + 20 * np.sin((hour - 14) / 24 * 2 * np.pi)
    belly, neck = -35 * np.exp(-(((hour - 12) / 2.5) ** 2)), 25 * np.exp(-(((hour - 19) / 2) ** 2))
    return level + belly + neck + random.normal(0, 8, (rows, intervals))


def cpu_seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Return the CPU seconds of the fastest of some warm runs."""
    work()
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def figure(name, value, unit, *, peer=None, peer_value=None, bar=None, higher_is_better=True):
    """Return one line of the benchmark."""
    ratio = None
    if peer_value:
        ratio = value / peer_value if higher_is_better else peer_value / value
    holds = None if bar is None else bool(value >= bar if higher_is_better else value <= bar)
    return {
        "name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value, "ratio": ratio,
        "bar": bar, "holds": holds,
    }  # fmt: skip


def fleet_days() -> Iterator[dict]:
    """Slope merge over fleets, beside energypylinear on the first rows."""
    for intervals, hours, rows, bar, peer_rows in ((24, 1.0, 100_000, 1e6, 20), (288, 1 / 12, 5_000, 2e4, 3)):
        prices = duck_prices(rows, intervals, hours)
        fleet = Fleet.of(power_mw=np.ones(rows), energy_mwh=4, charge_efficiency=0.9, soc_end_mwh=0)
        seconds = cpu_seconds(
            lambda fleet=fleet, prices=prices, hours=hours: optimal_dispatch(fleet, prices, hours=hours)
        )
        theirs = ask(ENERGYPYLINEAR, PEER_SCRIPT, prices[:peer_rows].round(6).tolist(), round(hours * 60))
        yield figure(
            f"fleet dispatch, {intervals} intervals", rows / seconds, "battery-days/s",
            peer="energypylinear 1.4.1", peer_value=theirs["per_second"], bar=bar,
        )  # fmt: skip
        ours = exclusive_dispatch(fleet, prices.round(6), hours=hours).value_usd[:peer_rows]
        worst = float(np.max(np.abs(ours - theirs["values"]) / np.abs(ours)))
        yield figure(
            f"largest difference to energypylinear, {intervals} intervals", worst, "relative", bar=1e-6,
            higher_is_better=False,
        )  # fmt: skip


def duck_year(hours: float, seed: int = 42) -> np.ndarray:
    """Return a year of the duck curve, 18 % of it below zero: an hour's surprise is shared by its intervals.

    The series of market_platform_tests/trading/dispatch/test_duck_years.py, where its values are written down.
    """
    random = np.random.default_rng(seed)
    intervals = round(8_760 / hours)
    surprise = np.repeat(random.normal(0, 8, 8_760), round(1 / hours))
    own = random.normal(0, 2, intervals) if hours < 1 else 0.0
    hour = np.arange(intervals) * hours % 24
    level = 30 + 20 * np.sin((hour - 14) / 24 * 2 * np.pi)
    belly, neck = -35 * np.exp(-(((hour - 12) / 2.5) ** 2)), 25 * np.exp(-(((hour - 19) / 2) ** 2))
    return level + belly + neck + surprise + own


def by_highs(prices: np.ndarray, hours: float, *, exclusive: bool) -> tuple[float, float]:
    """Return value and CPU seconds of SciPy's door to HiGHS: 1 MW, 4 MWh, 0.9 on charge, SOC 0 to 0, sparse.

    ``exclusive`` puts a binary where the price is below zero, the only place where it can matter.
    """
    n = prices.size
    whole = np.flatnonzero((prices < 0) & exclusive)
    one, pick = eye(n, format="csr"), eye(n, format="csr")[whole]
    wide = csr_matrix((n, whole.size))
    rows = vstack(
        [
            hstack([-0.9 * hours * one, hours * one, one - eye(n, k=-1), wide]),
            hstack([pick, csr_matrix((whole.size, 2 * n)), -eye(whole.size)]),
            hstack([csr_matrix((whole.size, n)), pick, csr_matrix((whole.size, n)), eye(whole.size)]),
        ],
        format="csc",
    )
    low = np.concatenate([np.zeros(n), np.full(2 * whole.size, -np.inf)])
    high = np.concatenate([np.zeros(n + whole.size), np.ones(whole.size)])
    most = np.concatenate([np.ones(2 * n), np.full(n, 4.0), np.ones(whole.size)])
    most[3 * n - 1] = 0.0
    cost = np.concatenate([hours * prices, -hours * prices, np.zeros(n + whole.size)])
    start = time.process_time()
    answer = milp(
        cost,
        constraints=LinearConstraint(rows, low, high),
        bounds=Bounds(0, most),
        integrality=np.concatenate([np.zeros(3 * n), np.ones(whole.size)]),
        options={"mip_rel_gap": 1e-12},
    )
    return -answer.fun, time.process_time() - start


def years() -> Iterator[dict]:
    """One battery over a year: both values, their peers, and what the plain LP over-counts.

    A charge stores 9 and a discharge takes 10 of 40 (480) equal steps, so that the lattice is exact: it stands in for the
    mixed-integer program where that does not end (five minutes).
    """
    battery = Fleet.of(power_mw=1, energy_mwh=4, charge_efficiency=0.9, soc_end_mwh=0)
    for hours, bar in ((1.0, None), (1 / 12, 15.0)):
        prices = duck_year(hours)
        name, values = f"a year of {prices.size} intervals", {}
        for kind, engine, limit in (("plain", optimal_dispatch, bar), ("exclusive", exclusive_dispatch, None)):
            values[kind] = engine(battery, prices, hours=hours).value_usd[0]
            seconds = cpu_seconds(
                lambda engine=engine, prices=prices, hours=hours: engine(battery, prices, hours=hours)
            )
            peer, theirs, taken = "HiGHS", None, None
            if kind == "plain" or hours == 1.0:
                theirs, taken = by_highs(prices, hours, exclusive=kind == "exclusive")
            else:
                peer, steps = "lattice", round(40 / hours)
                taken = cpu_seconds(
                    lambda prices=prices, hours=hours, steps=steps: lattice_dispatch(
                        battery, prices, steps, hours=hours
                    ),
                    1,
                )
                theirs = lattice_dispatch(battery, prices, steps, hours=hours).value_usd[0]
            yield figure(
                f"{name}, {kind}", 1e3 * seconds, "ms", peer=peer, peer_value=1e3 * taken, bar=limit,
                higher_is_better=False,
            )  # fmt: skip
            yield figure(
                f"{name}, {kind}: difference to {peer}",
                abs(values[kind] / theirs - 1),
                "relative",
                bar=1e-9,
                higher_is_better=False,
            )
        yield figure(f"{name}: what the plain LP over-counts", 100 * (values["plain"] / values["exclusive"] - 1), "%")


def ancillary() -> Iterator[dict]:
    """Energy with four SOC-backed products, beside HiGHS row by row on the same problem."""
    for intervals, hours, rows, bar in ((24, 1.0, 2_000, 8_000), (288, 1 / 12, 200, 500)):
        prices = duck_prices(rows, intervals, hours)
        capacity = np.random.default_rng(1).gamma(2.0, 1.0, (rows, 4, intervals)) * np.array([4, 3, 5, 2.0])[:, None]
        fleet = Fleet.of(power_mw=1, energy_mwh=4, charge_efficiency=0.9, soc_start_mwh=2)

        def solve(count, solver, prices=prices, capacity=capacity, hours=hours, fleet=fleet):
            return ancillary_dispatch(
                fleet, prices[:count], PRODUCTS, capacity[:count], hours=hours, solver=solver
            ).energy.value_usd

        few = rows // 50
        seconds = cpu_seconds(lambda solve=solve, rows=rows: solve(rows, "interior"), 3)
        theirs = cpu_seconds(lambda solve=solve, few=few: solve(few, "highs"), 1)
        yield figure(
            f"energy + ancillary services, {intervals} intervals", rows / seconds, "battery-days/s",
            peer="HiGHS one by one", peer_value=few / theirs, bar=bar,
        )  # fmt: skip
        worst = float(np.max(np.abs(solve(few, "interior") / solve(few, "highs") - 1)))
        yield figure(
            f"largest difference to HiGHS, {intervals} intervals", worst, "relative", bar=1e-9, higher_is_better=False
        )


def pjm_scores() -> Iterator[Score]:
    """Score the causal strategies on PJM ComEd: 1 MW, 4 MWh, 0.87 on charge, as the published bar."""
    panel = market_panel(EPF / "PJM.csv")
    first = len(panel.days) - TEST_DAYS - VALIDATION_DAYS
    members = tuple(member for member in standard_pool() if member.family in CHEAP)
    ours = pool.run(panel, members, first).combined
    actual = panel.target[first:]
    errors = ours[:VALIDATION_DAYS] - actual[:VALIDATION_DAYS]
    published = pd.read_csv(EPF / "published" / "Forecasts_PJM_DNN_LEAR_ensembles.csv", index_col=0)
    theirs = published[["LEAR Ensemble", "DNN Ensemble"]].mean(axis=1).to_numpy().reshape(-1, 24)
    test = actual[VALIDATION_DAYS:]
    together = (ours[VALIDATION_DAYS:] + theirs) / 2
    offers = ValueOffers(error_response(errors), float(np.median(np.abs(errors))))
    for forecast, strategy, source in (
        (theirs, DayAheadSchedule(), "LEAR + DNN mean"),
        (ours[VALIDATION_DAYS:], DayAheadSchedule(), "own pool"),
        (together, DayAheadSchedule(), "mean of own pool and LEAR + DNN"),
        (ours[VALIDATION_DAYS:], offers, "own pool"),
        (together, offers, "mean of own pool and LEAR + DNN"),
    ):
        yield _pjm_score(test, forecast, strategy, f"PJM ComEd day-ahead, forecast: {source}")


def _pjm_score(
    prices: np.ndarray, forecast: np.ndarray, strategy: DayAheadSchedule | ValueOffers, market: str
) -> Score:
    """Backtest on days of 24 labelled hours; the UTC stamps are labels, the file has no clock changes."""
    hours = pd.date_range("2016-12-27", periods=prices.size, freq="h", tz="UTC")
    clearing = pd.Series(prices.ravel(), index=hours)
    known = pd.DataFrame({"interval_start": hours, "known_from": hours, "usd_per_mwh": prices.ravel()})
    issued = pd.DataFrame(
        {
            "issued_at": hours.normalize() - pd.Timedelta(hours=14),
            "interval_start": hours,
            "usd_per_mwh": forecast.ravel(),
        }
    )
    battery = Fleet.of(power_mw=1, energy_mwh=4, charge_efficiency=0.87)
    gates = day_ahead_gates(hours, ZoneInfo("UTC"), clock(10, 30))
    return backtest(battery, clearing, strategy, VersionedHistory(known, issued), gates, market=market).score


def strategies() -> Iterator[dict]:
    """Capture of perfect foresight; the bar is for self-schedule and offers on own forecasts, and for offers on all."""
    scores = list(pjm_scores())
    bar_of_record = 100 * scores[0].capture
    for place, score in enumerate(scores):
        yield figure(
            str(score), 100 * score.capture, "% of foresight", peer="self-schedule on LEAR + DNN mean",
            peer_value=bar_of_record, bar=95.5 if place in {1, 3, 4} else None,
        )  # fmt: skip


def run() -> Iterator[dict]:
    """Yield every figure."""
    yield from fleet_days()
    yield from years()
    yield from ancillary()
    if EPF.is_dir():
        yield from strategies()


if __name__ == "__main__":
    for line in run():
        print(line)
