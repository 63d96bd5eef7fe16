"""kill -9 of Dagster runs: the run that never ended is told and closed by the doctor, and the same run again comes through."""

import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from market_platform.cli.instance import open_instance
from market_platform.defs.feed_assets import feed_asset
from market_platform.drills.children import start
from market_platform.drills.ground import Ground
from market_platform.drills.result import Tally
from market_platform.drills.story import STORY, platform_at
from market_platform.drills.work import Death, dying_at, watch
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS
from market_platform.upkeep.doctor import mend
from market_platform.upkeep.store_health import LONGEST_RUN, examine_runs

# A run's own steps are many more than the store's; the first ones are Dagster's alone.
STEPS = 60_000


def run_in_dagster(settings: Settings, number: int, death: Death | None = None) -> None:
    """Run the errands of a chapter as Dagster runs of the feeds' own assets, one a market day."""
    chapter = STORY[number]
    platform = platform_at(settings, chapter.moment, chapter.faults())
    if death is not None:
        watch(dying_at(death))
    with open_instance(settings) as instance, warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        for day in dict.fromkeys(day for _, day in chapter.errands):
            feeds = [FEEDS[key] for key, other in chapter.errands if other == day]
            for zone in dict.fromkeys(feed.zone for feed in feeds):
                assets = [feed_asset(feed) for feed in feeds if feed.zone == zone]
                dg.materialize(
                    assets, partition_key=f"{day}", instance=instance, resources={"platform": platform},
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                )  # fmt: skip
    sys.setprofile(None)


def kill_run(ground: Ground, times: int) -> Tally:
    """Kill runs at random points; the doctor closes what never ended, and the chapter is run again."""
    tally = Tally()
    while tally.faults < times:
        settings = ground.fresh()
        for number in range(len(STORY)):
            child = start(run_in_dagster, settings, number, Death(ground.chance.randint(1, STEPS)))
            child.join()
            tally.faults += child.exitcode != 0
            tally.seen["killed" if child.exitcode else "ended before its death"] += 1
            tally.left += list(_not_closed(settings, tally))
            again = start(run_in_dagster, settings, number)
            again.join()
            if again.exitcode:
                raise AssertionError(f"chapter {number} failed with nothing in its way: exit code {again.exitcode}")
        ground.judge(settings, tally)
    return tally


def _not_closed(settings: Settings, tally: Tally) -> Iterator[str]:
    """Let the doctor look at the runs some hours later, and close those that never ended."""

    def later() -> datetime:
        return datetime.now(UTC) + LONGEST_RUN + timedelta(minutes=1)

    with open_instance(settings) as instance:
        findings = list(examine_runs(Platform(settings, clock=later), instance))
        tally.hear(findings)
        tally.mended += sum(word == "mended" for _, word in mend(findings))
        for finding in examine_runs(Platform(settings, clock=later), instance):
            yield f"{finding.where} is still open"
