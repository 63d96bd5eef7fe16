"""What each simulated OASIS report holds: headings in the publisher's order and rows from the world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.markets.caiso import COMPONENT_OF_ITEM, PRICE_COMPONENTS
from market_platform.sandbox.publishers.caiso.wire import ZONE
from market_platform.sandbox.world import World

NODES = 120
Parameters = Mapping[str, str]
Rows = Callable[[World, date, Parameters], pd.DataFrame]


@dataclass(frozen=True)
class Report:
    """One simulated report: ``rows`` of a market day carry interval_start, interval_end, and the headings' texts."""

    headings: tuple[str, ...]
    rows: Rows
    minutes: Callable[[Parameters], int]
    unit: str
    public_from: Callable[[Parameters, pd.Series], pd.Series]
    longest_days: int = 31


def day_ahead_at(clock: time, days_before: int = 1) -> Callable[[Parameters, pd.Series], pd.Series]:
    """Publish a whole market day at a local time some days before it."""

    def moments(_parameters: Parameters, starts: pd.Series) -> pd.Series:
        days = starts.dt.tz_convert(ZONE).dt.date
        release = {day: datetime.combine(day - timedelta(days=days_before), clock, tzinfo=ZONE) for day in set(days)}
        return pd.to_datetime(days.map(release), utc=True)

    return moments


def before_start(minutes: float) -> Callable[[Parameters, pd.Series], pd.Series]:
    """Publish each interval so long before it starts (negative: after)."""
    return lambda _parameters, starts: starts - timedelta(minutes=minutes)


def by_run(**rules: Callable[[Parameters, pd.Series], pd.Series]) -> Callable[[Parameters, pd.Series], pd.Series]:
    """Choose the rule of publication by market_run_id."""
    return lambda parameters, starts: rules[run_of(parameters)](parameters, starts)


def run_of(parameters: Parameters) -> str:
    """Return the run asked for, with its execution type where one is given."""
    run, execution = parameters.get("market_run_id", "DAM"), parameters.get("execution_type")
    return f"{run}_{execution}" if execution and execution != run else run


LMP_MINUTES = {"DAM": 60, "HASP": 15, "RTPD": 15, "RTM": 5, "RTD": 5}
ITEM_OF_COMPONENT = {component: item for item, component in COMPONENT_OF_ITEM.items()}


def lmp_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Prices of the nodes asked for, one row a component."""
    run = run_of(parameters)
    minutes = LMP_MINUTES[run]
    wide = _located(world, day, parameters, minutes, real_time=run != "DAM")
    wide["ghg_usd_per_mwh"] = 0.0
    names = tuple(PRICE_COMPONENTS)
    values = wide[list(PRICE_COMPONENTS.values())].to_numpy()
    position = np.repeat(np.arange(len(wide)), len(names))
    rows = wide.iloc[position].reset_index(drop=True)
    component = np.tile(np.array(names, dtype=object), len(wide))
    group = np.tile(np.arange(1, len(names) + 1), len(wide)).astype(str)
    node = rows["location"]
    return rows.assign(
        NODE_ID_XML=node, NODE_ID=node, NODE=node, PNODE_RESMRID=node, MARKET_RUN_ID=run, LMP_TYPE=component,
        XML_DATA_ITEM=[ITEM_OF_COMPONENT[name] for name in component], GRP_TYPE=parameters.get("grp_type", "ALL"),
        POS="1", GROUP=group, value=[f"{value:.5f}" for value in values.ravel()],
    ).assign(resource=node, item=lambda frame: frame["XML_DATA_ITEM"])  # fmt: skip


def _located(world: World, day: date, parameters: Parameters, minutes: int, *, real_time: bool) -> pd.DataFrame:
    wanted = [node for node in parameters.get("node", "").split(",") if node]
    group = parameters.get("grp_type")
    hubs = world.real_time_prices("caiso", day, minutes) if real_time else world.day_ahead_prices("caiso", day)
    if group == "ALL_APNODES" or (wanted and set(wanted) <= set(hubs["location"])):
        nodes = hubs
    elif real_time:
        nodes = pd.concat([hubs, world.real_time_node_prices("caiso", day, NODES, minutes)])
    else:
        nodes = pd.concat([hubs, world.day_ahead_node_prices("caiso", day, NODES)])
    return nodes[nodes["location"].isin(wanted)] if wanted else nodes


LMP_TAIL = ("NODE_ID_XML", "NODE_ID", "NODE", "MARKET_RUN_ID", "LMP_TYPE", "XML_DATA_ITEM", "PNODE_RESMRID", "GRP_TYPE")
GMT_PAIR = ("INTERVALSTARTTIME_GMT", "INTERVALENDTIME_GMT")


def _lmp(value: str, *, interval_last: bool, public_from: Callable[[Parameters, pd.Series], pd.Series]) -> Report:
    head = (*GMT_PAIR, "OPR_DT", "OPR_HR")
    ends = ("POS", f"value:{value}")
    headings = (
        (*head, *LMP_TAIL, *ends, "OPR_INTERVAL", "GROUP")
        if interval_last
        else (*head, "OPR_INTERVAL", *LMP_TAIL, *ends, "GROUP")
    )
    return Report(headings, lmp_rows, lambda parameters: LMP_MINUTES[run_of(parameters)], "US$/MWh", public_from)


REPORTS: dict[str, Report] = {
    "PRC_LMP": _lmp("MW", interval_last=False, public_from=day_ahead_at(time(13))),
    "PRC_HASP_LMP": _lmp("MW", interval_last=False, public_from=before_start(45)),
    "PRC_RTPD_LMP": _lmp("PRC", interval_last=True, public_from=before_start(22.5)),
    "PRC_INTVL_LMP": _lmp("VALUE", interval_last=True, public_from=before_start(-5)),
}
