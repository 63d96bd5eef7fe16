"""NYISO's published columns, by file family: what each heading is called here, and every spelling seen."""

from market_platform.markets.nyiso import ANCILLARY_PRODUCTS, FORECAST_COLUMNS
from market_platform.sources.tabular import Field, Goes, label, number, stamp

MINUTE = "%m/%d/%Y %H:%M"
SECOND = "%m/%d/%Y %H:%M:%S"
STAMP_FORMATS = (SECOND, MINUTE)
CUSTOM_REPORT_FORMATS = ("%Y/%m/%d %H:%M:%S",)

STAMP = stamp("stamp", "Time Stamp", "Timestamp")
TIME_ZONE = label("time_zone", "Time Zone", optional=True, goes=Goes.NAME)
NAME = label("name", "Name", goes=Goes.NAME)
PTID = label("ptid", "PTID", goes=Goes.NAME)

LBMP = (
    STAMP,
    TIME_ZONE,
    NAME,
    PTID,
    number("lbmp", "LBMP ($/MWHr)"),
    number("losses", "Marginal Cost Losses ($/MWHr)"),
    # Until mid-2016 the last heading is cut short, in some files before its closing quote.
    number(
        "congestion",
        "Marginal Cost Congestion ($/MWHr)",
        "Marginal Cost Congestion ($/MWHr",
        "Marginal Cost Congestion ($/MWH",
        'Marginal Cost Congestion ($/MWH"',
    ),
)

ANCILLARY = (
    STAMP,
    TIME_ZONE,
    NAME,
    PTID,
    *(
        number(product, f"{heading} ($/MWHr)", f"{heading} ($/MW)", heading, optional=product == "regulation_movement")
        for heading, product in ANCILLARY_PRODUCTS.items()
    ),
)

LOAD = (STAMP, TIME_ZONE, NAME, PTID, number("load", "Load", "Integrated Load"))
LOAD_FORECAST = (STAMP, *(number(zone, heading) for heading, zone in FORECAST_COLUMNS.items()))
FUEL_MIX = (STAMP, TIME_ZONE, label("fuel", "Fuel Category"), number("generation", "Gen MW", "Gen MWh", "Gen MWH"))
BTM_SOLAR = (STAMP, TIME_ZONE, label("name", "Zone Name"), number("generation", "MW Value"))

CONTROL_ERROR = (label("time", "time"), number("generation", "value"))

# The headings say MWH; the values are MW (facts, from the public client's behaviour).
INTERFACES = (
    STAMP,
    TIME_ZONE,
    label("name", "Interface Name", goes=Goes.NAME),
    label("point", "Point ID", goes=Goes.NAME),
    number("flow", "Flow (MWH)"),
    number("positive_limit", "Positive Limit (MWH)"),
    number("negative_limit", "Negative Limit (MWH)"),
)
NO_LIMIT = -9999.0
CIRCULATION = (STAMP, TIME_ZONE, number("flow", "Lake Erie Circulation (MWH)"))

CONSTRAINTS = (
    STAMP,
    TIME_ZONE,
    label("facility", "Limiting Facility"),
    label("ptid", "Facility PTID"),
    label("contingency", "Contingency"),
    number("cost", "Constraint Cost($)"),
)

EVENTS = (STAMP, TIME_ZONE, label("message", "Message"))

OUTAGE_SCHEDULE = (
    STAMP,
    label("ptid", "PTID"),
    label("name", "Equipment Name"),
    label("out", "Scheduled Out Date/Time"),
    label("back", "Scheduled In Date/Time"),
)
GENERATION_MAINTENANCE = (label("stamp", "Date"), number("outage", "Forecasted Generation Outage (MW)"))

GENERATORS = (
    label("name", "Generator Name"),
    label("ptid", "Generator PTID"),
    label("aggregation", "Aggregation PTID", optional=True),
    label("subzone", "Subzone"),
    label("zone", "Zone"),
    number("latitude", "Latitude", optional=True),
    number("longitude", "Longitude", optional=True),
    label("active", "Active", optional=True),
)
LOADS = (
    label("name", "Load Name"),
    label("ptid", "Load PTID"),
    label("aggregation", "Aggregation PTID", optional=True),
    label("subzone", "Subzone"),
    label("zone", "Zone"),
    number("latitude", "Latitude", optional=True),
    number("longitude", "Longitude", optional=True),
    label("active", "Active", optional=True),
)

CUSTOM_LOAD = (
    label("stamp", "Eastern Date Hour"),
    label("time_zone", "Eastern Date Hour Time Zone", "Time Zone", optional=True),
    label("name", "Zone Name"),
    label("ptid", "Zone PTID"),
    number("load", "TWI Actual Load"),
)
CUSTOM_RTC = (
    label("stamp", "RTC End Time Stamp"),
    label("time_zone", "Time Zone", optional=True),
    label("name", "Zone Name"),
    label("ptid", "Zone PTID"),
    number("lbmp", "RTC Zonal LBMP"),
    number("losses", "RTC Zonal Losses"),
    number("congestion", "RTC Zonal Congestion"),
    number("version", "RTC Zonal Price Version", optional=True),
)

FAMILIES: dict[str, tuple[Field, ...]] = {
    "lbmp": LBMP,
    "ancillary": ANCILLARY,
    "load": LOAD,
    "load_forecast": LOAD_FORECAST,
    "fuel_mix": FUEL_MIX,
    "btm_solar": BTM_SOLAR,
    "interfaces": INTERFACES,
    "circulation": CIRCULATION,
    "constraints": CONSTRAINTS,
    "events": EVENTS,
    "outage_schedule": OUTAGE_SCHEDULE,
    "generation_maintenance": GENERATION_MAINTENANCE,
    "generators": GENERATORS,
    "loads": LOADS,
    "custom_load": CUSTOM_LOAD,
    "custom_rtc": CUSTOM_RTC,
    "control_error": CONTROL_ERROR,
}
