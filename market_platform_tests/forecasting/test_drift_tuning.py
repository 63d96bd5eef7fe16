"""The gradient of the one-step error is that of its differences, and going down it lowers the error."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from market_platform.forecasting import drift_tuning
from market_platform.forecasting.features import build
from market_platform.forecasting.members import standard_pool
from market_platform.forecasting.models import drifting_kernel
from market_platform.forecasting.panel import Panel

ROWS = 70


@pytest.fixture(name="history")
def _history() -> drift_tuning.History:
    random = np.random.default_rng(5)
    load = random.normal(50, 5, (ROWS, 1)) + np.sin(np.arange(24))
    price = 0.5 * load + np.cumsum(random.normal(0, 1, (ROWS, 1)), axis=0) + random.normal(0, 1, (ROWS, 24))
    panel = Panel(np.datetime64("2020-01-01") + np.arange(ROWS), price, {"load": load}, {"used": load})
    known = np.ones(ROWS, dtype=bool)
    known[:8] = known[40] = False
    return drift_tuning.History(build(panel, 28), known, 20, random.uniform(1, 3, ROWS))


@pytest.fixture(name="setting")
def _setting() -> drifting_kernel.DriftingKernelSetting:
    (member,) = [member for member in standard_pool() if member.name == "drifting_kernel_364"]
    assert isinstance(member.setting, drifting_kernel.DriftingKernelSetting)
    return member.setting


def test_the_gradient_is_that_of_finite_differences(history, setting):
    start = drift_tuning.parameters(setting)
    _, gradient = drift_tuning.loss_and_gradient(setting, history)
    numbers = approx_fprime(
        start, lambda at: drift_tuning.loss_and_gradient(drift_tuning.with_parameters(setting, at), history)[0], 1e-6
    )
    np.testing.assert_allclose(gradient, numbers, atol=1e-6)
    assert np.abs(gradient).max() > 1e-3


def test_the_steps_lower_the_error(history, setting):
    before, _ = drift_tuning.loss_and_gradient(setting, history)
    found = drift_tuning.descend(setting, [history], steps=8, seed=1)
    assert drift_tuning.loss_and_gradient(found, history)[0] < 0.99 * before
