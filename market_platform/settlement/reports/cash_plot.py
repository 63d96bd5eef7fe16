"""One picture of the cash to come: by due date, from invoices and from days that are not billed yet."""

import pandas as pd
from matplotlib.figure import Figure

from market_platform.settlement.reports.plots import DOTS_PER_INCH, SIZE_INCHES, as_png

LEAST_DATES = 6
COLOURS = {"invoice": "#3d405b", "shadow": "#81b29a"}
NAMES = {"invoice": "invoiced", "shadow": "expected, not billed yet"}


def cash_flow_png(cash_flow: pd.DataFrame, title: str) -> bytes:
    """Return bars per due date and basis with the running total, as PNG; money that comes in points up."""
    table = cash_flow.assign(usd=cash_flow["amount_usd"].astype("float64")).pivot_table(
        index="due_on", columns="basis", values="usd", aggfunc="sum", fill_value=0.0
    )
    figure = Figure(figsize=SIZE_INCHES, layout="constrained", dpi=DOTS_PER_INCH)
    axes = figure.subplots()
    width = 0.8 / len(table.columns)
    for number, basis in enumerate(table.columns):
        places = [place + (number - (len(table.columns) - 1) / 2) * width for place in range(len(table))]
        axes.bar(places, table[basis], width=width, color=COLOURS[str(basis)], label=NAMES[str(basis)])
    axes.plot(
        range(len(table)), table.sum(axis=1).cumsum(), color="#c1443c", marker="o", markersize=3, label="running total"
    )
    axes.set_xticks(range(len(table)), [str(day) for day in table.index], rotation=25, ha="right", fontsize=8)
    # A few dates must not fill the page with one block.
    middle, half = (len(table) - 1) / 2, max(len(table), LEAST_DATES) / 2
    axes.set_xlim(middle - half, middle + half)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_ylabel("USD")
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(fontsize=8, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return as_png(figure)
