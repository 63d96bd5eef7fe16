"""What is one's own: certificates, bids, awards, profit and loss, settlement."""

from datetime import date

import pandas as pd

from market_platform.reporting.brief.data import Frames
from market_platform.reporting.brief.figures import Bars, Lines, Part, Series, Table
from market_platform.reporting.brief.words import MARKET_NAMES, number, usd

MOST_RESOURCES = 4
MOST_ROWS = 6
OWN_CLOCKS = "hours beginning, each market's own clock"


def certificates(frames: Frames, _day: date) -> Part:
    """Show certificates held and obligations open."""
    held, owed = frames["certificates"], frames["compliance"]
    if held.empty and owed.empty:
        return Part(
            "certificates",
            "Certificates",
            missing="No certificates: put the registries' files in data/certificates and run the certificates job.",
        )
    figures: list[Bars | Table] = []
    claim = ""
    if not held.empty:
        at_hand = held[held["account_kind"].isin(["active", "banked"])]
        by_fuel = (
            (at_hand if len(at_hand) else held)
            .groupby("fuel")["certificates"]
            .sum()
            .sort_values(ascending=False)
            .head(MOST_ROWS)
        )
        figures.append(
            Bars(
                "Held by fuel",
                "certificates (MWh)",
                [str(name) for name in by_fuel.index],
                by_fuel.astype(float).tolist(),
                0,
            )
        )
        claim = f"{number(float(by_fuel.sum()), 0)} certificates at hand"
        value = at_hand["value_usd"].sum(min_count=1)
        claim += f", worth {usd(value)} at market." if pd.notna(value) else "."
    if not owed.empty:
        cells = [
            (
                f"{row.state} {row.tier} {row.period}",
                number(row.certificates_due, 0),
                number(row.retired, 0),
                number(row.shortfall, 0),
            )
            for row in owed.head(MOST_ROWS).itertuples()
        ]
        figures.append(Table(("obligation", "due", "retired", "missing"), cells, "Largest obligations still open"))
        claim += f" {int((owed['shortfall'] > 0).sum())} of {len(owed)} obligations are not yet covered."
    return Part(
        "certificates",
        "Certificates",
        claim.strip(),
        figures,
        "marts rec_positions, compliance_positions",
        "as of the day",
    )


def bids(frames: Frames, _day: date) -> Part:
    """Show what is offered, and the plan behind it."""
    rows, plan = frames["bids"], frames["schedule"]
    if rows.empty and plan.empty:
        return Part(
            "bids",
            "Bids",
            missing="No bids: describe your resources in data/resources.csv, then run the trading job.",
        )
    figures: list[Lines | Table] = []
    for resource, mine in list(plan.groupby("resource"))[:MOST_RESOURCES] if len(plan) else []:
        labels = [f"{hour:02d}" for hour in range(len(mine))]
        series = (Series("planned power", mine["planned_mw"].tolist()),)
        figures.append(Lines(_spaced(resource), "MW", labels, series, steps=True, small=True, from_zero=True))
    if not rows.empty:
        cells = [
            (
                f"{_spaced(row.resource)}, {_spaced(row.product)}",
                f"{row.market_day:%d %b}",
                number(row.bids, 0),
                number(row.cleared_bids, 0),
                number(row.largest_mw, 1),
            )
            for row in rows[rows["bids"].notna()].head(MOST_ROWS).itertuples()
        ]
        figures.append(Table(("resource", "for", "bids", "cleared", "MW"), cells))
    count = int(rows["bids"].sum()) if len(rows) else 0
    claim = f"{count} bids for this day and the next; nothing is sent to a live market unless you say so."
    return Part(
        "bids", "Bids", claim, figures, "tables bids, bid_schedules", "hours of the market day", wide=len(figures) > 2
    )


