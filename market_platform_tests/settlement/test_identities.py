"""Two-settlement identities on every market and both clock-change days, against plain fractions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.settlement.charges.table import by_component, charge_table
from market_platform.settlement.exact import UNITS_PER_USD, cents, to_units, usd_from_cents
from market_platform.settlement.refusals import MissingInput
from market_platform.settlement.shadow.engine import Inputs, settle
from market_platform.settlement.shadow.lines import total_usd
from market_platform_tests.settlement import builders as b

DAYS = [date(2024, 3, 10), date(2024, 7, 10), date(2024, 11, 3)]
RT_MINUTES = {"caiso": 5, "pjm": 5, "ercot": 15, "nyiso": 5}
RT_MARKET = {"caiso": "rtd", "pjm": "rt", "ercot": "rt", "nyiso": "rt"}


def _random_day(iso, day, seed):
    """Awards, instructions, meter values and prices of one day, as frames and as exact fractions."""
    draw = np.random.default_rng(seed)
    minutes = RT_MINUTES[iso]
    hours = len(b.awards(iso, day, 0.0))
    count = hours * 60 // minutes
    da_mw = np.round(draw.uniform(-80, 120, hours), 1)
    da_price = np.round(draw.uniform(-50, 300, hours), 5)
    rt_mwh = np.round(draw.uniform(-8, 10, count), 4)
    rt_price = np.round(draw.uniform(-150, 2000, count), 5)
    parts = np.round(draw.uniform(-9, 9, (2, count)), 5)
    frames = {
        "awards": b.awards(iso, day, da_mw),
        "meter": b.meter(iso, day, rt_mwh, minutes=minutes),
        "prices": pd.concat(
            [
                b.prices(iso, day, da_price, congestion=parts[0, :hours], loss=parts[1, :hours]),
                b.prices(
                    iso, day, rt_price, market=RT_MARKET[iso], minutes=minutes, congestion=parts[0], loss=parts[1]
                ),
            ],
            ignore_index=True,
        ),
    }
    per_hour = 60 // minutes
    exact = Fraction(0)
    for step in range(count):
        hour = step // per_hour
        award = Fraction(str(da_mw[hour])) / per_hour
        exact += award * Fraction(str(da_price[hour]))
        exact += (Fraction(str(rt_mwh[step])) - award) * Fraction(str(rt_price[step]))
    return frames, exact


def _caiso_instructions(day, frames):
    """CAISO settles through FMM and RTD; with both at the day-ahead schedule all deviation is uninstructed."""
    hourly = frames["awards"]["award_mw"].to_numpy()
    fmm = b.dispatch("caiso", day, np.repeat(hourly, 4), market="fmm", minutes=15)
    rtd = b.dispatch("caiso", day, np.repeat(hourly, 12), market="rtd", minutes=5)
    fmm_price = b.prices("caiso", day, 77.0, market="fmm", minutes=15)
    return {
        **frames,
        "dispatch": pd.concat([fmm, rtd]),
        "prices": pd.concat([frames["prices"], fmm_price], ignore_index=True),
    }


def _inputs(iso, day, frames):
    return Inputs(**(_caiso_instructions(day, frames) if iso == "caiso" else frames))


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("iso", RT_MINUTES)
def test_day_ahead_plus_deviation(iso, day):
    frames, exact = _random_day(iso, day, seed=day.month)
    lines = settle(iso, _inputs(iso, day, frames), exact=True)
    assert Fraction(sum(int(units) for units in lines["exact_units"]), UNITS_PER_USD) == exact
    # Each line is at most half a cent from its exact value, and the total is the sum of the lines.
    assert abs(Fraction(total_usd(lines)) - exact) <= Fraction(len(lines), 200)
    for amount, units in zip(lines["amount_usd"], lines["exact_units"], strict=True):
        assert abs(amount - Decimal(int(units)) / UNITS_PER_USD) <= Decimal("0.01")


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("iso", RT_MINUTES)
def test_components_add_up_to_the_lmp(iso, day):
    frames, exact = _random_day(iso, day, seed=40 + day.month)
    split = by_component(charge_table(iso))
    assert {charge.component for charge in split} >= {"energy", "congestion", "loss"}
    lines = settle(iso, _inputs(iso, day, frames), charges=split, exact=True)
    assert Fraction(sum(int(units) for units in lines["exact_units"]), UNITS_PER_USD) == exact


@pytest.mark.parametrize("day", DAYS)
def test_line_rounding_carries_the_remainder(day):
    """Where a line is rounded once, its intervals in cents add up to the day's exact amount rounded once."""
    frames, _ = _random_day("pjm", day, seed=7)
    once = tuple(replace(charge, rounding="line") for charge in charge_table("pjm"))
    lines = settle("pjm", Inputs(**frames), charges=once, exact=True)
    for _, line in lines.groupby("charge_code"):
        whole = Fraction(sum(int(units) for units in line["exact_units"]), UNITS_PER_USD)
        assert total_usd(line) == cents(whole)


def test_rounding_both_ways_is_seen():
    """Three intervals of a third of a cent: rounded each they vanish, rounded once they are a cent."""
    day = DAYS[1]
    inputs = Inputs(
        awards=b.awards("nyiso", day, 0.004, product="spin10").head(3),
        prices=b.prices("nyiso", day, 1.0, product="spin10"),
    )
    each = tuple(charge for charge in charge_table("nyiso") if charge.charge_code == "DA_SPIN10")
    once = tuple(replace(charge, rounding="line") for charge in each)
    assert total_usd(settle("nyiso", inputs, charges=each)) == Decimal("0.00")
    assert total_usd(settle("nyiso", inputs, charges=once)) == Decimal("0.01")


def test_ercot_storage_charges_at_the_bus_with_a_floor():
    day = DAYS[1]
    meter = b.meter("ercot", day, -10.0, minutes=15, esr=True)
    prices = pd.concat(
        [
            b.prices("ercot", day, 40.0, market="rt", minutes=15),
            b.prices("ercot", day, -300.0, market="rt_bus", minutes=15),
            b.prices("ercot", day, 40.0),
        ]
    )
    awards = b.awards("ercot", day, 0.0).head(1)
    lines = settle("ercot", Inputs(awards=awards, meter=meter.head(4), prices=prices))
    assert set(lines["charge_code"]) == {"WSLAMT"}
    assert total_usd(lines) == Decimal(4 * 10 * 251)  # charging is paid at most 251 $/MWh
    assert set(lines["price_usd_per_mwh"]) == {Decimal(-251)}


@pytest.mark.parametrize("hole", ["price", "meter", "part of an hour"])
def test_a_hole_refuses_the_whole_settlement(hole):
    day = DAYS[1]
    frames, _ = _random_day("pjm", day, seed=1)
    if hole == "price":
        frames["prices"] = frames["prices"].drop(index=frames["prices"].index[-1])
    elif hole == "meter":
        frames["meter"] = frames["meter"].iloc[1:]
    else:
        frames["meter"] = frames["meter"].iloc[:-1]
    with pytest.raises(MissingInput, match="intervals lack"):
        settle("pjm", Inputs(**frames))


@given(st.lists(st.decimals(-(10**6), 10**6, places=6), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_units_of_floats_are_the_decimal(values):
    series = pd.Series([float(value) for value in values])
    assert to_units(series, "x").tolist() == [int(value.scaleb(6)) for value in values]
    whole_cents = np.array([int(cents(value) * 100) for value in values])
    assert usd_from_cents(whole_cents).to_pylist() == [cents(value) for value in values]
