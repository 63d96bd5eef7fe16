"""The brief as a PDF drawn with matplotlib, for a machine without a browser: the same parts, two columns on A4."""

import io
import textwrap
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure as Sheet

from market_platform.reporting.brief.figures import Bars, Figure, HeatMap, Lines, Part, Shares, Values
from market_platform.reporting.brief.page import Brief
from market_platform.reporting.brief.words import day_text, moment_text, number

A4_INCHES = (8.27, 11.69)
ROWS, COLUMNS = 5, 2
COLOURS = {
    "first": "#1c5d99",
    "second": "#c8501e",
    "third": "#3d7f4c",
    "quiet": "#8a939c",
    "outer": "#d6e2ee",
    "inner": "#adc6dd",
}
INK, SOFT = "#1d2228", "#5d6670"
TITLE_WIDTH = 62
SHARE_COLOURS = ("#7d6bb0", "#b98a5e", "#55504b", "#4a90b8", "#57a773", "#e8b93c", "#8f9aa5", "#c9b8a4")


def pdf(brief: Brief) -> bytes:
    """Return the brief as PDF bytes."""
    target = io.BytesIO()
    stated = {"Title": f"Market brief {brief.day}", "Creator": "market_platform", "CreationDate": brief.made_at}
    with PdfPages(target, metadata=stated) as pages:
        for at, slots in enumerate(_sheets(brief)):
            pages.savefig(_sheet(brief, slots, at))
    return target.getvalue()


def _sheets(brief: Brief) -> Iterator[list[tuple[Part, Figure, bool]]]:
    """Deal the figures out: a heat map takes two rows, tables and charts one cell each."""
    slots: list[tuple[Part, Figure, bool]] = []
    room = ROWS * COLUMNS - COLUMNS
    for part in brief.parts:
        for at, figure in enumerate(part.figures):
            need = 2 * COLUMNS if isinstance(figure, HeatMap) else 1
            if need > room:
                yield slots
                slots, room = [], ROWS * COLUMNS
            slots.append((part, figure, at == 0))
            room -= need
    if slots or not any(part.figures for part in brief.parts):
        yield slots


