"""ERCOT settlement extract tables (Settlements.xsd): header and interval rows into named bill determinants."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.settlement.refusals import MalformedStatement, fingerprint
from market_platform.settlement.statements.delimited import csv_records
from market_platform.settlement.statements.statement import amount_of


def read_extract(
    headers: bytes, intervals: bytes, determinants: Mapping[str, str], locations: Mapping[str, str]
) -> pd.DataFrame:
    """Read a pair of ERCOT extract tables (DAM/RTM OUTPUT HEADER and INTERVAL) into bill determinants.

    ``determinants`` and ``locations`` name the identifiers UIDBILLDETERMINANT and UIDSETLPOINT of ERCOT's code files.
    Returns ``determinant, location, resource, market_day, interval_start, interval_end, value`` (Decimal). SPI is the
    length of an interval in seconds; INT001 is the first interval of the day. Raises MalformedStatement.
    """
    sha256 = fingerprint(intervals)
    heads = csv_records(headers, sha256)
    identifier = next((name for name in heads[0] if name.startswith("UID") and name.endswith("OUTPUTHEADER")), None)
    if identifier is None:
        msg = "the header table has no UID...OUTPUTHEADER column"
        raise MalformedStatement(msg, sha256)
    by_uid = {head[identifier]: head for head in heads}
    found = []
    for row in csv_records(intervals, sha256):
        head = by_uid.get(row[identifier])
        if head is None:
            msg = f"interval row of {identifier} {row[identifier]} has no header row"
            raise MalformedStatement(msg, sha256)
        day = datetime.fromisoformat(row["STARTTIME"][:10]).replace(tzinfo=UTC).date()
        begin, end = day_bounds(day, MARKETS["ercot"].zone)
        step, count = timedelta(seconds=int(row["SPI"])), int(row["INTERVALCOUNT"])
        if step * count != end - begin:
            msg = f"{count} intervals of {row['SPI']} s do not fill {day}"
            raise MalformedStatement(msg, sha256)
        for number in range(count):
            value = row[f"INT{number + 1:03d}"]
            if value == "":
                continue
            found.append(
                {
                    "determinant": determinants[head["UIDBILLDETERMINANT"]],
                    "location": locations.get(head.get("UIDSETLPOINT", ""), ""),
                    "resource": head.get("UIDRESOURCE", ""),
                    "market_day": day,
                    "interval_start": begin + step * number,
                    "interval_end": begin + step * (number + 1),
                    "value": amount_of(value, f"INT{number + 1:03d}", sha256),
                }
            )
    return pd.DataFrame(found)


def with_determinants(lines: pd.DataFrame, extract: pd.DataFrame, names: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """Fill quantity and price of statement lines from an extract, so that their errors can be told apart.

    ``names`` gives a charge's quantity and price determinants, for example ``{"DAESAMT": ("DAES", "DASPP")}``.
    Quantities of several locations are added up; a price is filled only where all of them share it.
    """
    quantity: dict[tuple[str, object], Decimal] = {}
    price: dict[tuple[str, object], Decimal | None] = {}
    for row in extract.to_dict("records"):
        key = (row["determinant"], row["interval_start"])
        quantity[key] = quantity.get(key, Decimal(0)) + row["value"]
        price[key] = row["value"] if price.get(key, row["value"]) == row["value"] else None
    filled = lines.copy()
    keys = list(zip(lines["charge_code"], lines["interval_start"], strict=True))
    nothing = ("", "")
    filled["quantity_mwh"] = [quantity.get((names.get(code, nothing)[0], at)) for code, at in keys]
    filled["price_usd_per_mwh"] = [price.get((names.get(code, nothing)[1], at)) for code, at in keys]
    return filled.astype(lines.dtypes.to_dict())
