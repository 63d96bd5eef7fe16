"""ERCOT's published columns, report by report, by the letters and digits of each heading in lower case.

Sources: recorded payloads; field names of the public API's own specification (as the public client gridstatus 0.37 carries
it); headings that the same client, and a third party's notes of the files, name.
"""

from market_platform.sources.tabular import Field, label, number, passed

DAY = label("day", "deliverydate", "operday", "operatingday", "operatingdate", "date")
HOUR = label("hour", "hourending", "deliveryhour")
INTERVAL = label("interval", "deliveryinterval")
FLAG = label("flag", "dstflag", "repeatedhourflag", "repeathourflag", optional=True)
POSTED = label("posted", "posteddatetime", optional=True)
RUN = label("stamp", "scedtimestamp")

DAM_SPP = (
    DAY,
    HOUR,
    label("location", "settlementpoint"),
    number("price", "settlementpointprice"),
    label("flag", "dstflag", "repeatedhourflag", "repeathourflag"),
)
RTM_SPP = (
    DAY,
    HOUR,
    INTERVAL,
    label("location", "settlementpointname", "settlementpoint"),
    label("type", "settlementpointtype"),
    number("price", "settlementpointprice"),
    FLAG,
)
SCED_LMP = (RUN, FLAG, label("location", "settlementpoint"), number("price", "lmp"))
# From 2026-08-27 the price as capped has the plain name's place, the one without cap stands beside it.
SCED_BUS_LMP = (
    RUN,
    FLAG,
    label("location", "electricalbus"),
    number("price", "lmp", "cappedlmp"),
    passed("uncappedlmp"),
)
DAM_BUS_LMP = (DAY, HOUR, label("location", "busname"), number("price", "lmp"), FLAG)
RTD_LMP = (
    label("stamp", "rtdtimestamp"),
    FLAG,
    passed("intervalid"),
    label("end", "intervalending"),
    label("end_flag", "intervalrepeatedhourflag", "intervalrepeathourflag", optional=True),
    label("location", "settlementpoint"),
    label("type", "settlementpointtype", optional=True),
    number("price", "lmp"),
)

REPORTS: dict[str, tuple[Field, ...]] = {
    "ercot_dam_spp": DAM_SPP,
}
