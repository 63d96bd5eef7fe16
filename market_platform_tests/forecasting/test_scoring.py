"""Scores against the published tables, closed forms and worked numbers."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from market_platform.forecasting import intervals, scoring
from market_platform.forecasting.errors import UnusableData
from market_platform.forecasting.leaderboard import leaderboard

PUBLISHED_MAE = {  # Lago et al. 2021, tables 4 and 5: LEAR 56, LEAR ensemble, DNN ensemble
    "PJM": (3.477, 3.013, 2.862),
    "NP": (1.964, 1.738, 1.683),
    "BE": (6.924, 6.140, 5.870),
    "FR": (4.681, 3.980, 3.866),
}


@pytest.mark.parametrize("market", PUBLISHED_MAE)
def test_mae_of_the_published_forecasts_is_the_published_one(benchmark_data, market):
    path = benchmark_data / "epf" / "published" / f"Forecasts_{market}_DNN_LEAR_ensembles.csv"
    table = pd.read_csv(path)
    actual = table["Real price"].to_numpy().reshape(-1, 24)
    for name, expected in zip(("LEAR 56", "LEAR Ensemble", "DNN Ensemble"), PUBLISHED_MAE[market], strict=True):
        assert scoring.mae(actual, table[name].to_numpy().reshape(-1, 24)) == pytest.approx(expected, abs=6e-4)


def test_the_published_dnn_beats_the_published_lear_significantly(benchmark_data):
    table = pd.read_csv(benchmark_data / "epf" / "published" / "Forecasts_NP_DNN_LEAR_ensembles.csv")
    actual, lear, dnn = (table[name].to_numpy().reshape(-1, 24) for name in ("Real price", "LEAR 56", "DNN Ensemble"))
    assert scoring.diebold_mariano(actual, lear, dnn)[1] < 0.01
    assert scoring.diebold_mariano(actual, dnn, lear)[1] > 0.99
    assert scoring.diebold_mariano(actual, dnn, dnn) == (0.0, 0.5)


def test_worked_numbers():
    actual, forecast = np.array([[10.0, 20.0]]), np.array([[12.0, 16.0]])
    assert scoring.mae(actual, forecast) == 3.0
    assert scoring.rmse(actual, forecast) == pytest.approx(np.sqrt(10))
    assert scoring.smape(actual, forecast) == pytest.approx((4 / 22 + 8 / 36) / 2)
    weeks = np.arange(16.0)[:, None]
    assert scoring.rmae(weeks, weeks + 1) == pytest.approx(1 / 7)


def test_crps_of_the_standard_normal_is_the_closed_form():
    quantiles = norm.ppf(intervals.LEVELS)[None, None, :]
    exact = 2 * norm.pdf(0) - 1 / np.sqrt(np.pi)  # Gneiting and Raftery 2007, JASA 102, 367
    assert scoring.crps(np.zeros((1, 1)), quantiles, intervals.LEVELS) == pytest.approx(exact, rel=0.02)


def test_intervals_cover_when_the_spread_of_errors_changes():
    random = np.random.default_rng(5)
    spread = np.where(np.arange(900) < 500, 1.0, 3.0)[:, None] * np.linspace(0.5, 2, 24)
    actual = random.standard_t(4, (900, 24)) * spread
    bands = intervals.quantiles(np.zeros((900, 24)), actual, np.ones((900, 24)))[200:]
    assert (np.diff(bands, axis=2) >= 0).all()
    assert scoring.coverage(actual[200:], bands[:, :, 4], bands[:, :, 94]) == pytest.approx(0.90, abs=0.015)
    assert scoring.coverage(actual[200:], bands[:, :, 24], bands[:, :, 74]) == pytest.approx(0.50, abs=0.015)


def test_leaderboard_ranks_on_common_days():
    random = np.random.default_rng(2)
    actual = random.normal(size=(120, 24))
    good, poor = actual + random.normal(0, 0.1, actual.shape), actual + random.normal(0, 0.5, actual.shape)
    naive = actual + random.normal(0, 1, actual.shape)
    poor[0] = np.nan
    table = leaderboard("HB_NORTH", "day ahead", actual, {"poor": poor, "good": good}, naive)
    assert list(table["model"]) == ["good", "poor", "naive"]
    assert set(table["days"]) == {119}
    assert table["p_against_naive"].iloc[0] < 1e-6
    with pytest.raises(UnusableData, match="no day on which"):
        leaderboard("HB_NORTH", "day ahead", actual, {"none": poor * np.nan}, naive)
