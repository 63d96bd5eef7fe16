"""Price corrections: which days and intervals they touch, and what changes there."""

from dataclasses import replace
from datetime import date

import duckdb
import pandas as pd
import pyarrow as pa

from market_platform.settlement.charges.table import charge_table
from market_platform.settlement.inputs.columns import latest
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.lines import KEY, LINES, to_arrow, to_frame
from market_platform.settlement.shadow.rows import Inputs

PRICE_KEY = ["iso", "market", "product", "location", "market_day", "interval_start", "interval_end"]
COMPONENTS = ["price_usd_per_mwh", "energy_usd_per_mwh", "congestion_usd_per_mwh", "loss_usd_per_mwh"]


def corrected_prices(prices: pd.DataFrame, settled_at: pd.Timestamp) -> pd.DataFrame:
    """Return the prices whose value today differs from the one known at ``settled_at``, with both values.

    Columns: the price's key, ``before_usd_per_mwh`` (null where there was none), ``after_usd_per_mwh``.
    """
    before = latest(prices, settled_at)[[*PRICE_KEY, *COMPONENTS]]
    after = latest(prices)[[*PRICE_KEY, *COMPONENTS]]
    both = after.merge(before, on=PRICE_KEY, how="left", suffixes=("", "_before"))
    changed = pd.Series(data=False, index=both.index)
    for name in COMPONENTS:
        now, then = both[name], both[f"{name}_before"]
        changed |= (now != then) & ~(now.isna() & then.isna())
    found = both.loc[changed, [*PRICE_KEY, "price_usd_per_mwh_before", "price_usd_per_mwh"]]
    found.columns = [*PRICE_KEY, "before_usd_per_mwh", "after_usd_per_mwh"]
    return found.reset_index(drop=True)


def touched_days(corrections: pd.DataFrame) -> list[tuple[str, date]]:
    """Return the (iso, market day) pairs that have to be settled again, in order."""
    return sorted(set(zip(corrections["iso"], corrections["market_day"], strict=True)))


def resettle(iso: str, inputs: Inputs, settled_at: pd.Timestamp) -> pd.DataFrame:
    """Settle again exactly the lines that a price correction since ``settled_at`` touches.

    Returns those lines (``LINES``) with ``previous_usd`` and ``delta_usd`` = current - previous, the way an ISO bills a
    resettlement. No correction, no line. Charges that are not priced by an interval never appear.
    """
    corrections = corrected_prices(inputs.prices, settled_at)
    corrections = corrections[corrections["iso"] == iso]
    inputs = _restricted(inputs, corrections)
    charges = tuple(charge for charge in charge_table(iso) if not charge.is_fixed)
    current = settle(iso, inputs, charges=charges)
    previous = settle(iso, inputs, charges=charges, known_at=settled_at)
    priced_by = pa.table(
        {
            "charge_code": [charge.charge_code for charge in charges],
            "market": [charge.price_market for charge in charges],
            "product": [charge.price_product for charge in charges],
        }
    )
    tables = {
        "current_lines": to_arrow(current),
        "previous_lines": to_arrow(previous),
        "priced_by": priced_by,
        "corrections": pa.Table.from_pandas(corrections.drop(columns=["iso", "market_day"]), preserve_index=False),
    }
    return _deltas(tables)


def superseded_lines(iso: str, inputs: Inputs) -> pd.DataFrame:
    """Settle the touched days at every superseded version of their prices: what a bill with a wrong version would say.

    One step back takes each corrected price's version before the last, two steps the one before that, and so on; prices
    without so many versions keep their first. Empty where no price was ever corrected.
    """
    mine = inputs.prices[inputs.prices["iso"] == iso].reset_index(drop=True)
    key = ["iso", "market", "product", "location", "interval_start"]
    back = mine.sort_values("version").groupby(key, sort=False).cumcount(ascending=False).reindex(mine.index)
    inputs = _restricted(replace(inputs, prices=mine), mine[back > 0])
    mine, back = inputs.prices, back.reindex(inputs.prices.index)
    charges = tuple(charge for charge in charge_table(iso) if not charge.is_fixed)
    depth = back.groupby([mine[name] for name in key]).transform("max")
    parts = [
        settle(iso, replace(inputs, prices=mine[back == depth.clip(upper=steps)]), charges=charges)
        for steps in range(1, int(back.max()) + 1 if len(back) else 1)
    ]
    return pd.concat(parts, ignore_index=True) if parts else to_frame(LINES.empty_table())


def _restricted(inputs: Inputs, corrections: pd.DataFrame) -> Inputs:
    """Keep the days and locations that a correction touches; whole days, so that no hour loses a part."""
    days, locations = set(corrections["market_day"]), set(corrections["location"])

    def touched(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["market_day"].isin(days) & frame["location"].isin(locations)]

    return replace(
        inputs,
        awards=touched(inputs.awards),
        dispatch=touched(inputs.dispatch),
        meter=touched(inputs.meter),
        prices=touched(inputs.prices),
    )


def _deltas(tables: dict[str, pa.Table]) -> pd.DataFrame:
    columns = ", ".join(f"coalesce(c.{name}, p.{name}) AS {name}" for name in LINES.names if name not in _AMOUNTS)
    amounts = ", ".join(f"coalesce(c.{name}, 0)::DECIMAL(18, 2) AS {name}" for name in _AMOUNTS)
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        found = connection.execute(
            f"""
            SELECT {columns}, {amounts}, coalesce(p.amount_usd, 0)::DECIMAL(18, 2) AS previous_usd,
                   (coalesce(c.amount_usd, 0) - coalesce(p.amount_usd, 0))::DECIMAL(18, 2) AS delta_usd
            FROM current_lines c FULL JOIN previous_lines p USING ({", ".join(KEY)})
            WHERE EXISTS (
                SELECT 1 FROM corrections x JOIN priced_by USING (market, product)
                WHERE priced_by.charge_code = coalesce(c.charge_code, p.charge_code)
                  AND x.location = coalesce(c.location, p.location)
                  AND x.interval_start < coalesce(c.interval_end, p.interval_end)
                  AND x.interval_end > coalesce(c.interval_start, p.interval_start))
            ORDER BY {", ".join(KEY)}"""  # noqa: S608  (column names of this module only)
        ).to_arrow_table()
    return to_frame(found.select([*LINES.names, "previous_usd", "delta_usd"]))


_AMOUNTS = ("amount_usd", "iso_amount")
