"""Inputs from the lake: which feed wins, regions that nest, intervals off the grid; and documents told by content."""

import io
import zipfile
from datetime import date

import pandas as pd
import pytest

from market_platform.settlement.charges.table import ISOS, charge_table
from market_platform.settlement.inputs.from_lake import added_up, on_the_settlement_grid
from market_platform.settlement.inputs.from_platform import (
    nested_regions,
    price_feeds,
    price_history,
    reserve_region,
    traded_products,
)
from market_platform.settlement.refusals import MalformedStatement, UnsafeStatement
from market_platform.settlement.statements.recognise import open_bundle, recognise
from market_platform.sources.catalogue import FEEDS
from market_platform_tests.settlement import builders as b

DAY = date(2024, 11, 3)


@pytest.mark.parametrize("iso", ISOS)
def test_prices_come_from_declared_feeds_of_that_market(iso):
    feeds = price_feeds(iso)
    assert feeds
    for key in feeds:
        assert FEEDS[key].publisher == iso
        assert FEEDS[key].contract.name in ("lmp", "ancillary_prices")
    assert set(feeds) == set(price_feeds(iso, "lmp")) | set(price_feeds(iso, "ancillary_prices"))


def test_a_verified_price_replaces_an_unverified_one_however_late_that_was_read():
    start = pd.Timestamp("2024-11-03T05:00", tz="UTC")
    known = start + pd.to_timedelta([9, 1, 2, 3], unit="D")
    lmp = pd.DataFrame(
        {
            "feed": [
                "pjm_rt_5min_unverified_lmp_hub",
                "pjm_rt_5min_lmp_hub",
                "pjm_rt_5min_lmp_hub",
                "pjm_rt_5min_lmp_hub",
            ],
            "market": "pjm",
            "market_run": "RTD",
            "location": "WESTERN HUB",
            "market_day": DAY,
            "interval_start": start,
            "interval_end": start + pd.Timedelta(minutes=5),
            "lmp_usd_per_mwh": [30.0, 31.0, 31.0, 31.5],
            "energy_usd_per_mwh": [30.0, 31.0, 31.0, 31.5],
            "congestion_usd_per_mwh": 0.0,
            "loss_usd_per_mwh": float("nan"),
            "known_from": known,
        }
    )
    history = price_history("pjm", lmp)
    assert history[["version", "price_usd_per_mwh"]].to_numpy().tolist() == [[1, 30.0], [2, 31.0], [3, 31.5]]


def test_nested_regions_add_up_with_a_version_per_correction():
    members = nested_regions("caiso", reserve_region("caiso", "TH_SP15_GEN-APND"))
    assert members == ("AS_CAISO_EXP", "AS_CAISO", "AS_SP26_EXP", "AS_SP26")
    parts = [
        b.prices("caiso", DAY, value, product="regup", location=name)
        for name, value in zip(members, (5.0, 1.5, 0.0, 2.25), strict=True)
    ]
    later = parts[0].iloc[[3]].assign(version=2, known_from=b.KNOWN + pd.Timedelta(days=1), price_usd_per_mwh=7.0)
    sums = added_up(pd.concat([*parts, later]), {"AS_SP26": members})
    assert (sums["location"] == "AS_SP26").all()
    counts = sums.groupby("interval_start")["version"].max()
    assert counts.value_counts().to_dict() == {1: 24, 2: 1}
    assert sums.loc[sums["version"] == 1, "price_usd_per_mwh"].unique().tolist() == [8.75]
    assert sums.loc[sums["version"] == 2, "price_usd_per_mwh"].tolist() == [10.75]
    partial = added_up(pd.concat(parts[1:]), {"AS_SP26": members})
    assert partial.empty  # a part of the sum is no price


def test_intervals_off_the_grid_are_weighted_by_their_seconds():
    prices = b.prices("nyiso", DAY, 30.0, market="rt", minutes=5)
    second = prices.iloc[[1]]
    cut = second["interval_start"] + pd.Timedelta(seconds=100)
    early, late = second.assign(interval_end=cut), second.assign(interval_start=cut, price_usd_per_mwh=60.0)
    late["energy_usd_per_mwh"] = 60.0
    found = on_the_settlement_grid("nyiso", pd.concat([prices.drop(index=1), early, late], ignore_index=True))
    assert len(found) == len(prices) == 300
    mine = found[found["interval_start"] == second["interval_start"].iloc[0]]
    assert mine["price_usd_per_mwh"].tolist() == [50.0]
    assert found["price_usd_per_mwh"].sum() == 299 * 30.0 + 50.0


@pytest.mark.parametrize("iso", ISOS)
def test_what_can_be_bid_has_a_price_and_a_charge(iso):
    charged = {charge.product for charge in charge_table(iso)}
    assert {"energy", "virtual"} <= charged
    bid, priced = traded_products(iso, "bids"), traded_products(iso, "prices")
    assert bid <= charged
    assert bid - {"energy", "virtual"} <= priced <= charged


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"<Statement/>", ("ercot", "xml")),
        (b'<?xml version="1.0"?>\n<STL_Invoice/>', ("ercot", "invoice")),
        (b"\xef\xbb\xbf<MPDISPUTE_DATA/>", ("ercot", "disputes")),
        (b'<SettlementStatement xmlns="urn:any"/>', ("caiso", "xml")),
        (b"<ROWSET/>", ("pjm", "xml")),
        (b"PJM Monthly Billing Statement\n", ("pjm", "csv")),
        (b"Organization,DESK\n", ("nyiso", "csv")),
        (b"PJM Spot Market Energy Summary\n", ("pjm", "hours")),
    ],
)
def test_a_document_is_told_by_its_content(data, kind):
    assert recognise(data) == kind


def _zip(**parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("_", "."), content)
    return buffer.getvalue()


def test_a_bundle_is_told_by_what_is_in_it():
    assert recognise(_zip(statement_xml=b"<Statement/>")) == ("ercot", "zip")
    assert recognise(_zip(any_csv=b"PJM Monthly Billing Statement\n")) == ("pjm", "zip")
    with pytest.raises(MalformedStatement, match="not a readable ZIP"):
        recognise(b"PK\x03\x04")


def test_bundles_that_lack_a_part_or_are_bombs_are_refused():
    with pytest.raises(MalformedStatement, match="0 headers files"):
        open_bundle(_zip(statement_xml=b"<Statement/>"))
    with pytest.raises(UnsafeStatement, match="more than a statement has"):
        open_bundle(_zip(bomb_xml=b"0" * (65 * 2**20)))
    with pytest.raises(UnsafeStatement, match="20 members"):
        open_bundle(_zip(**{f"part{number}_csv": b"x" for number in range(20)}))
