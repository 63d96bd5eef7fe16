"""The simulated reports whose layout nobody has shown: XML in OASIS' general shape, names of figures of our own."""

from datetime import date, time

import pandas as pd

from market_platform.sandbox.publishers.caiso.group_reports import rights_rows
from market_platform.sandbox.publishers.caiso.report import (
    NEXT_MORNING,
    RUNS,
    Parameters,
    Report,
    Rows,
    by_minutes,
    by_run,
    hourly,
    local_time,
    run_of,
    texts,
)
from market_platform.sandbox.world import World

LENGTHS = {"DAM": 60, "RUC": 60, "RTPD": 15, "RTD": 5}
RIGHT = ("MARKET_NAME", "MARKET_TERM", "TIME_OF_USE", "SINK_NAME")
HELD_MW = 10
BIDDERS = 3


def ramp_figures(unit: str, *figures: tuple[str, float]) -> Rows:
    """Return the rows of a report of figures of the system as shares of load."""

    def rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
        load = world.load("caiso", day, LENGTHS[run_of(parameters)])
        hours = load.groupby(["interval_start", "interval_end"], as_index=False)["load_mw"].sum()
        frames = [hours.assign(item=item, value=texts(hours["load_mw"] * part, 2)) for item, part in figures]
        return pd.concat(frames, ignore_index=True).assign(resource="CISO", UOM=unit)

    return rows


def tie_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Return imports and exports scheduled over each tie."""
    flow = world.interchange("caiso", day, LENGTHS[run_of(parameters)])
    net = flow["net_import_mw"]
    frames = [
        flow.assign(item=item, resource=flow["neighbour"] + "_TIE", value=texts(part, 2))
        for item, part in (("IMPORT_SCH_MW", net.clip(lower=0)), ("EXPORT_SCH_MW", (-net).clip(lower=0)))
    ]
    return pd.concat(frames, ignore_index=True)


def holding_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Rights held in the market asked for: one from each priced node to the next, and the last to the first."""
    rows = rights_rows(world, day, parameters)
    if rows.empty or parameters.get("market_name", rows["MARKET_NAME"].iloc[0]) != rows["MARKET_NAME"].iloc[0]:
        return rows.head(0)
    sink = rows.groupby("TIME_OF_USE")["APNODE_ID"].shift(-1).fillna(rows["APNODE_ID"].iloc[0])
    return rows.assign(item="CRR_MW", resource=rows["APNODE_ID"], SINK_NAME=sink, value=str(HELD_MW))


def right_bids(term: str) -> Rows:
    """Return the bids of an auction: some bidders a path, two of them alike."""

    def rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
        held = holding_rows(world, day, parameters)
        if held.empty:
            return held
        price = held["congestion_usd_per_mwh"].abs() * 300
        bids = [
            held.assign(
                item="BID_MW", MARKET_TERM=term, value=str(min(number, 2) * HELD_MW), PRC=texts(price * number, 2)
            )
            for number in range(1, BIDDERS + 1)
        ]
        return pd.concat(bids, ignore_index=True)

    return rows


DESCRIBED_REPORTS: dict[str, Report] = {
    **{
        query: Report((), ramp_figures(unit, *figures), by_minutes(LENGTHS), by_run(RUNS), unit, longest_days=1)
        for query, unit, figures in (
            ("PRC_FLEX_RAMP", "US$/MWh", (("RAMP_UP_PRC", 1e-5), ("RAMP_DOWN_PRC", 0.0))),
            ("ENE_AGGR_FLEX_RAMP", "MW", (("RAMP_UP_AWARD_MW", 0.03), ("RAMP_DOWN_AWARD_MW", 0.02))),
            ("ENE_FLEX_RAMP_DC", "US$/MWh", (("SURPLUS_DEMAND_UP_PRC", 2e-4), ("SURPLUS_DEMAND_DOWN_PRC", 1e-4))),
            ("ENE_UNCERTAINTY_MV", "MW", (("UNCERTAINTY_UP_MW", 0.015), ("UNCERTAINTY_DOWN_MW", 0.01))),
        )
    },
    "CRR_INVENTORY": Report((), holding_rows, hourly, NEXT_MORNING, elements=RIGHT),
}

DESCRIBED_GROUPS: dict[str, tuple[str, Report]] = {
    **{
        f"{run}_ENE_SCH_BY_TIE_GRP": (
            f"{run}_ENE_SCH_BY_TIE",
            Report((), tie_rows, by_minutes(LENGTHS), by_run(RUNS), longest_days=1, run=run),
        )
        for run in LENGTHS
    },
    **{
        f"PUB_CRR_BID_{term}_GRP": (
            f"PUB_CRR_BID_{term}",
            Report((), right_bids(term), hourly, local_time(time(13), 90), elements=(*RIGHT, "PRC")),
        )
        for term in ("MONTHLY", "SEASONAL")
    },
}
