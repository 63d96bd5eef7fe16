"""Payloads that are judged together get the verdicts that each gets alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import httpx
import pandas as pd

from market_platform.contracts.families.prices import LMP
from market_platform.contracts.validate import Verdict, validate, validate_all
from market_platform.errors import SchemaChanged
from market_platform.sandbox.transport import SandboxTransport
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload

# The day before the clocks go back has 24 hours, the day itself 25.
DAYS = (date(2026, 10, 31), date(2026, 11, 1))


def parsed(transport: httpx.BaseTransport) -> list[pd.DataFrame]:
    """Return the rows of two days as a parser leaves them."""
    feed = FEEDS["nyiso_dam_lbmp_zone"]
    assert feed.request is not None
    found = []
    with httpx.Client(transport=transport) as client:
        for day in DAYS:
            request = next(iter(feed.request(feed, [day], DAYS[-1])))
            answer = client.get(request.url, params=dict(request.params))
            found.append(feed.parse(feed, [Payload(request.file_name, answer.content)]))
    return found


def same(one: Verdict | SchemaChanged, other: Verdict | SchemaChanged) -> bool:
    """Say whether two verdicts say the same."""
    if isinstance(one, SchemaChanged) or isinstance(other, SchemaChanged):
        return type(one) is type(other) and str(one) == str(other)
    return one.accepted.equals(other.accepted) and one.refused.equals(other.refused)


def alone(rows: pd.DataFrame) -> Verdict | SchemaChanged:
    """Judge one payload by itself."""
    try:
        return validate(rows, LMP)
    except SchemaChanged as error:
        return error


def spoilt(rows: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, int]]:
    """Yield the rows with something wrong in them, and how many of them are kept then."""
    yield rows, len(rows)
    yield rows.assign(interval_end=rows["interval_end"].where(rows.index != 3, rows["interval_start"])), len(rows) - 1
    yield rows.assign(defect=rows["defect"].where(rows.index != 5, "cannot be read")), len(rows) - 1
    yield pd.concat([rows, rows.tail(1)], ignore_index=True), len(rows)
    yield rows.assign(lmp_usd_per_mwh=rows["lmp_usd_per_mwh"].astype("str")), 0


def test_verdicts_do_not_depend_on_the_company() -> None:
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    sound, other = parsed(SandboxTransport(0, lambda: now))
    assert (len(sound), len(other)) == (24 * 15, 25 * 15)
    for first, kept in spoilt(sound):
        together = validate_all([first, other], LMP)
        each = [alone(first), alone(other)]
        assert all(same(one, another) for one, another in zip(together, each, strict=True))
        accepted = [0 if isinstance(verdict, SchemaChanged) else len(verdict.accepted) for verdict in together]
        assert accepted == [kept, len(other)]
