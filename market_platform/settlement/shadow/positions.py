"""Prices and amounts of positions that are not one point: spreads between two points, offers above a curve."""

from decimal import Decimal

import pandas as pd

from market_platform.settlement.inputs.columns import PRICES, latest
from market_platform.settlement.refusals import MissingInput


def spread_prices(prices: pd.DataFrame, paths: list[tuple[str, str]], component: str = "price") -> pd.DataFrame:
    """Return price rows of product ``spread`` at location ``SOURCE>SINK``: sink minus source.

    ``component``: price, or congestion for rights that pay the congestion component only (PJM FTR, CAISO CRR, NYISO
    TCC). The difference of two six-decimal prices is rounded to six decimals, so it is exact. Raises MissingInput where
    one end has a price and the other has none.
    """
    column = f"{component}_usd_per_mwh"
    energy = latest(prices[prices["product"] == "energy"])
    key = ["iso", "market", "market_day", "interval_start", "interval_end"]
    parts = []
    for source, sink in paths:
        ends = [energy.loc[energy["location"] == name, [*key, column, "known_from"]] for name in (source, sink)]
        both = ends[0].merge(ends[1], on=key, how="outer", suffixes=("_source", "_sink"))
        if both.isna().any(axis=None) or both.empty:
            msg = f"no {column} for every interval at both ends of {source}>{sink}: complete the prices"
            raise MissingInput(msg)
        difference = (both[f"{column}_sink"] - both[f"{column}_source"]).round(6)
        moments = both[["known_from_source", "known_from_sink"]].max(axis=1)
        part = both[key].assign(product="spread", location=f"{source}>{sink}", price_usd_per_mwh=difference)
        parts.append(part.assign(version=1, known_from=moments))
    frame = pd.concat(parts, ignore_index=True)
    for name in ("energy", "congestion", "loss"):
        frame[f"{name}_usd_per_mwh"] = float("nan")
    return frame[list(PRICES)]


def offer_cost_usd(points: list[tuple[Decimal, Decimal]], power_mw: Decimal, *, sloped: bool) -> Decimal:
    """Return the hourly cost of ``power_mw`` under an offer of (MW, $/MWh) points: the area under the curve.

    A sloped offer joins its points by straight lines (PJM's slope flag); otherwise each price holds up to its MW.
    """
    cost, before_mw, before_price = Decimal(0), Decimal(0), points[0][1]
    for point_mw, price in points:
        upto = min(point_mw, power_mw)
        if upto > before_mw:
            width = upto - before_mw
            at_end = before_price + (price - before_price) * width / (point_mw - before_mw) if sloped else price
            cost += width * (before_price + at_end) / 2 if sloped else width * price
        before_mw, before_price = point_mw, price
    if power_mw > before_mw:
        msg = f"the offer ends at {before_mw} MW, below {power_mw} MW"
        raise MissingInput(msg)
    return cost


def make_whole_usd(offer_cost: Decimal, revenue: Decimal) -> Decimal:
    """Return the operating-reserve (make-whole) credit: what the offer cost above what the market paid."""
    return max(Decimal(0), offer_cost - revenue)


def reserve_requirement_mw(largest_contingency_mw: Decimal, factor: Decimal, adder_mw: Decimal) -> Decimal:
    """Return PJM's reserve requirement: contingency x factor + adder (PJM message of January 2026)."""
    return largest_contingency_mw * factor + adder_mw
