"""What the platform works out about gas, storage, weather, carbon and heat: basis, spreads, surplus, decisions.

What publishers say about them lies in `fundamentals.py`.
"""

import pandera.pandas as pa

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import ISSUED_AT, LOCATION, MARKET, price

HUB = column(Kind.TEXT, "Gas hub in the platform's words")
CONTRACT_MONTH = column(Kind.DAY, "First day of the delivery month")

GAS_BASIS = Contract(
    name="gas_basis",
    description="Gas curves by hub: basis to Henry Hub as it settled, and the price of both together, a row a trading day "
    "and delivery month. Henry Hub stands among the hubs with a basis of zero.",
    key=("hub", "contract_month", "interval_end"),
    columns={
        "market": MARKET,
        "hub": HUB,
        "symbol": column(Kind.TEXT, "Product whose settlement gives the basis"),
        "contract_month": CONTRACT_MONTH,
        "place": column(Kind.WHOLE, "Place on the curve, 1 is the front month", checks=[pa.Check.ge(1)]),
        "basis_usd_per_mmbtu": column(Kind.NUMBER, "Price at the hub less Henry Hub; either sign"),
        "henry_hub_usd_per_mmbtu": column(Kind.NUMBER, "Henry Hub future of the same month"),
        "price_usd_per_mmbtu": column(Kind.NUMBER, "Henry Hub and basis together"),
    },
)

GAS_SPREADS = Contract(
    name="gas_spreads",
    description="Spreads between two legs (hub and delivery month) on their last trading day, and where they stand in "
    "their own history. Risk is the historical-simulation value at risk of one day of being long the first leg; an "
    "opportunity has |z| of two or more and a percentile in the outer five percent of the same side.",
    key=("first_hub", "first_month", "second_hub", "second_month", "interval_end"),
    columns={
        "market": MARKET,
        "first_hub": HUB,
        "first_month": CONTRACT_MONTH,
        "second_hub": HUB,
        "second_month": CONTRACT_MONTH,
        "spread_usd_per_mmbtu": column(Kind.NUMBER, "First leg less second"),
        "mean_usd_per_mmbtu": column(Kind.NUMBER, "Mean of the history"),
        "correlation": column(Kind.NUMBER, "Of daily changes", checks=[pa.Check.in_range(-1.0001, 1.0001)]),
        "percentile": column(Kind.NUMBER, "Part of the history at or below", checks=[pa.Check.in_range(0, 1)]),
        "z_score": column(Kind.NUMBER, "Distance from the mean in standard deviations"),
        "var_usd_per_mmbtu": column(Kind.NUMBER, "Value at risk of one day at the confidence", checks=[pa.Check.ge(0)]),
        "confidence": column(Kind.NUMBER, "Confidence of the value at risk"),
        "is_opportunity": column(Kind.FLAG, "By the rule in the description"),
        "days": column(Kind.WHOLE, "Trading days of history"),
    },
)

GAS_FRONT_MONTH = Contract(
    name="gas_front_month",
    description="The continuous front month of Henry Hub futures: unadjusted, with its rolls, and back-adjusted.",
    key=("symbol", "interval_end"),
    columns={
        "market": MARKET,
        "symbol": column(Kind.TEXT, "Product"),
        "contract_month": CONTRACT_MONTH,
        "settle_usd_per_mmbtu": column(Kind.NUMBER, "Settlement of the front contract"),
        "is_roll": column(Kind.FLAG, "First day of this contract in front"),
        "roll_gap_usd_per_mmbtu": price("On a roll: this contract less the one before, on the same day"),
        "back_adjusted_usd_per_mmbtu": price("Price without the jumps of later rolls"),
        "volatility": column(Kind.NUMBER, "Yearly, from twenty days of log changes, back-adjusted", blank=True),
    },
)

STORAGE_SURPLUS = Contract(
    name="storage_surplus",
    description="Working gas against the same weeks of the five years before, and the balance that its change implies.",
    key=("region", "gas_type", "interval_end"),
    columns={
        "market": MARKET,
        "region": column(Kind.TEXT, "East, Midwest, South Central, Mountain, Pacific or Lower 48"),
        "gas_type": column(Kind.TEXT, "total, salt or nonsalt"),
        "week_ending": column(Kind.DAY, "Friday of the stock"),
        "stock_bcf": column(Kind.NUMBER, "Working gas"),
        "change_bcf": column(Kind.NUMBER, "Change over the week; blank after a missing week", blank=True),
        "balance_bcf_per_day": column(Kind.NUMBER, "Supply less demand that the change implies", blank=True),
        "five_year_mean_bcf": column(Kind.NUMBER, "Mean of the weeks 364, 728 ... days before", blank=True),
        "five_year_low_bcf": column(Kind.NUMBER, "Lowest of them", blank=True),
        "five_year_high_bcf": column(Kind.NUMBER, "Highest of them", blank=True),
        "surplus_bcf": column(Kind.NUMBER, "Stock less the mean", blank=True),
        "surplus": column(Kind.NUMBER, "Surplus as a part of the mean", blank=True),
    },
)

DRIVER_CORRELATIONS = Contract(
    name="driver_correlations",
    description="How weather goes with prices, storage and load: correlations over what both series have in common.",
    key=("driver", "target", "interval_end"),
    columns={
        "market": MARKET,
        "driver": column(Kind.TEXT, "What drives: gas_weighted_degree_days, degree_hours"),
        "target": column(Kind.TEXT, "What is driven: henry_hub_price, storage_change, load of a market"),
        "step": column(Kind.TEXT, "day, week or hour"),
        "correlation": column(Kind.NUMBER, "Pearson correlation", checks=[pa.Check.in_range(-1.0001, 1.0001)]),
        "observations": column(Kind.WHOLE, "Steps in common"),
    },
)

