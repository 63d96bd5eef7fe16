"""The story that every drill tells: three moments, at each of which somebody fetches days of feeds of four markets.

Both clock-change days are in it. At the second moment the publishers have corrected what they published before the first,
at the third they take it back: so there are versions to lose.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from market_platform.ingest.account import Outcome
from market_platform.platform import Platform
from market_platform.sandbox.faults import Fault, FaultPlan
from market_platform.sandbox.transport import SandboxTransport
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS

EVERY_TIME = 10**9
SPRING, AUTUMN, AFTER = date(2026, 3, 8), date(2026, 11, 1), date(2026, 11, 2)


@dataclass(frozen=True)
class Chapter:
    """One moment of the story, and what is fetched then. ``corrected`` is a pattern of addresses whose figures have moved."""

    moment: datetime
    errands: tuple[tuple[str, date], ...]
    corrected: str = ""

    def faults(self, *strikes: tuple[str, Fault, int]) -> FaultPlan:
        """Return the publishers' behaviour at this moment, with faults that come before it."""
        corrections = [(self.corrected, Fault.CORRECTED, EVERY_TIME)] if self.corrected else []
        return FaultPlan([*strikes, *corrections])


LOAD, ZONES, HUBS = "caiso_load_hourly", "nyiso_dam_lbmp_zone", "caiso_dam_lmp_hub"
STORY = (
    Chapter(
        datetime(2026, 11, 3, 17, 2, tzinfo=UTC),
        ((LOAD, SPRING), (LOAD, AUTUMN), (HUBS, AUTUMN), (ZONES, AUTUMN), (ZONES, AFTER)),
    ),
    Chapter(
        datetime(2026, 11, 4, 17, 2, tzinfo=UTC),
        ((LOAD, AUTUMN), (HUBS, AUTUMN), (ZONES, AUTUMN)),
        corrected=".",
    ),
    Chapter(datetime(2026, 11, 6, 17, 2, tzinfo=UTC), ((ZONES, AUTUMN), (LOAD, AUTUMN))),
)


def platform_at(settings: Settings, moment: datetime, faults: FaultPlan | None = None) -> Platform:
    """Return a platform over those stores whose clock stands still at a moment; it does not wait between tries."""

    def clock() -> datetime:
        return moment

    transport = SandboxTransport(settings.sandbox_seed, clock, faults)
    return Platform(settings, clock=clock, transport=transport, sleep=lambda _seconds: None)


def play(platform: Platform, chapter: Chapter) -> list[Outcome]:
    """Run the errands of a chapter, one after the other."""
    return [outcome for feed, day in chapter.errands for outcome in platform.pipeline.ingest(FEEDS[feed], [day])]


def play_all(settings: Settings, story: tuple[Chapter, ...] = STORY) -> Platform:
    """Tell a story without any fault and return the platform at its end."""
    for chapter in story:
        platform = platform_at(settings, chapter.moment, chapter.faults())
        play(platform, chapter)
        platform.ledger.close()
    return platform_at(settings, story[-1].moment)


def settings_of(folder: Path, seed: int) -> Settings:
    """Return the settings of an embedded platform on the sandbox in a folder, whatever the environment says."""
    return Settings(
        data=folder, origin="sandbox", profile="embedded", sandbox_seed=seed, database_url=None, bi_database_url=None
    )
