"""Figures as HTML and inline SVG. Colours are the page's own variables, so that one drawing serves light, dark and print."""

from collections.abc import Callable, Sequence
from html import escape
from typing import TypeGuard

import numpy as np

from market_platform.reporting.brief.figures import Bars, Figure, HeatMap, Lines, Shares, Table, Values
from market_platform.reporting.brief.words import number

WIDTH, HEIGHT = 360, 172
SMALL_WIDTH, SMALL_HEIGHT = 300, 138
LEFT, RIGHT, TOP, BOTTOM = 38, 6, 8, 20
TICKS = 4

Scale = Callable[[float], float]


def draw(figure: Figure) -> str:
    """Return a figure as HTML."""
    if isinstance(figure, HeatMap):
        return heat_map(figure)
    if isinstance(figure, Lines):
        return lines(figure)
    if isinstance(figure, Bars):
        return bars(figure)
    if isinstance(figure, Shares):
        return shares(figure)
    return table(figure)


def spark_line(values: Values) -> str:
    """Return the last days of a headline figure as a line without axes."""
    found = [(at, value) for at, value in enumerate(values) if _is_number(value)]
    if len(found) < 2:
        return ""
    low, high = min(value for _, value in found), max(value for _, value in found)
    span = (high - low) or 1.0
    last = max(at for at, _ in found) or 1
    points = [(2 + 92 * at / last, 24 - 20 * (value - low) / span) for at, value in found]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return (
        f'<svg class="spark" viewBox="0 0 100 28" aria-hidden="true"><polyline points="{path}"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4"/></svg>'
    )


def heat_map(figure: HeatMap) -> str:
    """Return a heat map as a grid of cells: numbers on a desk, colour alone on a phone."""
    flat = [value for row in figure.values for value in row if _is_number(value)]
    low, high = (float(np.quantile(flat, 0.02)), float(np.quantile(flat, 0.98))) if flat else (0.0, 1.0)
    span = (high - low) or 1.0
    count = len(figure.column_labels)
    parts = [f'<div class="heat" role="img" aria-label="Heat map, {escape(figure.unit)}" style="--columns:{count}">']
    parts.append('<span class="corner"></span>')
    parts += [f'<span class="hour">{escape(label)}</span>' for label in figure.column_labels]
    for at, (label, values) in enumerate(zip(figure.row_labels, figure.values, strict=True)):
        if at in figure.groups:
            parts.append(f'<span class="group">{escape(figure.groups[at])}</span>')
        parts.append(f'<span class="row">{escape(label)}</span>')
        parts += [
            _cell(label, hour, value, low, span, figure.unit)
            for hour, value in zip(figure.column_labels, values, strict=True)
        ]
    key = "".join(f'<i style="--v:{step / 8:.3f}"></i>' for step in range(9))
    parts.append("</div>")
    parts.append(
        f'<p class="key"><span>{number(low, 0)}</span><span class="ramp">{key}</span>'
        f"<span>{number(high, 0)} {escape(figure.unit)}</span></p>"
    )
    return "".join(parts)


def _cell(label: str, hour: str, value: float | None, low: float, span: float, unit: str) -> str:
    if not _is_number(value):
        return '<b class="none" title="not there"></b>'
    share = min(1.0, max(0.0, (value - low) / span))
    kind = "below" if value < 0 else "deep" if share > 0.62 else ""
    told = f"{label} {hour}: {number(value)} {unit}"
    return f'<b class="{kind}" style="--v:{share:.3f}" title="{escape(told)}">{number(value, 0)}</b>'


def lines(figure: Lines) -> str:
    """Return lines and bands over an axis."""
    width, height = (SMALL_WIDTH, SMALL_HEIGHT) if figure.small else (WIDTH, HEIGHT)
    every = [values for band in figure.bands for values in (band.low, band.high)] + [
        each.values for each in figure.series
    ]
    found = [value for values in every for value in values if _is_number(value)]
    if not found:
        return ""
    ticks = nice_ticks(min(found + ([0.0] if figure.from_zero else [])), max(found))
    low, high = ticks[0], ticks[-1]
    count = len(figure.labels)
    slots = count if figure.steps else max(count - 1, 1)

    def x(at: float) -> float:
        return LEFT + (width - LEFT - RIGHT) * at / slots

    def y(value: float) -> float:
        return TOP + (height - TOP - BOTTOM) * (high - value) / ((high - low) or 1.0)

    marks = [_axis(ticks, y, width), _labels(figure, x, height)]
    marks += [f'<path class="band {band.role}" d="{_area(band.low, band.high, x, y)}"/>' for band in figure.bands]
    marks += [
        f'<path class="line {each.role}" d="{_path(each.values, x, y, steps=figure.steps)}"/>' for each in figure.series
    ]
    named = [(band.role, band.name, band.high) for band in figure.bands]
    named += [(each.role, each.name, each.values) for each in figure.series]
    legend = "".join(
        f'<span><i class="{role}"></i>{escape(name)}</span>'
        for role, name, values in named
        if any(_is_number(value) for value in values)
    )
    title = f"{escape(figure.title)} <small>{escape(figure.unit)}</small>"
    return (
        f'<figure><figcaption>{title}</figcaption><svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(figure.title)}, {escape(figure.unit)}">{"".join(marks)}</svg>'
        f'<div class="legend">{legend}</div></figure>'
    )


