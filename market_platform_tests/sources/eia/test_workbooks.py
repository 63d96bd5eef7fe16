"""EIA's other workbooks than the recorded ones: first estimates, other series, other frequencies, and broken ones."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from market_platform.contracts.families import fundamentals
from market_platform.contracts.validate import validate
from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.platform import Platform
from market_platform.sandbox.publishers.xls import Cell, workbook
from market_platform.sources.catalogue import recognise
from market_platform.sources.eia.release_calendar import told_in
from market_platform.sources.payload import Payload

ZERO = date(1899, 12, 30)
REGIONS = ("East Region", "Midwest Region", "Mountain Region", "Pacific Region", "South Central Region", "Salt", "NonSalt",
           "Total Lower 48")  # fmt: skip
STOCKS = (426.0, 529.0, 97.0, 200.0, 791.0, 235.0, 556.0, 2043.0)
Rows = list[list[Cell]]


def _serial(year: int, month: int, day: int) -> float:
    return float((date(year, month, day) - ZERO).days)


def _navigated(frequency: str, keys: list[str], rows: Rows) -> bytes:
    contents: Rows = [[""], ["", "Workbook Contents"], ["", "Worksheet Name", "Description", "# Of Series", "Frequency"],
                      ["", "Data 1", "As EIA describes it", float(len(keys)), frequency]]  # fmt: skip
    head: Rows = [["Back to Contents", "Data 1: As EIA describes it"], ["Sourcekey", *keys], ["Date", *keys]]
    return workbook({"Contents": contents, "Data 1": [*head, *rows]})


def _read(content: bytes, name: str = "book.xls") -> tuple[str, pd.DataFrame]:
    payload = Payload(name, content)
    feed = recognise(payload)
    verdict = validate(feed.parse(feed, [payload]), feed.contract)
    assert verdict.refused.empty, verdict.refused["reason"].unique()
    return feed.key, verdict.accepted


def test_first_estimates_are_rows_of_their_own_feed_and_later_revisions_are_flagged() -> None:
    head: Rows = [["what was first published"], ["Week ending", "Source", *REGIONS, "Explanation"]]
    weeks: Rows = [
        [_serial(2020, 3, 6), "EIA-912", *STOCKS],
        [_serial(2020, 3, 13), "EIA-912", *STOCKS, "Revised in the release of the week after"],
        [_serial(2020, 3, 20), "EIA-912", *STOCKS, "A reclassification from working gas to base gas"],
    ]
    key, rows = _read(workbook({"original_data": [*head, *weeks]}), "revisions.xls")
    assert (key, len(rows)) == ("eia_storage_first", 3 * 8)
    total = rows[rows["region"] == "Lower 48"].sort_values("week_ending")
    assert total["stock_bcf"].tolist() == [2043.0] * 3
    assert total["is_revision"].tolist() == [False, True, True]
    assert total["is_reclassification"].tolist() == [False, False, True]
    nonsalt = rows[rows["series"] == "NW2_EPG0_SNO_R33_BCF"]
    assert nonsalt["stock_bcf"].tolist() == [556.0] * 3


@pytest.mark.parametrize(
    ("frequency", "serial", "first", "after"),
    [
        ("Daily", (2026, 3, 6), "2026-03-06", "2026-03-07"),
        ("Weekly", (2026, 3, 13), "2026-03-07", "2026-03-14"),  # the week in which the clocks change
        ("Monthly", (2026, 11, 15), "2026-11-01", "2026-12-01"),
        ("Annual", (2025, 6, 30), "2025-01-01", "2026-01-01"),
    ],
)
def test_a_price_of_a_month_is_not_taken_for_that_of_its_fifteenth(
    frequency: str, serial: tuple[int, int, int], first: str, after: str
) -> None:
    key, rows = _read(_navigated(frequency, ["RNGWHHD"], [[_serial(*serial), 3.25]]))
    assert key == "eia_henry_hub_history"
    row = rows.iloc[0]
    assert (row["product"], row["frequency"], row["price_usd_per_mmbtu"]) == ("spot", frequency.lower(), 3.25)
    assert row["interval_start"] == pd.Timestamp(first, tz="America/New_York")
    assert row["interval_end"] == pd.Timestamp(after, tz="America/New_York")


def test_workbooks_of_other_series_and_of_several() -> None:
    key, rows = _read(_navigated("Daily", ["RNGC1"], [[_serial(1994, 1, 13), 2.19], [_serial(1994, 1, 14), ""]]))
    assert key == "eia_henry_hub_history"
    assert rows["product"].tolist() == ["front_month_1"] * 2
    assert rows["price_usd_per_mmbtu"].isna().tolist() == [False, True]
    keys = ["NW2_EPG0_SWO_R31_BCF", "NW2_EPG0_SSO_R33_BCF"]
    key, rows = _read(_navigated("Weekly", keys, [[_serial(2010, 1, 1), 769.0, 159.0]]))
    assert key == "eia_storage_history"
    assert rows[["region", "gas_type", "stock_bcf"]].values.tolist() == [
        ["East", "total", 769.0], ["South Central", "salt", 159.0]
    ]  # fmt: skip


def test_charts_of_other_regions_and_the_file_of_months() -> None:
    chart = (
        b"South Central Region Natural Gas\nhttps://www.eia.gov\nSeries Key,NW2_EPG0_SSO_R33_BCF.W\n"
        b"Week of,Salt South Central\n05/7/2021,280\n04/30/2021,275\n"
    )
    key, rows = _read(chart, "Salt.csv")
    assert key == "eia_storage_chart"
    assert rows[["region", "gas_type"]].drop_duplicates().values.tolist() == [["South Central", "salt"]]
    key, rows = _read(b"\xef\xbb\xbfMonth,Price\r\n1997-01,3.45\r\n1997-02,2.15\r\n", "monthly.csv")
    assert (key, rows["frequency"].tolist()) == ("eia_henry_hub_history", ["monthly"] * 2)
    assert rows["interval_end"].iloc[0] == pd.Timestamp("1997-02-01", tz="America/New_York")


def test_what_is_not_in_order_is_told() -> None:
    whole = _navigated("Daily", ["RNGWHHD"], [[_serial(2026, 3, 6), 3.25]])
    for content, error, words in (
        (whole[:1500], UnreadablePayload, "cannot be opened"),
        (_navigated("Hourly", ["RNGWHHD"], [[1.0, 1.0]]), SchemaChanged, "Hourly"),
        (_navigated("Daily", ["RNGWHHD", "RCLC1"], [[1.0, 1.0, 1.0]]), SchemaChanged, "RCLC1"),
        (workbook({"original_data": [["Week ending", "Source", *REGIONS]]}), SchemaChanged, "Explanation"),
    ):
        feed = recognise(Payload("book.xls", content if error is SchemaChanged else whole))
        with pytest.raises(error, match=words):
            feed.parse(feed, [Payload("book.xls", content)])
    odd = _navigated(
        "Weekly", ["NW2_EPG0_SWO_R48_BCF"], [["soon", 1.0], [_serial(2010, 1, 1), "W"], [_serial(2010, 1, 8), ""]]
    )
    feed = recognise(Payload("book.xls", odd))
    verdict = validate(feed.parse(feed, [Payload("book.xls", odd)]), feed.contract)
    assert (len(verdict.accepted), len(verdict.refused)) == (0, 3)


@pytest.mark.long
def test_an_older_release_imported_later_yields_and_both_vintages_are_kept(
    make_platform: Callable[..., Platform], recordings: Path
) -> None:
    older = (recordings / "eia/wngsr_json/wngsr.json").read_bytes()
    newer = older
    for was, now in ((b"2026-Jul-09", b"2026-Jul-16"), (b"2026-07-03", b"2026-07-10"), (b"2026-06-26", b"2026-07-03"),
                     (b"2983]", b"3040]"), (b"2922]", b"2979]"),
                     (b'"revision_flag": ["false", "false"', b'"revision_flag": ["false", "true"'),
                     (b'"revision_flag":["false","false"', b'"revision_flag":["false","true"')):  # fmt: skip
        newer = newer.replace(was, now)
    wanted = "feed = 'eia_storage_release' AND market_day = DATE '2026-07-03'"
    first = make_platform(folder="in_order")
    for content in (older, newer):
        assert not [one for one in first.imports.take_file(Payload("wngsr.json", content)) if one.failed]
    kept = first.lake.read(fundamentals.GAS_STORAGE, wanted, versions=True)
    assert kept.sort_values("known_from")[["stock_bcf", "is_revision"]].values.tolist() == [
        [2983.0, False],
        [2979.0, True],
    ]
    second = make_platform(folder="out_of_order")
    for content in (newer, older):
        assert not [one for one in second.imports.take_file(Payload("wngsr.json", content)) if one.failed]
    stands = second.lake.read(fundamentals.GAS_STORAGE, wanted)
    assert stands[["stock_bcf", "is_revision"]].values.tolist() == [[2979.0, True]]


def test_files_say_when_they_were_released(recordings: Path) -> None:
    book = recordings / "eia/weekly_storage_history_xls/ngshistory_2026-01-29.xls"
    assert told_in(Payload(book.name, book.read_bytes())) == datetime(2026, 1, 29, 15, 30, tzinfo=UTC)
    release = recordings / "eia/wngsr_json/wngsr.json"
    assert told_in(Payload(release.name, release.read_bytes())) == datetime(2026, 7, 9, 14, 30, tzinfo=UTC)
    assert told_in(Payload("a.json", b'{"release_date":"2026-Nul-09"}')) is None
    assert told_in(Payload("a.json", b"{}")) is None
