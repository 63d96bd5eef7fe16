"""One picture of a settled day: revenue by charge, hour by hour in the market's own time."""

import pandas as pd
from matplotlib.figure import Figure

from market_platform.markets.market import MARKETS
from market_platform.settlement.reports.plots import DOTS_PER_INCH, SIZE_INCHES, as_png

COLOURS = ("#2a9d8f", "#e9a23b", "#3d405b", "#c1443c", "#81b29a", "#6d597a", "#b56576", "#457b9d")


def revenue_png(lines: pd.DataFrame, iso: str, title: str) -> bytes:
    """Return stacked bars of revenue by charge and hour (what is owed points down) and the total so far, as PNG."""
    hours = lines["interval_start"].dt.floor("h")
    table = (
        lines.assign(hour=hours, usd=lines["amount_usd"].astype("float64"))
        .pivot_table(index="hour", columns="charge_code", values="usd", aggfunc="sum", fill_value=0.0)
        .sort_index()
    )
    table = table.loc[:, table.abs().sum().sort_values(ascending=False).index]
    figure = Figure(figsize=SIZE_INCHES, layout="constrained", dpi=DOTS_PER_INCH)
    axes, total = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    position = range(len(table))
    above, below = [0.0] * len(table), [0.0] * len(table)
    for number, code in enumerate(table.columns):
        values = table[code].to_list()
        bottom = [up if value >= 0 else down for value, up, down in zip(values, above, below, strict=True)]
        axes.bar(position, values, bottom=bottom, width=0.8, label=str(code), color=COLOURS[number % len(COLOURS)])
        above = [up + max(value, 0.0) for value, up in zip(values, above, strict=True)]
        below = [down + min(value, 0.0) for value, down in zip(values, below, strict=True)]
    total.plot(position, table.sum(axis=1).cumsum(), color="#3d405b", linewidth=1.4)
    labels = table.index.tz_convert(MARKETS[iso].zone).strftime("%H")
    total.set_xticks(position, labels, fontsize=8)
    total.set_xlabel(f"hour beginning, {MARKETS[iso].zone_name}")
    axes.set_ylabel("USD an hour")
    total.set_ylabel("USD so far")
    axes.set_title(title, loc="left", fontsize=11)
    for panel in (axes, total):
        panel.axhline(0, color="black", linewidth=0.6)
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(axis="y", alpha=0.3)
    axes.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return as_png(figure)
