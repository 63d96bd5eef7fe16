"""The life of a dispute in the ledger: which state may follow which, and nothing after the deadline."""

from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from market_platform.errors import RuleBroken
from market_platform.settlement.books import tables
from market_platform.settlement.books.keep import Kept, keep
from market_platform.settlement.books.tables import dispute_events, disputes
from market_platform.settlement.disputes.draft import Dispute
from market_platform.settlement.statements.statement import Statement

NEXT = {
    "drafted": {"filed", "withdrawn", "expired"},
    "filed": {"open", "denied", "withdrawn"},
    "open": {"granted", "granted in part", "denied", "withdrawn"},
    "granted": {"closed"},
    "granted in part": {"closed", "filed"},
    "denied": {"closed", "filed"},
    "withdrawn": set(),
    "expired": set(),
    "closed": set(),
}


def keep_drafts(connection: sa.Connection, drafted: list[Dispute], at: datetime) -> Kept:
    """Keep drafted disputes. One that is in the ledger already stays as it is, whatever became of it."""
    known: set[str] = set(connection.scalars(sa.select(disputes.c.dispute_id)))
    fresh = [dispute for dispute in drafted if dispute.dispute_id not in known]
    names = [field.name for field in fields(Dispute) if field.name != "evidence"]
    rows = [
        {**{name: getattr(dispute, name) for name in names}, "evidence_json": dispute.evidence_json}
        for dispute in fresh
    ]
    events = [
        {"dispute_id": dispute.dispute_id, "number": 1, "state": dispute.state, "at": at, "note": "drafted"}
        for dispute in fresh
    ]
    kept = keep(connection, disputes, rows)
    keep(connection, dispute_events, events)
    return kept


def withdraw_replaced(connection: sa.Connection, statement: Statement, at: datetime, today: date) -> int:
    """Withdraw the drafts of other files of the same statement: it came again, and its own drafts stand in their place."""
    heads = tables.statements
    others = sa.select(heads.c.sha256).where(
        heads.c.iso == statement.iso, heads.c.account == statement.account,
        heads.c.statement_id == statement.statement_id, heads.c.sha256 != statement.sha256,
    )  # fmt: skip
    mine = sa.select(disputes.c.dispute_id).where(
        disputes.c.state == "drafted", disputes.c.statement_sha256.in_(others)
    )
    found: list[str] = list(connection.scalars(mine))
    for dispute_id in found:
        move(connection, dispute_id, "withdrawn", at=at, today=today, note="the statement came again in other bytes")
    return len(found)


def move(
    connection: sa.Connection,
    dispute_id: str,
    state: str,
    *,
    at: datetime,
    today: date,
    note: str = "",
    awarded_usd: Decimal | None = None,
) -> None:
    """Bring a dispute into its next state and note it.

    Raises RuleBroken for an unknown dispute, a state that may not follow, filing after the deadline, or an award
    without an amount.
    """
    row = connection.execute(sa.select(disputes).where(disputes.c.dispute_id == dispute_id)).mappings().first()
    if row is None:
        msg = f"no dispute {dispute_id}: draft it first"
        raise RuleBroken(msg)
    if state not in NEXT[row["state"]]:
        msg = f"dispute {dispute_id} is {row['state']}; after that comes {sorted(NEXT[row['state']]) or 'nothing'}"
        raise RuleBroken(msg)
    if state == "filed" and (row["deadline"] is None or today > row["deadline"]):
        msg = f"dispute {dispute_id} could be filed until {row['deadline']}, today is {today}"
        raise RuleBroken(msg)
    if state.startswith("granted") and awarded_usd is None:
        msg = f"dispute {dispute_id} is {state}: say how much was awarded"
        raise RuleBroken(msg)
    values: dict[str, object] = {"state": state}
    if awarded_usd is not None:
        values["awarded_usd"] = awarded_usd
    connection.execute(disputes.update().where(disputes.c.dispute_id == dispute_id).values(values))
    mine = dispute_events.c.dispute_id == dispute_id
    number = connection.scalar(sa.select(sa.func.max(dispute_events.c.number)).where(mine)) or 0
    event = {"dispute_id": dispute_id, "number": number + 1, "state": state, "at": at, "note": note}
    connection.execute(dispute_events.insert(), [event])


def due_soon(connection: sa.Connection, today: date, days: int) -> list[sa.RowMapping]:
    """Return the drafted disputes whose deadline comes within ``days``, the most urgent first."""
    horizon = date.fromordinal(today.toordinal() + days)
    query = (
        sa.select(disputes)
        .where(disputes.c.state == "drafted", disputes.c.deadline >= today, disputes.c.deadline <= horizon)
        .order_by(disputes.c.deadline, disputes.c.dispute_id)
    )
    return list(connection.execute(query).mappings())


def expire(connection: sa.Connection, today: date, at: datetime) -> int:
    """Mark drafts whose deadline has passed; return how many."""
    late = sa.select(disputes.c.dispute_id).where(disputes.c.state == "drafted", disputes.c.deadline < today)
    found: list[str] = list(connection.scalars(late))
    for dispute_id in found:
        move(connection, dispute_id, "expired", at=at, today=today, note="the window closed before it was filed")
    return len(found)
