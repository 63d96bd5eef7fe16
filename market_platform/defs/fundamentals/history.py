"""The past that the fundamentals' analytics look back on, where the lake does not hold it yet.

Live, only what publishers give away is fetched: the reanalysis of the weather and Henry Hub's settlement pages. Bought
files (settlements of basis futures), saved postings and the user's tables are imported by the user. In the sandbox
their simulated counterparts are imported here, as a user would.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import dagster as dg
import sqlalchemy as sa

from market_platform.ingest.account import Outcome
from market_platform.markets.gas import is_business_day
from market_platform.platform import Platform
from market_platform.sources.carbon.auctions import PROGRAMMES, reference_table
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload
from market_platform.store.feed_tables import coverage

TRADING_LOOK_BACK_DAYS = 120
WEATHER_LOOK_BACK_DAYS = 30
POSTINGS_LOOK_BACK_DAYS = 14
CONTRACT_MONTHS = 24
OFFSETS_FILE = "offsets.csv"
SETTLEMENTS_FILE = "gas_settlements.csv"


@dg.asset(
    key="fundamentals_history",
    group_name="fundamentals",
    kinds={"deltalake"},
    description="Brings the past that basis, storage and weather analytics need and the lake does not hold: reanalysis of "
    "the weather, Henry Hub settlements, the carbon tables, and of the data folder `offsets.csv` and `gas_settlements.csv`.",
)
def fundamentals_history(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult:
    """Fetch and import what is missing; one failed source does not stop the others."""
    outcomes = [*_weather(platform), *_settlements(platform), *_carbon(platform), *_postings(platform)]
    failed = [outcome for outcome in outcomes if outcome.failed]
    for outcome in failed:
        context.log.warning(f"{outcome.feed}: {outcome.outcome}: {outcome.message}")
    lines = ["| feed | source | outcome | rows |", "|---|---|---|---:|"]
    lines += [f"| {one.feed} | {one.source} | {one.outcome} | {one.committed} |" for one in outcomes[:100]]
    return dg.MaterializeResult(
        metadata={
            "rows": sum(outcome.committed for outcome in outcomes),
            "failed": len(failed),
            "origin": platform.settings.origin,
            "outcomes": dg.MetadataValue.md("\n".join(lines)),
        }
    )


def _weather(platform: Platform) -> Iterator[Outcome]:
    feed = FEEDS["weather_open_meteo_history"]
    missing = _not_held(platform, feed.key, WEATHER_LOOK_BACK_DAYS)
    yield from platform.pipeline.ingest(feed, missing)


def _settlements(platform: Platform) -> Iterator[Outcome]:
    own = platform.settings.data_folder / SETTLEMENTS_FILE
    if own.exists():
        yield from platform.imports.take_file(Payload(SETTLEMENTS_FILE, own.read_bytes()))
    key = "cme_nymex_file" if platform.settings.origin == "sandbox" else "cme_ng_settlements"
    missing = _not_held(platform, key, TRADING_LOOK_BACK_DAYS)
    missing = [day for day in missing if is_business_day(day)]
    if platform.settings.origin == "live":
        for outcome in platform.pipeline.ingest(FEEDS[key], missing):
            yield outcome
            if outcome.failed:  # who is refused once is refused every day
                return
    elif missing:
        from market_platform.sandbox.publishers.cme import settlement_files
        from market_platform.sandbox.world import World

        content = settlement_files(World(platform.settings.sandbox_seed), missing, CONTRACT_MONTHS)
        yield from platform.imports.take_file(Payload(f"nymex_future_{missing[0]}_{missing[-1]}.csv", content))


def _carbon(platform: Platform) -> Iterator[Outcome]:
    own = platform.settings.data_folder / OFFSETS_FILE
    tables = [reference_table(programme) for programme in PROGRAMMES]
    if own.exists():
        tables.append(Payload(OFFSETS_FILE, own.read_bytes()))
    if platform.settings.origin == "sandbox":
        from market_platform.sandbox.publishers.carbon import auction_table, offset_table
        from market_platform.sandbox.world import World

        world, now = World(platform.settings.sandbox_seed), platform.clock()
        tables[: len(PROGRAMMES)] = [Payload(f"{name}.csv", auction_table(world, name, now)) for name in PROGRAMMES]
        tables += [] if own.exists() else [Payload(OFFSETS_FILE, offset_table(now))]
    for table in tables:
        yield from platform.imports.take_file(table)


def _postings(platform: Platform) -> Iterator[Outcome]:
    """Import what pipelines with files would have posted; live, these files are the user's to bring."""
    if platform.settings.origin != "sandbox":
        return
    missing = _not_held(platform, "pipelines_capacity", POSTINGS_LOOK_BACK_DAYS)
    if missing:
        from market_platform.sandbox.publishers.pipelines import enbridge_file
        from market_platform.sandbox.world import World

        content = enbridge_file(World(platform.settings.sandbox_seed), missing, platform.clock())
        yield from platform.imports.take_file(Payload(f"MT_OA_{missing[0]}_{missing[-1]}.csv", content))


def _not_held(platform: Platform, feed: str, days_back: int) -> list[date]:
    """Return the days up to yesterday of which the lake has no row of the feed, by the account of what came in."""
    today = platform.clock().date()
    days = [today - timedelta(days=step) for step in range(days_back, 0, -1)]
    with platform.ledger.read() as connection:
        question = sa.select(coverage.c.market_day).where(coverage.c.feed == feed, coverage.c.market_day >= days[0])
        held: set[date] = set(connection.execute(question).scalars())
    return [day for day in days if day not in held]
