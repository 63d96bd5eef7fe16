"""ERCOT's real files, 2010 to 2026: every row comes out, or is named."""

from pathlib import Path

import pytest

from market_platform.contracts.validate import Verdict, validate
from market_platform.sources.catalogue import recognise
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload, unpack

FEED_OF_FOLDER = {
    "np4-190-cd_dam_spp": "ercot_dam_spp",
}


def read(path: Path) -> list[tuple[Feed, Payload, Verdict]]:
    """Return, for each file inside, its feed and the verdict on its rows."""
    found = []
    for file in unpack(Payload(path.name, path.read_bytes())):
        feed = recognise(file)
        found.append((feed, file, validate(feed.parse(feed, [file]), feed.contract)))
    return found


@pytest.mark.parametrize("folder", sorted(FEED_OF_FOLDER))
def test_every_row_of_a_csv_comes_out(recordings, folder):
    for path in sorted((recordings / "ercot" / folder).iterdir()):
        for feed, file, verdict in read(path):
            lines = [line for line in file.content.splitlines() if line.strip()]
            headed = not lines[0][:2].isdigit()
            assert feed.key == FEED_OF_FOLDER[folder]
            assert len(verdict.accepted) == len(lines) - headed
            assert verdict.refused.empty, verdict.refused["reason"].unique()
