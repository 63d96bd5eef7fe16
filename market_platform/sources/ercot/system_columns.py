"""Columns of ERCOT's load, wind, solar, constraints and figures of the system, named as in ``columns``."""

from collections.abc import Mapping

from market_platform.markets.ercot import (
    FORECAST_ZONES,
    SOLAR_REGIONS,
    WEATHER_ZONES,
    WIND_LOAD_ZONES,
    WIND_REGIONS,
)
from market_platform.sources.ercot.columns import DAY, FLAG, HOUR, POSTED, RUN
from market_platform.sources.tabular import Field, label, number, passed

DAM_SHADOW = (
    DAY,
    HOUR,
    label("id", "constraintid"),
    label("name", "constraintname"),
    label("contingency", "contingencyname"),
    number("price", "shadowprice"),
    FLAG,
    *(
        passed(heading)
        for heading in (
            "constraintlimit", "constraintvalue", "violationamount", "fromstation", "tostation", "fromstationkv",
            "tostationkv", "deliverytime", "systemlambda",
        )
    ),
)  # fmt: skip
SCED_SHADOW = (
    RUN,
    FLAG,
    label("id", "constraintid"),
    label("name", "constraintname"),
    label("contingency", "contingencyname"),
    number("price", "shadowprice"),
    *(
        passed(heading)
        for heading in (
            "maxshadowprice", "limit", "value", "violatedmw", "fromstation", "tostation", "fromstationkv", "tostationkv",
            "cctstatus",
        )
    ),
)  # fmt: skip
DAM_LAMBDA = (DAY, HOUR, number("systemlambda", "systemlambda"), FLAG)
SCED_LAMBDA = (RUN, FLAG, number("systemlambda", "systemlambda", "cappedsystemlambda"), passed("uncappedsystemlambda"))


def _zones(zones: Mapping[str, str], total: str) -> dict[str, tuple[str, ...]]:
    """Return the headings of each location, by all the ways it has been spelt."""
    found: dict[str, tuple[str, ...]] = {}
    for heading, location in zones.items():
        found[location] = (*found.get(location, ()), heading)
    return {location: headings for location, headings in found.items() if total or location != "ERCOT"}


def _zone_fields(zones: Mapping[str, str]) -> tuple[Field, ...]:
    return tuple(number(location, *headings) for location, headings in _zones(zones, "total").items())


MODEL = label("model", "model")
IN_USE = label("in_use", "inuseflag", optional=True)
LOAD_FORECAST_ZONE = (DAY, HOUR, *_zone_fields(FORECAST_ZONES), FLAG, POSTED)
LOAD_WEATHER_ZONE = (DAY, HOUR, *_zone_fields(WEATHER_ZONES), FLAG, POSTED)
LOAD_MODEL = (DAY, HOUR, *_zone_fields(WEATHER_ZONES), MODEL, IN_USE, FLAG, POSTED)
LOAD_STUDY_AREA = (DAY, HOUR, number("VALLEY", "valley"), MODEL, FLAG, POSTED)
LOAD_QUARTER = (DAY, label("end", "timeending"), number("load", "demand", "systemwidedemand", "load"), FLAG)
LOAD_YEARLY = (label("stamp", "hourending", "hourend"), *_zone_fields(WEATHER_ZONES))


def _renewables(zones: Mapping[str, str], models: Mapping[str, tuple[str, ...]]) -> tuple[Field, ...]:
    """Declare model by region, as ``STWPF_LZ_WEST``, ``STWPFLoadZoneWest`` or, for the system, ``SYSTEM_WIDE_GEN``."""
    fields = []
    for region, location in zones.items():
        for model, spellings in models.items():
            names = [f"{word}{part}{region}" for word in spellings for part in ("", "lz", "loadzone")]
            names += [f"{region}{word}" for word in spellings] if region == "systemwide" else []
            fields.append(number(f"{model} {location}", *names, optional=True))
    return tuple(fields)


ACTUAL = {"GEN": ("gen", "actual")}
WIND_MODELS = {**ACTUAL, "COP_HSL": ("cophsl",), "STWPF": ("stwpf",), "WGRPP": ("wgrpp",), "HSL": ("hsl",)}
SOLAR_MODELS = {**ACTUAL, "COP_HSL": ("cophsl",), "STPPF": ("stppf",), "PVGRPP": ("pvgrpp",), "HSL": ("hsl",)}
WIND_ZONES = (DAY, HOUR, *_renewables(WIND_LOAD_ZONES, WIND_MODELS), FLAG, POSTED)
WIND_GEO = (DAY, HOUR, *_renewables(WIND_REGIONS, WIND_MODELS), FLAG, POSTED)
SOLAR_SYSTEM = (DAY, HOUR, *_renewables({"systemwide": "ERCOT"}, SOLAR_MODELS), FLAG, POSTED)
SOLAR_GEO = (DAY, HOUR, *_renewables(SOLAR_REGIONS, SOLAR_MODELS), FLAG, POSTED)
WIND_MODEL = (
    DAY, HOUR, label("region", "region"), number("value", "value"), MODEL, IN_USE, FLAG, POSTED,
)  # fmt: skip


