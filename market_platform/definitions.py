"""The one Definitions. ``build_defs`` takes a platform, so that a test swaps transport, clock and stores."""

import warnings

import dagster as dg

from market_platform.defs import (
    alerts,
    certificates,
    cross_market,
    forecasting,
    fundamentals,
    marts,
    settlement,
    trading,
    upkeep,
)
from market_platform.defs.feed_assets import feed_asset, file_asset
from market_platform.defs.feed_checks import feed_checks
from market_platform.defs.jobs import ingest_jobs
from market_platform.defs.schedules import ingest_schedules
from market_platform.defs.sensors import catalog_follows_lake, ingest_sensors
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS

# What is computed from the feeds, subject by subject. A subject is a room in `defs` with a ``definitions()`` of its own.
SUBJECTS = (
    cross_market.definitions,
    fundamentals.definitions,
    forecasting.definitions,
    trading.definitions,
    certificates.definitions,
    settlement.definitions,
    marts.definitions,
    alerts.definitions,
)


def build_defs(platform: Platform) -> dg.Definitions:
    """Return every asset, check, job, schedule and sensor over the given platform."""
    with warnings.catch_warnings():
        # Backfill policies, resource params and pools are what Dagster calls beta; they are meant here.
        warnings.simplefilter("ignore", dg.BetaWarning)
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return _definitions(platform)


def _definitions(platform: Platform) -> dg.Definitions:
    fetched = [feed for feed in FEEDS.values() if feed.request is not None]
    from_files = [feed for feed in FEEDS.values() if feed.request is None]
    feeds = dg.Definitions(
        assets=[
            *(feed_asset(feed) for feed in fetched),
            *(file_asset(feed) for feed in from_files),
            upkeep.market_catalog,
            upkeep.lake_upkeep,
        ],
        asset_checks=[feed_checks(feed) for feed in fetched],
        jobs=[*ingest_jobs(), upkeep.catalog_job, upkeep.maintenance_job, upkeep.purge_runs],
        schedules=[*ingest_schedules(), *upkeep.maintenance_schedules],
        sensors=[*ingest_sensors(), catalog_follows_lake],
        resources={"platform": platform},
    )
    return dg.Definitions.merge(feeds, *(subject() for subject in SUBJECTS))


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions over the platform that the environment describes."""
    return build_defs(Platform(Settings()))
