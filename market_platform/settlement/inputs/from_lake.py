"""Reading a settlement's inputs from the lake: prices with all their versions, positions as they were laid in."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pandas as pd

from market_platform.contracts.families.prices import ANCILLARY_PRICES, LMP
from market_platform.contracts.families.settlement import SETTLEMENT_POSITIONS
from market_platform.settlement.inputs.columns import AWARDS, DISPATCH, METER, PRICES, TIME, empty, latest
from market_platform.settlement.inputs.from_platform import nested_regions, price_feeds, price_history
from market_platform.settlement.inputs.profiling import seconds_weighted
from market_platform.settlement.shadow.rows import Inputs
from market_platform.store.lake import Lake
from market_platform.store.merging import scan

AWARD_STAGES = ("da", "fmm", "rt")
DISPATCH_STAGES = {"fmm_dispatch": "fmm", "rtd_dispatch": "rtd"}
RT_MINUTES = 5


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
    regions = {name: nested_regions(iso, name) for name in locations}
    places = {"lmp": locations, "ancillary_prices": sorted({part for parts in regions.values() for part in parts})}
    tables = {
        contract.name: lake.read(
            contract, _price_rows(iso, contract.name, first, last, places[contract.name]), versions=True
        )
        for contract in (LMP, ANCILLARY_PRICES)
    }
    history = price_history(iso, tables[LMP.name], tables[ANCILLARY_PRICES.name])
    energy = history["product"] == "energy"
    parts = [on_the_settlement_grid(iso, history[energy]), added_up(history[~energy], regions)]
    if iso == "ercot":
        # Storage charges at its own bus; at a resource node that is the node's settlement point price (rule: status U).
        at_bus = energy & (history["market"] == "rt")
        parts.append(history[at_bus].assign(market="rt_bus"))
    full = [part for part in parts if len(part)]
    return pd.concat(full, ignore_index=True) if full else empty("prices")


def added_up(history: pd.DataFrame, regions: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return capacity prices of regions, those of nested regions added up, with a version a moment of change."""
    key = ["iso", "market", "product", *TIME]
    parts = []
    for region, members in regions.items():
        rows = history[history["location"].isin(members)]
        if len(members) == 1 or rows.empty:
            parts.append(rows)
            continue
        corrected = rows.groupby(key)["version"].transform("max") > 1
        moments = sorted(rows.loc[corrected, "known_from"].unique())
        steps = [rows[~corrected], *(latest(rows[corrected], moment) for moment in moments)]
        parts += [_sum_of(step, key, len(members)).assign(location=region) for step in steps]
    full = [part for part in parts if len(part)]
    if not full:
        return history.head(0)
    both = pd.concat(full, ignore_index=True)[list(PRICES)]
    # A sum that a correction of another interval leaves as it was is no new version.
    one = ["iso", "market", "product", "location", "interval_start"]
    both = both.sort_values([*one, "known_from"], kind="stable").drop_duplicates([*one, "known_from"])
    again = both[[*one, "price_usd_per_mwh"]].eq(both[[*one, "price_usd_per_mwh"]].shift()).all(axis=1)
    both = both[~again]
    return both.assign(version=both.groupby(one).cumcount() + 1)


def _sum_of(rows: pd.DataFrame, key: list[str], members: int) -> pd.DataFrame:
    """Add the members' prices up where all of them are there; elsewhere the price stays unknown."""
    grouped = rows.groupby(key, as_index=False)
    sums = grouped.agg(
        price_usd_per_mwh=("price_usd_per_mwh", "sum"), known_from=("known_from", "max"), count=("location", "size")
    )
    sums["price_usd_per_mwh"] = sums["price_usd_per_mwh"].round(6)
    blank = {f"{part}_usd_per_mwh": float("nan") for part in ("energy", "congestion", "loss")}
    return sums[sums["count"] == members].assign(version=1, **blank)


