"""Pictures of gas, storage, carbon, weather and heat."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter
from matplotlib.figure import Figure

from market_platform.reporting.images import png

SIZE_INCHES = (9.0, 3.8)
MOST_LOCATIONS = 40  # a pipeline posts hundreds
LINE, BAND, ACCENT = "#1f4e79", "#bcd2e8", "#d95f02"


def curve_picture(curves: pd.DataFrame, *, simulated: bool) -> bytes:
    """Return Henry Hub's curve on the last trading day and a month before. ``curves`` as `gas.legs.basis_curves`."""
    henry = curves[curves["hub"] == "Henry Hub"]
    days = sorted(set(henry["trade_day"]))
    figure, axes = _axes("Henry Hub futures", simulated=simulated)
    for day, colour in ((days[max(0, len(days) - 22)], BAND), (days[-1], LINE)):
        mine = henry[henry["trade_day"] == day]
        axes.plot(pd.to_datetime(mine["contract_month"]), mine["price_usd_per_mmbtu"], color=colour, label=f"{day}")
    axes.set_ylabel("USD/MMBtu")
    axes.legend(loc="best", frameon=False, fontsize=8)
    return png(figure)


def front_month_picture(front: pd.DataFrame, *, simulated: bool) -> bytes:
    """Return the continuous front month with its rolls, unadjusted and back-adjusted."""
    figure, axes = _axes("Front month of Henry Hub", simulated=simulated)
    days = pd.to_datetime(front["trade_day"])
    axes.plot(days, front["settle_usd_per_mmbtu"], color=LINE, label="front month")
    axes.plot(days, front["back_adjusted_usd_per_mmbtu"], color=ACCENT, linewidth=1.0, label="back-adjusted")
    rolls = front["is_roll"].to_numpy(bool)
    axes.plot(days[rolls], front.loc[rolls, "settle_usd_per_mmbtu"], "o", color=LINE, markersize=4, label="roll")
    axes.set_ylabel("USD/MMBtu")
    axes.legend(loc="best", frameon=False, fontsize=8)
    return png(figure)


def storage_picture(weeks: pd.DataFrame, *, simulated: bool, shown: int = 78) -> bytes:
    """Return working gas of the Lower 48 against the band of five years."""
    mine = weeks.sort_values("week_ending").tail(shown)
    days = pd.to_datetime(mine["week_ending"])
    figure, axes = _axes("Working gas, Lower 48, against five years", simulated=simulated)
    low, high = mine["five_year_low_bcf"], mine["five_year_high_bcf"]
    axes.fill_between(days, low, high, color=BAND, label="five-year range", linewidth=0)
    axes.plot(days, mine["five_year_mean_bcf"], color=LINE, linestyle="--", linewidth=1.0, label="five-year mean")
    axes.plot(days, mine["stock_bcf"], color=ACCENT, linewidth=1.8, label="stock")
    axes.set_ylabel("Bcf")
    axes.set_ylim(bottom=0)
    axes.legend(loc="best", frameon=False, fontsize=8, ncols=3)
    return png(figure)


def basis_picture(grid: pd.DataFrame, *, simulated: bool) -> bytes:
    """Return the basis by hub and delivery month as a heat map. ``grid`` as `gas.legs.basis_grid`."""
    figure = Figure(figsize=(1.6 + 0.72 * grid.shape[1], 1.2 + 0.42 * grid.shape[0]), layout="constrained")
    axes = figure.add_subplot()
    cells = grid.to_numpy(float)
    reach = float(np.nanmax(np.abs(cells))) or 1.0
    image = axes.imshow(cells, cmap="RdBu_r", vmin=-reach, vmax=reach, aspect="auto")
    axes.set_xticks(range(grid.shape[1]), [f"{month:%b %y}" for month in grid.columns], fontsize=8)
    axes.set_yticks(range(grid.shape[0]), list(grid.index), fontsize=8)
    for row, column in np.ndindex(*cells.shape):
        value = cells[row, column]
        if np.isfinite(value):
            colour = "white" if abs(value) > 0.6 * reach else "black"
            axes.text(column, row, f"{value:+.2f}", ha="center", va="center", fontsize=7, color=colour)
    axes.set_title(_titled("Basis to Henry Hub by delivery month", simulated=simulated), loc="left", fontsize=11)
    figure.colorbar(image, ax=axes, label="USD/MMBtu", shrink=0.8)
    return png(figure)


def utilisation_picture(rows: pd.DataFrame, *, simulated: bool) -> bytes:
    """Return the last gas day's utilisation of the fullest locations; ``rows`` are last posts with ``name``."""
    mine = rows.nlargest(MOST_LOCATIONS, "utilisation")[::-1]
    figure = Figure(figsize=(9.0, 1.0 + 0.28 * len(mine)), layout="constrained")
    axes = figure.add_subplot()
    colours = np.where(mine["utilisation"] >= 0.9, ACCENT, LINE)
    axes.barh(mine["name"], 100 * mine["utilisation"], color=colours)
    axes.axvline(100, color="black", linewidth=0.8)
    axes.set_xlabel("scheduled by operating capacity, %")
    axes.tick_params(axis="y", labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    shown = f", the {len(mine)} fullest of {len(rows)} locations" if len(mine) < len(rows) else ""
    axes.set_title(_titled(f"Pipelines on their last gas day{shown}", simulated=simulated), loc="left", fontsize=11)
    return png(figure)


def lines_picture(
    wide: pd.DataFrame, title: str, label: str, *, simulated: bool, zero: bool = False, step: bool = False
) -> bytes:
    """Return one line a column over the index."""
    figure, axes = _axes(title, simulated=simulated)
    for name in wide.columns:
        axes.plot(wide.index, wide[name], linewidth=1.2, label=str(name), drawstyle="steps-post" if step else "default")
    if zero:
        axes.axhline(0, color="black", linewidth=0.8)
    axes.set_ylabel(label)
    if isinstance(wide.index, pd.DatetimeIndex):
        axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))
    if wide.shape[1] > 1:
        axes.legend(frameon=False, fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return png(figure)


def chp_picture(rows: pd.DataFrame, facility: str, *, simulated: bool) -> bytes:
    """Return a facility's plan: load by hour, coloured by the quality of its prices, over the power price."""
    mine = rows[rows["facility"] == facility].sort_values("interval_start")
    figure, axes = _axes(f"{facility}: engine by hour (UTC)", simulated=simulated)
    words = {"good": LINE, "estimated": "#e6ab02", "stale": "#999999"}
    for word, colour in words.items():
        part = mine[mine["quality"] == word]
        if part.empty:
            continue
        axes.bar(part["interval_start"], part["load_mw"], width=0.04, align="edge", color=colour, label=f"load, {word}")
    axes.set_ylabel("MW")
    other = axes.twinx()
    other.step(mine["interval_start"], mine["power_usd_per_mwh"], where="post", color=ACCENT, linewidth=1.2)
    other.set_ylabel("day-ahead price, USD/MWh", color=ACCENT)
    other.spines[["top"]].set_visible(False)
    axes.set_ylim(top=1.25 * max(float(mine["load_mw"].max()), 0.1))  # room for the legend above the bars
    axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))
    axes.legend(frameon=False, fontsize=8, loc="upper left", ncols=len(words))
    return png(figure)


def _axes(title: str, *, simulated: bool) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(_titled(title, simulated=simulated), loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, axis="y", linewidth=0.4, alpha=0.6)
    return figure, axes


def _titled(title: str, *, simulated: bool) -> str:
    return title + (" (simulated)" if simulated else "")
