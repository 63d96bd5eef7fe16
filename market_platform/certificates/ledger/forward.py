"""Forward transfers: certificates agreed today for a later day, often before they are generated.

An agreement moves nothing. ``deliver`` turns what is due into ordinary transfers, oldest vintage first; what the seller
does not hold yet stays due. NEPOOL GIS marks such agreements as rescindable or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.book import CertificateBook
from market_platform.certificates.ledger.changing_hands import Transfer
from market_platform.certificates.ledger.parties import Actor, Lot
from market_platform.certificates.ledger.view import View
from market_platform.certificates.refusals import NotAllowed, UnknownCertificates, WrongOwner


@dataclass(frozen=True)
class Forward:
    """Terms: ``quantity`` certificates of vintage months ``vintage_from`` to ``vintage_to``, delivered on a day."""

    from_account: int
    to_account: int
    quantity: int
    vintage_from: date
    vintage_to: date
    deliver_on: date
    rescindable: bool
    price_usd: Decimal | None = None
    fuel: str | None = None
    generator: str | None = None


def agree(book: CertificateBook, forward: Forward, actor: Actor, at: datetime, source: str) -> int:
    """Write an agreement and return its id."""
    with book.writing() as connection:
        view = View(connection, actor, at, book.registries, book.programmes)
        giver, taker = view.own_account(forward.from_account), view.account(forward.to_account)
        if giver.registry != taker.registry or giver.organization == taker.organization:
            msg = "a forward transfer goes to another organization in the same registry"
            raise NotAllowed(msg)
        column = tables.forwards.c.forward_id
        forward_id: int = connection.execute(sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1)).scalar_one()
        terms = vars(forward) | {"forward_id": forward_id, "agreed_at": at, "actor": actor.name, "source": source}
        connection.execute(sa.insert(tables.forwards).values(terms))
    return forward_id


def rescind(book: CertificateBook, forward_id: int, actor: Actor, at: datetime, source: str) -> None:
    """Take back an agreement that is rescindable; what was delivered stays delivered."""
    with book.writing() as connection:
        row = connection.execute(
            sa.select(tables.forwards.c.rescindable, tables.accounts.c.organization)
            .join_from(tables.forwards, tables.accounts, tables.accounts.c.account_id == tables.forwards.c.from_account)
            .where(tables.forwards.c.forward_id == forward_id)
        ).one_or_none()
        if row is None:
            msg = f"forward {forward_id} is not in this ledger"
            raise UnknownCertificates(msg)
        if not row.rescindable:
            msg = f"forward {forward_id} was agreed as not rescindable"
            raise NotAllowed(msg)
        if row.organization != actor.organization and not actor.is_administrator:
            msg = f"forward {forward_id} can be rescinded by {row.organization} only"
            raise WrongOwner(msg)
        connection.execute(
            sa.insert(tables.rescissions).values(forward_id=forward_id, at=at, actor=actor.name, source=source)
        )


def deliver(book: CertificateBook, actor: Actor, at: datetime, source: str) -> dict[int, int]:
    """Offer everything due on the day of ``at`` and return certificates offered by forward id.

    Raises the Refused of a closed window; then nothing at all was offered.
    """
    operations, offered = [], {}
    taken: dict[int, list[Lot]] = {}
    for agreed in due(book, actor, at.date()):
        lots = _matching(book, agreed, taken.setdefault(agreed.from_account, []))
        if lots:
            taken[agreed.from_account] += lots
            operations.append(
                Transfer(
                    tuple(lots), agreed.from_account, agreed.to_account, agreed.price_usd, forward_id=agreed.forward_id
                )
            )
            offered[agreed.forward_id] = sum(lot.quantity for lot in lots)
    if operations:
        book.post(operations, actor, at, source)
    return offered


def due(book: CertificateBook, actor: Actor, day: date) -> Sequence[sa.Row[tuple[object, ...]]]:
    """Return agreements to be delivered on a day or before, with ``open_quantity``: what was not offered yet."""
    forward, posting, term = tables.forwards, tables.postings.c, tables.transactions.c
    pending = sa.select(tables.accounts.c.account_id).where(tables.accounts.c.kind == "pending")
    failed = sa.select(tables.outcomes.c.transaction_id).where(tables.outcomes.c.outcome != "accepted")
    offered = (
        sa.select(sa.func.coalesce(sa.func.sum(posting.serial_end - posting.serial_start + 1), 0))
        .join_from(tables.postings, tables.transactions)
        .where(
            term.forward_id == forward.c.forward_id,
            posting.to_account.in_(pending),
            term.transaction_id.not_in(failed),
        )
        .scalar_subquery()
    )
    query = (
        sa.select(forward, (forward.c.quantity - offered).label("open_quantity"))
        .join(tables.accounts, tables.accounts.c.account_id == forward.c.from_account)
        .where(
            forward.c.deliver_on <= day,
            forward.c.forward_id.not_in(sa.select(tables.rescissions.c.forward_id)),
            forward.c.quantity > offered,
        )
        .order_by(forward.c.deliver_on, forward.c.forward_id)
    )
    if not actor.is_administrator:
        query = query.where(tables.accounts.c.organization == actor.organization)
    with book.ledger.read() as connection:
        return connection.execute(query).all()


def _matching(book: CertificateBook, agreed: sa.Row[tuple[object, ...]], taken: Sequence[Lot]) -> list[Lot]:
    holding, batch, kind = tables.holdings.c, tables.batches.c, tables.classes.c
    query = (
        sa.select(holding.batch_id, holding.serial_start, holding.serial_end)
        .join_from(tables.holdings, tables.batches)
        .join(tables.classes)
        .where(
            holding.account_id == agreed.from_account,
            kind.vintage.between(agreed.vintage_from, agreed.vintage_to),
        )
        .order_by(kind.vintage, holding.batch_id, holding.serial_start)
    )
    if agreed.fuel is not None:
        query = query.where(kind.fuel == agreed.fuel)
    if agreed.generator is not None:
        query = query.where(batch.generator == agreed.generator)
    gone = {(lot.batch_id, lot.serial_start): lot.quantity for lot in taken}
    lots, missing = [], int(agreed.open_quantity)
    with book.ledger.read() as connection:
        for row in connection.execute(query):
            start = row.serial_start
            while (row.batch_id, start) in gone:
                start += gone[row.batch_id, start]
            if missing and start <= row.serial_end:
                lots.append(Lot(row.batch_id, start, min(row.serial_end, start + missing - 1)))
                missing -= lots[-1].quantity
    return lots