def on_the_settlement_grid(iso: str, energy: pd.DataFrame) -> pd.DataFrame:
    """Bring NYISO's real-time intervals that do not begin on the five minutes to the settlement interval."""
    if iso != "nyiso":
        return energy
    five = pd.Timedelta(minutes=RT_MINUTES)
    real_time = energy["market"] == "rt"
    off = real_time & (
        (energy["interval_start"].dt.floor(five) != energy["interval_start"])
        | (energy["interval_end"] - energy["interval_start"] != five)
    )
    if not off.any():
        return energy
    cells = pd.MultiIndex.from_frame(
        pd.concat(
            [
                energy.loc[off, ["location"]].assign(cell=energy.loc[off, "interval_start"].dt.floor(five)),
                energy.loc[off, ["location"]].assign(
                    cell=(energy.loc[off, "interval_end"] - pd.Timedelta(microseconds=1)).dt.floor(five)
                ),
            ]
        ).drop_duplicates()
    )
    mine = pd.MultiIndex.from_arrays([energy["location"], energy["interval_start"].dt.floor(five)]).isin(cells)
    return pd.concat([energy[~(real_time & mine)], seconds_weighted(latest(energy[real_time & mine]), RT_MINUTES)])


def has_prices(lake: Lake, iso: str, day: date) -> bool:
    """Whether any energy price of that market day is there."""
    feeds = ", ".join(_text(feed) for feed in price_feeds(iso, LMP.name))
    return not lake.read(LMP, f"feed IN ({feeds}) AND {_days(day, day)}").empty


def newest_price(lake: Lake, iso: str, since: date) -> dict[date, datetime]:
    """Return, per market day, the moment at which the newest price version of the settling feeds became known."""
    moments: dict[date, datetime] = {}
    for contract in (LMP, ANCILLARY_PRICES):
        files = [file for feed in price_feeds(iso, contract.name) for file in lake.files(contract, feed)]
        if not files:
            continue
        query = (
            f"SELECT market_day, max(epoch_us(known_from)) FROM {scan(files)} "  # noqa: S608
            f"WHERE market_day >= DATE '{since}' GROUP BY market_day"
        )
        with duckdb.connect() as connection:
            for day, moment in connection.execute(query).fetchall():
                known = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=moment)
                moments[day] = max(known, moments.get(day, known))
    return moments


def _price_rows(iso: str, table: str, first: date, last: date, locations: list[str]) -> str:
    feeds = ", ".join(_text(feed) for feed in price_feeds(iso, table))
    places = ", ".join(_text(location) for location in locations)
    # ERCOT publishes a second, energy-weighted price under the same load zone's name; points settle at the plain one.
    plain = " AND location_type NOT LIKE '%energy_weighted'" if table == LMP.name else ""
    return f"feed IN ({feeds}) AND location IN ({places}) AND {_days(first, last)}{plain}"


def _stage_rows(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    columns = {"awards": AWARDS, "dispatch": DISPATCH, "meter": METER}[kind]
    if kind == "awards":
        found = rows[rows["stage"].isin(AWARD_STAGES)].assign(award_mw=lambda part: part["power_mw"])
        frame = found.rename(columns={"market": "iso"}).assign(market=found["stage"])
    elif kind == "dispatch":
        found = rows[rows["stage"].isin(DISPATCH_STAGES)].assign(instructed_mw=lambda part: part["power_mw"])
        frame = found.rename(columns={"market": "iso"}).assign(market=found["stage"].map(DISPATCH_STAGES))
    else:
        found = rows[rows["stage"] == "meter"]
        frame = found.rename(columns={"market": "iso"}).assign(esr=found["storage"].astype(bool))
    return frame[list(columns)].reset_index(drop=True) if len(frame) else empty(kind)


def _days(first: date, last: date) -> str:
    return f"market_day BETWEEN DATE '{first}' AND DATE '{last}'"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