SPARK_SPREADS = Contract(
    name="spark_spreads",
    description="What a gas plant earns an hour at a market's hub, before and after carbon: day-ahead price less gas at "
    "the front month of the hub's curve and less allowances, at a heat rate on the higher heating value.",
    key=("location", "interval_end"),
    columns={
        "market": MARKET,
        "location": LOCATION,
        "power_usd_per_mwh": column(Kind.NUMBER, "Day-ahead price"),
        "gas_hub": HUB,
        "is_gas_estimated": column(Kind.FLAG, "Henry Hub stands in for a hub that no free curve quotes"),
        "gas_usd_per_mmbtu": column(Kind.NUMBER, "Last settlement before the market day"),
        "gas_trade_day": column(Kind.DAY, "Trading day of that settlement"),
        "heat_rate_mmbtu_per_mwh": column(Kind.NUMBER, "Heat rate (HHV)"),
        "programme": column(Kind.TEXT, "Carbon programme; blank without one", blank=True),
        "carbon_usd_per_metric_ton": column(Kind.NUMBER, "Last auction before the market day; 0 without a programme"),
        "spark_spread_usd_per_mwh": column(Kind.NUMBER, "Power less gas"),
        "clean_spark_spread_usd_per_mwh": column(Kind.NUMBER, "Power less gas and allowances"),
    },
)

CARBON_LEVELS = Contract(
    name="carbon_levels",
    description="Where each current allowance auction cleared between its floor and the trigger of the reserve, in both tons.",
    key=("programme", "auction", "interval_end"),
    columns={
        "market": MARKET,
        "programme": column(Kind.TEXT, "california_quebec, rggi or washington"),
        "auction": column(Kind.TEXT, "Auction as the programme names it"),
        "is_published": column(Kind.FLAG, "Read where the programme publishes it, not from a table of it"),
        "published_unit": column(Kind.TEXT, "The programme's own ton: metric_ton or short_ton"),
        "price_usd_per_metric_ton": column(Kind.NUMBER, "Settlement"),
        "price_usd_per_short_ton": column(Kind.NUMBER, "The same settlement"),
        "floor_usd_per_metric_ton": column(Kind.NUMBER, "Reserve price of the auction", blank=True),
        "floor_status": column(Kind.TEXT, "How far the floor is confirmed", blank=True),
        "trigger_usd_per_metric_ton": column(Kind.NUMBER, "RGGI's cost-containment trigger of the year", blank=True),
        "trigger_status": column(Kind.TEXT, "How far the trigger is confirmed", blank=True),
        "is_at_floor": column(Kind.FLAG, "Cleared at the floor", blank=True),
        "is_over_trigger": column(Kind.FLAG, "Cleared at the trigger or above", blank=True),
    },
)

RENEWABLE_OUTLOOK = Contract(
    name="renewable_outlook",
    description="What the weather forecast means for a plant at a place: irradiance and wind, and output as a part of "
    "capacity of a fixed-tilt solar plant and of a generic wind turbine.",
    key=("issued_at", "location", "interval_end"),
    columns={
        "market": MARKET,
        "issued_at": ISSUED_AT,
        "location": LOCATION,
        "zone": column(Kind.TEXT, "Zone of the market"),
        "irradiance_w_per_m2": column(Kind.NUMBER, "Global horizontal irradiance", checks=[pa.Check.ge(0)]),
        "wind_m_per_s": column(Kind.NUMBER, "Wind speed at 100 m", checks=[pa.Check.ge(0)]),
        "solar_output": column(Kind.NUMBER, "Solar output by capacity", checks=[pa.Check.in_range(0, 1)]),
        "wind_output": column(Kind.NUMBER, "Wind output by capacity", checks=[pa.Check.in_range(0, 1)]),
    },
)

CHP_DECISIONS = Contract(
    name="chp_decisions",
    description="What a facility's engine should do in each hour, what that costs and saves, and how old and how good the "
    "prices are that it rests on. A later decision for the same hour is a later version of its row.",
    key=("facility", "interval_end"),
    columns={
        "market": MARKET,
        "facility": column(Kind.TEXT, "Facility in the user's table"),
        "location": LOCATION,
        "decision": column(Kind.TEXT, "run or off", checks=[pa.Check.isin(["run", "off"])]),
        "load_mw": column(Kind.NUMBER, "Electric load of the engine", checks=[pa.Check.ge(0)]),
        "cost_usd": column(Kind.NUMBER, "Cost of power and heat in the hour, starts included"),
        "saving_usd": column(
            Kind.NUMBER, "Cost of standing still less that; blank where the boiler alone cannot", blank=True
        ),
        "power_usd_per_mwh": column(Kind.NUMBER, "Day-ahead price at the location"),
        "gas_usd_per_mmbtu": column(Kind.NUMBER, "Gas at the hub"),
        "carbon_usd_per_metric_ton": column(Kind.NUMBER, "Allowance price; 0 without a programme"),
        "decided_at": column(Kind.MOMENT, "Moment of the decision, UTC"),
        "power_age_hours": column(Kind.NUMBER, "Since the power price was read"),
        "gas_age_hours": column(Kind.NUMBER, "Since the end of the gas price's trading day"),
        "carbon_age_hours": column(
            Kind.NUMBER, "Since the end of the auction's day; blank without a programme", blank=True
        ),
        "quality": column(
            Kind.TEXT,
            "good, estimated or stale: of the worst input",
            checks=[pa.Check.isin(["good", "estimated", "stale"])],
        ),
    },
)
