"""What the ledger and the exchange's side hold of a market day, as the rows that the lake keeps."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from market_platform.contracts.contract import Contract
from market_platform.contracts.families.trading import AWARDS, BID_SCHEDULES, BIDS, RESOURCE_DISPATCH
from market_platform.defs.trading.house import House
from market_platform.defs.trading.services import settled_services
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, interval_starts
from market_platform.trading.bid_ledger.queries import awards_of, find_bids, last_events
from market_platform.trading.dispatch import Fleet, joint_dispatch
from market_platform.trading.kpis import Capacity, trading_kpis
from market_platform.trading.resources import IDENTIFIERS


def bid_rows(house: House, iso: str, day: date) -> pd.DataFrame:
    """Return the bids of a market day with their states."""
    ledger = house.platform.ledger
    events = last_events(ledger, iso, day).set_index("bid_id")
    return pd.DataFrame(
        [
            {
                "market_day": day, "interval_start": bid.start, "interval_end": bid.end, "market": iso,
                "market_run": bid.market.upper(), "resource": house.wire_names.get(bid.resource, bid.resource),
                "product": bid.product, "bid_id": bid.bid_id, "portfolio": bid.portfolio, "state": state,
                "largest_mw": float(bid.largest_mw), "last_event_at": events.loc[bid.bid_id, "at"],
                "last_event": f"{events.loc[bid.bid_id, 'actor']}: {events.loc[bid.bid_id, 'reason']}",
            }
            for bid, state in find_bids(ledger, iso=iso, day=day)
        ],
        columns=list(BIDS.row_columns),
    )  # fmt: skip


def award_rows(house: House, iso: str, day: date) -> pd.DataFrame:
    """Return the awards of a market day; what a bid delivered stands on the row of its first interval."""
    found = awards_of(house.platform.ledger, iso, day)
    delivered = found["delivered_mwh"].where(~found["bid_id"].duplicated())
    return found.assign(
        market_day=day,
        market=iso,
        market_run=found["market"].str.upper(),
        resource=found["resource"].map(lambda name: house.wire_names.get(name, name)),
        awarded_mw=found["awarded_mw"].astype("float64"),
        price_usd_per_mwh=found["price_usd_per_mwh"].astype("float64"),
        delivered_mwh=delivered.astype("float64"),
    )


def dispatch_rows(house: House, iso: str, day: date) -> tuple[pd.DataFrame, str]:
    """Return what the simulated exchange's units did so far, and the price that the day waits for, if any."""
    side = house.market_day(iso, day)
    side.advance(house.platform.clock())
    readings = side.telemetry()
    # Units count what arrives at the grid above the lowest SOC; the lake keeps the stored energy.
    table = house.of_iso(iso)
    own = {str(row[IDENTIFIERS[str(row["iso"])][1]]): (str(name), row) for name, row in table.iterrows()}
    names = readings["resource"].map(lambda name: own[name][0])
    soc = [
        np.nan if pd.isna(level) else level / own[name][1]["discharge_efficiency"] + own[name][1]["soc_min_mwh"]
        for name, level in zip(readings["resource"], readings["soc_mwh"], strict=True)
    ]
    return readings.assign(market_day=day, market=iso, resource=names, soc_mwh=soc), side.waits_for


def kpi_rows(house: House, iso: str, day: date) -> pd.DataFrame:
    """Return the key figures of an ISO's resources for the hours of a day that are over."""
    parts = [
        _kpis_of(house, iso, day, str(name), row)
        for name, row in house.of_iso(iso).iterrows()
    ]  # fmt: skip
    parts = [part for part in parts if not part.empty]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def hourly_results(house: House, iso: str, day: date, name: str) -> pd.DataFrame:
    """Return a resource's day hour by hour: day-ahead price, planned, awarded, delivered MW; only hours that are over."""
    lake = house.platform.lake
    mine = f"resource = '{name}' AND market_day = DATE '{day}'"
    location = str(house.resources.table.loc[name, "location"])
    price = house.prices.of_day(iso, "dam", location, day)
    hours = interval_starts(day, MARKETS[iso].zone, 60)
    dispatch = lake.read(RESOURCE_DISPATCH, mine)
    by_hour = dispatch.groupby(dispatch["interval_start"].dt.floor("h"))["actual_mw"]
    delivered = by_hour.mean()[by_hour.size() == 12]
    awards = lake.read(AWARDS, f"{mine} AND market_run = 'DAM' AND product = 'energy'")
    plan = lake.read(BID_SCHEDULES, f"{mine} AND market_run = 'DAM' AND product = 'energy'")
    plan = plan.set_index("interval_start")["planned_mw"]
    frame = pd.DataFrame(
        {
            "interval_start": hours,
            "price_usd_per_mwh": price.reindex(hours).to_numpy(),
            "awarded_mw": awards.groupby("interval_start")["awarded_mw"].sum().reindex(hours).fillna(0.0).to_numpy(),
            "delivered_mw": delivered.reindex(hours).to_numpy(),
            "planned_mw": plan.reindex(hours).to_numpy(),
            "real_time_usd_per_mwh": _hourly(house.prices.of_day(iso, "rtm", location, day)).reindex(hours).to_numpy(),
        }
    )
    return frame.dropna(subset=["price_usd_per_mwh", "delivered_mw"])


