"""What is settled on a market day: awards of the bid ledger, telemetry, the user's files, in the sandbox a portfolio too.

Every row says where it came from (``origin``). Nothing is guessed: an award without a meter value stays without one, and
the settlement then says which is missing; only the sandbox meters what nobody metered.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa

from market_platform.contracts.families.settlement import SETTLEMENT_POSITIONS
from market_platform.contracts.families.trading import RESOURCE_DISPATCH
from market_platform.defs.trading.house import House
from market_platform.errors import SchemaChanged
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, interval_starts, market_day_of
from market_platform.platform import Platform
from market_platform.sandbox.statements_portfolio import METER_MINUTES, simulated_meter, simulated_positions
from market_platform.settlement.inputs.from_platform import (
    awards_of_bids,
    reserve_region,
    settled_market,
    traded_products,
)
from market_platform.trading.bid_ledger.tables import bid_awards, bid_deliveries, bids

COLUMNS = list(SETTLEMENT_POSITIONS.row_columns)
WHO = ["market", "account", "resource", "location"]
ENERGY = ("energy", "virtual")
#: Files of the user: folder in the data folder's inbox, and the columns that they must have.
FILES = {
    "awards": ("iso", "account", "resource", "location", "market", "product", "interval_start", "interval_end", "award_mw"),
    "meter": ("iso", "account", "resource", "location", "interval_start", "interval_end", "metered_mwh", "storage"),
}  # fmt: skip


def gathered_positions(platform: Platform, iso: str, day: date) -> pd.DataFrame:
    """Return the positions of one ISO's market day as rows of ``settlement_positions``."""
    of_ledger, of_files = _ledger_awards(platform, iso, day), _file_awards(platform, iso, day)
    held = [frame for frame in (of_ledger, of_files) if len(frame)]
    awards = pd.concat(held, ignore_index=True) if held else of_ledger
    storage = _storage_resources(platform, iso, day)
    meter = _file_meter(platform, iso, day)
    meter = _joined(meter, _telemetry(platform, iso, day, awards, storage))
    meter = _joined(meter, _deliveries(platform, iso, day))
    simulated = platform.settings.origin == "sandbox"
    if simulated and len(awards):
        meter = _joined(meter, _invented_meter(platform, iso, day, awards, storage))
    parts = [_stages(iso, day, awards, storage), meter]
    if simulated:
        parts.append(simulated_positions(platform.settings.sandbox_seed, iso, day))
    full = [part[COLUMNS] for part in parts if len(part)]
    rows = pd.concat(full, ignore_index=True) if full else pd.DataFrame(columns=COLUMNS)
    for moment in ("interval_start", "interval_end"):
        rows[moment] = pd.to_datetime(rows[moment], utc=True).astype("datetime64[us, UTC]")
    return rows


def _ledger_awards(platform: Platform, iso: str, day: date) -> pd.DataFrame:
    columns = ("iso", "participant", "resource", "location", "market", "product", "kind", "market_day")
    query = (
        sa.select(
            *(bids.c[name] for name in columns),
            bid_awards.c.interval_start,
            bid_awards.c.interval_end,
            bid_awards.c.awarded_mw,
        )
        .join(bid_awards, bid_awards.c.bid_id == bids.c.bid_id)
        .where(bids.c.iso == iso, bids.c.market_day == day)
    )
    with platform.ledger.read() as connection:
        frame = awards_of_bids([dict(row) for row in connection.execute(query).mappings()])
    return _placed(platform, frame).assign(origin="bid ledger")


def _placed(platform: Platform, frame: pd.DataFrame) -> pd.DataFrame:
    """Give resources the settlement point that the table of resources names; a bid itself names the ISO's resource."""
    house = House(platform, actor="settlement")
    points = {wire: str(house.resources.table.loc[own, "location"]) for wire, own in house.wire_names.items()}
    places = [points.get(name, place) for name, place in zip(frame["resource"], frame["location"], strict=True)]
    return frame.assign(location=places)


def _storage_resources(platform: Platform, iso: str, day: date) -> set[str]:
    query = sa.select(bids.c.resource).where(bids.c.iso == iso, bids.c.market_day == day, bids.c.soc_json.is_not(None))
    with platform.ledger.read() as connection:
        return set(connection.scalars(query.distinct()))


