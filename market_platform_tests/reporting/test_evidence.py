"""What is called verified was read in a real payload, and every dataset that a recording holds is called so."""

from pathlib import Path

import pytest

from market_platform.errors import MarketPlatformError
from market_platform.reporting.documents import feeds_page
from market_platform.reporting.evidence import layout_status, recorded
from market_platform.sources.catalogue import FEEDS, recognise
from market_platform.sources.payload import Payload, unpack


@pytest.mark.long
def test_each_verified_dataset_is_read_in_the_recordings_that_it_names(recordings: Path) -> None:
    for (publisher, dataset), folders in recorded().items():
        for folder in folders.split():
            assert (publisher, dataset) in set(_datasets(recordings / folder)), folder


def _datasets(folder: Path):
    for path in sorted(folder.iterdir()):
        for file in unpack(Payload(path.name, path.read_bytes())):
            try:
                feed = recognise(file)
            except MarketPlatformError:
                continue
            yield feed.publisher, feed.dataset


def test_the_page_says_what_each_layout_rests_on() -> None:
    known = {(feed.publisher, feed.dataset) for feed in FEEDS.values()}
    assert set(recorded()) <= known
    rows = [line for line in feeds_page().splitlines() if line.startswith("| `")]
    for feed in FEEDS.values():
        row = next(line for line in rows if line.startswith(f"| `{feed.key}` |"))
        assert row.split(" | ")[-1].removesuffix(" |").startswith(layout_status(feed))
    assert {layout_status(feed) for feed in FEEDS.values()} == {"V", "S", "U"}
    assert "PRC_FLEX_RAMP" in feeds_page()
