"""The one-pass daily recalibration must give what an honest refit every day gives."""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import DotProduct, RationalQuadratic
from sklearn.linear_model import Lasso

from market_platform.forecasting.members import standard_pool
from market_platform.forecasting.models import kernel, lasso
from market_platform.forecasting.panel import Panel
from market_platform.forecasting.tuning import Search

ROWS, FIRST = 60, 50


@pytest.fixture(name="data")
def _data() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    inputs = random.normal(size=(ROWS, 5))
    target = np.column_stack([inputs[:, 0] - inputs[:, 1], np.sin(inputs[:, 2])]) + 0.1 * random.normal(size=(ROWS, 2))
    return inputs, target


def test_kernel_one_step_equals_a_gaussian_process_refitted_each_day(data):
    inputs, target = data
    setting = kernel.KernelSetting({"all": 5.0}, {"all": 5.0}, noise=0.05, memory_rows=1e9)
    columns = kernel.weighted({"all": inputs}, setting.distance)
    matrix = kernel.kernel_matrix(columns, columns, setting.tail)
    ours = kernel.one_step(matrix, target, np.full(ROWS, 0.05, dtype=np.float32))
    prior = RationalQuadratic(1.0, alpha=2.0, length_scale_bounds="fixed", alpha_bounds="fixed")
    prior += DotProduct(0.0, sigma_0_bounds="fixed")
    for row in range(FIRST, ROWS):
        peer = GaussianProcessRegressor(prior, alpha=0.05 + kernel.JITTER, optimizer=None)
        peer.fit(inputs[:row], target[:row])
        np.testing.assert_allclose(ours[row], peer.predict(inputs[row : row + 1])[0], atol=2e-4)


def test_lasso_one_step_equals_scikit_learn_refitted_each_day(data):
    inputs, target = data
    columns = np.hstack([np.ones((ROWS, 1)), inputs])
    beta = np.zeros((2, 6))
    ours = lasso.one_step(columns, target, np.ones(ROWS), FIRST, np.r_[0, [0.05] * 5], 1e12, 0.0, 200, beta, True)
    for row in range(FIRST, ROWS):
        spread = np.sqrt(np.mean(inputs[:row] ** 2, axis=0))
        for slot in range(2):
            peer = Lasso(alpha=0.05, tol=1e-10, max_iter=100_000).fit(inputs[:row] / spread, target[:row, slot])
            expected = peer.predict(inputs[row : row + 1] / spread)[0]
            assert ours[row - FIRST, slot] == pytest.approx(expected, abs=1e-6)


def test_the_search_for_settings_never_gets_worse():
    random = np.random.default_rng(1)
    load = random.normal(50, 5, (620, 1)) + np.sin(np.arange(24))
    panel = Panel(
        np.datetime64("2020-01-01") + np.arange(620), 0.5 * load + random.normal(0, 1, (620, 24)), {"load": load}
    )
    search = Search([panel], [member for member in standard_pool() if member.name == "kernel_28"])
    before = search.objective
    found = search.run(3, seed=2)
    assert search.objective <= before
    assert search.judge([search.forecast(member) for member in found]) == pytest.approx(search.objective, abs=1e-3)
