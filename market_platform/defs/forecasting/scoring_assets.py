"""Scores of issued forecasts, the leaderboard over them, and the checks that alert when a model drifts."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import dagster as dg
import pandas as pd

from market_platform.contracts.families.forecasts import FORECAST_SCORES, LEVELS_PERCENT, QUANTILES
from market_platform.defs.feed_assets import table_schema
from market_platform.defs.forecasting.asset import GROUP
from market_platform.defs.forecasting.scored import CORRECTED_DAYS, Scored, rows_to_score, subjects
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.platform import Platform
from market_platform.reporting.images import markdown_image, png

SCORES, LEADERBOARD = "forecast_scores", "forecast_leaderboard"
LOOK_BACK = timedelta(days=400)
PICTURED = 4
LEVELS = {name: level / 100 for name, level in zip(QUANTILES, LEVELS_PERCENT, strict=True)}


@dg.asset(
    key=SCORES,
    group_name=GROUP,
    kinds={"deltalake", "pandas"},
    deps=sorted({scored.asset for scored in subjects()}),
    description="Scores of every forecast whose outcome is known, by location and market day: MAE, RMSE, sMAPE, bias, CRPS, "
    "shares inside the 50 and 90 % intervals; beside them the seasonal naive and the ISO's own forecast.",
    metadata={
        "dagster/column_schema": table_schema(FORECAST_SCORES),
        "dagster/table_name": f"lake.{FORECAST_SCORES.name}",
    },
)
def forecast_scores(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Score what is not scored yet, and the last days again, whose outcomes may still be corrected."""
    pictures: list[str] = []
    counts: dict[str, int] = {}
    for scored in subjects():
        rows = rows_to_score(platform, scored, platform.clock(), _first_unscored(platform, scored))
        scores = scores_of(scored, rows)
        counts[scored.asset] = len(scores)
        if scores.empty:
            continue
        digest = hash_of([rows[["location", "interval_start", "issued_at", "outcome"]]])
        lay_in(platform.lake, FORECAST_SCORES, scored.asset, scores, read_at=platform.clock(), inputs=digest)
        if scored.quantity == "day_ahead_price" and len(pictures) < PICTURED:
            pictures.append(_pictures(scored, rows, simulated=platform.settings.origin == "sandbox"))
    facts: dict[str, Any] = {
        "dagster/partition_row_count": sum(counts.values()),
        "origin": platform.settings.origin,
        "rows": dg.MetadataValue.md(_table(counts)),
    }
    if pictures:
        facts["pictures"] = dg.MetadataValue.md("\n\n".join(pictures))
    else:
        facts["note"] = "no forecast has met its outcome since the last run: scores come when the market day is over"
    return dg.MaterializeResult(metadata=facts)


def scores_of(scored: Scored, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of the scores' contract for the rows of one asset."""
    from market_platform.forecasting.day_scores import score_days

    if rows.empty:
        return rows
    peers = ["naive", "iso"] if "iso" in rows else ["naive"]
    scores = score_days(rows, LEVELS, peers)
    if scores.empty:
        return scores
    scores = scores.assign(market=scored.market, quantity=scored.quantity, horizon=scored.horizon)
    return scores.reindex(columns=list(FORECAST_SCORES.row_columns))


@dg.asset(
    key=LEADERBOARD,
    group_name=GROUP,
    kinds={"pandas"},
    deps=[SCORES],
    description="Who forecasts best, by market, quantity and horizon, over the scores of the last 400 days, with the "
    "Diebold–Mariano test against the naive. Written to data/analysis as Parquet.",
)
def forecast_leaderboard(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Rank the models."""
    from market_platform.forecasting.day_scores import standings

    table = standings(kept_scores(platform))
    if table.empty:
        return dg.MaterializeResult(metadata={"models": 0, "note": "no forecast has met its outcome yet"})
    folder = platform.settings.data_folder / "analysis"
    folder.mkdir(parents=True, exist_ok=True)
    table.to_parquet(folder / f"{LEADERBOARD}.parquet", index=False)
    return dg.MaterializeResult(
        metadata={
            "models": len(table),
            "days": int(table["days"].max()),
            "origin": platform.settings.origin,
            "leaderboard": dg.MetadataValue.md(table.round(3).to_markdown(index=False)),
        }
    )


def kept_scores(platform: Platform) -> pd.DataFrame:
    """Return the scores of the look-back."""
    since = (platform.clock() - LOOK_BACK).date()
    return platform.lake.read(FORECAST_SCORES, f"market_day >= DATE '{since}'")


def drift_checks() -> dg.AssetChecksDefinition:
    """Return one check a scored asset: does its error grow against the naive's, do its intervals still hold."""
    specs = [
        dg.AssetCheckSpec(
            f"drift_of_{scored.asset}",
            asset=SCORES,
            description="Last four weeks against the time before: error relative to the naive, share inside 90 %",
        )
        for scored in subjects()
    ]

    @dg.multi_asset_check(name="forecast_drift", specs=specs)
    def check(platform: dg.ResourceParam[Platform]) -> Iterator[dg.AssetCheckResult]:
        from market_platform.forecasting.day_scores import degradation

        scores = kept_scores(platform)
        ours = scores[~scores["model"].isin(["naive", "iso"])]
        for scored in subjects():
            found = degradation(ours[ours["feed"] == scored.asset])
            yield dg.AssetCheckResult(
                check_name=f"drift_of_{scored.asset}",
                asset_key=SCORES,
                passed=not found.alert,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"days": found.days, "reason": found.reason},
            )

    return check


def _first_unscored(platform: Platform, scored: Scored) -> date:
    held = platform.lake.read(FORECAST_SCORES, f"feed = '{scored.asset}'")["market_day"]
    since = (platform.clock() - LOOK_BACK).date()
    return since if held.empty else max(since, max(held) - timedelta(days=CORRECTED_DAYS))


def _pictures(scored: Scored, rows: pd.DataFrame, *, simulated: bool) -> str:
    """Return error by hour of ours and the naive, and calibration, over the rows just scored."""
    from market_platform.forecasting.plots import error_by_hour_of, reliability

    known = rows.dropna(subset=["outcome"])
    title = f"{scored.market} {scored.quantity.replace('_', ' ')}{' (simulated)' if simulated else ''}"
    hours = known["interval_start"].dt.tz_convert(scored.zone).dt.hour
    models = {"ours": known["value"], "naive": known["naive"]}
    return "\n\n".join(
        [
            markdown_image(f"{title}: error by hour", png(error_by_hour_of(known["outcome"], models, hours, title))),
            markdown_image(f"{title}: calibration", png(reliability(known, LEVELS, title))),
        ]
    )


def _table(counts: dict[str, int]) -> str:
    lines = ["| forecast | daily scores |", "|---|---:|", *(f"| {name} | {count} |" for name, count in counts.items())]
    return "\n".join(lines)
