"""The door: a statement comes in, is read by its ISO's reader, checked against what we know, or refused."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pandas as pd

from market_platform.settlement.refusals import StatementRefused, UnknownDay, WrongAccount, WrongSign
from market_platform.settlement.shadow.lines import to_arrow
from market_platform.settlement.statements import caiso_xml, ercot_xml, nyiso_bill, pjm_bill
from market_platform.settlement.statements.statement import Statement

Reader = Callable[[bytes], Statement]
READERS: dict[tuple[str, str], Reader] = {
    ("ercot", "xml"): ercot_xml.read_statement,
    ("caiso", "xml"): caiso_xml.read_statement,
    ("pjm", "csv"): pjm_bill.read_csv_statement,
    ("nyiso", "csv"): nyiso_bill.read_statement,
}
#: Both must hold before signs are called wrong: enough dollars to compare, nearly all of them mirrored.
MIRRORED_SHARE = Decimal("0.9")
LEAST_COMPARED_LINES = 3


@dataclass(frozen=True)
class Accepted:
    """What a batch gave: statements taken, and refusals with the bytes to quarantine."""

    statements: list[Statement] = field(default_factory=list)
    refused: list[tuple[StatementRefused, bytes]] = field(default_factory=list)


def receive(
    data: bytes,
    reader: Reader,
    *,
    accounts: Collection[str],
    known_days: Collection[date],
    expected: pd.DataFrame | None = None,
) -> Statement:
    """Read a statement and check that it is ours, for days that we know, in the ISO's own sign.

    ``known_days`` are the market days with a shadow settlement; ``expected`` their lines. Raises a StatementRefused
    that carries the hash of ``data``: WrongAccount, UnknownDay, WrongSign, or what the reader found.
    """
    statement = reader(data)
    if statement.account not in accounts:
        msg = f"statement {statement.statement_id} is for account {statement.account!r}, ours are {sorted(accounts)}"
        raise WrongAccount(msg, statement.sha256)
    days = sorted(set(statement.lines["market_day"]) | {statement.first_day})
    unknown = [day for day in days if day not in known_days]
    if unknown:
        msg = f"statement {statement.statement_id} bills {unknown[0]}: no awards or shadow settlement for that day"
        raise UnknownDay(msg, statement.sha256)
    if expected is not None:
        _check_sign(statement, expected)
    return statement


def receive_all(
    payloads: Collection[tuple[bytes, Reader]],
    *,
    accounts: Collection[str],
    known_days: Collection[date],
    expected: pd.DataFrame | None = None,
) -> Accepted:
    """Receive a batch: one bad statement stops none of the others; each refusal keeps its bytes."""
    result = Accepted()
    for data, reader in payloads:
        try:
            result.statements.append(receive(data, reader, accounts=accounts, known_days=known_days, expected=expected))
        except StatementRefused as refusal:
            result.refused.append((refusal, data))
    return result


def _sums(lines: pd.DataFrame) -> dict[tuple[str, object], Decimal]:
    table = to_arrow(lines).select(["charge_code", "market_day", "amount_usd"])
    sums = table.group_by(["charge_code", "market_day"]).aggregate([("amount_usd", "sum")]).to_pylist()
    return {(row["charge_code"], row["market_day"]): row["amount_usd_sum"] for row in sums}


def _check_sign(statement: Statement, expected: pd.DataFrame) -> None:
    """Refuse a statement whose charges mirror the expected ones: a file in another convention, not an error in it."""
    ours, theirs = _sums(expected), _sums(statement.lines)
    shared = [key for key in theirs if ours.get(key) and theirs[key]]
    mirrored = [key for key in shared if theirs[key] * ours[key] < 0 and _close(theirs[key], -ours[key])]
    dollars = sum((abs(theirs[key]) for key in shared), Decimal(0))
    against = sum((abs(theirs[key]) for key in mirrored), Decimal(0))
    if len(mirrored) >= min(LEAST_COMPARED_LINES, len(shared)) > 0 and against >= MIRRORED_SHARE * dollars:
        msg = (
            f"statement {statement.statement_id}: {len(mirrored)} of {len(shared)} charges mirror the expected amounts;"
            f" {statement.iso} means a {statement.positive_means} by a positive amount"
        )
        raise WrongSign(msg, statement.sha256)


def _close(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= abs(other) / 10
