"""An overall score whose formula is data: what goes in, at which weight, scaled how. Nothing is filled in.

score = sum of weight x scaled value over the inputs supplied, divided by the sum of their weights; a value is scaled
to 0 at ``worst`` and 100 at ``best`` and cut off there. An input that nobody supplied is listed and has no part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from market_platform.errors import Infeasible


@dataclass(frozen=True)
class Component:
    """One input of the score: ``pillar`` is environmental, social or governance."""

    name: str
    pillar: str
    weight: float
    worst: float
    best: float
    unit: str


# A starting point, meant to be replaced: equal weights of what this platform measures; the rest only if supplied.
DEFAULT_COMPONENTS = (
    Component("renewable_share_percent", "environmental", 1.0, 0.0, 100.0, "%"),
    Component("hourly_match_percent", "environmental", 1.0, 0.0, 100.0, "%"),
    Component("market_based_lb_per_mwh", "environmental", 1.0, 1000.0, 0.0, "lb CO2/MWh"),
    Component("recordable_incident_rate", "social", 1.0, 5.0, 0.0, "per 200,000 hours"),
    Component("independent_directors_percent", "governance", 1.0, 0.0, 100.0, "%"),
)


@dataclass(frozen=True)
class Score:
    """``value`` 0 to 100; ``parts`` shows each component with its share; ``formula`` spells the sum out."""

    value: float
    parts: pd.DataFrame
    formula: str


def overall_score(values: Mapping[str, float], components: Sequence[Component] = DEFAULT_COMPONENTS) -> Score:
    """Return the weighted score of the values supplied. Raises Infeasible for an unknown name or no value at all."""
    unknown = sorted(set(values) - {component.name for component in components})
    if unknown:
        msg = f"the score has no component {unknown}: add it with a weight and a scale, or leave it out"
        raise Infeasible(msg)
    rows = []
    for item in components:
        value = values.get(item.name)
        scaled = None if value is None else 100 * min(1.0, max(0.0, (value - item.worst) / (item.best - item.worst)))
        rows.append((item.name, item.pillar, item.weight, value, item.unit, item.worst, item.best, scaled))
    names = ["component", "pillar", "weight", "value", "unit", "worst", "best", "scaled"]
    parts = pd.DataFrame(rows, columns=names)
    used = parts["scaled"].notna()
    weight = float(parts.loc[used, "weight"].sum())
    if weight <= 0:
        msg = "no input of the score was supplied: nothing to show"
        raise Infeasible(msg)
    parts["points"] = parts["weight"].where(used) * parts["scaled"].astype(float) / weight
    parts["status"] = used.map({True: "supplied", False: "not supplied"})
    terms = " + ".join(f"{row.weight:g} x {row.scaled:.1f} [{row.component}]" for row in parts[used].itertuples())
    value = float(parts["points"].sum())
    return Score(value, parts, f"({terms}) / {weight:g} = {value:.1f}")
