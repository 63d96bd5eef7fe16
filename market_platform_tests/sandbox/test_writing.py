"""How the sandbox writes files, against the standard library's zips and pandas' CSV."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import httpx
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.sandbox.publishers.csv_text import csv_lines
from market_platform.sandbox.publishers.zipping import Member, zip_of
from market_platform.sandbox.transport import SandboxTransport
from market_platform.sources.catalogue import FEEDS

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="/\\"), min_size=1)
# The moments that a zip can hold: even seconds of 127 years.
STAMPS = st.integers(0, 127 * 365 * 43_200).map(
    lambda pairs: datetime(1980, 1, 1, tzinfo=UTC) + timedelta(seconds=2 * pairs)
)
CELLS = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.text('ab ,"\n;')


@settings(deadline=None)
@given(st.lists(st.builds(Member, NAMES, st.binary(max_size=2000), STAMPS), unique_by=lambda member: member.name))
def test_a_zip_is_read_back_by_the_standard_library(members: list[Member]) -> None:
    with zipfile.ZipFile(io.BytesIO(zip_of(members))) as archive:
        assert archive.testzip() is None
        read = [
            Member(one.filename, archive.read(one), datetime(*one.date_time, tzinfo=UTC)) for one in archive.infolist()
        ]
    assert read == members


@settings(deadline=None)
@given(st.lists(st.tuples(CELLS, st.text("xyé,"), st.integers())))
def test_csv_is_as_pandas_writes_it(rows: list[tuple[object, str, int]]) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b,c", "n"]).astype({"a": object, "b,c": "str"})
    assert csv_lines(frame).decode() == frame.to_csv(index=False, lineterminator="\n")


def test_caiso_prices_as_many_nodes_as_are_set() -> None:
    now, feed = datetime(2026, 6, 12, tzinfo=UTC), FEEDS["caiso_dam_lmp_node"]
    assert feed.request is not None
    (request,) = feed.request(feed, [datetime(2026, 6, 10, tzinfo=UTC).date()], now.date())
    with httpx.Client(transport=SandboxTransport(0, lambda: now, caiso_nodes=300)) as client:
        answer = client.get(request.url, params=dict(request.params)).content
    with zipfile.ZipFile(io.BytesIO(answer)) as archive, archive.open(archive.namelist()[0]) as file:
        rows = pd.read_csv(file)
    nodes = rows["NODE_ID"][rows["NODE_ID"].str.contains("_N0")]
    assert nodes.nunique() == 300
    assert len(rows) == rows["NODE_ID"].nunique() * 24 * 5
