"""Decisions of a facility by hour, with the age and quality of the prices that each rests on."""

import numpy as np
import pandas as pd

from market_platform.analysis.chp.facility import interval_cost_usd
from market_platform.analysis.chp.plan import OFF_AND_FREE, EngineState, plan, quality
from market_platform.analysis.chp.table import Plant

WORDS = ("good", "estimated", "stale")  # the worse later
# A day-ahead price is read within a day and a half, gas settles each trading day (a long weekend has four without), an
# allowance auction comes every quarter and is out a week later.
STALE_AFTER = {"power": pd.Timedelta(hours=36), "gas": pd.Timedelta(days=5), "carbon": pd.Timedelta(days=110)}


def decide(
    plant: Plant, hours: pd.DataFrame, decided_at: pd.Timestamp, entering: EngineState = OFF_AND_FREE
) -> pd.DataFrame:
    """Return the cheapest plan of the hours as rows of `chp_decisions` without their days.

    ``hours`` has ``interval_start``, ``local_hour``, prices ``power``, ``gas`` and ``carbon``, and of each price
    ``<price>_known_at`` (UTC; blank where the price is none) and ``<price>_is_estimated``. Raises Infeasible.
    """
    tariff = plant.tariff(hours)
    best = plan(plant.engine, tariff, entering)
    off = interval_cost_usd(plant.engine, tariff, np.zeros(len(hours)))
    ages = {name: decided_at - hours[f"{name}_known_at"] for name in STALE_AFTER}
    return pd.DataFrame(
        {
            "interval_start": hours["interval_start"].to_numpy(),
            "market": plant.market,
            "facility": plant.facility,
            "location": plant.location,
            "decision": np.where(best.is_on, "run", "off"),
            "load_mw": best.load_mw,
            "cost_usd": best.cost_usd,
            "saving_usd": np.where(np.isfinite(off), off - best.cost_usd, np.nan),
            "power_usd_per_mwh": hours["power"].to_numpy(float),
            "gas_usd_per_mmbtu": hours["gas"].to_numpy(float),
            "carbon_usd_per_metric_ton": hours["carbon"].to_numpy(float),
            "decided_at": decided_at,
            **{f"{name}_age_hours": (age / pd.Timedelta(hours=1)).to_numpy(float) for name, age in ages.items()},
            "quality": worst_quality(hours, decided_at, plant),
        }
    )


def worst_quality(hours: pd.DataFrame, decided_at: pd.Timestamp, plant: Plant) -> np.ndarray:
    """Return good, estimated or stale by hour: of the worst price that the facility pays."""
    names = [name for name in STALE_AFTER if name != "carbon" or plant.programme]
    ranks = [
        quality(hours[f"{name}_known_at"], hours[f"{name}_is_estimated"], decided_at, STALE_AFTER[name])["quality"].map(
            WORDS.index
        )
        for name in names
    ]
    return np.array(WORDS, dtype=object)[np.max(ranks, axis=0)]


def entering_state(before: pd.DataFrame) -> EngineState:
    """Return how the engine enters: its last decision and for how many hours in a row it held.

    ``before`` has ``interval_start`` and ``decision`` of the hours before, without gaps at their end; empty: off.
    """
    if before.empty:
        return OFF_AND_FREE
    rows = before.sort_values("interval_start")
    gaps = rows["interval_start"].diff() > pd.Timedelta(hours=1)
    rows = rows[gaps.cumsum() == gaps.sum()]
    words = rows["decision"].to_numpy()[::-1]
    changes = np.flatnonzero(words != words[0])
    count = int(changes[0]) if len(changes) else len(words)
    on = bool(words[0] == "run")
    whole = not len(changes)
    return EngineState(on, count if on or not whole else OFF_AND_FREE.intervals)
