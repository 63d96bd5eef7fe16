"""Two plots of a reconciliation, as PNG bytes or drawn on a given figure."""

import io
from decimal import Decimal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from market_platform.settlement.reconciliation.reconcile import Reconciliation

UP, DOWN, TOTAL = "#2a9d8f", "#c1443c", "#3d405b"
SIZE_INCHES = (9.0, 4.5)
DOTS_PER_INCH = 110


def waterfall_png(outcome: Reconciliation, title: str) -> bytes:
    """Return the way from expected to billed revenue, one step per cause, as PNG."""
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    draw_waterfall(figure.subplots(), outcome, title)
    return as_png(figure)


def variance_png(outcome: Reconciliation, title: str) -> bytes:
    """Return explained and unexplained variance by cause as PNG."""
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    draw_variances(figure.subplots(), outcome.by_cause(), title)
    return as_png(figure)


def as_png(figure: Figure) -> bytes:
    """Return a figure as PNG bytes."""
    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
    return buffer.getvalue()


def waterfall_steps(outcome: Reconciliation) -> list[tuple[str, Decimal, Decimal]]:
    """Return (label, from, to) of each bar; the last bar ends at the billed amount exactly."""
    steps, level = [("expected", Decimal(0), outcome.expected_usd)], outcome.expected_usd
    for row in outcome.by_cause().to_dict("records"):
        steps.append((row["cause"].replace("_", " "), level, level + row["variance_usd"]))
        level += row["variance_usd"]
    return [*steps, ("billed", Decimal(0), level)]


def draw_waterfall(axes: Axes, outcome: Reconciliation, title: str) -> None:
    """Draw the waterfall; the vertical axis is cut to the range of the steps, and says so."""
    steps = waterfall_steps(outcome)
    levels = [float(level) for _, begin, end in steps[1:-1] for level in (begin, end)] or [float(outcome.expected_usd)]
    levels.append(float(outcome.billed_usd))
    room = 0.25 * (max(levels) - min(levels)) or 1.0
    for position, (_label, begin, end) in enumerate(steps):
        total = position in (0, len(steps) - 1)
        base = min(levels) - room if total else float(begin)
        colour = TOTAL if total else UP if end >= begin else DOWN
        axes.bar(position, float(end) - base, bottom=base, color=colour, width=0.65)
        change = end if total else end - begin
        axes.annotate(f"{change:,.2f}", (position, max(float(end), base)), ha="center", va="bottom", fontsize=8)
    axes.set_ylim(min(levels) - room, max(levels) + room)
    axes.set_xticks(range(len(steps)), [label for label, _, _ in steps], rotation=20, ha="right")
    axes.set_ylabel("revenue, USD (axis cut)")
    axes.yaxis.set_major_formatter("{x:,.2f}")
    axes.set_title(title)
    axes.grid(axis="y", alpha=0.3)


def draw_variances(axes: Axes, by_cause: pd.DataFrame, title: str) -> None:
    """Draw one bar per cause, the unexplained part apart."""
    positions = range(len(by_cause))
    explained = [float(value) for value in by_cause["explained_usd"]]
    unexplained = [float(value) for value in by_cause["unexplained_usd"]]
    axes.barh(positions, explained, color=UP, label="explained")
    axes.barh(positions, unexplained, left=explained, color=DOWN, label="unexplained")
    labels = [f"{row.cause.replace('_', ' ')} ({row.lines})" for row in by_cause.itertuples()]
    axes.set_yticks(positions, labels)
    axes.invert_yaxis()
    axes.margins(x=0.08)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlabel("billed - expected, USD")
    axes.xaxis.set_major_formatter("{x:,.2f}")
    axes.set_title(title)
    axes.legend(loc="best")
    axes.grid(axis="x", alpha=0.3)
