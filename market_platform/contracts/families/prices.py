"""Prices of energy and of ancillary services."""

import pandera.pandas as pa

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import (
    ISSUED_AT,
    LOCATION,
    LOCATION_ID,
    LOCATION_TYPE,
    MARKET,
    MARKET_RUN,
    price,
)


def _lmp_is_the_sum_of_its_parts() -> pa.Check:
    # Publishers round each part on its own: facts give 0.01-0.02 in NYISO and 0.005 in PJM downloads.
    return pa.Check(
        lambda rows: (
            (
                rows["lmp_usd_per_mwh"]
                - rows["energy_usd_per_mwh"]
                - rows["congestion_usd_per_mwh"]
                - rows["loss_usd_per_mwh"]
                - rows["ghg_usd_per_mwh"].fillna(0.0)
            )
            .abs()
            .fillna(0.0)
            <= 0.021
        ),
        name="lmp_is_the_sum_of_its_parts",
        error="LMP differs from energy + congestion + loss by more than two cents",
    )


LMP = Contract(
    name="lmp",
    description="Locational marginal prices, one row a location and interval, in every run of every market.",
    key=("market_run", "location", "location_type", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "location": LOCATION,
        "location_id": LOCATION_ID,
        "location_type": LOCATION_TYPE,
        "lmp_usd_per_mwh": price("Price as published"),
        "energy_usd_per_mwh": price("Energy part; where not published, price less the other parts"),
        "congestion_usd_per_mwh": price("Congestion part; positive raises the price (NYISO prints the opposite sign)"),
        "loss_usd_per_mwh": price("Loss part; positive raises the price"),
        "ghg_usd_per_mwh": price("Greenhouse-gas part (CAISO)"),
    },
    identities=(_lmp_is_the_sum_of_its_parts(),),
)

ANCILLARY_PRICES = Contract(
    name="ancillary_prices",
    description="Prices of regulation and reserves, one row a product, location and interval.",
    key=("market_run", "product", "publisher_product", "location", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "location": LOCATION,
        "location_id": LOCATION_ID,
        "product": column(Kind.TEXT, "regulation_capacity, regulation_up, spinning_10min, operating_30min ..."),
        "publisher_product": column(Kind.TEXT, "Product as the publisher names it"),
        "price_usd_per_mw": price("Clearing price per MW for an hour; movement and mileage per MW moved"),
    },
)

FUEL_PRICES = Contract(
    name="fuel_prices",
    description="Fuel prices that a market operator publishes for its own use, by fuel region.",
    key=("fuel", "location", "interval_end"),
    columns={
        "market": MARKET,
        "location": LOCATION,
        "fuel": column(Kind.TEXT, "gas, oil, coal"),
        "price_usd_per_mmbtu": price("Price as published"),
    },
)

ALLOWANCE_PRICES = Contract(
    name="allowance_prices",
    description="Prices of greenhouse-gas allowances that a market operator publishes for its own use.",
    key=("programme", "interval_end"),
    columns={
        "market": MARKET,
        "programme": column(Kind.TEXT, "california, rggi ..."),
        "price_usd_per_tonne": price("Price per metric ton of CO2 equivalent"),
    },
)

PRICE_CORRECTIONS = Contract(
    name="price_corrections",
    description="Notices that published prices were corrected: which market, interval and area, how and why.",
    key=("market_run", "location", "method", "reason", "interval_start", "interval_end"),
    columns={
        "market": MARKET,
        "market_run": MARKET_RUN,
        "location": LOCATION,
        "method": column(Kind.TEXT, "How the prices were set anew, as published"),
        "energy_type": column(Kind.TEXT, "What was corrected: energy, ancillary service ...", blank=True),
        "reason": column(Kind.TEXT, "Why, as published"),
        "correction_count": column(Kind.NUMBER, "Prices corrected", blank=True),
        "issued_at": ISSUED_AT,
    },
)
