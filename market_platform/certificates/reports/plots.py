"""Figures for the assets: positions by vintage and fuel, hourly matching by hour of day. Drawn off screen."""

import pandas as pd
from matplotlib.figure import Figure

FUEL_COLOURS = {"wind": "#3b7ea1", "solar": "#e0a526", "hydro": "#5a9e8f", "biomass": "#8a6d3b"}
OTHER_COLOUR = "#9aa3ab"
SIZE_INCHES = (8.0, 3.4)


def position_figure(rows: pd.DataFrame, title: str = "Certificates held by vintage") -> Figure:
    """Draw ``positions`` as stacked bars of vintage months, one colour per fuel."""
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    axes = figure.subplots()
    table = rows.pivot_table(index="vintage", columns="fuel", values="quantity", aggfunc="sum", fill_value=0)
    labels = [f"{vintage:%Y-%m}" for vintage in table.index]
    bottom = pd.Series(0, index=table.index)
    for fuel in table.columns:
        colour = FUEL_COLOURS.get(str(fuel).lower(), OTHER_COLOUR)
        axes.bar(labels, table[fuel], bottom=bottom, color=colour, label=str(fuel))
        bottom += table[fuel]
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_ylabel("certificates (MWh)")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(axis="x", labelrotation=60, labelsize=7)
    if len(table.columns):
        axes.legend(frameon=False, fontsize=8)
    return figure


def matching_figure(by_hour: pd.DataFrame, title: str = "Load met by clean power in the same hour") -> Figure:
    """Draw the frame of ``match_by_hour_of_day``: load and what was matched, by local hour."""
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    axes = figure.subplots()
    axes.bar(by_hour["local_hour"], by_hour["load_mwh"], color="#d5dbe1", label="load")
    axes.bar(by_hour["local_hour"], by_hour["matched_mwh"], width=0.5, color="#2f6f4f", label="matched")
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_xlabel("local hour")
    axes.set_ylabel("MWh")
    axes.legend(frameon=False, fontsize=8)
    return figure
