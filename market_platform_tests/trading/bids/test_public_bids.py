"""Real day-ahead bids that CAISO took on 2018-03-11, a day of 23 hours, against the rules of that day."""

import csv
import io
import zipfile
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from market_platform.markets.market import MARKETS
from market_platform.trading.bids.bid import Bid, CurvePoint
from market_platform.trading.bids.checker import check_bid
from market_platform.trading.bids.tables import products

FILE = "20180311_20180311_PUB_DAM_GRP_N_N_v2_csv.zip"
PRODUCTS = {row.wire_name: row.product for row in products() if row.iso == "caiso"}
KIND = {"GENERATOR": "generator", "LOAD": "generator", "INTERTIE": "generator"}


@pytest.fixture(scope="module")
def public_bids(recordings):
    with zipfile.ZipFile(recordings / "bids" / "caiso" / "public_bids" / FILE) as packed:
        text = packed.read(packed.namelist()[0]).decode()
    curves = defaultdict(list)
    for row in csv.DictReader(io.StringIO(text)):
        if row["SCH_BID_XAXISDATA"] and row["SCH_BID_Y1AXISDATA"]:
            key = (
                row["RESOURCE_TYPE"], row["RESOURCEBID_SEQ"], row["MARKETPRODUCTTYPE"],
                row["SCH_BID_TIMEINTERVALSTART_GMT"], row["SCH_BID_TIMEINTERVALSTOP_GMT"],
            )  # fmt: skip
            curves[key].append(CurvePoint(Decimal(row["SCH_BID_XAXISDATA"]), Decimal(row["SCH_BID_Y1AXISDATA"])))
    bids = []
    for key, points in sorted(curves.items()):
        # A unit of several stages publishes one curve after the other under one number.
        # A lone 0 MW is a place kept and no bid.
        stages = [curve for curve in _stages(points) if any(mw for mw, _ in curve)]
        bids += [_bid(f"p{len(bids)}-{stage}", key, curve) for stage, curve in enumerate(stages)]
    return bids


def _bid(bid_id, key, points):
    type_, resource, code, start, end = key
    prices = [price for _, price in points]
    buys = prices == sorted(prices, reverse=True) and prices[0] > prices[-1]
    kind = "storage" if min(mw for mw, _ in points) < 0 else "load" if type_ != "GENERATOR" and buys else KIND[type_]
    return Bid(
        bid_id=bid_id, iso="caiso", market="dam", product=PRODUCTS[code], resource=resource, location=resource,
        participant="SC", portfolio="public", kind=kind, start=_gmt(start), end=_gmt(end), points=tuple(points),
    )  # fmt: skip


def _stages(points):
    """Split where the quantity steps back, or where the price falls after the flat last step that ends a curve."""
    curve = []
    for point in points:
        flat_end = len(curve) > 1 and curve[-1][1] == curve[-2][1]
        if curve and (point[0] < curve[-1][0] or (flat_end and point[1] < curve[-1][1])):
            yield curve
            curve = []
        curve.append(point)
    yield curve


def _gmt(text):
    return datetime.fromisoformat(text.replace("-00:00", "+00:00"))


def test_the_real_bids_keep_the_rules_of_their_day(public_bids):
    received = datetime(2018, 3, 10, 9, 59, tzinfo=MARKETS["caiso"].zone)
    assert len(public_bids) > 2000
    broken = Counter()
    for bid in public_bids:
        for finding in check_bid(bid, received).broken:
            broken[(finding.rule, bid.resource)] += 1
    # Three units of several stages whose published curves cannot be told apart, among five thousand bids.
    assert {resource for _, resource in broken} == {"588184", "723251", "952796"}
    assert sum(broken.values()) == 4


def test_the_real_bids_lie_in_a_day_of_23_hours(public_bids):
    assert {bid.market_day for bid in public_bids} == {date(2018, 3, 11)}
    assert max(bid.end for bid in public_bids) - min(bid.start for bid in public_bids) == timedelta(hours=23)
