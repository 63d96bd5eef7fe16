"""The door: a statement comes in, is read by its ISO's reader, checked against what we know, or refused."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pandas as pd

from market_platform.settlement.refusals import StatementRefused, UnknownDay, WrongAccount, WrongSign
from market_platform.settlement.shadow.lines import to_arrow
from market_platform.settlement.statements import caiso_xml, ercot_bundle, ercot_xml, nyiso_bill, pjm_bill, pjm_bundle
from market_platform.settlement.statements.statement import Statement

Reader = Callable[[bytes], Statement]
READERS: dict[tuple[str, str], Reader] = {
    ("ercot", "xml"): ercot_xml.read_statement,
    ("ercot", "zip"): ercot_bundle.read_bundle,
    ("caiso", "xml"): caiso_xml.read_statement,
    ("pjm", "csv"): pjm_bill.read_csv_statement,
    ("pjm", "zip"): pjm_bundle.read_bundle,
    ("nyiso", "csv"): nyiso_bill.read_statement,
}
#: Both must hold before signs are called wrong: nearly all dollars mirrored, and more than a line or two.
MIRRORED_SHARE = Decimal("0.9")
LEAST_MIRRORED_LINES = 3


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


def _sums(lines: pd.DataFrame) -> dict[str, tuple[Decimal, int]]:
    """Revenue and number of lines per charge."""
    table = to_arrow(lines).select(["charge_code", "amount_usd"])
    rows = table.group_by("charge_code").aggregate([("amount_usd", "sum"), ("amount_usd", "count")]).to_pylist()
    return {row["charge_code"]: (row["amount_usd_sum"], row["amount_usd_count"]) for row in rows}


def _check_sign(statement: Statement, expected: pd.DataFrame) -> None:
    """Refuse a statement whose charges mirror the expected ones: a file in another convention, not an error in it."""
    inside = expected["market_day"].between(statement.first_day, statement.last_day)
    ours, theirs = _sums(expected[inside]), _sums(statement.lines)
    shared = [code for code in theirs if code in ours and ours[code][0] and theirs[code][0]]
    mirrored = [code for code in shared if _close(theirs[code][0], -ours[code][0])]
    dollars = sum((abs(theirs[code][0]) for code in shared), Decimal(0))
    against = sum((abs(theirs[code][0]) for code in mirrored), Decimal(0))
    lines = sum(theirs[code][1] for code in mirrored)
    if lines >= LEAST_MIRRORED_LINES and against >= MIRRORED_SHARE * dollars:
        msg = (
            f"statement {statement.statement_id}: {len(mirrored)} of {len(shared)} charges mirror the expected amounts;"
            f" {statement.iso} means a {statement.positive_means} by a positive amount"
        )
        raise WrongSign(msg, statement.sha256)


def _close(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= abs(other) / 10
