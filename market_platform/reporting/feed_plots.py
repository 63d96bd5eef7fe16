"""One picture a feed and market day: what a person looks at before reading the rows."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from market_platform.reporting.images import png
from market_platform.sources.feed import Feed

MOST_LINES = 12
SIZE_INCHES = (9.0, 3.6)
COLOURS = ("#1f77b4", "#d95f02", "#1b9e77", "#7570b3", "#e7298a", "#66a61e", "#e6ab02", "#a6761d", "#666666", "#17becf",
           "#8c564b", "#bcbd22")  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """What a family's picture shows: a value by one column's names over time."""

    value: str
    by: str
    label: str
    stacked: bool = False


PICTURES = {
    "lmp": Picture("lmp_usd_per_mwh", "location", "LMP, USD/MWh"),
    "ancillary_prices": Picture("price_usd_per_mw", "product", "price, USD/MW"),
    "load": Picture("load_mw", "location", "load, MW"),
    "load_forecast": Picture("load_mw", "location", "load forecast, MW"),
    "generation": Picture("generation_mw", "publisher_fuel", "generation, MW"),
    "generation_forecast": Picture("generation_mw", "location", "generation forecast, MW"),
    "interchange": Picture("flow_mw", "interface", "flow, MW"),
}


def plot_day(feed: Feed, rows: pd.DataFrame, *, simulated: bool) -> bytes | None:
    """Return a PNG of one market day, or None for a family that no picture helps."""
    picture = PICTURES.get(feed.contract.name)
    if picture is None or rows.empty:
        return None
    wide = rows.pivot_table(index="interval_start", columns=picture.by, values=picture.value, aggfunc="mean")
    if wide.empty:
        return None
    widest = wide.abs().mean().nlargest(MOST_LINES).index
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    axes = figure.add_subplot()
    local = wide.index.tz_convert(feed.zone)
    for name, colour in zip([name for name in wide.columns if name in widest], COLOURS, strict=False):
        axes.plot(local, wide[name], label=str(name), color=colour, linewidth=1.2)
    locator = AutoDateLocator(tz=feed.zone)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=feed.zone))
    axes.set_ylabel(picture.label)
    axes.set_xlabel(feed.zone.key, fontsize=8)
    axes.set_title(feed.title + (" (simulated)" if simulated else ""), loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, axis="y", linewidth=0.4, alpha=0.6)
    axes.legend(fontsize=7, ncols=2, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return png(figure)