def _telemetry(platform: Platform, iso: str, day: date, awards: pd.DataFrame, storage: set[str]) -> pd.DataFrame:
    """Meter the awarded energy resources by their five-minute telemetry; a meter interval takes whole readings only."""
    owners = awards.loc[awards["product"] == "energy", ["account", "resource", "location"]].drop_duplicates()
    found = platform.lake.read(RESOURCE_DISPATCH, f"market = '{iso}' AND market_day = DATE '{day}'")
    if owners.empty or found.empty:
        return pd.DataFrame(columns=COLUMNS)
    wire = {own: name for name, own in House(platform, actor="settlement").wire_names.items()}
    found = found.assign(resource=[wire.get(name, name) for name in found["resource"]])
    step, minutes = pd.Timedelta(minutes=METER_MINUTES[iso]), METER_MINUTES[iso]
    seconds = (found["interval_end"] - found["interval_start"]).dt.total_seconds()
    found = found.assign(
        interval_start=found["interval_start"].dt.floor(step), seconds=seconds, mwh=found["actual_mw"] * seconds / 3600
    )
    sums = found.groupby(["resource", "interval_start"], as_index=False)[["seconds", "mwh"]].sum()
    whole = sums[sums["seconds"] == minutes * 60].merge(owners, on="resource")
    return _meter_rows(
        whole.assign(
            market=iso,
            market_day=day,
            interval_end=whole["interval_start"] + step,
            metered_mwh=whole["mwh"].round(6),
            storage=whole["resource"].isin(storage),
            origin="telemetry",
        )
    )


def _deliveries(platform: Platform, iso: str, day: date) -> pd.DataFrame:
    """Spread what each energy bid delivered evenly over the meter intervals of its own interval."""
    query = (
        sa.select(
            bids.c.iso.label("market"), bids.c.participant.label("account"), bids.c.resource, bids.c.location,
            bids.c.interval_start, bids.c.interval_end, bids.c.soc_json, bid_deliveries.c.delivered_mwh,
        )
        .join(bid_deliveries, bid_deliveries.c.bid_id == bids.c.bid_id)
        .where(bids.c.iso == iso, bids.c.market_day == day, bids.c.kind != "virtual", bids.c.product == "energy")
    )  # fmt: skip
    step = pd.Timedelta(minutes=METER_MINUTES[iso])
    records = []
    with platform.ledger.read() as connection:
        for row in connection.execute(query).mappings():
            starts = pd.date_range(row["interval_start"], row["interval_end"], freq=step, inclusive="left")
            records += [
                {
                    **{name: row[name] for name in WHO},
                    "interval_start": start,
                    "metered_mwh": float(row["delivered_mwh"]) / len(starts),
                    "storage": row["soc_json"] is not None,
                }
                for start in starts
            ]
    if not records:
        return pd.DataFrame(columns=COLUMNS)
    sums = _placed(platform, pd.DataFrame(records)).groupby([*WHO, "interval_start"], as_index=False)
    frame = sums.agg({"metered_mwh": "sum", "storage": "max"}).round({"metered_mwh": 6})
    return _meter_rows(frame.assign(interval_end=frame["interval_start"] + step, market_day=day, origin="delivery"))


def _invented_meter(platform: Platform, iso: str, day: date, awards: pd.DataFrame, storage: set[str]) -> pd.DataFrame:
    """Meter, in the sandbox only, the energy resources that were awarded, as plants that nearly follow their awards."""
    starts = interval_starts(day, MARKETS[iso].zone, 60)
    energy = awards[(awards["product"] == "energy") & awards["market"].isin(["da", "rt"])]
    parts = []
    for (account, resource, location), part in energy.groupby(["account", "resource", "location"]):
        chosen = part[part["market"] == "rt"] if (part["market"] == "rt").any() else part
        hourly = chosen.groupby(chosen["interval_start"].dt.floor("h"))["award_mw"].mean().reindex(starts, fill_value=0)
        metered = simulated_meter(platform.settings.sandbox_seed, iso, day, str(resource), hourly.to_numpy())
        begin = interval_starts(day, MARKETS[iso].zone, METER_MINUTES[iso])
        frame = pd.DataFrame({"interval_start": begin, "metered_mwh": metered})
        parts.append(
            frame.assign(
                market=iso,
                account=account,
                resource=resource,
                location=location,
                interval_end=begin + pd.Timedelta(minutes=METER_MINUTES[iso]),
                market_day=day,
                storage=resource in storage,
                origin="simulated",
            )
        )
    return _meter_rows(pd.concat(parts, ignore_index=True)) if parts else pd.DataFrame(columns=COLUMNS)


