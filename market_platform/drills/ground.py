"""Where drills take place: a folder, a seed, and the platform that nothing befell, to compare with."""

import random
import shutil
from functools import cached_property
from pathlib import Path

from market_platform.drills.comparison import compare
from market_platform.drills.result import Tally
from market_platform.drills.story import STORY, platform_at, play_all, settings_of
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.upkeep.doctor import examine, mend
from market_platform.upkeep.finding import Finding


class Ground:
    """A folder for drills; everything random comes from ``chance``, everything below ``folder`` may be deleted."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.chance = random.Random(seed)

    def fresh(self, name: str = "struck") -> Settings:
        """Return the settings of a platform in an empty folder."""
        place = self.folder / name
        shutil.rmtree(place, ignore_errors=True)
        return settings_of(place, self.seed)

    @cached_property
    def whole(self) -> Platform:
        """The platform at the end of the story, that nothing befell."""
        return play_all(self.fresh("whole"))

    def judge(self, struck: Settings, tally: Tally, *, spoilt: bool = False) -> None:
        """Let the doctor mend what the drill left, and compare with the platform that nothing befell."""
        platform = platform_at(struck, STORY[-1].moment)
        self.visit(platform, tally)
        compare(self.whole, platform, tally, spoilt=spoilt)
        platform.ledger.close()

    def visit(self, platform: Platform, tally: Tally) -> None:
        """Let the doctor look, mend, and look again."""
        findings = about_data(platform)
        tally.hear(findings)
        tally.mended += sum(word == "mended" for _, word in mend(findings))
        tally.left += [f"{finding.part} {finding.where}: {finding.wrong}" for finding in about_data(platform)]


def about_data(platform: Platform) -> list[Finding]:
    """Return what the doctor finds; that the drill's disk is small is no finding."""
    return [finding for finding in examine(platform) if not (finding.part == "disk" and "are free" in finding.wrong)]
