"""The target schedule of each state: percentages by tier and period, with waivers laid over them.

A regulation is kept as it reads; a later order that waives a step is a row of its own and wins (NJ EY2026: the code
says 38, the Board kept 35).
"""

from datetime import date
from decimal import Decimal

import pandas as pd

from market_platform.certificates.compliance.programmes import Period
from market_platform.errors import Infeasible

KEY = ["state", "tier", "period_start", "period_end"]


def target_schedule(targets: pd.DataFrame, overrides: pd.DataFrame) -> pd.DataFrame:
    """Return one row per state, tier and period with the percent that applies.

    Columns of ``targets`` with ``percent`` as Decimal, plus ``percent_by_rule`` and ``overridden_by`` (source or "").
    """
    waivers = overrides[[*KEY, "percent", "source"]].rename(
        columns={"percent": "percent_waived", "source": "overridden_by"}
    )
    rows = targets.merge(waivers, on=KEY, how="left", validate="many_to_one")
    rows["percent_by_rule"] = rows["percent"].map(Decimal)
    rows["overridden_by"] = rows["overridden_by"].fillna("")
    waived = rows["percent_waived"].notna()
    rows["percent"] = rows["percent_by_rule"].where(~waived, rows["percent_waived"].map(Decimal, na_action="ignore"))
    for column in ("period_start", "period_end"):
        rows[column] = rows[column].map(date.fromisoformat)
    return rows.drop(columns="percent_waived")


def period_of(schedule: pd.DataFrame, state: str, label: str) -> Period:
    """Return a state's compliance period by the label that its rows carry (``2025``, ``EY2026``, ``RY2026``).

    Raises Infeasible when the schedule holds no such period.
    """
    rows = schedule[(schedule["state"] == state) & (schedule["period"] == label)]
    if rows.empty:
        known = sorted(schedule.loc[schedule["state"] == state, "period"].unique())
        msg = f"no target rows for {state} {label}; held for {state}: {known or 'nothing'}. Add rows with their source"
        raise Infeasible(msg)
    return Period(label, rows["period_start"].iloc[0], rows["period_end"].iloc[0])


def states_covered(schedule: pd.DataFrame) -> pd.DataFrame:
    """Return per state how its rows can be used (``annual`` steps, ``period_sum``, ``headline``) and the years held."""
    return (
        schedule.groupby(["state", "use"], as_index=False)
        .agg(
            tiers=("tier", "nunique"), first=("period_start", "min"), last=("period_end", "max"), rows=("tier", "size")
        )
        .sort_values(["state", "use"], ignore_index=True)
    )
