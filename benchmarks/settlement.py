"""Settlement at scale: a fleet-year of five-minute intervals, and a month's reconciliation.

Seconds are the process's CPU seconds, those of both threads added up: on two free cores the clock on the wall shows
less, and what else the machine does is not counted.
"""

import resource
import time
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from market_platform.settlement.exact import usd_from_cents
from market_platform.settlement.reconciliation.reconcile import reconcile
from market_platform.settlement.shadow.grid import settle_fleet
from market_platform.settlement.shadow.lines import LINES

RESOURCES, LOCATIONS, DAYS = 1_000, 50, 365
SECONDS_BAR, GIGABYTES_BAR, RECONCILIATION_BAR = 10.0, 4.0, 30.0


def _peak_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _cents(draw: np.random.Generator, low: int, high: int, shape: tuple[int, int]) -> np.ndarray:
    values = draw.integers(low, high, shape, dtype=np.int32).astype(np.float64)
    values /= 100
    return values


def fleet_year() -> Iterator[dict]:
    draw = np.random.default_rng(11)
    hours, intervals = DAYS * 24, DAYS * 288
    fleet = {
        "day_ahead_mw": _cents(draw, -10_000, 10_000, (RESOURCES, hours)),
        "metered_mwh": _cents(draw, -800, 800, (RESOURCES, intervals)),
        "day_ahead_usd_per_mwh": _cents(draw, -5_000, 30_000, (LOCATIONS, hours)),
        "real_time_usd_per_mwh": _cents(draw, -15_000, 200_000, (LOCATIONS, intervals)),
        "location_of_resource": np.arange(RESOURCES) % LOCATIONS,
        "first_hour_of_day": np.arange(DAYS + 1) * 24,
    }
    small = {name: array[:2] if name in ("day_ahead_mw", "metered_mwh") else array for name, array in fleet.items()}
    settle_fleet(**{**small, "location_of_resource": fleet["location_of_resource"][:2]}, keep_intervals=True)
    begin = time.process_time()
    result = settle_fleet(**fleet, keep_intervals=True)
    seconds = time.process_time() - begin
    assert result.interval_imbalance_cents is not None
    assert (result.interval_imbalance_cents.sum(axis=1) == result.imbalance_cents.sum(axis=1)).all()
    peak = _peak_gigabytes()
    rows = 20_000
    decimal_seconds = _settled_with_decimals(fleet, rows, result.interval_imbalance_cents[0, :rows])
    per_interval, peer = seconds / (RESOURCES * intervals), decimal_seconds / rows
    name = f"settle {RESOURCES * intervals / 1e6:.0f} million five-minute intervals, exact to the cent"
    yield _row(name, seconds, "CPU s", SECONDS_BAR)
    yield _row("peak memory of that, inputs included", peak, "GB", GIGABYTES_BAR)
    yield {
        **_row("one interval, exact to the cent", per_interval * 1e9, "ns", round(peer * 1e9)),
        "peer": "Python Decimal, interval by interval",
        "peer_value": round(peer * 1e9, 1),
        "ratio": round(peer / per_interval, 1),
    }


