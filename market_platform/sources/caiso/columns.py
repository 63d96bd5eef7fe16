"""CAISO's published columns, report by report: what each heading is called here, and every spelling seen.

Sources: recorded payloads; for reports without one, column lists that others measured on live answers and the columns
that public clients read. A heading that is not listed stops the file by name, so that none is lost in silence.
"""

from market_platform.sources.caiso.list_columns import (
    AGGREGATE_MAP,
    BID_SUMMARIES,
    LOAD_FACTORS,
    MESSAGES,
    NODES,
    PUBLIC_BIDS,
    RESERVE_REGION_MAP,
    RUC_ZONE_MAP,
    TAC_AREA_MAP,
    VIRTUAL_NODES,
    VIRTUAL_TOTALS,
)
from market_platform.sources.caiso.oasis import DAY, END, ITEM, RUN, START, TIMES, Report
from market_platform.sources.tabular import Goes, label, number, passed, stamp

NODE_AGAIN = tuple(passed(heading, goes=Goes.NAME) for heading in ("NODE_ID_XML", "NODE_ID", "PNODE_RESMRID"))
COMPONENT = label("component", "LMP_TYPE", optional=True, goes=Goes.NAME)
PRICE = number("value", "MW", "PRC", "VALUE")

LMP = Report(
    ("PRC_LMP", "PRC_HASP_LMP", "PRC_RTPD_LMP", "PRC_INTVL_LMP", "DAM_LMP_GRP"),
    (*TIMES, ITEM, stamp("node", "NODE", "RESOURCE_NAME", goes=Goes.NAME), COMPONENT, PRICE, *NODE_AGAIN),
)
TIE_LMP = Report(
    ("PRC_SPTIE_LMP",),
    (
        *TIMES,
        ITEM,
        label("node", "NODE", goes=Goes.NAME),
        label("tie", "TIE", "TIE_NAME", goes=Goes.NAME),
        COMPONENT,
        PRICE,
        *NODE_AGAIN,
    ),
)
ANCILLARY = Report(
    ("PRC_AS", "PRC_INTVL_AS"),
    (*TIMES, ITEM, label("product", "ANC_TYPE", optional=True), label("region", "ANC_REGION", "RESOURCE_NAME"), PRICE),
)
CAPACITY_PRICES = Report(
    ("DAM_CAP_PRC_GRP",),
    (
        *TIMES,
        label("node", "NODE", goes=Goes.NAME),
        label("product", "PRODUCT", "PRODUCT_TYPE"),
        number("price", "MARGINAL_CLEARING_PRICE"),
        passed("CAPACITY_PRICE"),
        passed("CONGESTION_PRICE"),
        passed("LOSS_PRICE"),
        *NODE_AGAIN,
    ),
)
FUEL_PRICES = Report(
    ("PRC_FUEL",),
    (*TIMES, label("region", "FUEL_REGION_ID"), passed("FUEL_REGION_ID_XML"), number("price", "PRC")),
)
ALLOWANCE_PRICES = Report(("PRC_GHG_ALLOWANCE",), (*TIMES, ITEM, number("price", "GHG_PRC_IDX")))
CORRECTIONS = Report(
    ("PRC_CORR_GRP",),
    (
        label("day", "TRADE_DATE"),
        label("hour", "HOUR_ENDING"),
        label("interval", "INTERVAL"),
        label("run", "MARKET"),
        label("area", "AFFECTED_AREA"),
        label("method", "CORRECTION_METHOD"),
        number("count", "CORRECTION_COUNT"),
        label("energy_type", "ENERGY_TYPECODE"),
        label("reason", "CORRECTION_REASON"),
        label("issued", "REPORT_GENERATED"),
    ),
)

