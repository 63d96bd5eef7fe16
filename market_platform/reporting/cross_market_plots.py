"""Pictures of markets side by side."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from market_platform.reporting.images import png


def spread_picture(spreads: pd.DataFrame, *, simulated: bool) -> bytes:
    """Return the spread matrix as a PNG: row less column, in USD/MWh."""
    size = 1.8 + 0.55 * len(spreads)
    figure = Figure(figsize=(size + 1.2, size), layout="constrained")
    axes = figure.add_subplot()
    reach = float(np.nanmax(np.abs(spreads.to_numpy()))) or 1.0
    image = axes.imshow(spreads, cmap="RdBu_r", vmin=-reach, vmax=reach)
    axes.set_xticks(range(len(spreads)), spreads.columns, rotation=60, ha="right", fontsize=8)
    axes.set_yticks(range(len(spreads)), spreads.index, fontsize=8)
    for row, values in enumerate(spreads.to_numpy()):
        for column, value in enumerate(values):
            if row != column and np.isfinite(value):
                dark = abs(value) > 0.6 * reach
                axes.text(
                    column,
                    row,
                    f"{value:.0f}",
                    ha="center",
                    va="center",
                    fontsize=7,
                    color="white" if dark else "black",
                )
    axes.set_title("Day-ahead spread, row less column" + (" (simulated)" if simulated else ""), loc="left", fontsize=11)
    figure.colorbar(image, ax=axes, label="USD/MWh", shrink=0.7)
    return png(figure)


def shape_picture(aligned: pd.DataFrame, *, simulated: bool) -> bytes:
    """Return the mean price by hour of the day (UTC) of each series as a PNG."""
    figure = Figure(figsize=(9.0, 4.0), layout="constrained")
    axes = figure.add_subplot()
    by_hour = aligned.groupby(aligned.index.hour).mean()
    for name in by_hour.columns:
        axes.plot(by_hour.index, by_hour[name], label=str(name), linewidth=1.2)
    axes.set_xlabel("hour of the day, UTC")
    axes.set_ylabel("day-ahead LMP, USD/MWh")
    axes.set_title("Mean day" + (" (simulated)" if simulated else ""), loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, axis="y", linewidth=0.4, alpha=0.6)
    axes.legend(fontsize=7, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return png(figure)
