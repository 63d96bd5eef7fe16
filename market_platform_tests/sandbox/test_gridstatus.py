"""A client that no one here wrote reads the simulated publishers: gridstatus gets the values that our parsers get."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import hours_in_day
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS

CLIENT = Path(__file__).parent / "gridstatus_client.py"
ENVIRONMENT = Path(sys.prefix) / "peers" / "gridstatus-0.37.0" / "bin" / "python"
# What the client calls it, and the feed that brings the same numbers.
PAIRS = {
    "nyiso": {"dam": "nyiso_dam_lbmp_zone", "rt": "nyiso_rt_lbmp_zone", "load": "nyiso_load_5min"},
    "caiso": {
        "dam": "caiso_dam_lmp_hub",
        "fmm": "caiso_fmm_lmp_hub",
        "rt": "caiso_rtd_lmp_hub",
        "load": "caiso_load_5min",
        "load_hourly": "caiso_load_hourly",
    },
    "pjm": {
        "dam": "pjm_dam_lmp_hub",
        "rt": "pjm_rt_5min_lmp_node",  # of archived days PJM gives all nodes or none
        "rt_hourly": "pjm_rt_hourly_lmp_hub",
        "load": "pjm_load_instantaneous",
        "load_hourly": "pjm_load_metered",
    },
    "ercot": {"dam": "ercot_dam_spp", "rt": "ercot_rtm_spp"},
    "ercot_api": {"dam": "ercot_dam_spp", "rt": "ercot_rtm_spp", "load_hourly": "ercot_load_weather_zone"},
}
# What a publisher keeps for days only is compared for a day of now.
RECENT_ONLY = {("pjm", "load"), ("ercot", "dam"), ("ercot", "rt")}
WEATHER_ZONES = {
    "Far West": "FAR_WEST",
    "North Central": "NORTH_C",
    "South Central": "SOUTH_C",
    "System Total": "ERCOT",
}

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not ENVIRONMENT.exists(), reason="gridstatus is not here: `make peers` makes its environment"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Address of ``market-platform sandbox serve``, run as a user runs it."""
    command = [str(Path(sys.executable).with_name("market-platform")), "sandbox", "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[3].removesuffix("/<host>/<path>")
        server.terminate()


def days_of(market: str, now: datetime) -> list[date]:
    """Return a whole day of now, and the last days of 23 and of 25 hours."""
    zone = MARKETS[market.removesuffix("_api")].zone
    whole = (now - timedelta(days=3)).astimezone(zone).date()
    before = [whole - timedelta(days=back) for back in range(1, 400)]
    return [whole, *(next(day for day in before if hours_in_day(day, zone) == hours) for hours in (23, 25))]


@pytest.mark.parametrize("market", PAIRS)
def test_gridstatus_reads_what_our_parsers_read(
    market: str, address: str, tmp_path: Path, make_platform: Callable[..., Platform]
) -> None:
    now = datetime.now(UTC)
    days = days_of(market, now)
    command = [str(ENVIRONMENT), str(CLIENT), address, str(tmp_path), market, *map(str, days)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    platform = make_platform(now=now)
    for what, key in PAIRS[market].items():
        for day in days[:1] if (market, what) in RECENT_ONLY else days:
            ours = _ours(platform, key, day)
            theirs = pd.read_csv(tmp_path / f"{market}_{what}_{day}.csv", parse_dates=["start"])
            theirs["location"] = theirs["location"].replace(WEATHER_ZONES)
            if key == "ercot_load_weather_zone":
                theirs["location"] = theirs["location"].str.upper()
            names = set(theirs["location"])
            mine = ours[ours["location"].isin(names)] if market in ("caiso", "pjm") else ours
            pd.testing.assert_series_equal(_by_place(mine), _by_place(theirs), obj=f"{key} of {day}")
            hours = hours_in_day(day, FEEDS[key].zone)
            assert theirs["start"].dt.floor("h").nunique() == (min(hours, 24) if key == "caiso_load_5min" else hours)


def _ours(platform: Platform, key: str, day: date) -> pd.DataFrame:
    feed = FEEDS[key]
    outcomes = list(platform.pipeline.ingest(feed, [day]))
    assert {outcome.outcome for outcome in outcomes} <= {"committed", "unchanged"}, outcomes
    rows = platform.lake.read(feed.contract, f"feed = '{key}' AND market_day = DATE '{day}'")
    if "location_type" in rows:  # energy-weighted prices go under the same names
        rows = rows[~rows["location_type"].str.contains("energy_weighted")]
    value = "lmp_usd_per_mwh" if "lmp_usd_per_mwh" in rows else "load_mw"
    return rows.rename(columns={"interval_start": "start", value: "value"})


def _by_place(rows: pd.DataFrame) -> pd.Series:
    places = [rows["start"].astype("datetime64[us, UTC]"), rows["location"].astype(object)]
    keyed = pd.Series(rows["value"].to_numpy(), pd.MultiIndex.from_arrays(places, names=["start", "location"]))
    assert keyed.index.is_unique
    return keyed.sort_index().astype("float64").rename("value")
