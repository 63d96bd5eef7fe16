"""A drill's judgement: it must see what is lost, what is doubled and what has changed, or its word is worth nothing."""

import shutil

import pandas as pd
import pytest

from market_platform.contracts.families.power import LOAD
from market_platform.contracts.families.prices import LMP
from market_platform.drills.comparison import compare, rows_beyond
from market_platform.drills.result import Tally
from market_platform.drills.story import STORY, platform_at, play_all, settings_of
from market_platform.store.feed_tables import coverage


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return play_all(settings_of(tmp_path_factory.mktemp("drill") / "whole", 0))


@pytest.fixture
def copy(whole, tmp_path):
    shutil.copytree(whole.settings.data_folder, tmp_path / "copy")
    return platform_at(settings_of(tmp_path / "copy", 0), STORY[-1].moment)


def tally_of(whole, struck):
    tally = Tally(faults=1)
    compare(whole, struck, tally)
    return tally


def test_the_story_leaves_versions_on_both_clock_change_days(whole):
    versions = whole.lake.read(LMP, versions=True)
    assert versions["known_to"].notna().sum() == 2
    found = whole.lake.read(LOAD, versions=True)
    assert set(found["market_day"].astype(str)) == {"2026-03-08", "2026-11-01"}
    assert found["known_to"].notna().sum() == 2


def test_a_copy_is_equal(whole, copy):
    tally = tally_of(whole, copy)
    assert tally.holds
    assert tally.rows > 1000


def test_a_lost_slice_is_counted(whole, copy):
    copy.lake.drop_slice(LMP, "nyiso_dam_lbmp_zone", "2026-11")
    tally = tally_of(whole, copy)
    held = whole.lake.read(LMP, "feed = 'nyiso_dam_lbmp_zone'", versions=True)
    assert (tally.lost, tally.extra) == (len(held), 0)
    assert not tally.holds


def test_a_version_too_many_and_an_account_that_is_off_are_counted(whole, copy):
    rows = copy.lake.read(LMP, "feed = 'nyiso_dam_lbmp_zone' AND location = 'WEST'")[list(LMP.row_columns)].head(1)
    rows["lmp_usd_per_mwh"] += 1
    copy.lake.commit(LMP, "nyiso_dam_lbmp_zone", rows, payload="0" * 64, read_at=STORY[-1].moment)
    with copy.ledger.begin() as connection:
        connection.execute(coverage.delete().where(coverage.c.feed == "nyiso_dam_lbmp_zone"))
    tally = tally_of(whole, copy)
    assert (tally.lost, tally.extra) == (3, 2)  # the row that stood and two days of coverage; its end and the other row


def test_a_row_that_stands_twice_counts_twice():
    once = pd.DataFrame({"key": ["a", "b"], "value": [1.0, None]})
    twice = pd.concat([once, once])
    assert (rows_beyond(once, twice), rows_beyond(twice, once)) == (0, 2)
    assert rows_beyond(once, once.head(0)) == 2
