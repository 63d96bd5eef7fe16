"""What moves power prices: gas, futures, storage, pipelines, weather, degree days and carbon."""

import pandera.pandas as pa

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import ISSUED_AT, LOCATION, MARKET, price

STORAGE_REGION = column(Kind.TEXT, "East, Midwest, South Central, Mountain, Pacific or Lower 48")
GAS_TYPE = column(Kind.TEXT, "total, salt or nonsalt")
SERIES = column(Kind.TEXT, "The publisher's series")
FUTURES_CONTRACT = column(Kind.TEXT, "Product, month letter and year; daily contracts with their day")
CONTRACT_MONTH = column(Kind.DAY, "First day of the delivery month")
PRODUCT_SYMBOL = column(Kind.TEXT, "Product")

GAS_STORAGE = Contract(
    name="gas_storage",
    description="Working gas in underground storage by region and week; a revised week is a further version of its row.",
    key=("region", "gas_type", "interval_end"),
    columns={
        "market": MARKET,
        "region": STORAGE_REGION,
        "gas_type": GAS_TYPE,
        "series": SERIES,
        "week_ending": column(
            Kind.DAY, "Friday of the stock", checks=[pa.Check(lambda days: days.map(_is_friday), name="is_a_friday")]
        ),
        "stock_bcf": column(Kind.NUMBER, "Working gas", checks=[pa.Check.ge(0)]),
        "origin": column(Kind.TEXT, "How the figure came about, where told: EIA-912, derived estimate", blank=True),
        "is_revision": column(Kind.FLAG, "The publisher marks the figure as revised", blank=True),
        "is_reclassification": column(Kind.FLAG, "It marks a move between base and working gas", blank=True),
    },
)


def _is_friday(day: object) -> bool:
    return getattr(day, "weekday", int)() == 4


GAS_STORAGE_REPORTS = Contract(
    name="gas_storage_reports",
    description="The weekly storage release as it was told: change, implied flow and what it is compared with.",
    key=("region", "gas_type", "interval_end"),
    columns={
        "market": MARKET,
        "region": STORAGE_REGION,
        "gas_type": GAS_TYPE,
        "series": SERIES,
        "week_ending": column(Kind.DAY, "Friday of the stock"),
        "released_at": column(Kind.MOMENT, "Moment of the release by the release calendar, UTC"),
        "stock_bcf": column(Kind.NUMBER, "Working gas"),
        "week_ago_bcf": column(Kind.NUMBER, "Stock a week before", blank=True),
        "year_ago_bcf": column(Kind.NUMBER, "Stock a year before", blank=True),
        "five_year_average_bcf": column(Kind.NUMBER, "Mean of the five years before", blank=True),
        "net_change_bcf": column(Kind.NUMBER, "Change of the stock", blank=True),
        "implied_flow_bcf": column(Kind.NUMBER, "Change without reclassifications", blank=True),
        "is_revision": column(Kind.FLAG, "The net change is marked as revised", blank=True),
        "is_reclassification": column(Kind.FLAG, "The net change holds a reclassification", blank=True),
    },
)

GAS_PRICES = Contract(
    name="gas_prices",
    description="Gas prices by hub and series: spot, and continuations of the front futures (not a tradable curve).",
    key=("series", "frequency", "interval_end"),
    columns={
        "market": MARKET,
        "hub": column(Kind.TEXT, "Hub in the platform's words"),
        "series": SERIES,
        "product": column(Kind.TEXT, "spot, or front_month_1 to front_month_4"),
        "frequency": column(Kind.TEXT, "daily, weekly, monthly or annual"),
        "price_usd_per_mmbtu": price("Price; holidays and gaps are blank"),
    },
)

