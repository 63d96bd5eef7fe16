"""Registry export files behind a column mapping that the user can edit: read into holdings, write simulated ones.

A mapping is rows of field, heading, format. ``format`` is a date pattern, or for ``serials`` an expression with the
groups base, start and end. Headings that are not public are the mapping's own until the user edits them.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from market_platform.certificates.ledger.parties import Parcel
from market_platform.errors import SchemaChanged, UnreadablePayload

FIELDS = (
    "account", "organization", "generator", "fuel", "location", "vintage", "generation_start", "generation_end",
    "eligibility", "quantity", "serials", "status",
)  # fmt: skip
REQUIRED = ("generator", "fuel", "location", "vintage", "quantity", "serials")
HOLDING = [*FIELDS, "serial_base", "serial_start", "serial_end"]


@dataclass(frozen=True)
class Column:
    """One column of an export: the ledger's field, the registry's heading, how its text is written."""

    field: str
    heading: str
    format: str


def mapping_from(content: bytes) -> tuple[Column, ...]:
    """Read a mapping file (columns field, heading, format; others are notes). Raises SchemaChanged."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    columns = tuple(Column(row["field"].strip(), row["heading"].strip(), row["format"].strip()) for row in rows)
    named = [column.field for column in columns]
    missing = [field for field in REQUIRED if field not in named]
    unknown = sorted(set(named) - set(FIELDS))
    if missing or unknown or len(set(named)) != len(named):
        msg = f"a registry mapping names each field once; missing {missing}, unknown {unknown}; fields are {FIELDS}"
        raise SchemaChanged(msg)
    return columns


def read_export(content: bytes, mapping: Sequence[Column]) -> pd.DataFrame:
    """Read an export (CSV with a heading row) into rows of ``HOLDING``; dates as dates, numbers as int.

    Every mapped heading must be there; others are allowed. Raises SchemaChanged naming heading or line.
    """
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        lines = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        msg = f"the registry export cannot be read as CSV ({error})"
        raise UnreadablePayload(msg) from None
    headings = reader.fieldnames or []
    absent = [column.heading for column in mapping if column.heading not in headings]
    if absent or not lines:
        msg = f"the registry export lacks {absent or 'any row'}; it has {list(headings)}: edit the mapping file"
        raise SchemaChanged(msg)
    return pd.DataFrame([_row(number, line, mapping) for number, line in enumerate(lines, 2)], columns=HOLDING)


def write_export(rows: pd.DataFrame, mapping: Sequence[Column]) -> bytes:
    """Write rows of ``HOLDING`` the way a mapping's registry would: the sandbox's exports, marked simulated by name."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.heading for column in mapping])
    for row in rows.to_dict("records"):
        writer.writerow([_text(row, column) for column in mapping])
    return buffer.getvalue().encode()


def simulated_holdings(
    issuance: pd.DataFrame, registry: str, eligibility: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Return ``HOLDING`` rows of the simulated plants' month: generator_id, state, fuel, month, generation_mwh.

    A registry that the simulated world has no plant in gets the plants of all; every base says ``SIM``. ``eligibility``
    gives what the plants of a fuel are certified for.
    """
    own = issuance[issuance["registry"].str.lower().str.replace("-", "") == registry.replace("_", "")]
    plants = own if len(own) else issuance
    rows = []
    for plant in plants[plants["generation_mwh"] > 0].to_dict("records"):
        month = plant["month"]
        end = (pd.Timestamp(month) + pd.offsets.MonthEnd(0)).date()
        base = "" if registry == "ercot" else f"SIM-{registry}-{plant['generator_id']}-{plant['state']}-{month:%m-%Y}"
        # ERCOT numbers without a base: each plant and month has a million numbers of its own.
        months = 12 * int(plant["generator_id"][-3:]) * 100 + 12 * (month.year - 2000) + month.month
        first = 1 + 1_000_000 * months if registry == "ercot" else 1
        quantity = int(plant["generation_mwh"])
        rows.append(
            (
                "active", "Simulated Prairie Power", plant["generator_id"], plant["fuel"], plant["state"], month, month,
                end, (eligibility or {}).get(plant["fuel"], ""), quantity, "", "active", base, first, first + quantity - 1,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=HOLDING)


def parcels(rows: pd.DataFrame) -> tuple[Parcel, ...]:
    """Return parcels for ``Issue`` from rows of ``HOLDING``; eligibility text reads ``DC:Solar;DC:Tier I``."""
    return tuple(
        Parcel(
            serial_base=row["serial_base"] or row["generator"],
            serial_start=row["serial_start"],
            serial_end=row["serial_end"],
            generator=row["generator"],
            fuel=row["fuel"],
            location=row["location"],
            generation_start=row["generation_start"] or row["vintage"],
            generation_end=row["generation_end"] or (pd.Timestamp(row["vintage"]) + pd.offsets.MonthEnd(0)).date(),
            eligibility=_pairs(row["eligibility"]),
        )
        for row in rows.to_dict("records")
    )


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    found = (re.fullmatch(r"([A-Z]{2}):(.+)", part.strip()) for part in text.split(";"))
    return tuple((match[1], match[2]) for match in found if match)


def _row(number: int, line: dict[str, str], mapping: Sequence[Column]) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(HOLDING, "") | {"generation_start": None, "generation_end": None}
    for column in mapping:
        text = (line[column.heading] or "").strip()
        if column.field == "serials":
            row |= _serials(text, column, number)
        elif column.field in ("vintage", "generation_start", "generation_end"):
            row[column.field] = _date(text, column, number)
        elif column.field == "quantity":
            row["quantity"] = _whole(text, column, number)
        else:
            row[column.field] = text
    span = int(str(row["serial_end"])) - int(str(row["serial_start"])) + 1
    if span != row["quantity"]:
        msg = f"line {number}: serials count {span} certificates, the quantity says {row['quantity']}"
        raise SchemaChanged(msg)
    return row


def _serials(text: str, column: Column, number: int) -> dict[str, object]:
    found = re.fullmatch(column.format, text)
    if not found:
        msg = f"line {number}: {column.heading} {text!r} does not fit {column.format!r}: edit the mapping's format"
        raise SchemaChanged(msg)
    return {"serial_base": found["base"], "serial_start": int(found["start"]), "serial_end": int(found["end"])}


def _date(text: str, column: Column, number: int) -> date:
    try:
        return datetime.strptime(text, column.format).date()  # noqa: DTZ007 - a calendar day of generation has no zone
    except ValueError:
        msg = f"line {number}: {column.heading} {text!r} is no date as {column.format!r}: edit the mapping's format"
        raise SchemaChanged(msg) from None


def _whole(text: str, column: Column, number: int) -> int:
    digits = text.replace(",", "")
    if not digits.isdigit():
        msg = f"line {number}: {column.heading} {text!r} is no whole number of certificates"
        raise SchemaChanged(msg)
    return int(digits)


def _text(row: dict[str, object], column: Column) -> str:
    value = row[column.field]
    if column.field == "serials":
        pattern = column.format.replace(r"(?P<base>.+)", str(row["serial_base"])).replace("(?P<base>)", "")
        pattern = pattern.replace(r"(?P<start>\d+)", str(row["serial_start"]))
        return pattern.replace(r"(?P<end>\d+)", str(row["serial_end"]))
    return value.strftime(column.format) if isinstance(value, date) else str(value)
