"""No order of requests, in one process or in many, passes a limit; every refusal is on record."""

import multiprocessing
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.errors import RuleBroken, SettingsError
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.drafts import cancel, history, register
from market_platform.trading.bid_ledger.life_cycle import move
from market_platform.trading.bid_ledger.results import Award, record_results
from market_platform.trading.bid_ledger.tables import bids, risk_refusals
from market_platform.trading.risk.book import RiskBook
from market_platform.trading.risk.enforcement import bind, preview
from market_platform.trading.risk.limits import RiskLimits, exposure_usd, stop_price
from market_platform.trading.risk.stops import release_stop, trip_stops
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

NOW = local("ercot", 2026, 7, 14, 8)
LIMITS = RiskLimits()


def small(bid_id="bid1", mw="0.5", price="30", **changes):
    return a_bid(bid_id=bid_id, points=points((mw, price)), **changes)


def submit(ledger, bids_, limits=LIMITS):
    register(ledger, bids_, at=NOW, actor="trader")
    return bind(ledger, bids_, limits, at=NOW, actor="trader")


def limits_broken(decisions):
    return [[breach.limit_name for breach in decision.breaches] for decision in decisions]


def test_the_defaults_are_those_of_the_house():
    assert (LIMITS.max_bid_mw, LIMITS.daily_exposure_usd, LIMITS.stop_loss_fraction) == (
        Decimal("0.5"), Decimal(10_000), Decimal("0.5"),
    )  # fmt: skip
    assert (LIMITS.resource_position_mw, LIMITS.portfolio_position_mw) == (Decimal(2), Decimal(20))
    with pytest.raises(SettingsError, match="max_bid_mw"):
        RiskLimits(max_bid_mw=0.5)


@pytest.mark.parametrize(
    ("bid", "usd"),
    [
        (small(price="30.01"), "15.01"),  # 0.5 MW x 1 h x 30.01, up to the cent
        (a_bid(points=points(("-0.5", "-250"), ("0.5", "20"))), "125"),
        (a_bid(points=(), self_schedule_mw=Decimal("0.1")), "500"),  # the cap of 5,000
        (small(end=local("ercot", 2026, 7, 15, 19)), "60"),
    ],
)
def test_exposure_is_the_worst_corner_of_the_curve(bid, usd):
    assert exposure_usd(bid, LIMITS) == Decimal(usd)


def test_a_self_schedule_without_cap_needs_a_price():
    bid = a_bid("pjm", "demand", kind="load", points=(), soc=None, self_schedule_mw=Decimal("0.1"))
    assert exposure_usd(bid, RiskLimits(price_taker_usd_per_mwh=Decimal(50))) == 5
    uncapped = a_bid("isone", "energy", points=(), self_schedule_mw=Decimal(1))
    with pytest.raises(RuleBroken, match="price_taker_usd_per_mwh"):
        exposure_usd(uncapped, LIMITS)


def test_half_a_megawatt_passes_and_a_little_more_does_not(ledger):
    decisions = submit(ledger, [small(), small("bid2", "0.6", start=local("ercot", 2026, 7, 15, 20))])
    assert limits_broken(decisions) == [[], ["max_bid_mw"]]
    assert [event.to_state for event in history(ledger, "bid2")] == ["draft", "draft"]
    with ledger.read() as connection:
        refusal = connection.execute(sa.select(risk_refusals)).one()
    assert (refusal.bid_id, refusal.asked, refusal.allowed) == ("bid2", Decimal("0.6"), Decimal("0.5"))
    assert "0.5 MW allowed" in history(ledger, "bid2")[-1].reason


def test_a_limit_cannot_be_passed_in_slices_or_by_shifted_intervals(ledger):
    hour = local("ercot", 2026, 7, 15, 15)
    slices = [small("bid1", "0.3"), small("bid2", "0.3"), small("bid3", "0.2", market="dam")]
    assert limits_broken(submit(ledger, slices)) == [[], ["max_bid_mw"], []]
    shifted = small("bid4", "0.1", start=hour + timedelta(minutes=30))
    assert limits_broken(submit(ledger, [shifted])) == [["max_bid_mw"]]
    assert limits_broken(submit(ledger, [small("bid5", start=hour + timedelta(hours=1))])) == [[]]


def test_position_limits_count_over_markets_products_and_resources(ledger):
    limits = RiskLimits(resource_position_mw=Decimal(1), portfolio_position_mw=Decimal("1.2"))
    asked = [
        small("bid1"), small("bid2", market="rtm"), small("bid3", product="non_spin", mw="0.1"),
        small("bid4", "0.2", resource="BATT_2"), small("bid5", "0.1", resource="BATT_3"),
        small("bid6", "0.1", resource="BATT_3", portfolio="other"),
    ]  # fmt: skip
    assert limits_broken(submit(ledger, asked, limits)) == [
        [], [], ["resource_position_mw"], [], ["portfolio_position_mw"], [],
    ]  # fmt: skip


