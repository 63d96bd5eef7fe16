"""Re-optimising an ISO's resources for the next real-time hour that is still open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

from market_platform.contracts.families.trading import BID_SCHEDULES
from market_platform.defs.trading.house import House
from market_platform.defs.trading.submission import told
from market_platform.errors import RuleBroken
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, interval_starts
from market_platform.trading.bid_ledger.queries import awards_of, find_bids
from market_platform.trading.bids.bid import Bid
from market_platform.trading.bids.gates import open_intervals
from market_platform.trading.bids.tables import product_of
from market_platform.trading.dispatch import COLUMNS, Fleet
from market_platform.trading.planning.bids_of_plan import bids_of, schedule_rows, target_of
from market_platform.trading.planning.day_plan import plan_storage
from market_platform.trading.planning.expectation import NOTHING_KNOWN, Expectation, with_latest_surprise
from market_platform.trading.planning.services import hours_behind
from market_platform.trading.strategies.offers import within_limits

HORIZON = timedelta(hours=36)
PENDING = ("draft", "submitted", "accepted")
WORTH_A_MESSAGE_MW, WORTH_A_MESSAGE_USD = Decimal("0.02"), Decimal("0.50")


def reoptimise(house: House, iso: str) -> tuple[list[str], pd.DataFrame]:
    """Offer the next open hour anew; return what happened in words and the rows of the new schedule."""
    now = house.platform.clock()
    storing = [] if not house.has_resources else house.resources.storing().query("iso == @iso.upper()").index.tolist()
    hour = next(open_intervals(iso, "rtm", now, now + timedelta(hours=6), minutes=60), None)
    if not storing or hour is None:
        return ([f"{iso}: no real-time hour is open"] if storing else []), pd.DataFrame()
    said, frames = [], []
    for name in storing:
        text, rows = _offer(house, iso, str(name), hour[0], now)
        said.append(f"{name}: {text}")
        frames.append(rows)
    full = [frame for frame in frames if len(frame)]
    rows = pd.concat(full, ignore_index=True) if full else pd.DataFrame()
    if len(rows):
        rows = rows[list(BID_SCHEDULES.row_columns)]
        lay_in(house.platform.lake, BID_SCHEDULES, "real_time_offers", rows, read_at=now, inputs=hash_of([rows]))
    return said, rows


def _offer(house: House, iso: str, name: str, start: datetime, now: datetime) -> tuple[str, pd.DataFrame]:
    row = house.resources.table.loc[name]
    day = start.astimezone(MARKETS[iso].zone).date()
    expectation = _expected(house, iso, str(row["location"]), start, now)
    if not expectation.is_known:
        return "no day-ahead prices of the hour yet, nothing offered", pd.DataFrame()
    soc = _soc_at(house, iso, name, start, now)
    battery = house.resources.fleet([name]).replace(soc_start_mwh=min(max(soc, row["soc_min_mwh"]), row["soc_max_mwh"]))
    intervals = pd.DatetimeIndex([pd.Timestamp(start)])
    target = target_of(house.resources, name, "rtm")
    service = house.service(iso, day)
    wire_name = target.resource
    most, draw = _left_beside_awards(house, iso, wire_name, target.kind, battery, start)
    plan = plan_storage(
        battery, expectation, intervals, strategy="value_curves", room_mw=np.array([most]), draw_mw=np.array([draw])
    )
    mine = [
        (bid, state)
        for bid, state in find_bids(house.platform.ledger, iso=iso, market="rtm", day=day, resource=wire_name)
        if bid.start == start
    ]
    levels = (float(row["soc_min_mwh"]), float(row["soc_max_mwh"]))
    bids = bids_of(plan, target, levels, revision=len(mine))
    pending = [bid for bid, state in mine if state in PENDING]
    rows = schedule_rows(plan, bids, target, resource=name, location=str(row["location"]), planned_at=now)
    if _say_the_same(pending, bids):
        return f"the offer for {start:%H:%M}Z stands", pd.DataFrame()
    try:
        if pending:
            service.cancel([bid.bid_id for bid in pending], now, "offered anew on later prices")
        outcomes = service.submit(service.draft(bids, now), now) if bids else []
    except RuleBroken as error:
        return f"the offer for {start:%H:%M}Z was not replaced: {error}", pd.DataFrame()
    return "; ".join(told(outcome, house.delivery, now) for outcome in outcomes) or "nothing to offer", rows


def _say_the_same(standing: Sequence[Bid], fresh: Sequence[Bid]) -> bool:
    """Whether the curves differ by less than is worth a message at every corner."""
    if len(standing) != len(fresh):
        return False
    return all(
        len(one.points) == len(other.points)
        and all(
            abs(mw - other_mw) <= WORTH_A_MESSAGE_MW and abs(price - other_price) <= WORTH_A_MESSAGE_USD
            for (mw, price), (other_mw, other_price) in zip(one.points, other.points, strict=True)
        )
        for one, other in zip(standing, fresh, strict=True)
    )


def _expected(house: House, iso: str, location: str, start: datetime, now: datetime) -> Expectation:
    """Return expected real-time prices from ``start`` on.

    Day-ahead prices that are out, carried on by their own likeness, moved by the latest surprise; where the platform has
    issued a real-time forecast, its hours stand in their place.
    """
    zone = MARKETS[iso].zone
    days = [
        moment.astimezone(zone).date() for moment in (now - timedelta(days=1), now, start, start + timedelta(days=1))
    ]
    known = pd.concat([house.prices.of_day(iso, "dam", location, day) for day in sorted(set(days))])
    real_time = pd.concat([house.prices.of_day(iso, "rtm", location, day) for day in sorted(set(days[:2]))])
    if pd.Timestamp(start) not in known.index:
        return NOTHING_KNOWN
    wanted = pd.date_range(pd.Timestamp(start), pd.Timestamp(start) + HORIZON, freq="h", inclusive="left")
    path = known.reindex(known.index.union(wanted))
    for moment in path.index[path.isna()]:
        path[moment] = path.get(moment - pd.Timedelta(hours=24), path.loc[:moment].dropna().iloc[-1])
    path = with_latest_surprise(path, real_time, now).loc[pd.Timestamp(start) :]
    issued = house.prices.real_time_forecast(iso, location, start, now)
    issued = issued[issued.index.isin(path.index)]
    if issued.empty:
        return Expectation(path, "day_ahead_and_surprise")
    path.loc[issued.index] = issued
    return Expectation(path, "forecasts")


def _left_beside_awards(
    house: House, iso: str, wire_name: str, kind: str, battery: Fleet, start: datetime
) -> tuple[float, float]:
    """Return the most power to give and to draw in the hour at ``start`` that leaves day-ahead capacity its power and energy."""
    day = start.astimezone(MARKETS[iso].zone).date()
    b = dict(zip(COLUMNS, battery.table[0], strict=True))
    power = {"up": b["discharge_mw"], "down": b["charge_mw"]}
    energy = {
        "up": (b["soc_start_mwh"] - b["soc_min_mwh"]) * b["discharge_efficiency"],
        "down": (b["soc_max_mwh"] - b["soc_start_mwh"]) / b["charge_efficiency"],
    }
    given = awards_of(house.platform.ledger, iso, day)
    given = given[(given["resource"] == wire_name) & (given["interval_start"] == start) & (given["market"] == "dam")]
    for award in given.itertuples():
        traded = product_of(iso, str(award.product), day)
        if traded is None or traded.family != "capacity":
            continue
        mw = float(award.awarded_mw)
        for side in power:
            if traded.side in (side, "both"):
                power[side] -= mw
                energy[side] -= mw * hours_behind(iso, traded.product, kind, day)
    most, draw = (max(min(power[side], energy[side]), 0.0) for side in ("up", "down"))
    return most, draw


def _soc_at(house: House, iso: str, name: str, start: datetime, now: datetime) -> float:
    """Return the SOC to expect at ``start``: telemetry now, led along what is awarded until then."""
    battery = house.resources.fleet([name])
    side = house.market_day(iso, now.astimezone(MARKETS[iso].zone).date()) if house.delivery == "sandbox" else None
    soc = house.soc_mwh(name, now)[0]
    if side is None:
        return soc
    side.advance(now)
    wire_name = target_of(house.resources, name, "rtm").resource
    readings = side.exchange.telemetry.get(wire_name, [])
    row = house.resources.table.loc[name]
    if readings and readings[-1].soc_mwh is not None:
        soc = float(readings[-1].soc_mwh) / row["discharge_efficiency"] + row["soc_min_mwh"]
    begin = max(side.ran_until, day_bounds(side.day, MARKETS[iso].zone)[0])
    for hour in interval_starts(side.day, MARKETS[iso].zone, 60):
        first, last = max(hour.to_pydatetime(), begin), min(hour.to_pydatetime() + timedelta(hours=1), start)
        if first < last:
            wish = float(side.exchange.set_point_mw(wire_name, first))
            soc = within_limits(battery, soc, wish, (last - first).total_seconds() / 3600)[1]
    return soc
