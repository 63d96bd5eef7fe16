"""Forecasts as assets: issued before the market's gate, scored when the outcome is known, watched for drift."""

import dagster as dg

from market_platform.defs.forecasting.correction_assets import correction_asset
from market_platform.defs.forecasting.gas_assets import gas_forecasts
from market_platform.defs.forecasting.jobs import jobs, schedules
from market_platform.defs.forecasting.late_inputs import late_inputs_sensor
from market_platform.defs.forecasting.price_assets import price_asset
from market_platform.defs.forecasting.real_time_assets import real_time_asset
from market_platform.defs.forecasting.scoring_assets import drift_checks, forecast_leaderboard, forecast_scores
from market_platform.defs.forecasting.subjects import CORRECTIONS, SUBJECTS


def definitions() -> dg.Definitions:
    """Return the assets, jobs, schedules, checks and sensors of the forecasts."""
    assets = [
        *(price_asset(subjects) for subjects in SUBJECTS.values()),
        *(real_time_asset(subjects) for subjects in SUBJECTS.values()),
        *(correction_asset(correction) for correction in CORRECTIONS),
        *gas_forecasts(),
    ]
    return dg.Definitions(
        assets=[*assets, forecast_scores, forecast_leaderboard],
        asset_checks=[drift_checks()],
        jobs=jobs([asset.key.to_user_string() for asset in assets]),
        schedules=schedules(),
        sensors=[late_inputs_sensor(subjects) for subjects in SUBJECTS.values()],
    )
