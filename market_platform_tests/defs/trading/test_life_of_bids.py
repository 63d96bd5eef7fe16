"""A market day from plan to delivery, each step by a process of its own that knows only the lake and the ledger."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from market_platform.contracts.families.trading import AWARDS, BID_SCHEDULES, RESOURCE_DISPATCH
from market_platform.defs.settlement.positions import gathered_positions
from market_platform.defs.trading.house import TRADED, gateway_of
from market_platform.defs.trading.records import award_rows, dispatch_rows, hourly_results, kpi_rows, lay
from market_platform.defs.trading.scheduling import day_ahead_schedule, fresh_revision, planning_moment
from market_platform.defs.trading.submission import submit_drafts
from market_platform.errors import RuleBroken, SettingsError
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.trading.bid_ledger.drafts import history
from market_platform.trading.bid_ledger.life_cycle import HOLDING
from market_platform.trading.bid_ledger.queries import awards_of, bound, find_bids
from market_platform_tests.defs.trading.market import HUB, house_at, lay_prices, lay_service_prices, with_ledger

DAYS = [date(2026, 3, 8), date(2026, 7, 15), date(2026, 11, 1)]
CHEAP_THEN_DEAR = [20.0] * 8 + [35.0] * 8 + [90.0] * 8
CHEAPER_THEN_DEARER = [19.0] * 8 + [35.0] * 8 + [91.0] * 8
FIRST = {"nyiso": "hudson_battery", "caiso": "cypress_battery", "pjm": "laurel_battery", "ercot": "mesquite_battery"}


def open_market(platform, iso, day, *, before=None, on_day=None):
    """Prices of the eight days before and of the day."""
    locations = sorted(set(house_at(platform, platform.clock()).of_iso(iso)["location"]))
    lay_prices(platform, iso, days_before(day), before or CHEAP_THEN_DEAR, locations=locations)
    lay_prices(platform, iso, [day], on_day or CHEAPER_THEN_DEARER, locations=locations)


def days_before(day):
    return [day - timedelta(days=step) for step in range(1, 9)]


def planned(platform, iso, day, **how):
    """Plan and register as the schedule does, four hours into the day before."""
    at = day_bounds(day, MARKETS[iso].zone)[0] - timedelta(days=1) + timedelta(hours=4)
    house = house_at(platform, at)
    plan = day_ahead_schedule(house, iso, day, at, revision=fresh_revision(platform.ledger, iso, day), **how)
    house.service(iso, day).draft(plan.bids, at)
    lay(house, BID_SCHEDULES, f"{iso}_bid_schedule", plan.rows, day)
    return house, plan, at


@pytest.mark.parametrize(
    ("iso", "day"),
    [
        ("caiso", DAYS[0]),
        ("ercot", DAYS[2]),
        ("nyiso", DAYS[0]),
        ("pjm", DAYS[2]),
        ("caiso", DAYS[2]),
        ("pjm", DAYS[1]),
    ],
)
def test_a_day_goes_from_plan_to_delivery(iso, day, make_platform):
    platform = make_platform(now=datetime(2026, 1, 1, tzinfo=UTC))
    open_market(platform, iso, day)
    house, plan, _ = planned(platform, iso, day)
    assert {row["forecast_source"].iloc[0] for row in plan.rows} >= {"seasonal_naive"}
    assert submit_drafts(house, iso, day)[0].startswith(f"{iso}: ")
    begin, end = day_bounds(day, MARKETS[iso].zone)
    evening = begin - timedelta(hours=4)
    house_at(platform, evening).service(iso, day).follow(evening)
    mine = [
        bid
        for bid in plan.bids
        if bid.resource in (house.service, *house.wire_names) and house.wire_names[bid.resource] == FIRST[iso]
    ]
    states = {bid.bid_id: state for bid, state in find_bids(platform.ledger, iso=iso, day=day)}
    assert {states[bid.bid_id] for bid in mine} == {
        "cleared"
    }  # the forecast was right: all that was planned is awarded
    after = house_at(platform, end + timedelta(hours=1))
    moved = after.service(iso, day).follow(end + timedelta(hours=1))
    assert {moved[bid.bid_id] for bid in mine} == {"delivered"}
    assert [event.to_state for event in history(platform.ledger, mine[0].bid_id)] == [
        "draft", "submitted", "accepted", "cleared", "delivered",
    ]  # fmt: skip
    lay(after, AWARDS, "awards", [award_rows(after, iso, day)], day)
    telemetry, waits = dispatch_rows(after, iso, day)
    assert waits == ""
    lay(after, RESOURCE_DISPATCH, "resource_dispatch", [telemetry], day)
    readings = telemetry[telemetry["resource"] == FIRST[iso]]
    assert len(readings) == (end - begin) / timedelta(minutes=5)
    row = house.resources.table.loc[FIRST[iso]]
    assert readings["soc_mwh"].between(row["soc_min_mwh"] - 1e-6, row["soc_max_mwh"] + 1e-6).all()
    told = awards_of(platform.ledger, iso, day)
    told = told[told["bid_id"].isin([bid.bid_id for bid in mine])]
    hours = [bid.start for bid in mine]
    energy = float(readings.loc[readings["interval_start"].dt.floor("h").isin(hours), "actual_mw"].sum() / 12)
    assert float(sum(told["delivered_mwh"])) == pytest.approx(energy, abs=0.01)
    assert {Decimal(19), Decimal(91)} <= set(told["price_usd_per_mwh"])
    kpis = kpi_rows(after, iso, day)
    figures = kpis[kpis["resource"] == FIRST[iso]].set_index("kpi")["value"]
    assert abs(figures["missed_uncleared"]) < 12  # what the ISO's smallest step of power takes from the plan
    assert figures["capture_of_foresight"] > 0.75
    assert figures["spread_captured"] == pytest.approx(72, abs=15)
    missed = figures["missed_forecast"] + figures["missed_uncleared"] + figures["missed_undelivered"]
    assert figures["foresight"] - (figures["revenue"] - figures["cycle_cost"]) == pytest.approx(missed)
    assert len(hourly_results(after, iso, day, FIRST[iso])) == (end - begin) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("iso", "day"),
    [
        ("pjm", DAYS[0]),
        *(
            pytest.param(*case, marks=pytest.mark.long)
            for case in (("ercot", DAYS[0]), ("caiso", DAYS[2]), ("nyiso", DAYS[2]))
        ),
    ],
)
def test_services_go_from_plan_to_delivery_beside_energy(iso, day, make_platform):
    """Offers of capacity clear at the region's price, are held by the store to the last hour, and count in the figures."""
    platform = make_platform(now=datetime(2026, 1, 1, tzinfo=UTC))
    open_market(platform, iso, day)
    lay_service_prices(platform, iso, [*days_before(day), day], 40.0)
    house, plan, _ = planned(platform, iso, day)
    offered = {
        bid.bid_id: bid for bid in plan.bids if bid.product != "energy" and house.wire_names[bid.resource] == FIRST[iso]
    }
    assert len(offered) > 12
    assert "0 break a rule, 0 exceed a risk limit" in submit_drafts(house, iso, day)[0]
    begin, end = day_bounds(day, MARKETS[iso].zone)
    house_at(platform, begin).service(iso, day).follow(begin)
    states = {bid.bid_id: state for bid, state in find_bids(platform.ledger, iso=iso, day=day)}
    assert {states[name] for name in offered} == {"cleared"}
    after = house_at(platform, end + timedelta(hours=1))
    moved = after.service(iso, day).follow(end + timedelta(hours=1))
    assert {moved[name] for name in offered} == {"delivered"}
    told = awards_of(platform.ledger, iso, day)
    told = told[told["bid_id"].isin(offered)]
    assert set(told["price_usd_per_mwh"]) == {Decimal(40)}
    for award in told.itertuples():
        assert award.awarded_mw == offered[award.bid_id].largest_mw
        # Energy is bid in the ISO's steps, tenths of a megawatt in ERCOT and PJM, so the store runs a little off its plan.
        assert award.awarded_mw * Decimal("0.9") <= award.delivered_mwh <= award.awarded_mw
    lay(after, AWARDS, "awards", [award_rows(after, iso, day)], day)
    lay(after, RESOURCE_DISPATCH, "resource_dispatch", [dispatch_rows(after, iso, day)[0]], day)
    settled = gathered_positions(after.platform, iso, day)
    assert set(settled.loc[settled["stage"] == "da", "product"]) > {"energy"}
    figures = kpi_rows(after, iso, day).set_index(["resource", "kpi"])["value"][FIRST[iso]]
    assert figures["ancillary_revenue"] == pytest.approx(40 * float(told["delivered_mwh"].sum()), rel=1e-6)
    assert figures["capture_of_foresight"] > 0.7
    missed = figures["missed_forecast"] + figures["missed_uncleared"] + figures["missed_undelivered"]
    assert figures["foresight"] - (figures["revenue"] - figures["cycle_cost"]) == pytest.approx(missed)