def _kpis_of(house: House, iso: str, day: date, name: str, row: pd.Series) -> pd.DataFrame:
    frame = hourly_results(house, iso, day, name)
    if frame.empty:
        return pd.DataFrame()
    begin, end = day_bounds(day, MARKETS[iso].zone)
    difference = (frame["delivered_mw"] - frame["awarded_mw"]) * frame["real_time_usd_per_mwh"]
    day_ahead = float((frame["awarded_mw"] * frame["price_usd_per_mwh"]).sum())
    extra = [
        ("day_ahead_revenue", day_ahead, "USD"),
        ("real_time_balance", float(difference.sum(skipna=True)), "USD"),
    ]
    if row["soc_max_mwh"] > 0:
        soc = min(max(house.soc_mwh(name, begin)[0], row["soc_min_mwh"]), row["soc_max_mwh"])
        battery = house.resources.fleet([name]).replace(soc_start_mwh=soc)
        into, out = battery.column("charge_efficiency")[0], battery.column("discharge_efficiency")[0]
        taken = np.where(frame["delivered_mw"] < 0, frame["delivered_mw"] * into, frame["delivered_mw"] / out)
        kept = -float(taken.sum())
        extra.append(("energy_kept", kept, "MWh"))
        # Foresight has to hand over what the store held in the end, else whoever bought for tomorrow looks like a loser.
        at_least = min(max(soc + kept - 0.001, row["soc_min_mwh"]), row["soc_max_mwh"])
        battery = battery.replace(soc_end_min_mwh=at_least)
        planned = frame["planned_mw"].fillna(frame["awarded_mw"]).to_numpy()
        capacity = _capacity(house, iso, day, name, frame, battery)
        figures = trading_kpis(frame, battery, planned_mw=planned, capacity=capacity)
    else:
        figures = pd.DataFrame(
            [("revenue", float((frame["delivered_mw"] * frame["price_usd_per_mwh"]).sum()), "USD")],
            columns=["kpi", "value", "unit"],
        )
    figures = pd.concat([figures, pd.DataFrame(extra, columns=["kpi", "value", "unit"])], ignore_index=True)
    return figures.assign(
        market_day=day, interval_start=begin, interval_end=end, market=iso, resource=name, hours=len(frame)
    )


def _capacity(house: House, iso: str, day: date, name: str, frame: pd.DataFrame, battery: Fleet) -> Capacity | None:
    """Return what the resource's services earned in the hours of ``frame``; None where it is qualified for none with a price."""
    row, hours = house.resources.table.loc[name], pd.DatetimeIndex(frame["interval_start"])
    services = settled_services(house, iso, day, name)
    if not services:
        return None
    mine = f"resource = '{name}' AND market_day = DATE '{day}' AND market_run = 'DAM' AND product <> 'energy'"
    plan = house.platform.lake.read(BID_SCHEDULES, mine)
    awards = house.platform.lake.read(AWARDS, mine)
    sums = dict.fromkeys(("planned", "awarded", "delivered"), 0.0)
    for service in services:
        price = service.expectation.prices.reindex(hours)
        product = service.product
        for what, rows, column in (
            ("planned", plan, "planned_mw"), ("awarded", awards, "awarded_mw"), ("delivered", awards, "delivered_mwh"),
        ):  # fmt: skip
            mw = rows[rows["product"] == product].groupby("interval_start")[column].sum().reindex(hours).fillna(0.0)
            sums[what] += float((mw * price).sum())
    best = joint_dispatch(
        battery, frame["price_usd_per_mwh"].to_numpy(), [each.terms(row["charge_efficiency"]) for each in services],
        np.stack([each.worth(hours) for each in services]),
    )  # fmt: skip
    foresight = float(best.plan.energy.value_usd[0])
    return Capacity(sums["planned"], sums["awarded"], sums["delivered"], foresight)


def _hourly(prices: pd.Series) -> pd.Series:
    return prices.groupby(prices.index.floor("h")).mean()


def lay(house: House, contract: Contract, asset: str, frames: Sequence[pd.DataFrame], day: date) -> pd.DataFrame:
    """Lay in all that an asset computed for a day under the asset's key, and return it. Nothing at all stays unwritten."""
    full = [frame for frame in frames if len(frame)]
    if not full:
        return pd.DataFrame(columns=list(contract.row_columns))
    rows = pd.concat(full, ignore_index=True)[list(contract.row_columns)]
    lay_in(
        house.platform.lake, contract, asset, rows, read_at=house.platform.clock(), inputs=hash_of([rows]),
        whole_days=[day],
    )  # fmt: skip
    return rows
