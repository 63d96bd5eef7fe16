"""The state of the system: adequacy outlooks, demand response, emissions."""

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import ISSUED_AT, LOCATION, MARKET

ADEQUACY_OUTLOOKS = Contract(
    name="adequacy_outlooks",
    description="Expected demand against the capacity that has to be there, with the moment of issue.",
    key=("issued_at", "location", "interval_end"),
    columns={
        "market": MARKET,
        "issued_at": ISSUED_AT,
        "location": LOCATION,
        "demand_mw": column(Kind.NUMBER, "Demand so far; blank ahead of time", blank=True),
        "net_demand_mw": column(Kind.NUMBER, "Demand less wind and solar so far", blank=True),
        "demand_forecast_mw": column(Kind.NUMBER, "Day-ahead demand forecast", blank=True),
        "net_demand_forecast_mw": column(Kind.NUMBER, "Day-ahead forecast of demand less wind and solar", blank=True),
        "capacity_forecast_mw": column(Kind.NUMBER, "Resource adequacy capacity expected", blank=True),
        "net_capacity_forecast_mw": column(Kind.NUMBER, "Resource adequacy capacity less wind and solar", blank=True),
        "reserve_requirement_mw": column(Kind.NUMBER, "Reserve requirement so far", blank=True),
        "reserve_requirement_forecast_mw": column(Kind.NUMBER, "Reserve requirement expected", blank=True),
        "capacity_credits_mw": column(Kind.NUMBER, "Resource adequacy credits", blank=True),
    },
)

DEMAND_RESPONSE = Contract(
    name="demand_response",
    description="Demand response called on: what was dispatched or delivered, by programme and area.",
    key=("programme", "location", "interval_end"),
    columns={
        "market": MARKET,
        "location": LOCATION,
        "programme": column(Kind.TEXT, "Programme or resource group as published"),
        "demand_response_mw": column(Kind.NUMBER, "Reduction of load", blank=True),
    },
)

EMISSIONS = Contract(
    name="emissions",
    description="Emission rates of the system by source.",
    key=("publisher_source", "location", "interval_end"),
    columns={
        "market": MARKET,
        "location": LOCATION,
        "source": column(Kind.TEXT, "gas, coal, imports, biogas ..."),
        "publisher_source": column(Kind.TEXT, "Source as the publisher names it"),
        "co2_tonnes_per_hour": column(Kind.NUMBER, "Metric tons of CO2 an hour; imports may be negative", blank=True),
    },
)
