"""The sensors: each looks, keeps what it found, and tells the configured channels."""

import dagster as dg

from market_platform.alerts.standing import Change
from market_platform.defs.alerts.channels import tell
from market_platform.defs.alerts.gather import look_at_calendar, look_at_checks, look_at_data, look_at_prices
from market_platform.platform import Platform


def summary(change: Change, told: dict[str, int]) -> str:
    """Say in a line what a look changed."""
    where = (
        ", ".join(f"{name}: {count}" for name, count in told.items()) or "no channel is configured, nothing was sent"
    )
    return f"{len(change.raised)} raised, {len(change.cleared)} cleared; {where}"


def _told(context: dg.SensorEvaluationContext, platform: Platform, change: Change) -> dg.SkipReason:
    for alert in change.raised:
        context.log.warning(f"{alert.severity}: {alert.message}")
    return dg.SkipReason(summary(change, tell(platform)))


@dg.sensor(minimum_interval_seconds=30, description="Price moves, spikes and negative prices of hubs and zones")
def price_alerts(context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]) -> dg.SkipReason:
    """Judge the last real-time prices."""
    return _told(context, platform, look_at_prices(platform))


@dg.sensor(minimum_interval_seconds=60, description="Stale feeds and gaps")
def data_alerts(context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]) -> dg.SkipReason:
    """Judge age and gaps of the feeds."""
    return _told(context, platform, look_at_data(platform))


@dg.sensor(minimum_interval_seconds=900, description="Gates, compliance and dispute deadlines, bound risk")
def calendar_alerts(context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]) -> dg.SkipReason:
    """Judge the calendar."""
    return _told(context, platform, look_at_calendar(platform))


@dg.sensor(minimum_interval_seconds=120, description="Checks that failed at their last run")
def check_alerts(context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]) -> dg.SkipReason:
    """Judge the checks."""
    return _told(context, platform, look_at_checks(platform, failed_checks(context)))


def failed_checks(context: dg.SensorEvaluationContext) -> list[tuple[str, str]]:
    """Return the checks that failed at their last run: (asset, check)."""
    repository = context.repository_def
    if repository is None:
        return []
    keys = sorted(repository.asset_graph.asset_check_keys)
    records = context.instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    last = {key: record.evaluation for key, record in records.items() if record.evaluation is not None}
    return [(key.asset_key.to_user_string(), key.name) for key in keys if key in last and not last[key].passed]


def definitions() -> dg.Definitions:
    """Return the sensors."""
    return dg.Definitions(sensors=[price_alerts, data_alerts, calendar_alerts, check_alerts])
