"""What suppliers sold: the user's ``load.csv``, an area's load in the lake times a share, or the simulated supplier's.

``load.csv`` holds one row a supplier, state and period. Either ``load_mwh`` is given, or ``feed``, ``location`` and
``share_percent`` say which load of the lake it is a part of. Where the lake holds only some hours of the period, the
load is scaled up to the whole of it and ``basis`` says from how much: an estimate, never a part passed on as whole.
"""

from datetime import date
from decimal import Decimal

import pandas as pd

from market_platform.certificates.compliance.load import Load
from market_platform.certificates.compliance.programmes import Period
from market_platform.certificates.compliance.targets import period_of, target_schedule
from market_platform.certificates.desk import Desk
from market_platform.contracts.families.power import LOAD
from market_platform.defs.certificates.days import bounds
from market_platform.defs.certificates.desk import SIMULATED_ORGANIZATION, is_simulated, user_table
from market_platform.errors import Infeasible, SchemaChanged
from market_platform.platform import Platform

COLUMNS = {
    "supplier": "", "state": "!", "period": "!", "load_mwh": "", "exempt_mwh": "0", "tiers": "", "feed": "",
    "location": "", "share_percent": "100", "source": "",
}  # fmt: skip
# The simulated supplier: state, period, MWh; the last two rows follow a load of the lake by a share in percent.
SIMULATED_LOADS = (
    ("DC", 2025, "120000", "", "", ""),
    ("MD", 2025, "60000", "", "", ""),
    ("MA", 2025, "150000", "", "", ""),
    ("MN", 2025, "250000", "", "", ""),
    ("NY", 2025, "180000", "", "", ""),
    ("NJ", 2026, "200000", "", "", ""),
    ("PA", 2026, "300000", "", "", ""),
    ("DC", 2026, "", "pjm_operations_load", "PEP", "0.4"),
    ("NJ", 2027, "", "pjm_operations_load", "PS", "0.5"),
)
LABELS = {"NJ": "EY", "PA": "RY"}
SIMULATED_YEAR = 2026


def feeds_read() -> list[str]:
    """Return the feeds of the lake that the simulated supplier's load follows."""
    return sorted({feed for *_, feed, _, _ in SIMULATED_LOADS if feed})


def loads(platform: Platform, desk: Desk) -> tuple[list[Load], list[str]]:
    """Return the loads that are known, and a line for each row whose load is not.

    Raises SchemaChanged for a row that gives neither a load nor a place in the lake.
    """
    rows = user_table(platform, "load.csv", COLUMNS)
    if rows is None:
        if not is_simulated(platform):
            return [], []
        rows = _simulated(platform.clock().date().year - SIMULATED_YEAR)
    found, unknown = [], []
    for number, row in enumerate(rows.to_dict("records"), 2):
        load = _load(platform, desk, row, number)
        if isinstance(load, str):
            unknown.append(load)
        else:
            found.append(load)
    return found, unknown


def _simulated(years_on: int) -> pd.DataFrame:
    """Return the simulated supplier's rows, moved to the years around today."""
    rows = [
        (SIMULATED_ORGANIZATION, state, f"{LABELS.get(state, '')}{year + years_on}", mwh, "0", "", feed, place, share,
         "simulated")
        for state, year, mwh, feed, place, share in SIMULATED_LOADS
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _load(platform: Platform, desk: Desk, row: dict[str, str], number: int) -> Load | str:
    supplier = row["supplier"] or desk.organization
    tiers = frozenset(filter(None, (part.strip() for part in row["tiers"].split(";"))))
    exempt = Decimal(row["exempt_mwh"] or "0")
    if row["load_mwh"]:
        basis = row["source"] or "given"
        return Load(supplier, row["state"], row["period"], Decimal(row["load_mwh"]), exempt, tiers, basis)
    if not row["feed"] or not row["location"]:
        msg = f"load.csv line {number}: give load_mwh, or feed and location of a load in the lake"
        raise SchemaChanged(msg)
    try:
        period = _period(desk, row["state"], row["period"])
    except Infeasible as error:
        return f"{row['state']} {row['period']}: {error}"
    known = lake_load_mwh(platform, row["feed"], row["location"], period)
    if known is None:
        return (
            f"{row['state']} {row['period']}: the lake holds no {row['feed']} of {row['location']} in that period yet"
        )
    mwh, hours, of_hours = known
    percent = row["share_percent"] or "100"
    share = Decimal(percent) / 100
    basis = f"{percent} % of {row['feed']} {row['location']}"
    if hours < of_hours:
        basis += f", estimated from {100 * hours / of_hours:.1f} % of the period's hours"
    whole = (Decimal(mwh * of_hours / hours) * share).quantize(Decimal("0.001"))
    return Load(supplier, row["state"], row["period"], whole, exempt, tiers, basis)


def lake_load_mwh(platform: Platform, feed: str, location: str, period: Period) -> tuple[float, float, float] | None:
    """Return MWh in the lake, hours that they cover and hours of the period; None where the lake holds none."""
    rows = platform.lake.read(
        LOAD,
        f"feed = '{feed}' AND location = '{location}' AND load_mw IS NOT NULL "
        f"AND market_day BETWEEN DATE '{period.start}' AND DATE '{period.end}'",
    )
    if rows.empty:
        return None
    hours = (rows["interval_end"] - rows["interval_start"]) / pd.Timedelta(hours=1)
    start, end = bounds(period.start, period.end)
    return float((rows["load_mw"] * hours).sum()), float(hours.sum()), (end - start) / pd.Timedelta(hours=1)


def _period(desk: Desk, state: str, label: str) -> Period:
    schedule = target_schedule(desk.reference.targets, desk.reference.overrides)
    try:
        return period_of(schedule, state, label)
    except Infeasible:
        if not label.isdigit() or state not in desk.reference.programmes:
            raise
        return desk.reference.programmes[state].period_containing(date(int(label), 12, 31))
