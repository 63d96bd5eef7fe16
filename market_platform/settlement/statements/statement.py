"""What every reader returns: one statement of one ISO, its lines in the platform's own convention."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from market_platform.settlement.charges.table import charge_named
from market_platform.settlement.exact import CENT, cents
from market_platform.settlement.refusals import MalformedStatement, TotalsDisagree, fingerprint
from market_platform.settlement.shadow.lines import LINES

NOTHING = Decimal("0.00")
#: One line before it becomes a row of the frame.
Record = dict[str, Any]
#: A cent of room per line: some ISOs print totals of unrounded amounts.
TOTAL_TOLERANCE = CENT


@dataclass(frozen=True)
class Statement:
    """One statement as received: who, which days, which version, and its lines (``shadow.lines.LINES``).

    ``total_iso_amount`` and ``net_iso_amount`` (total less what earlier versions billed) carry the ISO's own sign, told
    by ``positive_means``; in ``lines`` revenue is positive and the ISO's amount stands beside it.
    """

    iso: str
    account: str
    market: str
    statement_type: str
    statement_id: str
    version: int
    first_day: date
    last_day: date
    issued_on: date
    positive_means: str
    total_iso_amount: Decimal
    net_iso_amount: Decimal
    lines: pd.DataFrame
    sha256: str
    previous_iso_amount: Decimal = NOTHING

    @property
    def amount_usd(self) -> Decimal:
        """The total, revenue positive."""
        return -self.total_iso_amount if self.positive_means == "charge" else self.total_iso_amount

    @property
    def net_usd(self) -> Decimal:
        """What is still to be paid for it, revenue positive."""
        return -self.net_iso_amount if self.positive_means == "charge" else self.net_iso_amount

    def with_id(self, statement_id: str) -> "Statement":
        """Return the same statement under another identifier."""
        return replace(self, statement_id=statement_id)


def shadow_statement(
    lines: pd.DataFrame, *, market: str, statement_type: str, issued_on: date, previous_iso_amount: Decimal = NOTHING
) -> Statement:
    """Return shadow lines of one ISO and account as a statement, ready to be written or invoiced.

    Raises MalformedStatement for no lines or for lines of several ISOs, accounts or signs: split them first.
    """
    owners = set(zip(lines["iso"], lines["account"], strict=True))
    if len(owners) != 1:
        msg = f"a statement is for one ISO and account, got {sorted(owners)}"
        raise MalformedStatement(msg)
    ((iso, account),) = owners
    revenue = sum(lines["amount_usd"], Decimal("0.00"))
    means = "credit" if iso == "nyiso" else "charge"
    total = revenue if means == "credit" else -revenue
    first, last = min(lines["market_day"]), max(lines["market_day"])
    identifier = f"SHADOW-{account}-{market}-{first:%Y%m%d}-{last:%Y%m%d}-{statement_type}"
    content = f"{identifier}|{issued_on}|{total}|{previous_iso_amount}"
    return Statement(
        iso=iso,
        account=account,
        market=market,
        statement_type=statement_type,
        statement_id=identifier,
        version=1,
        first_day=first,
        last_day=last,
        issued_on=issued_on,
        positive_means=means,
        total_iso_amount=total,
        net_iso_amount=total - previous_iso_amount,
        lines=lines.loc[:, list(LINES.names)],
        sha256=fingerprint(content.encode()),
        previous_iso_amount=previous_iso_amount,
    )


def amount_of(text: str | None, where: str, sha256: str) -> Decimal:
    """Read an amount exactly as printed: ``1,234.50``, ``(12.00)`` for minus, ``$`` and exponents allowed.

    Raises MalformedStatement for anything else.
    """
    raw = (text or "").strip().replace(",", "").replace("$", "")
    negative = raw.startswith("(") and raw.endswith(")")
    try:
        value = Decimal(raw[1:-1] if negative else raw)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        msg = f"{where}: {text!r} is not an amount"
        raise MalformedStatement(msg, sha256)
    return -value if negative else value


def line(
    *,
    iso: str,
    account: str,
    market_day: date,
    charge_code: str,
    interval: tuple[datetime, datetime],
    iso_amount: Decimal,
    positive_means: str,
    resource: str = "",
    location: str = "",
    quantity_mwh: Decimal | None = None,
    price_usd_per_mwh: Decimal | None = None,
) -> Record:
    """Return one line as a record; the status is that of the charge table, U for a code that it does not know."""
    amount = cents(iso_amount)
    charge = charge_named(iso, charge_code)
    return {
        "iso": iso,
        "account": account,
        "market_day": market_day,
        "charge_code": charge_code,
        "resource": resource,
        "location": location,
        "interval_start": interval[0],
        "interval_end": interval[1],
        "quantity_mwh": quantity_mwh,
        "price_usd_per_mwh": price_usd_per_mwh,
        "amount_usd": -amount if positive_means == "charge" else amount,
        "iso_amount": amount,
        "positive_means": positive_means,
        "status": "U" if charge is None else charge.status,
    }


def carried_cents(values: list[Decimal]) -> list[Decimal]:
    """Round a line's intervals so that they add up to the line rounded once; whole cents stay as they are."""
    running, before, rounded = Decimal(0), Decimal("0.00"), []
    for value in values:
        running += value
        now = cents(running)
        rounded.append(now - before)
        before = now
    return rounded


def check_total(what: str, parts: Decimal, stated: Decimal, sha256: str, room: Decimal = TOTAL_TOLERANCE) -> None:
    """Raise TotalsDisagree where parts do not add up to the stated total within ``room``."""
    if abs(parts - stated) > room:
        msg = f"{what}: parts add up to {parts}, stated is {stated}"
        raise TotalsDisagree(msg, sha256)
