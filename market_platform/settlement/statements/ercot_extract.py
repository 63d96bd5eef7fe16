"""ERCOT settlement extract tables (Settlements.xsd): header and interval rows into named bill determinants."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

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
