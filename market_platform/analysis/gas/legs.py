"""Curves by hub and the spreads between their legs: a leg is a hub and a delivery month."""

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd

from market_platform.analysis.gas.basis import SpreadView, spread_view
from market_platform.errors import Infeasible
from market_platform.markets.gas import BASIS_HUBS, HENRY_HUB

HENRY_HUB_NAME = "Henry Hub"
HUB_OF_SYMBOL = {HENRY_HUB: HENRY_HUB_NAME, **BASIS_HUBS}
NEAR_MONTHS = 3
Leg = tuple[str, object]


def basis_curves(settlements: pd.DataFrame) -> pd.DataFrame:
    """Return basis, Henry Hub and their sum by trading day, hub and delivery month.

    ``settlements`` has ``trade_day``, ``symbol``, ``contract_month`` and ``settle_usd_per_mmbtu``: Henry Hub's is a
    price, the other hubs' a signed difference to it. A month that Henry Hub does not settle, or a blank settle, has no
    row; ``place`` counts the months of a hub that remain, from 1 in front.
    """
    rows = settlements.dropna(subset=["settle_usd_per_mmbtu"])
    keys = ["trade_day", "contract_month"]
    henry = rows[rows["symbol"] == HENRY_HUB].set_index(keys)["settle_usd_per_mmbtu"]
    henry = henry[~henry.index.duplicated(keep="last")].rename("henry_hub_usd_per_mmbtu")
    rows = rows.drop_duplicates([*keys, "symbol"], keep="last").merge(henry.reset_index(), on=keys)
    rows["hub"] = rows["symbol"].map(HUB_OF_SYMBOL)
    rows = rows[rows["hub"].notna()].sort_values(["trade_day", "hub", "contract_month"]).reset_index(drop=True)
    is_henry = rows["symbol"] == HENRY_HUB
    rows["basis_usd_per_mmbtu"] = rows["settle_usd_per_mmbtu"].where(~is_henry, 0.0)
    rows["price_usd_per_mmbtu"] = (rows["henry_hub_usd_per_mmbtu"] + rows["basis_usd_per_mmbtu"]).round(6)
    rows["place"] = rows.groupby(["trade_day", "hub"]).cumcount() + 1
    columns = ["hub", "symbol", *keys, "place", "basis_usd_per_mmbtu", "henry_hub_usd_per_mmbtu", "price_usd_per_mmbtu"]
    return rows[columns]


def leg_history(curves: pd.DataFrame, hub: str, contract_month: object) -> pd.Series:
    """Return the daily price of one delivery month at a hub, by trading day. Raises Infeasible where it is not held."""
    mine = curves[(curves["hub"] == hub) & (curves["contract_month"] == contract_month)]
    if mine.empty:
        hubs = ", ".join(sorted(set(curves["hub"])))
        raise Infeasible(f"no settlements of {hub} for {contract_month}: hubs held are {hubs or 'none'}")
    return mine.set_index("trade_day")["price_usd_per_mmbtu"].sort_index()


def spread_between(curves: pd.DataFrame, first: Leg, second: Leg, confidence: float = 0.95) -> SpreadView:
    """Return where the spread of two legs (hub, delivery month) stands. Raises Infeasible as its parts do."""
    return spread_view(leg_history(curves, *first), leg_history(curves, *second), confidence)


def usual_legs(curves: pd.DataFrame) -> Iterator[tuple[Leg, Leg]]:
    """Yield the pairs worth a daily look: every two hubs in each near month, and each hub's neighbouring near months."""
    last = curves[curves["trade_day"] == curves["trade_day"].max()]
    near = last[last["place"] <= NEAR_MONTHS]
    for month, mine in near.groupby("contract_month"):
        for first, second in itertools.combinations(sorted(set(mine["hub"])), 2):
            yield (first, month), (second, month)
    for hub, mine in near.groupby("hub"):
        for month, after in itertools.pairwise(sorted(mine["contract_month"])):
            yield (hub, month), (hub, after)


def spread_table(curves: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return the views of the usual legs on the last trading day; a pair without enough history has no row."""
    prices = curves.set_index(["hub", "contract_month", "trade_day"])["price_usd_per_mmbtu"].sort_index()
    history = {leg: prices.loc[leg] for leg in {leg for pair in usual_legs(curves) for leg in pair}}
    rows = []
    for first, second in usual_legs(curves):
        try:
            view = spread_view(history[first], history[second], confidence)
        except Infeasible:
            continue
        names = {"first_hub": first[0], "first_month": first[1], "second_hub": second[0], "second_month": second[1]}
        rows.append({**names, **vars(view)})
    return pd.DataFrame(rows)


def basis_grid(curves: pd.DataFrame, months: int = 12) -> pd.DataFrame:
    """Return the last trading day's basis by hub (rows) and delivery month (columns)."""
    last = curves[(curves["trade_day"] == curves["trade_day"].max()) & (curves["hub"] != HENRY_HUB_NAME)]
    grid = last.pivot(index="hub", columns="contract_month", values="basis_usd_per_mmbtu").iloc[:, :months]
    return grid.loc[grid.mean(axis=1).sort_values(ascending=False).index] if len(grid) else grid.astype(np.float64)
