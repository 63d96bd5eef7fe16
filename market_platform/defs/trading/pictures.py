"""Pictures of trading: the plan of a day, the bid curves, what was awarded and done."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from market_platform.reporting.images import png

PRICE, CHARGE, DISCHARGE, SOC, GRAY = "#b5482a", "#3b7dbf", "#3f8f4f", "#7a5ea8", "#555555"
SERVICES = ("#3f8f4f", "#3b7dbf", "#c98a2b", "#7a5ea8", "#4aa3a3")


def plan_picture(rows: pd.DataFrame, zone_name: str, *, simulated: bool) -> bytes:
    """Return the day's plan by resource: expected price, charge and discharge, state of charge.

    ``rows`` as ``bid_schedules`` has them; with a column ``settled_usd_per_mwh`` the settled price stands beside the
    expected one.
    """
    groups = list(rows.groupby("resource", sort=True))
    figure = Figure(figsize=(9.5, 0.6 + 2.6 * len(groups)), layout="constrained")
    panels = figure.subplots(len(groups), 2, squeeze=False, sharex=True)
    for (name, part), (left, right) in zip(groups, panels, strict=True):
        hour = _hours(part, zone_name)
        _steps(left, hour, part["expected_usd_per_mwh"], PRICE, "expected")
        if "settled_usd_per_mwh" in part and part["settled_usd_per_mwh"].notna().any():
            _steps(left, hour, part["settled_usd_per_mwh"], GRAY, "settled")
        left.set_ylabel("USD/MWh")
        left.set_title(f"{name}: price at {part['location'].iloc[0]}{_mark(simulated)}", loc="left", fontsize=9)
        left.legend(loc="best", fontsize=7, frameon=False)
        power = part["planned_mw"].to_numpy(dtype=float)
        right.bar(hour + 0.5, power, width=0.9, color=np.where(power < 0, CHARGE, DISCHARGE))
        right.axhline(0, color=GRAY, linewidth=0.6)
        right.set_ylabel("MW")
        if part["planned_soc_end_mwh"].notna().any():
            energy = right.twinx()
            energy.plot(hour + 1, part["planned_soc_end_mwh"], color=SOC, linewidth=1.4)
            energy.set_ylim(bottom=0)
            energy.set_ylabel("SOC, MWh", color=SOC)
        planned = "planned power" if part["planned_mw"].notna().any() else "threshold: nothing planned ahead"
        right.set_title(f"{name}: {planned}", loc="left", fontsize=9)
    for axes in panels[-1]:
        axes.set_xlabel(f"hour of the market day, {zone_name}")
    return _finished(figure)


def curve_picture(rows: pd.DataFrame, zone_name: str, *, simulated: bool) -> bytes:
    """Return the bid curves by resource for the hours with the lowest, a middle and the highest expected price."""
    groups = [(name, part[part["bid_curve"].notna()]) for name, part in rows.groupby("resource", sort=True)]
    groups = [(name, part) for name, part in groups if len(part)]
    figure = Figure(figsize=(3.4 * max(len(groups), 1) + 0.6, 3.2), layout="constrained")
    panels = figure.subplots(1, max(len(groups), 1), squeeze=False)[0]
    for (name, part), axes in zip(groups, panels, strict=False):
        ordered = part.sort_values("expected_usd_per_mwh")
        for place, color in ((0, CHARGE), (len(ordered) // 2, GRAY), (-1, DISCHARGE)):
            row = ordered.iloc[place]
            corners = [tuple(map(float, text.split("@"))) for text in row["bid_curve"].split()]
            mw, usd = zip(*corners, strict=True)
            local = row["interval_start"].tz_convert(zone_name)
            axes.plot(mw, usd, drawstyle="steps-pre", marker="o", markersize=2.5, linewidth=1.2, color=color,
                      label=f"{local:%H}:00")  # fmt: skip
        axes.set_title(f"{name}{_mark(simulated)}", loc="left", fontsize=9)
        axes.set_xlabel("MW (negative charges)")
        axes.set_ylabel("USD/MWh")
        axes.legend(loc="best", fontsize=7, frameon=False)
    return _finished(figure)


def services_picture(rows: pd.DataFrame, zone_name: str, *, simulated: bool) -> bytes:
    """Return the capacity that each resource holds back, by service and hour: upwards above zero, downwards below."""
    groups = list(rows.groupby("resource", sort=True))
    figure = Figure(figsize=(9.5, 0.6 + 1.9 * len(groups)), layout="constrained")
    panels = figure.subplots(len(groups), 1, squeeze=False, sharex=True)[:, 0]
    products = sorted(rows["product"].unique())
    for (name, part), axes in zip(groups, panels, strict=True):
        tops = {1: np.zeros(25), -1: np.zeros(25)}
        for product, mine in part.groupby("product", sort=True):
            way = -1 if str(product).endswith("down") else 1
            hour, mw = _hours(mine, zone_name), mine["planned_mw"].fillna(0.0).to_numpy(dtype=float)
            place = np.floor(hour).astype(int)
            color = SERVICES[products.index(product) % len(SERVICES)]
            axes.bar(hour + 0.5, way * mw, width=0.9, bottom=way * tops[way][place], color=color, label=product)
            tops[way][place] += mw
        axes.axhline(0, color=GRAY, linewidth=0.6)
        axes.set_ylabel("MW held back")
        axes.set_title(f"{name}{_mark(simulated)}", loc="left", fontsize=9)
        axes.legend(fontsize=7, frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    panels[-1].set_xlabel(f"hour of the market day, {zone_name}")
    return _finished(figure)


def dispatch_picture(rows: pd.DataFrame, *, simulated: bool) -> bytes:
    """Return set point, power and state of charge of each resource over a day, from ``resource_dispatch``."""
    groups = list(rows.groupby("resource", sort=True))
    figure = Figure(figsize=(9.5, 0.6 + 1.7 * len(groups)), layout="constrained")
    panels = figure.subplots(len(groups), 1, squeeze=False)[:, 0]
    for (name, part), axes in zip(groups, panels, strict=True):
        axes.step(part["interval_end"], part["set_point_mw"], color=GRAY, linewidth=0.8, label="asked")
        axes.step(part["interval_end"], part["actual_mw"], color=DISCHARGE, linewidth=1.3, label="given")
        axes.set_ylabel("MW")
        if part["soc_mwh"].notna().any():
            energy = axes.twinx()
            energy.plot(part["interval_end"], part["soc_mwh"], color=SOC, linewidth=1.2)
            energy.set_ylim(bottom=0)
            energy.set_ylabel("SOC, MWh", color=SOC)
        axes.set_title(f"{name}{_mark(simulated)}", loc="left", fontsize=9)
    panels[0].legend(fontsize=7, frameon=False, loc="upper left")
    return _finished(figure)


def missed_picture(kpis: pd.DataFrame, *, simulated: bool) -> bytes:
    """Return, for each resource, what was earned and what was missed and why, in dollars."""
    names = ["revenue", "missed_forecast", "missed_uncleared", "missed_undelivered"]
    wide = kpis[kpis["kpi"].isin(names)].pivot_table(index="resource", columns="kpi", values="value", dropna=False)
    wide = wide.reindex(columns=names)
    figure = Figure(figsize=(9.0, 1.0 + 0.5 * len(wide)), layout="constrained")
    axes = figure.add_subplot()
    place = np.arange(len(wide))
    for n, (name, color) in enumerate(zip(names, (DISCHARGE, PRICE, CHARGE, GRAY), strict=True)):
        axes.barh(place + 0.2 * (1.5 - n), wide[name].fillna(0), height=0.18, color=color, label=name.replace("_", " "))
    axes.set_yticks(place, wide.index)
    axes.axvline(0, color=GRAY, linewidth=0.6)
    axes.set_xlabel("USD")
    axes.set_title(f"Earned and missed{_mark(simulated)}", loc="left", fontsize=10)
    axes.legend(loc="best", fontsize=7, frameon=False)
    return _finished(figure)


def _hours(part: pd.DataFrame, zone_name: str) -> np.ndarray:
    begin = part["interval_start"].min().tz_convert(zone_name).normalize()
    return ((part["interval_start"] - begin) / pd.Timedelta(hours=1)).to_numpy()


def _steps(axes: Axes, hour: np.ndarray, values: pd.Series, color: str, label: str) -> None:
    axes.step(hour, values.to_numpy(dtype=float), where="post", color=color, linewidth=1.4, label=label)


def _mark(simulated: bool) -> str:
    return " (simulated)" if simulated else ""


def _finished(figure: Figure) -> bytes:
    for axes in figure.axes:
        axes.spines["top"].set_visible(False)
        axes.tick_params(labelsize=7)
    return png(figure)
