"""The simulated lists: nodes, and maps from nodes to aggregates and areas."""

from datetime import date

import pandas as pd

from market_platform.sandbox.publishers.caiso.report import Parameters, Report, Rows, before_start, hourly, texts
from market_platform.sandbox.world import World


def _whole_life(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(
        interval_start=pd.Timestamp("2020-01-01T08:00Z"), EFF_START_DT_GMT="2020-01-01T08:00:00-00:00",
        EFF_END_DT_GMT="2031-01-01T07:59:59-00:00", EFF_START_DT="2020-01-01T00:00:00",
        EFF_END_DT="2030-12-31T23:59:59", COMMENTS="", interval_end=pd.Timestamp("2031-01-01T08:00Z"),
    )  # fmt: skip


def node_map_rows(heading: str, prefix: str) -> Rows:
    """Return the rows of a map that puts each node into the aggregate of its zone."""

    def rows(world: World, _day: date, _parameters: Parameters) -> pd.DataFrame:
        nodes = world.nodes("caiso", world.caiso_nodes)
        aggregate = prefix + nodes["zone"]
        frame = pd.DataFrame({heading: aggregate, "PNODE_ID": nodes["node"], "DESCRIPTION": aggregate})
        return _whole_life(frame)

    return rows


def node_rows(world: World, _day: date, _parameters: Parameters) -> pd.DataFrame:
    """Return the nodes with their type."""
    nodes = world.nodes("caiso", world.caiso_nodes)
    frame = pd.DataFrame({"PNODE_ID": nodes["node"], "PNODE_TYPE": "GEN", "DESCRIPTION": nodes["node"]})
    blanks = dict.fromkeys(NODE_BLANKS, "")
    return _whole_life(frame).assign(CB_NODE_FLAG="Y", **blanks)


def factor_rows(world: World, _day: date, _parameters: Parameters) -> pd.DataFrame:
    """Return equal factors of the nodes of each zone."""
    nodes = world.nodes("caiso", world.caiso_nodes)
    share = 1.0 / nodes.groupby("zone")["node"].transform("size")
    frame = pd.DataFrame(
        {"APNODE_ID": "DLAP_" + nodes["zone"], "PNODE_ID": nodes["node"], "DIST_FACTOR": texts(share, 6)}
    )
    return _whole_life(frame).assign(SEASON="ALL", TIME_OF_USE="ON", DESCRIPTION="", GROUP="1")


NODE_BLANKS = ("MAX_CB_MW", "MAX_CB_MW_EFF_START_DT", "MAX_CB_MW_EFF_END_DT", "MAX_CB_MW_EFF_START_DT_GMT",
               "MAX_CB_MW_EFF_END_DT_GMT")  # fmt: skip
EFFECTIVE = ("EFF_START_DT_GMT", "EFF_END_DT_GMT", "EFF_START_DT", "EFF_END_DT")
ALWAYS = before_start(0)


def _map(heading: str, prefix: str) -> Report:
    headings = (heading, "PNODE_ID", "DESCRIPTION", "COMMENTS", *EFFECTIVE)
    return Report(headings, node_map_rows(heading, prefix), hourly, ALWAYS, is_list=True)


LIST_REPORTS: dict[str, Report] = {
    "ATL_PNODE_MAP": _map("APNODE_ID", "AGG_"),
    "ATL_TAC_AREA_MAP": _map("TAC_AREA_ID", "TAC_"),
    "ATL_AS_REGION_MAP": _map("AS_REGION_ID", "AS_"),
    "ATL_RUC_ZONE_MAP": _map("RUC_ZONE_ID", "RUC_"),
    "ATL_LDF": Report((*EFFECTIVE, "APNODE_ID", "PNODE_ID", "DIST_FACTOR", "SEASON", "TIME_OF_USE", "DESCRIPTION",
                       "COMMENTS", "GROUP"), factor_rows, hourly, ALWAYS, is_list=True),
    "ATL_PNODE": Report(("PNODE_ID", "PNODE_TYPE", "DESCRIPTION", "COMMENTS", "EFF_START_DT", "EFF_END_DT",
                         "EFF_START_DT_GMT", "EFF_END_DT_GMT", "CB_NODE_FLAG", *NODE_BLANKS), node_rows, hourly, ALWAYS,
                        is_list=True),
}  # fmt: skip
