"""A clock that is set back or jumps: versions keep their order, and none lives backwards."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from market_platform.drills.attempts import attempt
from market_platform.drills.comparison import rows_beyond
from market_platform.drills.ground import Ground
from market_platform.drills.result import Tally
from market_platform.drills.story import AUTUMN, HUBS, LOAD, STORY, Chapter, platform_at
from market_platform.platform import Platform

# The feeds whose publisher gives out any day at any time, so that a wrong clock does not change what is asked for.
ERRANDS = ((LOAD, AUTUMN), (HUBS, AUTUMN))
CHAPTERS = 6
LIVES = ("known_from", "known_to", "published_at", "payload")


def clocks(ground: Ground, times: int) -> Tally:
    """Fetch what changes back and forth while the clock stands anywhere between a day ago and two years on."""
    tally = Tally()
    story = [
        Chapter(STORY[0].moment + timedelta(days=step), ERRANDS, corrected="." if step % 2 else "")
        for step in range(CHAPTERS)
    ]
    usual = ground.fresh("usual")
    for chapter in story:
        attempt(usual, chapter, Tally())
    wanted = platform_at(usual, story[-1].moment)
    while tally.faults < times:
        settings = ground.fresh()
        for chapter in story:
            hours = ground.chance.choice((ground.chance.uniform(-24, 24), ground.chance.uniform(0, 2 * 365 * 24)))
            wrong = replace(chapter, moment=STORY[0].moment + timedelta(hours=hours))
            attempt(settings, wrong, tally)
            tally.faults += 1
        found = platform_at(settings, story[-1].moment)
        ground.visit(found, tally)
        for contract in wanted.catalog.contracts:
            these, those = _in_order(wanted, contract.name), _in_order(found, contract.name)
            tally.rows += len(these)
            tally.lost += rows_beyond(these, those)
            tally.extra += rows_beyond(those, these)
    return tally


def _in_order(platform: Platform, table: str) -> pd.DataFrame:
    """Return the versions of a table without their lives, each with its number among those of its key."""
    contract = next(each for each in platform.catalog.contracts if each.name == table)
    rows = platform.lake.read(contract, versions=True)
    if rows.empty:
        return rows
    rows = rows.sort_values("known_from")
    rows["version"] = rows.groupby(["feed", *contract.key], dropna=False).cumcount()
    rows["stands"] = rows["known_to"].isna()
    return rows.drop(columns=list(LIVES))
