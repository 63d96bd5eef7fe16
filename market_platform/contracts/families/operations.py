"""Figures of the system that have no family of their own, and what was bid into the markets by kind."""

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import LOCATION, MARKET, MARKET_RUN, price

SYSTEM_FIGURES = Contract(
    name="system_figures",
    description="Single figures of the system, one row a figure, subject, place and interval.",
    key=("issued_at", "location", "subject", "figure", "interval_end"),
    columns={
        "market": MARKET,
        "issued_at": column(Kind.MOMENT, "Moment of issue, UTC, where the figure comes in issues", blank=True),
        "location": LOCATION,
        "subject": column(Kind.TEXT, "What the figure is of: a service, a reserve; empty where the place says it all"),
        "figure": column(Kind.TEXT, "Figure as the publisher names it"),
        "value": column(Kind.NUMBER, "Its value", blank=True),
        "unit": column(Kind.TEXT, "Unit of the value: MW, MWh, USD/MWh, USD/MW, USD, lb/MWh, percent, ratio"),
    },
)

BID_VOLUMES = Contract(
    name="bid_volumes",
    description="Volumes bid or cleared by kind and place, without the bidder.",
    key=("market_run", "stage", "kind", "location", "price_usd_per_mwh", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "stage": column(Kind.TEXT, "submitted or cleared"),
        "kind": column(Kind.TEXT, "demand, increment, decrement, up_to_congestion"),
        "location": LOCATION,
        "price_usd_per_mwh": price("Price point of the bids; blank where only the volume is published"),
        "volume_mw": column(Kind.NUMBER, "Volume; for a whole day the sum of its hours in MWh", blank=True),
    },
)