FUTURES_SETTLEMENTS = Contract(
    name="futures_settlements",
    description="Settlements of futures by contract and trading day, in the price unit of the product.",
    key=("contract", "interval_end"),
    columns={
        "market": MARKET,
        "symbol": PRODUCT_SYMBOL,
        "contract": FUTURES_CONTRACT,
        "contract_month": CONTRACT_MONTH,
        "description": column(Kind.TEXT, "Product in the publisher's words", blank=True),
        "open_price": price("First price"),
        "high_price": price("Highest price"),
        "high_mark": column(Kind.TEXT, "A (offer) or B (bid) where the high was not traded", blank=True),
        "low_price": price("Lowest price"),
        "low_mark": column(Kind.TEXT, "A or B where the low was not traded", blank=True),
        "last_price": price("Last price"),
        "last_mark": column(Kind.TEXT, "A or B where the last was not traded", blank=True),
        "settle_price": price("Settlement"),
        "change": price("Settlement less the one before; UNCH and blank settles have none or zero as published"),
        "estimated_volume": column(Kind.NUMBER, "Contracts traded on the day, estimated", blank=True),
    },
)

FUTURES_ACTIVITY = Contract(
    name="futures_activity",
    description="Final settlement, volume and open interest of a trading day, as told on the trading day after.",
    key=("contract", "interval_end"),
    columns={
        "market": MARKET,
        "symbol": PRODUCT_SYMBOL,
        "contract": FUTURES_CONTRACT,
        "contract_month": CONTRACT_MONTH,
        "settle_price": price("Settlement"),
        "volume": column(Kind.NUMBER, "Contracts traded", blank=True),
        "open_interest": column(Kind.NUMBER, "Contracts open at the end of the day", blank=True),
    },
)

CARBON_AUCTIONS = Contract(
    name="carbon_auctions",
    description="Allowance auctions, each price in the programme's own ton and converted to metric tons.",
    key=("programme", "auction", "allowance_type", "interval_end"),
    columns={
        "market": MARKET,
        "programme": column(Kind.TEXT, "california_quebec, rggi or washington"),
        "auction": column(Kind.TEXT, "Auction as the programme names it"),
        "allowance_type": column(Kind.TEXT, "current or advance (of a later vintage)"),
        "date_precision": column(Kind.TEXT, "day, or month where the day is not known and the first stands"),
        "published_price_usd": price("Settlement per published_unit"),
        "published_unit": column(
            Kind.TEXT, "Ton of the published price", checks=[pa.Check.isin(["metric_ton", "short_ton"])]
        ),
        "price_usd_per_metric_ton": price("Settlement converted to metric tons"),
        "reserve_price_usd": price("Floor per published_unit"),
        "reserve_status": column(Kind.TEXT, "How far the floor is confirmed", blank=True),
        "offered_allowances": column(Kind.NUMBER, "Allowances offered", blank=True),
        "sold_allowances": column(Kind.NUMBER, "Allowances sold", blank=True),
    },
)

CARBON_MEMBERS = Contract(
    name="carbon_members",
    description="Which states belong to a programme, a row a stay.",
    key=("programme", "state", "interval_end"),
    columns={
        "market": MARKET,
        "programme": column(Kind.TEXT, "rggi, or rggi_model: the states of its cap in a planning model"),
        "state": column(Kind.TEXT, "State by its two letters"),
        "source": column(Kind.TEXT, "Where the years are from"),
    },
)

CARBON_CAPS = Contract(
    name="carbon_caps",
    description="Caps on emissions by year and area, in metric tons whatever the programme's own ton.",
    key=("area", "interval_end"),
    columns={
        "market": MARKET,
        "area": column(Kind.TEXT, "State by its two letters, or RGGI"),
        "cap_metric_tons": column(Kind.NUMBER, "Cap of the year", checks=[pa.Check.ge(0)]),
        "status": column(Kind.TEXT, "What the figure is"),
    },
)

CARBON_OFFSETS = Contract(
    name="carbon_offsets",
    description="Voluntary offset credits as a user's own table tells them, each row with its source.",
    key=("registry", "project", "vintage", "source", "interval_end"),
    columns={
        "market": MARKET,
        "registry": column(Kind.TEXT, "Registry of the credits"),
        "project": column(Kind.TEXT, "Project as the registry names it"),
        "project_type": column(Kind.TEXT, "forestry, cookstoves, landfill gas ...", blank=True),
        "vintage": column(Kind.WHOLE, "Year of the reduction"),
        "price_usd_per_metric_ton": column(
            Kind.NUMBER, "Price of a credit (a metric ton of CO2e)", checks=[pa.Check.ge(0)]
        ),
        "source": column(Kind.TEXT, "Where the price is from"),
    },
)