LOAD = Report(
    ("SLD_FCST",),
    (
        *TIMES,
        ITEM,
        label("area", "TAC_AREA_NAME", "RESOURCE_NAME", goes=Goes.NAME),
        label("execution", "EXECUTION_TYPE", optional=True),
        number("load", "MW", "LOAD_MW", "VALUE"),
        passed("LOAD_TYPE", goes=Goes.CLOCK),
    ),
)
PEAK_LOAD = Report(
    ("SLD_FCST_PEAK",),
    (START, END, DAY, label("area", "TAC_AREA_NAME"), number("load", "LOAD_MW")),
)
RENEWABLES = Report(
    ("SLD_REN_FCST",),
    (
        *TIMES,
        ITEM,
        label("hub", "TRADING_HUB", goes=Goes.NAME),
        label("kind", "RENEWABLE_TYPE", goes=Goes.NAME),
        number("generation", "MW", "VALUE"),
        passed("MARKET_RUN_ID_POS", goes=Goes.NAME),
        passed("RENEW_POS", goes=Goes.NAME),
    ),
)
# Only to be had as XML; the moment of making stands in the message header.
WESTERN_RENEWABLES = Report(
    ("EDAM_WND_SLR_FORECAST_GRP",),
    (START, END, DAY, label("issued", "MADE_AT"), label("area", "BAA_GRP_ID"), number("solar", "SOLAR"),
     number("wind", "WIND")),
)  # fmt: skip
SCHEDULES = Report(
    ("ENE_SLRS",),
    (
        *TIMES,
        ITEM,
        label("area", "TAC_ZONE_NAME", "RESOURCE_NAME"),
        label("schedule", "SCHEDULE", optional=True),
        number("mw", "MW", "VALUE"),
        passed("SLRS_TYPE"),
    ),
)

CAUSE = label("cause", "CONSTRAINT_CAUSE")
NOMOGRAMS = Report(
    ("PRC_NOMOGRAM", "PRC_RTM_NOMOGRAM"),
    (*TIMES, label("name", "NOMOGRAM_ID"), passed("NOMOGRAM_ID_XML"), CAUSE, number("price", "PRC"),
     label("group", "GROUP", optional=True)),
)  # fmt: skip
TIE_CONSTRAINTS = Report(
    ("PRC_CNSTR", "PRC_RTM_FLOWGATE"),
    (*TIMES, label("name", "TI_ID"), passed("TI_ID_XML"), label("direction", "TI_DIRECTION"), CAUSE,
     number("price", "PRC", "MW"), label("group", "GROUP", optional=True)),
)  # fmt: skip
POWER_BALANCE = Report(
    ("PRC_RTM_SCH_CNSTR",),
    (START, END, RUN, ITEM, number("price", "PRC_SHADOW"), label("group", "GROUP", optional=True)),
)
TRANSMISSION_USAGE = Report(
    ("TRNS_USAGE", "TRNS_CURR_USAGE"),
    (
        *TIMES,
        ITEM,
        label("tie", "TI_ID"),
        label("direction", "TI_DIRECTION"),
        label("measure", "LABEL"),
        label("kind", "TR_TYPE"),
        passed("TI_CONSTRAINT_ID"),
        number("value", "MW"),
    ),
)
TRANSMISSION_OUTAGES = Report(
    ("TRNS_OUTAGE",),
    (
        START,
        END,
        label("tie", "TI_ID"),
        label("direction", "TI_DIRECTION"),
        label("equipment", "EQUIPMENT_OUTAGE"),
        label("notes", "OUTAGE_NOTES"),
        label("status", "AUDIT_TYPE"),
        label("begins", "START_DATE"),
        label("ends", "END_DATE"),
        label("first_hour", "START_HOUR"),
        label("last_hour", "END_HOUR"),
        number("curtailed", "CURTAILED_OTC_MW"),
        label("updated", "UPD_DATE_GMT"),
        passed("UPD_DATE"),
        passed("UPD_BY"),
        passed("OASIS_REC_STAT"),
    ),
)
TRANSFERS = Report(
    ("ENE_EIM_TRANSFER_TIE",),
    (
        START,
        END,
        DAY,
        label("run", "MARKET_TYPE", "MARKET_RUN_ID", "MKT_TYPE"),
        ITEM,
        label("area", "BAA_GRP_ID"),
        label("tie", "TIE_NAME"),
        label("from_area", "FROM_BAA"),
        label("to_area", "TO_BAA"),
        label("direction", "DIRECTION"),
        number("value", "VALUE", "MW"),
        passed("OASIS_REC_STAT"),
        passed("UPD_DATE"),
        passed("UPD_BY"),
    ),
)
GENERATION_OUTAGES = Report(
    ("AGGR_OUTAGE_SCH", "AGGR_OUTAGE_SCH_GRP"),
    (
        START,
        END,
        DAY,
        label("hub", "TRADING_HUB"),
        label("category", "FUEL_CATEGORY"),
        label("listed", "REPORT_DATE_GMT"),
        passed("REPORT_DATE"),
        number("mw", "MW"),
    ),
)

