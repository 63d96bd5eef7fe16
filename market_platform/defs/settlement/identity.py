"""The settlement identity, computed apart from the engine: what energy should earn, from positions and prices alone.

DA x DA price + (RT - DA) x RT price; CAISO in its four stages; storage that charges in ERCOT at its own bus, not below
the floor. Frames and floats on purpose: another way of computing than the one that it checks.
"""

from datetime import date

import pandas as pd

from market_platform.platform import Platform
from market_platform.settlement.charges.table import charges_on
from market_platform.settlement.inputs.columns import latest
from market_platform.settlement.inputs.from_lake import inputs_from_lake
from market_platform.settlement.shadow.rows import Inputs

STEP = pd.Timedelta(minutes=5)
CHAINS = {
    "caiso": (("da", "da"), ("fmm", "fmm"), ("rtd", "rtd"), ("meter", "rtd")),
    "ercot": (("da", "da"), ("meter", "rt")),
    "nyiso": (("da", "da"), ("meter", "rt")),
    "pjm": (("da", "da"), ("meter", "rt")),
}
#: A virtual position ends in the first real-time market.
VIRTUAL_CLOSES_AT = {"caiso": "fmm", "ercot": "rt", "nyiso": "rt", "pjm": "rt"}


def energy_codes(iso: str, day: date) -> set[str]:
    """Return the charge codes that settle energy and virtual positions."""
    return {charge.charge_code for charge in charges_on(iso, day) if charge.product in ("energy", "virtual")}


def expected_energy_usd(platform: Platform, iso: str, day: date) -> float:
    """Return what all energy and virtual positions of a market day should earn."""
    inputs = inputs_from_lake(platform.lake, iso, day, day)
    prices = latest(inputs.prices[inputs.prices["product"] == "energy"])
    price = _cut(prices).groupby(["location", "market", "at"])["price_usd_per_mwh"].first()
    stages = _stages(inputs)
    total = 0.0
    who = ["resource", "location"]
    for _, mine in stages.groupby(who):
        location = mine["location"].iloc[0]
        for product, rows in mine.groupby("product"):
            wide = rows.pivot_table(index="at", columns="stage", values="mw", aggfunc="sum").fillna(0.0)
            if product == "virtual":
                closes = VIRTUAL_CLOSES_AT[iso]
                total += _dot(wide["da"], price, location, "da") - _dot(wide["da"], price, location, closes)
                continue
            if iso == "ercot" and rows["storage"].any():
                charging = wide["meter"].clip(upper=0)
                wide["meter"] -= charging
                floored = price.clip(lower=-251)
                total += _dot(charging, floored, location, "rt_bus")
            before = pd.Series(0.0, index=wide.index)
            for stage, market in CHAINS[iso]:
                now = wide[stage] if stage in wide else pd.Series(0.0, index=wide.index)
                total += _dot(now - before, price, location, market)
                before = now
    return total


def _stages(inputs: Inputs) -> pd.DataFrame:
    awards = inputs.awards[inputs.awards["product"].isin(["energy", "virtual"]) & (inputs.awards["market"] == "da")]
    hours = (inputs.meter["interval_end"] - inputs.meter["interval_start"]).dt.total_seconds() / 3600
    parts = [
        awards.assign(stage="da", mw=awards["award_mw"], storage=False),
        inputs.dispatch.assign(
            stage=inputs.dispatch["market"], mw=inputs.dispatch["instructed_mw"], product="energy", storage=False
        ),
        inputs.meter.assign(
            stage="meter", mw=inputs.meter["metered_mwh"] / hours, product="energy", storage=inputs.meter["esr"]
        ),
    ]
    columns = ["resource", "location", "product", "stage", "interval_start", "interval_end", "mw", "storage"]
    return _cut(pd.concat([part[columns] for part in parts if len(part)], ignore_index=True))


def _cut(rows: pd.DataFrame) -> pd.DataFrame:
    """Repeat every row for each five minutes of its interval."""
    pieces = ((rows["interval_end"] - rows["interval_start"]) // STEP).clip(lower=1)
    cut = rows.loc[rows.index.repeat(pieces)].copy()
    cut["at"] = cut["interval_start"] + cut.groupby(level=0).cumcount() * STEP
    return cut


def _dot(mw: pd.Series, price: pd.Series, location: str, market: str) -> float:
    """Return the sum of MW x price over five-minute pieces, in dollars."""
    held = mw[mw != 0]
    if held.empty:
        return 0.0
    return float((held * price[location, market].reindex(held.index)).sum(skipna=False)) / 12
