"""Telling which NYISO feed a file belongs to, by its headings first and then by its name and its stamps."""

import csv
import io
import re

from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.markets.nyiso import PRICED_ZONES
from market_platform.sources.nyiso.columns import FAMILIES
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import resolve_columns, split_header

ONE_FEED = {
    "load_forecast": "nyiso_load_forecast",
    "fuel_mix": "nyiso_fuel_mix",
    "interfaces": "nyiso_interface_flows",
    "events": "nyiso_operating_notices",
    "outage_schedule": "nyiso_outage_schedule",
    "generation_maintenance": "nyiso_generation_maintenance",
    "generators": "nyiso_generators",
    "loads": "nyiso_load_buses",
    "custom_load": "nyiso_custom_report_load",
    "custom_rtc": "nyiso_custom_report_rtc_lbmp",
}
BY_NAME = (
    ("lbmp", r"damlbmp_zone|damlbmp.*zone", "nyiso_dam_lbmp_zone"),
    ("lbmp", r"damlbmp_gen|damlbmp.*gen", "nyiso_dam_lbmp_generator"),
    ("lbmp", r"rtlbmp_zone", "nyiso_rt_hourly_lbmp_zone"),
    ("lbmp", r"rtlbmp_gen", "nyiso_rt_hourly_lbmp_generator"),
    ("lbmp", r"realtime_zone", "nyiso_rt_lbmp_zone"),
    ("lbmp", r"realtime_gen", "nyiso_rt_lbmp_generator"),
    ("ancillary", r"damasp", "nyiso_dam_ancillary"),
    ("ancillary", r"rtasp", "nyiso_rt_ancillary"),
    ("constraints", r"damlimitingconstraints", "nyiso_dam_constraints"),
    ("constraints", r"(?<!dam)limitingconstraints", "nyiso_rt_constraints"),
    ("btm_solar", r"btmestimatedactual|btmactual", "nyiso_btm_solar"),
    ("btm_solar", r"btminstalledcapacity", "nyiso_btm_installed_capacity"),
    ("control_error", r"^ace-\d{8}", "nyiso_area_control_error"),
    ("btm_solar", r"btmdaforecast", "nyiso_btm_solar_forecast"),
    ("circulation", r"eriecirculationda", "nyiso_dam_erie_circulation"),
    ("circulation", r"eriecirculationrt", "nyiso_rt_erie_circulation"),
)
ROWS_LOOKED_AT = 400


def recognise(payload: Payload) -> str | None:
    """Return the feed's key, or None where the file is not one of NYISO's."""
    if re.search(r"icap.?market.?report", payload.base_name, re.IGNORECASE):
        return "nyiso_capacity_report"
    try:
        headings, body = split_header(payload)
    except UnreadablePayload:
        return None
    family = _family(payload, headings)
    if family is None:
        return None
    if family in ONE_FEED:
        return ONE_FEED[family]
    for named, pattern, key in BY_NAME:
        if named == family and re.search(pattern, payload.base_name, re.IGNORECASE):
            return key
    return _by_content(family, headings, body)


def _family(payload: Payload, headings: list[str]) -> str | None:
    fits = []
    for family, fields in FAMILIES.items():
        try:
            resolve_columns(payload, headings, fields)
        except SchemaChanged:
            continue
        fits.append(family)
    return fits[0] if fits else _renamed_family(payload)


def _renamed_family(payload: Payload) -> str | None:
    """Give a file with a feed's name but other headings to that feed, so that reading it fails by name."""
    for family, pattern, _ in BY_NAME:
        if re.search(pattern, payload.base_name, re.IGNORECASE):
            return family
    for family, pattern in (("load", r"\d{8}pal"), ("load_forecast", r"isolf"), ("fuel_mix", r"rtfuelmix")):
        if re.search(pattern, payload.base_name, re.IGNORECASE):
            return family
    return None


def _by_content(family: str, headings: list[str], body: bytes) -> str | None:
    rows = _first_rows(headings, body)
    stamps = [row[0] for row in rows]
    hourly = all(re.search(r"\s\d{1,2}:00(:00)?$", stamp) for stamp in stamps)
    if family == "load":
        return "nyiso_load_hourly" if "Integrated Load" in headings else "nyiso_load_5min"
    if family == "lbmp":
        zonal = all(row[headings.index("Name")] in PRICED_ZONES for row in rows if len(row) == len(headings))
        place = "zone" if zonal else "generator"
        if not hourly:
            return f"nyiso_rt_lbmp_{place}"
        # Day-ahead stamps carry no seconds, hourly integrated real-time ones do.
        with_seconds = any(len(stamp) > len("MM/DD/YYYY HH:MM") for stamp in stamps)
        return f"nyiso_rt_hourly_lbmp_{place}" if with_seconds else f"nyiso_dam_lbmp_{place}"
    if family == "ancillary":
        movement = any("Movement" in heading for heading in headings)
        return "nyiso_rt_ancillary" if movement or not hourly else "nyiso_dam_ancillary"
    if family == "constraints":
        return "nyiso_dam_constraints" if hourly else "nyiso_rt_constraints"
    return None


def _first_rows(headings: list[str], body: bytes) -> list[list[str]]:
    text = body[: ROWS_LOOKED_AT * 200].decode("utf-8", "replace")
    lines = text.splitlines()
    whole = lines if len(body) <= ROWS_LOOKED_AT * 200 else lines[:-1]
    rows = csv.reader(io.StringIO("\n".join(whole[:ROWS_LOOKED_AT])))
    return [row for row in rows if len(row) == len(headings)]
