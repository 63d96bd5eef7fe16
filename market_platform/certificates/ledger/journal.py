"""Reading the journal: who moved what when, which offers wait for an answer, which accounts there are.

What belongs here are lists for people and tables. What one operation needs to know is read by ``view.py``.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from market_platform.certificates.ledger import tables

JOURNAL = [
    "posting_id", "transaction_id", "at", "kind", "actor", "registry", "serial_base", "serial_start", "serial_end",
    "quantity", "fuel", "location", "vintage", "from_organization", "from_kind", "to_organization", "to_kind",
    "price_usd", "reason", "beneficiary", "programme_state", "programme_tier", "programme_period", "outcome", "notes",
    "source", "previous_hash", "hash",
]  # fmt: skip
ACCOUNTS = ["account_id", "registry", "organization", "kind", "name", "quantity", "opened_at"]
OFFERS = [
    "transaction_id", "at", "registry", "from_organization", "to_organization", "quantity", "price_usd", "serials",
    "notes",
]  # fmt: skip


@dataclass(frozen=True)
class Serials:
    """Serials as a registry writes them: base, first and last number."""

    base: str
    start: int
    end: int


def journal(
    connection: sa.Connection,
    *,
    organization: str | None = None,
    registry: str | None = None,
    serials: Serials | None = None,
    after_posting: int = 0,
    latest: int | None = None,
) -> pd.DataFrame:
    """Return postings in order, in the columns of ``JOURNAL``; ``latest`` keeps only so many of the last ones.

    ``organization`` finds postings from or to it, ``serials`` those that touched any of the serials.
    """
    posting, batch = tables.postings.c, tables.batches.c
    query = _postings().where(posting.posting_id > after_posting)
    if organization is not None:
        own = sa.select(tables.accounts.c.account_id).where(tables.accounts.c.organization == organization)
        query = query.where(sa.or_(posting.from_account.in_(own), posting.to_account.in_(own)))
    if registry is not None:
        query = query.where(batch.registry == registry)
    if serials is not None:
        query = query.where(
            batch.serial_base == serials.base,
            posting.serial_start <= serials.end,
            posting.serial_end >= serials.start,
        )
    if latest is not None:
        rows = connection.execute(query.order_by(posting.posting_id.desc()).limit(latest)).all()[::-1]
    else:
        rows = list(connection.execute(query.order_by(posting.posting_id)).all())
    return pd.DataFrame(rows, columns=JOURNAL)


def accounts(connection: sa.Connection, organization: str | None = None) -> pd.DataFrame:
    """Return the accounts with the certificates that each holds; issuing accounts are left out."""
    account, position = tables.accounts.c, tables.positions.c
    held = sa.func.coalesce(sa.func.sum(position.quantity), 0)
    query = (
        sa.select(
            account.account_id, account.registry, account.organization, account.kind, account.name, held,
            account.opened_at,
        )
        .select_from(tables.accounts.outerjoin(tables.positions, position.account_id == account.account_id))
        .where(account.account_id > 0)
        .group_by(account.account_id)
        .order_by(account.organization, account.registry, account.account_id)
    )  # fmt: skip
    if organization is not None:
        query = query.where(account.organization == organization)
    rows = [tuple(row) for row in connection.execute(query)]
    return pd.DataFrame(rows, columns=ACCOUNTS).astype({"quantity": "int64"})


def offers(connection: sa.Connection, organization: str | None = None) -> pd.DataFrame:
    """Return transfers that wait for acceptance, from or to an organization, in the columns of ``OFFERS``."""
    term, posting, batch = tables.transactions.c, tables.postings.c, tables.batches.c
    giver, taker = tables.accounts.alias("giver"), tables.accounts.alias("taker")
    query = (
        sa.select(
            term.transaction_id, term.at, batch.registry, giver.c.organization, taker.c.organization, term.price_usd,
            term.notes, batch.serial_base, posting.serial_start, posting.serial_end,
        )
        .select_from(tables.transactions)
        .join(tables.postings, posting.transaction_id == term.transaction_id)
        .join(tables.batches, batch.batch_id == posting.batch_id)
        .join(giver, giver.c.account_id == posting.from_account)
        .join(taker, taker.c.account_id == term.to_account)
        .where(
            term.awaits_acceptance,
            term.transaction_id.not_in(sa.select(tables.outcomes.c.transaction_id)),
        )
        .order_by(term.transaction_id, posting.posting_id)
    )  # fmt: skip
    if organization is not None:
        query = query.where(sa.or_(giver.c.organization == organization, taker.c.organization == organization))
    found: dict[int, dict[str, Any]] = {}
    rows: list[tuple[Any, ...]] = [tuple(row) for row in connection.execute(query)]
    for number, at, registry, from_org, to_org, price, notes, base, start, end in rows:
        row = found.setdefault(
            number,
            dict(zip(OFFERS, (number, at, registry, from_org, to_org, 0, price, "", notes), strict=True)),
        )
        row["quantity"] += end - start + 1
        row["serials"] = "; ".join(filter(None, (row["serials"], f"{base}:{start}-{end}")))
    return pd.DataFrame(list(found.values()), columns=OFFERS)


def _postings() -> sa.Select[Any]:
    posting, term, batch, kind = tables.postings.c, tables.transactions.c, tables.batches.c, tables.classes.c
    giver, taker = tables.accounts.alias("giver"), tables.accounts.alias("taker")
    return (
        sa.select(
            posting.posting_id, posting.transaction_id, posting.at, term.kind, posting.actor, batch.registry,
            batch.serial_base, posting.serial_start, posting.serial_end,
            (posting.serial_end - posting.serial_start + 1), kind.fuel, kind.location, kind.vintage,
            giver.c.organization, giver.c.kind, taker.c.organization, taker.c.kind, term.price_usd, term.reason,
            term.beneficiary, term.programme_state, term.programme_tier, term.programme_period,
            tables.outcomes.c.outcome, term.notes, posting.source, posting.previous_hash, posting.hash,
        )
        .select_from(tables.postings)
        .join(tables.transactions, term.transaction_id == posting.transaction_id)
        .outerjoin(tables.outcomes, tables.outcomes.c.transaction_id == posting.transaction_id)
        .join(tables.batches, batch.batch_id == posting.batch_id)
        .join(tables.classes, kind.class_id == batch.class_id)
        .join(giver, giver.c.account_id == posting.from_account)
        .join(taker, taker.c.account_id == posting.to_account)
    )  # fmt: skip
