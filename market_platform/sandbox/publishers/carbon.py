"""Simulated carbon programmes: auction results as the platform's tables of them, and a table of voluntary offsets.

No programme has a machine address, so these are files that a user would have, not answers of a host.
"""

from datetime import datetime, time, timedelta

from market_platform.sandbox.world import World

PROGRAMMES = {"california_quebec": "california", "rggi": "rggi", "washington": "washington"}
FIRST_YEAR = 2012
OUT_AFTER = timedelta(days=7)
HEADINGS = (
    "programme,auction,date,date_precision,current_usd,advance_usd,reserve_usd,reserve_status,offered,sold,unit,"
    "second_source,source"
)
OFFSET_HEADINGS = "registry,project,project_type,vintage,price_date,price_usd_per_metric_ton,source"
OFFSETS = (("ACR", "Sim Forest 1", "forestry", 11.2), ("VCS", "Sim Cookstoves 2", "cookstoves", 4.1),
           ("CAR", "Sim Landfill 3", "landfill gas", 6.8))  # fmt: skip


def auction_table(world: World, programme: str, now: datetime) -> bytes:
    """Return the auctions of a programme whose results are out at ``now``."""
    lines = [HEADINGS]
    for year in range(FIRST_YEAR, now.year + 1):
        for row in world.carbon_auctions(year).itertuples():
            is_out = datetime.combine(row.auction_day, time(), tzinfo=now.tzinfo) + OUT_AFTER <= now
            if row.program != PROGRAMMES[programme] or not is_out:
                continue
            unit = "short_ton" if "short" in row.unit else "metric_ton"
            lines.append(
                f"{programme},{row.auction},{row.auction_day},day,{row.settlement_price_usd:.2f},,"
                f"{row.reserve_price_usd:.2f},simulated,{row.offered_allowances},{row.sold_allowances},{unit},no,simulated"
            )
    return ("\n".join(lines) + "\n").encode()


def offset_table(now: datetime) -> bytes:
    """Return a table of offsets as a user might keep it."""
    first = now.date().replace(day=1)
    lines = [OFFSET_HEADINGS]
    lines += [
        f"{registry},{name},{kind},{now.year - 2},{first},{price:.2f},simulated"
        for registry, name, kind, price in OFFSETS
    ]
    return ("\n".join(lines) + "\n").encode()
