"""The one way of the data: fetch, archive, parse, contract, commit, account. It never turns back.

A failure stops only the request it belongs to; the bytes are kept, the reason is in the ledger and in the outcome.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, partial

from market_platform.errors import Gone, MarketPlatformError, NotPublishedYet, UnknownPayload
from market_platform.ingest.account import Account, Outcome
from market_platform.ingest.landing import Archived, Landing
from market_platform.markets.market_day import today
from market_platform.sources.catalogue import PUBLISHERS, publisher_of, recognise
from market_platform.sources.credentials import NOBODY, Credentials, NotHeld, Unauthorised
from market_platform.sources.feed import Feed
from market_platform.sources.http import Client
from market_platform.sources.login import Tokens
from market_platform.sources.paging import Incomplete, bundle
from market_platform.sources.payload import ZIPS, Payload, Request, masked, unpack
from market_platform.store.archive import Archive
from market_platform.store.lake import Lake

# Compressed: more than a small market's day, less than one hour of all nodes of a large one.
MOST_BYTES_AT_ONCE = 2_000_000
ZIPPED_PART = 1 / 8  # of its size a text takes compressed, a little more or less


def say_nothing(_outcome: Outcome) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Pipeline:
    """Everything that the way of the data needs, handed in: stores, client and clock.

    ``notice`` hears of each outcome as it comes, for progress on long work.
    """

    lake: Lake
    archive: Archive
    account: Account
    client: Client
    clock: Callable[[], datetime]
    origin: str
    notice: Callable[[Outcome], None] = say_nothing
    credentials: Credentials = NOBODY

    def ingest(self, feed: Feed, days: Sequence[date]) -> Iterator[Outcome]:
        """Fetch some market days of a feed from its publisher, one outcome a request."""
        if feed.request is None:
            return
        waiting: list[_Answer] = []
        for found in self._ask(feed, days):
            if isinstance(found, Outcome):
                yield found
                continue
            if waiting and not _land_together(waiting, found):
                yield from self._take(feed, waiting)
                waiting = []
            waiting.append(found)
        yield from self._take(feed, waiting)

    def _ask(self, feed: Feed, days: Sequence[date]) -> Iterator["_Answer | Outcome"]:
        try:
            for request in feed.request(feed, days, today(self.clock(), feed.zone)) if feed.request else ():
                yield from self._follow(feed, request)
        except MarketPlatformError as error:  # what cannot even be asked for, and why
            yield self._landing.end(Outcome(feed.key, feed.dataset, tuple(days), type(error).__name__, str(error)))

    def take_file(self, payload: Payload) -> Iterator[Outcome]:
        """Import a file that the user has: told by content and name, one outcome for each feed found in it."""
        payload = replace(payload, content=masked(payload.content))
        digest = self.archive.keep(payload.content)
        try:
            members = unpack(payload)
            by_feed: dict[str, tuple[Feed, list[Payload]]] = {}
            strangers: list[Payload] = []
            for member in members:
                try:
                    feed = recognise(member)
                except UnknownPayload:
                    strangers.append(member)
                else:
                    by_feed.setdefault(feed.key, (feed, []))[1].append(member)
        except MarketPlatformError as error:
            yield self._refuse(payload, digest, error)
            return
        for feed, found in by_feed.values():
            names = {member.name for member in found}
            mine = [member for member in self._stamped(feed, payload) if member.name in names]
            for one in self._filled_by(feed):
                yield from self._landing.land(one, [Archived(payload.name, digest, (), partial(list, mine))])
        for stranger in strangers:
            unknown = f"{stranger.name}: no feed knows this file; `market-platform feeds` lists what is known"
            yield self._refuse(stranger, digest, UnknownPayload(unknown))

    def _filled_by(self, feed: Feed) -> list[Feed]:
        """Return the feeds that a payload of this one fills: itself first."""
        return [feed, *(publisher_of(feed).feed(key) for key in feed.also)]

    def replay(self, feed: Feed, payload: Payload) -> Outcome:
        """Parse archived bytes again, with no network: for a parser that has learned something."""
        digest = self.archive.keep(payload.content)
        self.account.keep_payload(feed.publisher, payload, digest, self.clock())
        archived = Archived(payload.name, digest, (), partial(self._stamped, feed, payload), payload.published_at)
        return self._landing.land(feed, [archived])[0]

    def _stamped(self, feed: Feed, payload: Payload) -> list[Payload]:
        publisher = publisher_of(feed)
        files = [publisher.stamped(file) for file in unpack(payload, publisher.stamp_zone)]
        mine = [file for file in files if re.search(feed.members, file.base_name)] if feed.members else files
        if not mine:
            raise UnknownPayload(f"{payload.name}: none of its {len(files)} files is of {feed.key} ({feed.members})")
        return mine

    def _follow(self, feed: Feed, request: Request) -> Iterator["_Answer | Outcome"]:
        try:
            payload = self._whole_answer(feed, request)
            listed = self._listed(feed, request, payload)
        except (Gone, NotHeld) as error:
            if request.alternatives:
                for alternative in request.alternatives:
                    yield from self._follow(feed, alternative)
            else:
                yield self._landing.end(
                    Outcome(feed.key, request.file_name, request.days, type(error).__name__, str(error))
                )
        except NotPublishedYet as error:
            yield from self._ask_elsewhere(feed, request, error)
        except MarketPlatformError as error:
            yield self._landing.end(
                Outcome(feed.key, request.file_name, request.days, type(error).__name__, str(error))
            )
        else:
            if listed is None:
                digest = self.archive.keep(payload.content)
                self.account.keep_payload(feed.publisher, payload, digest, self.clock())
                yield _Answer(request, payload, digest)
            else:
                yield from self._go_through(feed, request, payload, listed)

    def _listed(self, feed: Feed, request: Request, payload: Payload) -> list[Request] | None:
        """Return what an answer leads to, None where it is data. One that cannot be read is kept as it is."""
        if feed.follow is None:
            return None
        try:
            return feed.follow(feed, request, unpack(payload), partial(self.account.unread, feed))
        except MarketPlatformError:
            self.account.keep_payload(feed.publisher, payload, self.archive.keep(payload.content), self.clock())
            raise

    def _take(self, feed: Feed, answers: Sequence["_Answer"]) -> Iterator[Outcome]:
        """Land answers; documents that a list gave count as read when every feed that they fill has them."""
        if not answers:
            return
        archived = [self._archived(feed, each) for each in answers]
        by_feed = [self._landing.land(one, archived) for one in self._filled_by(feed)]
        for answer, *outcomes in zip(answers, *by_feed, strict=True):
            if not any(outcome.failed for outcome in outcomes):
                self.account.note_read(feed, answer.request.documents, answer.digest, self.clock())
            yield from outcomes

    def _archived(self, feed: Feed, answer: "_Answer") -> Archived:
        payload = answer.payload
        stamped = partial(self._stamped, feed, payload)
        return Archived(payload.name, answer.digest, answer.request.days, stamped, payload.published_at)

    def _go_through(
        self, feed: Feed, request: Request, payload: Payload, listed: Sequence[Request]
    ) -> Iterator["_Answer | Outcome"]:
        """Keep a list and fetch what it leads to."""
        self.account.keep_payload(feed.publisher, payload, self.archive.keep(payload.content), self.clock())
        if not listed:
            said = "nothing was posted that has not been read"
            yield self._landing.end(Outcome(feed.key, request.file_name, request.days, "unchanged", said))
        for each in listed:
            yield from self._follow(feed, each)

    def _whole_answer(self, feed: Feed, request: Request) -> Payload:
        """Fetch a request with all its pages; where they do not add up, the publisher gets a second chance."""
        try:
            return self._all_pages(feed, request)
        except Incomplete:
            return self._all_pages(feed, request)

    def _all_pages(self, feed: Feed, request: Request) -> Payload:
        """Fetch page by page. Pages of an answer that breaks off are kept as they are, and nothing of it is landed."""
        pages: list[Payload] = []
        following: Request | None = None if request.parts else request
        try:
            for part in request.parts:
                pages.append(self._fetch(feed, part))  # noqa: PERF401 - pages before a break are kept
            while following is not None:
                pages.append(self._fetch(feed, following))
                following = feed.pages(request, pages) if feed.pages else None
        except MarketPlatformError:
            for page in pages:
                self.account.keep_payload(feed.publisher, page, self.archive.keep(page.content), self.clock())
            raise
        return bundle(request, pages)

    def _fetch(self, feed: Feed, request: Request) -> Payload:
        """Sign and fetch one request; a token that is refused is renewed once."""
        publisher = publisher_of(feed)
        if publisher.sign is None:
            return self.client.fetch(request)
        try:
            return self.client.fetch(publisher.sign(request, self._tokens.credentials(publisher.login, request)))
        except Unauthorised:
            if publisher.login is None or not request.url.startswith(publisher.login.guarded):
                raise
            self._tokens.forget(publisher.login)
            return self.client.fetch(publisher.sign(request, self._tokens.credentials(publisher.login, request)))

    @cached_property
    def _tokens(self) -> Tokens:
        return Tokens(self.client, self.credentials, self.clock)

    def _ask_elsewhere(self, feed: Feed, request: Request, error: NotPublishedYet) -> Iterator["_Answer | Outcome"]:
        for alternative in request.alternatives:
            found = list(self._follow(feed, replace(alternative, archived=False)))
            if not any(isinstance(one, Outcome) and one.outcome == "not_published" for one in found):
                yield from found
                return
        yield self._landing.end(Outcome(feed.key, request.file_name, request.days, "not_published", str(error)))

    def _refuse(self, payload: Payload, digest: str, error: MarketPlatformError) -> Outcome:
        self.account.keep_payload("unknown", payload, digest, self.clock())
        return self._landing.end(
            Outcome("unknown", payload.name, (), type(error).__name__, str(error), files=1, sha256=digest)
        )

    @cached_property
    def _landing(self) -> Landing:
        return Landing(self.lake, self.account, self.clock, self.origin, self.notice)


@dataclass(frozen=True)
class _Answer:
    """What a publisher said to a request, whole and in the archive."""

    request: Request
    payload: Payload
    digest: str


def _land_together(waiting: Sequence[_Answer], another: _Answer) -> bool:
    """Say whether an answer may wait for others of its month: a commit reads what stands and writes the days anew."""
    size = sum(_size(each.payload) for each in (*waiting, another))
    days = waiting[0].request.days, another.request.days
    first, second = ({day.replace(day=1) for day in each} for each in days)
    same = days[0] == days[1] or (first == second and len(first) == 1)
    return same and size <= MOST_BYTES_AT_ONCE


def _size(payload: Payload) -> float:
    """Return the bytes that a payload takes, or would take, compressed."""
    size = len(payload.content)
    return size if payload.content.startswith(ZIPS) else size * ZIPPED_PART


def pace_by_host(credentials: Credentials = NOBODY) -> dict[str, float]:
    """Return the least seconds between two requests, by host, as the publishers' rows have it for such a user."""
    paces = {publisher.base_url.split("/")[2]: publisher.pace(credentials) for publisher in PUBLISHERS.values()}
    return {**paces, **{host: pace for one in PUBLISHERS.values() for host, pace in one.host_paces.items()}}
