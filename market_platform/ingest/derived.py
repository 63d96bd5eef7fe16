"""Laying in what the platform computes: forecasts, bids, positions, settlements. Computed rows are held to a contract too."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import pandas as pd
import pandera.pandas as pa

from market_platform.contracts.contract import PANDAS_TYPES, Contract, kind_of
from market_platform.errors import SchemaChanged
from market_platform.store.lake import Commit, Lake


def lay_in(
    lake: Lake,
    contract: Contract,
    asset: str,
    rows: pd.DataFrame,
    *,
    read_at: datetime,
    inputs: str,
    whole_days: Sequence[date] = (),
) -> Commit:
    """Commit the rows that an asset computed, under the asset's key as their feed.

    ``inputs`` is the hash of what they were computed from (`hash_of`). On ``whole_days`` the rows are all there is: a row of
    an earlier computation that does not come again is closed. Raises SchemaChanged where a row breaks the contract: that is a
    fault of the computation, and nothing of it is stored.
    """
    typed = rows[list(contract.row_columns)].astype(
        {name: PANDAS_TYPES[kind_of(spec)] for name, spec in contract.lake_columns.items() if name in rows.columns}
    )
    try:
        contract.schema.validate(typed, lazy=True)
    except pa.errors.SchemaErrors as errors:
        first = errors.failure_cases.iloc[0]
        where = f"{first['column']} = {first['failure_case']!r}" if first["schema_context"] == "Column" else "a row"
        raise SchemaChanged(
            f"{contract.name}: what {asset} computed fails {first['check']} at {where} "
            f"({len(errors.failure_cases)} values); nothing was stored"
        ) from errors
    again = typed.duplicated(list(contract.key))
    if again.any():
        key = typed.loc[again, list(contract.key)].iloc[0].to_dict()
        raise SchemaChanged(f"{contract.name}: {asset} computed {key} twice; nothing was stored")
    if typed.empty and not whole_days:
        return Commit({}, 0, lake.version(contract), typed)
    return lake.commit(contract, asset, typed, payload=inputs, read_at=read_at, whole_days=whole_days)


def hash_of(frames: Iterable[pd.DataFrame]) -> str:
    """Return one SHA-256 over frames, whatever their order of rows."""
    digest = hashlib.sha256()
    for frame in frames:
        hashes = pd.util.hash_pandas_object(frame.astype(str), index=False).sort_values()
        digest.update(hashes.to_numpy().tobytes())
    return digest.hexdigest()
