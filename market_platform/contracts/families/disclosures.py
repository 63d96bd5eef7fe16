"""What publishers disclose of single resources after their delay, what they correct, and what they buy from demand."""

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import ISSUED_AT, LOCATION, LOCATION_TYPE, MARKET, MARKET_RUN, price

RESOURCE_AWARDS = Contract(
    name="resource_awards",
    description="What single resources and traders were awarded, one row a product.",
    key=("market_run", "resource_id", "publisher_product", "award_id", "interval_start"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "resource_id": column(Kind.TEXT, "Resource; for trades without one the settlement point or SOURCE>SINK"),
        "participant_id": column(Kind.TEXT, "Participant or scheduling entity", blank=True),
        "resource_type": column(Kind.TEXT, "Kind of resource as published", blank=True),
        "location": column(Kind.TEXT, "Settlement point of the award", blank=True),
        "product": column(Kind.TEXT, "energy, regulation_up, non_spinning, point_to_point ..."),
        "publisher_product": column(Kind.TEXT, "Product as the publisher names it"),
        "award_id": column(Kind.TEXT, "The publisher's number for the bid or offer; blank text where it has none"),
        "awarded_mw": column(Kind.NUMBER, "Quantity awarded", blank=True),
        "price_usd_per_mwh": price("Price that the award is settled at, per MW of an hour for reserves"),
    },
)

RESOURCE_STATES = Contract(
    name="resource_states",
    description="Limits, instructions, output and charge of single resources, planned or telemetered.",
    key=("market_run", "resource_id", "interval_start"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "resource_id": column(Kind.TEXT, "Resource"),
        "participant_id": column(Kind.TEXT, "Participant or scheduling entity", blank=True),
        "resource_type": column(Kind.TEXT, "Kind of resource as published", blank=True),
        "status": column(Kind.TEXT, "Status as published: ON, OFF, OUT, ONTEST ...", blank=True),
        "high_limit_mw": column(
            Kind.NUMBER, "High sustained limit; for load resources the most they consume", blank=True
        ),
        "low_limit_mw": column(Kind.NUMBER, "Low sustained limit; for load resources the least", blank=True),
        "base_point_mw": column(Kind.NUMBER, "Dispatch instruction", blank=True),
        "output_mw": column(Kind.NUMBER, "Metered or telemetered output; consumption of load resources", blank=True),
        "state_of_charge_mwh": column(Kind.NUMBER, "State of charge", blank=True),
        "least_state_of_charge_mwh": column(Kind.NUMBER, "Least state of charge allowed", blank=True),
        "most_state_of_charge_mwh": column(Kind.NUMBER, "Most state of charge allowed", blank=True),
    },
)

OFFER_CURVES = Contract(
    name="offer_curves",
    description="Offers of a whole market laid into one curve, one row a point.",
    key=("market_run", "publisher_product", "location", "price_usd_per_mw", "offered_mw", "interval_start"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "location": LOCATION,
        "product": column(Kind.TEXT, "regulation_up, responsive_reserve, non_spinning ..."),
        "publisher_product": column(Kind.TEXT, "Product as the publisher names it"),
        "offered_mw": column(Kind.NUMBER, "Quantity offered up to this price", blank=True),
        "price_usd_per_mw": price("Price of the point per MW for an hour"),
    },
)

CORRECTED_PRICES = Contract(
    name="corrected_prices",
    description="Prices that were corrected: what they were and what they are now.",
    key=("issued_at", "market_run", "product", "location", "location_type", "interval_start"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "issued_at": ISSUED_AT,
        "product": column(Kind.TEXT, "energy, a constraint's shadow price, or a reserve product"),
        "location": LOCATION,
        "location_type": LOCATION_TYPE,
        "original_usd_per_mwh": price("Price as first published"),
        "corrected_usd_per_mwh": price("Price as corrected"),
    },
)

INDICATIVE_PRICES = Contract(
    name="indicative_prices",
    description="Prices that a look-ahead run expects for its next intervals; nobody settles on them.",
    key=("issued_at", "market_run", "product", "location", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "issued_at": ISSUED_AT,
        "product": column(Kind.TEXT, "energy or a reserve product"),
        "location": LOCATION,
        "location_type": LOCATION_TYPE,
        "price_usd_per_mwh": price("Price as published, per MW of an hour for reserves"),
    },
)

DEMAND_PROCUREMENTS = Contract(
    name="demand_procurements",
    description="What a market operator buys from demand ahead of emergencies, by programme and hours of the term.",
    key=("programme", "time_period", "interval_start"),
    columns={
        "market": MARKET,
        "programme": column(Kind.TEXT, "Programme as published: ERS-10, weather-sensitive ERS-30 ..."),
        "time_period": column(Kind.TEXT, "Hours of the term as published"),
        "term_hours": column(Kind.NUMBER, "Hours of the period in the term", blank=True),
        "procured_mw": column(Kind.NUMBER, "Capacity procured or self-arranged", blank=True),
        "price_usd_per_mw": price("Clearing price per MW for an hour"),
        "resource_count": column(Kind.NUMBER, "Resources procured", blank=True),
        "cost_usd": column(Kind.NUMBER, "Projected cost of the term", blank=True),
    },
)
