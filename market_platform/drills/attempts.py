"""Trying a chapter of the story in this process while something is wrong, and counting how the platform takes it."""

from market_platform.drills.result import Tally
from market_platform.drills.story import STORY, Chapter, platform_at, play
from market_platform.errors import MarketPlatformError
from market_platform.sandbox.faults import FaultPlan
from market_platform.settings import Settings


def attempt(settings: Settings, chapter: Chapter, tally: Tally, faults: FaultPlan | None = None) -> bool:
    """Play a chapter under a fault; count each errand's outcome and return whether all went well.

    An error that is not of the platform's own tree is counted as such: a user should never meet one.
    """
    platform = platform_at(settings, chapter.moment, faults or chapter.faults())
    try:
        outcomes = play(platform, chapter)
    except MarketPlatformError as error:
        tally.seen[f"stopped by {type(error).__name__}"] += 1
        return False
    except Exception as error:  # noqa: BLE001 - the drill is there to find out which
        tally.seen[f"stopped by a stranger: {type(error).__name__}"] += 1
        tally.left.append(f"an error without advice reached the user: {type(error).__name__}: {error}"[:300])
        return False
    finally:
        if "ledger" in platform.__dict__:
            platform.ledger.close()
    tally.seen.update(outcome.outcome for outcome in outcomes)
    return not any(outcome.failed for outcome in outcomes)


def come_through(settings: Settings, number: int) -> None:
    """Play a chapter with nothing in its way. Raises AssertionError where it fails all the same."""
    chapter = STORY[number]
    platform = platform_at(settings, chapter.moment, chapter.faults())
    failed = [outcome for outcome in play(platform, chapter) if outcome.failed]
    platform.ledger.close()
    if failed:
        raise AssertionError(
            f"chapter {number} failed with nothing in its way: {failed[0].outcome}: {failed[0].message}"
        )
