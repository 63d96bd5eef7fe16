"""The columns of every frame that settlement takes, and the one check that a frame has them.

Signs: an injection (generation, discharge, a sale) is positive, a withdrawal (load, charging, a purchase) negative.
Every row carries ``interval_start`` and ``interval_end`` in UTC and the ``market_day`` of its market. Nothing here
knows where a frame came from.
"""

import pandas as pd

from market_platform.errors import SchemaChanged

TIME = ("market_day", "interval_start", "interval_end")
WHO = ("iso", "account", "resource", "location")

#: market: da, fmm, rtd or rt; product: energy, virtual, ftr, ptp or an ancillary service. One row per award.
AWARDS = (*WHO, "market", "product", *TIME, "award_mw")
#: market: fmm or rtd. Average instructed MW of the interval.
DISPATCH = (*WHO, "market", *TIME, "instructed_mw")
#: esr marks storage whose charging settles at its own bus where the market says so.
METER = (*WHO, "esr", *TIME, "metered_mwh")
#: market: da, fmm, rtd, rt or rt_bus; version counts from 1 with each correction; components may be null.
PRICES = (
    "iso",
    "market",
    "product",
    "location",
    *TIME,
    "price_usd_per_mwh",
    "energy_usd_per_mwh",
    "congestion_usd_per_mwh",
    "loss_usd_per_mwh",
    "version",
    "known_from",
)
#: Fees and capacity prices: what one MWh (or one MW-day for a fixed charge) costs on a market day.
RATES = ("iso", "charge_code", "market_day", "rate_usd_per_unit")
#: Quantities that are billed per day as they stand: capacity MW-days, auction MW, mileage.
POSITIONS = (*WHO, "charge_code", "market_day", "quantity")

KEYS = {
    "awards": (AWARDS, (*WHO, "market", "product", "interval_start")),
    "dispatch": (DISPATCH, (*WHO, "market", "interval_start")),
    "meter": (METER, (*WHO, "interval_start")),
    "prices": (PRICES, ("iso", "market", "product", "location", "interval_start", "version")),
    "rates": (RATES, ("iso", "charge_code", "market_day")),
    "positions": (POSITIONS, (*WHO, "charge_code", "market_day")),
}
NULLABLE = {"energy_usd_per_mwh", "congestion_usd_per_mwh", "loss_usd_per_mwh"}


def empty(name: str) -> pd.DataFrame:
    """Return a frame of kind ``name`` with its columns and no row."""
    columns, _ = KEYS[name]
    frame = pd.DataFrame({column: pd.Series(dtype="object") for column in columns})
    for column in ("interval_start", "interval_end", "known_from"):
        if column in frame:
            frame[column] = frame[column].astype("datetime64[us, UTC]")
    for column in columns:
        if column.endswith(("_mw", "_mwh", "_per_mwh", "_per_unit")) or column == "quantity":
            frame[column] = frame[column].astype("float64")
    return frame


def checked(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return ``frame`` with exactly the columns of kind ``name``, in their order.

    Raises SchemaChanged for missing or unknown columns, local or naive time, nulls, intervals that do not run forward
    and rows that repeat a key.
    """
    columns, key = KEYS[name]
    if set(frame.columns) != set(columns):
        missing, unknown = sorted(set(columns) - set(frame.columns)), sorted(set(frame.columns) - set(columns))
        msg = f"{name}: missing columns {missing}, unknown columns {unknown}; it takes exactly {list(columns)}"
        raise SchemaChanged(msg)
    frame = frame.loc[:, list(columns)]
    holes = [column for column in columns if column not in NULLABLE and frame[column].isna().any()]
    if holes:
        msg = f"{name}: empty values in {holes}; drop or complete those rows before settling"
        raise SchemaChanged(msg)
    if "interval_start" in columns:
        _check_time(frame, name)
    repeated = frame.duplicated(list(key))
    if repeated.any():
        first = frame.loc[repeated, list(key)].iloc[0].to_dict()
        msg = f"{name}: {int(repeated.sum())} rows repeat a key, first {first}; keep one row per key"
        raise SchemaChanged(msg)
    return frame


def _check_time(frame: pd.DataFrame, name: str) -> None:
    for column in ("interval_start", "interval_end"):
        if str(getattr(frame[column].dtype, "tz", None)) != "UTC":
            msg = f"{name}.{column} is {frame[column].dtype}: settlement takes UTC moments only"
            raise SchemaChanged(msg)
    if (frame["interval_end"] <= frame["interval_start"]).any():
        msg = f"{name}: an interval ends before it starts"
        raise SchemaChanged(msg)


def latest(prices: pd.DataFrame, known_at: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return one row per price: its last version, or the last one known at ``known_at`` (as-of)."""
    known = prices if known_at is None else prices[prices["known_from"] <= known_at]
    key = ["iso", "market", "product", "location", "interval_start"]
    return known.sort_values("version", kind="stable").drop_duplicates(key, keep="last").reset_index(drop=True)
