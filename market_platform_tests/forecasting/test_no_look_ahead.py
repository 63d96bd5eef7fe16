"""Cut or change what comes after the gate: no member's forecast may change, nor the combination, nor its quantiles."""

import dataclasses

import numpy as np
import pytest

from market_platform.forecasting import intervals, pool
from market_platform.forecasting.issue import inputs_hash
from market_platform.forecasting.members import Member, standard_pool
from market_platform.forecasting.panel import Panel

ROWS, FIRST, CUT = 230, 190, 215
SHORT = {
    "network": {"first_epochs": 4, "daily_steps": 2, "members": 2, "hidden": (16, 12), "batch": 16},
    "boosting": {"trees": 3, "history_rows": 60, "bins": 8},
    "hourly_kernel": {"history_rows": 15},
}


def _brief(member: Member) -> Member:
    """Return the member with less training: the same code in a fraction of the time."""
    return dataclasses.replace(member, setting=dataclasses.replace(member.setting, **SHORT.get(member.family, {})))


MEMBERS = [_brief(member) for member in standard_pool()]


def _panel() -> Panel:
    random = np.random.default_rng(11)
    load = 100 + 20 * np.sin(np.arange(24) / 4) + random.normal(0, 5, (ROWS, 1))
    price = 0.3 * load + 3 * np.cumsum(random.normal(0, 0.1, (ROWS, 1)), axis=0) + random.normal(0, 1, (ROWS, 24))
    days = np.datetime64("2024-01-01") + np.arange(ROWS)
    return Panel(days, price, {"load": load}, {"actual_load": load + random.normal(0, 2, (ROWS, 24))})


def _poisoned(panel: Panel, row: int) -> Panel:
    """Change every target and actual from ``row`` on, and every forecast after it."""
    target, load, actual = (
        values.copy() for values in (panel.target, panel.known_ahead["load"], panel.known_after["actual_load"])
    )
    target[row:], actual[row:], load[row + 1 :] = 999.0, -5.0, 7.0
    return dataclasses.replace(panel, target=target, known_ahead={"load": load}, known_after={"actual_load": actual})


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_a_member_never_sees_past_the_gate(member):
    panel = _panel()
    whole = pool.run(panel, (member,), FIRST)
    cut = pool.run(panel.as_issued(CUT), (member,), FIRST)
    changed = pool.run(_poisoned(panel, CUT), (member,), FIRST)
    upto = CUT + 1 - FIRST
    reached = whole.members[member.name][:upto]
    np.testing.assert_allclose(cut.members[member.name], reached, rtol=1e-3, atol=5e-3)
    np.testing.assert_allclose(changed.members[member.name][:upto], reached, rtol=1e-3, atol=5e-3)
    assert np.abs(changed.members[member.name][upto:] - whole.members[member.name][upto:]).max() > 0


def test_combination_and_quantiles_never_see_past_the_gate():
    members = tuple(member for member in standard_pool() if member.name in {"kernel_28", "kernel_91", "lasso_91"})
    panel = _panel()
    results = []
    for version in (panel, _poisoned(panel, CUT)):
        run = pool.run(version, members, 100)
        bands = intervals.quantiles(run.combined, version.target[100:], run.disagreement())
        results.append((run.combined[: CUT + 1 - 100], bands[: CUT + 1 - 100]))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-3, atol=5e-3)
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-2, atol=2e-2)


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_a_forecast_does_not_depend_on_where_the_run_began(member):
    if member.family == "lasso":
        pytest.skip("its memory fades from the first row of the run on")
    panel = _panel()
    early, late = (pool.run(panel, (member,), first).members[member.name] for first in (FIRST, FIRST + 15))
    np.testing.assert_allclose(early[15:], late, rtol=1e-3, atol=5e-3)


def test_the_hash_covers_what_may_be_read_and_nothing_else():
    panel = _panel().rows(slice(0, CUT + 1))
    own = inputs_hash(panel)
    assert inputs_hash(panel.as_issued(CUT)) == own
    assert inputs_hash(_poisoned(panel, CUT)) == own
    assert inputs_hash(_poisoned(panel, CUT - 1)) != own
