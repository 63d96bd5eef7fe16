"""Exact numbers in bulk: whole units in place of floats, and one way to round them.

Energy is counted in units of 1e-6 MWh-seconds-per-hour (MWh x 3600 x 10^6), prices in 10^-6 $/MWh. A hour cut into 4 or
12 parts stays whole, so nothing is rounded until a charge line becomes cents.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa

from market_platform.errors import SchemaChanged

DECIMALS = 6
SECONDS_PER_HOUR = 3600
#: One dollar in the units of (energy units x price units).
UNITS_PER_USD = SECONDS_PER_HOUR * 10 ** (2 * DECIMALS)
CENT = Decimal("0.01")
LARGEST = 2**53


def to_units(values: pd.Series, name: str, *, round_excess: bool = False) -> np.ndarray:
    """Return ``values`` x 10^6 as int64, exactly.

    Takes floats, Decimals and Arrow decimals. A value with more than six decimals is refused (SchemaChanged) unless
    ``round_excess``: quantities that were averaged are rounded to six decimals, half to even; prices never are.
    """
    if values.dtype == object or isinstance(values.dtype, pd.ArrowDtype):
        units = [Decimal(value).scaleb(DECIMALS) for value in values]
        whole = [unit.to_integral_value() for unit in units]
        inexact = any(a != b for a, b in zip(units, whole, strict=True))
        result = np.array([int(unit) for unit in whole], dtype=np.int64)
    else:
        scaled = values.to_numpy(dtype=np.float64) * 10.0**DECIMALS
        nearest = np.rint(scaled)
        if not np.isfinite(scaled).all() or (len(scaled) and np.abs(nearest).max() >= LARGEST):
            msg = f"{name}: a value is not finite or too large for exact arithmetic (9e9): check the source"
            raise SchemaChanged(msg)
        inexact = bool((np.abs(scaled - nearest) > 1e-3 * np.maximum(1.0, np.abs(scaled) * 1e-9)).any())
        result = nearest.astype(np.int64)
    if inexact and not round_excess:
        msg = f"{name}: a value has more than {DECIMALS} decimals; publishers give at most {DECIMALS}: check the parser"
        raise SchemaChanged(msg)
    return result


def cents(value: Fraction | Decimal | int) -> Decimal:
    """Round an exact amount in dollars to the cent, half away from zero."""
    if isinstance(value, Decimal):
        return value.quantize(CENT, rounding=ROUND_HALF_UP)
    scaled = Fraction(value) * 100
    whole = (abs(scaled) * 2 + 1) // 2
    return Decimal(int(whole) if scaled >= 0 else -int(whole)).scaleb(-2)


def usd_from_cents(whole_cents: np.ndarray) -> pa.Array:
    """Return int64 cents as Arrow decimal128(18, 2), without a Python object per value."""
    low = np.ascontiguousarray(whole_cents, dtype=np.int64)
    words = np.empty((len(low), 2), dtype=np.int64)
    words[:, 0] = low
    words[:, 1] = low >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(low), [None, pa.py_buffer(words)])


def cents_sql(numerator: str) -> str:
    """Return SQL for whole cents of a HUGEINT in units, half away from zero: the same rule as ``cents``."""
    return (
        f"(CASE WHEN {numerator} < 0 THEN -1 ELSE 1 END)"
        f" * ((abs({numerator}) * 200 + {UNITS_PER_USD}::HUGEINT) // {2 * UNITS_PER_USD}::HUGEINT)"
    )
