"""Marts: five years of hourly prices of 60 locations in four markets, the twenty questions, a full dbt build, the brief."""

import resource
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from deltalake import write_deltalake

from market_platform.contracts.families.prices import LMP
from market_platform.defs.marts.brief_files import find_browser, write_brief
from market_platform.defs.marts.build import build_marts
from market_platform.markets.market import MARKETS
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform_tests.marts.questions import questions

GROUP = "marts"
NOW = datetime(2026, 1, 1, 20, tzinfo=UTC)
FIRST, LAST = np.datetime64("2021-01-01T00", "h"), np.datetime64("2026-01-01T00", "h")
LOCATIONS = 60
ROUNDS = 5
QUESTION_BAR_MS, BUILD_BAR_SECONDS, BRIEF_BAR_SECONDS = 100, 60, 10
FEEDS_WRITTEN = {
    "nyiso": (("nyiso_dam_lbmp_zone", "DAM"), ("nyiso_rt_hourly_lbmp_zone", "RT_HOURLY")),
    "pjm": (("pjm_dam_lmp_hub", "DAM"), ("pjm_rt_hourly_lmp_hub", "RT_HOURLY")),
    "caiso": (("caiso_dam_lmp_hub", "DAM"), ("caiso_fmm_lmp_hub", "FMM")),
    "ercot": (("ercot_dam_spp", "DAM"), ("ercot_rtm_spp", "RTM")),
}
HUBS = {
    "nyiso": ["N.Y.C.", "WEST", "CAPITL", "HUD VL", "LONGIL"],
    "pjm": ["WESTERN HUB", "AEP-DAYTON HUB", "CHICAGO HUB", "DOMINION HUB"],
    "caiso": ["TH_NP15_GEN-APND", "TH_SP15_GEN-APND", "TH_ZP26_GEN-APND"],
    "ercot": ["HB_NORTH", "HB_HOUSTON", "HB_SOUTH", "HB_WEST"],
}


def figure(name, value, unit, bar, peer=None, peer_value=None):
    """Return one figure, held where the value is below its bar."""
    ratio = peer_value / value if peer_value else None
    return {
        "name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value, "ratio": ratio,
        "bar": bar, "holds": value < bar,
    }  # fmt: skip


def prices(market, feed, market_run, seed):
    """Return five years of hourly prices of one feed as an Arrow table in the lake's shape."""
    draw = np.random.default_rng(seed)
    hours = np.arange(FIRST, LAST)
    names = (HUBS[market] + [f"{market.upper()}_{at:02d}" for at in range(LOCATIONS)])[:LOCATIONS]
    zone = MARKETS[market].zone
    local = pa.array(hours.astype("datetime64[us]")).cast(pa.timestamp("us", "UTC")).to_pandas().dt.tz_convert(zone)
    days = np.tile(local.dt.date.to_numpy().astype("datetime64[D]"), LOCATIONS)
    starts = np.tile(hours.astype("datetime64[us]"), LOCATIONS)
    count = len(starts)
    shape = 35 + 12 * np.sin((local.dt.hour.to_numpy() - 9) / 24 * 2 * np.pi)
    values = np.round(np.tile(shape, LOCATIONS) + draw.normal(0, 9, count), 2)
    congestion = np.round(draw.normal(0, 2, count), 2)

    def same(value, kind):
        return pa.repeat(pa.scalar(value, kind), count)

    columns = {
        "feed": same(feed, pa.string()),
        "month": pa.array(np.datetime_as_string(days, unit="M")),
        "published_at": pa.nulls(count, pa.timestamp("us", "UTC")),
        "known_from": pa.array(days.astype("datetime64[us]") + np.timedelta64(32, "h")).cast(pa.timestamp("us", "UTC")),
        "known_to": pa.nulls(count, pa.timestamp("us", "UTC")),
        "payload": same("0" * 64, pa.string()),
        "market_day": pa.array(days),
        "interval_start": pa.array(starts).cast(pa.timestamp("us", "UTC")),
        "interval_end": pa.array(starts + np.timedelta64(1, "h")).cast(pa.timestamp("us", "UTC")),
        "market": same(market, pa.string()),
        "market_run": same(market_run, pa.string()),
        "location": pa.array(np.repeat(names, len(hours))),
        "location_id": pa.nulls(count, pa.string()),
        "location_type": same("hub", pa.string()),
        "lmp_usd_per_mwh": pa.array(values),
        "energy_usd_per_mwh": pa.array(values - congestion),
        "congestion_usd_per_mwh": pa.array(congestion),
        "loss_usd_per_mwh": same(0.0, pa.float64()),
        "ghg_usd_per_mwh": pa.nulls(count, pa.float64()),
    }
    return pa.table({name: columns[name] for name in LMP.arrow_schema.names}, schema=LMP.arrow_schema)