def awards(frames: Frames, _day: date) -> Part:
    """Show what cleared, and at which price."""
    rows = frames["awards"]
    if rows.empty:
        return Part("awards", "Awards", missing="Nothing cleared on this day.")
    grouped = rows.assign(value_usd=rows["awarded_mw"] * rows["price_usd_per_mwh"])
    by = grouped.groupby(["market", "resource", "market_run", "product"]).agg(
        intervals=("awarded_mw", "count"), sold=("awarded_mw", lambda mw: mw.clip(lower=0).max()),
        bought=("awarded_mw", lambda mw: mw.clip(upper=0).min()), price=("price_usd_per_mwh", "mean"),
    )  # fmt: skip
    cells = [
        (
            f"{_spaced(resource)}, {_spaced(product)} ({market_run})",
            number(row.intervals, 0),
            number(row.sold, 1),
            number(row.bought, 1),
            number(row.price),
        )
        for (_, resource, market_run, product), row in list(by.iterrows())[:MOST_ROWS]
    ]
    claim = f"{len(rows)} intervals cleared for {rows['resource'].nunique()} resources."
    table = Table(("award", "count", "sold", "bought", "price"), cells, "Most sold and bought, MW; mean price, USD/MWh")
    return Part("awards", "Awards", claim, (table,), "table awards", OWN_CLOCKS)


def profit_and_loss(frames: Frames, _day: date) -> Part:
    """Show what the day earned by the key figures of trading."""
    rows = frames["kpis"]
    money = rows[rows["unit"] == "USD"] if len(rows) else rows
    if money.empty:
        return Part(
            "profit", "Profit and loss", missing="No key figures of this day: they follow the awards and the delivery."
        )
    of_day = money[money["market_day"] == money["market_day"].max()]
    revenue = of_day[of_day["kpi"].str.contains("revenue")]
    first = revenue["kpi"].iloc[0] if len(revenue) else of_day["kpi"].iloc[0]
    mine = of_day[of_day["kpi"] == first].sort_values("value", ascending=False).head(MOST_ROWS)
    figures: list[Bars | Lines] = [
        Bars(first.replace("_", " "), "USD", [_spaced(name) for name in mine["resource"]], mine["value"].tolist(), 0)
    ]
    total = money[money["kpi"] == first].groupby("market_day")["value"].sum()
    if len(total) > 1:
        labels = [f"{at:%d %b}" for at in total.index]
        figures.append(
            Lines(
                "All resources",
                "USD a day",
                labels,
                (Series(first.replace("_", " "), total.tolist()),),
                label_every=max(1, len(labels) // 4),
            )
        )
    claim = f"{first.replace('_', ' ').capitalize()}: {usd(float(mine['value'].sum()))} on {of_day['market_day'].iloc[0]:%d %B}."
    return Part("profit", "Profit and loss", claim, figures, "mart trading_kpis_daily", "market days, revenue positive")


def settlement(frames: Frames, _day: date) -> Part:
    """Show what the ISO billed against what we expect."""
    rows, lines = frames["variances"], frames["settled"]
    title = "Settlement variance"
    if rows.empty and lines.empty:
        return Part(
            "settlement",
            title,
            missing="No statements: put the ISO's files in data/inbox and run the settlement job.",
        )
    figures: list[Bars | Table] = []
    claim = "Everything billed is as expected."
    if not rows.empty:
        by_cause = (
            rows.groupby("cause")["variance_usd"]
            .sum()
            .astype(float)
            .sort_values(key=abs, ascending=False)
            .head(MOST_ROWS)
        )
        figures.append(
            Bars(
                "Billed less expected by cause",
                "USD, 31 days",
                [str(name).replace("_", " ") for name in by_cause.index],
                by_cause.tolist(),
                2,
            )
        )
        rest = float(rows["unexplained_usd"].sum())
        claim = f"Variance of {usd(float(rows['variance_usd'].sum()), 2)} over 31 days, of which {usd(rest, 2)} is unexplained."
    if not lines.empty:
        sums = lines.groupby("market")[["expected_usd", "billed_usd"]].sum(min_count=1).astype(float)
        cells = [
            (MARKET_NAMES.get(market, market), usd(row["expected_usd"], 2), usd(row["billed_usd"], 2))
            for market, row in sums.iterrows()
        ]
        figures.append(Table(("market", "expected", "billed"), cells, "Charge lines of 31 days, revenue positive"))
    return Part("settlement", title, claim, figures, "marts settlement_daily, settlement_variance_daily", "market days")


def _spaced(name: object) -> str:
    """Return a key as words, so that it may wrap."""
    return str(name).replace("_", " ")
