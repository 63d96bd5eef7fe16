"""Real Data Miner files: every row is accepted or named in quarantine."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from market_platform.contracts.validate import Verdict, validate
from market_platform.markets.market_day import hours_in_day
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.feeds import ZONE
from market_platform.sources.pjm.recognise import recognise


def taken(path: Path) -> tuple[str, Verdict]:
    payload = Payload(path.name, path.read_bytes())
    key = recognise(payload)
    assert key is not None, f"{path.name}: no feed knows it"
    feed = FEEDS[key]
    return key, validate(feed.parse(feed, [payload]), feed.contract)


@pytest.mark.parametrize(
    ("file", "key", "rows"),
    [
        ("da_hrl_lmps/da_hrl_lmps.csv", "pjm_dam_lmp_node", 8737),
        ("da_hrl_lmps/da_hrl_lmps_2026-06-09.json", "pjm_dam_lmp_zone", 552),
    ],
)
def test_every_row_is_accepted(recordings: Path, file: str, key: str, rows: int):
    found, verdict = taken(recordings / "pjm" / file)
    assert (found, len(verdict.accepted), len(verdict.refused)) == (key, rows, 0)


@pytest.mark.parametrize("day", [date(2025, 11, 2), date(2026, 3, 8)])
def test_day_ahead_hours_of_a_clock_change_day(recordings: Path, day: date):
    _, verdict = taken(recordings / "pjm" / "da_hrl_lmps" / "da_hrl_lmps.csv")
    rows = verdict.accepted[verdict.accepted["market_day"] == day]
    assert len(rows) == hours_in_day(day, ZONE) == rows["interval_start"].nunique()
    assert rows["interval_start"].is_monotonic_increasing


def test_price_is_the_sum_of_its_parts(recordings: Path):
    _, verdict = taken(recordings / "pjm" / "da_hrl_lmps" / "da_hrl_lmps.csv")
    rows = verdict.accepted
    parts = rows["energy_usd_per_mwh"] + rows["congestion_usd_per_mwh"] + rows["loss_usd_per_mwh"]
    np.testing.assert_allclose(parts, rows["lmp_usd_per_mwh"], atol=1e-9)
