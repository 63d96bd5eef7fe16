"""Load and generation, actual and forecast."""

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import ISSUED_AT, LOCATION, LOCATION_ID, MARKET, MARKET_RUN

LOAD = Contract(
    name="load",
    description="Actual load, one row an area and interval.",
    key=("location", "interval_end"),
    columns={
        "market": MARKET,
        "location": LOCATION,
        "location_id": LOCATION_ID,
        "load_mw": column(Kind.NUMBER, "Average load, or its value at the start where sampled", blank=True),
    },
)

LOAD_FORECAST = Contract(
    name="load_forecast",
    description="Load forecasts with their moment of issue.",
    key=("issued_at", "model", "location", "interval_end"),
    columns={
        "market": MARKET,
        "issued_at": ISSUED_AT,
        "model": column(Kind.TEXT, "Forecast model or horizon as the publisher names it"),
        "location": LOCATION,
        "load_mw": column(Kind.NUMBER, "Forecast load", blank=True),
    },
)

GENERATION = Contract(
    name="generation",
    description="Generation by fuel, one row a fuel, area and interval.",
    key=("publisher_fuel", "location", "interval_end"),
    columns={
        "market": MARKET,
        "location": LOCATION,
        "fuel": column(Kind.TEXT, "gas, coal, nuclear, hydro, wind, solar, storage, oil, dual_fuel ..."),
        "publisher_fuel": column(Kind.TEXT, "Fuel as the publisher names it"),
        "generation_mw": column(Kind.NUMBER, "Average output; storage is negative while it charges", blank=True),
    },
)

GENERATION_FORECAST = Contract(
    name="generation_forecast",
    description="Wind and solar forecasts with their moment of issue.",
    key=("issued_at", "model", "fuel", "location", "interval_end"),
    columns={
        "market": MARKET,
        "issued_at": ISSUED_AT,
        "model": column(Kind.TEXT, "Forecast model or horizon as the publisher names it"),
        "location": LOCATION,
        "fuel": column(Kind.TEXT, "wind, solar, btm_solar ..."),
        "generation_mw": column(Kind.NUMBER, "Forecast output", blank=True),
    },
)

SCHEDULES = Contract(
    name="schedules",
    description="Scheduled load, generation, imports and exports of a run, by area.",
    key=("market_run", "schedule", "location", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "location": LOCATION,
        "schedule": column(Kind.TEXT, "load, generation, import or export"),
        "scheduled_mw": column(Kind.NUMBER, "Scheduled quantity, positive in its own direction", blank=True),
    },
)
