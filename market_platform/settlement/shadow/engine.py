"""Settlement of frames: charge tables times quantities and prices, exact in DuckDB, rounded once per charge line.

Quantities become whole units on a time grid (hours cut into the charge's own interval), prices whole millionths; their
products and sums are 128-bit integers. Nothing is a float and nothing is rounded before the line is.
"""

from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pyarrow as pa

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.settlement.charges.table import Charge, charge_table
from market_platform.settlement.refusals import MissingInput
from market_platform.settlement.shadow.lines import LINES, to_frame
from market_platform.settlement.shadow.rows import (
    Inputs,
    positions_table,
    prices_table,
    quantities_table,
    rates_table,
)
from market_platform.settlement.shadow.sql import fixed_sql, grid_sql, lines_sql
from market_platform.settlement.shadow.unsettled import unsettled_lines


def settle(
    iso: str,
    inputs: Inputs,
    *,
    charges: tuple[Charge, ...] | None = None,
    known_at: pd.Timestamp | None = None,
    exact: bool = False,
) -> pd.DataFrame:
    """Return the shadow statement of one ISO as charge lines (``shadow.lines.LINES``), in time order.

    Uses the last version of every price, or the last one known at ``known_at``. ``exact`` adds ``exact_units``, the
    unrounded revenue in 1/UNITS_PER_USD dollars. Charges whose products have no position give no line; awards that no
    charge of the ISO's table settles give a line of status U without an amount (``unsettled``), and the rest settles.
    Raises MissingInput where a position has no price, no meter value or no instruction: never part of a statement.
    """
    table = charge_table(iso) if charges is None else charges
    connection = duckdb.connect()
    try:
        quantities = quantities_table(iso, inputs)
        connection.register("quantity_rows", quantities)
        connection.register("price_rows", prices_table(iso, inputs.prices, known_at))
        connection.register("rate_rows", rates_table(iso, inputs.rates))
        connection.register("position_rows", positions_table(iso, inputs.positions))
        held = set(quantities["product"].unique().to_pylist())
        parts = [_settle_charge(connection, charge) for charge in table if charge.is_fixed or charge.product in held]
        if charges is None:
            parts.append(unsettled_lines(connection, iso, table))
    finally:
        connection.close()
    lines = pa.concat_tables(parts) if parts else _no_lines()
    lines = lines.sort_by([(name, "ascending") for name in ("account", "charge_code", "resource", "interval_start")])
    columns = [*LINES.names, "exact_units"] if exact else LINES.names
    return to_frame(lines.select(columns))


def _no_lines() -> pa.Table:
    return LINES.append(pa.field("exact_units", pa.decimal128(38, 0))).empty_table()


def _settle_charge(connection: duckdb.DuckDBPyConnection, charge: Charge) -> pa.Table:
    rows = fixed_sql(charge) if charge.is_fixed else grid_sql(charge)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE priced AS {rows}")
    _refuse_holes(connection, charge)
    table = connection.execute(lines_sql(charge)).to_arrow_table()
    if charge.is_fixed:
        table = _whole_days(table, MARKETS[charge.iso].zone)
    return table.cast(LINES.append(pa.field("exact_units", pa.decimal128(38, 0))))


def _whole_days(table: pa.Table, zone: ZoneInfo) -> pa.Table:
    """Give lines that are billed per day the bounds of their market day as interval."""
    bounds = [day_bounds(day, zone) for day in table["market_day"].to_pylist()]
    for position, name in enumerate(("interval_start", "interval_end")):
        moments = pa.array([bound[position] for bound in bounds], pa.timestamp("us", "UTC"))
        table = table.set_column(table.schema.get_field_index(name), name, moments)
    return table


def _refuse_holes(connection: duckdb.DuckDBPyConnection, charge: Charge) -> None:
    found = connection.execute(
        """SELECT count(*), count(*) FILTER (unknown = 1), arg_min(resource, start_us), arg_min(location, start_us),
                  arg_min(market_day, start_us), min(start_us)
           FROM priced WHERE unknown = 1 OR (quantity <> 0 AND price IS NULL)"""
    ).fetchone()
    if found is None or not found[0]:
        return
    count, unknown, resource, location, day, start_us = found
    at = "" if start_us is None else f" from {pd.Timestamp(start_us, unit='us', tz='UTC')}"
    what = f"{charge.quantity} (meter, dispatch or award)" if unknown else f"price {charge.price}"
    msg = (
        f"{charge.iso} {charge.charge_code}: {count} intervals lack {what}, first {resource} at {location},"
        f" day {day}{at}; complete the inputs and settle again"
    )
    raise MissingInput(msg)
