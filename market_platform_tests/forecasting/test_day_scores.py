"""Scores kept by day: against worked numbers and against the scores of whole arrays."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from market_platform.forecasting import scoring
from market_platform.forecasting.day_scores import degradation, score_days, standings
from market_platform.forecasting.intervals import LEVELS

HELD = {f"q{level:02d}": level / 100 for level in (1, 5, 10, 25, 50, 75, 90, 95, 99)}


def _rows(days: int = 70, hours: int = 24, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    size = days * hours
    rows = pd.DataFrame(
        {
            "location": "A", "kind": "issued", "model": "pool",
            "market_day": np.repeat([date(2025, 1, 1) + timedelta(days=day) for day in range(days)], hours),
            "interval_start": pd.date_range("2025-01-01 05:00", periods=size, freq="h", tz="UTC"),
            "value": 30 + random.normal(0, 5, size),
        }
    ).assign(interval_end=lambda frame: frame["interval_start"] + pd.Timedelta(hours=1))  # fmt: skip
    rows["outcome"] = rows["value"] + random.normal(0, 2, size)
    rows["naive"] = rows["outcome"] + random.normal(0, 4, size)
    for name, level in HELD.items():
        rows[name] = rows["value"] + 2 * norm.ppf(level)
    return rows


def test_a_day_of_two_hours_by_hand():
    rows = _rows(1, 2).assign(value=[10.0, 20.0], outcome=[12.0, 16.0], naive=[11.0, 11.0])
    for name in HELD:
        rows[name] = [10.0, 20.0]
    table = score_days(rows, HELD, ["naive"]).set_index("model")
    ours = table.loc["pool"]
    assert (ours["intervals"], ours["mae"], ours["bias"], ours["naive_mae"]) == (2, 3.0, -1.0, 3.0)
    assert ours["rmse"] == pytest.approx(np.sqrt(10))
    assert ours["smape"] == pytest.approx((4 / 22 + 8 / 36) / 2)
    assert ours["crps"] == pytest.approx(3.0)  # a forecast without spread: CRPS is the absolute error
    assert ours["inside_90"] == 0.0
    assert np.isnan(table.loc["naive", "crps"])


def test_daily_scores_average_to_the_scores_of_the_whole():
    rows = _rows()
    table = score_days(rows, HELD, ["naive"])
    ours = table[table["model"] == "pool"]
    shape = (70, 24)
    outcome, value = rows["outcome"].to_numpy().reshape(shape), rows["value"].to_numpy().reshape(shape)
    assert ours["mae"].mean() == pytest.approx(scoring.mae(outcome, value))
    exact = value[..., None] + 2 * norm.ppf(LEVELS)
    assert ours["crps"].mean() == pytest.approx(scoring.crps(outcome, exact, LEVELS), rel=0.02)
    assert ours["inside_90"].mean() == pytest.approx(0.9, abs=0.02)
    ranked = standings(table.assign(market="m", quantity="q", horizon="day_ahead"))
    assert list(ranked["model"]) == ["pool", "naive"]
    naive = rows["naive"].to_numpy().reshape(shape)
    assert ranked["rmae"].iloc[0] == pytest.approx(scoring.rmae(outcome, value, naive))
    assert ranked["p_against_naive"].iloc[0] == pytest.approx(scoring.diebold_mariano(outcome, naive, value)[1])


def test_a_day_with_an_unknown_outcome_waits():
    rows = _rows(3)
    rows.loc[30, "outcome"] = np.nan
    table = score_days(rows, HELD, ["naive"])
    assert set(table["market_day"]) == {date(2025, 1, 1), date(2025, 1, 3)}
    assert score_days(rows.iloc[:0], HELD, ["naive"]).empty


def test_models_are_ranked_on_days_that_all_have():
    table = score_days(_rows(10), HELD, ["naive"]).assign(market="m", quantity="q", horizon="day_ahead")
    gone = table[~((table["model"] == "naive") & (table["market_day"] < date(2025, 1, 4)))]
    assert set(standings(gone)["days"]) == {7}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "in line"),
        ({"mae": 1.5}, "times what it was"),
        ({"inside_90": 0.75}, "held 75 %"),
        ({"mae": 1.5, "naive_mae": 1.5}, "in line"),  # a wild market is no drift
    ],
)
def test_drift_is_told_from_a_wild_market(change, words):
    days = [date(2025, 1, 1) + timedelta(days=day) for day in range(90)]
    scores = pd.DataFrame({"market_day": days, "mae": 1.0, "naive_mae": 1.0, "inside_90": 0.9})
    for name, value in change.items():
        scores.loc[scores.index[-28:], name] = value
    found = degradation(scores)
    assert words in found.reason
    assert found.alert == ("in line" not in words)
    assert "56 are needed" in degradation(scores.tail(20)).reason


def test_a_few_misses_of_a_daily_number_are_chance():
    days = [date(2025, 1, 1) + timedelta(days=day) for day in range(90)]
    scores = pd.DataFrame({"market_day": days, "mae": 1.0, "naive_mae": 1.0, "inside_90": 1.0})
    scores.loc[scores.index[-28::6], "inside_90"] = 0.0  # 5 of 28 outside, where 2.8 are expected
    assert not degradation(scores).alert
    scores.loc[scores.index[-28::2], "inside_90"] = 0.0
    assert degradation(scores).alert
