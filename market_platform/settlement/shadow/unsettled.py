"""Awards that no charge settles: a line each, without an amount, so that nothing that was awarded is left out in silence.

The line's charge code names product and market; its rule has status U, and its name says why it is not settled.
"""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from market_platform.settlement.charges.table import Charge, unsettled_code
from market_platform.settlement.exact import SECONDS_PER_HOUR
from market_platform.settlement.shadow.lines import LINES

AWARD_STAGES = ("da", "fmm", "rt")
_UNSETTLED_SQL = f"""
SELECT $iso AS iso, account, market_day, code AS charge_code, resource, location,
       make_timestamp(start_us) AT TIME ZONE 'UTC' AS interval_start,
       make_timestamp(max(end_us)) AT TIME ZONE 'UTC' AS interval_end,
       (sum(units)::DECIMAL(38, 0) / {SECONDS_PER_HOUR} / 1000000)::DECIMAL(18, 6) AS quantity_mwh,
       NULL::DECIMAL(18, 6) AS price_usd_per_mwh, 0::DECIMAL(18, 2) AS amount_usd, 0::DECIMAL(18, 2) AS iso_amount,
       $means AS positive_means, 'U' AS status, 0::DECIMAL(38, 0) AS exact_units
FROM quantity_rows q JOIN codes c ON c.product = q.product AND c.stage = q.stage
WHERE NOT EXISTS (SELECT 1 FROM settled s
                  WHERE s.product = q.product AND q.market_day BETWEEN s.effective_from AND s.effective_to)
GROUP BY ALL HAVING sum(units) <> 0"""  # noqa: S608  (a constant of this project)


def unsettled_lines(connection: duckdb.DuckDBPyConnection, iso: str, table: Iterable[Charge]) -> pa.Table:
    """Return a line per award of ``quantity_rows`` whose product has no charge of ``table`` on its market day.

    ``quantity_mwh`` is what was awarded (MW-hours of a capacity product); the amount is zero and counts in no total.
    """
    charges = [charge for charge in table if not charge.is_fixed]
    pairs = connection.execute("SELECT DISTINCT product, stage FROM quantity_rows ORDER BY ALL").fetchall()
    awarded = [(product, stage) for product, stage in pairs if stage in AWARD_STAGES]
    codes = pa.table(
        {
            "product": pa.array([product for product, _ in awarded], pa.string()),
            "stage": pa.array([stage for _, stage in awarded], pa.string()),
            "code": pa.array([unsettled_code(stage, product) for product, stage in awarded], pa.string()),
        }
    )
    settled = pa.table(
        {
            "product": pa.array([charge.product for charge in charges], pa.string()),
            "effective_from": pa.array([charge.effective_from for charge in charges], pa.date32()),
            "effective_to": pa.array([charge.effective_to for charge in charges], pa.date32()),
        }
    )
    connection.register("codes", codes)
    connection.register("settled", settled)
    means = next((charge.positive_means for charge in charges), "charge")
    found = connection.execute(_UNSETTLED_SQL, {"iso": iso, "means": means}).to_arrow_table()
    return found.select([*LINES.names, "exact_units"]).cast(LINES.append(pa.field("exact_units", pa.decimal128(38, 0))))
