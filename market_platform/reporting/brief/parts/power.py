"""Prices of the day: heat map, day-ahead against real-time, spreads."""

from datetime import date

import pandas as pd

from market_platform.reporting.brief.data import Frames
from market_platform.reporting.brief.figures import Bars, HeatMap, Lines, Part, Series, Table
from market_platform.reporting.brief.hubs import EVERY_HUB, FIRST_HUB, HUBS
from market_platform.reporting.brief.words import CLOCKS, MARKET_NAMES, number, place, signed

PRICE_UNIT = "USD/MWh"
NO_PRICES = "No prices of this day yet: run the markets' jobs, then the marts."
OWN_CLOCKS = "hours beginning, each market's own clock"


def prices(frames: Frames, _day: date) -> Part:
    """Show day-ahead prices by hub and hour."""
    rows = _hubs(frames["hours"])
    rows = rows[rows["day_ahead_usd_per_mwh"].notna()] if len(rows) else rows
    if rows.empty:
        return Part("prices", "Day-ahead prices by hub and hour", missing=NO_PRICES, wide=True)
    labels: list[str] = []
    values: list[list[float | None]] = []
    groups: dict[int, tuple[str, str]] = {}
    columns = _hour_labels(rows)
    for market, hub in EVERY_HUB:
        mine = rows[(rows["market"] == market) & (rows["location"] == hub)].sort_values("interval_start")
        if mine.empty:
            continue
        if market not in [name for name, _ in groups.values()]:
            groups[len(labels)] = (market, f"{MARKET_NAMES[market]} · {CLOCKS[market]} prevailing time")
        labels.append(place(hub))
        found = mine["day_ahead_usd_per_mwh"].tolist()
        values.append([*found, *[None] * (len(columns) - len(found))])
    dearest = rows.loc[rows["day_ahead_usd_per_mwh"].idxmax()]
    cheapest = rows.loc[rows["day_ahead_usd_per_mwh"].idxmin()]
    claim = (
        f"Dearest was {place(dearest['location'])} at {number(dearest['day_ahead_usd_per_mwh'])} in the hour from "
        f"{dearest['hour_beginning']:02d}:00, cheapest {place(cheapest['location'])} at "
        f"{number(cheapest['day_ahead_usd_per_mwh'])} from {cheapest['hour_beginning']:02d}:00 (USD/MWh)."
    )
    heat = HeatMap(labels, columns, values, {at: name for at, (_, name) in groups.items()}, PRICE_UNIT)
    return Part("prices", "Day-ahead prices by hub and hour", claim, (heat,), _source(rows), OWN_CLOCKS, wide=True)


def day_ahead_against_real_time(frames: Frames, _day: date) -> Part:
    """Show both runs at the first hub of each market, and the premium by hub."""
    rows = _hubs(frames["hours"])
    if rows.empty or rows["real_time_usd_per_mwh"].notna().sum() == 0:
        return Part(
            "premium", "Day-ahead against real-time", missing="No whole real-time hour of this day yet.", wide=True
        )
    figures = []
    for market, hub in FIRST_HUB.items():
        mine = rows[(rows["market"] == market) & (rows["location"] == hub)].sort_values("interval_start")
        if not mine.empty:
            figures.append(
                Lines(
                    f"{MARKET_NAMES[market]} {place(hub)}", PRICE_UNIT,
                    [f"{hour:02d}" for hour in mine["hour_beginning"]],
                    (
                        Series("day-ahead", mine["day_ahead_usd_per_mwh"].tolist()),
                        Series("real-time", mine["real_time_usd_per_mwh"].tolist(), "second"),
                    ),
                    steps=True, small=True,
                )
            )  # fmt: skip
    premium = rows.groupby(["market", "location"])["premium_usd_per_mwh"].mean().dropna()
    if premium.empty:
        claim = "Day-ahead and real-time have no hour in common yet."
    else:
        high, low = premium.idxmax(), premium.idxmin()
        claim = (
            f"Day-ahead paid most over real-time at {place(high[1])} ({signed(premium.max())} USD/MWh on the day) and least at "
            f"{place(low[1])} ({signed(premium.min())})."
        )
    return Part("premium", "Day-ahead against real-time", claim, figures, _source(rows), OWN_CLOCKS, wide=True)


def spreads(frames: Frames, _day: date) -> Part:
    """Show spreads between hubs of one market, and what a battery could have made between hours."""
    pairs, tbx = frames["spreads"], frames["tbx"]
    if pairs.empty and tbx.empty:
        return Part("spreads", "Spreads", missing=NO_PRICES)
    figures: list[Bars | Table] = []
    claim = ""
    if not pairs.empty:
        own = pairs[pairs["market"] == pairs["other_market"]]
        own = own.reindex(own["spread_usd_per_mwh"].abs().sort_values(ascending=False).index).head(6)
        names = [f"{place(a)} − {place(b)}" for a, b in zip(own["location"], own["other_location"], strict=True)]
        figures.append(Bars("Widest spreads within a market", PRICE_UNIT, names, own["spread_usd_per_mwh"].tolist(), 2))
        if names:
            claim = f"Widest within a market: {names[0]} at {signed(own['spread_usd_per_mwh'].iloc[0])} USD/MWh."
    if not tbx.empty:
        both = tbx.pivot_table(index=["market", "location"], columns="market_run", values="tb4_usd_per_mwh")
        cells = [
            (place(hub), *(number(both.loc[(market, hub)].get(run)) for run in ("day_ahead", "real_time")))
            for market, hub in FIRST_HUB.items()
            if (market, hub) in both.index
        ]
        figures.append(
            Table(("hub", "day-ahead", "real-time"), cells, "TB4: four dearest less four cheapest hours, USD/MWh")
        )
    return Part("spreads", "Spreads", claim, figures, "marts hub_spreads_daily, top_bottom_spreads", OWN_CLOCKS)


def _hubs(hours: pd.DataFrame) -> pd.DataFrame:
    if hours.empty:
        return hours
    return hours[[pair in EVERY_HUB for pair in zip(hours["market"], hours["location"], strict=True)]]


def _hour_labels(rows: pd.DataFrame) -> list[str]:
    """Return the hours of the longest series: 23, 24 or 25 of them."""
    longest = max((mine for _, mine in rows.groupby(["market", "location"])), key=len)
    return [f"{hour:02d}" for hour in longest.sort_values("interval_start")["hour_beginning"]]


def _source(rows: pd.DataFrame) -> str:
    markets = [MARKET_NAMES[market] for market in HUBS if market in set(rows["market"])]
    return f"{', '.join(markets)} through mart prices_hourly"
