"""Models go on from what they kept: bit by bit what they would have said afresh, and afresh where the past was changed."""

import dataclasses

import numpy as np
import pytest

from market_platform.errors import StoreError
from market_platform.forecasting import pool, saved
from market_platform.forecasting.batch import Task, forecast
from market_platform.forecasting.kept import pack, unpack
from market_platform.forecasting.members import Member, standard_pool
from market_platform.forecasting.panel import Panel
from market_platform.store.model_folder import ModelFolder

ROWS = 230
BRIEF = {
    "network": {"first_epochs": 4, "daily_steps": 2, "members": 2, "hidden": (16, 12), "batch": 16},
    "boosting": {"trees": 3, "history_rows": 60, "bins": 8},
}
LEARNERS = tuple(
    dataclasses.replace(member, setting=dataclasses.replace(member.setting, **BRIEF[member.family]))
    for member in standard_pool()
    if member.name in {"network_28", "boosting_364"}
)
LASSO = next(member for member in standard_pool() if member.name == "lasso_91")
KERNEL = tuple(member for member in standard_pool() if member.name == "kernel_28")


def _panel() -> Panel:
    random = np.random.default_rng(5)
    load = 20 + 5 * np.sin(np.arange(ROWS)[:, None] / 9 + np.arange(24) / 4) + random.normal(0, 1, (ROWS, 24))
    days = np.datetime64("2025-01-01") + np.arange(ROWS)
    return Panel(days, 1.5 * load + random.normal(0, 1, load.shape), {"load": load})


def _last(panel: Panel, member: Member, kept: dict) -> np.ndarray:
    return pool.run(panel, (member,), len(panel.days) - 1, None, kept).members[member.name][-1]


def _days_later(panel: Panel, member: Member, days: int = 3) -> tuple[Panel, dict]:
    """Issue some days one after the other, through bytes; return the last day's panel and what was kept for it."""
    kept: dict = {}
    for row in range(ROWS - days, ROWS - 1):
        _last(panel.as_issued(row), member, kept)
        kept = unpack(pack(kept, "1"), "1")
    return panel.as_issued(ROWS - 1), kept


@pytest.mark.parametrize("member", LEARNERS, ids=lambda member: member.name)
def test_going_on_gives_what_starting_afresh_gives(member):
    today, kept = _days_later(_panel(), member)
    afresh = _last(today, member, {})
    np.testing.assert_allclose(_last(today, member, kept), afresh, rtol=1e-5)
    assert set(kept) == {member.name}


@pytest.mark.parametrize("member", LEARNERS, ids=lambda member: member.name)
def test_what_was_kept_is_what_goes_on(member):
    today, kept = _days_later(_panel(), member)
    own = kept[member.name]
    if member.family == "network":
        own["average5"] = own["average5"] + 0.5
    else:
        other = dataclasses.replace(member, setting=dataclasses.replace(member.setting, seed=8, rate=0.9))
        held: dict = {}
        _last(today, other, held)
        own["trees"] = held[member.name]["trees"]
    assert np.abs(_last(today, member, kept) - _last(today, member, {})).max() > 0.01


@pytest.mark.parametrize("member", LEARNERS, ids=lambda member: member.name)
def test_a_corrected_past_starts_afresh(member):
    panel = _panel()
    _, kept = _days_later(panel, member)
    corrected = dataclasses.replace(panel, target=panel.target + 3.0 * (np.arange(ROWS) == 150)[:, None])
    today = corrected.as_issued(ROWS - 1)
    np.testing.assert_array_equal(_last(today, member, kept), _last(today, member, {}))


def test_issues_day_by_day_give_what_one_run_over_them_gives():
    panel, kept = _panel(), {}
    whole = pool.run(panel, (LASSO,), ROWS - 40).members[LASSO.name]
    pool.run(panel.as_issued(ROWS - 4), (LASSO,), ROWS - 40, None, kept)
    for row in (ROWS - 4, ROWS - 3, ROWS - 2):  # the first is issued twice
        np.testing.assert_allclose(_last(panel.as_issued(row), LASSO, kept), whole[row - ROWS], rtol=1e-9)
    corrected = dataclasses.replace(panel, target=panel.target + 3.0 * (np.arange(ROWS) == 150)[:, None])
    today = corrected.as_issued(ROWS - 1)
    np.testing.assert_array_equal(_last(today, LASSO, kept), _last(today, LASSO, {}))


def test_a_saved_model_goes_on_the_next_day():
    panel = _panel()
    members = (*KERNEL, LASSO, *LEARNERS)
    yesterday, kept = panel.as_issued(ROWS - 2), {}
    made = forecast(Task(yesterday, kept=kept), members)
    _, _, memory = saved.load(saved.save(yesterday, memory=saved.memory_of(made, yesterday, kept)))
    today = panel.as_issued(ROWS - 1)
    said = memory.on_rows(today)
    assert all(np.isfinite(values[-60:-1]).all() for values in said.values())
    on = forecast(Task(today, said, kept=memory.kept), members)
    np.testing.assert_allclose(on.value, forecast(Task(today), members).value, rtol=1e-4, atol=1e-3)


def test_the_models_of_a_location_lie_in_one_file_and_a_broken_one_is_passed_over(tmp_path):
    keeper = ModelFolder(tmp_path / "models")
    task = Task(_panel().as_issued(ROWS - 1), location="A/B", keeper=keeper)
    assert keeper.read("A/B") is None
    first = forecast(task, (*KERNEL, *LEARNERS))
    (held,) = (tmp_path / "models").iterdir()
    for content in (held.read_bytes(), b"", b"no archive"):
        keeper.write("A/B", content)
        np.testing.assert_allclose(forecast(task, (*KERNEL, *LEARNERS)).value, first.value, rtol=1e-5)
    assert unpack(held.read_bytes(), "another version") == {}
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be kept"):
        ModelFolder(tmp_path / "file" / "models").write("A", b"")
