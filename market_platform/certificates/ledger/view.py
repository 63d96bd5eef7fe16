"""What operations see inside one write transaction: accounts, batches and holdings, read in bulk, moved in memory.

The view explains a refusal before the database has to; the triggers stay the judge.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from market_platform.certificates.compliance.programmes import Programme
from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.parties import TERMINAL_KINDS, Account, Actor, Batch, Lot
from market_platform.certificates.refusals import (
    AlreadyRetired,
    NotAvailable,
    Overdrawn,
    UnknownCertificates,
    WrongOwner,
)
from market_platform.certificates.registries.registry import Registry


@dataclass(frozen=True)
class Offer:
    """A transfer that another organization may accept: where to, and (lot, from account, pending account) set aside."""

    to_account: int
    outcome: str | None
    legs: list[tuple[Lot, int, int]]


class View:
    """The state of the ledger as one transaction sees it."""

    def __init__(
        self,
        connection: sa.Connection,
        actor: Actor,
        at: datetime,
        registries: Mapping[str, Registry],
        programmes: Mapping[str, Programme],
    ) -> None:
        self.connection, self.actor, self.at = connection, actor, at
        self.registries, self.programmes = registries, programmes
        self._accounts: dict[int, Account] = {}
        self._account_ids: dict[tuple[str, str, str, str], int] = {}
        self._batches: dict[int, Batch] = {}
        self._holdings: dict[int, tuple[list[int], dict[int, tuple[int, int]]]] = {}
        self._offers: dict[int, Offer] = {}
        self._windows: dict[str, list[tuple[datetime, datetime]]] = {}
        self._movable: set[tuple[str, object]] = set()

    def prefetch(self, batch_ids: Iterable[int]) -> None:
        """Read batches and their holdings in few queries."""
        ids = sorted(set(batch_ids) - self._batches.keys())
        batch, kind, holding = tables.batches, tables.classes, tables.holdings
        if not ids:
            return
        rows: Iterable[Any] = self.connection.execute(
            sa.select(
                batch.c.batch_id, batch.c.class_id, batch.c.registry, batch.c.serial_base, batch.c.serial_start,
                batch.c.serial_end, batch.c.generation_end, kind.c.fuel, kind.c.vintage, kind.c.eligibility,
            ).join_from(batch, kind).where(among(self.connection, batch.c.batch_id, ids))
        )  # fmt: skip
        for batch_id, *rest in rows:
            self._batches[batch_id] = Batch(batch_id, *rest)
            self._holdings[batch_id] = ([], {})
        held: Iterable[Any] = self.connection.execute(
            sa.select(holding.c.batch_id, holding.c.serial_start, holding.c.serial_end, holding.c.account_id)
            .where(among(self.connection, holding.c.batch_id, ids))
            .order_by(holding.c.batch_id, holding.c.serial_start)
        )
        for batch_id, start, end, account_id in held:
            starts, pieces = self._holdings[batch_id]
            starts.append(start)
            pieces[start] = (end, account_id)

    def prefetch_offers(self, transaction_ids: Iterable[int]) -> None:
        """Read pending transfers with what they set aside, and the batches of it, in few queries."""
        term, end, leg = tables.transactions.c, tables.outcomes.c, tables.postings.c
        ids = sorted(set(transaction_ids))
        if not ids:
            return
        terms = self.connection.execute(
            sa.select(term.transaction_id, term.to_account, end.outcome)
            .select_from(tables.transactions.outerjoin(tables.outcomes))
            .where(among(self.connection, term.transaction_id, ids), term.awaits_acceptance)
        )
        for row in terms:
            self._offers[row.transaction_id] = Offer(row.to_account, row.outcome, [])
        legs = self.connection.execute(
            sa.select(
                leg.transaction_id, leg.batch_id, leg.serial_start, leg.serial_end, leg.from_account, leg.to_account
            )
            .where(among(self.connection, leg.transaction_id, ids))
            .order_by(leg.posting_id)
        ).all()
        for row in legs:
            if row.transaction_id in self._offers:
                lot = Lot(row.batch_id, row.serial_start, row.serial_end)
                self._offers[row.transaction_id].legs.append((lot, row.from_account, row.to_account))
        self.prefetch(row.batch_id for row in legs)

    def offer(self, transaction_id: int) -> "Offer":
        """Return a transfer that still awaits its outcome; raises UnknownCertificates or NotAvailable."""
        if transaction_id not in self._offers:
            self.prefetch_offers([transaction_id])
        if transaction_id not in self._offers:
            msg = f"transaction {transaction_id} is no transfer that awaits acceptance"
            raise UnknownCertificates(msg)
        offer = self._offers[transaction_id]
        if offer.outcome is not None:
            msg = f"transaction {transaction_id} was {offer.outcome} already"
            raise NotAvailable(msg)
        return offer

    def batch(self, batch_id: int) -> Batch:
        """Return a batch; raises UnknownCertificates."""
        if batch_id not in self._batches:
            self.prefetch([batch_id])
        if batch_id not in self._batches:
            msg = f"batch {batch_id} is not in this ledger: look the serials up with find_lot"
            raise UnknownCertificates(msg)
        return self._batches[batch_id]

    def account(self, account_id: int) -> Account:
        """Return an account; raises UnknownCertificates."""
        if account_id not in self._accounts:
            column = tables.accounts.c
            row = self.connection.execute(
                sa.select(column.account_id, column.registry, column.organization, column.kind, column.name).where(
                    column.account_id == account_id
                )
            ).one_or_none()
            if row is None:
                msg = f"account {account_id} is not in this ledger: open it first"
                raise UnknownCertificates(msg)
            self._accounts[account_id] = Account(**row._asdict())
        return self._accounts[account_id]

    def own_account(self, account_id: int) -> Account:
        """Return an account that the actor may dispose of; raises WrongOwner."""
        account = self.account(account_id)
        if account.organization != self.actor.organization and not self.actor.is_administrator:
            msg = (
                f"account {account_id} ({account.name}) belongs to {account.organization}, "
                f"not to {self.actor.organization}: only its owner can move certificates out of it"
            )
            raise WrongOwner(msg)
        return account

    def sub_account(self, registry: str, organization: str, kind: str, name: str | None = None) -> Account:
        """Return an organization's account of a kind, opening it if it does not exist."""
        key = (registry, organization, kind, name or kind)
        if key not in self._account_ids:
            column = tables.accounts.c
            found = self.connection.execute(
                sa.select(column.account_id).where(
                    column.registry == registry,
                    column.organization == organization,
                    column.kind == kind,
                    column.name == key[3],
                )
            ).scalar_one_or_none()
            self._account_ids[key] = self._open(*key) if found is None else found
        return self.account(self._account_ids[key])

    def check_movable(self, lot: Lot) -> None:
        """Refuse an expired vintage or a closed window by the registry's rules; its administrator is not bound."""
        if self.actor.is_administrator:
            return
        batch = self.batch(lot.batch_id)
        registry = self.registries.get(batch.registry)
        if registry is None or (batch.registry, batch.vintage) in self._movable:
            return
        if batch.registry not in self._windows:
            column = tables.windows.c
            self._windows[batch.registry] = [
                (row.opens_at, row.closes_at)
                for row in self.connection.execute(sa.select(tables.windows).where(column.registry == batch.registry))
            ]
        registry.check_movable(batch.vintage, self.at, self._windows[batch.registry])
        self._movable.add((batch.registry, batch.vintage))

    def move(self, lot: Lot, from_account: int, to_account: int) -> Iterator[tuple[Lot, int, int]]:
        """Move a lot in memory and yield one move per holding that it cuts. Raises a Refused that says why not."""
        batch = self.batch(lot.batch_id)
        if lot.quantity <= 0 or lot.serial_start < batch.serial_start or lot.serial_end > batch.serial_end:
            msg = (
                f"serials {lot.serial_start}-{lot.serial_end} are not within {batch.serial_base} "
                f"{batch.serial_start}-{batch.serial_end}: ask for serials that were issued"
            )
            raise UnknownCertificates(msg)
        starts, pieces = self._holdings[lot.batch_id]
        position = bisect_right(starts, lot.serial_start) - 1
        taken = []
        while position < len(starts) and starts[position] <= lot.serial_end:
            start = starts[position]
            end, holder = pieces[start]
            if holder != from_account:
                self._refuse(lot, from_account, holder, start, end)
            taken.append((start, end))
            position += 1
        for start, end in taken:
            yield from self._cut(lot, start, end, from_account, to_account)

    def _cut(
        self, lot: Lot, start: int, end: int, from_account: int, to_account: int
    ) -> Iterator[tuple[Lot, int, int]]:
        starts, pieces = self._holdings[lot.batch_id]
        first, last = max(start, lot.serial_start), min(end, lot.serial_end)
        position = bisect_right(starts, start) - 1
        cut = [(start, first - 1, from_account), (first, last, to_account), (last + 1, end, from_account)]
        kept = [(begin, finish, holder) for begin, finish, holder in cut if begin <= finish]
        starts[position : position + 1] = [begin for begin, _, _ in kept]
        for begin, finish, holder in kept:
            pieces[begin] = (finish, holder)
        yield Lot(lot.batch_id, first, last), from_account, to_account

    def _refuse(self, lot: Lot, wanted: int, holder_id: int, start: int, end: int) -> None:
        batch, holder, asked = self.batch(lot.batch_id), self.account(holder_id), self.account(wanted)
        where = f"serials {start}-{end} of {batch.serial_base}"
        if asked.kind == "retirement" and holder.kind != "retirement":
            msg = f"{where} are not retired: there is nothing to undo"
            raise NotAvailable(msg)
        if holder.kind == "retirement":
            msg = f"{where} are retired already by {holder.organization}: retirement is final"
            raise AlreadyRetired(msg)
        if holder.kind == "pending" or holder.kind in TERMINAL_KINDS:
            msg = f"{where} are {holder.kind} ({holder.organization}) and cannot be moved"
            raise NotAvailable(msg)
        if holder.organization != asked.organization:
            held = sum(piece.quantity for piece in self._held_pieces(lot, wanted))
            if held:
                msg = (
                    f"{asked.organization} holds {held} of the {lot.quantity} certificates asked for; "
                    f"{where} belong to {holder.organization}"
                )
                raise Overdrawn(msg)
            msg = f"{where} belong to {holder.organization}, not to {asked.organization}"
            raise WrongOwner(msg)
        msg = f"{where} lie in account {holder.name} ({holder.kind}), not in {asked.name} ({asked.kind})"
        raise Overdrawn(msg)

    def _held_pieces(self, lot: Lot, account_id: int) -> Iterator[Lot]:
        for start, (end, holder) in self._holdings[lot.batch_id][1].items():
            first, last = max(start, lot.serial_start), min(end, lot.serial_end)
            if holder == account_id and first <= last:
                yield Lot(lot.batch_id, first, last)

    def _open(self, registry: str, organization: str, kind: str, name: str) -> int:
        column = tables.accounts.c.account_id
        if kind == "issuance":
            account_id = self.connection.execute(sa.select(sa.func.coalesce(sa.func.min(column), 0))).scalar_one() - 1
            account_id = min(account_id, -1)
        else:
            account_id = self.connection.execute(sa.select(sa.func.coalesce(sa.func.max(column), 0))).scalar_one() + 1
            account_id = max(account_id, 1)
        self.connection.execute(
            sa.insert(tables.accounts).values(
                account_id=account_id, registry=registry, organization=organization, kind=kind, name=name,
                opened_at=self.at, opened_by=self.actor.name,
            )
        )  # fmt: skip
        return account_id


def among(connection: sa.Connection, column: sa.ColumnElement[int], ids: list[int]) -> sa.ColumnElement[bool]:
    """Return ``column IN ids`` as one bound value, so that ten thousand ids compile no slower than one."""
    if connection.dialect.name == "sqlite":
        each = sa.func.json_each(json.dumps(ids)).table_valued("value")
        return column.in_(sa.select(each.c.value))
    return column == sa.any_(sa.cast(ids, sa.ARRAY(sa.BigInteger)))