def fill(platform):
    """Lay five years of both runs of four markets into the lake."""
    rows = 0
    for seed, (market, feeds) in enumerate(FEEDS_WRITTEN.items()):
        for feed, market_run in feeds:
            table = prices(market, feed, market_run, seed)
            rows += table.num_rows
            write_deltalake(
                platform.lake.path(LMP), table, mode="append", partition_by=["feed", "month"], name=LMP.name
            )
    return rows


def lay_one_day(platform):
    """Lay one more market day of all markets' day-ahead prices into the lake, as a refresh does; return its rows."""
    day = timedelta(days=1)
    for (feed, _), _ in FEEDS_WRITTEN.values():
        last = platform.lake.read(LMP, f"feed = '{feed}' AND market_day = DATE '2025-12-30'")[list(LMP.row_columns)]
        later = {name: last[name] + 2 * day for name in ("interval_start", "interval_end")}
        rows = last.assign(market_day=date(2026, 1, 1), **later)
        platform.lake.commit(LMP, feed, rows, payload="0" * 64, read_at=NOW)
    return len(FEEDS_WRITTEN) * len(rows)


def seconds(work, rounds=ROUNDS):
    """Return the median wall time of some rounds after a warm-up."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def processor_seconds():
    """Return the time that this process and those it has waited for have spent."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def timed(work):
    """Return wall time, processor time and result of some work."""
    start, before = time.perf_counter(), processor_seconds()
    result = work()
    return time.perf_counter() - start, processor_seconds() - before, result


def run():
    """Yield the figures."""
    with tempfile.TemporaryDirectory() as folder:
        platform = Platform(Settings(data=Path(folder), origin="sandbox"), clock=lambda: NOW)
        rows = fill(platform)
        took, cpu, build = timed(lambda: build_marts(platform, full_refresh=True))
        assert build.published, build.error
        name = f"dbt full build and tests, {rows:,} rows in the lake"
        yield figure(name, took, "s", BUILD_BAR_SECONDS, "its own processor time on two cores", cpu)
        rows = lay_one_day(platform)
        took, cpu, build = timed(lambda: build_marts(platform))
        assert build.published, build.error
        assert not build.full_refresh
        yield figure(
            f"dbt build of one new day, {rows:,} rows", took, "s", BUILD_BAR_SECONDS, "its own processor time", cpu
        )
        with platform.catalog.connect() as connection:
            (count,) = connection.sql("SELECT count(*) FROM prices_hourly").fetchone()
            for number, (title, statement) in sorted(questions().items()):
                took = 1000 * seconds(lambda statement=statement: connection.execute(statement).fetchall())
                yield figure(f"question {number}, {count:,} hourly rows: {title}", took, "ms", QUESTION_BAR_MS)
        took, cpu, _ = timed(lambda: write_brief(platform, date(2025, 12, 30), browser=find_browser()))
        yield figure(
            "market brief, page and PDF", took, "s", BRIEF_BAR_SECONDS, "its own processor time on two cores", cpu
        )
