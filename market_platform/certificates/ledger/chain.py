"""The hash chain: each posting seals who, when, from what source, what moved, and the posting before it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from market_platform.certificates.ledger import tables
from market_platform.errors import StoreError

GENESIS = "0" * 64
PAGE = 10_000
CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
SEALED = (
    "kind", "at", "actor", "actor_role", "source", "awaits_acceptance", "to_account", "price_usd", "reason",
    "beneficiary", "programme_state", "programme_tier", "programme_period", "destination", "forward_id", "notes",
)  # fmt: skip


def transaction_digest(transaction: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a transaction's terms in canonical JSON."""
    terms = {name: _plain(transaction[name]) for name in SEALED if transaction.get(name) is not None}
    return hashlib.sha256(CANONICAL.encode(terms).encode()).hexdigest()


def posting_hash(previous_hash: str, posting: Mapping[str, Any], digest: str) -> str:
    """Return the SHA-256 that seals a posting to the one before it and to its transaction."""
    sealed = (
        f"{previous_hash}|{posting['posting_id']}|{posting['transaction_id']}|{posting['batch_id']}"
        f"|{posting['serial_start']}|{posting['serial_end']}|{posting['from_account']}|{posting['to_account']}"
        f"|{posting['at'].timestamp():.6f}|{posting['actor']}|{posting['source']}|{digest}"
    )
    return hashlib.sha256(sealed.encode()).hexdigest()


def verify_chain(connection: sa.Connection) -> int:
    """Recompute every hash from the first posting on and return how many postings there are.

    Raises StoreError naming the first posting whose content, order or transaction was altered.
    """
    previous, count = GENESIS, 0
    for posting, transaction in _sealed_rows(connection):
        count += 1
        digest = transaction_digest(transaction)
        expected = posting_hash(previous, posting, digest)
        if (
            posting["posting_id"] != count
            or posting["previous_hash"] != previous
            or digest != transaction["digest"]
            or posting["hash"] != expected
        ):
            msg = f"certificate posting {posting['posting_id']} does not match its hash: the journal was altered there"
            raise StoreError(msg)
        previous = expected
    return count


def _sealed_rows(connection: sa.Connection) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    posting, transaction = tables.postings, tables.transactions
    query = (
        sa.select(posting, *(column.label(f"t_{column.name}") for column in transaction.c))
        .join_from(posting, transaction)
        .order_by(posting.c.posting_id)
        .limit(PAGE)
    )
    last = 0
    page: list[Any] = [None] * PAGE
    while len(page) == PAGE:
        page = list(connection.execute(query.where(posting.c.posting_id > last)).mappings())
        for row in page:
            yield dict(row), {column.name: row[f"t_{column.name}"] for column in transaction.c}
            last = row["posting_id"]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.timestamp():.6f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    return value
