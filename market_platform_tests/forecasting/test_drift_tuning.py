"""The gradient of the one-step error is that of its differences, and going down it lowers the error."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from market_platform.forecasting import drift_tuning
from market_platform.forecasting.features import build
from market_platform.forecasting.members import standard_pool
from market_platform.forecasting.models import drifting_kernel, kernel
from market_platform.forecasting.panel import Panel

ROWS = 70


@pytest.fixture(name="panel")
def _panel() -> Panel:
    random = np.random.default_rng(5)
    load = random.normal(50, 5, (ROWS, 1)) + np.sin(np.arange(24))
    price = 0.5 * load + np.cumsum(random.normal(0, 1, (ROWS, 1)), axis=0) + random.normal(0, 1, (ROWS, 24))
    price[40, 3] = np.nan
    price[50] += 400  # a day that is doubted
    return Panel(np.datetime64("2020-01-01") + np.arange(ROWS), price, {"load": load}, {"used": load})


@pytest.fixture(name="setting")
def _setting(panel: Panel) -> drifting_kernel.DriftingKernelSetting:
    (member,) = [member for member in standard_pool() if member.name == "kernel_364"]
    assert isinstance(member.setting, kernel.KernelSetting)
    return drift_tuning.beginning(member.setting, tuple(build(panel, 28).groups))


@pytest.fixture(name="history")
def _history(panel: Panel, setting: drifting_kernel.DriftingKernelSetting) -> drift_tuning.History:
    return drift_tuning.history_of(panel, 28, setting, first=20)


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


def test_what_is_unknown_counts_for_nothing_and_a_wild_day_for_less(history):
    assert not history.known[40]
    assert history.doubt[50] > 1 == history.doubt[5]


def test_a_setting_is_found_on_panels(panel, setting):
    groups = tuple(setting.distance)
    (member,) = [member for member in standard_pool() if member.name == "kernel_364"]
    repeated = Panel(
        np.datetime64("2020-01-01") + np.arange(6 * ROWS),
        np.tile(panel.target, (6, 1)),
        {"load": np.tile(panel.known_ahead["load"], (6, 1))},
    )
    found = drift_tuning.found_on([repeated], member.setting, groups, steps=3)
    history = drift_tuning.history_of(repeated, 364, setting)
    after, _ = drift_tuning.loss_and_gradient(found, history)
    before, _ = drift_tuning.loss_and_gradient(setting, history)
    assert after < before
    assert found.distance["after_lag1"] == pytest.approx(setting.distance["after_lag1"])
