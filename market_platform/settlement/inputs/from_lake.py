"""Reading a settlement's inputs from the lake: prices with all their versions, positions as they were laid in."""

from datetime import date

import pandas as pd

from market_platform.contracts.families.prices import ANCILLARY_PRICES, LMP
from market_platform.contracts.families.settlement import SETTLEMENT_POSITIONS
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import market_day_of
from market_platform.settlement.inputs.columns import AWARDS, DISPATCH, METER, empty, latest
from market_platform.settlement.inputs.from_platform import price_feeds, price_history
from market_platform.settlement.inputs.profiling import seconds_weighted
from market_platform.settlement.shadow.rows import Inputs
from market_platform.store.lake import Lake

AWARD_STAGES = ("da", "fmm", "rt")
DISPATCH_STAGES = {"fmm_dispatch": "fmm", "rtd_dispatch": "rtd"}
BUS_MINUTES = 15


def inputs_from_lake(lake: Lake, iso: str, first: date, last: date, *, account: str | None = None) -> Inputs:
    """Return everything that the lake holds for settling some market days of one ISO, or of one account there."""
    mine = f"market = {_text(iso)} AND {_days(first, last)}"
    rows = lake.read(SETTLEMENT_POSITIONS, mine + (f" AND account = {_text(account)}" if account else ""))
    awards, dispatch, meter = (_stage_rows(rows, kind) for kind in ("awards", "dispatch", "meter"))
    places = set(awards["location"]) | set(meter["location"])
    return Inputs(
        awards=awards, dispatch=dispatch, meter=meter, prices=prices_from_lake(lake, iso, first, last, sorted(places))
    )


def prices_from_lake(lake: Lake, iso: str, first: date, last: date, locations: list[str]) -> pd.DataFrame:
    """Return PRICES of some locations (energy) or regions (capacity), all versions, from the feeds that settle them."""
    if not locations:
        return empty("prices")
    tables = {
        contract.name: lake.read(contract, _price_rows(iso, contract.name, first, last, locations), versions=True)
        for contract in (LMP, ANCILLARY_PRICES)
    }
    history = price_history(iso, tables[LMP.name], tables[ANCILLARY_PRICES.name])
    at_bus = history["market"] == "rt_bus"
    if not at_bus.any():
        return history
    return pd.concat([history[~at_bus], _bus_prices(iso, history[at_bus])], ignore_index=True)


def has_prices(lake: Lake, iso: str, day: date) -> bool:
    """Whether any energy price of that market day is there."""
    feeds = ", ".join(_text(feed) for feed in price_feeds(iso, LMP.name))
    return not lake.read(LMP, f"feed IN ({feeds}) AND {_days(day, day)}").empty


def _price_rows(iso: str, table: str, first: date, last: date, locations: list[str]) -> str:
    feeds = ", ".join(_text(feed) for feed in price_feeds(iso, table))
    places = ", ".join(_text(location) for location in locations)
    # ERCOT publishes a second, energy-weighted price under the same load zone's name; points settle at the plain one.
    plain = " AND location_type NOT LIKE '%energy_weighted'" if table == LMP.name else ""
    return f"feed IN ({feeds}) AND location IN ({places}) AND {_days(first, last)}{plain}"


def _bus_prices(iso: str, history: pd.DataFrame) -> pd.DataFrame:
    """Average the prices of the dispatch runs over the settlement interval, by their seconds."""
    frame = seconds_weighted(latest(history), BUS_MINUTES)
    return frame.assign(market_day=market_day_of(frame["interval_start"], MARKETS[iso].zone))


def _stage_rows(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    columns = {"awards": AWARDS, "dispatch": DISPATCH, "meter": METER}[kind]
    if kind == "awards":
        found = rows[rows["stage"].isin(AWARD_STAGES)].assign(award_mw=rows["power_mw"])
        frame = found.rename(columns={"market": "iso"}).assign(market=found["stage"])
    elif kind == "dispatch":
        found = rows[rows["stage"].isin(DISPATCH_STAGES)].assign(instructed_mw=rows["power_mw"])
        frame = found.rename(columns={"market": "iso"}).assign(market=found["stage"].map(DISPATCH_STAGES))
    else:
        found = rows[rows["stage"] == "meter"]
        frame = found.rename(columns={"market": "iso"}).assign(esr=found["storage"].astype(bool))
    return frame[list(columns)].reset_index(drop=True) if len(frame) else empty(kind)


def _days(first: date, last: date) -> str:
    return f"market_day BETWEEN DATE '{first}' AND DATE '{last}'"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