def _meter_rows(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(stage="meter", product="energy", power_mw=np.nan)[COLUMNS]


def _joined(first: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return ``first`` and those rows of ``other`` whose resource and interval it does not have."""
    if first.empty or other.empty:
        return other if first.empty else first
    key = ["account", "resource", "interval_start"]
    have = pd.MultiIndex.from_frame(first[key])
    return pd.concat([first, other[~pd.MultiIndex.from_frame(other[key]).isin(have)]], ignore_index=True)


def _stages(iso: str, day: date, awards: pd.DataFrame, storage: set[str]) -> pd.DataFrame:
    """Turn awards into stages; what has no real-time award carries its day-ahead one into real time."""
    if awards.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = awards.rename(columns={"iso": "market", "market": "stage", "award_mw": "power_mw"})
    rows["location"] = [
        location if product in ENERGY else reserve_region(iso, location)
        for location, product in zip(rows["location"], rows["product"], strict=True)
    ]
    rows = rows.assign(metered_mwh=np.nan, storage=rows["resource"].isin(storage), market_day=day)
    reserves = rows[rows["product"].isin(traded_products(iso, "bids") - set(ENERGY))]
    parts = [rows, _carried(reserves, "rt")]
    if iso == "caiso":
        energy = rows[rows["product"] == "energy"]
        parts[0] = rows[(rows["product"] != "energy") | (rows["stage"] == "da")]
        for stage, minutes in (("fmm_dispatch", 15), ("rtd_dispatch", 5)):
            parts.append(_instructed(energy, stage, minutes))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)[COLUMNS]


def _carried(rows: pd.DataFrame, stage: str) -> pd.DataFrame:
    """Day-ahead rows as real-time ones where no real-time row stands in their interval."""
    ahead, real = rows[rows["stage"] == "da"], rows[rows["stage"] == stage]
    key = ["account", "resource", "product", "hour"]
    have = pd.MultiIndex.from_frame(real.assign(hour=real["interval_start"].dt.floor("h"))[key])
    wanted = pd.MultiIndex.from_frame(ahead.assign(hour=ahead["interval_start"].dt.floor("h"))[key])
    return ahead[~wanted.isin(have)].assign(stage=stage, origin="carried from day-ahead")


def _instructed(energy: pd.DataFrame, stage: str, minutes: int) -> pd.DataFrame:
    """Instructions on a grid: the real-time award where there is one, else the day-ahead schedule."""
    step = pd.Timedelta(minutes=minutes)
    cut = []
    for row in energy.to_dict("records"):
        starts = pd.date_range(row["interval_start"].floor(step), row["interval_end"], freq=step, inclusive="left")
        cut.append(pd.DataFrame({**row, "interval_start": starts, "interval_end": starts + step}))
    rows = pd.concat(cut, ignore_index=True) if cut else energy
    # Real time stands before day-ahead; several awards of one resource within a step are averaged.
    rows = rows.assign(order=(rows["stage"] == "da").astype(int))
    key = [*WHO, "product", "market_day", "interval_start", "interval_end"]
    first = rows["order"] == rows.groupby(key)["order"].transform("min")
    kept = rows[first].groupby(key, as_index=False).agg({"power_mw": "mean", "storage": "max", "order": "min"})
    origin = np.where(kept["order"] == 1, "carried from day-ahead", "bid ledger")
    return kept.assign(stage=stage, origin=origin, metered_mwh=np.nan).round({"power_mw": 6})


def _file_awards(platform: Platform, iso: str, day: date) -> pd.DataFrame:
    frame = _files(platform, "awards", iso, day)
    if frame.empty:
        return frame
    return frame.assign(market=frame["market"].map(settled_market), origin="awards file")


def _file_meter(platform: Platform, iso: str, day: date) -> pd.DataFrame:
    frame = _files(platform, "meter", iso, day)
    if frame.empty:
        return pd.DataFrame(columns=COLUMNS)
    truth = frame["storage"].astype(str).str.lower().isin(["1", "true", "yes"])
    return _meter_rows(frame.rename(columns={"iso": "market"}).assign(storage=truth, origin="meter file"))


def _files(platform: Platform, kind: str, iso: str, day: date) -> pd.DataFrame:
    """Read the day's rows of the user's CSV files. Raises SchemaChanged that names file and column."""
    folder = inbox(platform) / kind
    parts = [_file(path, FILES[kind]) for path in sorted(folder.glob("*.csv"))] if folder.is_dir() else []
    if not parts:
        return pd.DataFrame(columns=[*FILES[kind], "market_day"])
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["iso"].str.lower() == iso].assign(iso=iso)
    begin, end = day_bounds(day, MARKETS[iso].zone)
    rows = rows[(rows["interval_start"] >= begin) & (rows["interval_start"] < end)]
    return rows.assign(market_day=market_day_of(rows["interval_start"], MARKETS[iso].zone)).reset_index(drop=True)


def _file(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    numbers = {"award_mw", "metered_mwh"}
    try:
        frame = pd.read_csv(path, dtype={name: "str" for name in columns if name not in numbers}, keep_default_na=False)
        missing = [name for name in columns if name not in frame]
        if missing:
            raise SchemaChanged(f"{path}: missing columns {missing}; it takes {list(columns)}")
        for name in ("interval_start", "interval_end"):
            frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
        for name in numbers & set(columns):
            frame[name] = pd.to_numeric(frame[name])
    except (ValueError, UnicodeDecodeError) as error:
        raise SchemaChanged(f"{path}: {error}; moments are ISO 8601 with their offset, quantities numbers") from error
    return frame[list(columns)]


def inbox(platform: Platform) -> Path:
    """Return the folder where a person drops files."""
    return platform.settings.data_folder / "inbox"
