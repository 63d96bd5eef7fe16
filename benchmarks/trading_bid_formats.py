"""ERCOT messages of a fleet, rule checks and risk decisions: made, validated against the official schemas, timed."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from lxml import etree

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.sandbox.exchange.ercot_wire import write_award_sets
from market_platform.sandbox.exchange.order import Entry, Order, OrderAward
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.drafts import register
from market_platform.trading.bids.bid import Bid, CurvePoint
from market_platform.trading.bids.checker import check_bid
from market_platform.trading.gateways.ercot.gateway import ErcotGateway
from market_platform.trading.gateways.ercot.operating_plan import PlanHour
from market_platform.trading.gateways.ercot.schema import ErcotSchemas
from market_platform.trading.risk.enforcement import bind
from market_platform.trading.risk.limits import RiskLimits

XSD = Path(__file__).parents[2] / "shared" / "recordings" / "bids" / "ercot" / "xsd"
DAY = datetime(2026, 7, 15, tzinfo=UTC).date()
NOW = datetime(2026, 7, 14, 8, tzinfo=UTC)
RESOURCES = 1000
POINTS = tuple(CurvePoint(Decimal(mw), Decimal(20 + 3 * mw)) for mw in (-10, -8, -6, -4, -2, 2, 4, 6, 8, 10))
NS = {"e": "http://www.ercot.com/schema/2007-06/nodal/ews"}


def run() -> Iterator[dict[str, object]]:
    if not XSD.is_dir():
        return
    starts = [start.to_pydatetime() for start in interval_starts(DAY, MARKETS["ercot"].zone, 60)]
    bids = [_bid(n, start) for n in range(RESOURCES) for start in starts]
    plans = [_plan(n, start) for n in range(RESOURCES) for start in starts]
    entries = [_entry(n, start) for n in range(RESOURCES) for start in starts]
    gateway = ErcotGateway("QSE1", "USER1", ErcotSchemas(XSD))
    begin = time.perf_counter()
    offers = gateway.submission(bids, NOW)
    built = time.perf_counter()
    cops = gateway.plan(plans, NOW)
    planned = time.perf_counter()
    awards = 0
    for first in range(0, len(entries), 2400):
        root = etree.fromstring(write_award_sets(entries[first : first + 2400], DAY.isoformat(), NOW))
        award_set = root.find(".//e:AwardSet", NS)
        gateway.schemas.demand(award_set)
        awards += len(award_set) - 1
    end = time.perf_counter()
    assert sum(len(message.bid_ids) for message in offers) == len(bids)
    assert awards == len(entries)
    yield _row("1,000 resources: BidSets, COPs and AwardSets built and valid", end - begin, "s", bar=10.0)
    yield _row(f"  BidSets ({len(offers)} messages)", built - begin, "s")
    yield _row(f"  COPs ({len(cops)} messages)", planned - built, "s")
    yield _row(f"  AwardSets ({awards} awards)", end - planned, "s")
    yield from _checks(bids)
    yield from _risk(bids[: 24 * 100])


def _checks(bids: list[Bid]) -> Iterator[dict[str, object]]:
    begin = time.perf_counter()
    assert all(check_bid(bid, NOW).passes for bid in bids)
    yield _row("bids checked against every rule", len(bids) / (time.perf_counter() - begin), "1/s")


def _risk(bids: list[Bid]) -> Iterator[dict[str, object]]:
    limits = RiskLimits(
        max_bid_mw=Decimal(10), daily_exposure_usd=Decimal(10) ** 9, resource_position_mw=Decimal(10),
        portfolio_position_mw=Decimal(10) ** 6,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(f"sqlite:///{folder}/ledger.db")
        ledger.upgrade()
        register(ledger, bids, at=NOW, actor="benchmark")
        begin = time.perf_counter()
        assert all(decision.granted for decision in bind(ledger, bids, limits, at=NOW, actor="benchmark"))
        yield _row("bids bound in one risk decision (SQLite)", len(bids) / (time.perf_counter() - begin), "1/s")
        ledger.close()


def _row(name: str, value: float, unit: str, bar: float | None = None) -> dict[str, object]:
    holds = None if bar is None else value <= bar
    return {
        "name": name, "value": value, "unit": unit, "peer": None, "peer_value": None, "ratio": None, "bar": bar,
        "holds": holds,
    }  # fmt: skip


def _bid(n: int, start: datetime) -> Bid:
    return Bid(
        bid_id=f"b{n}-{start:%d%H}", iso="ercot", market="dam", product="energy", resource=f"BATT_{n}",
        location="HB_NORTH", participant="QSE1", portfolio="fleet", kind="storage", start=start,
        end=start + timedelta(hours=1), points=POINTS,
    )  # fmt: skip


def _plan(n: int, start: datetime) -> PlanHour:
    return PlanHour(
        resource=f"BATT_{n}", start=start, end=start + timedelta(hours=1), status="ON", high_mw=Decimal(10),
        low_mw=Decimal(-10), high_emergency_mw=Decimal(10), low_emergency_mw=Decimal(-10), min_soc_mwh=Decimal(0),
        max_soc_mwh=Decimal(40), begin_soc_mwh=Decimal(20), capacity_mw={"regUp": Decimal(1), "ecrs": Decimal(2)},
    )  # fmt: skip


def _entry(n: int, start: datetime) -> Entry:
    end = start + timedelta(hours=1)
    order = Order(
        bid_id=f"b{n}", iso="ercot", market="dam", product="energy", resource=f"BATT_{n}", location="HB_NORTH",
        participant="QSE1", kind="storage", start=start, end=end, points=POINTS,
    )  # fmt: skip
    return Entry(order, "ref", NOW, "cleared", awards=[OrderAward(start, end, Decimal(10), Decimal("45.25"))])