PIPELINE_CAPACITY = Contract(
    name="pipeline_capacity",
    description="Operationally available capacity as pipelines post it: one row a location, direction, cycle and post.",
    key=("pipeline_id", "location_id", "flow", "cycle", "posted_at", "interval_end"),
    columns={
        "market": MARKET,
        "pipeline": column(Kind.TEXT, "Transportation service provider"),
        "pipeline_id": column(Kind.TEXT, "Its D-U-N-S number; leading zeros count"),
        "location": LOCATION,
        "location_id": column(Kind.TEXT, "The pipeline's number for the location"),
        "zone": column(Kind.TEXT, "Zone of the pipeline", blank=True),
        "flow": column(Kind.TEXT, "receipt, delivery or both"),
        "cycle": column(Kind.TEXT, "Nomination cycle: TIMELY, EVENING, INTRDY ..."),
        "posted_at": column(Kind.MOMENT, "Moment of the posting, UTC"),
        "design_mmbtu": column(Kind.NUMBER, "Design capacity a gas day", blank=True),
        "operating_mmbtu": column(Kind.NUMBER, "Operating capacity a gas day", blank=True),
        "scheduled_mmbtu": column(Kind.NUMBER, "Total scheduled", blank=True, checks=[pa.Check.ge(0)]),
        "available_mmbtu": column(Kind.NUMBER, "Operationally available as posted", blank=True),
        "utilisation": column(Kind.NUMBER, "Scheduled by operating capacity; blank without capacity", blank=True),
    },
)

WEATHER_POINTS = Contract(
    name="weather_points",
    description="Which forecast grid point the Weather Service has for a place.",
    key=("location", "interval_end"),
    columns={
        "market": MARKET,
        "location": column(Kind.TEXT, "Latitude,longitude as asked"),
        "grid_id": column(Kind.TEXT, "Forecast office"),
        "grid_x": column(Kind.WHOLE, "Column of the grid"),
        "grid_y": column(Kind.WHOLE, "Row of the grid"),
        "forecast_url": column(Kind.TEXT, "Address of the hourly forecast"),
        "grid_url": column(Kind.TEXT, "Address of the raw layers"),
        "time_zone": column(Kind.TEXT, "Local zone of the place", blank=True),
    },
)

WEATHER_OBSERVATIONS = Contract(
    name="weather_observations",
    description="Weather as stations measured it, one row a station, element and interval.",
    key=("station", "element", "report", "interval_start", "interval_end"),
    columns={
        "market": MARKET,
        "station": column(Kind.TEXT, "Station as the publisher numbers it"),
        "element": column(Kind.TEXT, "temperature, maximum_temperature, precipitation ... or the publisher's code"),
        "report": column(Kind.TEXT, "Kind of report: FM-15, daily ..."),
        "value": column(Kind.NUMBER, "Measured value; blank where missing or failed", blank=True),
        "unit": column(Kind.TEXT, "Unit of the value"),
        "quality": column(Kind.TEXT, "The publisher's quality mark", blank=True),
    },
)

WEATHER_FORECASTS = Contract(
    name="weather_forecasts",
    description="Weather forecasts with their moment of issue, one row a place, element and interval.",
    key=("issued_at", "model", "location", "element", "interval_start", "interval_end"),
    columns={
        "market": MARKET,
        "issued_at": ISSUED_AT,
        "model": column(Kind.TEXT, "Forecast as the publisher names it"),
        "location": LOCATION,
        "element": column(Kind.TEXT, "temperature, wind_speed, sky_cover ... or the publisher's name"),
        "value": column(Kind.NUMBER, "Value; blank where the publisher gives none", blank=True),
        "unit": column(Kind.TEXT, "Unit of the value"),
    },
)

DEGREE_DAYS = Contract(
    name="degree_days",
    description="Heating and cooling degree days, base 65 °F, by region or station and day.",
    key=("kind", "weighting", "location", "interval_end"),
    columns={
        "market": MARKET,
        "location": LOCATION,
        "kind": column(Kind.TEXT, "heating or cooling"),
        "weighting": column(Kind.TEXT, "utility_gas, population or none (a station)"),
        "degree_days_f": column(Kind.NUMBER, "Degree days in °F", checks=[pa.Check.ge(0)]),
    },
)
