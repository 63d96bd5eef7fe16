"""What the platform forecasts itself, how the members of its pool stood, and how forecasts scored.

A publisher's own forecasts lie in `power.py` and `fundamentals.py`.
"""

import pandera.pandas as pa

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import ISSUED_AT, LOCATION, MARKET

LEVELS_PERCENT = (1, 5, 10, 25, 50, 75, 90, 95, 99)
QUANTILES = tuple(f"q{level:02d}" for level in LEVELS_PERCENT)
QUANTITY = column(
    Kind.TEXT,
    "What is forecast: day_ahead_price, real_time_price, load, wind, solar, gas_basis, gas_storage_change",
)
KIND = column(
    Kind.TEXT,
    "issued: made before its day from what was known then. hindcast: made later from the rows before its day only",
    checks=[pa.Check.isin(["issued", "hindcast"])],
)


def _quantiles_do_not_cross() -> pa.Check:
    return pa.Check(
        lambda rows: rows[list(QUANTILES)].diff(axis=1).iloc[:, 1:].ge(-1e-9).all(axis=1),
        name="quantiles_do_not_cross",
        error="a higher quantile lies below a lower one",
    )


FORECASTS = Contract(
    name="forecasts",
    description="Forecasts of the platform with their moment of issue, model, version and hash of inputs: one row a "
    "quantity, location, issue and interval. The latest issue before the gate is the one to trade on.",
    key=("quantity", "location", "kind", "issued_at", "interval_end"),
    columns={
        "market": MARKET,
        "quantity": QUANTITY,
        "location": LOCATION,
        "kind": KIND,
        "issued_at": ISSUED_AT,
        "before_gate": column(Kind.FLAG, "Issued before the market's gate of its day; blank where there is no gate", blank=True),
        "reissued": column(Kind.FLAG, "Takes the place of an earlier issue because inputs came late or changed"),
        "unit": column(Kind.TEXT, "usd_per_mwh, mw, usd_per_mmbtu or bcf"),
        "value": column(Kind.NUMBER, "Forecast that has the least expected absolute error"),
        **{
            name: column(Kind.NUMBER, f"Value that the outcome stays below with {level} % probability")
            for name, level in zip(QUANTILES, LEVELS_PERCENT, strict=True)
        },
        "spike_probability": column(
            Kind.NUMBER, "Real-time prices: probability of a price above spike_usd_per_mwh", blank=True
        ),
        "spike_usd_per_mwh": column(Kind.NUMBER, "Price above which an interval counts as a spike", blank=True),
        "model": column(Kind.TEXT, "Model that made it: pool, short_pool, seasonal, last_day, spread, day_ahead ..."),
        "version": column(Kind.TEXT, "Version of the engine and its settings"),
        "inputs_hash": column(Kind.TEXT, "SHA-256 of all that the forecast was allowed to read"),
        "rung": column(Kind.TEXT, "Step of the ladder that the history reaches, the whole pool being the highest"),
        "reason": column(Kind.TEXT, "Why it stands on a lower rung, and what was amiss with the inputs", blank=True),
    },
    identities=(_quantiles_do_not_cross(),),
)  # fmt: skip

FORECAST_MEMBERS = Contract(
    name="forecast_members",
    description="What each member of the pool said of an interval: the pool's weights and intervals rest on it, so that an "
    "issue need not compute the past again.",
    key=("quantity", "location", "model", "version", "interval_end"),
    columns={
        "market": MARKET,
        "quantity": QUANTITY,
        "location": LOCATION,
        "kind": KIND,
        "model": column(Kind.TEXT, "Member of the pool, as in pool_settings.csv"),
        "version": column(Kind.TEXT, "Version of the engine and its settings"),
        "issued_at": ISSUED_AT,
        "value": column(Kind.NUMBER, "Forecast in the unit of the quantity"),
    },
)

FORECAST_SCORES = Contract(
    name="forecast_scores",
    description="Scores of forecasts by market day, once the outcome is known: ours, the seasonal naive's and the ISO's own.",
    key=("quantity", "location", "horizon", "kind", "model", "interval_end"),
    columns={
        "market": MARKET,
        "quantity": QUANTITY,
        "location": LOCATION,
        "horizon": column(Kind.TEXT, "day_ahead, next_hours, gas_day or storage_week"),
        "kind": KIND,
        "model": column(Kind.TEXT, "Model that forecast; naive is the value of one season before, iso the ISO's own"),
        "intervals": column(Kind.WHOLE, "Intervals scored"),
        "mae": column(Kind.NUMBER, "Mean absolute error, in the unit of the quantity"),
        "naive_mae": column(Kind.NUMBER, "The same of the seasonal naive on the same intervals", blank=True),
        "rmse": column(Kind.NUMBER, "Root of the mean squared error"),
        "smape": column(Kind.NUMBER, "Symmetric percentage error as a share; explodes near zero"),
        "bias": column(Kind.NUMBER, "Mean of outcome less forecast"),
        "crps": column(Kind.NUMBER, "Continuous ranked probability score from the stored quantiles", blank=True),
        "inside_50": column(Kind.NUMBER, "Share of outcomes inside the 50 % interval", blank=True),
        "inside_90": column(Kind.NUMBER, "Share of outcomes inside the 90 % interval", blank=True),
    },
)
