"""The network: interfaces, constraints, outages, locations, notices."""

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import LOCATION, LOCATION_TYPE, MARKET, MARKET_RUN, price

INTERCHANGE = Contract(
    name="interchange",
    description="Flows over interfaces and ties with their limits.",
    key=("market_run", "interface", "interface_id", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "interface": column(Kind.TEXT, "Interface or tie as the publisher names it"),
        "interface_id": column(Kind.TEXT, "The publisher's number for it"),
        "flow_mw": column(Kind.NUMBER, "Flow; positive in the interface's own direction", blank=True),
        "positive_limit_mw": column(Kind.NUMBER, "Limit in that direction; blank where none is stated", blank=True),
        "negative_limit_mw": column(Kind.NUMBER, "Limit against it; blank where none is stated", blank=True),
    },
)

CONSTRAINTS = Contract(
    name="constraints",
    description="Binding transmission constraints and their shadow prices.",
    key=("market_run", "constraint_name", "constraint_id", "contingency", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "constraint_name": column(Kind.TEXT, "Limiting facility or constraint as published"),
        "constraint_id": column(Kind.TEXT, "The publisher's number for it"),
        "contingency": column(Kind.TEXT, "Contingency under which it binds"),
        "shadow_price_usd_per_mwh": price("Shadow price as published"),
    },
)

OUTAGES = Contract(
    name="outages",
    description="Planned and forced outages of equipment, as listed on a day.",
    key=("listed_on", "kind", "equipment", "equipment_id", "interval_start", "interval_end"),
    columns={
        "market": MARKET,
        "listed_on": column(Kind.DAY, "Market day of the list that names the outage"),
        "kind": column(Kind.TEXT, "transmission or generation"),
        "equipment": column(Kind.TEXT, "Equipment or unit as published"),
        "equipment_id": column(Kind.TEXT, "The publisher's number for it"),
        "status": column(Kind.TEXT, "Status or call type as published", blank=True),
        "outage_mw": column(Kind.NUMBER, "Capacity out", blank=True),
    },
)

LOCATIONS = Contract(
    name="locations",
    description="Locations as a publisher lists them on a day.",
    key=("location_type", "location_id"),
    columns={
        "market": MARKET,
        "location": LOCATION,
        "location_id": column(Kind.TEXT, "The publisher's number for the location"),
        "location_type": LOCATION_TYPE,
        "zone": column(Kind.TEXT, "Zone that it lies in", blank=True),
        "subzone": column(Kind.TEXT, "Finer area as published", blank=True),
        "latitude": column(Kind.NUMBER, "Degrees north", blank=True),
        "longitude": column(Kind.NUMBER, "Degrees east", blank=True),
    },
)

LOCATION_MEMBERS = Contract(
    name="location_members",
    description="What aggregates, hubs and zones are made of, as listed on a day.",
    key=("location_id", "member_id", "interval_start"),
    columns={
        "market": MARKET,
        "location": LOCATION,
        "location_id": column(Kind.TEXT, "The publisher's number for the aggregate"),
        "member": column(Kind.TEXT, "Member as the publisher names it"),
        "member_id": column(Kind.TEXT, "The publisher's number for the member"),
        "weight": column(Kind.NUMBER, "Part of the member in the aggregate", blank=True),
    },
)

OPERATING_NOTICES = Contract(
    name="operating_notices",
    description="What the control room told the market, in its own words.",
    key=("message", "interval_start"),
    columns={
        "market": MARKET,
        "message": column(Kind.TEXT, "Notice as published"),
    },
)

LOCATION_MAPS = Contract(
    name="location_maps",
    description="Which location belongs to which aggregate or area, from when to when, as listed on a day.",
    key=("map", "aggregate", "location", "interval_start", "interval_end"),
    columns={
        "market": MARKET,
        "map": column(Kind.TEXT, "Kind of aggregate: aggregate_node, tac_area, ancillary_region ..."),
        "aggregate": column(Kind.TEXT, "Aggregate or area as the publisher names it"),
        "location": LOCATION,
        "factor": column(Kind.NUMBER, "Weight of the location in the aggregate, where published", blank=True),
    },
)
