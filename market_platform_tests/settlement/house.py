"""A platform on the sandbox with the prices that settle an ISO's day, and nothing else."""

from datetime import UTC, datetime, timedelta

from market_platform.contracts.families.prices import LMP
from market_platform.platform import Platform
from market_platform.sandbox.transport import SandboxTransport
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS

NOW = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
FEEDS_OF = {
    "caiso": (
        "caiso_dam_lmp_hub",
        "caiso_fmm_lmp_hub",
        "caiso_rtd_lmp_hub",
        "caiso_dam_ancillary",
        "caiso_fmm_ancillary",
    ),
    "ercot": ("ercot_dam_spp", "ercot_rtm_spp", "ercot_dam_mcpc", "ercot_rtm_mcpc"),
    "nyiso": ("nyiso_dam_lbmp_zone", "nyiso_rt_lbmp_zone", "nyiso_dam_ancillary", "nyiso_rt_ancillary"),
    "pjm": ("pjm_dam_lmp_hub", "pjm_rt_5min_lmp_hub", "pjm_dam_reserve_prices", "pjm_rt_reserve_prices"),
}


class Clock:
    """A clock that a test sets."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now

    def pass_by(self, **step):
        self.now += timedelta(**step)


def open_house(folder, *, clock=None, origin="sandbox"):
    clock = clock or Clock()
    transport = SandboxTransport(0, clock)
    return Platform(
        Settings(data=folder, origin=origin, DATABASE_URL=None), clock=clock, transport=transport, sleep=lambda _: None
    )


def fill(platform, iso, days):
    """Bring in the prices that settle some days."""
    for key in FEEDS_OF[iso]:
        outcomes = list(platform.pipeline.ingest(FEEDS[key], list(days)))
        failed = [f"{key}: {outcome.message}" for outcome in outcomes if outcome.failed]
        assert not failed, failed


def correct(platform, feed, day, location, add, *, rows=slice(100, 106)):
    """Publish some prices of a day anew, dearer by ``add``; return the corrected intervals."""
    held = platform.lake.read(LMP, f"feed = '{feed}' AND market_day = DATE '{day}' AND location = '{location}'")
    part = held.sort_values("interval_start").iloc[rows].copy()
    for column in ("lmp_usd_per_mwh", "energy_usd_per_mwh"):
        part[column] = (part[column] + add).round(2)
    platform.lake.commit(LMP, feed, part[list(LMP.row_columns)], payload="corrected", read_at=platform.clock())
    return set(part["interval_start"])
