"""The inputs of a settlement as Arrow tables of whole units, ready for exact arithmetic in SQL."""

from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from market_platform.settlement.charges.table import COMPONENTS
from market_platform.settlement.exact import SECONDS_PER_HOUR, to_units
from market_platform.settlement.inputs.columns import checked, empty, latest


@dataclass(frozen=True)
class Inputs:
    """What one settlement is made from; see ``inputs.columns`` for each frame."""

    awards: pd.DataFrame
    prices: pd.DataFrame
    meter: pd.DataFrame = field(default_factory=lambda: empty("meter"))
    dispatch: pd.DataFrame = field(default_factory=lambda: empty("dispatch"))
    rates: pd.DataFrame = field(default_factory=lambda: empty("rates"))
    positions: pd.DataFrame = field(default_factory=lambda: empty("positions"))


def _epoch_us(moments: pd.Series) -> pd.Series:
    return moments.astype("datetime64[us, UTC]").astype("int64")


def _stage_rows(frame: pd.DataFrame, stage: pd.Series | str, product: pd.Series | str, units: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            **{name: frame[name].astype(str) for name in ("account", "resource", "location")},
            "product": product,
            "stage": stage,
            "market_day": frame["market_day"],
            "start_us": _epoch_us(frame["interval_start"]),
            "end_us": _epoch_us(frame["interval_end"]),
            "units": units,
        }
    )


def _energy_units(frame: pd.DataFrame, column: str) -> pd.Series:
    """Units of a power held over each interval: MW x 10^6 x seconds."""
    seconds = (_epoch_us(frame["interval_end"]) - _epoch_us(frame["interval_start"])) // 1_000_000
    return to_units(frame[column], column, round_excess=True) * seconds


def quantities_table(iso: str, inputs: Inputs) -> pa.Table:
    """Return all positions of an ISO as rows of (who, product, stage, interval, units)."""
    awards = _of(iso, checked(inputs.awards, "awards"))
    dispatch = _of(iso, checked(inputs.dispatch, "dispatch"))
    meter = _of(iso, checked(inputs.meter, "meter"))
    metered = to_units(meter["metered_mwh"], "metered_mwh", round_excess=True) * SECONDS_PER_HOUR
    storage = meter["esr"].to_numpy(dtype=bool)
    parts = [
        _stage_rows(awards, awards["market"], awards["product"], _energy_units(awards, "award_mw")),
        _stage_rows(dispatch, dispatch["market"], "energy", _energy_units(dispatch, "instructed_mw")),
        # Storage charging settles apart where a charge table asks for it (ERCOT, at the bus).
        _stage_rows(meter, "meter", "energy", metered.clip(min=0) * storage + metered * ~storage),
        _stage_rows(meter, "charging", "energy", metered.clip(max=0) * storage),
    ]
    if iso != "ercot":
        parts[2:] = [_stage_rows(meter, "meter", "energy", metered)]
    full = [part for part in parts if len(part)]
    rows = pd.concat(full, ignore_index=True) if full else parts[0]
    schema = pa.schema(
        [(name, pa.string()) for name in ("account", "resource", "location", "product", "stage")]
        + [("market_day", pa.date32()), ("start_us", pa.int64()), ("end_us", pa.int64()), ("units", pa.int64())]
    )
    return pa.Table.from_pandas(rows, schema=schema, preserve_index=False)


def _of(iso: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["iso"] == iso]


def prices_table(iso: str, prices: pd.DataFrame, known_at: pd.Timestamp | None) -> pa.Table:
    """Return the prices in force, in whole millionths; an absent component is null."""
    frame = latest(_of(iso, checked(prices, "prices")), known_at)
    columns = {
        "market": pa.array(frame["market"], pa.string()),
        "product": pa.array(frame["product"], pa.string()),
        "location": pa.array(frame["location"], pa.string()),
        "start_us": pa.array(_epoch_us(frame["interval_start"])),
        "end_us": pa.array(_epoch_us(frame["interval_end"])),
    }
    for component in sorted(set(COMPONENTS.values())):
        name = f"{component}_usd_per_mwh"
        missing = frame[name].isna().to_numpy()
        units = to_units(frame[name].where(~missing, 0), name)
        columns[component] = pa.array(units, mask=missing)
    return pa.table(columns)


def rates_table(iso: str, rates: pd.DataFrame) -> pa.Table:
    """Return fees and capacity prices per market day, in whole millionths."""
    frame = _of(iso, checked(rates, "rates"))
    return pa.table(
        {
            "charge_code": pa.array(frame["charge_code"], pa.string()),
            "market_day": pa.array(frame["market_day"], pa.date32()),
            "rate": to_units(frame["rate_usd_per_unit"], "rate_usd_per_unit"),
        }
    )


def positions_table(iso: str, positions: pd.DataFrame) -> pa.Table:
    """Return quantities that are billed per day as they stand."""
    frame = _of(iso, checked(positions, "positions"))
    columns: dict[str, object] = {
        name: pa.array(frame[name], pa.string()) for name in ("account", "resource", "location", "charge_code")
    }
    columns["market_day"] = pa.array(frame["market_day"], pa.date32())
    columns["units"] = to_units(frame["quantity"], "quantity", round_excess=True) * SECONDS_PER_HOUR
    return pa.table(columns)
