"""What a person does with certificates, one function each: look, transfer, accept, retire, bank, and see what was done.

Command line, API and assets call these; the rules stay with the ledger. What an organization owes is in
``compliance/duties.py``, what it may claim in ``esg/metrics.py``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import pandas as pd
import sqlalchemy as sa

from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.book import CertificateBook
from market_platform.certificates.ledger.changing_hands import Rearrange, Settle, Transfer
from market_platform.certificates.ledger.journal import Serials
from market_platform.certificates.ledger.leaving import Claim, Retire, Unretire
from market_platform.certificates.ledger.parties import Actor, Lot
from market_platform.certificates.positions import positions, with_expiry
from market_platform.certificates.reference import Reference
from market_platform.certificates.refusals import NotAllowed, UnknownCertificates


@dataclass(frozen=True)
class Desk:
    """The ledger with the rules that it is held to, and the organization whose desk this is."""

    book: CertificateBook
    reference: Reference
    organization: str

    def actor(self, name: str, organization: str | None = None) -> Actor:
        """Return who acts: a person of this desk's organization, or of another one that the person acts for."""
        return Actor(name, organization or self.organization)


@dataclass(frozen=True)
class Wanted:
    """Which certificates: named serials, or a quantity, oldest vintage first, of a fuel or certified for a state."""

    serials: tuple[Serials, ...] = ()
    quantity: int = 0
    fuel: str | None = None
    state: str | None = None
    vintage_from: date | None = None


@dataclass(frozen=True)
class Done:
    """What was written: the transaction, and the certificates in it."""

    transaction_id: int
    quantity: int
    lots: tuple[Lot, ...]


def serials_of(text: str) -> Serials:
    """Read ``BASE:1-50``, or ``BASE:7`` for one certificate. Raises UnknownCertificates."""
    found = re.fullmatch(r"(.+):(\d+)(?:-(\d+))?", text.strip())
    if not found:
        msg = f"{text!r} names no serials: write BASE:FIRST-LAST as the registry's list shows them"
        raise UnknownCertificates(msg)
    start = int(found[2])
    return Serials(found[1], start, int(found[3] or start))


def holdings(
    desk: Desk,
    *,
    owner: str | None = None,
    registry: str | None = None,
    fuel: str | None = None,
    state: str | None = None,
    tier: str | None = None,
    vintage_from: date | None = None,
    vintage_to: date | None = None,
    kinds: Sequence[str] = (),
) -> pd.DataFrame:
    """Return positions by account and certificate class that fit, with ``expires_on``; see ``positions``."""
    with desk.book.ledger.read() as connection:
        rows = positions(connection, owner)
    keep = pd.Series(True, index=rows.index)
    for column, wanted in (("registry", registry), ("fuel", fuel)):
        if wanted is not None:
            keep &= rows[column] == wanted
    if state is not None:
        pair = f"{state}:{tier}" if tier else f"{state}:"
        found = [any(_fits(part, pair, tier) for part in text.split(";")) for text in rows["eligibility"]]
        keep &= pd.Series(found, index=rows.index, dtype=bool)
    if vintage_from is not None:
        keep &= rows["vintage"] >= vintage_from
    if vintage_to is not None:
        keep &= rows["vintage"] <= vintage_to
    if kinds:
        keep &= rows["account_kind"].isin(kinds)
    return with_expiry(rows[keep].reset_index(drop=True), desk.reference.registries, desk.reference.programmes)


def account_of(desk: Desk, registry: str, organization: str, kind: str = "active", name: str | None = None) -> int:
    """Return the account of an organization. Raises UnknownCertificates where there is none, or more than one fits."""
    column = tables.accounts.c
    query = sa.select(column.account_id, column.name).where(
        column.registry == registry, column.organization == organization, column.kind == kind
    )
    with desk.book.ledger.read() as connection:
        found = [row for row in connection.execute(query) if name is None or row.name == name]
    if len(found) != 1:
        names = ", ".join(repr(row.name) for row in found) or "none"
        msg = f"{organization} has {len(found)} {kind} accounts that fit in {registry} ({names}): name one, or open it"
        raise UnknownCertificates(msg)
    return int(found[0].account_id)