def _sheet(brief: Brief, slots: list[tuple[Part, Figure, bool]], number_of_sheet: int) -> Sheet:
    sheet = Sheet(figsize=A4_INCHES)
    marked = "Simulated data: nothing here happened on any market.  " if brief.simulated else ""
    sheet.text(0.06, 0.965, f"Market brief, {day_text(brief.day)}", fontsize=15, family="serif", color=INK)
    sheet.text(0.06, 0.949, f"{marked}Made {moment_text(brief.made_at)}", fontsize=7.5, color=SOFT)
    grid = sheet.add_gridspec(ROWS, COLUMNS, left=0.13, right=0.97, top=0.905, bottom=0.045, hspace=0.75, wspace=0.34)
    at = 0
    if number_of_sheet == 0:
        _headlines(sheet.add_subplot(grid[0, :]), brief)
        at = COLUMNS
    for part, figure, first in slots:
        if isinstance(figure, HeatMap):
            at += -at % COLUMNS
            axes = sheet.add_subplot(grid[at // COLUMNS : at // COLUMNS + 2, :])
            at += 2 * COLUMNS
        else:
            axes = sheet.add_subplot(grid[at // COLUMNS, at % COLUMNS])
            at += 1
        _draw(axes, figure)
        told = f"{part.title}: {part.claim}" if first and part.claim else part.title
        heading = "\n".join(textwrap.wrap(told, TITLE_WIDTH * (2 if isinstance(figure, HeatMap) else 1))[:2])
        axes.set_title(f"{heading}\n{_caption(figure)}", loc="left", fontsize=6.8, color=INK)
    return sheet


def _headlines(axes: Axes, brief: Brief) -> None:
    axes.axis("off")
    for at, tile in enumerate(brief.tiles):
        left = at / max(len(brief.tiles), 1)
        axes.text(left, 0.95, tile.label, fontsize=7, color=SOFT, va="top", transform=axes.transAxes)
        axes.text(
            left, 0.78, f"{tile.value} {tile.unit}", fontsize=9.5, weight="bold", va="top", transform=axes.transAxes
        )
        axes.text(
            left, 0.56, f"{tile.change}  {tile.note}", fontsize=6.5, color=SOFT, va="top", transform=axes.transAxes
        )
    absent = [f"{part.title}: {part.missing}" for part in brief.parts if part.missing]
    lines = [line for text in absent for line in textwrap.wrap(text, 90)][:8]
    half = (len(lines) + 1) // 2
    for column, mine in enumerate((lines[:half], lines[half:])):
        axes.text(0.5 * column, 0.34, "\n".join(mine), fontsize=5.6, color=SOFT, va="top", transform=axes.transAxes)


def _caption(figure: Figure) -> str:
    if isinstance(figure, HeatMap):
        return figure.unit
    return f"{figure.title}, {figure.unit}" if not hasattr(figure, "rows") else figure.title


def _draw(axes: Axes, figure: Figure) -> None:
    axes.tick_params(labelsize=6, colors=SOFT, length=2)
    axes.spines[["top", "right"]].set_visible(False)
    if isinstance(figure, HeatMap):
        _heat(axes, figure)
    elif isinstance(figure, Lines):
        _lines(axes, figure)
    elif isinstance(figure, Bars):
        axes.barh(figure.labels, _numbers(figure.values), color=COLOURS["first"], height=0.6)
        axes.invert_yaxis()
    elif isinstance(figure, Shares):
        left = np.zeros(len(figure.labels))
        for at, part in enumerate(figure.parts):
            width = np.nan_to_num(_numbers([row[at] for row in figure.values])).clip(min=0)
            axes.barh(
                figure.labels, width, left=left, label=part, color=SHARE_COLOURS[at % len(SHARE_COLOURS)], height=0.6
            )
            left += width
        axes.invert_yaxis()
        axes.legend(fontsize=5.5, ncols=4, frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.12))
    else:
        axes.axis("off")
        cells = [[textwrap.shorten(cell, 44, placeholder="…") for cell in row] for row in figure.rows]
        widths = [0.5, *[0.5 / max(len(figure.columns) - 1, 1)] * (len(figure.columns) - 1)]
        drawn = axes.table(cells, colLabels=figure.columns, colWidths=widths, loc="upper left", edges="horizontal")
        drawn.auto_set_font_size(False)
        drawn.set_fontsize(6)


def _heat(axes: Axes, figure: HeatMap) -> None:
    values = np.array([_numbers(row) for row in figure.values])
    axes.imshow(values, aspect="auto", cmap="YlOrRd")
    deep = np.nanmin(values) + 0.6 * (np.nanmax(values) - np.nanmin(values))
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            axes.text(
                column,
                row,
                number(value, 0),
                ha="center",
                va="center",
                fontsize=5.2,
                color="white" if value > deep else INK,
            )
    axes.set_xticks(range(len(figure.column_labels)), figure.column_labels)
    axes.set_yticks(range(len(figure.row_labels)), figure.row_labels)
    axes.spines[:].set_visible(False)


def _lines(axes: Axes, figure: Lines) -> None:
    at = np.arange(len(figure.labels))
    for band in figure.bands:
        axes.fill_between(
            at, _numbers(band.low), _numbers(band.high), color=COLOURS[band.role], label=band.name, linewidth=0
        )
    for series in figure.series:
        style = "--" if series.role == "quiet" else "-"
        draw = "steps-post" if figure.steps else "default"
        axes.plot(
            at,
            _numbers(series.values),
            style,
            drawstyle=draw,
            color=COLOURS[series.role],
            label=series.name,
            linewidth=1,
        )
    axes.set_xticks(at[:: figure.label_every], [figure.labels[each] for each in at[:: figure.label_every]])
    axes.grid(visible=True, axis="y", linewidth=0.3, alpha=0.5)
    axes.legend(fontsize=5.5, frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.12))


def _numbers(values: Values) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=float)
