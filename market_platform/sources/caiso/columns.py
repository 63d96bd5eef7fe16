"""CAISO's published columns, report by report: what each heading is called here, and every spelling seen.

Sources: recorded payloads; for reports without one, column lists that others measured on live answers.
"""

from market_platform.sources.caiso.oasis import DAY, END, ITEM, RUN, START, Report
from market_platform.sources.tabular import label, number, passed

LMP = Report(
    ("PRC_LMP", "PRC_HASP_LMP", "PRC_RTPD_LMP", "PRC_INTVL_LMP"),
    (
        START,
        END,
        DAY,
        RUN,
        ITEM,
        label("node", "NODE", "RESOURCE_NAME"),
        label("component", "LMP_TYPE", optional=True),
        number("value", "MW", "PRC", "VALUE"),
        passed("NODE_ID_XML"),
        passed("NODE_ID"),
        passed("PNODE_RESMRID"),
    ),
)

REPORTS = (LMP,)