def test_daily_exposure_is_counted_by_portfolio_and_market_day_and_freed_by_cancellation(ledger):
    hours = [small(f"bid{n}", price="5000", start=local("ercot", 2026, 7, 15, n)) for n in range(5)]
    assert limits_broken(submit(ledger, hours)) == [[], [], [], [], ["daily_exposure_usd"]]
    tomorrow = small("bid9", price="5000", start=local("ercot", 2026, 7, 16))
    assert limits_broken(submit(ledger, [tomorrow])) == [[]]
    cancel(ledger, ["bid0"], at=NOW, actor="trader", reason="changed mind")
    assert limits_broken(bind(ledger, hours[4:], LIMITS, at=NOW, actor="trader")) == [[]]


def test_a_day_of_25_hours_has_one_exposure(ledger):
    limits = RiskLimits(daily_exposure_usd=Decimal(24 * 15))
    start = local("ercot", 2026, 11, 1)
    first = a_bid().start.replace(month=11, day=1, hour=5)  # midnight of daylight time
    hours = [small(f"bid{n}", start=first + timedelta(hours=n)) for n in range(25)]
    assert {bid.market_day for bid in hours} == {start.date()}
    assert [len(decision.breaches) for decision in submit(ledger, hours, limits)] == [0] * 24 + [1]


def test_only_drafts_as_they_are_written_can_be_bound(ledger):
    submit(ledger, [small()])
    for asked, reason in (([small()], "is submitted"), ([small("unknown")], "unknown")):
        with pytest.raises(RuleBroken, match=reason):
            bind(ledger, asked, LIMITS, at=NOW, actor="trader")
    register(ledger, [small("bid2", "0.1")], at=NOW, actor="trader")
    with pytest.raises(RuleBroken, match="differ"):
        bind(ledger, [small("bid2", "0.2")], LIMITS, at=NOW, actor="trader")
    with pytest.raises(RuleBroken, match="twice"):
        bind(ledger, [small("bid2", "0.1"), small("bid2", "0.1")], LIMITS, at=NOW, actor="trader")


def test_a_preview_binds_nothing(ledger):
    asked = [small("bid1"), small("bid2")]
    register(ledger, asked, at=NOW, actor="trader")
    assert limits_broken(preview(ledger, asked, LIMITS)) == [[], ["max_bid_mw"]]
    assert limits_broken(bind(ledger, asked[1:], LIMITS, at=NOW, actor="trader")) == [[]]


def _awarded(ledger, bid, mw, price):
    submit(ledger, [bid])
    with ledger.begin() as connection:
        move(connection, [bid.bid_id], "accepted", at=NOW, actor="iso", reason="")
    award = Award(bid.bid_id, bid.start, bid.end, Decimal(mw), Decimal(price))
    record_results(ledger, [bid.bid_id], [award], at=NOW, actor="iso", reason="")


def test_nothing_bought_is_offered_below_half_its_price(ledger):
    _awarded(ledger, small("buy", "-0.5", start=local("ercot", 2026, 7, 15, 3)), "-0.5", "20")
    evening = local("ercot", 2026, 7, 15, 19)
    cheap = small("bid1", price="9.99", market="rtm", start=evening)
    assert limits_broken(submit(ledger, [cheap])) == [["stop_loss"]]
    assert limits_broken(submit(ledger, [small("bid2", price="10", market="rtm", start=evening)])) == [[]]


@pytest.mark.parametrize(
    ("mw", "entry", "quiet", "hit"),
    [
        ("-0.5", "20", "10.01", "10"),
        ("0.5", "40", "59.99", "60"),
        ("-0.5", "-20", "-29.99", "-30"),
        ("-0.5", "0", "0", "-1"),
        ("0.5", "8.428889", "12.64", "12.643334"),  # half of it more has seven decimals: the ledger keeps six
    ],
)
def test_a_stop_holds_until_a_person_releases_it(ledger, mw, entry, quiet, hit):
    _awarded(ledger, small("first", mw), mw, entry)
    day = local("ercot", 2026, 7, 15).date()
    submit(ledger, [small("waiting", start=local("ercot", 2026, 7, 15, 20))])
    assert trip_stops(ledger, {"BATT_1": Decimal(quiet)}, day, LIMITS, at=NOW) == []
    stop = trip_stops(ledger, {"BATT_1": Decimal(hit)}, day, LIMITS, at=NOW)[0]
    assert stop.pending_bids == ("waiting",)
    assert trip_stops(ledger, {"BATT_1": Decimal(hit)}, day, LIMITS, at=NOW) == []
    blocked = small("next", start=local("ercot", 2026, 7, 15, 22))
    assert limits_broken(submit(ledger, [blocked])) == [["stop_loss"]]
    release_stop(ledger, "BATT_1", at=NOW, by="risk manager", reason="hedged")
    assert limits_broken(bind(ledger, [blocked], LIMITS, at=NOW, actor="trader")) == [[]]
    with pytest.raises(RuleBroken, match="not stopped"):
        release_stop(ledger, "BATT_1", at=NOW, by="risk manager", reason="again")


