"""The alert sensors as Dagster evaluates them: what they find stands in the ledger, and a failed check is among it."""

import dagster as dg
import pytest
import sqlalchemy as sa

from market_platform.alerts.tables import alerts
from market_platform.defs.alerts.room import calendar_alerts, check_alerts, data_alerts, price_alerts


@dg.asset_check(asset=dg.AssetKey("nyiso_dam_lbmp_zone"), name="prices_are_whole")
def broken() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False)


@dg.asset(key="nyiso_dam_lbmp_zone")
def prices() -> None:
    """Stand in for the feed."""


@pytest.mark.parametrize("sensor", [price_alerts, data_alerts, calendar_alerts], ids=lambda sensor: sensor.name)
def test_a_look_says_what_it_changed_and_that_nothing_was_sent(make_platform, sensor):
    platform = make_platform()
    with dg.DagsterInstance.ephemeral() as instance:
        said = sensor(dg.build_sensor_context(instance=instance, resources={"platform": platform}))
    assert said.skip_message.endswith("0 cleared; no channel is configured, nothing was sent")
    with platform.ledger.read() as connection:
        standing = connection.scalar(sa.select(sa.func.count()).select_from(alerts))
    assert said.skip_message.startswith(f"{standing} raised")


def test_a_check_that_failed_at_its_last_run_is_an_alert_until_it_passes(make_platform):
    platform = make_platform()
    definitions = dg.Definitions(
        assets=[prices], asset_checks=[broken], sensors=[check_alerts], resources={"platform": platform}
    )
    repository = definitions.get_repository_def()
    with dg.DagsterInstance.ephemeral() as instance:

        def look():
            context = dg.build_sensor_context(
                instance=instance, repository_def=repository, resources={"platform": platform}
            )
            return check_alerts(context).skip_message

        assert look().startswith("0 raised")
        definitions.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)
        assert look().startswith("1 raised")
        assert look().startswith("0 raised, 0 cleared")
    with platform.ledger.read() as connection:
        [alert] = connection.execute(sa.select(alerts)).all()
    assert "nyiso_dam_lbmp_zone" in alert.subject
    assert "prices_are_whole" in alert.message
