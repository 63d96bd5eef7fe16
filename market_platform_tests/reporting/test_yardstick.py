"""The list of gridstatus' datasets names feeds that exist, once each, and says why where there is none."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from market_platform.reporting.documents import feeds_page
from market_platform.reporting.yardstick import datasets
from market_platform.sources.catalogue import FEEDS

CLASSES = {"nyiso": "NYISO", "caiso": "CAISO", "pjm": "PJM", "ercot": "Ercot"}
LIST_METHODS = (
    "import gridstatus, sys; print(*(m for m in dir(getattr(gridstatus, sys.argv[1])) if m.startswith('get_')))"
)


def test_each_named_feed_exists_in_its_market() -> None:
    named = [(row["market"], key) for row in datasets() for key in row["feeds"].split()]
    assert [(market, key) for market, key in named if key not in FEEDS or FEEDS[key].publisher != market] == []


def test_each_dataset_stands_once_with_feeds_or_a_reason() -> None:
    assert max(Counter((row["market"], row["dataset"]) for row in datasets()).values()) == 1
    assert [row for row in datasets() if bool(row["feeds"]) == bool(row["missing"])] == []


def test_the_page_holds_the_list() -> None:
    page = feeds_page()
    assert all(f"| `{row['dataset']}` |" in page for row in datasets())


@pytest.mark.long
@pytest.mark.parametrize("market", sorted(CLASSES))
def test_it_is_gridstatus_own_list(market: str) -> None:
    python = Path(sys.prefix) / "peers" / "gridstatus-0.37.0" / "bin" / "python"
    if not python.exists():
        pytest.skip("gridstatus is not here: `make peers` makes its environment")
    done = subprocess.run([python, "-c", LIST_METHODS, CLASSES[market]], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == sorted(row["dataset"] for row in datasets() if row["market"] == market)
