"""The platform's own tables as settlement inputs: price rows of the lake with all their versions, awards of the ledger.

Pure: the caller reads the tables and hands over frames or rows.
"""

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from market_platform.errors import RuleBroken
from market_platform.settlement.inputs.columns import AWARDS, PRICES, empty

#: Market run of the price tables to the settlement's market, where the two-settlement system of the ISO uses it.
RUNS = {
    "caiso": {"DAM": "da", "FMM": "fmm", "RTPD": "fmm", "RTD": "rtd"},
    "ercot": {"DAM": "da", "RTM": "rt"},
    "nyiso": {"DAM": "da", "RTD": "rt"},
    "pjm": {"DAM": "da", "RTD": "rt", "RTM": "rt"},
}
MARKETS = {"da": "da", "dam": "da", "rt": "rt", "rtm": "rt", "fmm": "fmm", "hasp": "fmm", "rtd": "rtd"}


def price_history(iso: str, lmp: pd.DataFrame, ancillary: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return PRICES from all versions of the ``lmp`` and ``ancillary_prices`` tables (rows with ``known_from``).

    A price's versions are numbered from 1 in the order in which they became known, those of a better feed (rank in
    ``price_feeds.csv``) after those of a lesser one; what comes again unchanged is no new version. Runs that the ISO
    does not settle on, and rows without a price, are left out.
    """
    parts = [_energy(iso, lmp.reset_index(drop=True))]
    if ancillary is not None and len(ancillary):
        parts.append(_capacity(iso, ancillary.reset_index(drop=True)))
    full = [part for part in parts if len(part)]
    if not full:
        return empty("prices")
    key = ["iso", "market", "product", "location", "interval_start"]
    history = pd.concat(full, ignore_index=True).sort_values([*key, "rank", "known_from"], kind="stable")
    before, values = history.shift(), [f"{part}_usd_per_mwh" for part in ("price", "energy", "congestion", "loss")]
    same_key = history[key].eq(before[key]).all(axis=1)
    same_value = (history[values].eq(before[values]) | (history[values].isna() & before[values].isna())).all(axis=1)
    again = same_key & same_value
    history = history[~again]
    history["version"] = history.groupby(key).cumcount() + 1
    return history[list(PRICES)].reset_index(drop=True)


def _common(iso: str, rows: pd.DataFrame) -> pd.DataFrame:
    kept = rows[(rows["market"] == iso) & rows["market_run"].isin(RUNS[iso])]
    frame = kept[["location", "market_day", "interval_start", "interval_end", "known_from"]].copy()
    ranks = kept["feed"].map(price_feeds(iso)).fillna(0) if "feed" in kept else 0
    return frame.assign(iso=iso, market=kept["market_run"].map(RUNS[iso]), rank=ranks)


def _energy(iso: str, rows: pd.DataFrame) -> pd.DataFrame:
    frame = _common(iso, rows).assign(product="energy")
    frame["price_usd_per_mwh"] = rows.loc[frame.index, "lmp_usd_per_mwh"]
    for part in ("energy", "congestion", "loss"):
        frame[f"{part}_usd_per_mwh"] = rows.loc[frame.index, f"{part}_usd_per_mwh"]
    return frame[frame["price_usd_per_mwh"].notna()]


def _capacity(iso: str, rows: pd.DataFrame) -> pd.DataFrame:
    names = {name: product for (owner, name), (product, _) in _products("prices").items() if owner == iso}
    frame = _common(iso, rows[rows["product"].isin(names)])
    frame["product"] = rows.loc[frame.index, "product"].map(names)
    frame["price_usd_per_mwh"] = rows.loc[frame.index, "price_usd_per_mw"]
    for part in ("energy", "congestion", "loss"):
        frame[f"{part}_usd_per_mwh"] = float("nan")
    return frame[frame["price_usd_per_mwh"].notna()]


def awards_of_bids(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return AWARDS from award rows joined with their bids: sales positive, purchases negative.

    Each row gives iso, participant, resource, location, market, product, kind, market_day, interval_start, interval_end
    and awarded_mw. Awards of products that only buy are turned negative; several bids for one resource and interval are
    added up; ``virtual`` bids settle with no meter. A product that ``products.csv`` does not lead to a charge keeps its
    name and settles as a line without an amount. Raises RuleBroken for a market that settlement does not know: an award
    is never left out.
    """
    known = _products("bids")
    records = []
    for row in rows:
        product, side = known.get((row["iso"], row["product"]), (row["product"], ""))
        power = abs(float(row["awarded_mw"])) * -1 if side == "buy" else float(row["awarded_mw"])
        records.append(
            {
                "iso": row["iso"],
                "account": row["participant"],
                "resource": row["resource"],
                "location": row["location"],
                "market": settled_market(str(row["market"])),
                "product": "virtual" if row["kind"] == "virtual" and product == "energy" else product,
                "market_day": row["market_day"],
                "interval_start": row["interval_start"],
                "interval_end": row["interval_end"],
                "award_mw": power,
            }
        )
    if not records:
        return empty("awards")
    frame = pd.DataFrame(records)
    for column in ("interval_start", "interval_end"):
        frame[column] = pd.to_datetime(frame[column], utc=True).astype("datetime64[us, UTC]")
    key = [column for column in AWARDS if column != "award_mw"]
    return frame.groupby(key, as_index=False, sort=True)["award_mw"].sum().round({"award_mw": 6})[list(AWARDS)]


def settled_market(name: str) -> str:
    """Return the settlement's name of a market: da, fmm, rtd or rt. Raises RuleBroken for one that it does not know."""
    if name.lower() not in MARKETS:
        msg = f"settlement knows no market {name!r}: there are {', '.join(sorted(MARKETS))}"
        raise RuleBroken(msg)
    return MARKETS[name.lower()]


def price_feeds(iso: str, table: str | None = None) -> dict[str, int]:
    """Return the feeds that an ISO's prices are taken from, with their rank: a higher one replaces a lower one."""
    rows = (row for row in _table("price_feeds") if row["iso"] == iso and table in (None, row["table"]))
    return {row["feed"]: int(row["rank"]) for row in rows}


def reserve_region(iso: str, location: str) -> str:
    """Return the region at whose price an ancillary service of a resource at ``location`` is paid."""
    for row in _table("reserve_regions"):
        if row["iso"] == iso and location.startswith(row["location_begins"]):
            return row["region"] or location
    return location


def nested_regions(iso: str, region: str) -> tuple[str, ...]:
    """Return the published regions whose prices add up to that of ``region``; itself where nothing nests."""
    for row in _table("reserve_regions"):
        if row["iso"] == iso and row["region"] == region:
            return tuple(row["adds_up"].split())
    return (region,)


def traded_products(iso: str, table: str) -> set[str]:
    """Return the settlement's products that an ISO's bids (``bids``) or price tables (``prices``) lead to."""
    return {product for (owner, _), (product, _) in _products(table).items() if owner == iso}


def price_products(iso: str, traded: str) -> set[str]:
    """Return the price tables' products that pay awards of a product of the bid ledger; none where no price does."""
    product, _ = _products("bids").get((iso, traded), ("", ""))
    return {name for (owner, name), (paid, _) in _products("prices").items() if owner == iso and paid == product}


@cache
def _products(table: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Products of the price tables or of the bid ledger: the charge tables' product and the side that is traded."""
    rows = (row for row in _table("products") if row["table"] == table)
    return {(row["iso"], row["platform_product"]): (row["product"], row["side"]) for row in rows}


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    text = resources.files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
