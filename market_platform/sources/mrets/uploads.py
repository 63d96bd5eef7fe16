"""Files that M-RETS takes: monthly generation, adjustments, hourly generation, mass transfers. None has a heading row.

The documents ask for ``MM/YYYY`` and ``MM/DD/YYYY``; the registry's own adjustment sample writes ``9/1/23`` for all
three dates. Both are read. Its first row also pairs vintage 9/2023 with generation of 9/2022, so the vintage is kept
as written and ``vintage_agrees`` says whether it is the month of the period's last day.
"""

import csv
import io
import re
from datetime import date
from decimal import Decimal, InvalidOperation

import pandas as pd

from market_platform.errors import SchemaChanged, UnreadablePayload

GENERATION = ("generator_id", "reporting_unit_id", "vintage", "generation_start", "generation_end", "generation_mwh")
TRANSFER = ("serial_numbers", "quantity", "organization_id", "account_id", "notes")
HOURS = 24


def read_generation(content: bytes) -> pd.DataFrame:
    """Read a monthly generation or adjustment upload.

    Returns generator_id, reporting_unit_id, vintage (first of month), generation_start, generation_end (dates),
    generation_mwh (Decimal), kind (``generation`` or what column 7 says), vintage_agrees. Raises SchemaChanged naming
    the line.
    """
    rows = []
    for number, cells in _lines(content):
        if len(cells) not in (len(GENERATION), len(GENERATION) + 1):
            msg = f"M-RETS upload line {number} has {len(cells)} columns, expected {len(GENERATION)} and perhaps a kind"
            raise SchemaChanged(msg)
        vintage, start, end = _month(cells[2], number), _day(cells[3], number), _day(cells[4], number)
        if end < start:
            msg = f"M-RETS upload line {number}: the period ends ({end}) before it starts ({start})"
            raise SchemaChanged(msg)
        kind = cells[6] if len(cells) > len(GENERATION) else "generation"
        rows.append((*cells[:2], vintage, start, end, _mwh(cells[5], number), kind, vintage == end.replace(day=1)))
    return pd.DataFrame(rows, columns=[*GENERATION, "kind", "vintage_agrees"])


def write_generation(rows: pd.DataFrame) -> bytes:
    """Write a monthly upload in the documented form: whole or decimal MWh, ``MM/YYYY`` and ``MM/DD/YYYY``."""
    return _text(
        (
            row.generator_id,
            row.reporting_unit_id,
            f"{row.vintage:%m/%Y}",
            f"{row.generation_start:%m/%d/%Y}",
            f"{row.generation_end:%m/%d/%Y}",
            row.generation_mwh,
        )
        for row in rows.itertuples()
    )


def write_hourly(rows: pd.DataFrame) -> bytes:
    """Write an hourly upload: generator, reporting unit, day, then kWh of hours 1 to 24.

    ``rows``: generator_id, reporting_unit_id, day, hour_ending (1-24), generation_kwh. Raises SchemaChanged for a day
    that does not bring each hour once (the registry's file has no 25th hour: add the repeated hour to the first).
    """
    lines = []
    for (generator, unit, day), part in rows.groupby(["generator_id", "reporting_unit_id", "day"], sort=True):
        if sorted(part["hour_ending"]) != list(range(1, HOURS + 1)):
            msg = f"M-RETS hourly upload of {generator} on {day} needs hours 1 to 24 once each"
            raise SchemaChanged(msg)
        lines.append((generator, unit, f"{day:%m/%d/%Y}", *part.sort_values("hour_ending")["generation_kwh"]))
    return _text(lines)


def write_mass_transfer(rows: pd.DataFrame) -> bytes:
    """Write a mass transfer: A serial numbers, B quantity, C organization id, D account id, E notes."""
    return _text(rows[list(TRANSFER)].itertuples(index=False))


def _text(rows: object) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]
    return buffer.getvalue().encode()


def _lines(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"M-RETS upload is no UTF-8 text ({error}): save it as CSV"
        raise UnreadablePayload(msg) from None
    lines = [
        (number, [cell.strip() for cell in cells]) for number, cells in enumerate(csv.reader(io.StringIO(text)), 1)
    ]
    lines = [(number, cells) for number, cells in lines if any(cells)]
    if not lines:
        msg = "M-RETS upload is empty"
        raise UnreadablePayload(msg)
    return lines


def _day(text: str, number: int) -> date:
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})", text)
    if found:
        month, day, year = (int(part) for part in found.groups())
        try:
            return date(year + 2000 if year < 100 else year, month, day)
        except ValueError:
            pass
    msg = f"M-RETS upload line {number}: {text!r} is no date as MM/DD/YYYY or M/D/YY"
    raise SchemaChanged(msg)


def _month(text: str, number: int) -> date:
    found = re.fullmatch(r"(\d{1,2})/(\d{4})", text)
    if found and 1 <= int(found[1]) <= 12:
        return date(int(found[2]), int(found[1]), 1)
    return _day(text, number).replace(day=1)


def _mwh(text: str, number: int) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        msg = f"M-RETS upload line {number}: {text!r} is no quantity in MWh"
        raise SchemaChanged(msg) from None