def test_stop_prices_are_exact():
    assert stop_price(Decimal("31.27"), LIMITS, bought=True) == Decimal("15.635")
    assert stop_price(Decimal(-10), LIMITS, bought=True) == -15


REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 47),  # half-hours from midnight
        st.sampled_from([5, 15, 30, 60, 180]),
        st.sampled_from(["0.1", "0.2", "0.3", "0.5", "0.6"]),
        st.sampled_from(["-250", "-1", "30", "5000"]),
        st.sampled_from(["BATT_1", "BATT_2"]),
        st.sampled_from(["dam", "rtm"]),
        st.sampled_from(["storage", "wind"]),
    ),
    min_size=1,
    max_size=40,
)
TIGHT = RiskLimits(
    daily_exposure_usd=Decimal(3000), resource_position_mw=Decimal("0.8"), portfolio_position_mw=Decimal("1.0")
)


def _bids(requests):
    midnight = local("ercot", 2026, 7, 15)
    bids_ = []
    for n, (half, minutes, mw, price, resource, market, portfolio) in enumerate(requests):
        start = midnight + timedelta(minutes=30 * half)
        where = {"resource": resource, "market": market, "portfolio": portfolio}
        end = start + timedelta(minutes=minutes)
        bids_.append(a_bid(bid_id=f"b{n}", start=start, end=end, points=points((mw, price)), **where))
    return bids_


def _assert_within(granted, limits):
    """Count anew, minute by minute and with nothing but sums."""
    mw = defaultdict(Decimal)
    usd = defaultdict(Decimal)
    for bid in granted:
        for minute in range(int((bid.end - bid.start).total_seconds()) // 60):
            at = bid.start + timedelta(minutes=minute)
            size = max(abs(point.mw) for point in bid.points)
            mw["bid", at, bid.resource, bid.market] += size
            mw["resource", at, bid.resource] += size
            mw["portfolio", at, bid.portfolio] += size
        usd[bid.portfolio, bid.market_day] += exposure_usd(bid, limits)
    allowed = {
        "bid": limits.max_bid_mw, "resource": limits.resource_position_mw, "portfolio": limits.portfolio_position_mw,
    }  # fmt: skip
    assert all(size <= allowed[key[0]] for key, size in mw.items())
    assert all(stake <= limits.daily_exposure_usd for stake in usd.values())


@settings(max_examples=150, deadline=None)
@given(REQUESTS, st.randoms(use_true_random=False))
def test_no_order_of_requests_passes_a_limit(requests, shuffle):
    asked = _bids(requests)
    shuffle.shuffle(asked)
    book, granted = RiskBook(), []
    for bid in asked:
        usd = exposure_usd(bid, TIGHT)
        if not book.judge(bid, usd, TIGHT):
            book.add(bid, bid.largest_mw, usd)
            granted.append(bid)
        else:
            with pytest.raises(AssertionError):  # a refusal is never needless either
                _assert_within([*granted, bid], TIGHT)
    _assert_within(granted, TIGHT)


def _crowd(count):
    return _bids([(n % 6, 60, "0.3", "30", f"BATT_{n % 3}", "dam", "storage") for n in range(count)])


def _bind_all(url, asked):
    ledger = Ledger(url)
    for bid in asked:
        bind(ledger, [bid], TIGHT, at=NOW, actor=f"worker {multiprocessing.current_process().pid}")
    ledger.close()


def _assert_ledger_within(ledger, asked):
    with ledger.read() as connection:
        submitted = set(connection.scalars(sa.select(bids.c.bid_id).where(bids.c.state == "submitted")))
        refused = set(connection.scalars(sa.select(risk_refusals.c.bid_id)))
    assert submitted
    assert refused
    assert submitted | refused == {bid.bid_id for bid in asked}
    assert not submitted & refused
    _assert_within([bid for bid in asked if bid.bid_id in submitted], TIGHT)


def test_threads_cannot_pass_a_limit_together(ledger):
    asked = _crowd(36)
    register(ledger, asked, at=NOW, actor="trader")
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda bid: bind(ledger, [bid], TIGHT, at=NOW, actor="thread"), asked))
    _assert_ledger_within(ledger, asked)


@pytest.mark.long
def test_processes_cannot_pass_a_limit_together(ledger):
    asked = _crowd(24)
    register(ledger, asked, at=NOW, actor="trader")
    url = ledger.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        for job in [pool.submit(_bind_all, url, asked[part::3]) for part in range(3)]:
            job.result()
    _assert_ledger_within(ledger, asked)
