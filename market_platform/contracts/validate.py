"""Holding rows against a contract: what passes, and what goes to quarantine with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from market_platform.contracts.contract import Contract
from market_platform.errors import SchemaChanged

PLACE_COLUMNS = ("file", "line")
DEFECT = "defect"

# Rows that publishers tell twice or not yet: they are named and kept in quarantine, and there is nothing to look into.
NOTHING_AMISS = (
    "one row told twice",
    "the same row stands again below",
    "the closing 00:00 is the next day's first sample",
    "no value yet from this line on",
    "superseded by version",
)


@dataclass(frozen=True)
class Verdict:
    """Rows that keep the contract, and rows that do not with ``file``, ``line`` and ``reason`` beside them."""

    accepted: pd.DataFrame
    refused: pd.DataFrame


def validate(rows: pd.DataFrame, contract: Contract) -> Verdict:
    """Split parsed rows by the contract.

    ``rows`` are the contract's columns plus ``file``, ``line`` and ``defect`` (blank, or what could not be read).
    Raises SchemaChanged where a column is missing, unknown or of another type: that is the parser's fault or the
    publisher's change, and no row of it can be trusted.
    """
    return _split(rows, contract, kept=False)


def validate_all(payloads: Sequence[pd.DataFrame], contract: Contract) -> list[Verdict | SchemaChanged]:
    """Split the rows of some payloads, each by itself; what stops one of them takes its verdict's place.

    Where all rows together keep the schema, which is the rule, they are held against it once: it costs as much for a day's rows
    as for those of a month, and was a quarter of what days that come one by one take.
    """
    kept = len(payloads) > 1 and _all_keep(payloads, contract)
    verdicts: list[Verdict | SchemaChanged] = []
    for rows in payloads:
        try:
            verdicts.append(_split(rows, contract, kept=kept))
        except SchemaChanged as error:
            verdicts.append(error)
    return verdicts


def _all_keep(payloads: Sequence[pd.DataFrame], contract: Contract) -> bool:
    bodies = [rows.loc[rows[DEFECT].isna(), list(contract.row_columns)] for rows in payloads]
    if not all(body.dtypes.equals(bodies[0].dtypes) for body in bodies):
        return False
    try:
        contract.schema.validate(pd.concat(bodies, ignore_index=True))
    except pa.errors.SchemaError:
        return False
    return True


def _split(rows: pd.DataFrame, contract: Contract, *, kept: bool) -> Verdict:
    places = rows[list(PLACE_COLUMNS)]
    reasons = rows[DEFECT].astype("object").where(rows[DEFECT].notna(), None)
    body = rows[list(contract.row_columns)].reset_index(drop=True)
    reasons = reasons.reset_index(drop=True)
    if not kept:
        _collect_failures(body[reasons.isna()], contract, reasons)
    _collect_duplicates(body[reasons.isna()], contract, reasons)
    good = reasons.isna()
    refused = body[~good].copy()
    for name in PLACE_COLUMNS:
        refused[name] = places[name].to_numpy()[~good.to_numpy()]
    refused["reason"] = reasons[~good]
    return Verdict(body[good].reset_index(drop=True), refused.reset_index(drop=True))


def _collect_failures(rows: pd.DataFrame, contract: Contract, reasons: pd.Series) -> None:
    try:
        contract.schema.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return
    for case in cases[cases["index"].isna()].itertuples():
        raise SchemaChanged(
            f"{contract.name}: column {case.column or case.failure_case!r} fails {case.check} ({case.failure_case}); "
            "map the publisher's columns to the contract before anything of it is stored"
        )
    named = cases.assign(reason=[_reason(case) for case in cases.itertuples()])
    for index, found in named.groupby("index")["reason"]:
        reasons[index] = "; ".join(dict.fromkeys(found))


def _reason(case: object) -> str:
    column, check = getattr(case, "column", None), getattr(case, "check", "")
    if check == "not_nullable":
        return f"{column} is blank or cannot be read"
    if getattr(case, "schema_context", "") == "DataFrameSchema":
        return str(check)
    return f"{column} = {getattr(case, 'failure_case', None)!r} fails {check}"


def _collect_duplicates(rows: pd.DataFrame, contract: Contract, reasons: pd.Series) -> None:
    """Within one payload the last row of a key stands: publishers append corrections below."""
    again = rows.duplicated(list(contract.key), keep="last")
    if again.any():
        same = rows.duplicated(list(contract.row_columns), keep="last")
        reasons[rows.index[again & same]] = "the same row stands again below"
        reasons[rows.index[again & ~same]] = "another row with the same key stands below"