def test_the_ledger_of_record_may_be_postgres(make_platform, ledger):
    platform, day = with_ledger(make_platform(now=datetime(2026, 1, 1, tzinfo=UTC)), ledger), DAYS[1]
    open_market(platform, "pjm", day)
    house, plan, _ = planned(platform, "pjm", day)
    submit_drafts(house, "pjm", day)
    late = day_bounds(day, MARKETS["pjm"].zone)[1]
    moved = house_at(platform, late).service("pjm", day).follow(late)
    assert Counter(moved.values()) == {"delivered": len(plan.bids)}


def test_a_price_against_the_plan_leaves_bids_uncleared_and_says_what_it_cost(make_platform):
    platform, day = make_platform(now=datetime(2026, 1, 1, tzinfo=UTC)), DAYS[1]
    open_market(platform, "pjm", day, on_day=[90.0] * 8 + [35.0] * 8 + [20.0] * 8)
    house, _, _ = planned(platform, "pjm", day)
    submit_drafts(house, "pjm", day)
    late = day_bounds(day, MARKETS["pjm"].zone)[1]
    after = house_at(platform, late)
    moved = after.service("pjm", day).follow(late)
    assert set(moved.values()) == {"uncleared"}
    lay(after, RESOURCE_DISPATCH, "resource_dispatch", [dispatch_rows(after, "pjm", day)[0]], day)
    figures = kpi_rows(after, "pjm", day).set_index("kpi")["value"]
    assert figures["revenue"] == 0
    assert figures["missed_uncleared"] < 0 < figures["missed_forecast"]


