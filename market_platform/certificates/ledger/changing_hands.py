"""Certificates that change account: within an organization, to another one, or set aside for a programme.

A transfer to another organization stays pending until the other party accepts it; a partial one splits the range.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import sqlalchemy as sa

from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.parties import Account, Draft, Lot
from market_platform.certificates.ledger.view import View
from market_platform.certificates.refusals import NotAllowed, UnknownCertificates, WrongOwner


@dataclass(frozen=True)
class Transfer:
    """Offer lots of ``from_account`` to another organization's ``to_account``; with a price it is a sale."""

    lots: tuple[Lot, ...]
    from_account: int
    to_account: int
    price_usd: Decimal | None = None
    forward_id: int | None = None
    notes: str = ""

    def draft(self, view: View) -> Draft:
        """Set the lots aside in the owner's pending account."""
        giver, taker = view.own_account(self.from_account), view.account(self.to_account)
        _check_same_registry(giver, taker)
        if giver.organization == taker.organization:
            msg = f"both accounts belong to {giver.organization}: use Rearrange, which needs no acceptance"
            raise NotAllowed(msg)
        if taker.kind != "active":
            msg = f"certificates are transferred to an active account, {taker.name} is {taker.kind}"
            raise NotAllowed(msg)
        pending = view.sub_account(giver.registry, giver.organization, "pending")
        terms = {
            "kind": "market_transfer" if self.price_usd is not None else "external_transfer",
            "awaits_acceptance": True,
            "to_account": taker.account_id,
            "price_usd": self.price_usd,
            "forward_id": self.forward_id,
            "notes": self.notes,
        }
        return Draft(terms, move_all(view, self.lots, giver.account_id, pending.account_id))


@dataclass(frozen=True)
class Settle:
    """End a pending transfer: the taker accepts or rejects it, the giver withdraws it, the registry lets it expire."""

    transaction_id: int
    outcome: Literal["accepted", "rejected", "withdrawn", "expired"]
    lots: tuple[Lot, ...] = ()

    def draft(self, view: View) -> Draft:
        """Move what is pending to the taker or back to the account it came from."""
        offer = view.offer(self.transaction_id)
        giver, taker = view.account(offer.legs[0][1]), view.account(offer.to_account)
        party = {"accepted": taker, "rejected": taker, "withdrawn": giver, "expired": None}[self.outcome]
        if not view.actor.is_administrator and (party is None or party.organization != view.actor.organization):
            msg = (
                f"transaction {self.transaction_id} can be {self.outcome} by "
                f"{party.organization if party else 'the administrator'} only, not by {view.actor.organization}"
            )
            raise WrongOwner(msg)
        moves: list[tuple[Lot, int, int]] = []
        for lot, origin, pending in offer.legs:
            if self.outcome == "accepted":
                view.check_movable(lot)
            moves.extend(view.move(lot, pending, taker.account_id if self.outcome == "accepted" else origin))
        return Draft({}, tuple(moves), transaction_id=self.transaction_id, outcome=self.outcome)


@dataclass(frozen=True)
class Rearrange:
    """Move lots within an organization: bank, reserve, commit to compliance, or to another active account."""

    lots: tuple[Lot, ...]
    from_account: int
    to_kind: Literal["active", "banked", "reserve", "compliance"]
    to_name: str | None = None
    notes: str = ""

    def draft(self, view: View) -> Draft:
        """Move at once; no acceptance is needed."""
        giver = view.own_account(self.from_account)
        name = self.to_name or ("active" if self.to_kind == "active" else None)
        taker = view.sub_account(giver.registry, giver.organization, self.to_kind, name)
        kind = _rearrangement(giver.kind, self.to_kind)
        self._check_sub_account(view, giver)
        return Draft(
            {"kind": kind, "to_account": taker.account_id, "notes": self.notes},
            move_all(view, self.lots, giver.account_id, taker.account_id),
        )

    def _check_sub_account(self, view: View, giver: Account) -> None:
        registry = view.registries.get(giver.registry)
        known = registry.listed("subaccounts") if registry else None
        if known is not None and self.to_kind not in known:
            msg = f"{giver.registry} has no {self.to_kind} sub-account: it has {sorted(known)}"
            raise NotAllowed(msg)
        refused = registry.listed("compliance_refuses") if registry else None
        if refused and self.to_kind == "compliance":
            for lot in self.lots:
                _check_commitment(view, giver, lot, refused)


def move_all(view: View, lots: Sequence[Lot], from_account: int, to_account: int) -> tuple[tuple[Lot, int, int], ...]:
    """Move lots in the view after the registry's window and expiry rules; one move per holding cut."""
    if not lots:
        msg = "no certificates were named: give at least one lot"
        raise UnknownCertificates(msg)
    moves: list[tuple[Lot, int, int]] = []
    for lot in lots:
        view.check_movable(lot)
        moves.extend(view.move(lot, from_account, to_account))
    return tuple(moves)


def _check_same_registry(giver: Account, taker: Account) -> None:
    if giver.registry != taker.registry:
        msg = f"{giver.registry} and {taker.registry} are two registries: export from one and import into the other"
        raise NotAllowed(msg)


def _rearrangement(from_kind: str, to_kind: str) -> str:
    if "banked" in (from_kind, to_kind) and to_kind != "compliance":
        return "bank"
    return "commitment" if "compliance" in (from_kind, to_kind) else "internal_transfer"


def _check_commitment(view: View, giver: Account, lot: Lot, refused: frozenset[str]) -> None:
    batch = view.batch(lot.batch_id)
    if "prior_year_banked" in refused and giver.kind == "banked" and batch.vintage.year < view.at.year:
        msg = f"{giver.registry} takes no banked certificates of an earlier year ({batch.vintage:%Y-%m}) for compliance"
        raise NotAllowed(msg)
    imported: str | None = view.connection.execute(
        sa.select(tables.batches.c.imported_from).where(tables.batches.c.batch_id == lot.batch_id)
    ).scalar_one()
    if "unbundled_import" in refused and imported is not None:
        msg = f"{giver.registry} takes no unbundled imports for compliance: {batch.serial_base} came from {imported}"
        raise NotAllowed(msg)