def _settled_with_decimals(fleet: dict, rows: int, expected_cents: np.ndarray) -> float:
    """Settle the first intervals of resource 0 the plain way and see that the cents agree."""
    awards = fleet["day_ahead_mw"][0, : rows // 12 + 1]
    metered, prices = fleet["metered_mwh"][0, :rows], fleet["real_time_usd_per_mwh"][0, :rows]
    twelve, cent = Decimal(12), Decimal("0.01")
    begin = time.process_time()
    cents = [
        (
            (Decimal(repr(float(mwh))) * twelve - Decimal(repr(float(awards[step // 12]))))
            * Decimal(repr(float(price)))
            / twelve
        ).quantize(cent, rounding=ROUND_HALF_UP)
        for step, (mwh, price) in enumerate(zip(metered, prices, strict=True))
    ]
    seconds = time.process_time() - begin
    assert [int(value * 100) for value in cents] == expected_cents.tolist()
    return seconds


def month_reconciliation() -> Iterator[dict]:
    """1,000 resources, 30 days: 8.64 million five-minute and 0.72 million hourly lines, one in ten thousand wrong."""
    draw = np.random.default_rng(12)
    day_ahead = _lines("DA_ENERGY", 60, draw)
    balancing = _lines("BAL_ENERGY", 5, draw)
    expected = pa.concat_tables([day_ahead, balancing])
    billed, wrong = _with_wrong_prices(expected, draw)
    begin = time.process_time()
    outcome = reconcile(expected, billed)
    seconds = time.process_time() - begin
    assert outcome.compared_lines == len(expected)
    assert len(outcome.variances) == wrong
    assert set(outcome.variances["cause"]) == {"wrong_price"}
    assert outcome.explained_usd == outcome.variance_usd
    name = f"reconcile a month of {RESOURCES} resources, {len(expected) / 1e6:.1f} million lines, {wrong} errors found"
    yield _row(name, seconds, "CPU s", RECONCILIATION_BAR)


def _lines(charge_code: str, minutes: int, draw: np.random.Generator) -> pa.Table:
    intervals = 30 * 24 * 60 // minutes
    starts = np.datetime64("2024-06-01T04:00", "us") + np.arange(intervals) * np.timedelta64(minutes, "m")
    count = RESOURCES * intervals
    resource = pa.DictionaryArray.from_arrays(
        pa.array(np.repeat(np.arange(RESOURCES, dtype=np.int32), intervals)), [f"R{n}" for n in range(RESOURCES)]
    ).cast(pa.string())
    quantity = draw.integers(-9_000, 9_000, count) * 10_000
    quantity[quantity == 0] = 10_000
    price = draw.integers(1_000, 20_000, count) * 10_000
    repeated = {"iso": "nyiso", "account": "ACME", "charge_code": charge_code, "location": "N1", "status": "U"}
    amount = usd_from_cents(_whole_cents(quantity, price))
    columns = {
        **{name: pa.repeat(text, count) for name, text in repeated.items()},
        "positive_means": pa.repeat("credit", count),
        "market_day": pa.array(np.tile((starts - np.timedelta64(4, "h")).astype("datetime64[D]"), RESOURCES)),
        "resource": resource,
        "interval_start": pa.array(np.tile(starts, RESOURCES)).cast(pa.timestamp("us", "UTC")),
        "interval_end": pa.array(np.tile(starts + np.timedelta64(minutes, "m"), RESOURCES)).cast(
            pa.timestamp("us", "UTC")
        ),
        "quantity_mwh": _millionths(quantity),
        "price_usd_per_mwh": _millionths(price),
        "amount_usd": amount,
        "iso_amount": amount,
    }
    return pa.table({name: columns[name] for name in LINES.names}, schema=LINES)


def _whole_cents(quantity: np.ndarray, price: np.ndarray) -> np.ndarray:
    """Cents of quantity x price in millionths, where both are whole hundredths."""
    hundredths = (quantity // 10_000) * (price // 10_000)
    return np.sign(hundredths) * ((np.abs(hundredths) + 50) // 100)


def _millionths(values: np.ndarray) -> pa.Array:
    words = np.stack([values, values >> 63], axis=1)
    return pa.Array.from_buffers(pa.decimal128(18, 6), len(values), [None, pa.py_buffer(words)])


def _with_wrong_prices(lines: pa.Table, draw: np.random.Generator) -> tuple[pa.Table, int]:
    """Bill some lines 5 $/MWh too dear, in another order than ours."""
    units = pc.cast(pc.multiply(lines["quantity_mwh"], pa.scalar(100, pa.decimal128(3, 0))), pa.float64())
    quantity = np.rint(units.to_numpy()).astype(np.int64) * 10_000
    price = np.rint(pc.cast(lines["price_usd_per_mwh"], pa.float64()).to_numpy() * 100).astype(np.int64) * 10_000
    chosen = draw.choice(len(lines), len(lines) // 10_000, replace=False)
    price[chosen] += 5 * 1_000_000
    cents = _whole_cents(quantity, price)
    amount = usd_from_cents(cents)
    wrong = len(lines) - int(pc.sum(pc.equal(amount, lines["amount_usd"].combine_chunks())).as_py())
    for name, column in (("price_usd_per_mwh", _millionths(price)), ("amount_usd", amount), ("iso_amount", amount)):
        lines = lines.set_column(lines.schema.get_field_index(name), name, column)
    return lines.take(draw.permutation(len(lines))), wrong


def _row(name: str, value: float, unit: str, bar: float) -> dict:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "bar": bar,
        "holds": value < bar,
    }


def run() -> Iterator[dict]:
    yield from fleet_year()
    yield from month_reconciliation()


if __name__ == "__main__":
    for row in run():
        print(row)
