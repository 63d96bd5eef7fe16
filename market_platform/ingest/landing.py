"""The last half of the way: what is in the archive is parsed, held against its contract, committed and accounted for."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd

from market_platform.contracts.validate import NOTHING_AMISS, Verdict, validate
from market_platform.errors import MarketPlatformError
from market_platform.ingest.account import Account, Outcome
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.store.lake import Lake
from market_platform.store.merging import Arrival

# What a publisher answers is what stands with it now; a file that somebody has may be older than what was read before.
IMPORT = "import"


@dataclass(frozen=True)
class Archived:
    """Bytes that the archive holds under a hash, the market days they were asked for, and how to take them apart."""

    source: str
    digest: str
    days: tuple[date, ...]
    unpacked: Callable[[], list[Payload]]
    published_at: datetime | None = None


@dataclass(frozen=True)
class _Read:
    """One payload of one feed, parsed and judged; rows that were accepted are ready for the lake."""

    outcome: Outcome
    files: list[str]
    verdict: Verdict
    arrival: Arrival


@dataclass(frozen=True)
class Landing:
    """Where rows go and who hears of it."""

    lake: Lake
    account: Account
    clock: Callable[[], datetime]
    origin: str
    notice: Callable[[Outcome], None]

    def land(self, feed: Feed, archived: Sequence[Archived]) -> list[Outcome]:
        """Land some payloads of one feed, an outcome each: in one commit where no row comes twice, else one by one.

        One by one keeps each version of a row that was published more than once.
        """
        now = self.clock()
        read = [self._read(feed, each) for each in archived]
        whole = [each for each in read if isinstance(each, _Read)]
        together = len(whole) > 1 and not _row_comes_twice(feed, whole)
        landed = self._commit(feed, whole, now) if together else [self._commit(feed, [one], now)[0] for one in whole]
        ended = iter(landed)
        return [self.end(each) if isinstance(each, Outcome) else next(ended) for each in read]

    def end(self, outcome: Outcome) -> Outcome:
        """Account for what came to its end with no rows."""
        self.account.settle(uuid.uuid4().hex, outcome, origin=self.origin, at=self.clock())
        self.notice(outcome)
        return outcome

    def _read(self, feed: Feed, archived: Archived) -> _Read | Outcome:
        outcome = Outcome(feed.key, archived.source, archived.days, "committed", sha256=archived.digest)
        files: list[Payload] = []
        try:
            files = archived.unpacked()
            rows = feed.parse(feed, files)
            verdict = validate(rows, feed.contract)
        except MarketPlatformError as error:
            return replace(_failed(outcome, error), files=len(files))
        stamps = [file.published_at for file in files if file.published_at is not None]
        outcome = replace(
            outcome,
            message=_reasons(verdict.refused["reason"]),
            days=archived.days or tuple(sorted(set(verdict.accepted["market_day"].dropna()))),
            files=len(files),
            lines=_line_count(rows),
            rows=len(rows),
            committed=len(verdict.accepted),
            quarantined=len(verdict.refused),
        )
        arrival = Arrival(verdict.accepted, archived.digest, max(stamps) if stamps else archived.published_at)
        return _Read(outcome, [file.name for file in files], verdict, arrival)

    def _commit(self, feed: Feed, read: Sequence[_Read], now: datetime) -> list[Outcome]:
        """Commit the rows of some payloads at once and account for each."""
        arrivals = [each.arrival for each in read if len(each.arrival.rows)]
        standing: pd.DataFrame | None = None
        changed: dict[str, int] = {}
        try:
            if arrivals:
                commit = self.lake.commit_all(
                    feed.contract, feed.key, arrivals, read_at=now, older_yields=self.origin.startswith(IMPORT)
                )
                standing, changed = commit.standing, commit.changed_by_payload
        except MarketPlatformError as error:
            return [self.end(_failed(each.outcome, error)) for each in read]
        return [self._settle(feed, each, changed.get(each.arrival.payload, 0), standing, now) for each in read]

    def _settle(self, feed: Feed, read: _Read, changed: int, standing: pd.DataFrame | None, now: datetime) -> Outcome:
        outcome = replace(read.outcome, outcome=_word(read.verdict, changed), changed=changed)
        self.account.settle(
            uuid.uuid4().hex,
            outcome,
            origin=self.origin,
            at=now,
            feed=feed,
            standing=standing,
            refused=read.verdict.refused,
            files=read.files,
        )
        self.notice(outcome)
        return outcome


def _failed(outcome: Outcome, error: MarketPlatformError) -> Outcome:
    return replace(
        outcome, outcome=type(error).__name__, message=str(error), lines=0, rows=0, committed=0, quarantined=0
    )


def _row_comes_twice(feed: Feed, read: Sequence[_Read]) -> bool:
    keys = pd.concat([each.arrival.rows[list(feed.contract.key)] for each in read], ignore_index=True)
    return bool(keys.duplicated().any())


def _line_count(rows: pd.DataFrame) -> int:
    """Count the published lines that the rows were made of; ``lines`` says it where several lines make one row."""
    if "lines" in rows:
        return int(rows["lines"].sum())
    return int(rows.groupby("file")["line"].nunique().sum())


def _word(verdict: Verdict, changed: int) -> str:
    """Say what became of a payload; one of which every row is amiss is quarantined as a whole."""
    amiss = ~verdict.refused["reason"].str.startswith(NOTHING_AMISS)
    if verdict.accepted.empty and amiss.any():
        return "quarantined"
    return "committed" if changed else "unchanged"


def _reasons(reasons: pd.Series) -> str:
    return "; ".join(f"{count} x {reason}" for reason, count in reasons.value_counts().head(3).items())
