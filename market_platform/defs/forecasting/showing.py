"""What a person sees of an issue in the UI: counts, the day's figures by location, refusals, and a fan chart."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from market_platform.platform import Platform
from market_platform.reporting.images import markdown_image, png

if TYPE_CHECKING:
    from market_platform.defs.forecasting.issuing import Issued, Order

PICTURES = 3


def issue_metadata(platform: Platform, order: "Order", issued: "Issued") -> dict[str, Any]:
    """Return the metadata of one issue; with nothing issued it says what is missing."""
    gate = order.gate
    facts: dict[str, Any] = {
        "market_day": str(order.day),
        "issued_at": order.issued_at.isoformat(timespec="minutes"),
        "gate_closes_at": gate.isoformat(timespec="minutes") if gate else "none",
        "before_gate": gate is None or order.issued_at < gate,
        "dagster/partition_row_count": len(issued.rows) + issued.hindcasts,
        "locations_issued": int(issued.rows["location"].nunique()),
        "locations_unchanged": len(issued.unchanged),
        "hindcast_rows": issued.hindcasts,
        "origin": platform.settings.origin,
    }
    if issued.refused:
        facts["refused"] = dg.MetadataValue.md(table_of(issued.refused, "location", "why"))
    if issued.rows.empty:
        facts["note"] = nothing_issued(order, issued)
        return facts
    facts["rungs"] = ", ".join(f"{rung}: {n}" for rung, n in issued.rows.groupby("rung")["location"].nunique().items())
    facts["reissued"] = bool(issued.rows["reissued"].any())
    facts["forecasts"] = dg.MetadataValue.md(summary(issued.rows).to_markdown(index=False))
    facts["fan_charts"] = dg.MetadataValue.md(fan_charts(issued.rows, simulated=platform.settings.origin == "sandbox"))
    return facts


def nothing_issued(order: "Order", issued: "Issued") -> str:
    """Say why no row was issued, and what to do about it."""
    if issued.unchanged:
        return f"nothing changed since the last issue for {order.day}: it stands"
    if issued.refused:
        return "every location was refused: see the reasons"
    return f"no {order.quantity} of {order.market} in the lake yet: run the market's job, or import its files"


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one line a location: the day's mean, its extremes with a 90 % interval of the mean hour, rung and reason."""
    grouped = rows.groupby("location", sort=True)
    table = grouped.agg(
        mean=("value", "mean"), lowest=("value", "min"), highest=("value", "max"), q05=("q05", "mean"), q95=("q95", "mean"),
        rung=("rung", "first"), reason=("reason", "first"),
    )  # fmt: skip
    return table.round(2).fillna({"reason": ""}).reset_index()


def fan_charts(rows: pd.DataFrame, *, simulated: bool) -> str:
    """Return Markdown with the fan charts of the first locations."""
    from market_platform.forecasting.plots import fan_chart

    pictures = []
    for location in list(dict.fromkeys(rows["location"]))[:PICTURES]:
        own = rows[rows["location"] == location]
        pictures.append(markdown_image(str(location), png(fan_chart(own, simulated=simulated))))
    return "\n\n".join(pictures)


def table_of(values: Mapping[str, object], key: str, value: str) -> str:
    """Return a two-column Markdown table."""
    lines = [f"| {key} | {value} |", "|---|---|", *(f"| {name} | {text} |" for name, text in values.items())]
    return "\n".join(lines)
