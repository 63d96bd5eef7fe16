"""The SQL of one charge: positions on its time grid, joined with prices, added up and rounded.

Every value that is put into the text comes from the project's own charge tables, checked when they are read.
"""

from datetime import date

from market_platform.settlement.charges.table import COMPONENTS, ZERO_WHEN_ABSENT, Charge
from market_platform.settlement.exact import DECIMALS, SECONDS_PER_HOUR, cents_sql

WHO_AND_WHAT = ("account", "resource", "location", "product", "market_day")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _in_force(charge: Charge) -> str:
    since = "" if charge.effective_from == date.min else f" AND market_day >= DATE '{charge.effective_from}'"
    until = "" if charge.effective_to == date.max else f" AND market_day <= DATE '{charge.effective_to}'"
    return since + until


def fixed_sql(charge: Charge) -> str:
    """Return the positions of a fixed charge with their rate: quantity x rate, the day as one interval."""
    return f"""
        SELECT account, resource, location, market_day, NULL::BIGINT AS start_us, units AS quantity, rate AS price,
               0 AS unknown
        FROM position_rows LEFT JOIN rate_rows USING (charge_code, market_day)
        WHERE charge_code = {_text(charge.charge_code)}{_in_force(charge)}"""  # noqa: S608


def grid_sql(charge: Charge) -> str:
    """Return positions and prices of one charge on its calculation grid.

    Longer intervals are cut into equal pieces (an hour's MW holds in each of them); shorter ones are added up and must
    cover the whole step, else the value is unknown. A position in any stage must have every stage of the formula.
    """
    step = charge.calc_minutes * 60 * 1_000_000
    who = ", ".join(WHO_AND_WHAT)
    formula = charge.quantity.replace("min(", "least(").replace("max(", "greatest(")
    stages, unknown = [], []
    for stage in charge.stages:
        whole = f"sum(units) FILTER (stage = '{stage}' AND covered = {step})"
        stages.append(f"{f'coalesce({whole}, 0)' if stage in ZERO_WHEN_ABSENT else whole} AS {stage}")
        broken = f"sum(covered) FILTER (stage = '{stage}') <> {step}"
        unknown.append(f"coalesce({broken}, {'false' if stage in ZERO_WHEN_ABSENT else 'true'})")
    price = COMPONENTS[charge.component]
    if charge.price_floor_usd_per_mwh is not None:
        price = f"greatest({price}, {int(charge.price_floor_usd_per_mwh.scaleb(DECIMALS))})"
    return f"""
        WITH mine AS (
            SELECT {who}, stage, start_us, units, greatest((end_us - start_us) // {step}, 1) AS pieces,
                   (end_us - start_us) // greatest((end_us - start_us) // {step}, 1) AS covered
            FROM quantity_rows
            WHERE product = {_text(charge.product)}{_in_force(charge)}
        ), cut AS (
            SELECT {who}, stage, (start_us + piece * covered) // {step} * {step} AS start_us,
                   units // pieces AS units, covered
            FROM mine, unnest(range(pieces)) AS t(piece)
        ), bucket AS (
            SELECT {who}, stage, start_us, sum(units) AS units, sum(covered) AS covered FROM cut GROUP BY ALL
        ), wide AS (
            SELECT {who}, start_us, {", ".join(stages)}, ({" OR ".join(unknown)})::INT AS unknown
            FROM bucket GROUP BY ALL
        ), cut_prices AS (
            SELECT location, start_us + piece * {step} AS start_us, price, energy, congestion, loss
            FROM price_rows, unnest(range((end_us - start_us) // {step})) AS t(piece)
            WHERE market = {_text(charge.price_market)} AND product = {_text(charge.price_product)}
        )
        SELECT account, resource, w.location, w.market_day, w.start_us, ({formula})::HUGEINT AS quantity,
               {price}::HUGEINT AS price, unknown
        FROM wide w LEFT JOIN cut_prices p ON p.location = w.location AND p.start_us = w.start_us"""  # noqa: S608


def lines_sql(charge: Charge) -> str:
    """Add the grid up to the charge's interval and round: each interval, or the day with the remainder carried."""
    step = charge.interval_minutes * 60 * 1_000_000
    bucket = "NULL::BIGINT" if charge.is_fixed else f"start_us // {step} * {step}"
    sign = -1 if charge.positive_means == "charge" else 1
    carried = f"{cents_sql('so_far')} - {cents_sql('(so_far - exact)')}"
    whole_cents = carried if charge.rounding == "line" else cents_sql("exact")
    per_mwh = SECONDS_PER_HOUR
    return f"""
        WITH summed AS (
            SELECT account, resource, location, market_day, {bucket} AS start_us, sum(quantity) AS quantity,
                   CASE WHEN min(price) = max(price) THEN min(price) END AS price, sum(quantity * price) AS exact
            FROM priced WHERE quantity <> 0 GROUP BY ALL
        ), running AS (
            SELECT *, (sum(exact) OVER day_so_far)::HUGEINT AS so_far FROM summed
            WINDOW day_so_far AS (PARTITION BY account, resource, location, market_day ORDER BY start_us
                                  ROWS UNBOUNDED PRECEDING)
        ), rounded AS (
            SELECT *, ({whole_cents})::DECIMAL(16, 0) * 0.01::DECIMAL(2, 2) AS amount FROM running
        )
        SELECT {_text(charge.iso)} AS iso, account, market_day, {_text(charge.charge_code)} AS charge_code, resource,
               location, start_us AS interval_start, start_us + {step} AS interval_end,
               ((CASE WHEN quantity < 0 THEN -1 ELSE 1 END * ((abs(quantity) * 2 + {per_mwh}) // {2 * per_mwh}))
                   ::DECIMAL(18, 0) * 0.000001::DECIMAL(6, 6))::DECIMAL(18, 6) AS quantity_mwh,
               (price::DECIMAL(18, 0) * 0.000001::DECIMAL(6, 6))::DECIMAL(18, 6) AS price_usd_per_mwh,
               amount::DECIMAL(18, 2) AS amount_usd, ({sign} * amount)::DECIMAL(18, 2) AS iso_amount,
               {_text(charge.positive_means)} AS positive_means, {_text(charge.status)} AS status,
               exact::DECIMAL(38, 0) AS exact_units
        FROM rounded"""  # noqa: S608
