"""Two at once: the same run started twice, on the same folder, from its first moment on."""

from market_platform.drills.children import start
from market_platform.drills.ground import Ground
from market_platform.drills.result import Tally
from market_platform.drills.story import STORY
from market_platform.drills.work import run_chapter

RIVALS = 2


def rivals(ground: Ground, times: int) -> Tally:
    """Run each chapter in two processes at the same time."""
    tally = Tally()
    for _ in range(times):
        settings = ground.fresh()
        for number in range(len(STORY)):
            children = [start(run_chapter, settings, number) for _ in range(RIVALS)]
            for child in children:
                child.join()
                tally.seen["came through" if child.exitcode == 0 else "failed"] += 1
                if child.exitcode:
                    tally.left.append(f"a run failed beside another: exit code {child.exitcode}")
            tally.faults += 1
        ground.judge(settings, tally)
    return tally
