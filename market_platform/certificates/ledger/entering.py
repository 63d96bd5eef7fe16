"""Certificates that enter the ledger: issuance by a registry and import from another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.parties import Draft, Lot, Parcel
from market_platform.certificates.ledger.view import View
from market_platform.certificates.refusals import DoubleCount, NotAllowed, UnknownCertificates


@dataclass(frozen=True)
class Issue:
    """Bring newly issued or imported parcels into ``account_id``, ``unit_cost_usd`` each when known.

    A parcel with ``imported_from`` is an import: its foreign serials can come in once only, and if this ledger holds
    them in the other registry, only after their export there.
    """

    account_id: int
    parcels: Sequence[Parcel]
    unit_cost_usd: Decimal | None = None
    notes: str = ""
    lots: tuple[Lot, ...] = ()

    def draft(self, view: View) -> Draft:
        """Write batches and say what to post."""
        account = view.account(self.account_id)
        if account.kind != "active":
            msg = f"certificates are issued to active accounts, {account.name} is {account.kind}"
            raise NotAllowed(msg)
        imports = {parcel.imported_from is not None for parcel in self.parcels}
        if len(imports) != 1:
            msg = "one Issue takes parcels that are all issued here or all imported: split it in two"
            raise NotAllowed(msg)
        imported = imports.pop()
        self._check_sources(view, account.registry)
        issuer = view.sub_account(account.registry, account.registry, "issuance")
        lots = add_parcels(view, account.registry, self.parcels)
        terms = {
            "kind": "import" if imported else "issuance",
            "price_usd": self.unit_cost_usd,
            "to_account": account.account_id,
            "notes": self.notes,
        }
        return Draft(terms, tuple((lot, issuer.account_id, account.account_id) for lot in lots))

    def _check_sources(self, view: View, key: str) -> None:
        registry = view.registries.get(key)
        allowed = registry.listed("imports_from") if registry else None
        for parcel in self.parcels:
            if parcel.quantity <= 0:
                msg = f"{parcel.serial_base} {parcel.serial_start}-{parcel.serial_end} is an empty range"
                raise UnknownCertificates(msg)
            if parcel.imported_from and allowed is not None and parcel.imported_from not in allowed:
                msg = f"{key} takes no imports from {parcel.imported_from}: it takes them from {sorted(allowed)}"
                raise NotAllowed(msg)


def add_parcels(view: View, registry: str, parcels: Sequence[Parcel]) -> list[Lot]:
    """Insert the batches of parcels (and classes not met before) and return their lots. Raises DoubleCount."""
    class_ids = _class_ids(view, registry, parcels)
    first = _next_id(view, tables.batches.c.batch_id)
    rows: list[dict[str, Any]] = []
    for batch_id, parcel in enumerate(parcels, first):
        end = None if parcel.imported_start is None else parcel.imported_start + parcel.quantity - 1
        rows.append(
            {
                "batch_id": batch_id,
                "class_id": class_ids[_class_key(parcel)],
                "registry": registry,
                "serial_base": parcel.serial_base,
                "serial_start": parcel.serial_start,
                "serial_end": parcel.serial_end,
                "generator": parcel.generator,
                "generation_start": parcel.generation_start,
                "generation_end": parcel.generation_end,
                "imported_from": parcel.imported_from,
                "imported_base": parcel.imported_base,
                "imported_start": parcel.imported_start,
                "imported_end": end,
            }
        )
    try:
        view.connection.execute(sa.insert(tables.batches), rows)
    except sa.exc.IntegrityError as error:
        if "certificates:not_exported" in str(error.orig):
            msg = (
                f"imported serials are still held in {parcels[0].imported_from} by this ledger: export them there first"
            )
            raise DoubleCount(msg) from error
        if "certificates:double_count" in str(error.orig):
            msg = f"serials of {parcels[0].serial_base} (or of a parcel with it) exist in this ledger or came in before"
            raise DoubleCount(msg) from error
        raise
    return [Lot(row["batch_id"], row["serial_start"], row["serial_end"]) for row in rows]


def _class_key(parcel: Parcel) -> tuple[str, str, date, str]:
    return parcel.fuel, parcel.location, parcel.vintage, parcel.eligibility_text


def _class_ids(view: View, registry: str, parcels: Sequence[Parcel]) -> dict[tuple[str, str, date, str], int]:
    column = tables.classes.c
    wanted = {_class_key(parcel): parcel for parcel in parcels}
    rows = view.connection.execute(
        sa.select(column.fuel, column.location, column.vintage, column.eligibility, column.class_id).where(
            column.registry == registry, column.vintage.in_({parcel.vintage for parcel in parcels})
        )
    )
    ids = {(row.fuel, row.location, row.vintage, row.eligibility): row.class_id for row in rows}
    following = _next_id(view, column.class_id)
    for class_id, (key, parcel) in enumerate(((k, p) for k, p in wanted.items() if k not in ids), following):
        fuel, location, vintage, eligibility = key
        view.connection.execute(
            sa.insert(tables.classes).values(
                class_id=class_id, registry=registry, fuel=fuel, location=location, vintage=vintage,
                eligibility=eligibility,
            )
        )  # fmt: skip
        pairs = [{"class_id": class_id, "state": state, "tier": tier} for state, tier in set(parcel.eligibility)]
        if pairs:
            view.connection.execute(sa.insert(tables.eligibilities), pairs)
        ids[key] = class_id
    return ids


def _next_id(view: View, column: sa.Column[Any]) -> int:
    return view.connection.execute(sa.select(sa.func.coalesce(sa.func.max(column), 0))).scalar_one() + 1
