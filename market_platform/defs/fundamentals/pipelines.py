"""How full the pipelines are on their last gas day."""

from datetime import timedelta

import dagster as dg

from market_platform.contracts.families import fundamentals
from market_platform.defs.fundamentals.showing import nothing_yet, picture, table
from market_platform.platform import Platform
from market_platform.sources.pipelines.capacity import last_posts

DAYS = 14
FULL = 0.9
NO_POSTINGS = "no postings yet: run pipelines_market_day, or import the pipelines' files of available capacity"


@dg.asset(
    key="pipeline_utilisation",
    group_name="fundamentals",
    kinds={"pandas"},
    deps=["pipelines_energy_transfer", "pipelines_capacity", "fundamentals_history"],
    description="Scheduled by operating capacity of each location and direction, by the last posting of the last gas day. "
    "The rows are those of `pipeline_capacity`.",
)
def pipeline_utilisation(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Show the last gas day of each pipeline."""
    from market_platform.reporting import fundamentals_plots as plots

    since = (platform.clock() - timedelta(days=DAYS)).date()
    rows = last_posts(platform.lake.read(fundamentals.PIPELINE_CAPACITY, f"market_day >= DATE '{since}'"))
    if rows.empty:
        return nothing_yet(NO_POSTINGS)
    newest = rows.groupby("pipeline_id")["interval_start"].transform("max")
    rows = rows[rows["interval_start"] == newest].dropna(subset=["utilisation"])
    rows = rows.assign(name=rows["pipeline"] + ": " + rows["location"] + " (" + rows["flow"] + ")")
    columns = ["pipeline", "location", "flow", "cycle", "operating_mmbtu", "scheduled_mmbtu", "utilisation"]
    by_pipeline = rows.groupby("pipeline")[["operating_mmbtu", "scheduled_mmbtu"]].sum().reset_index()
    by_pipeline["utilisation"] = by_pipeline["scheduled_mmbtu"] / by_pipeline["operating_mmbtu"]
    simulated = platform.settings.origin == "sandbox"
    return dg.MaterializeResult(
        metadata={
            "locations": len(rows),
            "locations_at_ninety_percent_or_more": int((rows["utilisation"] >= FULL).sum()),
            "by_pipeline": table(by_pipeline),
            "by_location": table(rows[columns].sort_values("utilisation", ascending=False).head(30)),
            "plot": picture("Utilisation", plots.utilisation_picture(rows, simulated=simulated)),
        }
    )
