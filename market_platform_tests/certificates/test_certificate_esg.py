"""Scope 2 by hand, AVERT rates against the workbook, hourly matching on both clock-change days, the score."""

from contextlib import closing
from datetime import date
from zoneinfo import ZoneInfo

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_platform.certificates.esg.avoided import avoided_emissions
from market_platform.certificates.esg.factors import Factor, grid_average, marginal
from market_platform.certificates.esg.matching import hourly_match, match_by_hour_of_day
from market_platform.certificates.esg.scope2 import Site, location_based, market_based, residual_mix_rate, summary
from market_platform.certificates.esg.score import Component, overall_score
from market_platform.errors import Infeasible
from market_platform.markets.market_day import interval_starts

RETIRED = ["site", "market", "vintage", "mwh", "lb_per_mwh", "source"]


def retired(*rows):
    return pd.DataFrame(rows, columns=RETIRED)


@pytest.fixture
def sites(reference):
    supplier = Factor("NEWE", 300.0, "CO2", 2025, "supplier's disclosure", "own")
    mix = Factor("CAMX", 500.0, "CO2", 2025, "published residual mix", "own")
    return [
        Site("Boston", "US", 1000.0, grid_average(reference.egrid, "NEWE"), supplier=supplier),
        Site("Fresno", "US", 2000.0, grid_average(reference.egrid, "CAMX"), residual_mix=mix),
        Site("Albany", "US", 500.0, grid_average(reference.egrid, "NYUP")),
    ]


def test_both_methods_by_hand(sites):
    green = retired(
        ("Boston", "US", date(2025, 5, 1), 400.0, 0.0, "M-RETS"),
        ("Fresno", "US", date(2025, 1, 1), 2000.0, 0.0, "WREGIS"),
    )
    by_place = location_based(sites)
    assert by_place["metric_tons"].round(6).tolist() == [
        round(mwh * rate / 2204.62262, 6) for mwh, rate in ((1000, 539.275), (2000, 428.464), (500, 242.089))
    ]  # fmt: skip
    by_market = market_based(sites, green, 2025)
    assert by_market[["site", "instrument", "mwh"]].values.tolist() == [
        ["Boston", "certificates", 400.0], ["Boston", "supplier rate", 600.0], ["Fresno", "certificates", 2000.0],
        ["Albany", "grid average", 500.0],
    ]  # fmt: skip
    totals = summary(sites, green, 2025)
    assert totals["market_based_metric_tons"] == pytest.approx((600 * 300 + 500 * 242.089) / 2204.62262)
    assert totals["renewable_share_percent"] == pytest.approx(100 * 2400 / 3500)
    uncovered = market_based(sites, retired(), 2025)
    assert uncovered["instrument"].tolist() == ["supplier rate", "residual mix", "grid average"]
    assert set(by_place["pollutant"]) == {"CO2"}, "the shipped rates are not CO2e"


@pytest.mark.parametrize(
    "row",
    [
        ("Boston", "US", date(2024, 12, 1), 1.0, 0.0, "x"),
        ("Boston", "EU", date(2025, 1, 1), 1.0, 0.0, "x"),
        ("Paris", "US", date(2025, 1, 1), 1.0, 0.0, "x"),
        ("Boston", "US", date(2025, 1, 1), 1000.5, 0.0, "x"),
    ],
    ids=["vintage", "market", "site", "too many"],
)
def test_a_certificate_that_does_not_match_is_refused(sites, row):
    with pytest.raises(Infeasible):
        market_based(sites, retired(row), 2025)


def test_the_residual_mix_is_what_nobody_claimed():
    assert residual_mix_rate(1000, 500, {"wind": (200, 0), "gas": (100, 800)}) == pytest.approx(
        (500_000 - 80_000) / 700
    )
    with pytest.raises(Infeasible):
        residual_mix_rate(1000, 500, {"wind": (1000, 0)})
    with pytest.raises(Infeasible):
        residual_mix_rate(1000, 500, {"coal": (600, 1000)})


@given(st.floats(1, 1e6), st.floats(0, 2000), st.floats(0, 0.99))
def test_claims_and_residual_mix_together_make_the_grid(total, rate, share):
    claimed = {"clean": (total * share, 0.0)}
    left = residual_mix_rate(total, rate, claimed) * total * (1 - share)
    assert left == pytest.approx(total * rate, rel=1e-6)


def test_avert_rates_are_those_of_the_workbook(recordings, reference):
    path = recordings / "epa" / "avert_emission_rates" / "avert_emission_rates_04-11-24.xlsx"
    with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
        rows = list(book["2023"].iter_rows(values_only=True))
    published = {round(cell, 3) for row in rows for cell in row if isinstance(cell, int | float)}
    held = reference.avert["lb_per_mwh"].astype(float)
    assert len(held) == 104
    assert {round(rate, 3) for rate in held} <= published
    made = pd.DataFrame([["New England", "onshore_wind", 1000.0]], columns=["avert_region", "resource", "mwh"])
    rate = marginal(reference.avert, "New England", "onshore_wind").lb_per_mwh
    assert avoided_emissions(made, reference.avert)["avoided_metric_tons"].tolist() == [1000 * rate / 2204.62262]
    with pytest.raises(Infeasible):
        marginal(reference.avert, "Rocky Mountains", "offshore_wind")


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 9), 23), (date(2025, 11, 2), 25), (date(2025, 7, 1), 24)])
def test_hourly_matching_counts_real_hours(day, hours):
    zone = ZoneInfo("America/New_York")
    frame = pd.DataFrame({"interval_start": interval_starts(day, zone, 60), "load_mwh": 10.0, "clean_mwh": 0.0})
    frame.loc[: hours // 2 - 1, "clean_mwh"] = 25.0
    found = hourly_match(frame.assign(grid_clean_share=0.5))
    assert found.hours == hours
    assert found.hourly_percent == pytest.approx(100 * (hours // 2) / hours)
    assert found.volumetric_percent == 100.0
    assert found.with_grid_percent == pytest.approx(found.hourly_percent + (100 - found.hourly_percent) / 2)
    assert match_by_hour_of_day(frame, "America/New_York")["load_mwh"].sum() == 10 * hours
    with pytest.raises(Infeasible, match="every hour once"):
        hourly_match(frame.drop(index=3))


def test_the_score_shows_its_formula_and_invents_nothing():
    found = overall_score({"renewable_share_percent": 80.0, "market_based_lb_per_mwh": 250.0})
    assert found.value == pytest.approx((80 + 75) / 2)
    assert found.formula == "(1 x 80.0 [renewable_share_percent] + 1 x 75.0 [market_based_lb_per_mwh]) / 2 = 77.5"
    missing = found.parts[found.parts["status"] == "not supplied"]
    assert {"social", "governance"} <= set(missing["pillar"])
    assert missing["points"].isna().all()
    heavy = overall_score(
        {"a": 1.0, "b": 9.0}, [Component("a", "social", 3, 0, 2, ""), Component("b", "social", 1, 0, 5, "")]
    )
    assert heavy.value == pytest.approx((3 * 50 + 100) / 4)
    with pytest.raises(Infeasible, match="nothing to show"):
        overall_score({})
    with pytest.raises(Infeasible, match="kindness"):
        overall_score({"kindness": 1.0})
