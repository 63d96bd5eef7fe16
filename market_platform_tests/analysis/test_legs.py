"""Curves by hub, spreads of any two legs, and facilities' tables."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market_platform.analysis.chp.decide import decide, entering_state
from market_platform.analysis.chp.plan import OFF_AND_FREE, EngineState
from market_platform.analysis.chp.table import plants
from market_platform.analysis.correlation import correlation_row, weekly_sums
from market_platform.analysis.gas.curve import back_adjusted, front_month
from market_platform.analysis.gas.legs import basis_curves, basis_grid, leg_history, spread_between, spread_table
from market_platform.defs import fundamentals as room
from market_platform.errors import Infeasible, SettingsError
from market_platform.markets.gas import last_trade_day

TABLE = Path(room.__file__).parent / "simulated_facilities.csv"
MONTHS = [date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)]


def _settlements(days: int = 40) -> pd.DataFrame:
    chance = np.random.default_rng(7)
    rows = []
    henry = 3.5 + chance.normal(0, 0.05, (days, len(MONTHS))).cumsum(axis=0)
    for step, day in enumerate(pd.bdate_range("2026-09-01", periods=days)):
        for place, month in enumerate(MONTHS):
            rows.append((day.date(), "NG", month, henry[step, place]))
            rows.append((day.date(), "NW", month, -1.0 - 0.01 * step))
            rows.append((day.date(), "B4", month, np.nan if step == 5 else 4.0 + 0.1 * place))
    return pd.DataFrame(rows, columns=["trade_day", "symbol", "contract_month", "settle_usd_per_mmbtu"])


def test_a_basis_is_signed_and_a_blank_settle_has_no_row() -> None:
    curves = basis_curves(_settlements())
    waha = curves[curves["hub"] == "Waha"]
    assert (waha["basis_usd_per_mmbtu"] < 0).all()
    assert len(curves[curves["hub"] == "Algonquin"]) == 39 * 3
    assert (curves.loc[curves["hub"] == "Henry Hub", "basis_usd_per_mmbtu"] == 0).all()
    assert (curves.groupby(["trade_day", "hub"])["place"].max() == 3).all()
    assert basis_grid(curves).index.tolist() == ["Algonquin", "Waha"]


def test_a_hub_without_henry_hub_of_the_month_has_no_price() -> None:
    rows = _settlements()
    rows = rows[(rows["symbol"] != "NG") | (rows["contract_month"] != MONTHS[2])]
    assert set(basis_curves(rows)["contract_month"]) == set(MONTHS[:2])


def test_any_two_legs_make_a_spread_and_the_table_holds_the_usual_ones() -> None:
    curves = basis_curves(_settlements())
    view = spread_between(curves, ("Waha", MONTHS[0]), ("Henry Hub", MONTHS[0]))
    assert view.spread_usd_per_mmbtu == pytest.approx(-1.39)
    assert (view.days, view.percentile) == (40, 1 / 40)
    assert view.var_usd_per_mmbtu == pytest.approx(0.01)
    apart = spread_between(curves, ("Waha", MONTHS[0]), ("Algonquin", MONTHS[2]))
    assert apart.days == 39
    table = spread_table(curves)
    # Three hubs in pairs and months, less Algonquin against Henry Hub, whose spread never moves; and calendar spreads.
    pairs = set(zip(table["first_hub"], table["second_hub"], strict=True))
    assert ("Algonquin", "Henry Hub") not in pairs
    assert {("Algonquin", "Waha"), ("Henry Hub", "Waha"), ("Waha", "Waha"), ("Henry Hub", "Henry Hub")} <= pairs
    with pytest.raises(Infeasible, match="no settlements of Chicago"):
        leg_history(curves, "Chicago", MONTHS[0])


def test_the_front_month_rolls_where_both_contracts_settle() -> None:
    days = pd.bdate_range("2014-12-22", "2015-01-06").date
    rows = [
        (day, date(2015, month, 1), last_trade_day(2015, month), 3.0 + month)
        for day in days
        for month in (1, 2, 3)
        if day <= last_trade_day(2015, month)
    ]
    columns = ["trade_day", "contract_month", "last_trade_day", "settle_usd_per_mmbtu"]
    front = front_month(pd.DataFrame(rows, columns=columns), days_before_expiry=1)
    roll = front[front["rolled"]]
    assert roll["trade_day"].tolist() == [date(2014, 12, 29)]  # the last trading day of January: February takes over
    assert roll["roll_gap_usd_per_mmbtu"].tolist() == [1.0]
    assert set(back_adjusted(front)) == {5.0}


def test_correlation_wants_steps_in_common_that_move() -> None:
    days = pd.date_range("2026-01-01", periods=70)
    rising = pd.Series(np.arange(70.0), index=days)
    weeks = weekly_sums(rising)
    assert (weeks.index.day_of_week == 4).all()
    assert weeks.iloc[0] == sum(range(2, 9))  # Saturday to Friday; the days before make no whole week
    assert correlation_row(rising, -rising) == (pytest.approx(-1.0), 70)
    assert correlation_row(rising, rising * 0) is None
    assert correlation_row(rising, rising.iloc[:5]) is None


def _hours(count: int = 24) -> pd.DataFrame:
    starts = pd.date_range("2026-11-20 05:00", periods=count, freq="h", tz="UTC")
    known = starts[0] - pd.Timedelta(hours=3)
    columns = {f"{name}_known_at": known for name in ("power", "gas", "carbon")}
    return pd.DataFrame(
        {"interval_start": starts, "local_hour": starts.tz_convert("America/New_York").hour, "power": 60.0, "gas": 3.5,
         "carbon": 20.0, **columns, **{f"{name}_is_estimated": False for name in ("power", "gas", "carbon")}}
    )  # fmt: skip


def test_decisions_take_the_worst_quality_and_the_entering_state() -> None:
    hospital = plants(pd.read_csv(TABLE, dtype=str, keep_default_na=False))[0]
    hours = _hours()
    hours.loc[3, "power_is_estimated"] = True
    hours.loc[4, "gas_known_at"] -= pd.Timedelta(days=9)
    rows = decide(hospital, hours, hours["interval_start"].iloc[0])
    assert rows["quality"].tolist() == ["good"] * 3 + ["estimated", "stale"] + ["good"] * 19
    assert rows["power_age_hours"].iloc[0] == 3
    assert entering_state(rows.iloc[:0]) == OFF_AND_FREE
    assert entering_state(rows.assign(decision="run")) == EngineState(True, 24)
    assert entering_state(rows.assign(decision=["run"] * 20 + ["off"] * 4)) == EngineState(False, 4)
    assert entering_state(rows.assign(decision=["run"] * 20 + ["off"] * 4).drop(index=22)) == OFF_AND_FREE
    cheap = decide(hospital, hours.assign(power=1.0), hours["interval_start"].iloc[0], EngineState(True, 1))
    assert cheap["decision"].tolist() == ["run"] * 3 + ["off"] * 21  # four hours at least, one of them gone


def test_saving_is_the_cost_of_standing_still_less_that_of_the_plan() -> None:
    hospital = plants(pd.read_csv(TABLE, dtype=str, keep_default_na=False))[0]
    rows = decide(hospital, _hours(), pd.Timestamp("2026-11-20", tz="UTC"))
    heat = (hospital.high_heat_mw + hospital.low_heat_mw) / hospital.boiler_efficiency
    part = np.where(_hours()["local_hour"].between(6, 21), 1.0, hospital.night_share)
    fuel_price = (3.5 + hospital.gas_adder_usd_per_mmbtu) / 0.293071 + 20.0 * 0.05306 / 0.293071
    off = part * (hospital.power_demand_mw * (60.0 + hospital.import_adder_usd_per_mwh) + heat * fuel_price)
    assert (rows["saving_usd"] + rows["cost_usd"]).to_numpy() == pytest.approx(off)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"electric_efficiency": "1.4"}, "Simulated Hospital: loads must rise"),
        ({"electric_efficiency": "lots"}, "electric_efficiency = 'lots' is not a number"),
        ({"maximum_mw": ""}, "maximum_mw must not be blank"),
        ({"night_share": "2"}, "night_share lies between 0 and 1"),
        ({"colour": "red"}, r"columns \['colour'\] are unknown"),
    ],
)
def test_a_wrong_row_of_the_table_is_named(change: dict[str, str], words: str) -> None:
    table = pd.read_csv(TABLE, dtype=str, keep_default_na=False).head(1).assign(**change)
    with pytest.raises(SettingsError, match=words):
        plants(table)


def test_no_settlements_have_no_curves() -> None:
    columns = ["trade_day", "symbol", "contract_month", "settle_usd_per_mmbtu"]
    assert basis_curves(pd.DataFrame(columns=columns)).empty
