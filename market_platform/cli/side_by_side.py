"""Dagster runs side by side: chains of runs, each chain in order, several chains at once in processes of their own."""

import multiprocessing
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import wait
from multiprocessing.queues import SimpleQueue
from typing import Self

from market_platform.cli.instance import open_instance
from market_platform.definitions import build_defs
from market_platform.ingest.account import Outcome
from market_platform.platform import Platform
from market_platform.settings import Settings

MOST_WORKERS = 2  # each holds half a gigabyte, and writers of one table take turns
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Step:
    """One run: whose it is, its job, and its market day where the job has one."""

    part: str
    job: str
    day: date | None = None

    @property
    def label(self) -> str:
        """Return the run in words."""
        return f"{self.part}: {self.job} {self.day or ''}".strip()


@dataclass(frozen=True)
class Check:
    """What an asset check said."""

    asset: str
    name: str
    passed: bool


@dataclass(frozen=True)
class Ran:
    """A run that has ended."""

    step: Step
    success: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class _ChainEnded:
    broken: str


Event = Outcome | Ran


class Workers:
    """Worker processes for chains of runs; as a context, so that none outlives its use."""

    def __init__(self, settings: Settings) -> None:
        context = multiprocessing.get_context("spawn")
        self._events: SimpleQueue[Event | _ChainEnded] = context.SimpleQueue()
        count = min(MOST_WORKERS, os.cpu_count() or 1)
        self._pool = ProcessPoolExecutor(
            count, mp_context=context, initializer=_open, initargs=(settings, self._events)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def run(self, chains: Sequence[Sequence[Step]]) -> Iterator[Event]:
        """Run chains of steps and yield what is heard as it comes: outcomes of fetches, and runs that have ended.

        Raises RuntimeError where a worker was lost; what its runs had committed stays.
        """
        for chain in chains:
            self._pool.submit(_run_chain, list(chain)).add_done_callback(self._tell_end)
        left = len(chains)
        while left:
            event = self._events.get()
            if not isinstance(event, _ChainEnded):
                yield event
                continue
            left -= 1
            if event.broken:
                raise RuntimeError(f"a run broke off, run the same command again: {event.broken}")

    def _tell_end(self, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        self._events.put(_ChainEnded(f"{type(error).__name__}: {error}" if error else ""))


class _Worker:
    """What a worker process opens once and uses for each of its runs."""

    def __init__(self, settings: Settings, hear: Callable[[Event], None]) -> None:
        self.hear = hear
        self.definitions = build_defs(Platform(settings, notice=hear))
        self.instance = open_instance(settings)

    def run(self, step: Step) -> None:
        """Run one step and tell how it ended."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = self.definitions.resolve_job_def(step.job).execute_in_process(
                instance=self.instance,
                partition_key=step.day.isoformat() if step.day else None,
                raise_on_error=False,
                run_config=QUIET,
            )
        checks = result.get_asset_check_evaluations()
        told = (Check(check.asset_key.to_user_string(), check.check_name, check.passed) for check in checks)
        self.hear(Ran(step, result.success, tuple(told)))


_OPENED: list[_Worker] = []  # one in each worker process, none in the parent


def _open(settings: Settings, events: "SimpleQueue[Event | _ChainEnded]") -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _OPENED.append(_Worker(settings, events.put))


def _end_with_parent() -> None:
    """End at once when the parent is gone, even killed: nobody is left to hear, and runs can be had again."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _run_chain(chain: list[Step]) -> None:
    for step in chain:
        _OPENED[0].run(step)
