"""Drafting: one dispute per charge, market day and cause, with everything that proves it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from market_platform.settlement.calendars.schedule import dispute_window
from market_platform.settlement.reconciliation.reconcile import HARMLESS, Reconciliation
from market_platform.settlement.shadow.rows import Inputs
from market_platform.settlement.statements.statement import Statement

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Dispute:
    """One dispute as drafted. ``amount_usd`` is what we claim (positive: owed to us).

    ``deadline`` is None where the statement cannot be disputed; ``deadline_status`` tells whether the rule was read
    in an official text. ``evidence`` holds the intervals, all versions of their prices, awards and meter values.
    """

    dispute_id: str
    iso: str
    account: str
    market: str
    statement_sha256: str
    charge_code: str
    market_day: date
    cause: str
    amount_usd: Decimal
    first_interval_start: datetime
    last_interval_end: datetime
    deadline: date | None
    deadline_status: str
    state: str
    evidence: dict[str, Any]

    @property
    def evidence_json(self) -> str:
        """The evidence as JSON, amounts as exact text."""
        return json.dumps(self.evidence, default=str, sort_keys=True)


def draft_disputes(
    statement: Statement,
    outcome: Reconciliation,
    inputs: Inputs,
    *,
    today: date,
    least_usd: Decimal = Decimal("1.00"),
) -> list[Dispute]:
    """Return a dispute for each (charge, day, cause) that left us short by at least ``least_usd``.

    A dispute whose window has passed, or whose statement cannot be disputed, comes with state ``expired``: it is shown,
    not dropped. Differences in our favour are no dispute. The same inputs give the same identifiers.
    """
    found = outcome.variances
    found = found[~found["cause"].isin(HARMLESS)]
    day_of = found["market_day"].where(found["market_day"].notna(), statement.first_day)
    drafted = []
    for (code, day, cause), part in found.groupby(["charge_code", day_of, "cause"], sort=True):
        claimed = -sum(part["variance_usd"], ZERO)
        if claimed < least_usd:
            continue
        until, status = dispute_window(
            statement.iso, statement.market, statement.statement_type, day, statement.issued_on
        )
        identity = f"{statement.sha256}|{code}|{day}|{cause}"
        drafted.append(
            Dispute(
                dispute_id=hashlib.sha256(identity.encode()).hexdigest()[:40],
                iso=statement.iso,
                account=statement.account,
                market=statement.market,
                statement_sha256=statement.sha256,
                charge_code=str(code),
                market_day=day,
                cause=str(cause),
                amount_usd=claimed,
                first_interval_start=part["interval_start"].min().to_pydatetime(),
                last_interval_end=part["interval_end"].max().to_pydatetime(),
                deadline=until,
                deadline_status=status,
                state="expired" if until is None or today > until else "drafted",
                evidence=evidence(part, inputs),
            )
        )
    return drafted


def evidence(variances: pd.DataFrame, inputs: Inputs) -> dict[str, Any]:
    """Return what proves the variances: the lines, all price versions with the moment each was known, awards, meter."""
    first, last = variances["interval_start"].min(), variances["interval_end"].max()
    locations = set(variances["location"]) - {""}

    def around(frame: pd.DataFrame) -> list[dict[str, Any]]:
        inside = frame[(frame["interval_start"] < last) & (frame["interval_end"] > first)]
        if locations:
            inside = inside[inside["location"].isin(locations)]
        return inside.astype(object).where(inside.notna(), None).to_dict("records")

    return {
        "lines": variances.astype(object).where(variances.notna(), None).to_dict("records"),
        "prices": around(inputs.prices),
        "awards": around(inputs.awards),
        "meter": around(inputs.meter),
    }
