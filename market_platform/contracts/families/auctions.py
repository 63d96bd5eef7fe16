"""Auctions for months and years: capacity and financial transmission rights."""

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import MARKET, price

CAPACITY_AUCTIONS = Contract(
    name="capacity_auctions",
    description="Results of capacity auctions by locality and period.",
    key=("auction", "locality", "interval_start", "interval_end"),
    columns={
        "market": MARKET,
        "auction": column(Kind.TEXT, "Auction as the field names it: strip, monthly, spot, base_residual ..."),
        "locality": column(Kind.TEXT, "Capacity zone"),
        "price_usd_per_mw_day": price("Clearing price per MW and day, converted where published in another unit"),
        "published_price": price("Clearing price as published"),
        "published_unit": column(Kind.TEXT, "Unit of the published price"),
        "cleared_mw": column(Kind.NUMBER, "Capacity cleared", blank=True),
    },
)
