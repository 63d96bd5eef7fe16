"""The way into the certificate ledger: open accounts, post operations, look lots up.

``post`` takes any number of operations and writes all of them in one transaction, or none.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Protocol

import sqlalchemy as sa

from market_platform.certificates.compliance.programmes import Programme
from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.chain import GENESIS, posting_hash, transaction_digest
from market_platform.certificates.ledger.changing_hands import Settle
from market_platform.certificates.ledger.parties import Actor, Draft, Lot
from market_platform.certificates.ledger.view import View, among
from market_platform.certificates.refusals import (
    DoubleCount,
    NotAllowed,
    NotAvailable,
    Overdrawn,
    Refused,
    UnknownCertificates,
)
from market_platform.certificates.registries.registry import Registry
from market_platform.errors import StoreError
from market_platform.store.ledger import Ledger

REFUSALS: dict[str, tuple[type[Refused], str]] = {
    "not_held": (Overdrawn, "an account does not hold what is moved out of it"),
    "not_allowed": (NotAllowed, "this kind of transaction may not move certificates between these accounts"),
    "double_count": (DoubleCount, "these serials exist already"),
    "not_exported": (DoubleCount, "these serials are still held in the registry they come from"),
    "not_pending": (NotAvailable, "pending certificates leave only by the outcome of their own transfer"),
    "settled": (NotAvailable, "the transfer has been settled"),
}
POSTGRES_LOCK = 728
# The default of 2 MB makes the triggers' look-ups read pages again and again once a ledger has outgrown it.
SQLITE_CACHE_KIB = 65_536


NO_TERMS: dict[str, Any] = {column.name: None for column in tables.transactions.c}
NO_TERMS |= {"awaits_acceptance": False, "notes": ""}


class Operation(Protocol):
    """Anything that drafts what it wants written: Issue, Transfer, Settle, Rearrange, Retire, Export ..."""

    @property
    def lots(self) -> tuple[Lot, ...]:
        """Serials that the operation names, read ahead in bulk."""

    def draft(self, view: View) -> Draft:
        """Return terms and moves, or raise a Refused."""


class CertificateBook:
    """A ledger of certificates over a SQL ledger, with the registries' and programmes' rules."""

    def __init__(
        self,
        ledger: Ledger,
        registries: Mapping[str, Registry] | None = None,
        programmes: Mapping[str, Programme] | None = None,
    ) -> None:
        self.ledger = ledger
        self.registries = dict(registries or {})
        self.programmes = dict(programmes or {})

    def open_account(
        self, registry: str, organization: str, actor: Actor, at: datetime, name: str = "active", kind: str = "active"
    ) -> int:
        """Return the id of an organization's account, opening it if needed."""
        with self.writing() as connection:
            view = View(connection, actor, at, self.registries, self.programmes)
            return view.sub_account(registry, organization, kind, name).account_id

    def declare_window(self, registry: str, opens_at: datetime, closes_at: datetime, source: str) -> None:
        """Enter a trading period as the registry published it; NEPOOL GIS moves nothing outside of one."""
        with self.writing() as connection:
            connection.execute(
                sa.insert(tables.windows).values(
                    registry=registry, opens_at=opens_at, closes_at=closes_at, source=source
                )
            )

    def post(self, operations: Sequence[Operation], actor: Actor, at: datetime, source: str) -> list[int]:
        """Write operations in order, all or none, and return their transaction ids.

        ``at`` is an aware moment; ``source`` says where the instruction came from (file, API call, screen).
        Raises a Refused that names the reason; then nothing was written.
        """
        if at.tzinfo is None:
            msg = f"postings carry an aware moment, got {at!r}: attach a zone"
            raise StoreError(msg)
        with self.writing() as connection:
            view = View(connection, actor, at, self.registries, self.programmes)
            view.prefetch_offers(operation.transaction_id for operation in operations if isinstance(operation, Settle))
            view.prefetch(lot.batch_id for operation in operations for lot in operation.lots)
            drafts = [operation.draft(view) for operation in operations]
            return _write(connection, drafts, actor, at, source)

    def find_lot(self, registry: str, serial_base: str, serial_start: int, serial_end: int) -> Lot:
        """Return the lot of serials as they stand on a registry's report; raises UnknownCertificates."""
        column = tables.batches.c
        with self.ledger.read() as connection:
            batch_id: int | None = connection.execute(
                sa.select(column.batch_id).where(
                    column.registry == registry, column.serial_base == serial_base,
                    column.serial_start <= serial_start, column.serial_end >= serial_end,
                )
            ).scalar_one_or_none()  # fmt: skip
        if batch_id is None:
            msg = (
                f"{registry} {serial_base} {serial_start}-{serial_end} is not in this ledger: issue or import it first"
            )
            raise UnknownCertificates(msg)
        return Lot(batch_id, serial_start, serial_end)

    def pick(
        self,
        account_id: int,
        quantity: int,
        *,
        fuel: str | None = None,
        state: str | None = None,
        vintage_from: date | None = None,
    ) -> list[Lot]:
        """Return lots of exactly ``quantity`` certificates of an account, oldest vintage first; raises Overdrawn."""
        holding, batch, kind = tables.holdings, tables.batches, tables.classes
        query = (
            sa.select(holding.c.batch_id, holding.c.serial_start, holding.c.serial_end)
            .join(batch, batch.c.batch_id == holding.c.batch_id)
            .join(kind, kind.c.class_id == batch.c.class_id)
            .where(holding.c.account_id == account_id)
            .order_by(kind.c.vintage, holding.c.batch_id, holding.c.serial_start)
        )
        if fuel is not None:
            query = query.where(kind.c.fuel == fuel)
        if vintage_from is not None:
            query = query.where(kind.c.vintage >= vintage_from)
        if state is not None:
            query = query.where(
                kind.c.class_id.in_(
                    sa.select(tables.eligibilities.c.class_id).where(tables.eligibilities.c.state == state)
                )
            )
        lots, missing = [], quantity
        with self.ledger.read() as connection:
            for row in connection.execute(query):
                if missing == 0:
                    break
                lot = Lot(row.batch_id, row.serial_start, min(row.serial_end, row.serial_start + missing - 1))
                missing -= lot.quantity
                lots.append(lot)
        if missing:
            msg = f"account {account_id} holds {quantity - missing} of the {quantity} certificates asked for"
            raise Overdrawn(msg)
        return lots

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Open the one write transaction at a time that the hash chain allows; database refusals come out typed."""
        try:
            with self.ledger.begin() as connection:
                if self.ledger.dialect == "postgresql":
                    connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({POSTGRES_LOCK})"))
                else:
                    connection.exec_driver_sql(f"PRAGMA cache_size=-{SQLITE_CACHE_KIB}")
                yield connection
        except sa.exc.IntegrityError as error:
            _, found, rest = str(error.orig).partition("certificates:")
            code = rest.split()[0].strip("'\",)") if found else ""
            if code not in REFUSALS:
                raise
            refusal, reason = REFUSALS[code]
            msg = f"the database refused the posting: {reason}"
            raise refusal(msg) from error


def _write(connection: sa.Connection, drafts: list[Draft], actor: Actor, at: datetime, source: str) -> list[int]:
    stamp = {"at": at, "actor": actor.name, "source": source}
    following = _next(connection, tables.transactions.c.transaction_id)
    new: list[dict[str, Any]] = []
    outcomes: list[dict[str, Any]] = []
    digests: dict[int, str] = {}
    known_terms: dict[tuple[Any, ...], str] = {}
    ids: list[int] = []
    for draft in drafts:
        if draft.transaction_id is None:
            row = _transaction(following + len(new), draft, actor, stamp, known_terms)
            new.append(row)
            digests[row["transaction_id"]] = row["digest"]
            ids.append(row["transaction_id"])
        else:
            outcomes.append({"transaction_id": draft.transaction_id, "outcome": draft.outcome, **stamp})
            ids.append(draft.transaction_id)
    digests |= _known_digests(connection, [row["transaction_id"] for row in outcomes])
    if new:
        connection.execute(sa.insert(tables.transactions), new)
    if outcomes:
        connection.execute(sa.insert(tables.outcomes), outcomes)
    postings = _postings(connection, zip(ids, drafts, strict=True), digests, stamp)
    if postings:
        connection.execute(sa.insert(tables.postings), postings)
    return ids


def _transaction(
    transaction_id: int, draft: Draft, actor: Actor, stamp: dict[str, Any], known_terms: dict[tuple[Any, ...], str]
) -> dict[str, Any]:
    row: dict[str, Any] = {**NO_TERMS, "actor_role": actor.role, **stamp, **draft.terms}
    terms = tuple(draft.terms.items())
    if terms not in known_terms:
        known_terms[terms] = transaction_digest(row)
    row["transaction_id"] = transaction_id
    row["digest"] = known_terms[terms]
    return row


def _postings(
    connection: sa.Connection, drafts: Iterator[tuple[int, Draft]], digests: Mapping[int, str], stamp: dict[str, Any]
) -> list[dict[str, Any]]:
    column = tables.postings.c
    last = connection.execute(
        sa.select(column.posting_id, column.hash).order_by(column.posting_id.desc()).limit(1)
    ).one_or_none()
    posting_id, previous = (last.posting_id, last.hash) if last else (0, GENESIS)
    rows = []
    for transaction_id, draft in drafts:
        for lot, from_account, to_account in draft.moves:
            posting_id += 1
            row = {
                "posting_id": posting_id,
                "transaction_id": transaction_id,
                "batch_id": lot.batch_id,
                "serial_start": lot.serial_start,
                "serial_end": lot.serial_end,
                "from_account": from_account,
                "to_account": to_account,
                "previous_hash": previous,
                **stamp,
            }
            previous = row["hash"] = posting_hash(previous, row, digests[transaction_id])
            rows.append(row)
    return rows


def _known_digests(connection: sa.Connection, ids: list[int]) -> dict[int, str]:
    column = tables.transactions.c
    rows = connection.execute(
        sa.select(column.transaction_id, column.digest).where(among(connection, column.transaction_id, ids))
    )
    return {row.transaction_id: row.digest for row in rows} if ids else {}


def _next(connection: sa.Connection, column: sa.Column[Any]) -> int:
    return connection.execute(sa.select(sa.func.coalesce(sa.func.max(column), 0))).scalar_one() + 1
