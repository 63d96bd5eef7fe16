"""CSV from outside: decoded and cut into rows, or refused."""

import csv

from market_platform.settlement.refusals import MalformedStatement


def csv_rows(data: bytes, sha256: str) -> list[list[str]]:
    """Return the cells of a CSV; MalformedStatement where it is no readable text."""
    try:
        return list(csv.reader(data.decode("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        msg = f"not a readable CSV: {error}"
        raise MalformedStatement(msg, sha256) from error


def csv_records(data: bytes, sha256: str) -> list[dict[str, str]]:
    """Return the rows of a CSV by column name; MalformedStatement where a row is cut."""
    rows = csv_rows(data, sha256)
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows[1:] if row):
        msg = "an extract table has no rows or rows of another width than its header"
        raise MalformedStatement(msg, sha256)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row]
