"""Columns of CAISO's bid disclosures, lists and maps: what each heading is called here."""

from market_platform.sources.caiso.oasis import ITEM, RUN, TIMES, Report
from market_platform.sources.tabular import label, number, passed

BID_SUMMARIES = Report(
    ("ENE_CB_MKT_SUM",),
    (
        *TIMES,
        label("side", "PRODUCT_TYPE"),
        label("measure", "SUMMARY_CAT"),
        number("self_schedule", "SELF_SCHEDULE"),
        number("energy_bid", "ENERGY_BID"),
        number("virtual_bid", "VIRTUAL_BID"),
        number("total", "TOTAL"),
        passed("PRODUCT_TYPE_ORDER"),
        passed("SUMMARY_CAT_ORDER"),
    ),
)
VIRTUAL_TOTALS = Report(("ENE_CB_AWARDS",), (*TIMES, ITEM, label("direction", "VIRTUALBID_TYPE"), number("mw", "MW")))
VIRTUAL_NODES = Report(("ENE_CB_CLR_AWARDS",), (*TIMES, ITEM, label("node", "NODE_ID"), number("mw", "MW")))
PUBLIC_BIDS = Report(
    ("PUB_BID", "PUB_DAM_GRP", "PUB_RTM_GRP"),
    (
        label("start", "SCH_BID_TIMEINTERVALSTART_GMT"),
        label("end", "SCH_BID_TIMEINTERVALSTOP_GMT"),
        label("offer_start", "TIMEINTERVALSTART_GMT", optional=True),
        label("offer_end", "TIMEINTERVALEND_GMT", optional=True),
        label("hour_start", "STARTTIME_GMT", optional=True),
        label("hour_end", "STOPTIME_GMT", optional=True),
        RUN,
        label("resource_type", "RESOURCE_TYPE"),
        label("participant", "SCHEDULINGCOORDINATOR_SEQ"),
        label("resource", "RESOURCEBID_SEQ"),
        label("product_bid", "PRODUCTBID_MRID"),
        label("product", "MARKETPRODUCTTYPE"),
        number("self_schedule", "SELFSCHEDMW"),
        number("mw", "SCH_BID_XAXISDATA"),
        number("price", "SCH_BID_Y1AXISDATA"),
        number("least_soc", "MINEOHSTATEOFCHARGE", optional=True),
        number("most_soc", "MAXEOHSTATEOFCHARGE", optional=True),
        *(
            passed(heading)
            for heading in (
                "STARTTIME", "STOPTIME", "STARTDATE", "STARTDATE_GMT", "TRADE_DATE", "TIMEINTERVALSTART",
                "TIMEINTERVALEND", "PRODUCTBID_DESC", "MARKETPRODUCT_DESC", "SCH_BID_TIMEINTERVALSTART",
                "SCH_BID_TIMEINTERVALSTOP", "SCH_BID_Y2AXISDATA", "SCH_BID_CURVETYPE",
            )
        ),
    ),
)  # fmt: skip

EFFECTIVE = (
    label("start", "EFF_START_DT_GMT"),
    label("end", "EFF_END_DT_GMT"),
    passed("EFF_START_DT"),
    passed("EFF_END_DT"),
    passed("DESCRIPTION"),
    passed("COMMENTS"),
)


def _map(query: str, heading: str) -> Report:
    return Report((query,), (label("aggregate", heading), label("node", "PNODE_ID"), *EFFECTIVE))


AGGREGATE_MAP = _map("ATL_PNODE_MAP", "APNODE_ID")
TAC_AREA_MAP = _map("ATL_TAC_AREA_MAP", "TAC_AREA_ID")
RESERVE_REGION_MAP = _map("ATL_AS_REGION_MAP", "AS_REGION_ID")
RUC_ZONE_MAP = _map("ATL_RUC_ZONE_MAP", "RUC_ZONE_ID")
LOAD_FACTORS = Report(
    ("ATL_LDF",),
    (label("aggregate", "APNODE_ID"), label("node", "PNODE_ID"), number("factor", "DIST_FACTOR"),
     passed("SEASON"), label("time_of_use", "TIME_OF_USE"), *EFFECTIVE),
)  # fmt: skip
NODES = Report(
    ("ATL_PNODE",),
    (
        label("node", "PNODE_ID"),
        label("kind", "PNODE_TYPE"),
        *EFFECTIVE,
        *(
            passed(heading)
            for heading in (
                "CB_NODE_FLAG", "MAX_CB_MW", "MAX_CB_MW_EFF_START_DT", "MAX_CB_MW_EFF_END_DT",
                "MAX_CB_MW_EFF_START_DT_GMT", "MAX_CB_MW_EFF_END_DT_GMT",
            )
        ),
    ),
)  # fmt: skip
MESSAGES = Report(
    ("ATL_OSM",),
    (
        label("issued", "MSG_TIMESTAMPE_GMT", "MSG_TIMESTAMP_GMT"),
        label("severity", "MSG_SEVERITY"),
        label("text", "MSG_TEXT"),
        *(
            passed(heading)
            for heading in (
                "MSG_ID",
                "MSG_TIME",
                "MSG_TIMESTAMP",
                "MSG_SCID",
                "TIMESTAMP",
                "MSG_TIME_GMT",
                "TIMESTAMP_GMT",
            )
        ),
    ),
)
