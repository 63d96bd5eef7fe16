"""Weeks of corrections that come late, out of order and twice: what stands in the end is what was published last."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from market_platform.drills.comparison import rows_beyond
from market_platform.drills.ground import Ground
from market_platform.drills.result import Tally
from market_platform.drills.story import ZONES, platform_at
from market_platform.errors import StoreError
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS, publisher_of
from market_platform.sources.payload import Payload

FIRST_DAY, DAYS = date(2026, 10, 19), 21  # the autumn clock change lies within
LONGEST_DELAY_DAYS = 30
MOST_CORRECTIONS = 4
# They say when and from which file a value was first read, which is not the same when files come in another order.
NOT_COMPARED = ["known_from", "known_to", "published_at", "payload"]


@dataclass(frozen=True)
class Delivery:
    """One publication of a market day, as a zip that somebody has kept."""

    published_at: datetime
    payload: Payload


def corrections(ground: Ground, times: int) -> Tally:
    """Import weeks of publications in the order of publication, and shuffled with some twice; compare what stands."""
    tally = Tally()
    deliveries = sorted(_publications(ground), key=lambda each: each.published_at)
    wanted = _imported(ground.fresh("in-order"), deliveries)
    contract = FEEDS[ZONES].contract
    while tally.faults < times:
        shuffled = deliveries + ground.chance.sample(deliveries, len(deliveries) // 3)
        ground.chance.shuffle(shuffled)
        found = _imported(ground.fresh(), shuffled)
        tally.faults += sum(a.published_at > b.published_at for a, b in pairwise(shuffled))
        tally.seen["publications imported"] += len(shuffled)
        ground.visit(found, tally)
        these, those = (each.lake.read(contract).drop(columns=NOT_COMPARED) for each in (wanted, found))
        tally.rows += len(these)
        tally.lost += rows_beyond(these, those)
        tally.extra += rows_beyond(those, these)
        tally.left += _not_archived(found, deliveries)
    return tally


def _publications(ground: Ground) -> Iterator[Delivery]:
    """Publish each day once, and some prices of it anew up to some times in the weeks after."""
    feed = FEEDS[ZONES]
    for day in (FIRST_DAY + timedelta(days=step) for step in range(DAYS)):
        moment = feed.publication.moment(day, feed.zone)
        platform = platform_at(ground.fresh("publisher"), moment + timedelta(days=1))
        assert feed.request is not None  # noqa: S101 - a feed that is fetched
        [request] = feed.request(feed, [day], day)
        content = platform.pipeline.client.fetch(request).content
        yield Delivery(moment, _zipped(request.file_name, content, moment, ground))
        for _ in range(ground.chance.randint(0, MOST_CORRECTIONS)):
            # Zips keep time to two seconds.
            moment += timedelta(minutes=ground.chance.randint(1, LONGEST_DELAY_DAYS * 1440 // MOST_CORRECTIONS))
            content = _corrected(content, ground)
            yield Delivery(moment, _zipped(request.file_name, content, moment, ground))


def _corrected(content: bytes, ground: Ground) -> bytes:
    """Move the price of one line, by its energy, so that its parts still add up."""
    lines = content.splitlines(keepends=True)
    at = ground.chance.randrange(1, len(lines))
    parts = lines[at].split(b",")
    parts[3] = b"%.2f" % (float(parts[3]) + ground.chance.choice((-7, 3, 11)))
    return b"".join([*lines[:at], b",".join(parts), *lines[at + 1 :]])


def _zipped(name: str, content: bytes, moment: datetime, ground: Ground) -> Payload:
    zone = publisher_of(FEEDS[ZONES]).stamp_zone
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, moment.astimezone(zone).timetuple()[:6]), content)
    return Payload(f"{re.sub(r'[.].*', '', name)}_{ground.chance.randrange(10**6)}.zip", buffer.getvalue())


def _imported(settings: Settings, deliveries: list[Delivery]) -> Platform:
    begin = max(each.published_at for each in deliveries) + timedelta(days=1)
    platform = platform_at(settings, begin)
    for step, delivery in enumerate(deliveries):
        platform = platform_at(settings, begin + timedelta(minutes=step))
        for outcome in platform.imports.take_file(delivery.payload):
            if outcome.failed:
                raise AssertionError(f"{delivery.payload.name}: {outcome.outcome}: {outcome.message}")
        platform.ledger.close()
    return platform


def _not_archived(platform: Platform, deliveries: list[Delivery]) -> Iterator[str]:
    import hashlib

    for delivery in deliveries:
        try:
            platform.archive.read(hashlib.sha256(delivery.payload.content).hexdigest())
        except StoreError as error:
            yield str(error)
