"""kill -9 at random points of runs and commits, and the same command again until it comes through."""

from market_platform.drills.children import forkserver, start
from market_platform.drills.ground import Ground, about_data
from market_platform.drills.result import Tally
from market_platform.drills.story import STORY, platform_at
from market_platform.drills.work import Death, count_steps, run_chapter
from market_platform.settings import Settings

DEATHS_IN_A_LIFE = 10
# Half of the deaths come within a write of the engines below, which take about so long.
LONGEST_WRITE_SECONDS = 0.05


def kill(ground: Ground, times: int) -> Tally:
    """Kill children that tell the story, the so-many times, in lives of some deaths each."""
    tally = Tally()
    steps = [_steps_of(ground, number) for number in range(len(STORY))]
    while tally.faults < times:
        settings = ground.fresh()
        deaths = min(DEATHS_IN_A_LIFE, times - tally.faults)
        in_chapter = [ground.chance.randrange(len(STORY)) for _ in range(deaths)]
        for number in range(len(STORY)):
            for _ in range(in_chapter.count(number)):
                _die_once(ground, settings, number, steps[number], tally)
            _come_through(settings, number)
        tally.seen["lives compared"] += 1
        ground.judge(settings, tally)
    return tally


def _steps_of(ground: Ground, number: int) -> int:
    answer, question = forkserver().Pipe(duplex=False)
    settings = ground.fresh("counted")
    for earlier in range(number):
        _come_through(settings, earlier)
    child = start(count_steps, settings, number, question)
    steps = int(answer.recv())
    child.join()
    return steps


def _die_once(ground: Ground, settings: Settings, number: int, steps: int, tally: Tally) -> None:
    after = ground.chance.choice((0.0, ground.chance.uniform(0.0001, LONGEST_WRITE_SECONDS)))
    child = start(run_chapter, settings, number, Death(ground.chance.randint(1, steps), after))
    child.join()
    if child.exitcode == 0:
        tally.seen["ended before its death"] += 1
        return
    tally.faults += 1
    tally.seen["killed within a write" if after else "killed between two calls"] += 1
    platform = platform_at(settings, STORY[number].moment)
    tally.hear(about_data(platform))
    platform.ledger.close()


def _come_through(settings: Settings, number: int) -> None:
    child = start(run_chapter, settings, number)
    child.join()
    if child.exitcode:
        raise AssertionError(f"chapter {number} failed with nothing in its way: exit code {child.exitcode}")
