"""ERCOT's published columns, report by report, by the letters and digits of each heading in lower case: prices, services.

Sources: recorded payloads; field names of the public API's own specification (as the public client gridstatus 0.37 carries
it); headings that the same client, and a third party's notes of the files, name.
"""

from market_platform.markets.ercot import SERVICES
from market_platform.sources.tabular import Goes, label, number, passed

DAY = label("day", "deliverydate", "operday", "operatingday", "operatingdate", "date", goes=Goes.CLOCK)
HOUR = label("hour", "hourending", "deliveryhour", goes=Goes.CLOCK)
INTERVAL = label("interval", "deliveryinterval", goes=Goes.CLOCK)
FLAG = label("flag", "dstflag", "repeatedhourflag", "repeathourflag", optional=True, goes=Goes.CLOCK)
POSTED = label("posted", "posteddatetime", optional=True)
RUN = label("stamp", "scedtimestamp", goes=Goes.CLOCK)

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
    label("location", "settlementpointname", "settlementpoint", goes=Goes.NAME),
    label("type", "settlementpointtype", goes=Goes.NAME),
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


SERVICE = label("service", "ancillarytype", "astype")
MCPC = number("price", "mcpc", "cappedmcpc")
DAM_MCPC = (DAY, HOUR, SERVICE, MCPC, FLAG)
RTM_MCPC = (DAY, HOUR, INTERVAL, SERVICE, MCPC, FLAG)
SCED_MCPC = (RUN, FLAG, SERVICE, MCPC, passed("uncappedmcpc"))
RTD_MCPC = (
    label("stamp", "rtdtimestamp"),
    FLAG,
    passed("intervalid"),
    label("end", "intervalending"),
    label("end_flag", "intervalendingrepeatedhourflag", "intervalrepeatedhourflag", optional=True),
    *(number(service, service.lower()) for service in SERVICES),
)
DAM_MCPC_YEARLY = (
    DAY,
    HOUR,
    FLAG,
    *(number(service, service.lower(), optional=service == "ECRS") for service in SERVICES),
)
AS_PLAN = (DAY, HOUR, SERVICE, number("mw", "quantity"), FLAG, POSTED)
AS_SOLD = (DAY, HOUR, label("service", "astype"), number("mw", "quantity"), FLAG)
AS_DEMAND_CURVES = (
    DAY, HOUR, label("service", "astype"), label("point", "demandcurvepoint"), number("mw", "quantity"),
    number("price", "price"), FLAG, passed("ructimestamp"),
)  # fmt: skip
AS_OFFER_CURVES = (
    DAY,
    HOUR,
    label("service", "ancillarytype"),
    number("price", "price"),
    number("mw", "quantity"),
    FLAG,
)
OFFERED_SERVICES = ("REGDN", "REGUP", "RRSPFR", "RRSFFR", "RRSUFR", "ECRSSD", "ECRSMD", "NSPIN")
AS_OFFERS_TOTAL = (DAY, HOUR, *(number(service, service.lower()) for service in OFFERED_SERVICES), FLAG)

DAM_BOUGHT = (DAY, HOUR, label("location", "settlementpoint"), number("mw", "totaldamenergybought"), FLAG)
DAM_SOLD = (DAY, HOUR, label("location", "settlementpoint"), number("mw", "totaldamenergysold"), FLAG)

POINTS = (
    label("bus", "electricalbus"),
    label("node", "nodename"),
    passed("pssebusname"),
    passed("voltagelevel"),
    label("substation", "substation"),
    label("zone", "settlementloadzone"),
    passed("resourcenode"),
    passed("hubbusname"),
    passed("hub"),
    passed("pssebusnumber"),
)
PLANT_CONFIGURATIONS = (label("plant", "ccpname"), label("node", "logicalreourcenodename", "logicalresourcenodename"))
UTILITY_LOADS = (
    label("load", "physicalload"),
    label("utility", "noie"),
    passed("voltagename"),
    label("substation", "substation"),
    label("bus", "electricalbus"),
)
HUB_NAMES = (label("name", "name"),)
NODE_UNITS = (label("node", "resourcenode"), label("substation", "unitsubstation"), label("unit", "unitname"))
