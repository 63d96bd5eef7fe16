"""What a registry does at the end of a trading period or a shelf life, as operations for its administrator to post."""

from collections.abc import Mapping
from datetime import date, datetime

import sqlalchemy as sa

from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.leaving import Remove, Retire
from market_platform.certificates.ledger.parties import Lot
from market_platform.certificates.registries.registry import Registry

Held = dict[tuple[int, str], list[Lot]]


def close_period(
    connection: sa.Connection, registry: str, vintage_from: date, vintage_to: date
) -> list[Retire | Remove]:
    """Return what settles vintage months when trading ends: the committed retire, the rest goes to the residual mix.

    Source: NEPOOL GIS rules (retail sub-accounts retire for good at the period's end, the unsettled join the residual
    mix); NYGATS the same with its EDP sub-account. Banked and pending certificates stay.
    """
    held = _held(connection, registry, tables.classes.c.vintage.between(vintage_from, vintage_to))
    retire = [
        Retire(tuple(lots), account_id, "settled at the period's end", organization)
        for (account_id, organization), lots in held["compliance"].items()
    ]
    residual = [
        Remove(tuple(lots), account_id, "residual", "left over at the period's end")
        for (account_id, _), lots in held["active"].items()
    ]
    return [*retire, *residual]


def expire(connection: sa.Connection, registries: Mapping[str, Registry], registry: str, at: datetime) -> list[Remove]:
    """Return what takes expired vintages out of circulation (ERCOT: on or after April 1, 16 TAC 25.173)."""
    column = tables.classes.c
    query = sa.select(column.vintage).where(column.registry == registry).distinct()
    vintages: list[date] = list(connection.execute(query).scalars())
    over = [
        vintage for vintage in vintages if (ends := registries[registry].expires_at(vintage)) is not None and at >= ends
    ]
    held = _held(connection, registry, tables.classes.c.vintage.in_(over))
    return [
        Remove(tuple(lots), account_id, "expired", "past the registry's life")
        for kind in ("active", "banked", "reserve")
        for (account_id, _), lots in held[kind].items()
    ]


def overdue(
    connection: sa.Connection, registries: Mapping[str, Registry], at: datetime
) -> dict[str, list[Retire | Remove]]:
    """Return by registry what its rules ask to settle at a moment: expired vintages, and years whose trading ended.

    Registries with declared windows (NEPOOL GIS) are left out: which vintages a window settles is published with it, so
    call ``close_period`` with them.
    """
    column = tables.classes.c
    found: dict[str, list[Retire | Remove]] = {}
    for key, registry in registries.items():
        operations: list[Retire | Remove] = [*expire(connection, registries, key, at)]
        query = sa.select(column.vintage).where(column.registry == key).distinct()
        vintages: list[date] = list(connection.execute(query).scalars())
        ended = [day for day in vintages if (ends := registry.trading_ends_at(day)) is not None and at >= ends]
        if ended:
            operations += close_period(connection, key, min(ended), max(ended))
        if operations:
            found[key] = operations
    return found


def _held(connection: sa.Connection, registry: str, vintages: sa.ColumnElement[bool]) -> dict[str, Held]:
    holding, account = tables.holdings.c, tables.accounts.c
    rows = connection.execute(
        sa.select(
            account.kind, account.account_id, account.organization, holding.batch_id, holding.serial_start,
            holding.serial_end,
        )
        .join_from(tables.holdings, tables.accounts)
        .join(tables.batches, tables.batches.c.batch_id == holding.batch_id)
        .join(tables.classes, tables.classes.c.class_id == tables.batches.c.class_id)
        .where(account.registry == registry, vintages)
        .order_by(account.account_id, holding.batch_id, holding.serial_start)
    )  # fmt: skip
    held: dict[str, Held] = {"active": {}, "banked": {}, "reserve": {}, "compliance": {}}
    for row in rows:
        if row.kind in held:
            lots = held[row.kind].setdefault((row.account_id, row.organization), [])
            lots.append(Lot(row.batch_id, row.serial_start, row.serial_end))
    return held