def bars(figure: Bars) -> str:
    """Return horizontal bars from zero, each with its number."""
    found = [value for value in figure.values if _is_number(value)]
    reach = max((abs(value) for value in found), default=0.0) or 1.0
    below = any(value < 0 for value in found)
    rows = []
    for label, value in zip(figure.labels, figure.values, strict=True):
        if not _is_number(value):
            continue
        share = 100 * abs(value) / reach * (0.5 if below else 1.0)
        start = 50 - share if value < 0 else 50 if below else 0
        kind = "minus" if value < 0 else "plus"
        rows.append(
            f'<span class="name">{escape(label)}</span><span class="track"><i class="{kind}" '
            f'style="left:{start:.1f}%;width:{max(share, 0.4):.1f}%"></i></span>'
            f'<span class="value">{number(value, figure.digits)}</span>'
        )
    caption = f"<figcaption>{escape(figure.title)} <small>{escape(figure.unit)}</small></figcaption>"
    return f'<figure>{caption}<div class="bars">{"".join(rows)}</div></figure>'


def shares(figure: Shares) -> str:
    """Return one stacked bar a row, and a legend of the parts."""
    rows = []
    for label, values in zip(figure.labels, figure.values, strict=True):
        pieces = "".join(
            f'<i class="part{at}" style="width:{100 * value:.2f}%" title="{escape(part)}: {100 * value:.1f} %"></i>'
            for at, (part, value) in enumerate(zip(figure.parts, values, strict=True))
            if _is_number(value) and value > 0
        )
        rows.append(f'<span class="name">{escape(label)}</span><span class="stack">{pieces}</span>')
    legend = "".join(f'<span><i class="part{at}"></i>{escape(part)}</span>' for at, part in enumerate(figure.parts))
    caption = f"<figcaption>{escape(figure.title)} <small>{escape(figure.unit)}</small></figcaption>"
    return f'<figure>{caption}<div class="shares">{"".join(rows)}</div><div class="legend">{legend}</div></figure>'


def table(figure: Table) -> str:
    """Return a short table."""
    head = "".join(f"<th>{escape(column)}</th>" for column in figure.columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in figure.rows)
    caption = f"<figcaption>{escape(figure.title)}</figcaption>" if figure.title else ""
    return f'<figure>{caption}<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></figure>'


def nice_ticks(low: float, high: float, count: int = TICKS) -> list[float]:
    """Return round values from below ``low`` to above ``high``, about ``count`` steps apart."""
    span = (high - low) or max(abs(high), 1.0)
    rough = span / count
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    first, last = np.floor(low / step), np.ceil(high / step)
    return [float(at * step) for at in np.arange(first, max(last, first + 1) + 1)]


def _axis(ticks: Sequence[float], y: Scale, width: int) -> str:
    step = ticks[1] - ticks[0]
    digits = max(0, int(-np.floor(np.log10(step) + 1e-9))) if step < 1 else 0
    digits += 1 if step in (2.5, 0.25, 0.025) else 0
    return "".join(
        f'<line class="{"zero" if tick == 0 else "grid"}" x1="{LEFT}" x2="{width - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text class="tick" x="{LEFT - 5}" y="{y(tick) + 3.5:.1f}" text-anchor="end">{number(tick, digits)}</text>'
        for tick in ticks
    )


def _labels(figure: Lines, x: Scale, height: int) -> str:
    marks = []
    for at in range(0, len(figure.labels), figure.label_every):
        anchor = "start" if at == 0 else "middle"
        marks.append(
            f'<text class="tick" x="{x(at):.1f}" y="{height - 5}" text-anchor="{anchor}">{escape(figure.labels[at])}</text>'
        )
    return "".join(marks)


def _path(values: Values, x: Scale, y: Scale, *, steps: bool) -> str:
    """Return the path of a line, broken where a value is missing."""
    path, down = [], False
    for at, value in enumerate(values):
        if not _is_number(value):
            down = False
            continue
        path.append(f"{'L' if down else 'M'}{x(at):.1f} {y(value):.1f}")
        if steps:
            path.append(f"H{x(at + 1):.1f}")
        down = True
    return "".join(path)


def _area(low: Values, high: Values, x: Scale, y: Scale) -> str:
    """Return the outline of a band, run by run where both edges are known."""
    runs: list[list[int]] = [[]]
    for at, (bottom, top) in enumerate(zip(low, high, strict=True)):
        if _is_number(bottom) and _is_number(top):
            runs[-1].append(at)
        elif runs[-1]:
            runs.append([])
    outline = []
    for run in runs:
        if len(run) > 1:
            there = [f"{x(at):.1f} {y(high[at]):.1f}" for at in run]  # type: ignore[arg-type]
            back = [f"{x(at):.1f} {y(low[at]):.1f}" for at in reversed(run)]  # type: ignore[arg-type]
            outline.append("M" + "L".join(there + back) + "Z")
    return "".join(outline)


def _is_number(value: float | None) -> TypeGuard[float]:
    return value is not None and bool(np.isfinite(value))