def test_without_prices_the_day_waits_and_then_goes_on(make_platform):
    platform, day = make_platform(now=datetime(2026, 1, 1, tzinfo=UTC)), DAYS[1]
    lay_prices(platform, "nyiso", days_before(day), CHEAP_THEN_DEAR)
    house, _, _ = planned(platform, "nyiso", day)
    submit_drafts(house, "nyiso", day)
    late = day_bounds(day, MARKETS["nyiso"].zone)[1]
    assert set(house_at(platform, late).service("nyiso", day).follow(late).values()) == {"accepted"}
    rows, waits = dispatch_rows(house_at(platform, late), "nyiso", day)
    assert rows.empty
    assert "no dam price" in waits
    lay_prices(platform, "nyiso", [day], CHEAP_THEN_DEAR)
    assert set(house_at(platform, late).service("nyiso", day).follow(late).values()) == {"delivered"}


@pytest.mark.parametrize("iso", TRADED)
def test_pending_bids_are_withdrawn_and_planned_anew(iso, make_platform):
    platform, day = make_platform(now=datetime(2026, 1, 1, tzinfo=UTC)), DAYS[1]
    open_market(platform, iso, day)
    house, plan, at = planned(platform, iso, day)
    submit_drafts(house, iso, day)
    names = [bid.bid_id for bid in plan.bids]
    house_at(platform, at).service(iso, day).cancel(names, at, "outage")
    assert {state for _, state in find_bids(platform.ledger, iso=iso, day=day)} == {"cancelled"}
    assert bound(platform.ledger, day, HOLDING).empty
    house, again, _ = planned(platform, iso, day)
    assert not {bid.bid_id for bid in again.bids} & set(names)
    submit_drafts(house, iso, day)
    late = day_bounds(day, MARKETS[iso].zone)[1]
    moved = house_at(platform, late).service(iso, day).follow(late)
    assert set(moved) == {bid.bid_id for bid in again.bids}
    with pytest.raises(RuleBroken, match="delivered"):
        house_at(platform, late).service(iso, day).cancel([next(iter(moved))], late, "too late")


def test_the_plan_sees_nothing_that_came_after_its_moment(make_platform):
    """Prices laid in later, of later days, change no corner of the plan."""
    day = DAYS[1]
    platform, other = (make_platform(now=datetime(2026, 1, 1, tzinfo=UTC), folder=name) for name in ("one", "other"))
    for each in (platform, other):
        lay_prices(each, "pjm", days_before(day), CHEAP_THEN_DEAR)
    later = [day + timedelta(days=step) for step in range(3)]
    lay_prices(other, "pjm", later, [500.0, -500.0])
    lay_prices(other, "pjm", later, [500.0, -500.0], market="rtm", minutes=5)
    at = day_bounds(day, MARKETS["pjm"].zone)[0] - timedelta(hours=20)
    plans = [day_ahead_schedule(house_at(each, at), "pjm", day, at) for each in (platform, other)]
    assert plans[0].bids == plans[1].bids
    pd.testing.assert_frame_equal(plans[0].table, plans[1].table)


