"""Cross-market analysis as assets: the last thirty days of the markets' hubs side by side."""

from datetime import timedelta

import dagster as dg
import pandas as pd

from market_platform.analysis.cross_market import (
    aligned,
    correlation,
    location_summary,
    spread_matrix,
    top_bottom_spreads,
)
from market_platform.contracts.families.prices import LMP
from market_platform.platform import Platform
from market_platform.reporting.images import markdown_image

DAYS = 30
# Market: day-ahead feed, real-time feed, and the hubs and zones that its trade is quoted on.
HUBS = {
    "nyiso": ("nyiso_dam_lbmp_zone", "nyiso_rt_hourly_lbmp_zone", ("WEST", "CAPITL", "HUD VL", "N.Y.C.", "LONGIL")),
    "pjm": (
        "pjm_dam_lmp_hub",
        "pjm_rt_hourly_lmp_hub",
        ("WESTERN HUB", "AEP-DAYTON HUB", "CHICAGO HUB", "DOMINION HUB"),
    ),
    "caiso": ("caiso_dam_lmp_hub", "caiso_fmm_lmp_hub", ("TH_NP15_GEN-APND", "TH_SP15_GEN-APND", "TH_ZP26_GEN-APND")),
    "ercot": ("ercot_dam_spp", "ercot_rtm_spp", ("HB_NORTH", "HB_HOUSTON", "HB_SOUTH", "HB_WEST")),
}
FEEDS_READ = sorted({feed for day_ahead, real_time, _ in HUBS.values() for feed in (day_ahead, real_time)})


def hub_prices(platform: Platform) -> pd.DataFrame:
    """Return the hourly prices of all hubs, as `analysis.cross_market` takes them."""
    since = (platform.clock() - timedelta(days=DAYS)).date()
    frames = []
    for market, (day_ahead, real_time, locations) in HUBS.items():
        hourly = {feed: _hourly(platform, feed, locations, since.isoformat()) for feed in (day_ahead, real_time)}
        rows = hourly[day_ahead].merge(
            hourly[real_time][["location", "interval_start", "lmp_usd_per_mwh"]],
            on=["location", "interval_start"], how="left", suffixes=("", "_rt"),
        )  # fmt: skip
        frames.append(
            rows.rename(columns={"lmp_usd_per_mwh": "day_ahead_usd_per_mwh", "lmp_usd_per_mwh_rt": "real_time_usd_per_mwh"})
            .assign(market=market)
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _hourly(platform: Platform, feed: str, locations: tuple[str, ...], since: str) -> pd.DataFrame:
    names = ", ".join(f"'{name}'" for name in locations)
    rows = platform.lake.read(LMP, f"feed = '{feed}' AND location IN ({names}) AND market_day >= DATE '{since}'")
    hour = rows["interval_start"].dt.floor("h")
    values = ["lmp_usd_per_mwh", "congestion_usd_per_mwh"]
    return (
        rows.assign(interval_start=hour)
        .groupby(["location", "interval_start", "market_day"], as_index=False)[values]
        .mean()
    )


@dg.asset(
    key="cross_market_comparison",
    group_name="analysis",
    kinds={"pandas"},
    deps=FEEDS_READ,
    description="Hubs of all markets over the last thirty days, hour by hour: spreads, on- and off-peak, premium, volatility, "
    "negative hours, congestion share, correlation, TB2 and TB4. Written to data/analysis as Parquet.",
)
def cross_market_comparison(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Compare the markets and draw them side by side."""
    from market_platform.reporting.cross_market_plots import shape_picture, spread_picture

    prices = hub_prices(platform)
    if prices.empty:
        return dg.MaterializeResult(metadata={"hours": 0, "note": "no hub prices yet: run the markets' jobs first"})
    tables = {
        "cross_market_summary": location_summary(prices),
        "cross_market_spreads": spread_matrix(prices).reset_index(),
        "cross_market_correlation": correlation(prices).reset_index(),
        "cross_market_tb2": top_bottom_spreads(prices, 2),
        "cross_market_tb4": top_bottom_spreads(prices, 4),
    }
    folder = platform.settings.data_folder / "analysis"
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    simulated = platform.settings.origin == "sandbox"
    return dg.MaterializeResult(
        metadata={
            "hours": int(prices["interval_start"].nunique()),
            "locations": len(tables["cross_market_summary"]),
            "summary": dg.MetadataValue.md(tables["cross_market_summary"].round(2).to_markdown(index=False)),
            "spreads": dg.MetadataValue.md(
                markdown_image("Spreads", spread_picture(spread_matrix(prices), simulated=simulated))
            ),
            "shape": dg.MetadataValue.md(
                markdown_image("Mean day", shape_picture(aligned(prices), simulated=simulated))
            ),
        }
    )


def definitions() -> dg.Definitions:
    """Return the asset, its job and its schedule."""
    analysis_job = dg.define_asset_job(
        "analysis",
        selection=dg.AssetSelection.assets("cross_market_comparison"),
        executor_def=dg.in_process_executor,
        description="Compares the markets' hubs over the last thirty days",
    )
    schedule = dg.ScheduleDefinition(name="analysis_schedule", job_name="analysis", cron_schedule="15 5 * * *")
    return dg.Definitions(assets=[cross_market_comparison], jobs=[analysis_job], schedules=[schedule])
