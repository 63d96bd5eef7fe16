"""The last half of the way: what is in the archive is parsed, held against its contract, committed and accounted for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import pandas as pd

from market_platform.contracts.contract import Contract
from market_platform.contracts.validate import NOTHING_AMISS, Verdict, validate, validate_all
from market_platform.errors import MarketPlatformError, SchemaChanged
from market_platform.ingest.account import Account, Ended, Outcome
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload, refuse_cut
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

    def without(self, rows: np.ndarray) -> "_Read":
        """Return it with rows left out of what arrives."""
        return replace(self, arrival=replace(self.arrival, rows=self.arrival.rows[~rows])) if rows.any() else self


@dataclass(frozen=True)
class _Parsed:
    """One payload of one feed as rows, not yet judged."""

    outcome: Outcome
    files: list[str]
    rows: pd.DataFrame
    published_at: datetime | None

    def judged(self, verdict: Verdict | SchemaChanged) -> _Read | Outcome:
        """Take the verdict on the rows."""
        if isinstance(verdict, SchemaChanged):
            return replace(_failed(self.outcome, verdict), files=len(self.files))
        outcome = replace(
            self.outcome,
            message=_reasons(verdict.refused["reason"]),
            days=self.outcome.days or tuple(sorted(set(verdict.accepted["market_day"].dropna()))),
            files=len(self.files),
            lines=_line_count(self.rows),
            rows=len(self.rows),
            committed=len(verdict.accepted),
            quarantined=len(verdict.refused),
        )
        arrival = Arrival(verdict.accepted, outcome.sha256 or "", self.published_at)
        return _Read(outcome, self.files, verdict, arrival)


@dataclass(frozen=True)
class Landing:
    """Where rows go and who hears of it."""

    lake: Lake
    account: Account
    clock: Callable[[], datetime]
    origin: str
    notice: Callable[[Outcome], None]

    def land(self, feed: Feed, archived: Sequence[Archived]) -> list[Outcome]:
        """Land some payloads of one feed, an outcome each: in one commit where no row has two versions, else one by one.

        One by one keeps each version of a row that was published more than once.
        """
        now = self.clock()
        read = self._read(feed, archived)
        whole = [each for each in read if isinstance(each, _Read)]
        once = _rows_once(feed, whole)
        landed = self._commit(feed, once, now) if once else [self._commit(feed, [one], now)[0] for one in whole]
        ended = iter(landed)
        return [self.end(each) if isinstance(each, Outcome) else next(ended) for each in read]

    def end(self, outcome: Outcome) -> Outcome:
        """Account for what came to its end with no rows."""
        self.account.settle([Ended(outcome)], origin=self.origin, at=self.clock())
        self.notice(outcome)
        return outcome

    def _read(self, feed: Feed, archived: Sequence[Archived]) -> list[_Read | Outcome]:
        """Parse and judge some payloads; in the place of one that cannot be read stands why."""
        parsed = [self._parsed(feed, each) for each in archived]
        whole = [each for each in parsed if isinstance(each, _Parsed)]
        verdicts = iter(_verdicts([each.rows for each in whole], feed.contract))
        return [each if isinstance(each, Outcome) else each.judged(next(verdicts)) for each in parsed]

    def _parsed(self, feed: Feed, archived: Archived) -> _Parsed | Outcome:
        outcome = Outcome(feed.key, archived.source, archived.days, "committed", sha256=archived.digest)
        files: list[Payload] = []
        try:
            files = archived.unpacked()
            refuse_cut(files, feed.ended)
            rows = feed.parse(feed, files)
        except MarketPlatformError as error:
            return replace(_failed(outcome, error), files=len(files))
        stamps = [file.published_at for file in files if file.published_at is not None]
        return _Parsed(outcome, [file.name for file in files], rows, max(stamps) if stamps else archived.published_at)

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
        counts = [changed.get(each.arrival.payload, 0) if len(each.arrival.rows) else 0 for each in read]
        outcomes = [_ended(each, count) for each, count in zip(read, counts, strict=True)]
        ended = [Ended(outcome, each.verdict.refused, each.files) for outcome, each in zip(outcomes, read, strict=True)]
        self.account.settle(ended, origin=self.origin, at=now, feed=feed, standing=standing)
        for outcome in outcomes:
            self.notice(outcome)
        return outcomes


def _ended(read: _Read, changed: int) -> Outcome:
    return replace(read.outcome, outcome=_word(read.verdict, changed), changed=changed)


def _failed(outcome: Outcome, error: MarketPlatformError) -> Outcome:
    return replace(
        outcome, outcome=type(error).__name__, message=str(error), lines=0, rows=0, committed=0, quarantined=0
    )


def _verdicts(payloads: Sequence[pd.DataFrame], contract: Contract) -> Sequence[Verdict | SchemaChanged]:
    """Judge payloads: as one where their rows together have nothing amiss, which is the rule, else each by itself."""
    if len(payloads) > 1 and all(rows.dtypes.equals(payloads[0].dtypes) for rows in payloads):
        try:
            verdict = validate(pd.concat(payloads, ignore_index=True), contract)
        except SchemaChanged:
            return validate_all(payloads, contract)
        if verdict.refused.empty:
            ends = np.cumsum([len(rows) for rows in payloads]).tolist()
            parts = zip([0, *ends], ends, strict=False)
            return [replace(verdict, accepted=verdict.accepted.iloc[start:end]) for start, end in parts]
    return validate_all(payloads, contract)


def _rows_once(feed: Feed, read: Sequence[_Read]) -> list[_Read]:
    """Return payloads with each row in the first that tells it; none where a row is told in more than one way.

    The last moment of a day comes again as the first of the next where a publisher counts both ends of what it is asked for.
    """
    if len(read) < 2:
        return list(read)
    key = list(feed.contract.key)
    keys = pd.concat([each.arrival.rows[key] for each in read], ignore_index=True)
    again = keys.duplicated().to_numpy()
    if not again.any():
        return list(read)
    ends = np.cumsum([len(each.arrival.rows) for each in read])[:-1]
    several = np.split(keys.duplicated(keep=False).to_numpy(), ends)
    told = pd.concat([each.arrival.rows[rows] for each, rows in zip(read, several, strict=True)], ignore_index=True)
    if told.duplicated(list(feed.contract.row_columns)).sum() < again.sum():
        return []
    return [each.without(rows) for each, rows in zip(read, np.split(again, ends), strict=True)]


def _line_count(rows: pd.DataFrame) -> int:
    """Count the published lines that the rows were made of; ``lines`` says it where several lines make one row."""
    if "lines" in rows:
        return int(rows["lines"].sum())
    file, line = (rows[name].to_numpy(dtype=np.int64) for name in ("file", "line"))
    return len(pd.unique(file << 32 | line))


def _word(verdict: Verdict, changed: int) -> str:
    """Say what became of a payload; one of which every row is amiss is quarantined as a whole."""
    if verdict.refused.empty:
        return "committed" if changed else "unchanged"
    amiss = ~verdict.refused["reason"].str.startswith(NOTHING_AMISS)
    if verdict.accepted.empty and amiss.any():
        return "quarantined"
    return "committed" if changed else "unchanged"


def _reasons(reasons: pd.Series) -> str:
    counts = reasons.value_counts().head(3) if len(reasons) else reasons
    return "; ".join(f"{count} x {reason}" for reason, count in counts.items())