def test_a_result_that_is_not_out_is_not_known(make_platform):
    """NYISO's gate at 05:00 comes before the results of the day before are eleven o'clock old: they are read as of then."""
    platform, day = make_platform(now=datetime(2026, 12, 1, tzinfo=UTC)), DAYS[1]
    lay_prices(platform, "nyiso", [day - timedelta(days=1)], CHEAP_THEN_DEAR)
    book = house_at(platform, platform.clock()).prices
    noon_two_days_before = datetime(2026, 7, 13, 16, tzinfo=UTC)
    assert len(book.known_at("nyiso", HUB["nyiso"], day, noon_two_days_before)) == 24
    assert len(book.known_at("nyiso", HUB["nyiso"], day, noon_two_days_before - timedelta(hours=2))) == 0


def test_a_closed_gate_is_planned_for_in_the_simulation_only():
    day, gate = DAYS[1], datetime(2026, 7, 14, 15, 0, tzinfo=UTC)  # 11:00 Eastern
    assert planning_moment("pjm", day, gate + timedelta(hours=1), may_be_past=False) is None
    assert planning_moment("pjm", day, gate + timedelta(hours=1), may_be_past=True) == gate - timedelta(minutes=20)
    assert planning_moment("pjm", day, gate - timedelta(hours=5), may_be_past=False) == gate - timedelta(hours=5)
    quiet = datetime(2026, 7, 14, 12, 0, tzinfo=UTC)  # 07:00 Central, ERCOT's quiet minutes
    assert planning_moment("ercot", day, quiet, may_be_past=False) == datetime(2026, 7, 14, 11, 54, tzinfo=UTC)


def test_limits_of_the_users_own_hold(make_platform):
    platform, day = make_platform(now=datetime(2026, 1, 1, tzinfo=UTC)), DAYS[1]
    (platform.settings.data_folder).mkdir(parents=True, exist_ok=True)
    limits = platform.settings.data_folder / "risk_limits.csv"
    limits.write_text("limit,value\nmax_bid_mw,0.3\n")
    open_market(platform, "pjm", day)
    house, plan, _ = planned(platform, "pjm", day)
    (said,) = submit_drafts(house, "pjm", day)
    large = sum(bid.largest_mw > Decimal("0.3") for bid in plan.bids)
    assert large
    assert said.endswith(f"{large} exceed a risk limit")
    limits.write_text("limit,value\nmost_mw,0.3\n")
    with pytest.raises(SettingsError, match=r"line 2.*most_mw"):
        _ = house_at(platform, platform.clock()).limits
    limits.write_text("limit,value\nmax_bid_mw,half\n")
    with pytest.raises(SettingsError, match=r"line 2.*a number is due"):
        _ = house_at(platform, platform.clock()).limits


def test_with_live_data_nothing_leaves_the_house(tmp_path):
    """A dry run builds and keeps the messages, binds nothing, sends nothing; there is no transport to send with."""
    at = datetime(2026, 7, 14, 8, tzinfo=UTC)
    platform = Platform(Settings(data=tmp_path, origin="live"), clock=lambda: at)
    house = house_at(platform, at)
    assert (house.delivery, house.has_resources) == ("dry_run", False)
    with pytest.raises(SettingsError, match=r"resources\.csv"):
        _ = house.resources
    (tmp_path / "resources.csv").write_text(
        "resource,kind,iso,location,pjm_member,pjm_unit_id,charge_mw,discharge_mw,soc_max_mwh\n"
        "mine,battery,PJM,WESTERN HUB,ME,UNIT1,0.5,0.5,2\n"
    )
    house = house_at(platform, at)
    lay_prices(platform, "pjm", days_before(DAYS[1]), CHEAP_THEN_DEAR)
    plan = day_ahead_schedule(house, "pjm", DAYS[1], at)
    house.service("pjm", DAYS[1]).draft(plan.bids, at)
    (said,) = submit_drafts(house, "pjm", DAYS[1])
    assert "nothing sent (dry run)" in said
    assert {state for _, state in find_bids(platform.ledger, iso="pjm")} == {"draft"}
    assert bound(platform.ledger, DAYS[1], HOLDING).empty
    assert house.service("pjm", DAYS[1]).follow(at) == {}
    desk = house.service("pjm", DAYS[1]).desk_of("ME")
    assert (desk.transport, desk.permission.delivery) == (None, "dry_run")
    platform.ledger.close()


def test_paper_trading_takes_live_prices_to_the_simulated_exchange(tmp_path):
    settings = Settings(data=tmp_path, origin="live", paper_trading=True)
    house = house_at(
        Platform(settings, clock=lambda: datetime(2026, 7, 14, 8, tzinfo=UTC)), datetime(2026, 7, 14, 8, tzinfo=UTC)
    )
    assert house.delivery == "sandbox"
    assert house.market_day("pjm", DAYS[1]).transport("ME").simulated
    house.platform.ledger.close()


def test_every_gateway_speaks_for_its_participant():
    assert {gateway_of(iso, "ME").iso for iso in TRADED} == set(TRADED)
