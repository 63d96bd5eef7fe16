"""Proof that nothing was lost or counted twice: holdings partition what was issued, positions and chain agree."""

from dataclasses import dataclass

import sqlalchemy as sa

from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.chain import verify_chain
from market_platform.errors import StoreError


@dataclass(frozen=True)
class Audit:
    """Counts of a ledger that passed: certificates issued, held by kind of account, and postings in the chain."""

    issued: int
    by_kind: dict[str, int]
    postings: int


def audit(connection: sa.Connection) -> Audit:
    """Check the whole ledger. Raises StoreError with the first law that is broken."""
    issued, by_kind = prove_conservation(connection)
    return Audit(issued, by_kind, verify_chain(connection))


def prove_conservation(connection: sa.Connection) -> tuple[int, dict[str, int]]:
    """Check that every serial is held once and positions agree; return certificates issued, and by kind of account.

    Raises StoreError with the first law that is broken.
    """
    _holdings_partition_batches(connection)
    _positions_equal_holdings(connection)
    holding, account, batch = tables.holdings, tables.accounts, tables.batches
    quantity = sa.func.sum(holding.c.serial_end - holding.c.serial_start + 1).label("quantity")
    rows = connection.execute(sa.select(account.c.kind, quantity).join_from(holding, account).group_by(account.c.kind))
    by_kind: dict[str, int] = {row.kind: int(row.quantity) for row in rows}
    issued: int | None = connection.execute(
        sa.select(sa.func.sum(batch.c.serial_end - batch.c.serial_start + 1))
    ).scalar_one()
    if sum(by_kind.values()) != int(issued or 0):
        msg = f"{issued} certificates were issued but {sum(by_kind.values())} are held"
        raise StoreError(msg)
    return int(issued or 0), by_kind


def _holdings_partition_batches(connection: sa.Connection) -> None:
    holding, batch = tables.holdings.c, tables.batches.c
    before = sa.func.lag(holding.serial_end).over(partition_by=holding.batch_id, order_by=holding.serial_start)
    pieces = sa.select(holding.batch_id, holding.serial_start, before.label("before")).subquery()
    overlap = connection.execute(
        sa.select(pieces.c.batch_id).where(pieces.c.before.is_not(None), pieces.c.serial_start != pieces.c.before + 1)
    ).first()
    ends = (
        sa.select(
            holding.batch_id,
            sa.func.min(holding.serial_start).label("first"),
            sa.func.max(holding.serial_end).label("last"),
        )
        .group_by(holding.batch_id)
        .subquery()
    )
    cut = connection.execute(
        sa.select(batch.batch_id)
        .select_from(tables.batches.outerjoin(ends, ends.c.batch_id == batch.batch_id))
        .where(sa.or_(ends.c.first.is_(None), ends.c.first != batch.serial_start, ends.c.last != batch.serial_end))
    ).first()
    for broken in (overlap, cut):
        if broken is not None:
            msg = f"the holdings of certificate batch {broken.batch_id} do not cover its serials exactly once"
            raise StoreError(msg)


def _positions_equal_holdings(connection: sa.Connection) -> None:
    holding, position, batch = tables.holdings.c, tables.positions.c, tables.batches.c
    held = (
        sa.select(
            holding.account_id,
            batch.class_id,
            sa.func.sum(holding.serial_end - holding.serial_start + 1).label("quantity"),
        )
        .join_from(tables.holdings, tables.batches)
        .group_by(holding.account_id, batch.class_id)
        .subquery()
    )
    wrong = connection.execute(
        sa.select(position.account_id, position.class_id)
        .select_from(
            tables.positions.outerjoin(
                held, sa.and_(held.c.account_id == position.account_id, held.c.class_id == position.class_id)
            )
        )
        .where(position.account_id > 0, sa.func.coalesce(held.c.quantity, 0) != position.quantity)
    ).first()
    if wrong is not None:
        msg = f"position of account {wrong.account_id} in class {wrong.class_id} differs from its holdings"
        raise StoreError(msg)
    balance: int = connection.execute(sa.select(sa.func.coalesce(sa.func.sum(position.quantity), 0))).scalar_one()
    if int(balance) != 0:
        msg = f"the double entry does not balance: all positions together are {balance}, not 0"
        raise StoreError(msg)