def lots_of(desk: Desk, account_id: int, wanted: Wanted) -> tuple[Lot, ...]:
    """Return the lots that are asked for. Raises Overdrawn or UnknownCertificates."""
    if wanted.serials:
        registry = _registry_of(desk, account_id)
        lots = [desk.book.find_lot(registry, part.base, part.start, part.end) for part in wanted.serials]
        if wanted.quantity and sum(lot.quantity for lot in lots) != wanted.quantity:
            msg = f"the serials count {sum(lot.quantity for lot in lots)} certificates, not {wanted.quantity}"
            raise NotAllowed(msg)
        return tuple(lots)
    if wanted.quantity <= 0:
        msg = "say how many certificates, or which serials"
        raise UnknownCertificates(msg)
    picked = desk.book.pick(
        account_id, wanted.quantity, fuel=wanted.fuel, state=wanted.state, vintage_from=wanted.vintage_from
    )
    return tuple(picked)


def transfer(
    desk: Desk,
    from_account: int,
    to_organization: str,
    wanted: Wanted,
    actor: Actor,
    at: datetime,
    source: str,
    price_usd: Decimal | None = None,
    to_name: str | None = None,
    notes: str = "",
) -> Done:
    """Offer certificates to another organization of the same registry; they stay pending until it accepts."""
    lots = lots_of(desk, from_account, wanted)
    goal = account_of(desk, _registry_of(desk, from_account), to_organization, name=to_name)
    return _posted(desk, Transfer(lots, from_account, goal, price_usd, notes=notes), actor, at, source)


def settle(
    desk: Desk,
    transaction_id: int,
    outcome: Literal["accepted", "rejected", "withdrawn", "expired"],
    actor: Actor,
    at: datetime,
    source: str,
) -> int:
    """End a pending transfer and return its transaction id."""
    return desk.book.post([Settle(transaction_id, outcome)], actor, at, source)[0]


def retire(
    desk: Desk,
    from_account: int,
    wanted: Wanted,
    reason: str,
    beneficiary: str,
    actor: Actor,
    at: datetime,
    source: str,
    claim: Claim | None = None,
    notes: str = "",
) -> Done:
    """Use certificates up, for good."""
    lots = lots_of(desk, from_account, wanted)
    return _posted(desk, Retire(lots, from_account, reason, beneficiary, claim, notes), actor, at, source)


def undo_retirement(
    desk: Desk,
    registry: str,
    organization: str,
    serials: Sequence[str],
    actor: Actor,
    at: datetime,
    source: str,
    notes: str,
    name: str | None = None,
) -> Done:
    """Bring retired serials back into an organization's account: the registry's administrator only. Raises a Refused."""
    parts = [serials_of(text) for text in serials]
    lots = tuple(desk.book.find_lot(registry, part.base, part.start, part.end) for part in parts)
    goal = account_of(desk, registry, organization, name=name)
    return _posted(desk, Unretire(lots, goal, notes), actor, at, source)


def rearrange(
    desk: Desk,
    from_account: int,
    wanted: Wanted,
    to_kind: Literal["active", "banked", "reserve", "compliance"],
    actor: Actor,
    at: datetime,
    source: str,
) -> Done:
    """Move certificates within their organization: bank them, reserve them, commit them to compliance."""
    lots = lots_of(desk, from_account, wanted)
    return _posted(desk, Rearrange(lots, from_account, to_kind), actor, at, source)


def _posted(
    desk: Desk, operation: Transfer | Retire | Unretire | Rearrange, actor: Actor, at: datetime, source: str
) -> Done:
    (number,) = desk.book.post([operation], actor, at, source)
    return Done(number, sum(lot.quantity for lot in operation.lots), operation.lots)


def _registry_of(desk: Desk, account_id: int) -> str:
    column = tables.accounts.c
    with desk.book.ledger.read() as connection:
        found: str | None = connection.execute(
            sa.select(column.registry).where(column.account_id == account_id)
        ).scalar_one_or_none()
    if found is None:
        msg = f"account {account_id} is not in this ledger: see the list of accounts"
        raise UnknownCertificates(msg)
    return found


def _fits(part: str, pair: str, tier: str | None) -> bool:
    return part == pair if tier else part.startswith(pair)
