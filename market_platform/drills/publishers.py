"""What goes wrong at publishers: every wire fault, once and for hours, and then the same errands again."""

from market_platform.drills.attempts import attempt, come_through
from market_platform.drills.ground import Ground
from market_platform.drills.result import Tally
from market_platform.drills.story import EVERY_TIME, STORY
from market_platform.sandbox.faults import Fault

# A correction is no fault: it is in the story.
FAULTS = tuple(fault for fault in Fault if fault is not Fault.CORRECTED)


def publishers(ground: Ground, times: int) -> Tally:
    """Let each fault strike single answers in some chapters and all of them in others, before the errands are run again."""
    tally = Tally()
    for step in range(times):
        fault = FAULTS[step % len(FAULTS)]
        settings = ground.fresh()
        for number, chapter in enumerate(STORY):
            every = (step + number) % 2 == 0
            strikes = EVERY_TIME if every else ground.chance.randint(1, 6)
            attempt(settings, chapter, tally, chapter.faults((".", fault, strikes)))
            tally.seen[f"({fault.value}, {'all' if every else 'some'} answers)"] += 1
            come_through(settings, number)
        tally.faults += 1
        ground.judge(settings, tally, spoilt=True)
    return tally