RESERVE_RESULTS = Report(
    ("AS_RESULTS",),
    (*TIMES, ITEM, label("product", "ANC_TYPE"), label("region", "ANC_REGION"), label("result", "RESULT_TYPE"),
     number("value", "MW")),
)  # fmt: skip
RESERVE_REQUIREMENTS = Report(
    ("AS_REQ",),
    (*TIMES, ITEM, label("product", "ANC_TYPE"), label("region", "ANC_REGION"), label("bound", "LABEL"),
     number("value", "MW")),
)  # fmt: skip
RAMP_REQUIREMENTS = Report(
    ("ENE_FLEX_RAMP_REQT",),
    (
        *TIMES,
        label("area", "BAA_GRP_ID"),
        label("direction", "RAMP_TYPE"),
        number("value", "UNCERTAINITY", "UNCERTAINTY"),
    ),
)
CAPACITY_AWARDS = Report(
    ("DAM_CAP_REQ_AWRD_GRP", "2DA_CAP_REQ_AWRD_GRP", "3DA_CAP_REQ_AWRD_GRP"),
    (*TIMES, label("area", "BAA_GRP_ID"), label("product", "PRODUCT_TYPE"), number("required", "REQ_MW"),
     number("awarded", "AGG_AWD_MW", optional=True)),
)  # fmt: skip

# Headings that another reader measured on live answers (secondary); no file of it is recorded.
RIGHTS_PRICES = Report(
    ("CRR_CLEARING",),
    (
        START,
        END,
        ITEM,
        label("auction", "MARKET_NAME"),
        label("term", "MARKET_TERM"),
        label("time_of_use", "TIME_OF_USE"),
        label("node", "APNODE_ID"),
        number("price", "APNODE_ID_PRICE"),
        passed("START_DATE"),
        passed("END_DATE"),
    ),
)

REPORTS: tuple[Report, ...] = (
    LMP, TIE_LMP, ANCILLARY, CAPACITY_PRICES, FUEL_PRICES, ALLOWANCE_PRICES, CORRECTIONS, LOAD, PEAK_LOAD, RENEWABLES,
    WESTERN_RENEWABLES, SCHEDULES, NOMOGRAMS, TIE_CONSTRAINTS, POWER_BALANCE, TRANSMISSION_USAGE, TRANSMISSION_OUTAGES, TRANSFERS,
    GENERATION_OUTAGES, RESERVE_RESULTS, RESERVE_REQUIREMENTS, RAMP_REQUIREMENTS, CAPACITY_AWARDS, BID_SUMMARIES,
    VIRTUAL_TOTALS, VIRTUAL_NODES, PUBLIC_BIDS, AGGREGATE_MAP, TAC_AREA_MAP, RESERVE_REGION_MAP, RUC_ZONE_MAP,
    LOAD_FACTORS, NODES, MESSAGES, RIGHTS_PRICES,
)  # fmt: skip
