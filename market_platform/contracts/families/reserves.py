"""Reserves, regulation and ramping: what is required and what is procured."""

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import LOCATION, MARKET, MARKET_RUN

RESERVES = Contract(
    name="reserves",
    description="Required and procured quantities of reserve, regulation and ramping products by region.",
    key=("market_run", "product", "publisher_product", "location", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "location": LOCATION,
        "product": column(Kind.TEXT, "regulation_up, spinning, non_spinning, flexible_ramp_up ..."),
        "publisher_product": column(Kind.TEXT, "Product as the publisher names it"),
        "minimum_mw": column(Kind.NUMBER, "Least quantity required", blank=True),
        "maximum_mw": column(Kind.NUMBER, "Most quantity allowed for", blank=True),
        "procured_mw": column(Kind.NUMBER, "Quantity bought in the run", blank=True),
        "self_provided_mw": column(Kind.NUMBER, "Quantity that participants bring themselves", blank=True),
        "total_mw": column(Kind.NUMBER, "Quantity held in all", blank=True),
        "cost_usd": column(Kind.NUMBER, "What the bought quantity costs", blank=True),
    },
)