def _five_minutes(zones: Mapping[str, str]) -> tuple[Field, ...]:
    fields = []
    for region, location in zones.items():
        words = ("gen", "actual", "", "lz", "genlz", "loadzone", "genloadzone")
        names = [f"{word}{region}" for word in words] + [f"{region}gen"]
        fields.append(number(location, *names, *(["coast", "gencoast"] if region == "coastal" else [])))
    return (label("stamp", "intervalending"), *fields, passed("hslsystemwide"), passed("systemwidehsl"), FLAG, POSTED)


WIND_5MIN = _five_minutes(WIND_LOAD_ZONES)
WIND_5MIN_GEO = _five_minutes(WIND_REGIONS)
SOLAR_5MIN = _five_minutes({"systemwide": "ERCOT"})
SOLAR_5MIN_GEO = _five_minutes(SOLAR_REGIONS)
DC_TIES = (
    POSTED,
    label("tie", "dctie"),
    label("stamp", "gmtintervalending"),
    passed("intervalending"),
    passed("repeathourflag"),
    number("mw", "mw"),
    label("direction", "importexport"),
)

AREAS = ("South", "North", "West", "Houston")
OUTAGE_KINDS = ("TotalResourceMW", "TotalIRRMW", "TotalNewEquipResourceMW")
ADEQUACY_KINDS = ("CapGenRes", "CapLoadRes", "OfflineAvailableMW")
ADEQUACY_TOTALS = (
    "AvailCapGen", "AvailCapReserve", "CapGenResTotal", "CapLoadResTotal", "OfflineAvailableMWTotal", "CapREGUPTotal",
    "CapREGDNTotal", "CapRRSTotal", "CapECRSTotal", "CapNSPINTotal", "CapREGUP_RRSTotal", "CapREGUP_RRS_ECRSTotal",
    "CapREGUP_RRS_ECRS_NSPINTotal",
)  # fmt: skip
CAPABILITY = tuple(name for name in ADEQUACY_TOTALS if name.startswith("CapR") or name[3:7] in ("ECRS", "NSPI"))
PLANNED_KINDS = tuple(
    f"{kind}{what}{group}"
    for what in ("POC", "POL")
    for kind in ("MaxDailyResource", "Resource", "AggApprovedResource", "AggReceivedResource")
    for group in ("nonIRRnonPUN", "IRR", "ESR")
)


def figure_names(kinds: tuple[str, ...], between: str = "") -> dict[str, dict[str, str]]:
    """Return figure and place of each heading that is a kind and an area."""
    return {f"{kind}{between}{area}": {"figure": kind, "location": area.upper()} for kind in kinds for area in AREAS}


OUTAGE_FIGURES = {
    **figure_names(OUTAGE_KINDS, "Zone"),
    **{kind: {"figure": kind, "location": "ERCOT"} for kind in OUTAGE_KINDS},
}
ADEQUACY_FIGURES = {
    **figure_names(ADEQUACY_KINDS),
    **{name: {"figure": name, "location": "ERCOT"} for name in ADEQUACY_TOTALS},
}
CAPABILITY_FIGURES = {name: {"figure": name, "location": "ERCOT"} for name in CAPABILITY}
PLANNED_FIGURES = {name: {"figure": name, "location": "ERCOT"} for name in PLANNED_KINDS}
LAMBDA_FIGURES = {"systemlambda": {"figure": "system_lambda", "location": "ERCOT"}}
NET_MARGIN_FIGURES = {"peakernetmargin": {"figure": "peaker_net_margin", "location": "ERCOT"}}


def _figures(names: Mapping[str, object]) -> tuple[Field, ...]:
    return tuple(
        number(name, "".join(sign for sign in name.lower() if sign.isalnum()), optional=True) for name in names
    )


OUTAGE_CAPACITY = (DAY, HOUR, *_figures(OUTAGE_FIGURES), FLAG, POSTED)
ADEQUACY = (DAY, HOUR, *_figures(ADEQUACY_FIGURES), FLAG, POSTED)
AS_CAPABILITY = (RUN, FLAG, *_figures(CAPABILITY_FIGURES))
PLANNED_7DAY = (DAY, HOUR, *_figures(PLANNED_FIGURES), FLAG, POSTED)
PLANNED_FUTURE = (DAY, *_figures(PLANNED_FIGURES), POSTED)
NET_MARGIN = (
    label("day", "deliverydate", "asofdate"),
    label("hour", "hourending", optional=True),
    label("interval", "deliveryinterval", optional=True),
    number("peakernetmargin", "peakernetmargin"),
)
