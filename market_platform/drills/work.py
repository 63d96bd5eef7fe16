"""What a child process does until it dies: a chapter of the story, from its beginning.

A death is set at a step of the ways of the data: the so-many-th call that the code of stores and pipeline makes or takes,
and a while after it, which falls into what the lake's or the database's engine does then.
"""

import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

import deltalake
import sqlalchemy

import market_platform
from market_platform.drills.story import STORY, platform_at, play
from market_platform.errors import MarketPlatformError
from market_platform.settings import Settings

HOUSE = str(Path(market_platform.__file__).parent)
WATCHED = (
    f"{HOUSE}/store/",
    f"{HOUSE}/ingest/",
    str(Path(deltalake.__file__).parent),
    str(Path(sqlalchemy.__file__).parent),
)
STOPPED = 3
EXITS = {0: "came through all the same", STOPPED: "stopped with an error that says what to do"}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Death:
    """When a child dies: at a step, or some seconds after it."""

    step: int
    after_seconds: float = 0.0


def run_chapter(settings: Settings, number: int, death: Death | None = None) -> None:
    """Run a chapter of the story in this process, to its end or to its death."""
    chapter = STORY[number]
    if death is not None:
        watch(dying_at(death))
    try:
        play(platform_at(settings, chapter.moment, chapter.faults()), chapter)
    except MarketPlatformError as error:
        sys.setprofile(None)
        log.info("chapter %s stopped: %s", number, error)
        raise SystemExit(STOPPED) from None
    sys.setprofile(None)
    signal.setitimer(signal.ITIMER_REAL, 0)


def count_steps(settings: Settings, number: int, answer: Connection) -> None:
    """Run a chapter and send back how many steps it has."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    watch(count)
    chapter = STORY[number]
    play(platform_at(settings, chapter.moment, chapter.faults()), chapter)
    sys.setprofile(None)
    answer.send(steps)


def dying_at(death: Death) -> Callable[[], None]:
    """Return what counts steps, and ends this process at the one that is set."""
    left = death.step

    def step() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            if death.after_seconds:
                # Nobody handles this signal: like kill -9 it ends the process where it is, with nothing tidied up.
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.setitimer(signal.ITIMER_REAL, death.after_seconds)
                sys.setprofile(None)
            else:
                os.kill(os.getpid(), signal.SIGKILL)

    return step


def watch(step: Callable[[], None]) -> None:
    """Hear of every call that the code of stores, pipeline and their engines' clients makes or takes."""
    known: dict[str, bool] = {}

    def hear(frame: FrameType, event: str, _argument: object) -> None:
        if event not in ("call", "c_call"):
            return
        name = frame.f_code.co_filename
        watched = known.get(name)
        if watched is None:
            watched = known[name] = name.startswith(WATCHED)
        if watched:
            step()

    sys.setprofile(hear)
