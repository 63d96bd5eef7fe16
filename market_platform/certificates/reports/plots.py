"""Figures for the assets: positions, standing in compliance, emissions, hourly matching. Drawn off screen."""

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
        # The place is said outright: left to its default, matplotlib warns where a busy machine took a second to find it.
        axes.legend(loc="best", frameon=False, fontsize=8)
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
    axes.legend(loc="best", frameon=False, fontsize=8)
    return figure


def standing_figure(rows: pd.DataFrame, title: str = "Due, retired, planned") -> Figure:
    """Draw the rows of ``compliance.duties.standing``: a bar a requirement, what is retired and what a plan adds."""
    figure = Figure(figsize=(SIZE_INCHES[0], 1.2 + 0.26 * len(rows)), layout="constrained")
    axes = figure.subplots()
    names = [f"{row.state} {row.period} {row.tier}" for row in rows.itertuples()]
    due, retired, planned = (rows[name].astype(float) for name in ("certificates_due", "retired", "planned"))
    axes.barh(names, due, color="#d5dbe1", label="due")
    axes.barh(names, retired, height=0.5, color="#2f6f4f", label="retired")
    axes.barh(names, planned, left=retired, height=0.5, color="#8fb9a3", label="least-cost plan")
    axes.invert_yaxis()
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_xlabel("certificates (MWh)", fontsize=8)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(labelsize=7)
    axes.legend(loc="best", frameon=False, fontsize=8)
    return figure


def emissions_figure(metrics: pd.DataFrame, title: str = "Scope 2 by both methods") -> Figure:
    """Draw location- against market-based metric tons by subject, from rows of ``esg.metrics.esg_report``."""
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    axes = figure.subplots()
    wanted = ["location_based_metric_tons", "market_based_metric_tons"]
    rows = metrics[metrics["metric"].isin(wanted)]
    table = rows.pivot_table(index="subject", columns="metric", values="value", aggfunc="sum", sort=False)
    place = range(len(table))
    axes.barh([at - 0.2 for at in place], table[wanted[0]], height=0.38, color="#9aa3ab", label="location-based")
    axes.barh([at + 0.2 for at in place], table[wanted[1]], height=0.38, color="#2f6f4f", label="market-based")
    axes.set_yticks(list(place), list(table.index), fontsize=8)
    axes.invert_yaxis()
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_xlabel(rows["unit"].iloc[0], fontsize=8)
    axes.legend(loc="best", frameon=False, fontsize=8)
    return figure
